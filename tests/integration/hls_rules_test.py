"""The validator of playlists is judged first: good ones pass, each bad one fails by the rule it breaks. Then it judges
what the module's writer made, in the very texts the unit tests compare with."""
import glob
import os
import unittest

from hls_rules import check, check_sequence, merge, read

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPECTED = os.path.join(ROOT, "tests", "unit", "plugins", "hls", "expected")

GOOD = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,HOLD-BACK=6.0,PART-HOLD-BACK=3.0
#EXT-X-PART-INF:PART-TARGET=1.0
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:1
#EXT-X-MAP:URI="init_0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:00.000Z
#EXTINF:2.0,
seg_7.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init_1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:05.000Z
#EXT-X-PART:DURATION=1.0,URI="part_8_0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.9,URI="part_8_1.m4s"
#EXTINF:1.9,
seg_8.m4s
#EXT-X-PART:DURATION=1.0,URI="part_9_0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part_9_1.m4s"
#EXT-X-RENDITION-REPORT:URI="../a2/media.m3u8",LAST-MSN=9,LAST-PART=0
"""

MULTIVARIANT = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="en",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a2/media.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="de",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="a3/media.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
v1/media.m3u8
"""

# what is replaced, by what, the rule that is then broken
BAD = [
    ("#EXTM3U\n", "", "4.4.1.1"),
    ("#EXTM3U", "\ufeff#EXTM3U", "byte order mark"),
    ("#EXTINF:2.0,\n", "#EXTM3U\n#EXTINF:2.0,\n", "4.4.1.1"),
    ("#EXT-X-TARGETDURATION:2\n", "", "4.4.3.1 EXT-X-TARGETDURATION is required"),
    ("#EXT-X-TARGETDURATION:2\n", "#EXT-X-TARGETDURATION:2\n#EXT-X-TARGETDURATION:2\n", "once only"),
    ("TARGETDURATION:2", "TARGETDURATION:2.0", "decimal-integer"),
    ("TARGETDURATION:2", "TARGETDURATION:0", "4.4.3.1"),
    ("#EXTINF:2.0,", "#EXTINF:2.5,", "EXTINF rounded"),
    ("#EXTINF:2.0,", "#EXTINF:2.0", "4.4.4.1 EXTINF"),
    ("#EXTINF:2.0,", "#EXTINF:two,", "4.4.4.1 EXTINF"),
    ("#EXTINF:2.0,", "#EXTINF:0,", "a segment lasts"),
    ("#EXTINF:2.0,\n", "", "EXTINF is required"),
    ("#EXTINF:2.0,\n", "#EXTINF:2.0,\n#EXTINF:2.0,\n", "one EXTINF"),
    ("seg_7.m4s\n", "", "one EXTINF"),
    ("seg_7.m4s", "seg_8.m4s", "one resource"),
    ("part_8_1.m4s", "part_8_0.m4s", "one resource"),
    ("EXT-X-VERSION:9", "EXT-X-VERSION:5", "EXT-X-MAP needs version 6"),
    ("EXT-X-VERSION:9", "EXT-X-VERSION:2", "decimals need version 3"),
    ("#EXTINF:2.0,\n", "#EXT-X-GAP\n#EXT-X-VERSION:7\n#EXTINF:2.0,\n", "once only"),
    ("CAN-SKIP-UNTIL=12.0", "CAN-SKIP-UNTIL=11.9", "CAN-SKIP-UNTIL >= 6"),
    ("CAN-SKIP-UNTIL=12.0", "CAN-SKIP-DATERANGES=YES", "CAN-SKIP-DATERANGES needs"),
    (",HOLD-BACK=6.0", ",HOLD-BACK=5.9", "HOLD-BACK >= 3 target"),
    (",PART-HOLD-BACK=3.0", ",PART-HOLD-BACK=2.9", "PART-HOLD-BACK >= 3"),
    (",PART-HOLD-BACK=3.0", "", "PART-HOLD-BACK is required"),
    ("CAN-BLOCK-RELOAD=YES,", "", "needs CAN-BLOCK-RELOAD"),
    ("CAN-BLOCK-RELOAD=YES", "CAN-BLOCK-RELOAD=NO", "attribute value"),
    ("CAN-BLOCK-RELOAD=YES,", "CAN-BLOCK-RELOAD=YES,,", "attribute list"),
    ("#EXT-X-PART-INF:PART-TARGET=1.0\n", "", "EXT-X-PART-INF is required"),
    ("PART-TARGET=1.0", "PART-TARGET=0.95", "part <= part target"),
    ("DURATION=1.0,URI=\"part_8_0.m4s\",INDEPENDENT=YES", "DURATION=0.8,URI=\"part_8_0.m4s\"", "part >= 85%"),
    ("DURATION=0.9,URI", "DURATION=0.5,URI", "same samples"),
    ("DURATION=1.0,URI=\"part_8_0.m4s\"", "URI=\"part_8_0.m4s\"", "EXT-X-PART needs DURATION"),
    ("URI=\"part_8_1.m4s\"", "URI=part_8_1.m4s", "attribute value"),
    ("URI=\"part_8_1.m4s\"", "URI=\"part_8_1.m4s\",GAP=YES", "a segment with a missing part"),
    ("INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.9", "INDEPENDENT=YES\n#EXT-X-MAP:URI=\"i\"\n#EXT-X-PART:DURATION=0.9",
     "before the first part"),
    ("seg_7.m4s\n", "seg_7.m4s\n#EXT-X-MEDIA-SEQUENCE:7\n", "once only"),
    ("#EXT-X-MEDIA-SEQUENCE:7\n", "", "before the first segment"),  # see below: it is put after a segment
    ("#EXT-X-DISCONTINUITY-SEQUENCE:1\n", "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n", "4.4.3.3"),
    ("12:00:00.000Z", "12:00", "ISO 8601"),
    ("#EXT-X-PRELOAD-HINT", "#EXT-X-ENDLIST\n#EXT-X-PRELOAD-HINT", "no EXT-X-PRELOAD-HINT with"),
    ("part_9_1.m4s", "part_9_0.m4s", "a hint is of what is not there"),
    ("TYPE=PART", "TYPE=SEGMENT", "hint type"),
    ("#EXT-X-PRELOAD-HINT", "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"x\"\n#EXT-X-PRELOAD-HINT", "one hint"),
    ("../a2/media.m3u8", "http://other/a2/media.m3u8", "report URI is relative"),
    ("LAST-MSN=9,", "", "EXT-X-RENDITION-REPORT needs LAST-MSN"),
    ("#EXT-X-MAP:URI=\"init_0.mp4\"\n", "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n", "skip boundary"),
    ("seg_7.m4s\n", "seg_7.m4s\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n", "EXT-X-SKIP stands for"),
    ("seg_7.m4s\n", "seg_7.m4s\n#EXT-X-STREAM-INF:BANDWIDTH=1\nx\n", "do not mix"),
    ("seg_7.m4s\n", "seg_7.m4s\x07\n", "control characters"),
]

