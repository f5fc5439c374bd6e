"""Real media through our demuxer and packager: ffprobe finds the same packets at the same times, ffmpeg and GStreamer
play the result without a word of complaint."""
import json
import sys
import unittest

from harness.clips import H264, OTHER_PICTURE, PICTURE, SOUND, clip
from harness.repack_case import RepackTest, run, run_well

REPACK = sys.argv.pop(1)
FRAGMENTED = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof+delay_moov", "-f", "mp4"]
AC3 = ["-c:a", "ac3", "-b:a", "128k"]
SECOND_SOUND = ["-f", "lavfi", "-i", "sine=frequency=880:sample_rate=48000"]


class Repack(RepackTest):
    def source(self, *options):
        """A fragmented MP4 that ffmpeg writes."""
        return self.ffmpeg("in.mp4", *options, *FRAGMENTED)

    def repack(self, source, kind, **parameters):
        out = self.path("out.mp4")
        said, _ = run_well(REPACK, kind, json.dumps(parameters), source, out)
        self.say(said, kind)
        return out

    def packets(self, path, by="stream_index"):
        return super().packets(path, by)

    def check_same(self, source, result, streams=None):
        sent = [row for row in self.packets(source) if streams is None or row[0] in streams]
        got = self.packets(result)
        self.assertEqual(len(got), len(sent))
        # Our packager takes no negative time: the whole stream moved together, to the nearest tick.
        shift = min(row[2] for row in self.packets(source))
        shift = min(shift, 0)
        for before, after in zip(sent, got):
            self.assertEqual(after[3:], before[3:])
            self.assertAlmostEqual(after[1], before[1] - shift, delta=0.00004)
            self.assertAlmostEqual(after[2], before[2] - shift, delta=0.00004)

    def check(self, source, streams=None, **parameters):
        for kind in ("mp4", "cmaf"):
            with self.subTest(kind=kind):
                result = self.repack(source, kind, **parameters)
                self.check_same(source, result, streams)
                self.check_plays(result)
        return result

    def test_avc_with_b_frames_and_aac(self):
        source = self.source("-i", clip("short.flv"), "-c", "copy")
        result = self.check(source)
        sent = [row for row in self.packets(source) if row[0] == 0]
        self.check_gstreamer(result, "qtdemux", "video_0", len(sent))

    def test_one_track_each(self):
        source = self.source("-i", clip("short.flv"), "-c", "copy")
        self.check(source, {0}, tracks="video")
        self.check(source, {1}, tracks="audio")

    def test_hevc(self):
        self.check(self.source("-i", clip("hevc.mp4"), "-c", "copy"))

    def test_av1(self):
        self.check(self.source("-i", clip("av1.mp4"), "-c", "copy"))

    def test_vp9(self):
        self.check(self.source("-i", clip("vp9.mp4"), "-c", "copy"))

    def test_opus(self):
        self.check(self.source("-i", clip("opus.mp4"), "-c", "copy"))

    def test_av1_and_opus(self):
        self.check(self.source("-i", clip("av1.mp4"), "-i", clip("opus.mp4"), "-c", "copy"))

    def test_mp3(self):
        self.check(self.source("-i", clip("mp3.flv"), "-c", "copy"))

    def test_ac3(self):
        self.check(self.source(*SOUND, "-t", "4", "-ar", "48000", "-ac", "2", *AC3))

    def test_several_sounds(self):
        source = self.source(*OTHER_PICTURE, *SOUND, *SECOND_SOUND, "-t", "4", "-map", "0", "-map", "1", "-map", "2", *H264,
                             "-c:a:0", "aac", "-c:a:1", "libopus", "-metadata:s:a:0", "language=deu")
        self.check(source)

    def test_negative_composition_offsets(self):
        out = self.ffmpeg("in.mp4", *PICTURE, "-t", "4", *H264, "-movflags",
                          "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets", "-f", "mp4")
        self.check(out)

    def test_plain_file_is_refused(self):
        code, _, words = run(REPACK, "mp4", "{}", clip("avc.mp4"), self.path("out.mp4"))
        self.assertEqual(code, 1)
        self.assertIn("not fragmented", words)


if __name__ == "__main__":
    unittest.main()
