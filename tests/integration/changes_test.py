"""Things that change while a stream runs: configuration, codec, publisher."""
import unittest

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.live_case import LiveTest
from harness.patience import until
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, coded_tags, flv_tags, shifted

ABLE = {"fourCcList": ["hvc1", "av01", "vp09", "Opus", "mp4a"]}


class Changes(LiveTest):
    def start(self, **words):
        self.server = self.serve(**words)
        return self.publisher()

    def client(self, **hello):
        return self.keep(RtmpClient(self.server.host, self.server.port, hello=hello)).connect()

    def publisher(self, expect="NetStream.Publish.Start"):
        publisher = self.client()
        publisher.publish("cam", expect=expect)
        return publisher

    def change(self, before, after, hello):
        """Publishes one list of tags, then the other; gives what a player saw of both."""
        publisher = self.start()
        for tag in before[:3]:
            publisher.send_tag(tag)
        self.server.wait_live("live/cam")
        player = self.client(**hello)
        player.play("cam")
        later = shifted(after, before[-1].time + 40)
        Feed(publisher, before[3:] + later, loop=False, speed=4).start().wait()
        publisher.unpublish("cam")
        self.assertTrue(player.collect_to_end(10))
        return player

    def check_sequence(self, player, before, after):
        """Old frames, new configuration, new frames: in this order and whole."""
        def units(tags):
            found = [flv.facts(t) for t in tags if t.kind == VIDEO]
            return [(f.codec, f.part, flv.core(f)) for f in found if f.part in ("config", "frame")]
        seen, wanted = units(player.media), units(before + after)
        self.assertEqual([s[:2] for s in seen], [w[:2] for w in wanted])
        self.assertTrue(seen == wanted, "units changed on their way")

    def test_a_new_configuration_passes(self):
        before = [t for t in flv_tags("short.flv") if t.kind == VIDEO and t.time < 2000]
        after = [t for t in flv_tags("other.flv") if t.kind == VIDEO and t.time < 2000]
        self.check_sequence(self.change(before, after, {}), before, after)

    def test_a_new_codec_passes(self):
        before = [t for t in flv_tags("short.flv") if t.kind == VIDEO and t.time < 2000]
        after = coded_tags("hevc.mp4")[:60]
        self.check_sequence(self.change(before, after, ABLE), before, after)

    def test_the_same_configuration_again_changes_nothing(self):
        tags = [t for t in flv_tags("short.flv") if t.kind == VIDEO and t.time < 2000]
        again = [t for t in flv_tags("short.flv") if t.kind == VIDEO and t.time < 2000]
        player = self.change(tags, again, {})
        sent = flv.marks(tags + again, VIDEO)
        self.assertEqual(flv.marks(player.media, VIDEO), sent)

    def test_a_second_publisher_is_refused(self):
        first = self.start()
        feed = self.keep(Feed(first, flv_tags("short.flv")).start())
        self.server.wait_live("live/cam")
        second = self.client()
        self.assertEqual(second.publish("cam", expect=None), "NetStream.Publish.BadName")
        self.assertEqual(second.statuses[-1]["level"], "error")
        player = self.client()
        player.play("cam")
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 60, 10, "the first goes on")
        self.assertIsNone(feed.failure)

    def test_a_takeover_where_the_app_allows_it(self):
        first = self.start(apps={"live": {"takeover": "replace"}})
        feed = self.keep(Feed(first, flv_tags("short.flv")).start())
        self.server.wait_live("live/cam")
        epoch = self.server.streams()["live/cam"]["epoch"]
        player = self.client()
        player.play("cam")
        player.collect(lambda: len(flv.frames(player.media, VIDEO)) > 20, 10, "pictures")
        second = self.publisher()
        other = self.keep(Feed(second, flv_tags("other.flv")).start())
        wanted = {flv.facts(t).payload for t in other.tags if not flv.is_config(t) and t.kind == VIDEO}
        player.collect(lambda: sum(f.payload in wanted for _, f in flv.frames(player.media, VIDEO)) > 30, 15,
                       "pictures of the second publisher")
        until(lambda: feed.failure is not None, 10, "the first publisher is cut off")
        self.assertGreater(self.server.streams()["live/cam"]["epoch"], epoch)
        for kind in (VIDEO, AUDIO):
            times = [time for time, _ in flv.frames(player.media, kind)]
            self.assertEqual(times, sorted(times), "the timeline goes back")
        pictures = flv.frames(player.media, VIDEO)
        first_new = next(i for i, (_, f) in enumerate(pictures) if f.payload in wanted)
        self.assertTrue(pictures[first_new][1].key, "the second publisher's first picture is no key frame")
        self.assertFalse([f for _, f in pictures[first_new:] if f.payload not in wanted], "the two are mixed")

    def test_playing_what_is_not_there(self):
        self.start()
        player = self.client()
        player.create_stream()
        player.tell("play", None, "nothing", -2, stream=player.stream)
        try:
            code = player.wait_status("NetStream.Play.", but=("NetStream.Play.Reset",))
        except Closed:
            code = player.statuses[-1]["code"] if player.statuses else "closed without a word"
        self.assertEqual(code, "NetStream.Play.StreamNotFound")


if __name__ == "__main__":
    unittest.main(verbosity=2)
