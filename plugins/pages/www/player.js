// The page of one stream: what plays, how well, and where else it can be had.
import {ask, every} from "./api.js";
import {Attempts} from "./attempts.js";
import {choose, kinds} from "./choice.js";
import {by_id, make, set_text, show} from "./dom.js";
import {credentials_of, expand, stream_of} from "./links.js";
import {audio_text, bits, codec_name, duration, rate, seconds, split_key, tracks_of, unknown, video_text} from "./text.js";

const video = by_id("video");
const stream = stream_of(location.pathname);
const credentials = credentials_of(location.search);
const source = globalThis.MediaSource ?? globalThis.ManagedMediaSource;
const support = {
  mse: Boolean(source),
  native_hls: video.canPlayType("application/vnd.apple.mpegurl") !== "",
  type: (text) => (source ? source.isTypeSupported(text) : video.canPlayType(text) !== ""),
};

let wanted = new URLSearchParams(location.search).get("player");
if (!kinds[wanted]) wanted = "auto";
let facts = null;         // of the stream, as the API tells them
let facts_why = "";       // why there are none
let state = "connecting";
let versions = {};

const messages = {
  connecting: ["Connecting", ""],
  absent: ["Not live", "The picture starts here by itself as soon as the stream does."],
  unserved: ["Live, but not for browsers", "This server serves the stream neither as HLS nor as FLV or DASH."],
  interrupted: ["The stream has stopped", "It goes on here by itself when it returns."],
  denied: ["You may not watch this stream", "Open this page with the token or the name and password you were given: ?token=…"],
  blocked: ["Ready", "This browser wants a click before it plays."],
  buffering: ["Buffering", ""],
  playing: ["", ""],
};

// [[kind, reason]] as a sentence; one reason for all of them is said once.
function spelled(refused) {
  if (new Set(refused.map(([, reason]) => reason)).size === 1) return refused[0][1];
  return refused.map(([kind, reason]) => `${kinds[kind].name}: ${reason}`).join("; ");
}

function tell(told) {
  state = told.state === "absent" && facts?.state === "live" ? "unserved" : told.state;
  const [status, why] = messages[state] ?? ["This stream cannot be played here", ""];
  let reason = told.why || why;
  if (state === "unplayable")
    reason = spelled(Object.entries(told.refused).filter(([kind]) => wanted === "auto" ? kind !== "native" : kind === wanted));
  set_text(by_id("status"), status);
  reason = reason.charAt(0).toUpperCase() + reason.slice(1);
  set_text(by_id("why"), reason ? `${reason}${/[.…]$/.test(reason) ? "" : "."}` : "");
  show(by_id("spinner"), ["connecting", "buffering", "absent", "interrupted"].includes(state));
  show(by_id("play"), state === "blocked" || state === "denied");
  set_text(by_id("play"), state === "denied" ? "Try again" : "Play");
  show(by_id("cover"), state !== "playing");
  by_id("cover").classList.toggle("veil", state === "buffering");
  refresh_badge();
}

function refresh_badge() {
  const badge = by_id("badge");
  const live = state === "playing" || facts?.state === "live";
  set_text(badge, live ? "Live" : facts?.state === "grace" ? "Interrupted" : "Offline");
  badge.className = live ? "badge live" : facts?.state === "grace" ? "badge waiting" : "badge";
}

async function read_facts() {
  const told = await ask(`/_sluice/api/streams/${stream.path}`);
  facts = told.value?.stream ?? null;
  facts_why = told.status === 403 ? told.why : "";
  refresh_badge();
}

const attempts = new Attempts({
  video,
  credentials,
  tell,
  url_of: (kind) => `${location.origin}/${stream.path}${kinds[kind].suffix}${credentials}`,
  async choose() {
    await read_facts();
    const choice = choose(wanted, facts?.tracks ?? [], support, codec_name);
    show_kinds(choice.refused);
    return choice;
  },
});

// ---- Figures ---------------------------------------------------------------------------------------------

const rows = new Map();
for (const word of ["Player", "Video", "Audio", "Frames", "Bitrate", "Latency", "Buffer", "Dropped", "Viewers", "Live for"]) {
  const value = make("dd", {text: unknown});
  rows.set(word, value);
  by_id("figures").append(make("div", {}, make("dt", {text: word}), value));
}

const shown = {frames: 0, at: performance.now(), fps: NaN};

function measure_frames() {
  const {totalVideoFrames: total = 0, droppedVideoFrames: dropped = 0} = video.getVideoPlaybackQuality?.() ?? {};
  const now = performance.now();
  if (now - shown.at > 900) {
    shown.fps = total >= shown.frames ? ((total - shown.frames) * 1000) / (now - shown.at) : NaN;
    [shown.frames, shown.at] = [total, now];
  }
  return {total, dropped};
}

function buffer_ahead() {
  for (let i = 0; i < video.buffered.length; ++i)
    if (video.buffered.start(i) <= video.currentTime + 0.1 && video.currentTime <= video.buffered.end(i))
      return video.buffered.end(i) - video.currentTime;
  return NaN;
}

const player_packages = {hls: "hls.js", flv: "mpegts.js", dash: "shaka-player"};

