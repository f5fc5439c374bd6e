"""The processes of a run: Sluice or the floor server, the publisher, the players. Each ends with its `with` block."""
import json
import os
import select
import signal
import socket
import subprocess
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))


class CannotMeasure(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def private_kib(pid):
    """Pages that are this process's own: its text and files in the page cache are not memory of its players."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        rows = dict(line.split(":", 1) for line in rollup if ":" in line and "[" not in line)
    return sum(int(rows[name].split()[0]) for name in ("Private_Dirty", "Swap"))


def cpu_us(pid):
    """User and system time of a process and all its threads: the kernel's clock of that process (CPUCLOCK_SCHED)."""
    return time.clock_gettime_ns(~pid << 3 | 2) / 1000


def machine_busy():
    """(busy, all) clock ticks of every core since boot."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(field) for field in stat.readline().split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


class Process:
    """A child that ends when its standard input does (ours) or on SIGTERM (the server)."""

    def __init__(self, name, command, log, ends_with_input=True):
        self.name = name
        self.log = log
        self.ends_with_input = ends_with_input
        self.unread = b""
        with open(log, "ab") as errors:
            self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors,
                                          stdout=subprocess.PIPE if ends_with_input else errors)

    @property
    def pid(self):
        return self.child.pid

    def read_line(self, seconds):
        deadline = time.monotonic() + seconds
        while b"\n" not in self.unread:
            ready, _, _ = select.select([self.child.stdout], [], [], max(0, deadline - time.monotonic()))
            got = os.read(self.child.stdout.fileno(), 65536) if ready else b""
            if not got:
                what = "ended" if ready else f"said nothing for {seconds:.0f} s"
                raise CannotMeasure(f"{self.name} {what}; its last lines:\n{self.last_words()}")
            self.unread += got
        line, _, self.unread = self.unread.partition(b"\n")
        return line.decode()

    def check_alive(self):
        if self.child.poll() is not None:
            raise CannotMeasure(f"{self.name} ended with {self.child.returncode}; its last lines:\n{self.last_words()}")

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-12:])

    def end(self):
        if self.child.poll() is None:
            if self.ends_with_input:
                self.child.stdin.close()
            else:
                self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe:
                pipe.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Load(Process):
    def wait_for(self, event, seconds):
        said = json.loads(self.read_line(seconds))
        if said["event"] != event:
            raise CannotMeasure(f"the load client said {said['event']} where {event} was due")
        return said


class Subject:
    """What is measured: the peers' programs, what they are told, and how Sluice is set up."""

    def __init__(self, name, floor, load, arguments=(), merges=False):
        self.name = name  # as scripts/bench knows it
        self.folder = name.replace("-", "_")
        self.floor, self.load = floor, load  # programs below the peers' folder; no floor: None
        self.arguments = list(arguments)
        self.merges = merges  # the server can hold the stream back and write once per window


class Peers:
    """The benchmark's own programs."""

    def __init__(self, folder, subject):
        self.folder = folder
        self.subject = subject
        self.logs = os.path.join(ROOT, "build/bench", subject.folder)
        os.makedirs(self.logs, exist_ok=True)
        self.publisher = "rtmp_play/bench_rtmp_publisher"
        self.times = os.path.join(self.logs, "send_times")  # when the publisher sent which frame
        for name in (self.publisher, subject.floor, subject.load):
            if not name:
                continue
            if not os.access(self.path(name), os.X_OK):
                raise CannotMeasure(f"{self.path(name)} is not there; scripts/build release makes it")
            open(self.log(name), "w", encoding="utf-8").close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def log(self, name):
        return os.path.join(self.logs, f"{os.path.basename(name)}.log")

    def players(self, server, count, per_second, settle, window):
        return Load("the load client", [
            self.path(self.subject.load), "--port", str(server.port), "--players", str(count), "--watch-pid",
            str(server.pid), "--joins-per-second", str(per_second), "--settle-ms", str(int(settle * 1000)),
            "--window-ms", str(int(window * 1000)), *self.subject.arguments], self.log(self.subject.load))


class Floor(Process):
    def __init__(self, peers, merge):
        subject = peers.subject
        super().__init__("floor", [peers.path(subject.floor), "--merge-ms", str(merge), *subject.arguments],
                         peers.log(subject.floor))
        try:
            self.port = int(self.read_line(10).split()[1])
        except BaseException:
            self.end()
            raise


class Sluice(Process):
    """The server with its defaults, on ports of its own, and the publisher that feeds it.

    `port` is the one that players ask: of RTMP, or of HTTP."""

    def __init__(self, peers, binary, merge):
        if not os.access(binary, os.X_OK):
            raise CannotMeasure(f"{binary} is not there; scripts/build release makes it")
        self.rtmp_port, http_port = free_port(), free_port()
        self.port = self.rtmp_port if peers.subject.merges else http_port
        self.publisher = None
        config = os.path.join(peers.logs, f"sluice-{merge}.json")
        settings = {"modules": {"rtmp": {"config": {"listen": f"127.0.0.1:{self.rtmp_port}"}},
                                "http": {"config": {"listen": f"127.0.0.1:{http_port}"}}}}
        if merge:
            settings["apps"] = {"live": {"modules": {"rtmp": {"merge_window_ms": merge}}}}
        with open(config, "w", encoding="utf-8") as out:
            json.dump(settings, out, indent=1)
        super().__init__("sluice", [binary, "run", "-c", config], peers.log("sluice"), ends_with_input=False)
        try:
            for port in (self.rtmp_port, http_port):
                self.wait_until_it_listens(port, 15)
            self.publish(peers)
        except BaseException:
            self.end()
            raise

    def publish(self, peers):
        if os.path.exists(peers.times):
            os.unlink(peers.times)
        self.publisher = Process("the publisher", [peers.path(peers.publisher), "--port", str(self.rtmp_port),
                                                   "--times", peers.times], peers.log(peers.publisher))
        self.publisher.read_line(10)

    def wait_until_it_listens(self, port, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise CannotMeasure(f"sluice does not listen after {seconds} s; its last lines:\n{self.last_words()}")

    def check_alive(self):
        super().check_alive()
        if self.publisher:
            self.publisher.check_alive()

    def end(self):
        if self.publisher:
            self.publisher.end()
        super().end()
