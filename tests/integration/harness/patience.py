"""Waiting for conditions with a deadline, never for a fixed time."""
import os
import threading
import time

# Sanitizers and loaded machines stretch every limit by this.
PACE = float(os.environ.get("SLUICE_TEST_PACE", "1"))
# They also keep freed memory back, so what a process holds then says nothing.
MEMORY_TELLS = PACE == 1


class Deadline:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds * PACE

    def left(self):
        return max(0.0, self.end - time.monotonic())

    def passed(self):
        return time.monotonic() >= self.end


def until(condition, seconds, what, every=0.02):
    """The first true value of condition(); AssertionError naming `what` when it stays false."""
    deadline = Deadline(seconds)
    idle = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if deadline.passed():
            raise AssertionError(f"not within {seconds * PACE:.1f} s: {what() if callable(what) else what}")
        idle.wait(every)
