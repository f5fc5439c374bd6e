"""Two servers that get the same stream: the same names, the same bytes, and a viewer who may ask either for anything.

What differs between two that each had a publisher of their own is when they received it: EXT-X-PROGRAM-DATE-TIME, MPD times, and
the box that says so in a chunk ("prft"). Of a source that knows when it captured, that is the same too.
"""
import os
import re
import subprocess
import tempfile
import unittest

import hls_rules
from harness import mp4
from harness.clips import clip
from harness.hls_case import Player
from harness.patience import until
from harness.places import EXAMPLES
from harness.programs import Program

FIXTURES = os.path.join(os.path.dirname(EXAMPLES), "tests", "conformance", "fixtures")
# Long enough for all that these tests publish, so that nobody's window has moved on.
WINDOW = {"window_segments": 100, "window_s": 200}


def undated(body):
    """A segment without its producer reference times."""
    return b"".join(body[begin - 8:end] for name, begin, end in mp4.boxes(body) if name != b"prft")


def names(text):
    """All that a media playlist names, but what it only hints at."""
    playlist, _ = hls_rules.read(text)
    parts = [part.uri for segment in playlist.segments for part in segment.parts] + [part.uri for part in playlist.open]
    return re.findall(r'MAP:URI="([^"]+)"', text) + [segment.uri for segment in playlist.segments] + parts


class TwoNodes(Player):
    def node(self, *arguments, **words):
        server = self.serve(http={}, modules={"hls": {"config": WINDOW}}, arguments=arguments, **words)
        self.wait_routes(server.http_port)
        return server

    def media(self, server, path):
        return self.text(path + "/media.m3u8", server.http_port)

    def bodies(self, server, path, listed):
        found = {name: self.get(f"{path}/{name}", port=server.http_port) for name in listed}
        self.assertEqual({status for status, _ in found.values()}, {200}, found.keys())
        return {name: body for name, (_, body) in found.items()}

    def publish(self, server):
        """The whole clip, twice as fast as it plays, then the end."""
        self.keep(Program(["ffmpeg", "-v", "warning", "-nostdin", "-readrate", "2", "-i", clip("cam.flv"), "-c", "copy", "-f", "flv",
                           server.url("live/cam")]))
        server.wait_live("live/cam")

    def test_two_publishers_of_one_clip_make_the_same_names_and_bytes(self):
        # The other is asked late and remembers little, so it begins with another segment.
        one, other = self.node(), self.node(apps={"live": {"gop_cache_ms": 1000}})
        self.publish(one)
        self.text("/live/cam/index.m3u8", one.http_port)
        self.publish(other)
        until(lambda: other.streams()["live/cam"]["frames"] > 250, 20, "some segments are over")
        self.text("/live/cam/index.m3u8", other.http_port)
        for rendition in ("v1", "a2"):
            path = "/live/cam/" + rendition
            first, second = self.ended(one, path), self.ended(other, path)
            with self.subTest(rendition=rendition):
                shared = names(second)
                self.assertGreater(len([name for name in shared if name.startswith("seg_")]), 1, second)
                self.assertLess(len(shared), len(names(first)), "both began with the same")
                self.assertEqual(names(first)[-len(shared) + 1:], shared[1:])
                self.assertEqual(names(first)[0], shared[0])
                here, there = self.bodies(one, path, shared), self.bodies(other, path, shared)
                self.assertEqual({name: undated(body) for name, body in here.items()},
                                 {name: undated(body) for name, body in there.items()})
                self.assertEqual(here[shared[0]], there[shared[0]], "the initialisation section has no date")
                lengths = [line for line in second.splitlines() if line.startswith("#EXTINF")]
                self.assertEqual([line for line in first.splitlines() if line.startswith("#EXTINF")][-len(lengths):], lengths)

    def ended(self, server, path):
        return until(lambda: next((t for t in [self.media(server, path)] if "#EXT-X-ENDLIST" in t), None), 30, "the list ends")

    def test_the_list_of_one_and_the_segments_of_the_other_play(self):
        one, other = self.node(), self.node()
        for server in (one, other):
            self.publish(server)
            self.text("/live/cam/index.m3u8", server.http_port)
        text = self.ended(one, "/live/cam/v1")
        self.ended(other, "/live/cam/v1")
        playlist, _ = hls_rules.read(text)
        init = re.search(r'MAP:URI="([^"]+)"', text)[1]
        body = self.bodies(other, "/live/cam/v1", [init])[init]
        for turn, segment in enumerate(playlist.segments):
            body += self.bodies((one, other)[turn % 2], "/live/cam/v1", [segment.uri])[segment.uri]
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            file.write(body)
            file.flush()
            seen = subprocess.run(["ffmpeg", "-v", "error", "-i", file.name, "-f", "framemd5", "-"], capture_output=True, text=True,
                                  check=True)
            sent = subprocess.run(["ffmpeg", "-v", "error", "-i", clip("cam.flv"), "-an", "-f", "framemd5", "-"],
                                  capture_output=True, text=True, check=True)
        self.assertEqual(seen.stderr, "")
        pictures = lambda text: [line.split(",")[-1].strip() for line in text.splitlines() if not line.startswith("#")]
        self.assertGreater(len(pictures(seen.stdout)), 200)
        self.assertEqual(pictures(seen.stdout), pictures(sent.stdout))

    def listed(self, server):
        server.wait_live("example/steady")
        self.text("/example/steady/index.m3u8", server.http_port)

    def test_the_same_frames_make_the_same_bytes_to_the_last(self):
        feed = ("--module-dir", os.path.join(FIXTURES, "steady-picture"))
        path = "/example/steady/v1"
        one = self.node(*feed)
        self.listed(one)
        other = self.node(*feed)  # some seconds later
        self.listed(other)
        first = self.media(one, path)
        self.assertEqual(hls_rules.check(first), [], first)
        listed = names(first)
        self.assertGreater(len(listed), 4)
        newest = hls_rules.read(first)[0].next_msn

        def caught_up():
            text = self.text("/example/steady/v1/media.m3u8", other.http_port)
            return text if hls_rules.read(text)[0].last_msn >= newest else None
        second = until(caught_up, 30, "the other is as far", 0.2)
        at_other = set(names(second))
        shared = [name for name in listed if name in at_other or not name.startswith("part_")]
        self.assertTrue(any(name.startswith("seg_") for name in shared), (first, second))
        self.assertEqual(self.bodies(one, path, shared), self.bodies(other, path, shared))
        # What is said of them is the same too: date, length, whether a part can be begun with.
        for line in first.splitlines():
            if line.startswith(("#EXTINF", "#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-MAP")):
                self.assertIn(line, second)


if __name__ == "__main__":
    unittest.main()
