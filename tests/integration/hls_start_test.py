"""HLS that begins when a stream is published, before anybody asks."""
import time
import unittest

import hls_rules
from harness.clips import clip
from harness.hls_case import Player
from harness.patience import PACE, until
from harness.programs import ffmpeg_publish

# So that segments older than this can only come from a window that began before the first request.
SHORT_CACHE = {"live": {"gop_cache_ms": 1000, "grace_ms": 1000}}


class AtPublish(Player):
    def retained(self, server):
        return self.generations(server)[0]["account"]["frames_retained"]

    def generations(self, server):
        return next(row for row in server.run("modules", "list", "--json") if row["id"] == "hls")["generations"]

    def packaged(self, server, key="live/cam"):
        return until(lambda: server.streams()[key]["packagings"], 10, f"{key} is packaged for nobody")

    def test_the_first_viewer_waits_for_nothing_and_sees_what_was_before(self):
        server = self.live(hls={"start": "publish"}, apps=SHORT_CACHE)
        self.packaged(server)
        until(lambda: server.streams()["live/cam"]["age_s"] >= 8, 20, "the stream has gone on for a while", 0.1)
        self.assertEqual(server.streams()["live/cam"]["viewers"], 0)
        began = time.monotonic()
        listed = self.text("/live/cam/index.m3u8")
        text = self.text("/live/cam/v1/media.m3u8")
        self.assertLess(time.monotonic() - began, 0.5 * PACE)
        self.assertEqual(hls_rules.check(listed) + hls_rules.check(text), [], text)
        now, _ = hls_rules.read(text)
        self.assertGreaterEqual(len(now.segments), 3, text)
        for segment in now.segments:
            self.assertEqual(self.get("/live/cam/v1/" + segment.uri)[0], 200)

    def test_what_it_holds_is_given_back_when_the_stream_ends(self):
        server = self.live(hls={"start": "publish", "window_bytes": 1 << 20, "window_segments": 3, "window_s": 6, "linger_s": 5},
                           apps=SHORT_CACHE)
        self.packaged(server)
        self.assertGreater(until(lambda: self.retained(server), 10, "it holds chunks"), 0)
        self.publisher.kill()
        server.wait_gone("live/cam")
        until(lambda: self.retained(server) == 0, 20, "it lets go of them", 0.1)

    def test_streams_that_were_there_before_the_module_are_begun_too(self):
        server = self.live(hls={"start": "publish"}, apps=SHORT_CACHE)
        self.packaged(server)
        server.run("modules", "reload", "hls")
        until(lambda: [one["generation"] for one in self.generations(server)] == [2], 10, "the former generation has gone")
        until(lambda: self.retained(server), 10, "the later one holds chunks")
        self.keep(ffmpeg_publish(clip("other.flv"), server.url("live/more"), True))
        server.wait_live("live/more")
        self.packaged(server, "live/more")

    def test_one_that_is_taken_from_it_is_begun_again(self):
        server = self.live(hls={"start": "publish"}, apps=SHORT_CACHE)
        self.packaged(server)
        kicked = [number for number in range(1, 12) if server.run("kick", "--viewer", str(number), check=False).returncode == 0]
        self.assertGreaterEqual(len(kicked), 3, "two tracks, and what names the tracks")
        anew = range(max(kicked) + 1, max(kicked) + 13)
        until(lambda: any(server.run("kick", "--viewer", str(number), check=False).returncode == 0 for number in anew), 20,
              "it reads again")


if __name__ == "__main__":
    unittest.main()
