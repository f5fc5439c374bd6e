"""docs/writing-a-module.md, followed word by word by somebody who has the installed tree and an empty folder."""
import os
import unittest

from template_case import SdkTest

from harness.pages import Reader, blocks
from harness.places import ROOT, free_port

GUIDE = os.path.join(ROOT, "docs", "writing-a-module.md")


class Guide(SdkTest):
    def test_what_it_says_happens(self):
        port = free_port()
        reader = Reader(self, self.folder, GUIDE, self.environment,
                        {"/usr/local": self.prefix, "rtmp://127.0.0.1/": f"rtmp://127.0.0.1:{port}/"}, self.rtmp(port))
        self.assertEqual(reader.follow(), len(blocks(GUIDE)))  # no block is only for show


if __name__ == "__main__":
    unittest.main(verbosity=2)
