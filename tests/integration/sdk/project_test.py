"""`sluice new module`: what it refuses, and what its modules do with one another, slow peers and a drain."""
import json
import os
import signal
import socket
import subprocess
import unittest

from template_case import SdkTest

from harness.patience import PACE, Deadline, until
from harness.places import free_port


class Refusals(SdkTest):
    def refused(self, *words, code, saying):
        done = self.sluice("new", "module", *words, code=code)
        self.assertIn(saying, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_what_is_in_the_way_stays_as_it_is(self):
        os.mkdir(os.path.join(self.folder, "acme-source"))
        self.refused("acme-source", "--kind", "publisher", code=1, saying="acme-source exists already")
        self.assertEqual(os.listdir(os.path.join(self.folder, "acme-source")), [])
        with open(os.path.join(self.folder, "taken"), "w", encoding="utf-8"):
            pass
        self.refused("taken", "--kind", "auth", code=1, saying="taken exists already")

    def test_a_bad_id_is_answered_with_a_good_one(self):
        for word in ("Acme_Source", "../acme", "acme/x", "1acme", "acme.", ""):
            self.refused(word, "--kind", "publisher", code=2, saying="is no module id")
        self.refused("Acme_Source", "--kind", "publisher", code=2, saying="`acme-source`")
        self.assertEqual(os.listdir(self.folder), [])

    def test_kinds_and_languages_are_named(self):
        self.refused("acme", "--kind", "decoder", code=1, saying="auth, packager, protocol, publisher")
        self.refused("acme", "--kind", "auth", "--lang", "rust", code=1, saying="c, c++")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_folder_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        os.chmod(self.folder, 0o500)
        self.refused("acme", "--kind", "auth", code=1, saying="cannot be made")


class Lines:
    """A peer of the protocol."""

    def __init__(self, case, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10 * PACE)
        self.socket.settimeout(20 * PACE)
        self.file = self.socket.makefile("r", encoding="utf-8")
        case.addCleanup(self.socket.close)
        case.addCleanup(self.file.close)

    def say(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def hear(self):
        """A line; empty when it has been closed, politely or with input unread."""
        try:
            return self.file.readline().rstrip("\n")
        except ConnectionResetError:
            return ""

    def ask(self, line):
        self.say(line)
        return self.hear()


class Running(SdkTest):
    def build(self, name, kind, language):
        self.sluice("new", "module", name, "--kind", kind, "--lang", language)
        self.command("cmake", "-S", name, "-B", f"{name}/build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.command("cmake", "--build", f"{name}/build", "--target", f"module_{name}")

    def serve(self, *names, **configs):
        path = os.path.join(self.folder, "sluice.json")
        self.log = os.path.join(self.folder, "log")
        self.write_config(path, configs)
        words = [word for name in names for word in ("--module-dir", f"{name}/build")]
        with open(self.log, "wb") as log:
            server = subprocess.Popen([os.path.join(self.prefix, "bin", "sluice"), "run", "-c", path, *words],
                                      cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(lambda: (server.kill(), server.wait()))
        until(lambda: "control socket" in self.said(), 30, self.said)
        return server

    def write_config(self, path, configs):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.rtmp(0, *configs.items()), file)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ended(self, server, seconds):
        server.send_signal(signal.SIGTERM)
        code = server.wait(seconds * PACE)
        self.assertEqual(code, 0, self.said()[-3000:])

    def speaks(self, language):
        self.build("lines", "protocol", language)
        self.build("source", "publisher", "c")
        port = free_port()
        server = self.serve("lines", "source", lines={"listen": f"127.0.0.1:{port}"})
        peer = Lines(self, port)
        self.assertEqual(peer.hear(), "LIST, WATCH app/name, QUIT")
        self.assertRegex(peer.ask("what"), "^ERROR expected")
        self.assertEqual(peer.ask("WATCH acme/none"), "ERROR nobody publishes acme/none")
        self.assertRegex(peer.ask("WATCH ../x"), "^ERROR")
        until(lambda: self.listed(port) == ["acme/test live"], 20, "the stream is listed")
        self.watch(peer)
        self.too_long(port)
        self.deaf(port)
        still = Lines(self, port)  # says nothing, and holds up nobody's end
        self.assertEqual(still.hear(), "LIST, WATCH app/name, QUIT")
        self.ended(server, 20)
        self.assertRegex([line for line in iter(peer.hear, "")][-1], "^END ")
        self.assertEqual(still.hear(), "")
        for module in ("lines", "source"):
            self.assertRegex(self.said(), rf"module={module} .*state=retired remains=unmapped")

    def listed(self, port):
        peer = Lines(self, port)
        peer.hear()
        peer.say("LIST")
        rows = []
        while not (line := peer.hear()).startswith("OK"):
            rows.append(line)
        self.assertEqual(line, f"OK {len(rows)} streams")
        self.assertEqual(peer.ask("QUIT"), "")
        return rows

    def watch(self, peer):
        peer.say("WATCH acme/test")
        times = [self.time_of(peer.hear()) for _ in range(30)]
        self.assertEqual([round(b - a, 3) for a, b in zip(times, times[1:])], [0.04] * 29)

    def too_long(self, port):
        peer = Lines(self, port)
        peer.hear()
        self.assertEqual(peer.ask("x" * 600), "ERROR the line is too long")
        self.assertEqual(peer.hear(), "")

    def deaf(self, port):
        """Asks without end and reads nothing: is sent away."""
        peer = Lines(self, port)
        deadline = Deadline(30)
        try:
            while not deadline.passed():
                peer.socket.sendall(b"LIST\n" * 100)
        except OSError:
            return
        self.fail("a peer that never reads is still there")

    def test_the_protocol_in_cpp(self):
        self.speaks("c++")

    def test_the_protocol_in_c(self):
        self.speaks("c")

    def replaced(self, language):
        """Publisher and protocol are replaced in turn; who watches sees every frame, in order."""
        self.build("lines", "protocol", language)
        self.build("source", "publisher", language)
        port = free_port()
        server = self.serve("lines", "source", lines={"listen": f"127.0.0.1:{port}"})
        until(lambda: self.listed(port) == ["acme/test live"], 20, "the stream is listed")
        peer = Lines(self, port)
        peer.hear()
        peer.say("WATCH acme/test")
        seen = [self.time_of(peer.hear()) for _ in range(10)]
        for module in ("source", "lines", "source"):
            self.sluice("modules", "reload", module)
            seen += [self.time_of(peer.hear()) for _ in range(30)]
        self.assertEqual(seen, sorted(set(seen)))
        self.assertLess(max(b - a for a, b in zip(seen, seen[1:])), 1.0)
        self.assertEqual(self.listed(port), ["acme/test live"])  # asked of the new generation
        states = [(row["id"], row["state"]) for row in json.loads(self.sluice("modules", "list", "--json").stdout)]
        self.assertIn(("lines", "serving"), states)
        self.ended(server, 20)

    def time_of(self, line):
        self.assertRegex(line, r"^track 1 dts \d+\.\d{3} bytes 18536 key$")
        return float(line.split()[3])

    def test_replaced_in_cpp(self):
        self.replaced("c++")

    def test_replaced_in_c(self):
        self.replaced("c")

    def test_a_publisher_waits_for_its_name(self):
        for name, language in (("first", "c++"), ("second", "c")):
            self.build(name, "publisher", language)
        server = self.serve("first", "second")

        epochs = []  # of those that had it

        def another_one():
            for row in json.loads(self.sluice("streams", "--json").stdout):
                if row["state"] == "live" and row["epoch"] not in epochs:
                    epochs.append(row["epoch"])
                    return True
            return False
        for _ in range(2):  # whoever has it is sent away; then the other one comes
            until(another_one, 20, "acme/test is live")
            self.assertEqual(self.sluice("kick", "acme/test").stdout, "kicked 1\n")
        self.ended(server, 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
