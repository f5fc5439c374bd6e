"""What is published is watched in Chromium, from the stream's own page: low-latency HLS, FLV and DASH."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from drive import watch
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.places import LOGS
from harness.programs import Program
from harness.web import Wire

SECONDS = 20
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

    @staticmethod
    def page_is_there(server, key):
        wire = Wire(server)
        try:
            return wire.ask("/" + key).status == 200
        finally:
            wire.close()

    def plays(self, server, player, key="live/cam"):
        os.makedirs(PICTURES, exist_ok=True)
        url = f"http://{server.host}:{server.http_port}/{key}"
        told = watch(url, player, SECONDS, start_within=30 * PACE, picture=os.path.join(PICTURES, f"{player}.png"))
        self.assertEqual(told["complaints"], [], told)
        self.assertGreaterEqual(told["played"], 0.9 * SECONDS, told)
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

    def test_dash(self):
        told = self.plays(self.live(), "dash")
        self.assertEqual(told["player"], "dash")
        self.assertGreater(told["frames"], 20 * SECONDS, told)


if __name__ == "__main__":
    unittest.main()
