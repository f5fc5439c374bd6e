"""Peers that only look slow or odd: handshakes that never end (R2), one-byte chunks (R6), timestamps (R10)."""
import os
import struct
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import flv  # noqa: E402
from harness.chunks import AUDIO, SET_CHUNK_SIZE, VIDEO, basic_header, chunked  # noqa: E402
from harness.live_case import LiveTest  # noqa: E402
from harness.patience import PACE  # noqa: E402
from harness.rtmp import Closed, RtmpClient  # noqa: E402
from harness.source import flv_tags  # noqa: E402

LIMIT = 2  # s, in place of the default 10


class HandshakeDeadline(LiveTest):
    def setUp(self):
        self.server = self.serve(rtmp={"handshake_timeout_s": LIMIT})
        self.calm = self.server.descriptors_at_rest()

    def closed_after(self, before, trickle=b""):
        """Seconds until the server closes a peer that sends `before`, then `trickle` a byte at a time."""
        client = self.keep(RtmpClient(self.server.host, self.server.port))
        client.send_raw(before)
        begun, rest = time.monotonic(), list(trickle)
        with self.assertRaises(Closed):
            while time.monotonic() < begun + (LIMIT + 4) * PACE:
                client._some(0.1)
                if rest:
                    client.send_raw(bytes([rest.pop(0)]))
        return time.monotonic() - begun

    def test_r2_silence_and_trickle(self):
        for what, before, trickle in (("silence", b"", b""), ("after C1", b"\x03" + os.urandom(1536), b""),
                                      ("a byte at a time", b"\x03", os.urandom(1000))):
            with self.subTest(peer=what):
                took = self.closed_after(before, trickle)
                self.assertGreater(took, LIMIT * 0.7)
                self.assertLess(took, (LIMIT + 1.5) * PACE)

    def test_r3_half_a_c2(self):
        client = self.keep(RtmpClient(self.server.host, self.server.port))
        client.send_raw(b"\x03" + bytes(8) + os.urandom(1528))
        client._exactly(3073)
        client.send_raw(os.urandom(700))
        with self.assertRaises(Closed):
            client.collect(lambda: False, LIMIT + 2)

    def test_connected_and_idle(self):
        client = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        with self.assertRaises(Closed):
            client.collect(lambda: False, LIMIT + 2)


class SmallChunks(LiveTest):
    def test_r6_a_mebibyte_in_chunks_of_one_byte(self):
        server = self.serve(rtmp={"chunk_size_floor": 1})
        tags = flv_tags("picture.flv")
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish("cam")
        for tag in tags[:3]:
            client.send_tag(tag)
        server.wait_live("live/cam")
        player = self.keep(RtmpClient(server.host, server.port)).connect()
        player.play("cam")
        big = flv.avc_frame(struct.pack(">I", (1 << 20) - 4) + b"\x65" + os.urandom((1 << 20) - 5), True)
        client.send(SET_CHUNK_SIZE, struct.pack(">I", 1), csid=2)
        spent = self.processor_time(server)
        client.send_raw(chunked(VIDEO, big, csid=6, stream=client.stream, time=tags[2].time + 40, chunk_size=1))
        player.collect(lambda: flv.frames(player.media, VIDEO)[-1:] and
                       flv.frames(player.media, VIDEO)[-1][1].payload == big[5:], 20, "the large frame")
        self.assertLess(self.processor_time(server) - spent, 1.0 * PACE, "processor time for one mebibyte")

    @staticmethod
    def processor_time(server):
        with open(f"/proc/{server.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Timestamps(LiveTest):
    """R10: both dialects of extended timestamps, the wrap, jumps back and forth."""

    def setUp(self):
        self.server = self.serve()
        self.client = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        self.client.publish("cam")
        self.frames = [flv.facts(t).payload for t in flv_tags("sound.flv") if not flv.is_config(t)]
        config = next(t for t in flv_tags("sound.flv") if flv.is_config(t))
        self.sent = []
        self.config = config.body

    def send(self, time, repeat=True, pad=0):
        """One sound frame; longer than a chunk with `pad`, so that type 3 chunks follow."""
        body = flv.aac_frame(self.frames[len(self.sent)] + os.urandom(pad))
        raw = chunked(AUDIO, body, csid=4, stream=self.client.stream, time=time, chunk_size=4096)
        if not repeat and time >= 0xFFFFFF:
            raw = raw[:16 + 4096]
            for at in range(4096, len(body), 4096):
                raw += basic_header(3, 4) + body[at:at + 4096]
        self.client.send_raw(raw)
        self.sent.append(body[2:])

    def played(self, first, rest):
        """Sends the first, has a player join, sends the rest; gives the times that came out."""
        self.client.send_raw(chunked(AUDIO, self.config, csid=4, stream=self.client.stream, time=first))
        self.send(first)
        self.server.wait_live("live/cam")
        player = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        player.play("cam")
        player.collect(lambda: flv.frames(player.media, AUDIO), 5, "the first frame")
        for time_of, repeat, pad in rest:
            self.send(time_of, repeat, pad)
        player.collect(lambda: len(flv.frames(player.media, AUDIO)) >= len(self.sent), 5,
                       lambda: f"{len(flv.frames(player.media, AUDIO))} of {len(self.sent)} frames came")
        self.assertTrue([f.payload for _, f in flv.frames(player.media, AUDIO)] == self.sent, "frames changed")
        times = [at for at, _ in flv.frames(player.media, AUDIO)]
        self.assertEqual(times, sorted(times), "a negative duration downstream")
        return times

    def test_repeated_on_type_3(self):
        times = self.played(0xFFFFFF - 40, [(0xFFFFFF - 20 + 20 * i, True, 9000) for i in range(20)])
        self.assertEqual([b - a for a, b in zip(times, times[1:])], [20] * 20)

    def test_absent_on_type_3(self):
        times = self.played(0xFFFFFF + 40, [(0xFFFFFF + 60 + 20 * i, False, 9000) for i in range(20)])
        self.assertEqual([b - a for a, b in zip(times, times[1:])], [20] * 20)

    def test_wrap(self):
        times = self.played(0xFFFFFFFF - 100, [((0xFFFFFFFF - 80 + 20 * i) & 0xFFFFFFFF, True, 0) for i in range(20)])
        self.assertEqual([b - a for a, b in zip(times, times[1:])], [20] * 20)

    def test_jumps_back_and_forth(self):
        steps = [100_020, 100_040, 50, 70, 90, 3_000_000, 3_000_020, 20, 40]
        times = self.played(100_000, [(at, True, 0) for at in steps])
        self.assertLess(times[-1] - times[0], 15_000, "a jump of the source went through to the players")


if __name__ == "__main__":
    unittest.main(verbosity=2)
