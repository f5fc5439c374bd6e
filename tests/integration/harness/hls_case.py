"""A server with a publisher, and plain requests for what it says and holds."""
import http.client

from harness.clips import clip
from harness.live_case import LiveTest
from harness.patience import until
from harness.places import free_port
from harness.programs import ffmpeg_publish


class Player(LiveTest):
    def live(self, name="cam.flv", key="live/cam", loop=True, hls=None, **words):
        """A server with this configuration of the hls module, and somebody who publishes."""
        self.http = free_port()
        server = self.serve(modules={"http": {"config": {"listen": f"127.0.0.1:{self.http}"}},
                                     "hls": {"config": hls or {}}}, **words)
        self.wait_routes()
        self.publisher = self.keep(ffmpeg_publish(clip(name), server.url(key), loop))
        server.wait_live(key)
        return server

    def wait_routes(self, port=None):
        """A server listens before all of its modules serve."""
        until(lambda: b"No route" not in self.get("/live/none/v1/seg_0.m4s", port=port)[1], 20, "the routes of HLS are there")

    def get(self, path, seconds=40, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.http, timeout=seconds)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def text(self, path, port=None):
        status, body = self.get(path, port=port)
        self.assertEqual(status, 200, (path, body[:200]))
        return body.decode()
