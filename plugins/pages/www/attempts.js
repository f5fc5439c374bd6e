// Plays, and begins again whenever it ends: a stream that is not there yet, goes, or returns.
import {kinds, pause_before} from "./choice.js";

const stall_ms = 12000; // without progress while it should play
const played_s = 0.3;   // of progress: then a kind works

const modules = {
  hls: () => import("./play_hls.js"),
  flv: () => import("./play_flv.js"),
  dash: () => import("./play_dash.js"),
  native: () => import("./play_native.js"),
};

// Resolves when the playback is over, with why: {played, gone, denied, missing, ended, stopped, why}.
class Playback {
  constructor(video, notes) {
    this.video = video;
    this.notes = notes;
    this.played = false;
    this.is_ending = false;
    this.over = new Promise((done) => { this.finish = done; });
  }

  async begin(kind, url, credentials) {
    const {video} = this;
    const listen = {
      ended: () => this.finish({ended: true}),
      timeupdate: () => this.progress(),
      seeking: () => this.jump(),
      canplay: () => { if (!this.played && video.paused) this.play(); }, // an engine's loading ends a play() before it
    };
    for (const [name, call] of Object.entries(listen)) video.addEventListener(name, call);
    const watchdog = setInterval(() => this.look(), 1000);
    this.jump();
    try {
      const module = await modules[kind]().catch(() => null);
      if (!module) return {missing: true, why: `the ${kinds[kind].name} player is not installed on this server`};
      this.engine = module.start(video, url, {credentials, report: this});
      this.play();
      const outcome = await this.over;
      return {...outcome, played: this.played};
    } catch (error) {
      return {why: error.message};
    } finally {
      clearInterval(watchdog);
      for (const [name, call] of Object.entries(listen)) video.removeEventListener(name, call);
      this.engine?.stop();
      this.engine = null;
    }
  }

  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.on_blocked?.();
    }
  }

  // A live stream begins anywhere, and a player may jump: a new position is no progress, only what plays from there on.
  jump() {
    this.began_at = this.last_at = this.video.currentTime;
    this.moved = performance.now();
  }

  progress() {
    const at = this.video.currentTime;
    if (this.video.seeking || this.video.paused || at === this.last_at) return;
    this.last_at = at;
    this.moved = performance.now();
    if (at - this.began_at > played_s) this.played = true;
  }

  look() {
    if (document.hidden || this.video.paused) this.moved = performance.now();
    const still = performance.now() - this.moved;
    if (this.is_ending && still > 1500) this.finish({ended: true});
    else if (still > stall_ms) this.finish({why: this.played ? "the stream stopped coming" : "nothing came that could be shown"});
  }

  // What an engine reports.
  note(text) { this.notes.push(text); }
  failed(outcome) { this.finish(outcome); }
  ending() { this.is_ending = true; }
}

// `options`: video, url_of(kind), credentials, choose() -> {order, refused}, tell({state, why}).
export class Attempts {
  constructor(options) {
    Object.assign(this, options);
    this.notes = [];
    this.run_number = 0;
  }

  // Begins anew, at once.
  async restart() {
    const run = ++this.run_number;
    this.playback?.finish({stopped: true});
    this.wake?.();
    for (let attempt = 0; run === this.run_number;) {
      const outcome = await this.once(run);
      if (run !== this.run_number) return;
      this.notes.splice(0, Math.max(0, this.notes.length - 50));
      this.kind = null;
      this.tell(outcome);
      if (outcome.state === "denied") return; // asking again and again would shut the address out
      attempt = outcome.played ? 0 : attempt + 1;
      await this.pause(pause_before(attempt));
    }
  }

  async once(run) {
    const {order, refused} = await this.choose();
    if (run !== this.run_number) return {};
    if (order.length === 0) return {state: "unplayable", refused};
    const reasons = [];
    for (const kind of order) {
      const outcome = await this.play(kind);
      if (run !== this.run_number) return {};
      if (outcome.denied) return {state: "denied"};
      if (outcome.played) return {state: "interrupted", why: outcome.ended ? "" : outcome.why, played: true};
      if (!outcome.gone && !outcome.ended) reasons.push(`${kinds[kind].name}: ${outcome.why}`);
    }
    return reasons.length ? {state: "failed", why: reasons.join("; ")} : {state: "absent"};
  }

  async play(kind) {
    this.kind = kind;
    this.tell({state: "connecting", kind});
    this.playback = new Playback(this.video, this.notes);
    this.playback.on_blocked = () => this.tell({state: "blocked"});
    const outcome = await this.playback.begin(kind, this.url_of(kind), this.credentials);
    if (outcome.why) this.notes.push(`${kind}: ${outcome.why}`);
    return outcome;
  }

  figures() { return this.playback?.engine?.figures() ?? {}; }

  pause(seconds) {
    return new Promise((done) => {
      this.wake = done;
      setTimeout(done, seconds * 1000);
    });
  }
}
