"""Real media through our demuxer and packager: ffprobe finds the same packets at the same times, ffmpeg and GStreamer
play the result without a word of complaint."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness.clips import AAC, H264, OTHER_PICTURE, SOUND, clip

REPACK = sys.argv.pop(1)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Repack(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="repack-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def ffmpeg(self, name, *options):
        out = self.path(name)
        code, _, words = run("ffmpeg", "-v", "error", "-nostdin", "-y", *options, "-f", "flv", out)
        self.assertEqual(code, 0, words)
        return out

    def repack(self, source, *begin):
        out = self.path("out.flv")
        code, said, words = run(REPACK, source, out, *begin)
        self.assertEqual(code, 0, words)
        print(f"{self.id()}: {said.strip()}")
        return out

    def packets(self, path):
        """[(codec type, pts, dts, key, hash)] in seconds, by type and decoding time."""
        code, said, words = run("ffprobe", "-v", "warning", "-show_packets", "-show_data_hash", "md5", "-show_entries",
                                "packet=codec_type,pts_time,dts_time,flags,data_hash", "-of", "json", path)
        self.assertEqual((code, words), (0, ""))
        rows = [(row["codec_type"], float(row["pts_time"]), float(row["dts_time"]), "K" in row["flags"],
                 row["data_hash"]) for row in json.loads(said)["packets"]]
        return sorted(rows, key=lambda row: (row[0], row[2]))

    def check_plays(self, result):
        code, _, words = run("ffmpeg", "-v", "warning", "-nostdin", "-i", result, "-f", "null", "-")
        self.assertEqual((code, words), (0, ""))

    def check(self, source):
        result = self.repack(source)
        self.assertEqual(self.packets(result), self.packets(source))
        self.check_plays(result)
        return result

    def test_avc_with_b_frames_and_aac(self):
        result = self.check(clip("short.flv"))
        if not shutil.which("gst-launch-1.0"):
            self.skipTest("no GStreamer")
        code, said, words = run("gst-launch-1.0", "-v", "filesrc", f"location={result}", "!", "flvdemux", "name=d",
                                "d.video", "!", "fakesink", "silent=false")
        self.assertEqual(code, 0, words)
        self.assertNotIn("ERROR", words)
        pictures = [row for row in self.packets(result) if row[0] == "video"]
        self.assertEqual(said.count("chain"), len(pictures))

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
        code, said, words = run("ffprobe", "-v", "error", "-select_streams", "v", "-show_frames", "-show_entries",
                                "frame=width", "-of", "csv=p=0", result)
        self.assertEqual((code, words), (0, ""))
        widths = [line.split(",")[0] for line in said.splitlines() if line]
        self.assertEqual(set(widths), {"320", "480"})
        self.assertEqual(widths, sorted(widths))
        with open(result, "rb") as file:
            self.assertEqual(file.read().count(b"FLV\x01"), 1)


if __name__ == "__main__":
    unittest.main()
