"""The operator's commands against a running server: what it lists and whom it throws out."""
import time
import unittest

from harness import flv
from harness.chunks import VIDEO
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, flv_tags


class Control(LiveTest):
    def setUp(self):
        self.server = self.serve()
        self.publisher = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        self.publisher.publish("cam")
        self.feed = self.keep(Feed(self.publisher, flv_tags("short.flv")).start())
        self.server.wait_live("live/cam")

    def player(self):
        player = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        player.play("cam")
        player.collect(lambda: flv.frames(player.media, VIDEO), 10, "pictures")
        return player

    def test_streams_and_viewers_are_listed(self):
        player = self.player()
        rows = self.server.run("streams", "--json")
        row = next(r for r in listed(rows, "streams") if r["key"] == "live/cam")
        self.assertEqual((row["state"], row["protocol"], row["viewers"]), ("live", "rtmp", 1))
        self.assertEqual(sorted(t["kind"] for t in row["tracks"]), ["audio", "video"])
        viewer, = listed(self.server.run("viewers", "live/cam", "--json"), "viewers")
        self.assertEqual(viewer["protocol"], "rtmp")
        self.assertTrue(viewer["peer"].endswith(f":{player.socket.getsockname()[1]}"), viewer)
        player.close()
        until(lambda: not self.server.viewers("live/cam"), 5, "the viewer is gone from the list")

    def test_kick_of_a_viewer_leaves_the_others(self):
        out, stays = self.player(), self.player()
        port = out.socket.getsockname()[1]
        viewer = next(v for v in self.server.viewers("live/cam") if v["peer"].endswith(f":{port}"))
        self.server.run("kick", "live/cam", "--viewer", str(viewer["id"]), "--json")
        kicked = time.monotonic()
        with self.assertRaises(Closed):
            out.collect(lambda: False, 5)
        self.assertLess(time.monotonic() - kicked, 2 * PACE)
        seen = len(flv.frames(stays.media, VIDEO))
        stays.collect(lambda: len(flv.frames(stays.media, VIDEO)) > seen + 30, 10, "pictures for the other")
        self.assertEqual(len(self.server.viewers("live/cam")), 1)
        self.assertIsNone(self.feed.failure)

    def test_kick_of_a_publisher_ends_the_stream(self):
        player = self.player()
        self.server.run("kick", "live/cam", "--json")
        until(lambda: self.feed.failure is not None, 10, "the publisher is cut off")
        self.assertTrue(player.collect_to_end(20))
        self.server.wait_gone("live/cam", 20)

    def test_kick_of_nobody_says_so(self):
        done = self.server.run("kick", "live/nobody", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("live/nobody", done.stdout + done.stderr)

    def test_metrics_and_modules(self):
        self.player()
        self.publisher.send(VIDEO, b"", csid=6, stream=self.publisher.stream)
        until(lambda: any(name == "rtmp_dropped_messages_total" for name, _ in self.server.metrics()), 5,
              "an empty message is counted")
        rows = listed(self.server.run("modules", "list", "--json"), "modules")
        self.assertEqual(next(r["state"] for r in rows if r["id"] == "rtmp"), "serving")


def listed(document, name):
    """The list in an answer, whether it stands bare or under its name."""
    return document if isinstance(document, list) else document[name]


if __name__ == "__main__":
    unittest.main(verbosity=2)
