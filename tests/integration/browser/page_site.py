"""The pages as the http module serves them, with an API that tells what a test wants: the files, headers and routes of
plugins/pages without a server behind them. `python3 page_site.py [PORT]` serves a few streams to look at."""
import http.server
import json
import math
import os
import re
import sys
import threading
import time
import urllib.parse

from harness.places import ROOT

ROOM = os.path.join(ROOT, "plugins", "pages")
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
         ".svg": "image/svg+xml", ".json": "application/json", ".m3u8": "application/vnd.apple.mpegurl",
         ".mpd": "application/dash+xml", ".mp4": "video/mp4", ".m4s": "video/iso.segment", ".ts": "video/mp2t"}


def policy():
    """The policy that the module sends, from its source: what is tested here is what goes out there."""
    with open(os.path.join(ROOM, "records.hpp"), encoding="utf-8") as file:
        literal = re.search(r"content_security_policy =\s*((?:\"[^\"]*\"\s*)+);", file.read())[1]
    return "".join(re.findall(r'"([^"]*)"', literal))


def default_links():
    with open(os.path.join(ROOT, "manifests/pages.json"), encoding="utf-8") as file:
        return json.load(file)["module"]["config_schema"]["properties"]["links"]["default"]


def stream(key, codec="avc1", width=1920, height=1080, **facts):
    tracks = [{"kind": "video", "codec": codec, "width": width, "height": height},
              {"kind": "audio", "codec": "mp4a", "sample_rate": 48000, "channels": 2}]
    return {"key": key, "state": "live", "age_s": 754, "viewers": 12, "bitrate": 4_200_000, "fps": 30, "gop_ms": 2000,
            "tracks": tracks, "packagings": [], **facts}


class Site:
    """Serves until closed. `streams` may change meanwhile; `hidden`: the reason why nobody sees them.
    `media`: a folder whose files are the streams' own addresses; `endless`: {path: a callable that gives an iterable
    of bytes}."""

    def __init__(self, streams=(), hidden="", vendor=None, media=None, endless=None, port=0):
        self.streams, self.hidden, self.vendor, self.media = list(streams), hidden, vendor, media
        self.endless = endless or {}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                try:
                    site.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # ---- routes ----------------------------------------------------------------------------------------------

    def answer(self, request):
        path = urllib.parse.unquote(urllib.parse.urlsplit(request.path).path)
        if path.startswith("/_sluice/api/"):
            return self.tell(request, path.removeprefix("/_sluice/api/"))
        if path in self.endless:
            return self.send_endless(request, self.endless[path]())
        if path == "/":
            return self.send_file(request, os.path.join(ROOM, "www"), "index.html")
        if path.startswith("/_sluice/www/vendor/") and self.vendor:
            return self.send_file(request, self.vendor, path.removeprefix("/_sluice/www/vendor/"))
        if path.startswith("/_sluice/www/"):
            return self.send_file(request, os.path.join(ROOM, "www"), path.removeprefix("/_sluice/www/"))
        if self.media and os.path.isfile(os.path.join(self.media, path.lstrip("/"))):
            return self.send_file(request, self.media, path.lstrip("/"))
        if path.endswith((".m3u8", ".mpd", ".flv", ".ts", ".mp4", ".ico")) or path.count("/") < 2:
            return self.send(request, 404, "text/plain", b"not found\n")
        return self.send_file(request, os.path.join(ROOM, "www"), "player.html")

    def tell(self, request, what):
        if what == "page":
            return self.send_json(request, {"links": default_links()})
        if self.hidden:
            return self.send_json(request, {"error": self.hidden}, 403)
        told = [{**one, "bitrate": one["bitrate"] * (1 + 0.2 * math.sin(time.monotonic() + len(one["key"])))} for one in self.streams]
        if what == "streams":
            return self.send_json(request, {"streams": told, "left_out": 0})
        found = [one for one in told if "streams/" + one["key"] == what]
        return self.send_json(request, {"stream": found[0]} if found else {"error": "This stream is not live."}, 200 if found else 404)

    def send_json(self, request, value, status=200):
        self.send(request, status, "application/json", json.dumps(value).encode())

    def send_file(self, request, folder, name):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                self.send(request, 200, TYPES.get(os.path.splitext(name)[1], "application/octet-stream"), file.read())
        except OSError:
            self.send(request, 404, "text/plain", b"not found\n")

    def send(self, request, status, kind, body):
        request.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": policy(),
                            "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def send_endless(self, request, pieces):
        request.send_response(200)
        request.send_header("Content-Type", "video/x-flv")
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True
        for piece in pieces:
            request.wfile.write(piece)


if __name__ == "__main__":
    site = Site([stream("live/cam"), stream("live/uhd", "hvc1", 3840, 2160)], port=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(site.base, flush=True)
    site.thread.join()
