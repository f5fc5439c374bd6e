// HLS by hls.js: low latency by parts and blocking reload where the playlist offers them.
import Hls from "./vendor/hls.min.mjs";
import {carry} from "./links.js";

const worker = new URL("./vendor/hls.worker.js", import.meta.url).href;

const config = (credentials) => ({
  lowLatencyMode: true,
  workerPath: worker,
  backBufferLength: 30,
  maxLiveSyncPlaybackRate: 1.1,
  // The first request may be held until there is something to list.
  manifestLoadPolicy: {default: {maxTimeToFirstByteMs: 20000, maxLoadTimeMs: 20000, timeoutRetry: null, errorRetry: null}},
  xhrSetup(request, url) {
    const full = carry(url, credentials, location.origin);
    if (full !== url) request.open("GET", full, true);
  },
});

export function start(video, url, {credentials, report}) {
  if (!Hls.isSupported()) throw new Error("hls.js needs Media Source Extensions");
  const hls = new Hls(config(credentials));
  let recovered_at = -Infinity;

  hls.on(Hls.Events.ERROR, (_, error) => {
    report.note(`${error.details}${error.response?.code ? ` (${error.response.code})` : ""}`);
    if (!error.fatal) return;
    const code = error.response?.code;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && error.details !== "manifestIncompatibleCodecsError" &&
        performance.now() - recovered_at > 10000) {
      recovered_at = performance.now();
      hls.recoverMediaError();
      return;
    }
    report.failed({gone: code === 404, denied: code === 401 || code === 403, why: error.error?.message ?? error.details});
  });
  hls.on(Hls.Events.LEVEL_UPDATED, (_, {details}) => {
    if (!details.live) report.ending();
  });
  hls.loadSource(url);
  hls.attachMedia(video);

  return {
    stop: () => hls.destroy(),
    figures() {
      const level = hls.levels[hls.currentLevel] ?? hls.levels[hls.loadLevel];
      return {
        latency: hls.latency || NaN,
        target: hls.targetLatency ?? NaN,
        clock_latency: hls.playingDate ? (Date.now() - hls.playingDate.getTime()) / 1000 : NaN,
        low_latency: Boolean(level?.details?.partList?.length),
        codecs: [level?.videoCodec, level?.audioCodec].filter(Boolean).join(", "),
        bitrate: level?.bitrate ?? NaN,
      };
    },
  };
}
