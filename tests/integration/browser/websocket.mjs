// Plays FLV from a WebSocket with the pages' own player: node websocket.mjs --base http://HOST --path /live/cam.flv
//
// Writes one JSON object when five seconds were played, or twenty have gone by: played (s), frames, failed, complaints.
import {complaints_of, open_browser, words_of} from "./chromium.mjs";

const words = words_of(["base", "path"]);

async function play(path) {
  const {start} = await import("/_sluice/www/play_flv.js");
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const failed = [];
  const report = {note: (text) => failed.push(text), failed: (told) => failed.push(told.why), ending: () => failed.push("ended")};
  start(video, `ws://${location.host}${path}`, {report});
  video.addEventListener("canplay", () => video.play(), {once: true});
  const began = performance.now();
  let first = null;
  while (performance.now() - began < 20000 && (first === null || video.currentTime - first < 5)) {
    await new Promise((done) => { setTimeout(done, 100); });
    if (first === null && !video.paused && video.readyState >= 3) first = video.currentTime;
  }
  return {played: first === null ? 0 : video.currentTime - first, frames: video.getVideoPlaybackQuality().totalVideoFrames, failed};
}

const browser = await open_browser();
try {
  const page = await browser.newPage();
  const complaints = complaints_of(page);
  await page.goto(`${words.base}/`);
  process.stdout.write(JSON.stringify({...(await page.evaluate(play, words.path)), complaints}) + "\n");
} finally {
  await browser.close();
}
