import assert from "node:assert/strict";
import {test} from "node:test";
import {audio_text, bits, codec_name, duration, rate, seconds, split_key, unknown, video_text, viewers} from "../../../../../plugins/pages/www/text.js";

test("rates", () => {
  assert.equal(bits(4_200_000), "4.2 Mbit/s");
  assert.equal(bits(12_600_000), "13 Mbit/s");
  assert.equal(bits(640_000), "640 kbit/s");
  assert.equal(bits(3), "1 kbit/s");
  for (const nothing of [0, -1, NaN, undefined]) assert.equal(bits(nothing), unknown);
  assert.equal(rate(29.97), "30 fps");
  assert.equal(rate(12.5), "12.5 fps");
  assert.equal(rate(0), unknown);
});

test("times", () => {
  assert.equal(duration(59.9), "59 s");
  assert.equal(duration(61), "1 min");
  assert.equal(duration(3_725), "1 h 2 min");
  assert.equal(duration(90_000), "1 d 1 h");
  assert.equal(duration(-1), unknown);
  assert.equal(seconds(0.123), "0.1 s");
  assert.equal(seconds(12.3), "12 s");
  assert.equal(seconds(NaN), unknown);
});

test("tracks", () => {
  const stream = {tracks: [
    {kind: "video", codec: "hvc1", width: 3840, height: 2160},
    {kind: "audio", codec: "mp4a", sample_rate: 44100, channels: 2},
    {kind: "audio", codec: "Opus"},
  ]};
  assert.equal(video_text(stream), "H.265 3840×2160");
  assert.equal(audio_text(stream), "AAC 44.1 kHz stereo +1");
  assert.equal(video_text({tracks: []}), "");
  assert.equal(audio_text(null), "");
  assert.equal(codec_name("xyz1"), "xyz1");
});

test("words", () => {
  assert.equal(viewers(1), "1 viewer");
  assert.equal(viewers(0), "0 viewers");
  assert.equal(viewers(undefined), "0 viewers");
  assert.deepEqual(split_key("live/a/cam"), ["live/a/", "cam"]);
});
