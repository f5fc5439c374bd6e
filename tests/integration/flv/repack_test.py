"""Real media through our demuxer and packager: ffprobe finds the same packets at the same times, ffmpeg and GStreamer
play the result without a word of complaint."""
import sys
import unittest

from harness.clips import AAC, H264, OTHER_PICTURE, SOUND, clip
from harness.repack_case import RepackTest, run_well

REPACK = sys.argv.pop(1)


class Repack(RepackTest):
    def repack(self, source, *begin):
        out = self.path("out.flv")
        said, _ = run_well(REPACK, source, out, *begin)
        self.say(said)
        return out

    def packets(self, path, by="codec_type"):
        return super().packets(path, by)

    def check(self, source):
        result = self.repack(source)
        self.assertEqual(self.packets(result), self.packets(source))
        self.check_plays(result)
        return result

    def test_avc_with_b_frames_and_aac(self):
        result = self.check(clip("short.flv"))
        pictures = [row for row in self.packets(result) if row[0] == "video"]
        self.check_gstreamer(result, "flvdemux", "video", len(pictures))

    def test_picture_alone(self):
        self.check(clip("picture.flv"))

    def test_sound_alone(self):
        self.check(clip("sound.flv"))

    def test_mp3(self):
        self.check(clip("mp3.flv"))
        self.check(clip("mp3-only.flv"))

    def test_who_joins_late_reads_the_stream_s_time(self):
        source = clip("short.flv")
        result = self.repack(source, "1")
        begin = 2.0  # the second group
        sent = [row for row in self.packets(source) if row[0] == "video"]
        got = [row for row in self.packets(result) if row[0] == "video"]
        self.assertEqual(got, [row for row in sent if row[2] >= begin - 0.1][-len(got):])
        self.assertAlmostEqual(got[0][2], begin, delta=0.1)
        self.assertTrue(got[0][3])
        self.check_plays(result)

    def test_clock_over_the_upper_byte(self):
        """16777 s: what does not fit 24 bits goes to the upper byte."""
        source = self.ffmpeg("in.flv", "-i", clip("short.flv"), "-c", "copy", "-output_ts_offset", "16775")
        result = self.check(source)
        times = [row[2] for row in self.packets(result)]
        self.assertLess(min(times), 16777)
        self.assertGreater(max(times), 16778)

    def test_configuration_changes_in_mid_stream(self):
        """Two files one after another, as a publisher that returns with another picture."""
        first = clip("short.flv")
        second = self.ffmpeg("second.flv", *OTHER_PICTURE, *SOUND, "-t", "3", *H264, *AAC, "-output_ts_offset", "6")
        with open(self.path("both.flv"), "wb") as both:
            with open(first, "rb") as part:
                both.write(part.read())
            with open(second, "rb") as part:
                both.write(part.read()[13:])  # without its header
        result = self.repack(self.path("both.flv"))
        said, words = run_well("ffprobe", "-v", "error", "-select_streams", "v", "-show_frames", "-show_entries",
                               "frame=width", "-of", "csv=p=0", result)
        self.assertEqual(words, "")
        widths = [line.split(",")[0] for line in said.decode().splitlines() if line]
        self.assertEqual(set(widths), {"320", "480"})
        self.assertEqual(widths, sorted(widths))
        with open(result, "rb") as file:
            self.assertEqual(file.read().count(b"FLV\x01"), 1)


if __name__ == "__main__":
    unittest.main()
