"""MPEG-TS by independent programs: ffmpeg writes it, our demuxer and muxer rewrite it, ffmpeg and GStreamer read it
without a word; ffmpeg finds the same pictures and sound at the same times."""
import json
import os
import sys
import tempfile
import unittest

from harness.clips import clip
from harness.repack_case import run_well

PROGRAM = sys.argv.pop(1)  # ts_rewrite
RARE = ("references",)  # ffmpeg's own are rarer than they may be where frames are
SINE = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]


def written(*arguments):
    """A transport stream of ffmpeg's."""
    return run_well("ffmpeg", "-v", "error", "-nostdin", *arguments, "-f", "mpegts", "-")[0]


def rewritten(stream, origin_ms=0):
    out, words = run_well(PROGRAM, str(origin_ms), stdin=stream)
    return out, dict((name, int(count)) for name, count in (line.split() for line in words.splitlines()))


def decoded(stream):
    """Per stream the hashes and times of what was decoded, and everything ffmpeg had to say."""
    text, words = run_well("ffmpeg", "-v", "warning", "-nostdin", "-copyts", "-i", "-", "-map", "0:v?", "-map", "0:a?",
                           "-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-f", "framemd5", "-", stdin=stream)
    frames = {}
    for line in text.decode().splitlines():
        if not line.startswith("#"):
            number, _, pts, _, _, digest = (field.strip() for field in line.split(","))
            frames.setdefault(number, []).append((int(pts), digest))
    return frames, words


def probed(stream):
    text, words = run_well("ffprobe", "-v", "warning", "-show_streams", "-show_programs", "-of", "json", "-",
                           stdin=stream)
    return json.loads(text), words


class MuxTs(unittest.TestCase):
    def check(self, source, codecs, lost=(), origin_ms=0):
        """Rewrites and compares; `lost`: counters that may be other than 0."""
        out, counters = rewritten(source, origin_ms)
        self.assertEqual({name: count for name, count in counters.items() if count and name not in lost}, {})
        self.assertEqual(len(out) % 188, 0)
        facts, words = probed(out)
        self.assertEqual(words, "")
        self.assertEqual([stream.get("codec_name") for stream in facts["streams"]], codecs)
        before, _ = decoded(source)
        after, words = decoded(out)
        self.assertEqual(words, "")
        self.assertEqual(before.keys(), after.keys())
        for number, frames in before.items():
            self.assertGreater(len(frames), 40)
            self.assertEqual([digest for _, digest in frames], [digest for _, digest in after[number]])
            shift = after[number][0][0] - frames[0][0]
            moved = max(abs(late[0] - early[0] - shift) for early, late in zip(frames, after[number]))
            # Of sound a PES packet of ffmpeg's has one time for several frames, which come from milliseconds in FLV;
            # what is between is everybody's own rounding.
            picture = codecs[int(number)] in ("h264", "hevc")
            self.assertLessEqual(moved, 0 if picture else 45, "ticks of 90 kHz")
        return facts, out

    def test_h264_with_b_frames_and_aac(self):
        self.check(written("-i", clip("cam.flv"), "-c", "copy"), ["h264", "aac"])

    def test_h265(self):
        self.check(written("-i", clip("hevc.mp4"), "-c", "copy"), ["hevc"])

    def test_mp3(self):
        self.check(written("-i", clip("mp3.flv"), "-c", "copy"), ["h264", "mp3"])

    def test_sound_alone(self):
        self.check(written("-i", clip("aac.mp4"), "-c", "copy"), ["aac"], lost=RARE)
        self.check(written("-i", clip("opus.mp4"), "-c", "copy"), ["opus"], lost=RARE)
        self.check(written(*SINE, "-t", "4", "-c:a", "libmp3lame", "-ar", "24000"), ["mp3"], lost=RARE)

    def test_ac3(self):
        self.check(written("-i", clip("avc.mp4"), *SINE, "-t", "4", "-c:v", "copy", "-c:a", "ac3"), ["h264", "ac3"])

    def test_opus_of_every_usual_layout(self):
        for channels in (1, 2, 6, 8):
            with self.subTest(channels=channels):
                source = written(*SINE, "-t", "3", "-c:a", "libopus", "-ac", str(channels), "-mapping_family", "0" if channels < 3 else "1")
                facts, _ = self.check(source, ["opus"], lost=RARE)
                self.assertEqual(facts["streams"][0]["channels"], channels)

    def test_languages(self):
        source = written("-i", clip("cam.flv"), *SINE, "-t", "4", "-map", "0", "-map", "1", "-c:v", "copy", "-c:a", "aac",
                         "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=fra")
        facts, _ = self.check(source, ["h264", "aac", "aac"])
        self.assertEqual([stream.get("tags", {}).get("language") for stream in facts["streams"]], [None, "deu", "fra"])

    def test_the_wrap_of_the_clock(self):
        wrap_ms = (1 << 33) // 90
        source = written("-i", clip("cam.flv"), "-c", "copy")
        out, counters = rewritten(source, wrap_ms - 4000)
        self.assertEqual(set(counters.values()), {0})
        frames, words = decoded(out)
        self.assertEqual(words, "")
        self.assertEqual([digest for _, digest in frames["0"]], [digest for _, digest in decoded(source)[0]["0"]])
        again, counters = rewritten(out)
        self.assertEqual(set(counters.values()), {0})
        self.assertEqual(len(decoded(again)[0]["0"]), len(frames["0"]))

    def test_a_frame_every_half_second(self):
        source = written("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=2", "-t", "30", "-c:v", "libx264", "-bf", "2", "-g", "10")
        self.check(source, ["h264"], lost=RARE)

    def test_gstreamer_reads_it(self):
        for name, parsers in (("cam.flv", ("h264parse", "aacparse")), ("hevc.mp4", ("h265parse",)), ("mp3.flv", ("h264parse", "mpegaudioparse"))):
            out, _ = rewritten(written("-i", clip(name), "-c", "copy"))
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "in.ts")
                with open(path, "wb") as file:
                    file.write(out)
                branches = []
                for parser in parsers:
                    branches += ["demux.", "!", "queue", "!", parser, "!", "filesink", f"location={os.path.join(folder, parser)}"]
                text, words = run_well("gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "tsdemux", "name=demux",
                                       *branches)
                self.assertEqual(words + text.decode(), "")
                # All but the packets' own headers, their stuffing and the tables.
                taken = sum(os.path.getsize(os.path.join(folder, parser)) for parser in parsers)
                self.assertGreater(taken, 0.6 * len(out))

    def test_segments_can_be_read_by_themselves(self):
        out, _ = rewritten(written("-i", clip("cam.flv"), "-c", "copy"))
        starts = [at for at in range(0, len(out), 188) if out[at + 1:at + 3] == b"\x40\x00"]
        keys = [at for at in starts if b"\x00\x00\x00\x01\x67" in out[at:at + 188 * 4]]
        self.assertGreaterEqual(len(keys), 5)
        frames, words = decoded(out[keys[1]:keys[3]])
        self.assertEqual(words, "")
        self.assertEqual(len(frames["0"]), 100)


if __name__ == "__main__":
    unittest.main()
