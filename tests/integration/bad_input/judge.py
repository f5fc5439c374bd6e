"""Runs rows against one server and asserts, for every case, the invariants of the table of bad input."""
import json
import os
import re
import subprocess
import sys
from collections import Counter

from harness.live_case import LiveTest
from harness.patience import MEMORY_TELLS, PACE, until
from bad_input.peer import Peer
from bad_input.verdicts import COUNTERS, REASONS

MIB = 1 << 20
GAP = 0.2             # s that the canary may be silent
LINES = 10            # log lines of one source in one second
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Judge(LiveTest):
    rtmp = {}

    def setUp(self):
        self.server = self.serve(apps={"bad": {"grace_ms": 0}, "live": {"grace_ms": 0}}, rtmp=self.rtmp)
        self.canary = subprocess.Popen(
            [sys.executable, "-m", "bad_input.canary", str(self.server.port), str(self.server.pid)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER)
        self.addCleanup(self._end_canary)
        self.server.wait_live("canary/one")
        until(lambda: len(self.server.viewers()) == 1, 5, "the canary plays")
        self.ask_canary("start")
        self.pid = self.server.pid
        self.calm = self.server.descriptors_at_rest()

    def _end_canary(self):
        self.canary.stdin.close()
        self.canary.wait(10)
        self.canary.stdout.close()

    def ask_canary(self, case):
        try:
            self.canary.stdin.write(case + "\n")
            self.canary.stdin.flush()
            return json.loads(self.canary.stdout.readline() or '{"ended": "no word"}')
        except BrokenPipeError:
            return json.loads(self.canary.stdout.readline() or '{"ended": "gone"}')

    # ---- one row ---------------------------------------------------------------------------------------------

    def check_row(self, row):
        for phase in ("raw", "idle", "publisher", "fresh"):
            cases = [case for case in row.cases if phase in case.phases]
            if not cases:
                continue
            for case in cases:
                with self.subTest(row=row.number, case=case.name, phase=phase):
                    self.check_case(case, phase, f"{row.number} {case.name} {phase}")
            if MEMORY_TELLS:
                with self.subTest(row=row.number, phase=phase, what="memory afterwards"):
                    self.check_memory(cases, phase)

    def check_case(self, case, phase, title):
        before, mark = self.counters(), len(self.server.log())
        peer = Peer(self.server, phase)
        try:
            held = self.memory()
            fate = peer.run(case)
            self.assertIn(fate, case.verdicts, self.server.log()[mark:][-800:])
            if MEMORY_TELLS:
                self.assertLessEqual(self.memory() - held, case.memory, "memory during the case")
            if not case.quiet:
                self.check_counted(fate, title.split()[0], before)
        finally:
            peer.close()
        self.calm_down()
        self.assertTrue(self.server.alive(), "the server died")
        self.check_canary(title)
        self.check_log(self.server.log()[mark:])

    def calm_down(self):
        """Session tables and descriptors are what they were."""
        until(lambda: set(self.server.streams()) == {"canary/one"} and len(self.server.viewers()) == 1
              and self.server.descriptors() <= self.calm, 5,
              lambda: f"tables: {list(self.server.streams())}, {len(self.server.viewers())} viewers, "
                      f"{self.server.descriptors()} descriptors instead of {self.calm}")

    def check_canary(self, title):
        told = self.ask_canary(title)
        self.assertNotIn("ended", told, f"the canary died: {told}")
        self.assertLessEqual(told["gap"], GAP * PACE, f"the canary was silent: {told}")

    def counters(self):
        return {key: value for key, value in self.server.metrics().items()
                if key[0].startswith("rtmp_") and dict(key[1]).get("reason")}

    def check_counted(self, fate, row, before):
        wanted = COUNTERS.get(fate, "rtmp_")
        reasons = re.compile(REASONS.get(row, "."))

        def risen():
            return [key for key, value in self.counters().items() if value > before.get(key, 0)]
        until(lambda: any(name.startswith(wanted) and reasons.search(dict(labels)["reason"])
                          for name, labels in risen()), 2, lambda: f"{wanted} rises: only {risen()} did")

    def check_log(self, text):
        self.assertNotIn("\0", text, "a raw NUL in the log")
        lines = text.splitlines()
        self.assertFalse([line for line in lines if line.startswith("INJECTED")], "a peer wrote a log line")
        for (second, source), count in Counter(self.source(line) for line in lines).items():
            if source:
                self.assertLessEqual(count, LINES + 1, f"{source} filled the log at {second}")

    @staticmethod
    def source(line):
        peer = re.search(r"127\.0\.0\.1:\d+", line)
        return line[:19], peer[0] if peer else None

    # ---- memory ----------------------------------------------------------------------------------------------

    def memory(self):
        return self.server.memory()

    def check_memory(self, cases, phase):
        """What is asked for again and again must come back: three rounds in which it grows each time are a leak."""
        grown = []
        for _ in range(3):
            before = self.memory()
            for case in cases:
                peer = Peer(self.server, phase)
                try:
                    peer.run(case)
                finally:
                    peer.close()
            self.calm_down()
            grown.append(self.memory() - before)
            if grown[-1] <= MIB // 4:
                break
        self.assertLessEqual(min(grown), MIB, f"memory does not come back: {grown}")


def tests_of(rows):
    """A test method per row, so that a report names the row."""
    def method(row):
        return lambda self: self.check_row(row)
    return {f"test_{row.number}": method(row) for row in rows}
