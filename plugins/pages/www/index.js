// The list of what is live.
import {ask, every} from "./api.js";
import {by_id, make, set_text, show, sparkline} from "./dom.js";
import {page_of} from "./links.js";
import {audio_text, bits, duration, rate, split_key, video_text, viewers} from "./text.js";

const refresh_ms = 2000;
const history_most = 45;
const filter_from = 7; // streams

const cards = new Map(); // key -> card
const where = {cards: by_id("cards"), filter: by_id("filter")};

function new_card(key) {
  const [place, name] = split_key(key);
  const badge = make("span", {class: "badge"});
  const watched = make("span", {class: "watched"});
  const line = sparkline(120, 28);
  const facts = {
    picture: make("dd"), rate: make("dd"), sound: make("dd"), since: make("dd"),
  };
  const bitrate = make("span", {class: "card-bitrate"});
  const row = (word, value) => make("div", {}, make("dt", {text: word}), value);
  const element = make("li", {class: "card"},
    make("a", {class: "card-link", href: page_of(key) ?? "/"},
      make("div", {class: "card-head"},
        make("h2", {class: "card-name"}, make("span", {class: "card-place", text: place}), make("span", {text: name})), badge),
      make("div", {class: "card-flow"}, line.picture, bitrate),
      make("dl", {class: "card-facts"}, row("Video", facts.picture), row("Rate", facts.rate), row("Audio", facts.sound),
        row("Live for", facts.since)),
      make("div", {class: "card-foot"}, watched, make("span", {class: "card-go", text: "Watch"}))));
  return {element, badge, watched, line, facts, bitrate, history: []};
}

function update(card, stream) {
  const waiting = stream.state === "grace";
  set_text(card.badge, waiting ? "Interrupted" : "Live");
  card.badge.className = waiting ? "badge waiting" : "badge live";
  set_text(card.watched, viewers(stream.viewers));
  set_text(card.facts.picture, video_text(stream) || "none");
  set_text(card.facts.rate, rate(stream.fps));
  set_text(card.facts.sound, audio_text(stream) || "none");
  set_text(card.facts.since, duration(stream.age_s));
  set_text(card.bitrate, bits(stream.bitrate));
  card.history = [...card.history, stream.bitrate || 0].slice(-history_most);
  card.line.draw(card.history);
}

function show_streams(streams, left_out) {
  const keys = new Set(streams.map((stream) => stream.key));
  for (const [key, card] of cards) {
    if (keys.has(key)) continue;
    card.element.remove();
    cards.delete(key);
  }
  streams.forEach((stream, i) => {
    if (!cards.has(stream.key)) cards.set(stream.key, new_card(stream.key));
    const card = cards.get(stream.key);
    update(card, stream);
    if (where.cards.children[i] !== card.element) where.cards.insertBefore(card.element, where.cards.children[i] ?? null);
  });
  const watched = streams.reduce((sum, stream) => sum + (stream.viewers || 0), 0);
  const count = streams.length + left_out;
  set_text(by_id("totals"), `${count} ${count === 1 ? "stream" : "streams"} · ${viewers(watched)}`);
  show(where.filter, streams.length >= filter_from);
  show(by_id("empty"), streams.length === 0);
  apply_filter();
}

function apply_filter() {
  const wanted = where.filter.hidden ? "" : where.filter.value.trim().toLowerCase();
  for (const [key, card] of cards) show(card.element, key.toLowerCase().includes(wanted));
}

function tell(text) {
  set_text(by_id("notice"), text);
  show(by_id("notice"), text !== "");
}

async function refresh() {
  const told = await ask("/_sluice/api/streams");
  if (told.value) {
    const {streams = [], left_out = 0} = told.value;
    tell(left_out ? `${left_out} more are live than are shown here.` : "");
    show_streams(streams, left_out);
    set_text(by_id("heading"), "Live now");
    show(by_id("open"), false);
    return;
  }
  tell(told.why);
  if (told.status === 403) {
    set_text(by_id("heading"), "Watch a stream");
    show_streams([], 0);
    show(by_id("empty"), false);
    set_text(by_id("totals"), "");
    show(by_id("open"), true);
  }
}

by_id("recipe").textContent = `ffmpeg -re -stream_loop -1 -i FILE -c copy -f flv rtmp://${location.hostname}/live/cam`;
by_id("obs-server").textContent = `rtmp://${location.hostname}/live`;
where.filter.addEventListener("input", apply_filter);
by_id("open").addEventListener("submit", (event) => {
  event.preventDefault();
  const page = page_of(by_id("open-key").value);
  if (page) location.assign(page);
  else tell("A stream is called app/name, such as live/cam.");
});
every(refresh_ms, refresh);
