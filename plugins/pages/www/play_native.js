// HLS by the browser itself, where it can.
export function start(video, url, {report}) {
  const fail = () => {
    const reason = {1: "aborted", 2: "the network failed", 3: "it cannot be decoded", 4: "not found, or of a kind this browser does not play"};
    const code = video.error?.code;
    report.note(`media error ${code}`);
    report.failed({gone: code === 4, denied: false, why: reason[code] ?? "unknown"});
  };
  video.addEventListener("error", fail);
  video.src = url;
  return {
    stop() {
      video.removeEventListener("error", fail);
      video.removeAttribute("src");
      video.load();
    },
    figures() {
      const begun = video.getStartDate?.()?.getTime();
      return {latency: begun > 0 ? (Date.now() - begun) / 1000 - video.currentTime : NaN, codecs: "", bitrate: NaN};
    },
  };
}
