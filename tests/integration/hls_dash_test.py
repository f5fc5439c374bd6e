"""DASH with low latency: the segment that is made now is named, and sent as it is made."""
import http.client
import time
import unittest
import xml.etree.ElementTree

import hls_rules
from harness import mp4
from harness.hls_case import Player
from harness.patience import PACE, until

MPD = "{urn:mpeg:dash:schema:mpd:2011}"


class LowLatency(Player):
    def manifest(self):
        return xml.etree.ElementTree.fromstring(self.text("/live/cam/manifest.mpd"))

    def named(self, root, kind="video"):
        """Number and length in seconds of each segment that the manifest names."""
        template = root.find(f"{MPD}Period/{MPD}AdaptationSet[@contentType='{kind}']/{MPD}Representation/{MPD}SegmentTemplate")
        lengths = [int(s.get("d")) / int(template.get("timescale")) for s in template.iter(f"{MPD}S")
                   for _ in range(int(s.get("r", 0)) + 1)]
        return template, dict(enumerate(lengths, int(template.get("startNumber"))))

    def begin(self, name, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=40)
        self.addCleanup(connection.close)
        connection.request(method, "/live/cam/v1/" + name)
        return connection.getresponse()

    def arrivals(self, answer):
        """[(when, bytes)] until the body ends."""
        came = []
        while piece := answer.read1():
            came.append((time.monotonic(), piece))
        return came

    def test_the_manifest_says_what_can_be_asked_for_while_it_is_made(self):
        self.live()
        root = self.manifest()
        template, named = self.named(root)
        playlist, _ = hls_rules.read(self.text("/live/cam/v1/media.m3u8"))
        self.assertGreaterEqual(max(named), playlist.next_msn - 1, "the open one, unless it ended just now")
        ahead, length = float(template.get("availabilityTimeOffset")), named[max(named)]
        self.assertEqual(template.get("availabilityTimeComplete"), "false")
        self.assertAlmostEqual(ahead, length - float(playlist.part_target), delta=0.05)
        latency = root.find(f"{MPD}ServiceDescription/{MPD}Latency")
        self.assertLess(int(latency.get("target")), 3000)
        self.assertIsNotNone(root.find(f"{MPD}UTCTiming"))
        for told in root.iter(f"{MPD}AdaptationSet"):
            self.assertEqual(told.find(f"{MPD}ProducerReferenceTime").get("id"), latency.get("referenceId"))

    def test_a_segment_is_sent_as_it_is_made(self):
        self.live()
        _, named = self.named(self.manifest())
        coming = max(named) + 1  # has not begun: held until it does
        answer = self.begin(f"seg_{coming}.m4s")
        self.assertEqual((answer.status, answer.getheader("transfer-encoding")), (200, "chunked"))
        came = self.arrivals(answer)
        body = b"".join(piece for _, piece in came)
        spread = came[-1][0] - came[0][0]
        self.assertGreater(spread, named[max(named)] / 2, "it came in one piece")
        whole = self.begin(f"seg_{coming}.m4s")
        self.assertIsNotNone(whole.getheader("content-length"))
        self.assertEqual(whole.read(), body)
        # Part by part: no more than some parts lie between what has come and what is made.
        gaps = [later - before for (before, _), (later, _) in zip(came, came[1:])]
        self.assertLess(max(gaps), 0.8 * PACE, gaps)
        boxes = [name for name, _, _ in mp4.boxes(body)]
        self.assertGreater(boxes.count(b"moof"), 2)

    def test_the_head_alone_is_answered_at_once(self):
        self.live()
        self.text("/live/cam/manifest.mpd")
        playlist, _ = hls_rules.read(self.text("/live/cam/v1/media.m3u8"))
        began = time.monotonic()
        answer = self.begin(f"seg_{playlist.next_msn}.m4s", "HEAD")
        self.assertIn((answer.status, answer.read()), [(200, b"")])
        self.assertLess(time.monotonic() - began, 3 * PACE)
        self.assertEqual(self.begin("seg_99999.m4s").status, 404)

    def test_a_body_that_cannot_be_completed_is_not_taken_for_whole(self):
        server = self.live()
        _, named = self.named(self.manifest())
        answer = self.begin(f"seg_{max(named) + 1}.m4s")
        first = answer.read1()
        self.assertIn(b"moof", first)
        self.publisher.kill()
        until(lambda: server.streams()["live/cam"]["state"] == "grace", 10, "the publisher is missed")
        with self.assertRaises(http.client.IncompleteRead):
            answer.read()

    def test_a_viewer_who_leaves_in_the_middle_leaves_nothing_behind(self):
        server = self.live(hls={"linger_s": 5})
        _, named = self.named(self.manifest())
        answer = self.begin(f"seg_{max(named) + 1}.m4s")
        self.assertIn(b"moof", answer.read1())
        answer.close()
        until(lambda: server.streams()["live/cam"]["packagings"] == [], 30, "the module lets go of the stream")


if __name__ == "__main__":
    unittest.main()
