"""Bad RTMP and AMF: each row of the table, before a stream and as a publisher."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from bad_input.judge import Judge, tests_of  # noqa: E402
from bad_input.rows_rtmp import ROWS  # noqa: E402

Rtmp = type("Rtmp", (Judge,), tests_of(ROWS))
del Judge

if __name__ == "__main__":
    unittest.main(verbosity=2)
