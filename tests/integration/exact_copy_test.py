"""What ffmpeg publishes ffmpeg plays: packet for packet, from a key frame, without a gap, at once."""
import os
import subprocess
import tempfile
import time
import unittest

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.clips import clip
from harness.live_case import LiveTest
from harness.packets import check_copy, probe
from harness.patience import PACE, until
from harness.programs import ffmpeg_play, ffmpeg_publish
from harness.rtmp import RtmpClient
from harness.source import flv_tags

GOP = 50  # frames, of every H.264 clip


class ExactCopy(LiveTest):
    def setUp(self):
        self.server = self.serve()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def out(self, name="got.flv"):
        return os.path.join(self.folder.name, name)

    def publisher(self, name="cam"):
        client = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        client.publish(name)
        return client

    def test_ffmpeg_to_ffmpeg_with_b_frames(self):
        sent = probe(clip("cam.flv"))
        publisher = self.keep(ffmpeg_publish(clip("cam.flv"), self.server.url("live/cam")))
        self.server.wait_live("live/cam")
        player = self.keep(ffmpeg_play(self.server.url("live/cam"), self.out()))
        publisher.wait(40)
        player.wait(15)
        got = probe(self.out())
        firsts = check_copy(self, sent, got)
        self.assertEqual(firsts["video"] % GOP, 0)
        self.assertLess(firsts["video"], 3 * GOP, "the player came in far too late")
        self.assertTrue(any(p.pts != p.dts for p in got["video"]), "no B-frames: the test would prove little")

    def test_join_in_mid_gop_begins_with_the_key_frame(self):
        tags = flv_tags("cam.flv")
        held = next(i for i, t in enumerate(tags) if t.kind == VIDEO and t.time > 3100)  # in the second GOP
        publisher = self.publisher()
        for tag in tags[:held]:
            publisher.send_tag(tag)
        self.server.wait_live("live/cam")
        player = self.keep(ffmpeg_play(self.server.url("live/cam"), self.out()))
        until(lambda: self.server.viewers("live/cam"), 15, "the player is listed")
        for tag in tags[held:held + 200]:
            publisher.send_tag(tag)
            publisher.poll(0.005)
        publisher.unpublish("cam")
        player.wait(20)
        sent, got = probe(clip("cam.flv")), probe(self.out())
        firsts = check_copy(self, sent, got, to_the_end=False)
        self.assertEqual(firsts["video"], GOP)
        part = tags[:held + 200]
        for kind, number in (("video", VIDEO), ("audio", AUDIO)):
            self.assertEqual(firsts[kind] + len(got[kind]), len(flv.frames(part, number)), f"the end of {kind}")

    def test_the_cached_gop_comes_though_the_publisher_is_silent(self):
        tags = flv_tags("cam.flv")
        held = next(i for i, t in enumerate(tags) if t.kind == VIDEO and t.time > 3100)
        publisher = self.publisher()
        for tag in tags[:held]:
            publisher.send_tag(tag)
        wanted = flv.marks(tags[:held], VIDEO)[GOP:]
        self.server.wait_live("live/cam")
        self.wait_frames_in("live/cam", wanted)
        player = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        asked = time.monotonic()
        player.play("cam")
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) >= len(wanted), 5, "the cached GOP")
        first = next(at for at, m in zip(player.arrivals, player.media) if m.kind == VIDEO)
        self.assertEqual(flv.marks(player.media, VIDEO), wanted)
        self.assertTrue(flv.frames(player.media, VIDEO)[0][1].key)
        configs = [flv.facts(m).codec for m in player.media if flv.is_config(m)]
        self.assertEqual(sorted(configs), ["avc1", "mp4a"])
        for kind in (VIDEO, AUDIO):
            first_of_kind = next(m for m in player.media if m.kind == kind)
            self.assertTrue(flv.is_config(first_of_kind), "a frame came before its configuration")
        self.assertLess(first - asked, 0.5 * PACE, "first picture")

    def wait_frames_in(self, key, wanted):
        """A probing player sees the newest frame: the server has taken in all that was sent."""
        deadline = time.monotonic() + 10 * PACE
        while time.monotonic() < deadline:
            player = RtmpClient(self.server.host, self.server.port).connect()
            try:
                player.play(key.split("/")[1])
                player.collect(lambda: wanted[-1] in flv.marks(player.media, VIDEO), 0.5)
                return
            except AssertionError:
                continue
            finally:
                player.close()
        self.fail("the server never showed the last frame")

    def test_ffprobe_knows_the_stream_at_once(self):
        self.keep(ffmpeg_publish(clip("cam.flv"), self.server.url("live/cam"), loop=True))
        self.server.wait_live("live/cam")
        begin = time.monotonic()
        done = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height,sample_rate",
                               "-of", "csv=p=0", self.server.url("live/cam")], capture_output=True, text=True,
                              timeout=30 * PACE)
        took = time.monotonic() - begin
        self.assertEqual(sorted(done.stdout.split()), ["aac,44100", "h264,320,180"], done.stderr)
        self.assertLess(took, 5 * PACE)

    def test_no_end_of_stream_is_invented_and_metadata_passes(self):
        publisher = self.keep(ffmpeg_publish(clip("short.flv"), self.server.url("live/cam")))
        self.server.wait_live("live/cam")
        player = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        player.play("cam")
        self.assertTrue(player.collect_to_end(20))
        publisher.wait(10)
        self.assertTrue(any(b"onMetaData" in m.body for m in flv.metadata(player.media)))
        self.assertIn(0, player.controls, "StreamBegin")
        self.assertIn(1, player.controls, "StreamEOF at the end")


if __name__ == "__main__":
    unittest.main(verbosity=2)
