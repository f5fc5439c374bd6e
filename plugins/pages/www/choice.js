// Which player can play a stream in this browser, and why another cannot.

export const kinds = {
  hls: {name: "HLS", suffix: "/index.m3u8"},
  flv: {name: "FLV", suffix: ".flv"},
  dash: {name: "DASH", suffix: "/manifest.mpd"},
  native: {name: "Native", suffix: "/index.m3u8"},
};

// Typical strings of each codec, RFC 6381: the API does not tell profiles. Any one that fits is enough.
const types = {
  avc1: ['video/mp4; codecs="avc1.42E01E"'],
  hvc1: ['video/mp4; codecs="hvc1.1.6.L93.B0"', 'video/mp4; codecs="hev1.1.6.L93.B0"'],
  av01: ['video/mp4; codecs="av01.0.04M.08"'],
  vp09: ['video/mp4; codecs="vp09.00.10.08"'],
  mp4a: ['audio/mp4; codecs="mp4a.40.2"'],
  Opus: ['audio/mp4; codecs="opus"'],
  ".mp3": ['audio/mp4; codecs="mp3"', 'audio/mp4; codecs="mp4a.69"', "audio/mpeg"],
  "ac-3": ['audio/mp4; codecs="ac-3"'],
  fLaC: ['audio/mp4; codecs="flac"'],
};

const in_flv = new Set(["avc1", "hvc1", "av01", "mp4a", ".mp3", "Opus"]);

// `support`: {mse, native_hls, type(text)} of the browser, type: whether it decodes that; `tracks` as the API tells them, [] when it does not;
// `codec_name` for people. Null: nothing speaks against it.
export function why_not(kind, tracks, support, codec_name) {
  if (kind === "native" && !support.native_hls) return "this browser plays no HLS by itself";
  if (kind !== "native" && !support.mse) return "this browser has no Media Source Extensions";
  for (const {codec, kind: sort} of tracks) {
    if (sort !== "video" && sort !== "audio") continue;
    if (!types[codec]) return `${codec_name(codec)} cannot be played in a browser`;
    if (!types[codec].some((text) => support.type(text))) return `this browser does not decode ${codec_name(codec)}`;
    if (kind === "flv" && !in_flv.has(codec)) return `the FLV player does not know ${codec_name(codec)}`;
  }
  return null;
}

// The kinds to try, in turn, and what speaks against the others: {order: [kind], refused: {kind: reason}}.
export function choose(wanted, tracks, support, codec_name) {
  const order = [];
  const refused = {};
  for (const kind of Object.keys(kinds)) {
    const reason = why_not(kind, tracks, support, codec_name);
    if (reason) refused[kind] = reason;
    else if (wanted === "auto" || wanted === kind) order.push(kind);
  }
  return {order, refused};
}

// Seconds until the next try; the first few come quickly, since a stream often returns at once.
export const pause_before = (attempt) => Math.min(5, 1 + attempt * 0.5);
