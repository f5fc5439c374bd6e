"""Enhanced RTMP, in and out: what goes in comes out byte for byte, and classic players are told what they miss."""
import unittest

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.live_case import LiveTest
from harness.rtmp import RtmpClient
from harness.source import Feed, coded_tags, interleaved

V1 = {"fourCcList": ["hvc1", "av01", "vp09", "avc1", "Opus", "mp4a"]}
V2 = {"capsEx": 0.0, "videoFourCcInfoMap": {"*": 7.0}, "audioFourCcInfoMap": {"*": 7.0}}


class Enhanced(LiveTest):
    def setUp(self):
        self.server = self.serve()

    def client(self, **hello):
        return self.keep(RtmpClient(self.server.host, self.server.port, hello=hello)).connect()

    def through(self, tags, players, publisher_hello=V1):
        """Publishes tags; players are the connect properties of each. Gives the players, done."""
        publisher = self.client(**publisher_hello)
        publisher.publish("cam")
        begun = next(i for i, t in enumerate(tags) if not flv.is_config(t) and t.kind == tags[0].kind) + 1
        for tag in tags[:begun]:
            publisher.send_tag(tag)
        self.server.wait_live("live/cam")
        out = [self.client(**hello) for hello in players]
        for player in out:
            player.play("cam")
        Feed(publisher, tags[begun:], loop=False, speed=4).start().wait()
        publisher.unpublish("cam")
        for player in out:
            self.assertTrue(player.collect_to_end(10), "the player was not told of the end")
        publisher.close()
        self.server.wait_gone("live/cam")
        return out

    def check_equal(self, player, tags, kind, codec, times=True):
        sent, got = flv.frames(tags, kind), flv.frames(player.media, kind)
        self.assertEqual({f.codec for _, f in got}, {codec})
        self.assertEqual(flv.marks(player.media, kind), flv.marks(tags, kind))
        self.assertEqual([f.key for _, f in got], [f.key for _, f in sent])
        if times:
            self.assertEqual(len({(a[1].cts - b[1].cts) for a, b in zip(got, sent)}), 1, "composition times are bent")
            shift = [a[0] - b[0] for a, b in zip(got, sent)]
            self.assertLessEqual(max(shift) - min(shift), 1, "the timeline is bent")
        configs = [flv.core(flv.facts(m)) for m in player.media if m.kind == kind and flv.is_config(m)]
        wanted = [flv.core(flv.facts(t)) for t in tags if t.kind == kind and flv.is_config(t)]
        self.assertEqual(configs[:1], wanted[:1], "the codec's configuration")

    def test_video_codecs_in_and_out(self):
        for name, codec in (("hevc.mp4", "hvc1"), ("av1.mp4", "av01"), ("vp9.mp4", "vp09")):
            for hello in (V1, V2):
                with self.subTest(codec=codec, caps=list(hello)[0]):
                    tags = coded_tags(name)
                    player, = self.through(tags, [hello], hello)
                    self.check_equal(player, tags, VIDEO, codec)

    def test_audio_codecs_beside_hevc(self):
        for name, codec in (("opus.mp4", "Opus"), ("aac.mp4", "mp4a")):
            with self.subTest(codec=codec):
                tags = interleaved(coded_tags("hevc.mp4"), coded_tags(name))
                player, = self.through(tags, [V2])
                self.check_equal(player, tags, VIDEO, "hvc1")
                self.check_equal(player, tags, AUDIO, codec)

    def test_ac3_needs_no_configuration(self):
        tags = coded_tags("ac3.mp4")
        with_ac3 = {"fourCcList": ["ac-3"]}
        player, = self.through(tags, [with_ac3], with_ac3)
        self.check_equal(player, tags, AUDIO, "ac-3")

    def test_opus_alone(self):
        tags = coded_tags("opus.mp4")
        player, = self.through(tags, [V1])
        self.check_equal(player, tags, AUDIO, "Opus")

    def test_enhanced_h264_and_aac_reach_a_classic_player(self):
        tags = interleaved(coded_tags("avc.mp4"), coded_tags("aac.mp4"))
        player, = self.through(tags, [{}])
        self.check_equal(player, tags, VIDEO, "avc1")
        self.check_equal(player, tags, AUDIO, "mp4a")
        self.assertFalse(any(m.body[0] & 0x80 for m in player.media if m.kind == VIDEO), "an enhanced tag went out")
        self.assertFalse(any(m.body[0] >> 4 == 9 for m in player.media if m.kind == AUDIO), "an enhanced tag went out")

    def test_a_classic_player_gets_the_sound_and_is_told_of_the_picture(self):
        tags = interleaved(coded_tags("hevc.mp4"), coded_tags("aac.mp4"))
        classic, able = self.through(tags, [{}, V1])
        self.assertEqual(flv.frames(classic.media, VIDEO), [])
        self.check_equal(classic, tags, AUDIO, "mp4a")
        self.check_equal(able, tags, VIDEO, "hvc1")
        told = [s for s in classic.statuses if any(w in str(s).lower() for w in ("hvc1", "h.265", "h265", "hevc"))]
        self.assertTrue(told, f"no onStatus names the codec: {classic.statuses}")
        self.assertFalse([s for s in able.statuses if s in told])
        log = self.server.log().lower()
        self.assertTrue(any(w in log for w in ("hvc1", "h.265", "h265", "hevc")), "the reason is not in the log")

    def test_legacy_hevc_in_enhanced_out(self):
        tags = coded_tags("hevc.mp4", style="legacy")
        player, = self.through(tags, [V1], {})
        self.check_equal(player, tags, VIDEO, "hvc1")

    def test_negative_composition_times(self):
        # No picture may be due before it is decoded: decoding is moved forward by what the source needs, as soon
        # as that is seen. From then on pictures are shown exactly when the source said.
        for name, style in (("avc.mp4", "classic"), ("hevc.mp4", "enhanced")):
            with self.subTest(clip=name):
                tags = coded_tags(name, style, cts_shift=-80)
                self.assertTrue(any(f.cts < 0 for _, f in flv.frames(tags, VIDEO)))
                player, = self.through(tags, [V1])
                self.check_equal(player, tags, VIDEO, "hvc1" if name == "hevc.mp4" else "avc1", times=False)
                got, sent = flv.frames(player.media, VIDEO), flv.frames(tags, VIDEO)
                known = [f.cts for _, f in sent].index(min(f.cts for _, f in sent)) + 1
                self.assertLess(known, 5)
                self.assertEqual({a[0] + a[1].cts - b[0] - b[1].cts for a, b in zip(got[known:], sent[known:])}, {0})
                self.assertGreaterEqual(min(f.cts for _, f in got), 0)
                self.assertEqual([at for at, _ in got], sorted(at for at, _ in got))

    def test_the_server_says_what_it_understands(self):
        for hello in (V1, V2):
            answer = {}
            for part in self.client(**hello).connected:
                answer.update(part or {})
            named = str(answer.get("fourCcList", "")) + str(answer.get("videoFourCcInfoMap", ""))
            self.assertTrue("hvc1" in named or "*" in named, answer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
