"""Which server a command talks to: the only one, the named one, and never one that is dead."""
import os
import signal
import unittest

from cli_case import CliTest, until


class Servers(CliTest):
    def test_none(self):
        done = self.sluice("streams", code=3)
        self.assertIn("no server", done.stderr)
        self.assertIn("sluice run", done.stderr)

    def test_the_only_one_is_found(self):
        server = self.start().ready()
        self.assertEqual(self.json("streams"), [])
        self.assertEqual(self.sluice("streams").stdout, "no streams\n")
        self.assertEqual(self.json("viewers"), [])
        self.assertEqual(self.json("status")["pid"], server.process.pid)
        self.assertTrue(any(row["name"] for row in self.json("metrics")))
        self.assertIn("live/none", self.sluice("kick", "live/none", code=1).stderr)
        self.assertIn("live/none", self.sluice("viewers", "live/none", code=1).stderr)
        self.assertEqual(server.stop(), 0)

    def test_what_modules_cost_and_hold(self):
        server = self.start().ready()
        def generation_of():
            rows = {row["id"]: row for row in self.json("modules", "list")}
            generation, = rows["rtmp"]["generations"]
            return generation
        # On a loaded machine its lanes may have had no turn yet.
        until(lambda: generation_of()["account"]["wakeups"] > 0, 10, "the lanes have had a turn", 0.05)
        generation = generation_of()
        self.assertEqual((generation["state"], generation["generation"]), ("serving", 1))
        self.assertEqual(len(generation["account"]["lanes"]), generation["threads"])
        self.assertNotIn("WAKE-UPS", self.sluice("modules", "list").stdout)
        table = self.sluice("modules", "list", "--long").stdout
        self.assertRegex(table, r"ID +GEN +LANES +CPU +WAKE-UPS")
        self.assertRegex(table, r"rtmp +1 +[0-9]+ +[0-9]+\.[0-9][0-9] s")
        labels = [row["labels"] for row in self.json("metrics") if row["name"] == "module_cpu_ns_total"]
        self.assertIn({"module": "rtmp", "generation": "1"}, labels)
        self.assertRegex(self.sluice("metrics").stdout, r"module_lanes +generation=1,module=rtmp +[0-9]")
        self.assertEqual(server.stop(), 0)

    def test_several_are_listed(self):
        first, second = self.start().ready(), self.start().ready()
        done = self.sluice("streams", code=3)
        for server in (first, second):
            self.assertIn(f"--control {server.control}", done.stderr)
            self.assertEqual(self.json("status", "--control", server.control)["pid"], server.process.pid)
            self.assertEqual(self.json("status", "--control", os.path.dirname(server.control))["pid"], server.process.pid)
        self.assertEqual(first.stop(), 0)
        self.assertEqual(self.json("status")["pid"], second.process.pid)
        self.assertEqual(second.stop(), 0)

    def test_leftovers_of_the_dead_are_ignored_and_removed(self):
        dead = self.start().ready()
        dead.process.send_signal(signal.SIGKILL)
        dead.process.wait()
        folder = os.path.dirname(dead.control)
        self.assertTrue(os.path.exists(folder))
        self.sluice("streams", code=3)
        server = self.start().ready()
        self.assertFalse(os.path.exists(folder))
        self.assertEqual(self.json("status")["pid"], server.process.pid)
        self.assertEqual(server.stop(), 0)

    def test_another_user_may_not_command_it(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to be somebody else")
        server = self.start().ready()
        # Even with every folder opened by hand the socket asks the kernel who is there.
        os.chmod(self.folder, 0o755)
        os.chmod(self.runtime, 0o755)
        os.chmod(os.path.dirname(server.control), 0o755)
        os.chmod(server.control, 0o666)
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            os._exit(self.asked_as_stranger(server.control))
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(server.stop(), 0)

    @staticmethod
    def asked_as_stranger(path):
        import socket
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(path)
            try:
                line.sendall(b'{"command": "status"}\n')
            except BrokenPipeError:
                pass
            return 0 if b"not_allowed" in line.makefile("rb").readline() else 1


if __name__ == "__main__":
    unittest.main(verbosity=2)
