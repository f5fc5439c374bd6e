// Watches one stream in a browser: node play.mjs --url http://HOST/live/cam [--player hls|flv|dash] [--seconds 20]
// [--start-within 15] [--picture FILE.png]
//
// Opens the stream's page, waits until it plays, lets it play for that long, and writes one JSON object: played (media
// seconds that went by), seconds (of the clock), started_after, frames decoded and dropped meanwhile, stalls
// (half seconds without progress), latency (median and most, as the player tells it; clock_latency by program
// date-time), player, state, why, notes, complaints. Exit code 0: it played for at least nine tenths of the time.
import {complaints_of, open_browser, words_of} from "./chromium.mjs";

const words = words_of(["url", "player", "seconds", "start-within", "picture"]);
const wanted_s = Number(words.seconds ?? 20);
const start_ms = Number(words["start-within"] ?? 15) * 1000;
const look_ms = 500;

const url = new URL(words.url);
if (words.player) url.searchParams.set("player", words.player);

const figures_of = (page) => page.evaluate(() => globalThis.sluice_player?.figures() ?? null);

function spread(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {median: sorted[Math.floor(sorted.length / 2)], most: sorted.at(-1), least: sorted[0], count: sorted.length};
}

async function watch(page) {
  const opened = Date.now();
  await page.goto(url.href);
  await page.waitForFunction(() => {
    const told = globalThis.sluice_player?.figures();
    return told?.state === "playing" && told.current_time > 0 && (told.frames > 0 || told.width === 0);
  }, null, {timeout: start_ms, polling: 100}).catch(() => null);
  const begin = await figures_of(page);
  const began = Date.now();
  if (begin?.state !== "playing") return {played: 0, seconds: 0, ...(await last_words(page, begin))};

  const seen = [begin];
  const latencies = [], clock_latencies = [];
  let stalls = 0, played = 0;
  while (Date.now() - began < wanted_s * 1000) {
    await page.waitForTimeout(look_ms);
    const now = await figures_of(page);
    const step = now.current_time - seen.at(-1).current_time;
    if (step > 0.05) played += Math.min(step, 2 * look_ms / 1000); // a jump is no playing
    else ++stalls;
    latencies.push(now.latency);
    clock_latencies.push(now.clock_latency);
    seen.push(now);
  }
  const end = seen.at(-1);
  return {
    played, seconds: (Date.now() - began) / 1000, started_after: (began - opened) / 1000,
    frames: end.frames - begin.frames, dropped: end.dropped - begin.dropped, stalls,
    latency: spread(latencies), clock_latency: spread(clock_latencies), low_latency: end.low_latency,
    width: end.width, height: end.height, codecs: end.codecs, ...(await last_words(page, end)),
  };
}

async function last_words(page, told) {
  const [status, why] = await Promise.all(["#status", "#why"].map((id) => page.textContent(id).catch(() => "")));
  return {player: told?.kind ?? null, state: told?.state ?? null, why: `${status} ${why}`.trim(), notes: told?.notes ?? []};
}

const browser = await open_browser();
try {
  const page = await browser.newPage({viewport: {width: 1280, height: 800}});
  const complaints = complaints_of(page);
  const report = {...(await watch(page)), complaints};
  if (words.picture) await page.screenshot({path: words.picture});
  process.stdout.write(JSON.stringify(report) + "\n");
  process.exitCode = report.played >= 0.9 * wanted_s ? 0 : 1;
} finally {
  await browser.close();
}
