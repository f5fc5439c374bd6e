// HTTP-FLV by mpegts.js: one endless response, played as soon as it comes.
import {load_script} from "./script.js";

const mpegts = await load_script(new URL("./vendor/mpegts.js", import.meta.url).href, "mpegts");
mpegts.LoggingControl.enableAll = false;

const config = {
  enableWorker: false,
  enableStashBuffer: false,
  lazyLoad: false,
  liveSync: true,
  liveSyncMaxLatency: 0.9,
  liveSyncTargetLatency: 0.4,
  liveSyncPlaybackRate: 1.15,
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: 30,
  autoCleanupMinBackwardDuration: 15,
};

export function start(video, url, {report}) {
  const player = mpegts.createPlayer({type: "flv", isLive: true, url}, config);
  let facts = {};
  player.on(mpegts.Events.ERROR, (type, detail, told) => {
    const code = told?.code;
    report.note(`${type}: ${detail}${code > 0 ? ` (${code})` : ""}`);
    report.failed({gone: code === 404, denied: code === 401 || code === 403, why: told?.msg || detail});
  });
  player.on(mpegts.Events.LOADING_COMPLETE, () => report.ending());
  player.on(mpegts.Events.MEDIA_INFO, (told) => { facts = told; });
  player.attachMediaElement(video);
  player.load();

  return {
    stop: () => player.destroy(),
    // The response does not say when a frame was taken: what is known is how much lies between it and the eye.
    figures() {
      const {buffered, currentTime} = video;
      return {
        latency: buffered.length ? buffered.end(buffered.length - 1) - currentTime : NaN,
        at_least: true,
        codecs: [facts.videoCodec, facts.audioCodec].filter(Boolean).join(", "),
        bitrate: (player.statisticsInfo?.speed ?? NaN) * 8192,
      };
    },
  };
}
