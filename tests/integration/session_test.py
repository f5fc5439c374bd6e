"""One connection's life: pausing, publishing again, playing again, waiting for bytes to be merged."""
import unittest

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags

WINDOW = 300  # ms that writes are collected


class Sessions(LiveTest):
    def client(self, app="live"):
        return self.keep(RtmpClient(self.server.host, self.server.port, app)).connect()

    def live(self, app="live", **words):
        self.server = self.serve(**words)
        publisher = self.client(app)
        publisher.publish("cam")
        feed = self.keep(Feed(publisher, flv_tags("short.flv")).start())
        self.server.wait_live(f"{app}/cam")
        return publisher, feed

    def test_pause_and_on_again(self):
        self.live()
        player = self.client()
        player.play("cam")
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 10, 10, "pictures")
        player.tell("pause", None, True, 0, stream=player.stream)
        player.collect(lambda: any(s["code"] == "NetStream.Pause.Notify" for s in player.statuses), 5, "the notice")
        player.media.clear()
        with self.assertRaises(AssertionError):
            player.collect(lambda: flv.frames(player.media, VIDEO), 0.5)
        player.tell("pause", None, False, 0, stream=player.stream)
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 10, 10, "pictures again")
        self.assertIn("NetStream.Unpause.Notify", [s["code"] for s in player.statuses])
        self.assertTrue(flv.frames(player.media, VIDEO)[0][1].key, "goes on with a key frame")
        self.assertEqual(sorted(flv.facts(m).codec for m in player.media if flv.is_config(m)), ["avc1", "mp4a"])

    def test_publish_end_and_publish_again_on_one_connection(self):
        self.server = self.serve()
        tags, publisher = flv_tags("short.flv"), self.client()
        for name in ("one", "two", "one"):
            publisher.statuses.clear()
            publisher.publish(name)
            for tag in tags[:60]:
                publisher.send_tag(tag)
            self.server.wait_live(f"live/{name}")
            player = self.client()
            player.play(name)
            player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 10, 5, "pictures")
            publisher.unpublish(name)
            self.assertTrue(player.collect_to_end(5))
            self.assertEqual(flv.marks(player.media, VIDEO), flv.marks(tags[:60], VIDEO))
            self.server.wait_gone(f"live/{name}")

    def test_play_stop_and_play_again_on_one_connection(self):
        self.live()
        player = self.client()
        for _ in range(3):
            player.statuses.clear()
            player.media.clear()
            player.play("cam")
            player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 5, 10, "pictures")
            self.assertTrue(flv.frames(player.media, VIDEO)[0][1].key)
            player.tell("deleteStream", None, player.stream)
            until(lambda: not self.server.viewers(), 5, "the viewer is gone from the list")
            while player.poll(0.1):
                pass

    def test_a_second_role_on_one_connection_is_refused(self):
        publisher, feed = self.live()
        player = self.client()
        player.play("cam")
        player.tell("publish", None, "other", "live", stream=player.stream)
        player.collect(lambda: any(s["level"] == "error" for s in player.statuses), 5, "a refusal")
        seen = len(flv.frames(player.media, VIDEO))
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > seen + 20, 10, "the first role goes on")
        self.assertEqual(list(self.server.streams()), ["live/cam"])
        self.assertIsNone(feed.failure)

    def test_merged_writes_carry_the_same_frames(self):
        apps = {"merged": {"modules": {"rtmp": {"merge_window_ms": WINDOW}}}}
        _, feed = self.live("merged", apps=apps)
        player = self.client("merged")
        player.play("cam")
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 100, 20, "pictures")
        for kind in (VIDEO, AUDIO):
            sent, got = flv.marks(feed.sent, kind), flv.marks(player.media, kind)
            start = next(i for i in range(len(sent)) if sent[i:i + len(got)] == got)
            self.assertGreaterEqual(start, 0)
        self.assertTrue(flv.frames(player.media, VIDEO)[0][1].key)
        late = [(at, m) for at, m in zip(player.arrivals, player.media) if m.kind == VIDEO][60:]
        writes = 1 + sum(b[0] - a[0] > 0.05 for a, b in zip(late, late[1:]))
        self.assertLess(writes, len(late) / 3, f"{len(late)} pictures came in {writes} pieces: nothing was merged")

    def test_unmerged_writes_come_at_once(self):
        self.live()
        player = self.client()
        player.play("cam")
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 70, 20, "pictures")
        late = [at for at, m in zip(player.arrivals, player.media) if m.kind == VIDEO][-20:]
        gaps = sorted(b - a for a, b in zip(late, late[1:]))
        self.assertLess(gaps[len(gaps) // 2], 0.08 * PACE, "frames are held back")


if __name__ == "__main__":
    unittest.main(verbosity=2)
