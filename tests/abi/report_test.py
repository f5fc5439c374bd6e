#!/usr/bin/env python3
"""The report on the C interface: report_test.py FILE leaves it there. It reports and never judges, so it always ends well."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ARTEFACT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else ROOT / "build/abi-report.txt"


class Report(unittest.TestCase):
    def test_the_artefact_is_left(self):
        subprocess.run([ROOT / "scripts/abi-report", ARTEFACT], check=True)
        self.assertGreater(ARTEFACT.stat().st_size, 0)

    def changed(self, header, was, becomes):
        """The report on a tree with one line changed."""
        with tempfile.TemporaryDirectory(prefix="sluice-abi-") as folder:
            tree = pathlib.Path(folder)
            for part in ("scripts/abi-report", "tests/abi/abi.xml"):
                (tree / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / part, tree / part)
            shutil.copytree(ROOT / "sdk/abi", tree / "sdk/abi")
            # Of the tree as it is, so that only the change shows.
            subprocess.run([tree / "scripts/abi-report", "--update"], check=True, stdout=subprocess.DEVNULL)
            place = tree / "sdk/abi/include/sluice/abi" / header
            text = place.read_text(encoding="utf-8")
            self.assertIn(was, text)
            place.write_text(text.replace(was, becomes, 1), encoding="utf-8")
            subprocess.run([tree / "scripts/abi-report", tree / "report"], check=True, stdout=subprocess.DEVNULL)
            return (tree / "report").read_text(encoding="utf-8")

    def test_a_change_is_explained(self):
        self.assertEqual(self.changed("frame.h", "uint64_t epoch;", "uint64_t epoch; "), "no difference\n")
        resized = self.changed("registry.h", "uint64_t revision;", "uint32_t revision;")
        self.assertIn("sluice_change", resized)
        self.assertIn("revision", resized)
        table = self.changed("log.h", "uint32_t (*enabled)(void* self, uint32_t level);",
                             "uint32_t (*enabled)(void* self, uint64_t level);")
        self.assertIn("sluice_log", table)


if __name__ == "__main__":
    if not shutil.which("abidiff"):
        print("abidiff is missing; scripts/install-deps --tests installs it")
        sys.exit(77)
    unittest.main(verbosity=2)
