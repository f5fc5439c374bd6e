// Figures as people read them.

const names = {
  avc1: "H.264", hvc1: "H.265", av01: "AV1", vp09: "VP9", vp08: "VP8", mp4a: "AAC", Opus: "Opus", ".mp3": "MP3",
  "ac-3": "AC-3", fLaC: "FLAC", alaw: "G.711 A", ulaw: "G.711 µ",
};

export const unknown = "–";

export const codec_name = (codec) => names[codec] ?? codec;

export function bits(per_second) {
  if (!Number.isFinite(per_second) || per_second <= 0) return unknown;
  if (per_second >= 1e6) return `${(per_second / 1e6).toFixed(per_second >= 1e7 ? 0 : 1)} Mbit/s`;
  return `${Math.max(1, Math.round(per_second / 1e3))} kbit/s`;
}

export function duration(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return unknown;
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  if (minutes) return `${minutes} min`;
  return `${whole} s`;
}

export function seconds(value) {
  return Number.isFinite(value) && value >= 0 ? `${value.toFixed(value < 10 ? 1 : 0)} s` : unknown;
}

export function rate(fps) {
  return Number.isFinite(fps) && fps > 0 ? `${Math.round(fps * 10) / 10} fps` : unknown;
}

export function viewers(count) {
  return count === 1 ? "1 viewer" : `${Number.isFinite(count) ? count : 0} viewers`;
}

export const tracks_of = (stream, kind) => (stream?.tracks ?? []).filter((track) => track.kind === kind);

export function video_text(stream) {
  const [track] = tracks_of(stream, "video");
  if (!track) return "";
  return track.width ? `${codec_name(track.codec)} ${track.width}×${track.height}` : codec_name(track.codec);
}

export function audio_text(stream) {
  const [track, ...more] = tracks_of(stream, "audio");
  if (!track) return "";
  const words = [codec_name(track.codec)];
  if (track.sample_rate) words.push(`${track.sample_rate / 1000} kHz`);
  if (track.channels) words.push({1: "mono", 2: "stereo"}[track.channels] ?? `${track.channels} channels`);
  if (more.length) words.push(`+${more.length}`);
  return words.join(" ");
}

// "live/cam" as ["live/", "cam"]: where it is, what it is called.
export function split_key(key) {
  const at = key.lastIndexOf("/") + 1;
  return [key.slice(0, at), key.slice(at)];
}
