"""One server under test: its own config, ports, log and end."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading

from harness.patience import PACE, Deadline, until
from harness.places import SLUICE, authority, free_port

SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|LeakSanitizer")


class Server:
    """Starts on construction, serves when wait_ready returns, ends with stop()."""

    def __init__(self, apps=None, modules=None, rtmp=None, settings=None, host="127.0.0.1", arguments=(), http=None):
        self.host = host
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-test-")
        self.log_path = os.path.join(self.folder.name, "server.log")
        self.arguments = list(arguments)
        self.config = dict(settings or {})
        self.config["apps"] = apps or {}
        self.config["modules"] = dict(modules or {})
        self.rtmp = dict(rtmp or {})
        self.http = http  # its config; None: without HTTP, whose ports other servers may have
        self.http_port = None
        self.process = None
        self.port = None

    def start(self):
        for _ in range(5):  # another test may take the port between our look and the server's bind
            self.port = free_port(self.host)
            self.http_port = free_port(self.host) if self.http is not None else None
            if self._launch():
                return self
        raise AssertionError("the server did not start:\n" + self.log())

    def _launch(self):
        path = self.write_config()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([SLUICE, "run", "-c", path, *self.arguments], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT)
        deadline, idle = Deadline(20), threading.Event()
        while not deadline.passed():
            if self.process.poll() is not None:
                if "in use" in self.log():
                    return False
                raise AssertionError(f"sluice run ended with {self.process.returncode}:\n{self.log()}")
            if os.path.exists(self.control) and self._accepts() and self._serves_all():
                return True
            idle.wait(0.02)
        self.process.kill()
        self.process.wait()
        raise AssertionError("the server was not ready in time:\n" + self.log())

    def write_config(self):
        rtmp = {"listen": authority(self.host, self.port), **self.rtmp}
        modules = dict(self.config["modules"])
        modules["rtmp"] = {**modules.get("rtmp", {}), "config": rtmp}
        if self.http is None:
            modules.setdefault("http", {"enabled": False})
        else:
            listen = {"listen": authority(self.host, self.http_port), "https_listen": []}
            modules["http"] = {**modules.get("http", {}), "config": {**listen, **self.http}}
        path = os.path.join(self.folder.name, "sluice.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**self.config, "modules": modules}, file, indent=1)
        return path

    def _accepts(self):
        try:
            socket.create_connection((self.host, self.port), 1).close()
            return True
        except OSError:
            return False

    def _serves_all(self):
        """RTMP listens while other modules still start; with HTTP we wait until the addresses are printed."""
        return self.http is None or "live/cam is an example" in self.log()

    # ---- what it is ------------------------------------------------------------------------------------------

    @property
    def pid(self):
        return self.process.pid

    @property
    def control(self):
        place = "/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "/run")
        return f"{place}/sluice/{self.process.pid}/control.sock"

    def url(self, key):
        return f"rtmp://{authority(self.host, self.port)}/{key}"

    def alive(self):
        return self.process.poll() is None

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def memory(self):
        """Anonymous resident memory, bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            return int(re.search(r"RssAnon:\s+(\d+)", file.read())[1]) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def descriptors_at_rest(self):
        """Without those of questions that were just answered: the server closes them a moment after we do."""
        least, unchanged = self.descriptors(), 0
        while unchanged < 20:
            threading.Event().wait(0.01)
            now = self.descriptors()
            least, unchanged = min(least, now), unchanged + 1 if now >= least else 0
        return least

    # ---- what it says ----------------------------------------------------------------------------------------

    def run(self, *words, check=True):
        """`sluice WORDS` against this server; the parsed JSON where --json is among the words."""
        command = [SLUICE, *words, "--control", self.control]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30 * PACE)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if check and "--json" in words else done

    def ask(self, command, **words):
        """The same without a child, for what is asked often: one line to the control socket, one line back."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20 * PACE)
            line.connect(self.control)
            line.sendall(json.dumps({"command": command, **words}).encode() + b"\n")
            answer = line.makefile("rb").readline()
        reply = json.loads(answer)
        if not reply.get("ok"):
            raise AssertionError(f"{command} {words}: {reply}")
        return reply["result"]

    def streams(self):
        return {row["key"]: row for row in self.ask("streams")}

    def viewers(self, key=None):
        return [row for row in self.ask("viewers") if key is None or row["stream"] == key]

    def metrics(self):
        """{(name, labels as sorted pairs without `module`): value}"""
        found = {}
        for row in self.ask("metrics"):
            labels = tuple(sorted((k, v) for k, v in row.get("labels", {}).items() if k != "module"))
            found[(row["name"], labels)] = row.get("value", row.get("count"))
        return found

    def wait_live(self, key, seconds=10):
        until(lambda: self.streams().get(key, {}).get("state") == "live", seconds,
              lambda: f"{key} is not live; streams: {self.streams()}\n{self.log()[-2000:]}", 0.05)

    def wait_gone(self, key, seconds=10):
        until(lambda: key not in self.streams(), seconds, lambda: f"{key} is still there: {self.streams()}", 0.05)

    # ---- its end ---------------------------------------------------------------------------------------------

    def stop(self, number=signal.SIGTERM, seconds=35):
        """Ends it and returns the exit code; the caller judges."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(seconds * PACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end within its deadline:\n" + self.log()[-3000:]) from None

    def sanitizer_report(self):
        found = SANITIZER.search(self.log())
        return self.log()[found.start():found.start() + 6000] if found else None

