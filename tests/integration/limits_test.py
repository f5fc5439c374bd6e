"""The limits a server keeps by default or is told: what is over them is refused, counted, and nothing else suffers."""
import time
import unittest

from harness import flv
from harness.chunks import VIDEO
from harness.live_case import LiveTest
from harness.patience import MEMORY_TELLS, PACE, until
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, flv_tags


class Limits(LiveTest):
    def client(self, connect=True):
        client = self.keep(RtmpClient(self.server.host, self.server.port))
        return client.connect() if connect else client

    def closed(self, client, seconds):
        try:
            client.collect(lambda: False, seconds)
        except Closed:
            return True
        except AssertionError:
            return False

    def test_connections_per_address(self):
        self.server = self.serve(settings={"limits": {"connections_per_address": 4}})
        inside = [self.client() for _ in range(4)]
        extra = self.client(connect=False)
        self.assertTrue(self.closed(extra, 2), "a fifth connection is served")
        inside[0].call("createStream", None)
        until(lambda: self.server.metrics().get(("net_refused_total", ()), 0) >= 1, 2, "it is counted")
        inside[1].close()

        def served():
            client = self.client(connect=False)
            try:
                return client.connect()
            except (Closed, AssertionError, OSError):
                client.close()
        until(served, 5, "there is room again")

    def test_streams(self):
        self.server = self.serve(settings={"limits": {"streams": 2}})
        tags = flv_tags("short.flv")
        for name in ("one", "two"):
            publisher = self.client()
            publisher.publish(name)
            for tag in tags[:10]:
                publisher.send_tag(tag)
        third = self.client()
        try:
            code = third.publish("three", expect=None)
        except Closed:
            code = third.statuses[-1]["code"] if third.statuses else "closed without a word"
        self.assertNotEqual(code, "NetStream.Publish.Start")
        self.assertTrue(code.startswith("NetStream.Publish."), code)
        self.assertEqual(sorted(self.server.streams()), ["live/one", "live/two"])

    def test_a_publisher_that_never_sends(self):
        self.server = self.serve(apps={"live": {"grace_ms": 0}}, settings={"limits": {"first_frame_ms": 1500}})
        publisher = self.client()
        publisher.publish("cam")
        begun = time.monotonic()
        self.assertTrue(self.closed(publisher, 10), "it may stay for ever")
        self.assertGreater(time.monotonic() - begun, 1.0)
        self.server.wait_gone("live/cam")

    def test_the_cache_is_bounded_and_a_player_waits_for_the_next_key_frame(self):
        self.server = self.serve(apps={"live": {"gop_cache_bytes": 20_000}})
        tags = [t for t in flv_tags("short.flv") if t.kind == VIDEO]
        held = next(i for i, t in enumerate(tags) if t.time > 1700)  # the first group is larger than the cache
        publisher = self.client()
        publisher.publish("cam")
        for tag in tags[:held]:
            publisher.send_tag(tag)
        self.server.wait_live("live/cam")
        until(lambda: self.server.streams()["live/cam"]["frames"] >= held - 1, 5, "all of it is in")
        player = self.client()
        player.play("cam")
        # At its own pace: a burst larger than the cache would pass the reader by.
        Feed(publisher, tags[held:80], loop=False).start().wait()
        wanted = flv.marks([t for t in tags[:80] if t.time >= 2000], VIDEO)
        player.collect(lambda: wanted[-1] in flv.marks(player.media, VIDEO), 5, "the second group")
        self.assertEqual(flv.marks(player.media, VIDEO), wanted)
        self.assertTrue(flv.frames(player.media, VIDEO)[0][1].key)

    @unittest.skipUnless(MEMORY_TELLS, "under a sanitizer memory says nothing")
    def test_memory_of_many_connections_comes_back(self):
        self.server = self.serve()
        publisher = self.client()
        publisher.publish("cam")
        self.keep(Feed(publisher, flv_tags("short.flv")).start())
        self.server.wait_live("live/cam")

        def crowd():
            players = [self.client() for _ in range(50)]
            for player in players:
                player.play("cam")
            for player in players:
                player.collect(lambda: flv.frames(player.media, VIDEO), 5)
                player.close()
            until(lambda: not self.server.viewers(), 5, "all are gone")
        crowd()
        before, grown = self.server.memory(), []
        for _ in range(3):
            crowd()
            grown.append(self.server.memory() - before)
        self.assertLess(min(grown), 1 << 20, f"memory grows with every crowd: {grown}")

    def test_a_flood_of_bad_peers_does_not_fill_the_log(self):
        self.server = self.serve()
        mark, begun = len(self.server.log()), time.monotonic()
        for _ in range(300):
            client = self.client(connect=False)
            client.send_raw(b"\x00" + bytes(64))
            client.close()
        took = time.monotonic() - begun
        until(lambda: self.server.ask("status"), 5, "it still answers")
        lines = [line for line in self.server.log()[mark:].splitlines() if "127.0.0.1:" in line]
        self.assertLess(len(lines), 24 * (took + 1) * PACE, f"{len(lines)} lines in {took:.1f} s")


if __name__ == "__main__":
    unittest.main(verbosity=2)
