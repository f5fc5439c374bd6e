"""200 players of one stream, 20 of which stop reading: the other 180 miss nothing, the 20 are let go with a reason."""
import time
import unittest

from harness import flv
from harness.chunks import VIDEO
from harness.crowd import Crowd, drained_and_closed, fingerprint
from harness.live_case import LiveTest
from harness.patience import MEMORY_TELLS, PACE, until
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags

READERS, STUCK = 180, 20
STALLED = 10.0  # s without progress that the server bears with


class StuckReaders(LiveTest):
    def test_readers_miss_nothing_while_others_are_stuck(self):
        server = self.serve()
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        feed = self.keep(Feed(publisher, flv_tags("cam.flv")).start())
        server.wait_live("live/cam")
        crowd = self.keep(Crowd(server))
        crowd.join("cam", READERS).join("cam", STUCK, reads=False).start()
        begun, low = time.monotonic(), server.memory()
        until(lambda: len(server.viewers("live/cam")) == READERS + STUCK, 10, "all players are listed", 0.2)
        high = [low]

        def only_readers_left():
            high.append(server.memory())
            self.assertIsNone(feed.failure)
            return len(server.viewers("live/cam")) <= READERS
        until(only_readers_left, STALLED + 15, lambda: f"{len(server.viewers('live/cam'))} viewers are left", 0.3)
        self.assertGreater(time.monotonic() - begun, STALLED * 0.8, "a stuck player was let go too early")
        seen = len(feed.sent)
        until(lambda: len(feed.sent) > seen + 100, 10, "the feed goes on")
        feed.stop()
        still = 1.0 * PACE + crowd.longest_round + feed.longest_pause
        self.check_readers(crowd, [t for t in feed.sent if not flv.is_config(t)], still)
        for member in crowd.stuck:
            self.assertTrue(drained_and_closed(member.client), "a stuck player was not closed")
        # What the lists and queues of 200 players may cost, and the cached group of pictures, with room.
        if MEMORY_TELLS:
            self.assertLess(max(high) - low, 48 << 20, "memory grew with the stuck players")
        self.check_told(server)

    def check_readers(self, crowd, sent, still):
        self.assertEqual([m.ended for m in crowd.readers], [None] * READERS)
        prints = [(t.kind, fingerprint(t)) for t in sent]
        places = {}
        for i, mark in enumerate(prints):
            places.setdefault(mark, []).append(i)
        keys = {i for i, t in enumerate(sent) if t.kind == VIDEO and flv.facts(t).key}
        until(lambda: min(m.seen[-1][1] for m in crowd.readers) >= sent[-1].time - 500, 10, "the readers caught up")
        for member in crowd.readers:
            got = [(kind, body) for kind, _, body in member.seen]
            start = next((i for i in places.get(got[0], []) if prints[i:i + len(got)] == got), None)
            if start is None:
                self.fail(self.first_difference(prints, got, places))
            first_picture = next(i for i in range(start, start + len(got)) if prints[i][0] == VIDEO)
            self.assertIn(first_picture, keys, "does not begin with a key frame")
            self.assertGreaterEqual(start + len(got), len(sent) - 60, "the end is missing")
            gaps = [b - a for a, b in zip(member.arrivals, member.arrivals[1:])]
            self.assertLess(max(gaps), still, "a reader stood still")

    @staticmethod
    def first_difference(prints, got, places):
        best = 0
        for start in places.get(got[0], []):
            same = 0
            while same < len(got) and prints[start + same:start + same + 1] == [got[same]]:
                same += 1
            best = max(best, same)
        near = [prints.index(mark) if mark in prints else None for mark in got[max(0, best - 3):best + 6]]
        return (f"a reader has a gap or a double after {best} of {len(got)} messages: "
                f"sent as #{places.get(got[0])}, around it {near}")

    def check_told(self, server):
        log = server.log()
        self.assertRegex(log.lower(), "read nothing for", "no reason in the log")
        kinds = [event["kind"] for event in server.ask("events")]
        self.assertEqual(kinds.count("subscription.evicted"), STUCK, "every eviction is an event")


if __name__ == "__main__":
    unittest.main(verbosity=2)
