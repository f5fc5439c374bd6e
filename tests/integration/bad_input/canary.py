"""A stream that must not notice anything: published and played by a program of its own all the time.

Its worst gap is told line by line: the name of a case comes in, {"case", "gap", "frames", "ended"} goes out.
A gap is what is left of the time without a frame once the waits that the machine, not the server, is to blame for
are taken off: this program's own lateness and the time the server's threads waited for a processor.
"""
import json
import os
import select
import struct
import sys
import time

from harness import flv
from harness.chunks import AUDIO
from harness.flv import Tag
from harness.rtmp import Closed, RtmpClient

PERIOD = 0.02


class Canary:
    def __init__(self, port, pid):
        self.pid = pid
        self.publisher = RtmpClient("127.0.0.1", port, "canary").connect()
        self.publisher.publish("one")
        self.publisher.send_tag(Tag(AUDIO, 0, flv.aac_config(b"\x12\x10")))
        self.number, self.begin = 0, time.monotonic()
        self.send()
        self.player = RtmpClient("127.0.0.1", port, "canary").connect()
        self.player.play("one")
        self.expected = None
        self.forget(time.monotonic())

    def forget(self, now):
        self.last, self.worst, self.frames, self.late, self.waited = now, 0.0, 0, 0.0, self.queue_wait()

    def queue_wait(self):
        """Seconds that the most delayed thread of the server was ready to run and did not."""
        most = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/schedstat", encoding="ascii") as file:
                    most = max(most, int(file.read().split()[1]))
            except (OSError, IndexError):
                continue
        return most / 1e9

    def send(self):
        self.number += 1
        stamp = struct.pack(">QQ", self.number, time.monotonic_ns())
        at = int((time.monotonic() - self.begin) * 1000)
        self.publisher.send_tag(Tag(AUDIO, at, flv.aac_frame(stamp + bytes(48))))
        while self.publisher.poll(0):
            pass

    def take(self):
        self.player.media.clear()
        self.player.poll(0)
        for message in self.player.media:
            seen = flv.facts(message)
            if not seen or seen.part != "frame":
                continue
            number = struct.unpack_from(">Q", seen.payload)[0]
            if self.expected is not None and number != self.expected:
                raise AssertionError(f"frame {number} came instead of {self.expected}")
            self.expected = number + 1
            self.arrived(time.monotonic())

    def arrived(self, now):
        gap = now - self.last - PERIOD
        if gap > 0.05:
            waited = self.queue_wait()
            gap -= self.late + max(0.0, waited - self.waited)
        self.worst = max(self.worst, gap)
        self.last, self.late, self.frames = now, 0.0, self.frames + 1

    def run(self):
        due = time.monotonic() + PERIOD
        looked = time.monotonic()
        while True:
            now = time.monotonic()
            if now >= due:
                self.late = max(self.late, now - due)
                self.send()
                due = max(due + PERIOD, now)
            if now > looked + 0.2:
                looked, self.waited = now, self.queue_wait()
            ready = select.select([self.player.socket, sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]
            if self.player.socket in ready:
                self.take()
            if sys.stdin in ready:
                line = sys.stdin.readline()
                if not line:
                    return
                self.tell(line.strip())

    def tell(self, case):
        self.arrived_not_yet(time.monotonic())
        print(json.dumps({"case": case, "gap": round(self.worst, 3), "frames": self.frames}), flush=True)
        self.forget(time.monotonic())

    def arrived_not_yet(self, now):
        """A silence that lasts still counts."""
        if now - self.last > 0.1:
            self.arrived(now)
            self.frames -= 1


if __name__ == "__main__":
    try:
        Canary(int(sys.argv[1]), int(sys.argv[2])).run()
    except (Closed, AssertionError, OSError) as error:
        print(json.dumps({"case": None, "ended": repr(error)}), flush=True)
        sys.exit(1)
