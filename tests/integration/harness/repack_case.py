"""Real media through a muxer of ours: ffprobe finds the same packets, ffmpeg and GStreamer play the result without a
word of complaint. What the tests of every container share."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from harness.patience import PACE


def run(*command, stdin=None):
    """(exit code, standard output as bytes, standard error)."""
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=120 * PACE)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def run_well(*command, stdin=None):
    """Standard output as bytes and standard error of a program that must succeed."""
    code, said, words = run(*command, stdin=stdin)
    if code != 0:
        raise AssertionError(f"{' '.join(command)} ended with {code}: {words[-1500:]}")
    return said, words


class RepackTest(unittest.TestCase):
    """Sources and results are files of a folder that goes with the test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="repack-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def ffmpeg(self, name, *options):
        """The path of a file that ffmpeg writes."""
        out = self.path(name)
        run_well("ffmpeg", "-v", "error", "-nostdin", "-y", *options, out)
        return out

    def say(self, said, *what):
        print(f"{' '.join([self.id(), *what])}: {said.decode().strip()}")

    def packets(self, path, by):
        """[(`by`, pts, dts, key, hash)] in seconds, by `by` (stream_index or codec_type) and decoding time."""
        said, words = run_well("ffprobe", "-v", "warning", "-show_packets", "-show_data_hash", "md5", "-show_entries",
                               f"packet={by},pts_time,dts_time,flags,data_hash", "-of", "json", path)
        self.assertEqual(words, "")
        rows = [(row[by], float(row["pts_time"]), float(row["dts_time"]), "K" in row["flags"], row["data_hash"])
                for row in json.loads(said)["packets"]]
        self.assertTrue(rows, f"no packets in {path}")
        return sorted(rows, key=lambda row: (row[0], row[2]))

    def check_plays(self, result):
        _, words = run_well("ffmpeg", "-v", "warning", "-nostdin", "-i", result, "-f", "null", "-")
        self.assertEqual(words, "")

    def check_gstreamer(self, result, demuxer, pad, buffers):
        """GStreamer's demuxer gives so many buffers on this pad."""
        if not shutil.which("gst-launch-1.0"):
            self.skipTest("no GStreamer")
        said, words = run_well("gst-launch-1.0", "-v", "filesrc", f"location={result}", "!", demuxer, "name=d",
                               f"d.{pad}", "!", "fakesink", "silent=false")
        self.assertNotIn("ERROR", words)
        self.assertEqual(said.count(b"chain"), buffers)
