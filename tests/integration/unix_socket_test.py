"""Unix sockets: curl and a proxy come through one, modules are replaced behind it, and only what is deserted is removed."""
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import unittest

from harness.crowd import fingerprint
from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags


class UnixSockets(LiveTest):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-unix-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.path = os.path.join(self.folder, "http.sock")

    def serve_web(self, listen=None, expect_exit=0, **http):
        server = self.serve(expect_exit=expect_exit, http={"listen": listen or f"unix:{self.path}", **http})
        until(lambda: "control socket" in server.log(), 10, "the server greets", 0.05)
        return server

    def curl(self, target="/", *words, path=None):
        """Status and body; None when nobody is there."""
        done = subprocess.run(["curl", "-sS", "--max-time", str(20 * PACE), "-w", "\n%{http_code}", "--unix-socket",
                               path or self.path, *words, f"http://localhost{target}"], capture_output=True, text=True)
        if done.returncode != 0:
            return None
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), body

    def asks_well(self):
        answer = self.curl()
        return answer and answer[0] == 200

    def state(self, server, module="http"):
        return [row["state"] for row in server.ask("modules") if row["id"] == module]

    def test_curl_asks_and_the_log_calls_it_unix(self):
        server = self.serve_web(access_log="info")
        until(self.asks_well, 10, server.log, 0.05)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o660)
        self.assertRegex(server.log(), r"request method=GET path=/ .*peer=unix ")
        self.assertNotIn("unix", server.log().split("live/cam is an example")[0], "a URL that leads nowhere")
        self.curl("/x", "-H", "X-Forwarded-For: 198.51.100.1")
        until(lambda: "path=/x" in server.log(), 5, "it is logged", 0.05)
        self.assertNotIn("198.51.100.1", server.log(), "a peer that nobody trusts is believed")
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(self.path), "the file stays behind")

    def test_a_trusted_proxy_is_believed_and_the_mode_is_as_told(self):
        server = self.serve_web(f"unix:{self.path}?mode=666", access_log="info", trusted_proxies=["unix"])
        until(self.asks_well, 10, server.log, 0.05)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o666)
        self.curl("/x", "-H", "X-Forwarded-For: 198.51.100.1")
        until(lambda: "peer=198.51.100.1 " in server.log(), 5, server.log, 0.05)

    def test_a_module_is_replaced_and_nobody_is_turned_away(self):
        server = self.serve_web()
        until(self.asks_well, 10, server.log, 0.05)
        before, turned_away, asked, end = os.stat(self.path).st_ino, [], [], threading.Event()

        def ask():
            while not end.is_set():
                answer = self.curl()
                asked.append(answer)
                if answer is None or answer[0] != 200:
                    turned_away.append(answer)
        asker = threading.Thread(target=ask)
        asker.start()
        try:
            for _ in range(3):
                seen = len(asked)
                server.run("modules", "reload", "http")
                until(lambda s=seen: len(asked) > s + 5, 20, "it goes on", 0.05)
        finally:
            end.set()
            asker.join()
        self.assertEqual(turned_away, [])
        self.assertEqual(os.stat(self.path).st_ino, before)

    def test_a_setting_moves_it(self):
        server = self.serve_web()
        until(self.asks_well, 10, server.log, 0.05)
        other = os.path.join(self.folder, "other.sock")
        server.http["listen"] = f"unix:{other}"
        server.write_config()
        server.run("config", "reload")
        until(lambda: self.curl(path=other), 10, server.log, 0.05)
        until(lambda: not os.path.exists(self.path), 10, "the one before is gone", 0.05)

    def test_what_a_killed_server_left_is_replaced_and_a_living_one_is_not(self):
        first = self.serve_web(expect_exit=-signal.SIGKILL)
        until(self.asks_well, 10, first.log, 0.05)
        second = self.serve_web()
        until(lambda: self.state(second) == ["failed"], 10, second.log, 0.05)
        self.assertIn(f"cannot listen on unix:{self.path}: another program has it: `ss -xlp src {self.path}` tells which",
                      second.log())
        self.assertTrue(self.asks_well(), "the first goes on")
        second.stop()
        first.stop(signal.SIGKILL)
        self.assertTrue(stat.S_ISSOCK(os.stat(self.path).st_mode))
        self.assertIsNone(self.curl())
        third = self.serve_web()
        until(self.asks_well, 10, third.log, 0.05)

    def test_what_stands_in_the_way_is_named_and_stays(self):
        precious, none = os.path.join(self.folder, "precious"), os.path.join(self.folder, "none")
        with open(precious, "w", encoding="ascii") as file:
            file.write("precious")
        for path, words in ((precious, "a file that is no socket is there; remove it or set another path"),
                            (os.path.join(none, "s"), f"there is no folder {none}; make it, writable for this server's user")):
            with self.subTest(path):
                server = self.serve_web(f"unix:{path}")
                until(lambda s=server: self.state(s) == ["failed"], 10, server.log, 0.05)
                self.assertIn(f"cannot listen on unix:{path}: {words}", server.log())
                server.stop()
        with open(precious, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_a_path_too_long_is_refused_by_its_place(self):
        server = self.serve_web()
        until(self.asks_well, 10, server.log, 0.05)
        server.http["listen"] = f"unix:{self.folder}/{'x' * (108 - len(self.folder) - 1)}"
        server.write_config()
        refused = server.run("config", "reload", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("/modules/http/config/listen", refused.stderr)
        self.assertIn("has 108 bytes, the system takes 107", refused.stderr)
        self.assertTrue(self.asks_well())

    def test_rtmp_too(self):
        path = os.path.join(self.folder, "rtmp.sock")
        server = self.serve()
        server.rtmp["listen"] = [f"127.0.0.1:{server.port}", f"unix:{path}"]
        server.write_config()
        server.run("config", "reload")
        until(lambda: os.path.exists(path), 10, server.log, 0.05)
        publisher = self.keep(RtmpClient(path, 0)).connect()
        publisher.publish("cam")  # taken: it comes from this machine
        self.keep(Feed(publisher, flv_tags("cam.flv")).start())
        server.wait_live("live/cam")
        player = self.keep(RtmpClient(path, 0)).connect()
        player.play("cam")
        player.collect(lambda: len([m for m in player.media if m.kind in (8, 9)]) > 100, 15, "media")
        sent = {fingerprint(t) for t in flv_tags("cam.flv")}
        self.assertEqual(sum(fingerprint(m) not in sent for m in player.media if m.kind in (8, 9)), 0)
        self.assertEqual((server.streams()["live/cam"]["peer"], server.viewers()[0]["peer"]), ("unix", "unix"))

    def test_a_client_with_a_name_of_its_own_is_unix_too(self):
        server = self.serve_web(access_log="info")
        until(self.asks_well, 10, server.log, 0.05)
        with socket.socket(socket.AF_UNIX) as line:
            line.bind(os.path.join(self.folder, "10.0.0.1:80"))
            line.connect(self.path)
            line.sendall(b"GET /named HTTP/1.0\r\n\r\n")
            line.settimeout(10 * PACE)
            self.assertTrue(line.recv(100).startswith(b"HTTP/1.1 "))
        until(lambda: "path=/named" in server.log(), 5, server.log, 0.05)
        self.assertNotIn("10.0.0.1", server.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
