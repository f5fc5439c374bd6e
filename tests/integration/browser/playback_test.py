"""What is published is watched in Chromium, from the stream's own page: low-latency HLS, FLV and DASH."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from drive import drive, watch
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.places import LOGS
from harness.clips import clip
from harness.programs import Program, ffmpeg_publish
from harness.rtmp import RtmpClient
from harness.source import Feed, coded_tags, interleaved
from harness.web import Wire

SECONDS = 20
SHORT = 6
PICTURES = os.path.join(LOGS, "playback")


class Playback(LiveTest):
    def live(self, key="live/cam", video=True, audio=True):
        """A camera: pictures with B-frames, a key frame each second, and a tone."""
        server = self.serve(http={})
        inputs, codecs = [], []
        if video:
            inputs += ["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25"]
            codecs += ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p", "-b:v", "600k"]
        if audio:
            inputs += ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
            codecs += ["-c:a", "aac", "-b:a", "96k"]
        self.keep(Program(["ffmpeg", "-hide_banner", "-loglevel", "warning", *inputs, *codecs, "-f", "flv", server.url(key)]))
        server.wait_live(key)
        until(lambda: self.page_is_there(server, key), 10, "the page's route is there", 0.1)
        return server

    def feed(self, server, key, *tracks):
        """Clips that no ffmpeg of Debian 12 publishes. Where they are repeated they leave a gap of a frame."""
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish(key.split("/")[1])
        self.keep(Feed(client, interleaved(*tracks)).start())
        server.wait_live(key)
        until(lambda: self.page_is_there(server, key), 10, "the page's route is there", 0.1)

    @staticmethod
    def page_is_there(server, key):
        wire = Wire(server)
        try:
            return wire.ask("/" + key).status == 200
        finally:
            wire.close()

    def watch(self, server, player, seconds, key="live/cam"):
        os.makedirs(PICTURES, exist_ok=True)
        url = f"http://{server.host}:{server.http_port}/{key}"
        name = self.id().rsplit("test_", 1)[1]
        told = watch(url, player, seconds, start_within=30 * PACE, picture=os.path.join(PICTURES, f"{name}.png"))
        self.assertEqual(told["complaints"], [], told)
        return told

    def plays(self, server, player, seconds=SECONDS):
        told = self.watch(server, player, seconds)
        self.assertGreaterEqual(told["played"], 0.9 * seconds, told)
        print(f"\n{player}: {told}", file=sys.stderr)
        return told

    def test_low_latency_hls(self):
        told = self.plays(self.live(), "hls")
        self.assertEqual(told["player"], "hls")
        self.assertTrue(told["low_latency"], told)
        self.assertGreater(told["frames"], 20 * SECONDS, told)
        self.assertLessEqual(told["clock_latency"]["median"], 3 * PACE, told)

    def test_flv(self):
        told = self.plays(self.live(), "flv")
        self.assertEqual(told["player"], "flv")
        self.assertGreater(told["frames"], 20 * SECONDS, told)
        self.assertLessEqual(told["latency"]["median"], 1 * PACE, told)

    def test_flv_by_websocket(self):
        server = self.live()
        _, told = drive("websocket", base=f"http://{server.host}:{server.http_port}", path="/live/cam.flv")
        self.assertEqual((told["failed"], told["complaints"]), ([], []), told)
        self.assertGreaterEqual(told["played"], 5, told)
        self.assertGreater(told["frames"], 100, told)

    def test_dash(self):
        told = self.plays(self.live(), "dash")
        self.assertEqual(told["player"], "dash")
        self.assertGreater(told["frames"], 20 * SECONDS, told)
        self.assertLessEqual(told["latency"]["median"], 3 * PACE, told)
        self.assertLessEqual(told["latency"]["median"], 2 * PACE, told)

    def test_sound_alone(self):
        server = self.live(video=False)
        for player in ("hls", "flv", "dash"):
            with self.subTest(player=player):
                self.plays(server, player, SHORT)

    def test_picture_alone(self):
        server = self.live(audio=False)
        for player in ("hls", "flv", "dash"):
            with self.subTest(player=player):
                self.assertGreater(self.plays(server, player, SHORT)["frames"], 20 * SHORT)

    def test_av1_and_opus(self):
        server = self.serve(http={})
        self.feed(server, "live/cam", coded_tags("long-av1.mp4"), coded_tags("long-opus.mp4"))
        for player in ("hls", "dash"):
            with self.subTest(player=player):
                told = self.plays(server, player, SHORT)
                self.assertGreater(told["frames"], 20 * SHORT, told)
                self.assertIn("av01", str(told["codecs"]), told)

    def test_a_ladder(self):
        server = self.live()
        self.keep(ffmpeg_publish(clip("cam.flv"), server.url("live/cam~180p"), True))
        server.wait_live("live/cam~180p")
        told = self.plays(server, "hls", SHORT)
        self.assertGreater(told["frames"], 20 * SHORT, told)

    def test_what_this_browser_cannot_play_is_said(self):
        server = self.serve(http={})
        self.feed(server, "live/cam", coded_tags("hevc.mp4"), coded_tags("aac.mp4", style="classic"))
        told = self.watch(server, "hls", SHORT)
        self.assertEqual(told["played"], 0, told)
        self.assertRegex(told["why"], r"H\.265|HEVC|hvc1", told)


if __name__ == "__main__":
    unittest.main()
