"""The RTMP module replaced 50 times under 5 publishers and 100 players; modules dropped into a watched folder."""
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
import unittest

from harness import flv
from harness.chunks import VIDEO
from harness.crowd import Crowd, gap_in
from harness.live_case import LiveTest
from harness.patience import MEMORY_TELLS, PACE, until
from harness.places import EXAMPLES, MODULES
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags

UPGRADES, PUBLISHERS, PLAYERS_EACH = 50, 5, 20


def said(name, values):
    values = sorted(values)
    print(f"{name}: median {statistics.median(values) * 1000:.0f} ms, most {values[-1] * 1000:.0f} ms, of {len(values)}",
          file=sys.stderr)


class Upgrades(LiveTest):
    def setUp(self):
        # Modules in a folder of the test's own: the server's vendor folder holds them too, the earlier folder wins.
        self.dropped = tempfile.mkdtemp(prefix="sluice-dropped-")
        self.addCleanup(shutil.rmtree, self.dropped, True)

    def drop(self, source, module):
        for ending in (".so", ".json"):
            shutil.copyfile(os.path.join(source, module + ending), os.path.join(self.dropped, module + ending))

    def status(self, server, module):
        rows = [row for row in server.ask("modules") if row["id"] == module and row["state"] != "shadowed"]
        return rows[0] if rows else None

    def publish(self, server, name, tags):
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish(name)
        feed = self.keep(Feed(client, tags).start())
        server.wait_live(f"live/{name}")
        return feed

    def test_fifty_upgrades_under_load(self):
        self.drop(MODULES, "rtmp")
        self.drop(EXAMPLES, "test-picture")
        # Small caches, so that memory tells of the upgrades and not of caches that still fill.
        server = self.serve(arguments=["--module-dir", self.dropped],
                            apps={"live": {"gop_cache_ms": 500}, "example": {"gop_cache_ms": 500}})
        tags = flv_tags("cam.flv")
        feeds = [self.publish(server, f"cam{i}", tags) for i in range(PUBLISHERS)]
        crowds = []
        for i in range(PUBLISHERS):
            crowds.append(self.keep(Crowd(server).join(f"cam{i}", PLAYERS_EACH).start()))
        other = self.keep(Crowd(server, "example").join("test", 1).start())
        until(lambda: all(m.seen for crowd in [*crowds, other] for m in crowd.readers), 20, "every player has media")
        self.upgrade(server)  # the first one warms what stays
        memory, descriptors = server.memory(), server.descriptors()

        joined, end = [], threading.Event()
        joiner = threading.Thread(target=self.join_again_and_again, args=(server, joined, end))
        joiner.start()
        times = [self.upgrade(server) for _ in range(UPGRADES)]
        end.set()
        joiner.join(20)
        said("a swap", times)

        self.assertGreater(len(joined), 5)
        self.assertEqual([why for why in joined if why], [], "somebody who came during the swaps was not served")
        row = self.status(server, "rtmp")
        self.assertEqual((row["state"], row["rule"]), ("serving", ""))
        self.assertGreaterEqual(row["generation"], UPGRADES + 2)
        until(lambda: len(self.status(server, "rtmp")["generations"]) <= 2, 10,
              lambda: f"generations without sessions are gone: {self.status(server, 'rtmp')}")
        if MEMORY_TELLS:
            self.assertLess(server.memory() - memory, 8 << 20, "memory grew with the upgrades")
        self.assertLess(server.descriptors() - descriptors, 8, "descriptors grew with the upgrades")

        self.check_players(feeds, crowds, other)
        for crowd in crowds:
            crowd.stop()
        for feed in feeds:
            feed.stop()
            feed.client.close()
        other.stop()
        until(lambda: len(self.status(server, "rtmp")["generations"]) == 1, 10, "the first generation is gone too")

    def upgrade(self, server):
        begun = time.monotonic()
        server.run("modules", "reload", "rtmp")
        return time.monotonic() - begun

    @staticmethod
    def join_again_and_again(server, joined, end):
        while not end.is_set():
            client = None
            try:
                client = RtmpClient(server.host, server.port).connect()
                client.play("cam0")
                client.collect(lambda c=client: any(m.kind == VIDEO for m in c.media), 10)
                joined.append(None)
            except Exception as error:  # noqa: BLE001: whatever it is, it is reported
                joined.append(repr(error))
            finally:
                if client:
                    client.close()

    def check_players(self, feeds, crowds, other):
        for feed in feeds:
            self.assertIsNone(feed.failure, "a publisher was cut")
            seen = len(feed.sent)
            until(lambda f=feed, s=seen: len(f.sent) > s + 50, 10, "the feed goes on")
        for feed, crowd in zip(feeds, crowds):
            crowd.stop()
            seen = len(feed.sent)  # a player may have had a message before its sender noted it
            until(lambda f=feed, s=seen: len(f.sent) > s + 2, 10, "the feed goes on")
            sent = [t for t in list(feed.sent) if not flv.is_config(t)]
            for member in crowd.readers:
                self.assertIsNone(member.ended, "a player was cut")
                self.assertIsNone(gap_in(member, sent))
        # A stream of another module: its picture comes every 40 ms. What this program held up itself is not counted.
        member = other.readers[0]
        own = max([other.longest_round, *(crowd.longest_round for crowd in crowds)])
        gaps = [b - a for a, b in zip(member.arrivals, member.arrivals[1:])]
        times = [at for kind, at, _ in member.seen if kind == VIDEO]
        self.assertIsNone(member.ended)
        self.assertEqual({b - a for a, b in zip(times, times[1:])}, {40}, "a picture of the other module is missing")
        self.assertLess(max(gaps), 0.2 * PACE + own, "the other module's stream stood still")

    def test_dropped_in_replaced_and_removed(self):
        server = self.serve(arguments=["--module-dir", self.dropped])
        begun = time.monotonic()
        self.drop(EXAMPLES, "test-picture")
        until(lambda: "example/test" in server.streams(), 5, lambda: f"it is loaded\n{server.log()[-1500:]}")
        said("from file in place to serving", [time.monotonic() - begun])
        viewer = self.keep(RtmpClient(server.host, server.port, "example")).connect()
        viewer.play("test")
        viewer.collect(lambda: len(viewer.media) > 5, 10)

        # Other bytes, same code: the stream goes on, the viewer stays.
        epoch = server.streams()["example/test"]["epoch"]
        with open(os.path.join(self.dropped, "test-picture.so"), "ab") as library:
            library.write(bytes(16))
        until(lambda: self.status(server, "test-picture")["generation"] == 2, 5, "generation 2 serves")
        until(lambda: server.streams()["example/test"]["epoch"] > epoch, 5, "it writes the stream")
        count = len(viewer.media)
        viewer.collect(lambda: len(viewer.media) > count + 10, 10)
        self.assertEqual(viewer.statuses[-1]["code"], "NetStream.Play.Start")

        os.remove(os.path.join(self.dropped, "test-picture.json"))
        until(lambda: self.status(server, "test-picture") is None, 5, "it is gone")
        server.wait_gone("example/test", 2)  # at once, without grace
        self.assertTrue(viewer.collect_to_end(5))

    def test_what_cannot_be_taken_is_said_once(self):
        server = self.serve(arguments=["--module-dir", self.dropped])
        with open(os.path.join(MODULES, "rtmp.so"), "rb") as library:
            half = library.read(9000)
        shutil.copyfile(os.path.join(MODULES, "rtmp.json"), os.path.join(self.dropped, "rtmp.json"))
        with open(os.path.join(self.dropped, "rtmp.so"), "wb") as library:
            library.write(half)
        until(lambda: "SL-ELF-004" in server.log(), 5, "it is refused")
        states = {row["path"]: row["state"] for row in server.ask("modules") if row["id"] == "rtmp"}
        self.assertEqual(states[os.path.join(MODULES, "rtmp.json")], "serving", "the vendor's own goes on")
        self.assertEqual(states[os.path.join(self.dropped, "rtmp.json")], "refused")
        with open(os.path.join(self.dropped, "readme"), "w", encoding="ascii") as file:
            file.write("a change that changes nothing")
        shutil.copyfile(os.path.join(EXAMPLES, "test-picture.so"), os.path.join(self.dropped, "test-picture.so"))
        shutil.copyfile(os.path.join(EXAMPLES, "test-picture.json"), os.path.join(self.dropped, "test-picture.json"))
        until(lambda: self.status(server, "test-picture"), 5, "the folder was looked at again")
        lines = [line for line in server.log().splitlines() if "SL-ELF-004" in line]
        self.assertEqual(len(lines), 1, server.log())

    def test_by_hand(self):
        server = self.serve()
        publisher = self.publish(server, "cam", flv_tags("cam.flv"))
        row = server.run("modules", "reload", "rtmp", "--json")
        self.assertEqual((row["id"], row["generation"]), ("rtmp", 2))
        explained = server.run("modules", "explain", "rtmp", "--json")
        self.assertEqual(explained["state"], "serving")
        self.assertEqual([g["generation"] for g in explained["generations"]], [2, 1])
        self.assertEqual(explained["generations"][1]["sessions_left"], 1)
        self.assertIn("sluice.engine/1", server.run("modules", "graph").stdout)
        self.assertIsNone(publisher.failure)
        gone = server.run("modules", "disable", "rtmp", check=False)
        self.assertEqual(gone.returncode, 0, gone.stderr)
        refused = server.run("modules", "reload", "rtmp", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("disabled", refused.stderr)
        self.assertIn("live/cam", server.streams())  # its session goes on in generation 1
        server.run("modules", "enable", "rtmp")
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.play("cam")
        client.collect(lambda: any(m.kind == VIDEO for m in client.media), 10)
        wrong = server.run("modules", "reload", "rtpm", check=False)
        self.assertIn("did you mean rtmp", wrong.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
