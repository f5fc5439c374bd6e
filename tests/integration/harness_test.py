"""Our own client against an independent peer (ffmpeg in listen mode), before it is used to judge the server."""
import os
import tempfile
import unittest

from harness import amf0, flv, mp4
from harness.chunks import AUDIO, VIDEO, ChunkReader, chunked
from harness.clips import clip
from harness.live_case import LiveTest
from harness.packets import check_copy, place, probe
from harness.patience import until
from harness.places import free_port
from harness.programs import Program
from harness.rtmp import RtmpClient
from harness.source import Feed, coded_tags, flv_tags


class Wire(unittest.TestCase):
    def test_amf0_goes_both_ways(self):
        values = ["connect", 1.0, {"app": "live", "deep": {"flag": True, "none": None}}, [1.0, "x"], "y" * 70000]
        self.assertEqual(amf0.decode(amf0.encode(*values)), values)

    def test_any_split_of_chunks_gives_the_same_messages(self):
        raw = b"".join(chunked(9, bytes(range(256)) * 3, csid=csid, stream=1, time=time, chunk_size=128)
                       for csid, time in ((3, 0), (64, 5), (319, 0xFFFFFE), (320, 0xFFFFFF), (65599, 0xFFFFFFFF)))
        whole = ChunkReader().feed(raw)
        self.assertEqual([m.time for m in whole], [0, 5, 0xFFFFFE, 0xFFFFFF, 0xFFFFFFFF])
        for step in (1, 7, 129, 1000):
            reader, found = ChunkReader(), []
            for at in range(0, len(raw), step):
                found += reader.feed(raw[at:at + step])
            self.assertEqual(found, whole)

    def test_mp4_samples_are_what_ffprobe_sees(self):
        for name in ("hevc.mp4", "av1.mp4", "vp9.mp4", "opus.mp4", "aac.mp4", "avc.mp4"):
            seen = next(iter(probe(clip(name)).values()))
            mine = mp4.read(clip(name)).samples
            self.assertEqual(len(mine), len(seen), name)
            self.assertEqual([s.key for s in mine], [p.key for p in seen], name)


class AgainstFfmpeg(LiveTest):
    def listening(self, *command):
        """A port on which ffmpeg waits for one RTMP peer."""
        port = free_port()
        url = f"rtmp://127.0.0.1:{port}/live/cam"
        program = self.keep(Program([word.replace("URL", url) for word in command]))
        return port, program

    def dial(self, port, program):
        def attempt():
            self.assertTrue(program.running(), program.text())
            try:
                return RtmpClient("127.0.0.1", port)
            except OSError:
                return None
        return self.keep(until(attempt, 10, "ffmpeg listens"))

    def test_what_we_publish_ffmpeg_reads_exactly(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "got.flv")
            port, program = self.listening("ffmpeg", "-v", "error", "-nostdin", "-listen", "1", "-i", "URL", "-c",
                                           "copy", out)
            client = self.dial(port, program).connect()
            client.publish("cam")
            Feed(client, flv_tags("short.flv"), loop=False, speed=20).start().wait()
            client.unpublish("cam")
            client.close()
            program.wait(20, expect=None)
            check_copy(self, probe(clip("short.flv")), probe(out))

    def test_what_ffmpeg_serves_we_read_exactly(self):
        port, program = self.listening("ffmpeg", "-v", "error", "-nostdin", "-i", clip("short.flv"), "-c", "copy",
                                       "-listen", "1", "-f", "flv", "URL")
        client = self.dial(port, program).connect()
        client.play("cam", expect=None)
        client.collect_to_end(20)
        source = flv_tags("short.flv")
        for kind in (VIDEO, AUDIO):
            self.assertEqual(flv.marks(client.media, kind),
                             flv.marks(source, kind))


class Comparison(unittest.TestCase):
    """The judge must be able to say no."""

    def setUp(self):
        self.sent = probe(clip("short.flv"))

    def test_a_missing_packet_is_seen(self):
        got = {kind: list(packets) for kind, packets in self.sent.items()}
        del got["video"][60]
        self.assertRaisesRegex(AssertionError, "#60", check_copy, self, self.sent, got)

    def test_a_late_start_is_fine_but_not_without_key_frame(self):
        sound = self.sent["audio"][86:]
        self.assertEqual(check_copy(self, self.sent, {"video": self.sent["video"][50:], "audio": sound})["video"], 50)
        self.assertRaisesRegex(AssertionError, "key frame", check_copy, self, self.sent,
                               {"video": self.sent["video"][51:], "audio": sound})

    def test_a_bent_timeline_is_seen(self):
        video = self.sent["video"]
        bent = [p._replace(pts=p.pts + 40 * (i > 9), dts=p.dts + 40 * (i > 9)) for i, p in enumerate(video)]
        self.assertRaisesRegex(AssertionError, "bent", check_copy, self, self.sent, {**self.sent, "video": bent})

    def test_a_missing_end_is_seen(self):
        self.assertRaisesRegex(AssertionError, "last packets", check_copy, self, self.sent,
                               {**self.sent, "audio": self.sent["audio"][:-1]})

    def test_foreign_packets_are_seen(self):
        self.assertRaisesRegex(AssertionError, "never sent", place, self.sent["video"], self.sent["audio"], "video")


class Tags(unittest.TestCase):
    def test_enhanced_tags_say_what_is_in_them(self):
        for name, codec in (("hevc.mp4", "hvc1"), ("av1.mp4", "av01"), ("vp9.mp4", "vp09"), ("opus.mp4", "Opus")):
            tags = coded_tags(name)
            self.assertEqual((flv.facts(tags[0]).codec, flv.facts(tags[0]).part), (codec, "config"))
            samples = [s.payload for s in mp4.read(clip(name)).samples]
            self.assertEqual([flv.facts(t).payload for t in tags[1:]], samples)


if __name__ == "__main__":
    unittest.main(verbosity=2)