BAD_MULTIVARIANT = [
    ("BANDWIDTH=3000000,AVERAGE", "AVERAGE", "needs BANDWIDTH"),
    ("BANDWIDTH=3000000,AVERAGE", "BANDWIDTH=1000000,AVERAGE", "average is not above"),
    ("BANDWIDTH=3000000,AVERAGE", "BANDWIDTH=3e6,AVERAGE", "attribute value"),
    (",CODECS=\"avc1.64001f,mp4a.40.2\"", "", "CODECS should be there"),
    ("avc1.64001f,mp4a", "avc1.64001f, mp4a", "RFC 6381"),
    ("RESOLUTION=1280x720", "RESOLUTION=1280", "decimal-resolution"),
    ("FRAME-RATE=29.970", "FRAME-RATE=29.97", "three decimals"),
    ("AUDIO=\"audio\"", "AUDIO=\"sound\"", "names a group"),
    ("NAME=\"de\"", "NAME=\"en\"", "names in a group differ"),
    ("DEFAULT=NO", "DEFAULT=YES", "one default"),
    ("DEFAULT=YES,AUTOSELECT=YES", "DEFAULT=YES,AUTOSELECT=NO", "needs AUTOSELECT"),
    ("TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"de\"", "TYPE=AUDIO,NAME=\"de\"", "needs GROUP-ID"),
    ("v1/media.m3u8\n", "", "URI line"),
]


def later(text=GOOD):
    """GOOD, one part later."""
    return text.replace("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part_9_1.m4s\"",
                        "#EXT-X-PART:DURATION=1.0,URI=\"part_9_1.m4s\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part_9_2.m4s\"")


