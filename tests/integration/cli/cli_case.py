"""Servers and commands with a runtime folder of the test's own, so that other servers on the machine do not matter."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness.patience import PACE, until  # noqa: E402
from harness.places import SLUICE, STAGE  # noqa: E402

MODULES = os.path.join(STAGE, "lib", "sluice", "modules")


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


class Running:
    """A `sluice run`, its output read from files."""

    def __init__(self, case, arguments, environment):
        self.out_path = os.path.join(case.folder, f"out-{len(case.servers)}")
        self.log_path = os.path.join(case.folder, f"log-{len(case.servers)}")
        with open(self.out_path, "wb") as out, open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([SLUICE, "run", *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                                            env=environment)
        self.control = os.path.join(case.runtime, str(self.process.pid), "control.sock")

    def out(self):
        return text_of(self.out_path)

    def log(self):
        return text_of(self.log_path)

    def ready(self):
        def greeted():
            if self.process.poll() is not None:
                raise AssertionError(f"sluice run ended with {self.process.returncode}:\n{self.out()}{self.log()}")
            return "control socket" in self.out() and self.out().endswith("\n")
        until(greeted, 20, lambda: f"the server greets\n{self.out()}{self.log()}")
        return self

    def ended(self, seconds=20):
        return self.process.wait(seconds * PACE)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.ended(40)


class CliTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        if not os.access(SLUICE, os.X_OK):
            self.fail(f"{SLUICE} is not there: build and stage first (scripts/build)")
        self.folder = tempfile.mkdtemp(prefix="sluice-cli-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.runtime = os.path.join(self.folder, "runtime")
        self.environment = {**os.environ, "SLUICE_RUNTIME_DIR": self.runtime}
        self.environment.pop("NOTIFY_SOCKET", None)
        self.servers = []

    def tearDown(self):
        for server in self.servers:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))
        return path

    def config(self, listen="127.0.0.1:0", name="sluice.json", **settings):
        modules = {"rtmp": {"config": {"listen": listen}}, **settings.pop("modules", {})}
        return self.file(name, {**settings, "modules": modules})

    def start(self, *arguments, **environment):
        server = Running(self, arguments or ("-c", self.config()), {**self.environment, **environment})
        self.servers.append(server)
        return server

    def sluice(self, *words, code=0, **environment):
        done = subprocess.run([SLUICE, *words], capture_output=True, text=True, timeout=60 * PACE, check=False,
                              env={**self.environment, **environment})
        self.assertEqual(done.returncode, code, f"sluice {' '.join(words)}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words, **options):
        return json.loads(self.sluice(*words, "--json", **options).stdout)
