"""A publisher that vanishes, comes back, says goodbye, or never returns: what its players see."""
import time
import unittest

from harness import flv
from harness.chunks import ACKNOWLEDGEMENT, AUDIO, VIDEO
from harness.clips import clip
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.programs import ffmpeg_publish
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, flv_tags


class Grace(LiveTest):
    def player(self, server):
        player = self.keep(RtmpClient(server.host, server.port)).connect()
        player.play("cam")
        return player

    def times(self, media, kind):
        return [time for time, _ in flv.frames(media, kind)]

    def test_killed_and_back_keeps_the_players(self):
        server = self.serve()
        first = self.keep(ffmpeg_publish(clip("cam.flv"), server.url("live/cam"), loop=True))
        server.wait_live("live/cam")
        player = self.player(server)
        port = player.socket.getsockname()[1]
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 30, 15, "pictures")
        first.kill()
        player.collect(lambda: server.streams().get("live/cam", {}).get("state") == "grace", 10, "grace")
        before = len(player.media)
        again = self.keep(ffmpeg_publish(clip("other.flv"), server.url("live/cam"), loop=True))
        player.collect(lambda: len(flv.frames(player.media[before:], VIDEO)) > 60, 20, "pictures again")
        self.assertTrue(again.running())
        self.assertEqual(player.socket.getsockname()[1], port)
        after = player.media[before:]
        self.assertTrue(flv.frames(after, VIDEO)[0][1].key, "the second life begins with a key frame")
        wanted = {flv.facts(t).payload for t in flv_tags("other.flv") if flv.is_config(t)}
        self.assertEqual({flv.facts(m).payload for m in after if flv.is_config(m)}, wanted, "configurations")
        for kind in (VIDEO, AUDIO):
            times = self.times(player.media, kind)
            self.assertEqual(times, sorted(times), "the timeline goes back")
            seam = self.times(after, kind)[0] - self.times(player.media[:before], kind)[-1]
            self.assertGreater(seam, 0)
            self.assertLess(seam, 10_000 * PACE, "a jump much longer than the outage")
        apart = abs(self.times(after, VIDEO)[20] - self.times(after, AUDIO)[round(20 * 43 / 25)])
        self.assertLess(apart, 300, "sound and picture moved apart")
        self.assertFalse([s for s in player.statuses if "Unpublish" in s.get("code", "")], player.statuses)

    def test_a_goodbye_ends_players_at_once(self):
        server = self.serve()
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        tags = flv_tags("short.flv")
        for tag in tags[:60]:
            publisher.send_tag(tag)
        server.wait_live("live/cam")
        player = self.player(server)
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 10, 5, "pictures")
        said = time.monotonic()
        publisher.unpublish("cam")
        self.assertTrue(player.collect_to_end(10))
        self.assertLess(time.monotonic() - said, 2 * PACE)
        self.assertIn("NetStream.Play.UnpublishNotify", [s.get("code") for s in player.statuses])
        sent = flv.marks(tags[:60], VIDEO)
        self.assertEqual(flv.marks(player.media, VIDEO), sent, "the last frames were cut off")
        server.wait_gone("live/cam")

    def test_a_slow_player_gets_the_last_frames_after_a_goodbye(self):
        server = self.serve()
        tags = flv_tags("short.flv")
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        for tag in tags[:3]:
            publisher.send_tag(tag)
        server.wait_live("live/cam")
        player = self.keep(RtmpClient(server.host, server.port, receive_buffer=4096)).connect()
        player.play("cam")
        for tag in tags[3:]:
            publisher.send_tag(tag)
        publisher.unpublish("cam")
        server.wait_gone("live/cam")
        until(lambda: not server.viewers(), 10, "the player has left the list")
        # An acknowledgement to a connection the server has closed for good would throw away what the kernel holds.
        player.send(ACKNOWLEDGEMENT, bytes(4), csid=2)
        self.assertTrue(player.collect_to_end(10))
        self.assertEqual(flv.marks(player.media, VIDEO), flv.marks(tags, VIDEO))
        self.assertEqual(flv.marks(player.media, AUDIO), flv.marks(tags, AUDIO))

    def test_grace_that_runs_out_ends_players(self):
        server = self.serve(apps={"live": {"grace_ms": 1500}})
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        for tag in flv_tags("short.flv")[:60]:
            publisher.send_tag(tag)
        server.wait_live("live/cam")
        player = self.player(server)
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 10, 5, "pictures")
        publisher.close()
        lost = time.monotonic()
        self.assertTrue(player.collect_to_end(15))
        took = time.monotonic() - lost
        self.assertGreater(took, 1.2)
        self.assertLess(took, 4 * PACE)
        server.wait_gone("live/cam")

    def test_a_player_that_comes_in_grace_waits_with_the_others(self):
        server = self.serve()
        tags = flv_tags("short.flv")
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        for tag in tags[:60]:
            publisher.send_tag(tag)
        server.wait_live("live/cam")
        publisher.close()
        until(lambda: server.streams().get("live/cam", {}).get("state") == "grace", 10, "grace")
        player = self.player(server)
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 10, 5, "what is cached")
        back = self.keep(RtmpClient(server.host, server.port)).connect()
        back.publish("cam")
        cached = len(flv.frames(player.media, VIDEO))
        Feed(back, tags[:60], loop=False, speed=4).start().wait()
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) >= cached + 20, 5, "what comes new")
        times = self.times(player.media, VIDEO)
        self.assertEqual(times, sorted(times))

    def test_an_idle_publisher_is_let_go(self):
        server = self.serve(apps={"live": {"grace_ms": 500}}, settings={"limits": {"idle_publisher_ms": 1500}})
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        for tag in flv_tags("short.flv")[:60]:
            publisher.send_tag(tag)
        server.wait_live("live/cam")
        with self.assertRaises(Closed):
            publisher.collect(lambda: False, 15, "the server lets go")
        server.wait_gone("live/cam", 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
