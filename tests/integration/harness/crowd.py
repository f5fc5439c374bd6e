"""Many players on one thread: most read all, some stop reading."""
import selectors
import socket
import threading
import time

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.rtmp import Closed, RtmpClient


def fingerprint(tag):
    """Of the access unit: the byte before it may call a B-frame disposable on the way out."""
    return hash(flv.facts(tag).payload)


class Member:
    """One player and what it got: (kind, time, fingerprint)."""

    def __init__(self, client):
        self.client = client
        self.seen, self.arrivals, self.ended = [], [], None

    def take(self):
        client = self.client
        try:
            while client.poll(0):
                pass
        except (Closed, OSError):
            self.ended = time.monotonic()
        for message in client.media:
            if message.kind in (AUDIO, VIDEO) and not flv.is_config(message):
                self.seen.append((message.kind, message.time, fingerprint(message)))
                self.arrivals.append(time.monotonic())
        client.media.clear()
        client.arrivals.clear()


class Crowd:
    """join() all, then start(): a thread reads for those who read; the stuck ones are never read."""

    def __init__(self, server, app="live"):
        self.server, self.app = server, app
        self.readers, self.stuck = [], []
        self.longest_round = 0.0  # s for reading once from all that had something: what this program itself held up
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._selector = selectors.DefaultSelector()

    def join(self, name, count, reads=True):
        # A small segment and a small buffer keep the kernel from hiding a stuck reader behind megabytes.
        words = {} if reads else {"receive_buffer": 4096, "segment": 536}
        for _ in range(count):
            client = RtmpClient(self.server.host, self.server.port, self.app, **words).connect()
            client.play(name)
            member = Member(client)
            (self.readers if reads else self.stuck).append(member)
            if reads:
                self._selector.register(client.socket, selectors.EVENT_READ, member)
        return self

    def start(self):
        self._thread.start()
        return self

    def _run(self):
        while not self._end.is_set():
            ready = self._selector.select(0.1)
            begun = time.monotonic()
            for key, _ in ready:
                key.data.take()
                if key.data.ended:
                    self._selector.unregister(key.fileobj)
            self.longest_round = max(self.longest_round, time.monotonic() - begun)

    def stop(self):
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(10)
        for member in self.readers + self.stuck:
            member.client.close()


def gap_in(member, sent):
    """None when what the player got is one unbroken run of what was sent (tags without configurations), else words."""
    prints = [(t.kind, fingerprint(t)) for t in sent]
    got = [(kind, body) for kind, _, body in member.seen]
    if not got:
        return "got nothing"
    best, begin = 0, None
    for start in (i for i, mark in enumerate(prints) if mark == got[0]):
        same = 0
        while same < len(got) and prints[start + same:start + same + 1] == [got[same]]:
            same += 1
        if same == len(got):
            return None
        if same >= best:
            best, begin = same, start
    near = [prints.index(mark) if mark in prints else None for mark in got[max(0, best - 3):best + 6]]
    return f"a gap or a double after {best} of {len(got)} messages, sent from #{begin} on; around it {near}"


def drained_and_closed(client, most=1 << 24):
    """Reads what the kernel still holds; True when the peer closed behind it."""
    client.socket.settimeout(0.2)
    got = 0
    try:
        while got < most:
            data = client.socket.recv(1 << 16)
            if not data:
                return True
            got += len(data)
    except (ConnectionResetError, BrokenPipeError):
        return True
    except socket.timeout:
        return False
    return False
