"""docs/writing-a-module.md, followed word by word by somebody who has the installed tree and an empty folder."""
import os
import unittest

from template_case import SdkTest

from harness.pages import WORDS, Reader, blocks
from harness.places import ROOT, free_port

GUIDE = os.path.join(ROOT, "docs", "writing-a-module.md")
# "live": replacing a module while it runs.
WAYS = ()


class Guide(SdkTest):
    def test_what_it_says_happens(self):
        port = free_port()
        reader = Reader(self, self.folder, GUIDE, self.environment,
                        {"/usr/local": self.prefix, "rtmp://127.0.0.1/": f"rtmp://127.0.0.1:{port}/"}, self.rtmp(port), WAYS)
        done = reader.follow()
        left_out = [block for block in blocks(GUIDE) if not set(block.words) <= {*WORDS, *WAYS}]
        self.assertEqual(done, len(blocks(GUIDE)) - len(left_out))


if __name__ == "__main__":
    unittest.main(verbosity=2)
