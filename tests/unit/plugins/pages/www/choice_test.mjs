import assert from "node:assert/strict";
import {test} from "node:test";
import {choose, pause_before} from "../../../../../plugins/pages/www/choice.js";
import {codec_name} from "../../../../../plugins/pages/www/text.js";

const browser = (without = [], facts = {}) =>
  ({mse: true, native_hls: false, type: (text) => !without.some((word) => text.includes(word)), ...facts});
const video = (codec) => [{kind: "video", codec}];

test("HLS first, FLV and DASH behind it", () => {
  assert.deepEqual(choose("auto", video("avc1"), browser(), codec_name).order, ["hls", "flv", "dash"]);
  assert.deepEqual(choose("flv", video("avc1"), browser(), codec_name).order, ["flv"]);
});

test("unknown tracks speak against nothing", () => {
  assert.deepEqual(choose("auto", [], browser(), codec_name).order, ["hls", "flv", "dash"]);
});

test("without Media Source Extensions only what the browser can by itself", () => {
  const {order, refused} = choose("auto", video("avc1"), browser([], {mse: false, native_hls: true}), codec_name);
  assert.deepEqual(order, ["native"]);
  assert.match(refused.hls, /Media Source/);
});

test("a codec the browser lacks is named", () => {
  const {order, refused} = choose("auto", video("hvc1"), browser(["hvc1", "hev1"]), codec_name);
  assert.deepEqual(order, []);
  assert.equal(refused.hls, "this browser does not decode H.265");
});

test("any spelling of a codec is enough", () => {
  assert.deepEqual(choose("hls", video("hvc1"), browser(["hvc1"]), codec_name).order, ["hls"]);
});

test("what FLV cannot carry goes by HLS", () => {
  const {order, refused} = choose("auto", video("vp09"), browser(), codec_name);
  assert.deepEqual(order, ["hls", "dash"]);
  assert.equal(refused.flv, "the FLV player does not know VP9");
});

test("what no browser plays", () => {
  assert.equal(choose("auto", video("alaw"), browser(), codec_name).refused.hls, "G.711 A cannot be played in a browser");
  assert.deepEqual(choose("auto", [{kind: "data", codec: "text"}], browser(), codec_name).order, ["hls", "flv", "dash"]);
});

test("tries come slower, to a bound", () => {
  assert.equal(pause_before(0), 1);
  assert.equal(pause_before(100), 5);
});
