"""Other people's programs: rtmpdump plays, GStreamer's rtmp2sink publishes and rtmp2src plays."""
import os
import tempfile
import unittest

from harness.clips import clip
from harness.live_case import LiveTest
from harness.packets import check_copy, probe
from harness.programs import ffmpeg_play, ffmpeg_publish, gst_launch, rtmpdump


class Clients(LiveTest):
    def setUp(self):
        self.server = self.serve()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def out(self, name):
        return os.path.join(self.folder.name, name)

    def test_rtmpdump_and_gstreamer_play_what_ffmpeg_publishes(self):
        url = self.server.url("live/cam")
        publisher = self.keep(ffmpeg_publish(clip("cam.flv"), url))
        self.server.wait_live("live/cam")
        dump = self.keep(rtmpdump(url, self.out("dump.flv")))
        gst = self.keep(gst_launch("rtmp2src", f"location={url}", "!", "filesink", f"location={self.out('gst.flv')}"))
        publisher.wait(40)
        dump.wait(15, expect=(0, 2))  # 2: a live stream has no length it could have reached
        gst.wait(15)
        sent = probe(clip("cam.flv"))
        for name in ("dump.flv", "gst.flv"):
            with self.subTest(file=name):
                got = probe(self.out(name))
                # rtmp2src lets go of what it still holds when the connection ends.
                firsts = check_copy(self, sent, got, to_the_end=name == "dump.flv")
                self.assertEqual(firsts["video"] % 50, 0)
                for kind, packets in got.items():
                    self.assertGreaterEqual(firsts[kind] + len(packets), len(sent[kind]) - 5, kind)

    def test_ffmpeg_plays_what_gstreamer_publishes(self):
        def pipeline(*sink):
            return gst_launch(
                "filesrc", f"location={clip('cam.flv')}", "!", "flvdemux", "name=d", "flvmux", "name=m",
                "streamable=true", "!", *sink, "d.video", "!", "queue", "!", "h264parse", "!", "m.",
                "d.audio", "!", "queue", "!", "aacparse", "!", "m.")
        # GStreamer's muxer has its own mind about time stamps: what it writes to a file is what is to come out.
        self.keep(pipeline("filesink", f"location={self.out('sent.flv')}", "sync=false")).wait(20)
        url = self.server.url("live/gst")
        publisher = self.keep(pipeline("rtmp2sink", f"location={url}"))
        self.server.wait_live("live/gst")
        player = self.keep(ffmpeg_play(url, self.out("got.flv")))
        publisher.wait(40)
        player.wait(15)
        check_copy(self, probe(self.out("sent.flv")), probe(self.out("got.flv")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