function player_text() {
  const kind = attempts.kind;
  if (!kind) return unknown;
  const package_name = player_packages[kind];
  return package_name ? `${kinds[kind].name}, ${package_name} ${versions[package_name] ?? ""}`.trim() : kinds[kind].name;
}

function picture_text() {
  const size = video.videoWidth ? `${video.videoWidth}×${video.videoHeight}` : "";
  const [track] = tracks_of(facts, "video");
  if (!size) return video_text(facts) || unknown;
  return [track ? codec_name(track.codec) : attempts.figures().codecs?.split(",")[0], size].filter(Boolean).join(" ");
}

function figures() {
  const engine = attempts.figures();
  const {total, dropped} = measure_frames();
  return {
    state, kind: attempts.kind, stream: stream.key, current_time: video.currentTime, frames: total, dropped, fps: shown.fps,
    buffer: buffer_ahead(), rate: video.playbackRate, width: video.videoWidth, height: video.videoHeight, muted: video.muted, notes: [...attempts.notes],
    ...engine,
  };
}

function refresh_figures() {
  const now = figures();
  const playing = state === "playing";
  const latency = seconds(now.latency);
  const write = (word, text) => set_text(rows.get(word), text);
  write("Player", player_text());
  write("Video", picture_text());
  write("Audio", audio_text(facts) || (now.codecs?.split(", ")[1] ?? unknown));
  write("Frames", playing ? rate(now.fps) : rate(facts?.fps));
  write("Bitrate", bits(facts?.bitrate ?? now.bitrate));
  write("Latency", !playing || latency === unknown ? unknown : now.at_least ? `${latency} and the way here` : latency);
  write("Buffer", playing ? seconds(now.buffer) : unknown);
  write("Dropped", now.frames ? `${now.dropped} of ${now.frames}` : unknown);
  write("Viewers", facts ? String(facts.viewers ?? 0) : unknown);
  write("Live for", facts ? duration(facts.age_s) : unknown);
  for (const word of ["Viewers", "Live for"]) show(rows.get(word).parentElement, facts_why === "");
  const silent = facts && tracks_of(facts, "audio").length === 0;
  show(by_id("unmute"), playing && video.muted && !silent);
}

// ---- Choice and addresses --------------------------------------------------------------------------------

function show_kinds(refused) {
  const buttons = ["auto", ...Object.keys(kinds)].filter((kind) => kind !== "native" || support.native_hls).map((kind) => {
    const button = make("button", {class: "button", type: "button", text: kinds[kind]?.name ?? "Auto"});
    button.setAttribute("aria-pressed", String(kind === wanted));
    button.disabled = kind in refused && kind !== wanted;
    if (refused[kind]) button.title = refused[kind];
    button.addEventListener("click", () => want(kind));
    return button;
  });
  by_id("kinds").replaceChildren(...buttons);
  const reasons = Object.entries(refused).filter(([kind]) => kind !== "native" && kind !== wanted);
  const names = reasons.map(([kind]) => kinds[kind].name).join(", ");
  const all = reasons.length === Object.keys(kinds).length - 1; // then the picture's place says it
  set_text(by_id("refusals"), reasons.length && !all ? `Not by ${names}: ${spelled(reasons)}.` : "");
}

function want(kind) {
  wanted = kind;
  const query = new URLSearchParams(location.search);
  kind === "auto" ? query.delete("player") : query.set("player", kind);
  history.replaceState(null, "", location.pathname + (query.size ? `?${query}` : ""));
  attempts.restart();
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no secure context: the old way
    const field = make("textarea", {class: "offscreen"});
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  set_text(button, "Copied");
  setTimeout(() => set_text(button, "Copy"), 1500);
}

async function show_links() {
  const [page, pinned] = await Promise.all([ask("/_sluice/api/page"), ask("/_sluice/www/vendor/versions.json")]);
  versions = pinned.value ?? {};
  const entries = (page.value?.links ?? []).map(({name, url}) => {
    const full = expand(url, stream.path, location, credentials);
    const button = make("button", {class: "button small", type: "button", text: "Copy", "aria-label": `Copy the ${name} address`});
    button.addEventListener("click", () => copy(full, button));
    return make("li", {}, make("span", {class: "link-name", text: name}), make("code", {class: "link-url", text: full}), button);
  });
  by_id("links").replaceChildren(...entries);
}

// ---- Begin -----------------------------------------------------------------------------------------------

video.muted = true;
video.addEventListener("playing", () => tell({state: "playing"}));
video.addEventListener("waiting", () => state === "playing" && tell({state: "buffering"}));
video.addEventListener("timeupdate", () => state === "buffering" && !video.seeking && video.readyState >= 3 && tell({state: "playing"}));
by_id("unmute").addEventListener("click", () => {
  video.muted = false;
  if (video.volume === 0) video.volume = 1;
  refresh_figures();
});
by_id("play").addEventListener("click", () => {
  if (state === "denied") attempts.restart();
  else video.play().catch(() => {});
});

const [place, name] = split_key(stream?.key ?? location.pathname);
by_id("title").append(make("span", {class: "card-place", text: place}), name);
document.title = `${stream?.key ?? "Stream"} · Sluice`;
if (stream) {
  globalThis.sluice_player = {figures}; // for the console, and for tests
  show_links();
  attempts.restart();
  every(2000, async () => { if (!facts_why) await read_facts(); });
  every(1000, refresh_figures);
}
