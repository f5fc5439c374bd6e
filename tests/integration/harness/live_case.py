"""The test case all integration tests derive from: servers and programs end with the test, whatever happens."""
import os
import shutil
import sys
import unittest

from harness.places import LOGS, SLUICE
from harness.server import Server


class LiveTest(unittest.TestCase):
    maxDiff = 4000
    _outcome_seen = None

    def run(self, result=None):
        self._outcome_seen = result
        return super().run(result)

    def serve(self, expect_exit=0, **words):
        """A running server that must end well when the test does."""
        if not os.access(SLUICE, os.X_OK):
            self.fail(f"{SLUICE} is not there: build and stage first (scripts/build)")
        server = Server(**words)
        self.addCleanup(server.folder.cleanup)
        self.addCleanup(self._end, server, expect_exit)
        return server.start()

    def keep(self, thing):
        """Ends it (close, stop or kill) after the test, before the servers."""
        for ending in ("close", "stop", "kill"):
            if hasattr(thing, ending):
                self.addCleanup(getattr(thing, ending))
                return thing
        raise TypeError(f"{thing!r} has no ending")

    def _end(self, server, expect_exit):
        code, trouble = None, None
        try:
            code = server.stop()
        except AssertionError as error:
            trouble = str(error)
        report = server.sanitizer_report()
        wrong_end = expect_exit is not None and code != expect_exit
        if trouble or report or wrong_end or self._went_wrong():
            self._show(server)
        self.assertIsNone(trouble)
        self.assertIsNone(report, "a sanitizer complained")
        self.assertFalse(wrong_end, f"the server ended with {code} instead of {expect_exit}")

    def _went_wrong(self):
        result = self._outcome_seen
        return any(case is self or getattr(case, "test_case", None) is self
                   for case, _ in list(result.failures) + list(result.errors)) if result else False

    def _show(self, server):
        os.makedirs(LOGS, exist_ok=True)
        kept = os.path.join(LOGS, f"{self.id().replace('__main__.', '')}.log")
        shutil.copyfile(server.log_path, kept)
        print(f"---- end of the server's log ({kept}) ----\n{server.log()[-2500:]}----", file=sys.stderr)
