"""The judges of bad input must be able to say no: a server that stands still, a table that does not empty."""
import os
import signal
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness.rtmp import RtmpClient  # noqa: E402
from bad_input.judge import GAP, Judge  # noqa: E402
from bad_input.verdicts import CLOSE, IDLE, PASS, Case  # noqa: E402


class Canary(Judge):
    def test_a_server_that_stands_still_is_seen(self):
        self.assertLess(self.ask_canary("calm")["gap"], GAP)
        self.server.process.send_signal(signal.SIGSTOP)
        threading.Event().wait(0.6)  # the one wait that is what is tested
        self.server.process.send_signal(signal.SIGCONT)
        threading.Event().wait(0.2)
        self.assertGreater(self.ask_canary("stopped")["gap"], 0.4)

    def test_what_is_left_open_is_seen(self):
        left = self.keep(RtmpClient(self.server.host, self.server.port)).connect()
        with self.assertRaisesRegex(AssertionError, "descriptors instead of"):
            self.calm_down()
        left.close()
        self.calm_down()

    def test_a_wrong_verdict_is_seen(self):
        harmless = Case("nothing at all", lambda peer: None, CLOSE, (IDLE,))
        with self.assertRaisesRegex(AssertionError, "left open"):
            self.check_case(harmless, IDLE, "nothing")

    def test_a_counter_that_does_not_rise_is_seen(self):
        harmless = Case("nothing at all", lambda peer: None, PASS, (IDLE,))
        with self.assertRaisesRegex(AssertionError, "rises"):
            self.check_case(harmless, IDLE, "nothing")


del Judge

if __name__ == "__main__":
    unittest.main(verbosity=2)
