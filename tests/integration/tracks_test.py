"""Streams of every shape: sound only, picture only, MP3, tracks that come late, several at once, over IPv6."""
import os
import socket
import tempfile
import unittest

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.clips import clip
from harness.live_case import LiveTest
from harness.packets import check_copy, probe
from harness.programs import ffmpeg_play, ffmpeg_publish
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags, shifted


class Shapes(LiveTest):
    def copied(self, server, names):
        """Publishes all clips at once, plays each with ffmpeg, compares."""
        with tempfile.TemporaryDirectory() as folder:
            keys = {name: "live/" + name.replace(".flv", "") for name in names}
            publishers = [self.keep(ffmpeg_publish(clip(name), server.url(keys[name]))) for name in names]
            players = []
            for name, key in keys.items():
                server.wait_live(key)
                players.append(self.keep(ffmpeg_play(server.url(key), os.path.join(folder, name))))
            for one in publishers + players:
                one.wait(30)
            for name in names:
                with self.subTest(clip=name):
                    check_copy(self, probe(clip(name)), probe(os.path.join(folder, name)))

    def test_five_streams_at_once_of_every_shape(self):
        self.copied(self.serve(), ["sound.flv", "picture.flv", "mp3.flv", "mp3-only.flv", "short.flv"])

    @unittest.skipUnless(socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"), "this machine has no IPv6")
    def test_ipv6(self):
        self.copied(self.serve(host="::1"), ["short.flv"])


class LateTracks(LiveTest):
    def setUp(self):
        self.server = self.serve()
        self.publisher = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        self.publisher.publish("cam")
        tags = flv_tags("short.flv")
        self.picture = [t for t in tags if t.kind == VIDEO]
        self.sound = [t for t in tags if t.kind == AUDIO]

    def player(self):
        player = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        player.play("cam")
        return player

    def late(self, first, second):
        """`second` begins when half of `first` is out; an early and a late player get what there is, whole."""
        half = len(first) // 2
        seam = first[half].time
        late = [t for t in shifted(second, seam) if t.time <= first[-1].time]
        for tag in first[:3]:
            self.publisher.send_tag(tag)
        self.server.wait_live("live/cam")
        early = self.player()
        Feed(self.publisher, first[3:half], loop=False, speed=8).start().wait()
        rest = sorted(first[half:] + late, key=lambda t: t.time)
        Feed(self.publisher, rest[:40], loop=False, speed=8).start().wait()
        joined = self.player()
        Feed(self.publisher, rest[40:], loop=False, speed=8).start().wait()
        self.publisher.unpublish("cam")
        for player in (early, joined):
            self.assertTrue(player.collect_to_end(10))
        for sent in (first, late):
            kind = sent[0].kind
            whole = flv.marks(sent, kind)
            got = flv.marks(early.media, kind)
            self.assertTrue(got and got == whole[-len(got):], f"the early player has a gap in {kind}")
            self.assertGreaterEqual(len(got), len(whole) - 2, f"the early player lacks the begin of {kind}")
            got = flv.marks(joined.media, kind)
            self.assertTrue(got and got == whole[-len(got):], f"the late player has a gap in {kind}")
            self.assertGreater(len(got), len(whole) // 4)

    def test_sound_comes_late(self):
        self.late(self.picture, self.sound)

    def test_picture_comes_late(self):
        self.late(self.sound, self.picture)


if __name__ == "__main__":
    unittest.main(verbosity=2)
