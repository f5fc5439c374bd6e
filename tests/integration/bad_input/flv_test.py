"""Bad FLV tags and codec headers: each row of the table, to begin a stream with and in the middle of one."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from bad_input.judge import Judge, tests_of  # noqa: E402
from bad_input.rows_flv import ROWS  # noqa: E402

Flv = type("Flv", (Judge,), tests_of(ROWS))
del Judge

if __name__ == "__main__":
    unittest.main(verbosity=2)