class OnePlaylist(unittest.TestCase):
    def test_good_ones_have_no_fault(self):
        self.assertEqual(check(GOOD), [])
        self.assertEqual(check(GOOD.replace("\n", "\r\n")), [])
        self.assertEqual(check(later()), [])
        self.assertEqual(check(MULTIVARIANT), [])

    def test_each_bad_one_fails_by_its_rule(self):
        for good, table in ((GOOD, BAD), (MULTIVARIANT, BAD_MULTIVARIANT)):
            for was, now, rule in table:
                with self.subTest(was=was, now=now):
                    self.assertIn(was, good)
                    bad = good.replace(was, now, 1)
                    if rule == "before the first segment":
                        bad = bad.replace("seg_7.m4s\n", "seg_7.m4s\n#EXT-X-MEDIA-SEQUENCE:7\n")
                    self.assertTrue(any(rule in fault for fault in check(bad)), check(bad))

    def test_what_is_no_playlist_is_refused_not_crashed_upon(self):
        for text in ("", "\n", "<html>", "#EXTM3U", "#EXTM3U\n#EXT-X-PART\n#EXTINF\n#EXT-X-MAP\n", GOOD[:200], GOOD[100:],
                     "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n"):
            with self.subTest(text=text[:30]):
                self.assertNotEqual(check(text), [])


class Reloads(unittest.TestCase):
    def test_a_part_more_is_right(self):
        self.assertEqual(check_sequence(GOOD, later()), [])
        self.assertEqual(check_sequence(GOOD, GOOD), [])

    def test_each_forbidden_change_is_seen(self):
        for was, now, rule in (
                ("TARGETDURATION:2", "TARGETDURATION:3", "target duration stays"),
                ("MEDIA-SEQUENCE:7", "MEDIA-SEQUENCE:6", "media sequence never falls"),
                ("DISCONTINUITY-SEQUENCE:1", "DISCONTINUITY-SEQUENCE:0", "discontinuity sequence never falls"),
                ("DISCONTINUITY-SEQUENCE:1", "DISCONTINUITY-SEQUENCE:2", "discontinuity sequence of 7"),
                ("seg_8.m4s", "seg_8b.m4s", "URI of 8"),
                ("#EXTINF:1.9,", "#EXTINF:1.8,", "duration of 8"),
                ("init_1.mp4", "init_2.mp4", "map of 8"),
                ("12:00:05.000Z", "12:00:06.000Z", "date of 8"),
                ("#EXTINF:2.0,", "#EXT-X-GAP\n#EXTINF:2.0,", "gap of 7"),
                ("part_8_1.m4s", "part_8_7.m4s", "parts do not change: those of 8"),
                ("DURATION=1.0,URI=\"part_9_0.m4s\"", "DURATION=0.99,URI=\"part_9_0.m4s\"", "parts do not change: part_9_0"),
                ("#EXT-X-PART:DURATION=1.0,URI=\"part_9_0.m4s\",INDEPENDENT=YES\n", "", "parts are only appended"),
                ("#EXTINF:1.9,\nseg_8.m4s\n", "", "segments are only appended")):
            with self.subTest(rule=rule):
                self.assertIn(was, GOOD)
                found = check_sequence(GOOD, GOOD.replace(was, now, 1))
                self.assertTrue(any(rule in fault for fault in found), found)

    def test_nothing_changes_after_the_end(self):
        ended = GOOD[:GOOD.index("#EXT-X-PART:DURATION=1.0,URI=\"part_9_0")] + "#EXT-X-ENDLIST\n"
        self.assertEqual(check(ended), [])
        self.assertEqual(check_sequence(ended, ended), [])
        self.assertIn("nothing changes", check_sequence(ended, ended.replace("#EXT-X-ENDLIST\n", ""))[0])

    def test_a_delta_update_is_merged_only_with_what_is_known(self):
        whole, delta = text_of("delta_whole.m3u8"), text_of("delta_update.m3u8")
        merged, plain = merge(whole, delta), read(whole)[0]
        self.assertEqual(merged.segments, plain.segments)
        self.assertEqual(merged.open, plain.open)
        with self.assertRaises(ValueError):
            merge(GOOD, delta)


def text_of(name):
    with open(os.path.join(EXPECTED, name), encoding="utf-8") as file:
        return file.read()


class WhatWeWrite(unittest.TestCase):
    def test_every_playlist_keeps_the_rules(self):
        names = sorted(os.path.basename(path) for path in glob.glob(os.path.join(EXPECTED, "*.m3u8")))
        self.assertGreater(len(names), 12)
        for name in names:
            with self.subTest(name=name):
                self.assertEqual(check(text_of(name)), [])

    def test_reloads_keep_the_rules(self):
        for name, count in (("live", 4), ("return", 3), ("gap", 4)):
            for i in range(1, count):
                with self.subTest(name=name, reload=i):
                    self.assertEqual(check_sequence(text_of(f"{name}_{i - 1}.m3u8"), text_of(f"{name}_{i}.m3u8")), [])


if __name__ == "__main__":
    unittest.main()
