"""RTMPS: what comes in over TLS goes out over both, packet for packet; certificates, wrong ports, slow peers, goodbyes."""
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from harness import flv
from harness.certificates import Certificate, subject_at, trusting_anybody
from harness.chunks import AUDIO, VIDEO
from harness.clips import clip
from harness.crowd import fingerprint
from harness.live_case import LiveTest
from harness.packets import check_copy, probe
from harness.patience import MEMORY_TELLS, PACE, until
from harness.places import SLUICE, authority, free_port
from harness.programs import ffmpeg_play, ffmpeg_publish, gst_launch
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, flv_tags

LIMIT = 2  # s a peer has until it publishes or plays, in place of the default 10
CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303")  # and 189 bytes more


class RtmpsTest(LiveTest):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-rtmps-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def serve_tls(self, rtmp=None, **words):
        self.certificate = Certificate(self.folder)
        self.port = free_port()
        self.server = self.serve(rtmp={"rtmps_listen": authority("127.0.0.1", self.port), **self.certificate.config(),
                                       **(rtmp or {})}, **words)
        until(lambda: "control socket" in self.server.log(), 10, "the server greets", 0.05)
        return self.server

    def url(self, key):
        return f"rtmps://{authority(self.server.host, self.port)}/{key}"

    def out(self, name):
        return os.path.join(self.folder, name)

    def client(self, version=None, **words):
        return self.keep(RtmpClient(self.server.host, self.port, tls=trusting_anybody(version), **words)).connect()

    def publish(self, clip_name="cam.flv", secure=True, **words):
        client = self.client() if secure else self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        client.publish("cam")
        feed = self.keep(Feed(client, flv_tags(clip_name), **words).start())
        self.server.wait_live("live/cam")
        return feed

    def play(self, **words):
        client = self.client(**words)
        client.play("cam")
        return client

    def check_units(self, player, clip_name="cam.flv"):
        """What arrived was sent, unit for unit: no byte is lost or changed between records."""
        sent = {fingerprint(t) for t in flv_tags(clip_name)}
        media = [m for m in player.media if m.kind in (AUDIO, VIDEO)]
        self.assertGreater(len(media), 50)
        self.assertEqual(sum(fingerprint(m) not in sent for m in media), 0, f"changed, of {len(media)}")

    def errors(self, reason):
        """Protocol errors counted with words like these."""
        return sum(value for (name, labels), value in self.server.metrics().items()
                   if name == "rtmp_protocol_errors_total" and reason in dict(labels).get("reason", ""))


class Copies(RtmpsTest):
    def test_what_is_published_over_tls_plays_over_both(self):
        server = self.serve_tls()
        sent = probe(clip("cam.flv"))
        publisher = self.keep(ffmpeg_publish(clip("cam.flv"), self.url("live/cam")))
        server.wait_live("live/cam")
        players = {name: self.keep(ffmpeg_play(url, self.out(name)))
                   for name, url in (("plain.flv", server.url("live/cam")), ("tls.flv", self.url("live/cam")))}
        gst = self.keep(gst_launch("rtmp2src", f"location={self.url('live/cam')}", "tls-validation-flags=0", "!", "filesink",
                                   f"location={self.out('gst.flv')}"))
        until(lambda: len(server.viewers("live/cam")) == 3, 10, lambda: f"three play: {server.viewers()} {gst.text()}", 0.05)
        self.assertEqual(sorted(row["protocol"] for row in server.viewers()), ["rtmp", "rtmps", "rtmps"])
        self.assertEqual(server.streams()["live/cam"]["protocol"], "rtmps")
        publisher.wait(40)
        for player in (*players.values(), gst):
            player.wait(15)
        for name in (*players, "gst.flv"):
            with self.subTest(file=name):
                # rtmp2src lets go of what it still holds when the connection ends.
                firsts = check_copy(self, sent, probe(self.out(name)), to_the_end=name != "gst.flv")
                self.assertEqual(firsts["video"] % 50, 0)

    def test_what_is_published_in_the_clear_plays_over_every_version_of_tls(self):
        self.serve_tls()
        self.publish(secure=False)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version.name):
                player = self.play(version=version)
                self.assertEqual(player.socket.version(), version.name.replace("_", "."))
                player.collect(lambda p=player: len(flv.frames(p.media, VIDEO)) > 60, 15, "pictures")
                self.check_units(player)

    def test_merged_writes_are_sealed_too(self):
        server = self.serve_tls(rtmp={"merge_window_ms": 200})
        publisher = self.keep(ffmpeg_publish(clip("short.flv"), self.url("live/cam")))
        server.wait_live("live/cam")
        player = self.keep(ffmpeg_play(self.url("live/cam"), self.out("got.flv")))
        publisher.wait(40)
        player.wait(15)
        check_copy(self, probe(clip("short.flv")), probe(self.out("got.flv")))

    def test_the_urls_are_printed(self):
        server = self.serve_tls()
        for role in ("publish", "play"):
            self.assertRegex(server.log(), rf"{role} +rtmps? +rtmps://127\.0\.0\.1:{self.port}/live/cam\n")
        self.assertIn(f"  rtmp  rtmp://127.0.0.1:{server.port}/live/cam\n", server.log())


