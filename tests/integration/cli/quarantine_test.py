"""A module whose code ends the server: after three times the next start does without it."""
import os
import shutil
import signal
import socket
import unittest

from cli_case import CliTest
from harness.patience import until
from harness.places import EXAMPLES

ID = "bad-crashes-on-bytes"
SANITIZED = "asan" in os.environ.get("SLUICE_STAGE", "") or "tsan" in os.environ.get("SLUICE_STAGE", "")


class Quarantine(CliTest):
    def setUp(self):
        super().setUp()
        self.dropped = os.path.join(self.folder, "modules")
        os.mkdir(self.dropped)
        for ending in (".so", ".json"):
            shutil.copy(os.path.join(os.path.dirname(EXAMPLES), "bad-modules", ID + ending), self.dropped)

    def serve(self):
        return self.start("-c", self.config(), "--module-dir", self.dropped, "--modules-only", "rtmp",
                          "--modules-only", ID).ready()

    def state(self):
        return next(row for row in self.json("modules", "list") if row["id"] == ID)

    def port_of(self, server):
        """The one it listens on that no module but this would: every other is the config's."""
        log = server.log()
        for line in log.splitlines():
            if ID in line and "127.0.0.1:" in line:
                return int(line.split("127.0.0.1:")[1].split()[0].strip('"'))
        return self.listening(server.process.pid)

    @staticmethod
    def listening(pid):
        sockets = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
        for table in ("tcp", "tcp6"):
            with open(f"/proc/{pid}/net/{table}", encoding="ascii") as file:
                for words in (line.split() for line in list(file)[1:]):
                    if words[3] == "0A" and f"socket:[{words[9]}]" in sockets and words[1].split(":")[0].strip("0") == "":
                        return int(words[1].split(":")[1], 16)
        return None

    def crash(self, server):
        port = self.port_of(server)
        with socket.create_connection(("127.0.0.1", port), 10) as peer:
            peer.sendall(b"\xff")
            self.assertEqual(server.ended(), -signal.SIGSEGV)

    @unittest.skipIf(SANITIZED, "a sanitizer handles these signals itself")
    def test_three_times_and_then_without_it(self):
        for _ in range(3):
            server = self.serve()
            self.assertEqual(self.state()["state"], "serving")
            self.crash(server)
        server = self.serve()
        row = self.state()
        self.assertEqual((row["state"], row["rule"]), ("quarantined", "SL-RUN-003"))
        self.assertIn("ended the server 3 times within an hour, last by SIGSEGV", server.log())
        self.assertEqual(next(r["state"] for r in self.json("modules", "list") if r["id"] == "rtmp"), "serving")
        self.assertTrue(self.json("status")["degraded"])
        self.assertIn("quarantined", self.sluice("modules", "explain", ID).stdout)

        self.sluice("modules", "reset", ID)
        self.assertEqual(self.state()["state"], "serving")
        self.assertEqual(server.stop(), 0)
        server = self.serve()  # and it is forgotten for the next one too
        self.assertEqual(self.state()["state"], "serving")
        self.assertEqual(server.stop(), 0)

    @unittest.skipIf(SANITIZED, "a sanitizer handles these signals itself")
    def test_another_build_is_tried(self):
        for _ in range(3):
            self.crash(self.serve())
        server = self.serve()
        self.assertEqual(self.state()["state"], "quarantined")
        with open(os.path.join(self.dropped, ID + ".so"), "ab") as library:
            library.write(bytes(16))
        until(lambda: self.state()["state"] == "serving", 5, "the mended build serves")
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
