"""What happens in the middle of a stream, as viewers of every output see it: clocks that wrap, pictures and codecs that change,
a publisher who returns. ffprobe reads each output from the first frame to the last."""
import re
import subprocess
import unittest
import urllib.request

from harness.chunks import VIDEO
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.programs import Program
from harness.rtmp import RtmpClient
from harness.source import Feed, coded_tags, flv_tags, shifted
from harness import flv

OUTPUTS = (".flv", ".ts", ".mp4", "/index.m3u8", "/ts/media.m3u8")
ABLE = {"fourCcList": ["hvc1", "av01"]}


def times(text):
    """The presentation times of what ffprobe listed, in the order of decoding, ms."""
    return [round(float(found) * 1000) for found in re.findall(r"^packet,(-?\d+\.\d+)", text, re.M)]


class Continuity(LiveTest):
    def publisher(self, server):
        client = self.keep(RtmpClient(server.host, server.port, hello=ABLE)).connect()
        client.publish("cam")
        return client

    def probes(self, server, outputs=OUTPUTS):
        """Viewers that each read to the end of the stream."""
        base = f"http://{server.host}:{server.http_port}/live/cam"
        return {output: self.keep(Program(["ffprobe", "-v", "error", "-rw_timeout", "30000000", "-select_streams", "v:0", "-show_entries",
                                           "packet=pts_time", "-of", "csv", base + output])) for output in outputs}

    def begin(self, server, tags, outputs=OUTPUTS):
        """A publisher in the middle of its first GOP, everybody watching."""
        client = self.publisher(server)
        feed = Feed(client, tags, loop=False).start()
        server.wait_live("live/cam")
        probes = self.probes(server, outputs)
        return client, feed, probes

    def end(self, client, feed):
        feed.wait()
        client.unpublish("cam")
        client.close()

    def check_whole(self, probes, tags):
        """Each picture once, and one each 40 ms."""
        count = len(flv.frames(tags, VIDEO))
        for output, probe in probes.items():
            with self.subTest(output=output):
                probe.wait(40)
                seen = sorted(times(probe.text()))
                self.assertEqual(len(seen), count, probe.text()[-300:])
                steps = {after - before for before, after in zip(seen, seen[1:])}
                self.assertLessEqual(steps, {39, 40, 41}, output)

    def test_clocks_that_wrap(self):
        """RTMP's after 32 bits of milliseconds, that of MPEG-TS after 33 bits of 90 kHz."""
        for name, wrap in (("rtmp", 1 << 32), ("mpegts", (1 << 33) // 90)):
            with self.subTest(clock=name):
                server = self.serve(http={})
                tags = shifted(flv_tags("short.flv"), wrap - 2500)
                client, feed, probes = self.begin(server, tags)
                self.end(client, feed)
                self.check_whole(probes, tags)

    def test_another_picture_size(self):
        server = self.serve(http={})
        before = [t for t in flv_tags("short.flv") if t.time < 4000]
        tags = before + shifted([t for t in flv_tags("other.flv") if t.time < 4000], 4000)
        client, feed, probes = self.begin(server, tags)
        self.end(client, feed)
        self.check_whole(probes, tags)

    def test_another_codec(self):
        """Who comes later gets it; who watched saw what came before. HLS lists both, with a change of its map between them."""
        outputs = (".ts", ".mp4", "/index.m3u8")
        server = self.serve(http={})
        before = [t for t in flv_tags("short.flv") if t.kind == VIDEO and t.time < 2000]
        after = coded_tags("hevc.mp4")
        tags = before + [tag for round in range(4) for tag in shifted(after, 2000 + 4000 * round)]
        client, feed, probes = self.begin(server, tags, outputs)
        until(lambda: server.streams()["live/cam"]["tracks"][0]["codec"] == "hvc1", 10, lambda: f"the codec changed: {server.streams()}", 0.05)
        base = f"http://{server.host}:{server.http_port}/live/cam"
        for output in (".ts", ".mp4"):
            with self.subTest(output=output):
                told = subprocess.run(["ffprobe", "-v", "error", "-rw_timeout", "20000000", "-show_entries", "stream=codec_name", "-of", "csv=p=0", base + output],
                                      capture_output=True, text=True, timeout=40 * PACE)
                self.assertIn("hevc", told.stdout, told)

        def listed(path):
            with urllib.request.urlopen(base + path, timeout=20 * PACE) as answer:
                return answer.read().decode()
        until(lambda: len(set(re.findall(r'#EXT-X-MAP:URI="([^"]+)"', listed("/v1/media.m3u8")))) == 2, 10, lambda: listed("/v1/media.m3u8"), 0.1)
        self.assertIn("#EXT-X-DISCONTINUITY\n", listed("/v1/media.m3u8"))
        until(lambda: 'CODECS="hvc1' in listed("/index.m3u8"), 10, lambda: listed("/index.m3u8"), 0.1)
        self.end(client, feed)
        for output, probe in probes.items():
            with self.subTest(output=output):
                probe.wait(40, expect=None)
                self.assertGreaterEqual(len(times(probe.text())), 45, probe.text()[-300:])

    def test_a_publisher_who_returns(self):
        """Within the app's grace time: everybody goes on, nothing twice."""
        server = self.serve(http={}, apps={"live": {"grace_ms": 5000}})
        first = [t for t in flv_tags("short.flv") if t.time < 2000]
        client, feed, probes = self.begin(server, first)
        feed.wait()
        client.close()
        again = self.publisher(server)
        second = flv_tags("short.flv")
        feed = Feed(again, second, loop=False).start()
        self.end(again, feed)
        count = len(flv.frames(first, VIDEO)) + len(flv.frames(second, VIDEO))
        for output, probe in probes.items():
            with self.subTest(output=output):
                probe.wait(40)
                seen = times(probe.text())
                self.assertEqual(len(seen), count, probe.text()[-300:])
                self.assertEqual(len(set(seen)), count, "a time twice")


if __name__ == "__main__":
    unittest.main()
