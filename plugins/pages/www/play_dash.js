// DASH by Shaka Player, low latency where the manifest offers it.
import {carry} from "./links.js";
import {load_script} from "./script.js";

const shaka = await load_script(new URL("./vendor/shaka.dash.js", import.meta.url).href, "shaka");
shaka.polyfill.installAll();

const target_s = 1.5; // behind live

const config = {
  streaming: {
    lowLatencyMode: true,
    rebufferingGoal: 0.1,
    bufferBehind: 30,
    // Catches up, and never slows the sound down to fall back.
    liveSync: {enabled: true, targetLatency: target_s, targetLatencyTolerance: 0.5, minPlaybackRate: 1, maxPlaybackRate: 1.1},
    retryParameters: {maxAttempts: 3},
  },
  // The first request may be held until there is something to list.
  manifest: {retryParameters: {maxAttempts: 1, timeout: 20000}, dash: {ignoreMinBufferTime: true}},
};

export function start(video, url, {credentials, report}) {
  const player = new shaka.Player();
  player.configure(config);
  player.getNetworkingEngine().registerRequestFilter((_, request) => {
    request.uris = request.uris.map((uri) => carry(uri, credentials, location.origin));
  });

  const failed = (error) => {
    const code = error.code === shaka.util.Error.Code.BAD_HTTP_STATUS ? error.data?.[1] : 0;
    if (error.code === shaka.util.Error.Code.LOAD_INTERRUPTED) return;
    report.note(`shaka ${error.code}${code ? ` (${code})` : ""}`);
    report.failed({gone: code === 404, denied: code === 401 || code === 403, why: `DASH error ${error.code}`});
  };
  player.addEventListener("error", (event) => {
    if (event.detail.severity === shaka.util.Error.Severity.CRITICAL) failed(event.detail);
    else report.note(`shaka ${event.detail.code}`);
  });
  // Left to itself it begins at the newest frame, and stops at once since nothing follows yet.
  player.attach(video).then(() => player.load(url, -target_s)).catch(failed);

  return {
    stop: () => { player.destroy(); },
    figures() {
      const told = player.getStats();
      const [variant] = player.getVariantTracks().filter((track) => track.active);
      return {
        latency: told.liveLatency || NaN,
        codecs: variant?.codecs ?? "",
        bitrate: variant?.bandwidth ?? NaN,
      };
    },
  };
}
