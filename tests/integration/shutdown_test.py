"""The end of a server: asked to stop it drains, told twice it goes at once; two servers do not meet."""
import os
import signal
import time
import unittest

from harness import flv
from harness.chunks import VIDEO
from harness.crowd import Crowd
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, flv_tags

DRAIN = 3  # s


class Shutdown(LiveTest):
    def busy(self):
        """A server with a publisher and players that read."""
        server = self.serve(settings={"limits": {"drain_ms": DRAIN * 1000}})
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        feed = self.keep(Feed(publisher, flv_tags("short.flv")).start())
        server.wait_live("live/cam")
        crowd = self.keep(Crowd(server).join("cam", 10).start())
        until(lambda: all(m.seen for m in crowd.readers), 10, "the players play")
        return server, feed, crowd

    def test_sigterm_drains_and_exits_0(self):
        server, feed, crowd = self.busy()
        folder = os.path.dirname(server.control)
        begun = time.monotonic()
        self.assertEqual(server.stop(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - begun, (DRAIN + 3) * PACE, "longer than its drain deadline")
        until(lambda: all(m.ended for m in crowd.readers), 5, "players are closed")
        self.assertFalse(os.path.exists(folder), "the runtime folder was left behind")

    def test_sigterm_with_stuck_players_keeps_its_deadline(self):
        server, _, crowd = self.busy()
        crowd.join("cam", 5, reads=False)
        until(lambda: len(server.viewers("live/cam")) == 15, 10, "all are listed")
        begun = time.monotonic()
        self.assertEqual(server.stop(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - begun, (DRAIN + 3) * PACE)

    def test_new_ones_are_refused_while_draining(self):
        server, _, _ = self.busy()
        server.process.send_signal(signal.SIGTERM)

        def refused():
            try:
                client = RtmpClient(server.host, server.port)
            except OSError:
                return True
            try:
                client.handshake()
                return False
            except (Closed, AssertionError, OSError):
                return True
            finally:
                client.close()
        until(refused, 5, "new connections are refused")
        self.assertEqual(server.stop(), 0)

    def test_sigint_twice_exits_at_once(self):
        server = self.serve(expect_exit=None)
        server.process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        try:
            server.process.send_signal(signal.SIGINT)
        except ProcessLookupError:
            pass
        server.process.wait(5 * PACE)
        self.assertLess(time.monotonic() - begun, 2 * PACE)

    def test_two_servers_on_one_host(self):
        quick = {"limits": {"drain_ms": DRAIN * 1000}}
        first, second = self.serve(settings=quick), self.serve(settings=quick)
        for server, clip in ((first, "short.flv"), (second, "other.flv")):
            publisher = self.keep(RtmpClient(server.host, server.port)).connect()
            publisher.publish("cam")
            self.keep(Feed(publisher, flv_tags(clip)).start())
            server.wait_live("live/cam")
        for server, clip in ((first, "short.flv"), (second, "other.flv")):
            player = self.keep(RtmpClient(server.host, server.port)).connect()
            player.play("cam")
            player.collect(lambda: flv.frames(player.media, VIDEO), 10, "pictures")
            config = next(flv.facts(m).payload for m in player.media if m.kind == VIDEO and flv.is_config(m))
            self.assertEqual(config, next(flv.facts(t).payload for t in flv_tags(clip) if t.kind == VIDEO))
        self.assertEqual(first.stop(), 0)
        self.assertTrue(second.alive())
        self.assertIn("live/cam", second.streams())


if __name__ == "__main__":
    unittest.main(verbosity=2)