class Certificates(RtmpsTest):
    def test_a_renewed_certificate_costs_no_session(self):
        server = self.serve_tls()
        feed = self.publish()
        player = self.play()
        self.assertEqual(subject_at(server.host, self.port), "one")
        self.certificate.renew("two")
        player.collect(lambda: subject_at(server.host, self.port) == "two", 15, lambda: f"the new one: {server.log()[-500:]}")
        seen = len(player.media)
        player.collect(lambda: len(player.media) > seen + 50, 10, "the player goes on")
        self.assertIsNone(feed.failure, "the publisher goes on")
        with open(self.certificate.path, "w", encoding="ascii") as file:
            file.write("broken")
        player.collect(lambda: "cannot be used" in server.log(), 15, "a broken one is complained of")
        self.assertIn(self.certificate.path, server.log())
        self.assertEqual(subject_at(server.host, self.port), "two")
        self.assertEqual({row["generation"] for row in server.ask("modules") if row["id"] == "rtmp"}, {1})

    def test_a_replaced_module_keeps_its_sessions(self):
        server = self.serve_tls()
        feed = self.publish()
        player = self.play()
        server.run("modules", "reload", "rtmp")
        other = self.play()
        for each in (player, other):
            seen = len(each.media)
            each.collect(lambda e=each, s=seen: len(e.media) > s + 50, 10, "both go on")
        self.assertIsNone(feed.failure)

    def test_files_that_cannot_be_used_are_named(self):
        server = self.serve_tls()
        none, other = os.path.join(self.folder, "none.pem"), os.path.join(self.folder, "other")
        os.mkdir(other)
        foreign = Certificate(other)
        cases = {"no certificate": ({"certificate": none}, none, "give a readable PEM file"),
                 "no key": ({"certificate_key": none}, none, "without a password"),
                 "another's key": ({"certificate_key": foreign.key}, foreign.key, "the two files of one certificate"),
                 "half": ({"certificate_key": ""}, "certificate_key is missing", "give both files")}
        good = dict(server.rtmp)
        for name, (config, thing, remedy) in cases.items():
            with self.subTest(name):
                server.rtmp.update({**good, **config})
                path = server.write_config()
                server.run("config", "reload", check=False)
                until(lambda: thing in server.log() and remedy in server.log(), 10, server.log, 0.05)
                self.assertEqual(subject_at(server.host, self.port), "one", "the running one goes on")
                self.refused_at_the_start(path, thing, remedy)

    def refused_at_the_start(self, path, thing, remedy):
        with open(self.out("start.log"), "wb") as log:
            child = subprocess.Popen([SLUICE, "run", "-c", path], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

        def said():
            with open(self.out("start.log"), encoding="utf-8", errors="replace") as file:
                text = file.read()
            return thing in text and remedy in text or (child.poll() is not None and text)
        try:
            text = until(said, 20, "the start is refused in words", 0.05)
            self.assertIs(text, True, text)
        finally:
            child.kill()
            child.wait()


class Strangers(RtmpsTest):
    def raw(self, port):
        return self.keep(socket.create_connection((self.server.host, port), 10 * PACE))

    def ended(self, line, seconds):
        """Seconds until the server closes."""
        begun = time.monotonic()
        line.settimeout(seconds * PACE)
        try:
            while line.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return time.monotonic() - begun

    def test_each_protocol_on_the_port_of_the_other(self):
        self.serve_tls()
        for name, port, first, reason in (
                ("TLS", self.server.port, CLIENT_HELLO + os.urandom(189), "TLS on a port for plain RTMP"),
                ("RTMP", self.port, b"\x03" + bytes(8) + os.urandom(1528), "plain RTMP on a port for RTMPS"),
                ("HTTP", self.port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "tls")):
            with self.subTest(name):
                line = self.raw(port)
                line.sendall(first)
                self.assertLess(self.ended(line, 5), 2 * PACE)
                until(lambda r=reason: self.errors(r) == 1, 5, lambda r=reason: f"{r}: {self.server.metrics()}", 0.05)
        log = self.server.log()
        self.assertIn("TLS on a port for plain RTMP; use rtmp or the port of RTMPS", log)
        self.assertIn("plain RTMP on a port for RTMPS; use rtmps or the port of RTMP", log)
        self.assertIn("TLS: http request", log)

    def test_who_is_slow_is_let_go_at_the_deadline(self):
        self.serve_tls(rtmp={"handshake_timeout_s": LIMIT})
        calm = self.server.descriptors_at_rest()
        silent, half = self.raw(self.port), self.raw(self.port)
        half.sendall(CLIENT_HELLO)
        shaken = trusting_anybody().wrap_socket(self.raw(self.port), server_hostname="h")
        self.addCleanup(shaken.close)
        for line in (silent, half, shaken):
            took = self.ended(line, LIMIT + 3)
            self.assertLess(took, (LIMIT + 1.5) * PACE)
        until(lambda: self.errors("too slow") == 3, 5, lambda: str(self.server.metrics()), 0.05)
        until(lambda: self.server.descriptors() <= calm, 10, "nothing is left", 0.1)

    def test_what_is_cut_in_the_handshake_leaves_nothing(self):
        self.serve_tls()
        subject_at(self.server.host, self.port)
        calm = self.server.descriptors_at_rest()
        for _ in range(50):
            with socket.create_connection((self.server.host, self.port)) as line:
                line.sendall(CLIENT_HELLO)
        until(lambda: self.server.descriptors() <= calm, 15, "all descriptors are closed", 0.1)


class Ends(RtmpsTest):
    def test_players_are_told_and_tls_says_goodbye(self):
        self.serve_tls()
        feed = self.publish()
        player = self.play()
        player.collect(lambda: player.media, 10, "media")
        feed.stop()
        feed.client.unpublish("cam")
        with self.assertRaisesRegex(Closed, "the peer closed the connection"):  # not: cut
            player.collect(lambda: False, 15)
        self.assertIn("NetStream.Play.UnpublishNotify", [s.get("code") for s in player.statuses])

    def test_a_server_that_ends_says_goodbye(self):
        self.serve_tls(settings={"limits": {"drain_ms": 200}})
        self.publish()
        player = self.play()
        player.collect(lambda: player.media, 10, "media")
        self.server.process.terminate()
        with self.assertRaisesRegex(Closed, "the peer closed the connection"):
            player.collect(lambda: False, 20)

    def test_a_peer_that_says_goodbye_is_gone(self):
        self.serve_tls()
        self.publish()
        player = self.play()
        player.socket.setblocking(False)
        try:
            player.socket.unwrap()  # sends close_notify; what else the stream brings is no answer to it
        except ssl.SSLError:
            pass
        until(lambda: not self.server.viewers("live/cam"), 10, "the viewer is gone", 0.05)

    def test_who_stops_reading_holds_little_and_is_let_go(self):
        server = self.serve_tls()
        feed = self.publish(speed=4.0)
        reader = self.play()
        low = server.memory()
        stuck = [self.play(receive_buffer=4096, segment=536) for _ in range(5)]
        high = [low]

        def only_the_reader_is_left():
            high.append(server.memory())
            return len(server.viewers("live/cam")) <= 1
        reader.collect(only_the_reader_is_left, 40, lambda: f"{server.viewers()}")
        seen = len(reader.media)
        reader.collect(lambda: len(reader.media) > seen + 50, 10, "who reads goes on")
        self.assertIsNone(feed.failure)
        if MEMORY_TELLS:
            self.assertLess(max(high) - low, 16 << 20)
        for client in stuck:
            with self.assertRaises(Closed):
                client.collect(lambda: False, 10)

    def test_a_reader_slower_than_the_stream_skips_but_gets_whole_units(self):
        self.serve_tls()
        self.publish(speed=20.0)
        slow = self.play(receive_buffer=4096, segment=536)

        def skipped():
            """Reads a little at a time, slower than it is fed; true once a piece of the stream is missing."""
            slow.collect(lambda n=len(slow.media): len(slow.media) > n, 10, "the next one")
            pictures = [time for time, _ in flv.frames(slow.media[-200:], VIDEO)]
            return max((b - a for a, b in zip(pictures, pictures[1:])), default=0) > 500
        until(skipped, 60, "it falls behind and goes on later", 0.02)
        seen = len(slow.media)
        slow.collect(lambda: len(slow.media) > seen + 50, 10, "it goes on")
        self.check_units(slow)


if __name__ == "__main__":
    unittest.main(verbosity=2)
