"""The life of a server as its operator sees it: what it prints, what ends it, what it leaves."""
import json
import os
import re
import signal
import socket
import unittest
import urllib.error
import urllib.request

from cli_case import MODULES, PACE, CliTest, text_of, until
from harness.certificates import Certificate, subject_at
from harness.places import free_port


class Run(CliTest):
    def test_it_prints_urls_that_work(self):
        server = self.start().ready()
        url = re.search(r"publish +rtmp +rtmp://127\.0\.0\.1:(\d+)/live/cam\n", server.out())
        self.assertTrue(url, server.out())
        self.assertNotIn("rtmps://", server.out(), "nothing listens there without a certificate")
        self.assertRegex(server.out(), r"play +rtmp +rtmp://127\.0\.0\.1:\d+/live/cam\n")
        socket.create_connection(("127.0.0.1", int(url[1])), 5).close()
        self.assertEqual(server.stop(), 0)

    def test_every_module_with_an_address_of_its_own_shows_it_and_it_answers(self):
        web = {"http": {"config": {"listen": f"127.0.0.1:{free_port()}", "https_listen": []}},
               "rtmp": {"config": {"listen": "127.0.0.1:0", "rtmps_listen": "127.0.0.1:0", **Certificate(self.folder).config()}}}
        server = self.start("-c", self.config(modules=web)).ready()
        shown = re.findall(r"^ +(?:publish|play|page) +(\w+) +(\S+)$", server.out(), re.MULTILINE)
        manifests = {name: json.loads(text_of(os.path.join(MODULES, name))) for name in os.listdir(MODULES) if name.endswith(".json")}
        expected = {manifest["module"]["id"]: manifest["module"]["endpoints"] for manifest in manifests.values()
                    if manifest["module"].get("endpoints")}
        for module, endpoints in expected.items():
            self.assertEqual(len([one for one, _ in shown if one == module]), len(endpoints), (module, server.out()))
        for _, url in shown:
            with self.subTest(url=url):
                self.assertNotIn("{", url)
                if url.startswith("rtmps://"):
                    self.assertEqual(subject_at("127.0.0.1", int(url.split(":")[2].split("/")[0])), "one")
                if not url.startswith("http://"):
                    continue
                # Nobody publishes live/cam: what plays it says 404, by itself and not as the server's last word.
                try:
                    with urllib.request.urlopen(url, timeout=20 * PACE) as answer:
                        self.assertEqual(answer.status, 200)
                except urllib.error.HTTPError as error:
                    with error:
                        self.assertEqual(error.code, 404)
                        self.assertNotIn(b"No module of this server", error.read())
        self.assertEqual(server.stop(), 0)

    def test_the_runtime_folder_is_private_and_gone_at_the_end(self):
        server = self.start().ready()
        folder = os.path.dirname(server.control)
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(server.control).st_mode & 0o077, 0)
        self.assertEqual(server.stop(signal.SIGINT), 0)
        self.assertEqual([name for name in os.listdir(self.runtime) if name != ".lock"], [])

    def test_sighup_reads_the_config_again(self):
        server = self.start().ready()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "the config was read again" in server.log(), 10, "it is logged")
        self.assertIsNone(server.process.poll())
        self.assertEqual(server.stop(), 0)

    def test_the_service_manager_is_told(self):
        path = os.path.join(self.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20)
            server = self.start("-c", self.config(), NOTIFY_SOCKET=path)
            self.assertIn(b"READY=1", manager.recv(4096))
            server.process.send_signal(signal.SIGTERM)
            self.assertIn(b"STOPPING=1", manager.recv(4096))
            self.assertEqual(server.ended(), 0)

    def test_without_modules_it_says_so(self):
        server = self.start("--modules-disable", "*").ready()
        self.assertIn("No module runs", server.out())
        self.assertIn("lib/sluice/modules", server.out())
        self.assertEqual(server.stop(), 0)

    def busy_port(self):
        busy = socket.socket()
        self.addCleanup(busy.close)
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        return busy.getsockname()[1]

    def test_a_required_module_that_fails_ends_it(self):
        port = self.busy_port()
        config = self.file("required.json", {"modules": {"rtmp": {"required": True,
                                                                  "config": {"listen": f"127.0.0.1:{port}"}}}})
        server = self.start("-c", config)
        self.assertNotEqual(server.ended(), 0)
        self.assertIn(f"127.0.0.1:{port}", server.log())
        self.assertIn("required", server.log())

    def test_an_optional_module_that_fails_leaves_it_degraded(self):
        server = self.start("-c", self.config(f"127.0.0.1:{self.busy_port()}")).ready()
        self.assertIn("not running", server.out())
        status = self.json("status")
        self.assertTrue(status["ready"] and status["degraded"], status)
        self.assertTrue(any("rtmp" in reason for reason in status["reasons"]), status)
        row = next(row for row in self.json("modules", "list") if row["id"] == "rtmp")
        self.assertEqual(row["state"], "failed")
        self.assertTrue(row["rule"].startswith("SL-RUN-"), row)
        self.assertEqual(server.stop(), 0)

    def test_a_broken_config_is_said_with_its_place(self):
        config = self.file("broken.json", '{\n  "limits": {"stremas": 5}\n}\n')
        server = self.start("-c", config)
        self.assertEqual(server.ended(), 1)
        self.assertIn("broken.json:2:", server.log())
        self.assertIn("streams", server.log())

    def test_json_log(self):
        server = self.start("-c", self.config(), "--log-format", "json", "--log-level", "debug").ready()
        self.assertEqual(server.stop(), 0)
        for line in server.log().splitlines():
            self.assertRegex(line, r'^\{"time":"[^"]+","level":"\w+","module":"[^"]+","message":')

    def test_dry_run_starts_nothing(self):
        done = self.sluice("run", "-c", self.config(), "--dry-run")
        self.assertIn("rtmp", done.stdout)
        self.assertFalse(os.path.exists(self.runtime))


if __name__ == "__main__":
    unittest.main(verbosity=2)
