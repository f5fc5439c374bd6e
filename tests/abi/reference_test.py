#!/usr/bin/env python3
"""The reference says all that the headers say: every name, every contract, links that lead somewhere, the same bytes."""
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADERS = sorted(path for path in (ROOT / "sdk/abi/include/sluice/abi").glob("*.h") if path.name != "sluice.h")


def written(folder):
    subprocess.run([ROOT / "scripts/reference", folder], check=True)
    return {path.name: path.read_text(encoding="utf-8") for path in pathlib.Path(folder).iterdir()}


def bare(text):
    """Words only, so that neither line breaks nor markup count."""
    return re.sub(r"\W+", " ", re.sub(r"\]\([^)]*\)", "", text)).strip()


class Reference(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sluice-reference-")
        self.addCleanup(folder.cleanup)
        self.pages = written(folder.name)

    def test_the_same_headers_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory(prefix="sluice-reference-") as other:
            self.assertEqual(written(other), self.pages)

    def test_a_page_per_header_and_a_line_for_each(self):
        self.assertEqual(set(self.pages), {f"{header.stem}.md" for header in HEADERS} | {"README.md"})
        for header in HEADERS:
            self.assertIn(f"({header.stem}.md)", self.pages["README.md"])

    def test_every_name_is_there(self):
        for header in HEADERS:
            text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
            page = self.pages[f"{header.stem}.md"]
            headings = " ".join(re.findall(r"^#+ (.*)$", page, re.M)).replace(",", "")
            for name in re.findall(r"typedef struct (\w+)", text):
                self.assertIn(name, headings.split(), header.name)
            for body in re.findall(r"typedef struct \w+ \{(.*?)\n\}", text, re.S):
                for name in re.findall(r"^  \w[\w ]*\*?\s*\(\*(\w+)\)\(", body, re.M):
                    self.assertIn(name, headings.split(), header.name)
            for name in re.findall(r"\bSLUICE_(?!\w+_H\b|EXPORT)\w+", text):
                self.assertIn(name, page, header.name)

    def test_every_contract_is_there(self):
        for header in HEADERS:
            page = bare(self.pages[f"{header.stem}.md"])
            for comment in re.findall(r"/\*(.*?)\*/", header.read_text(encoding="utf-8"), re.S):
                for line in comment.split("\n"):
                    line = bare(line.replace(f"sluice.{header.stem}/1:", ""))
                    first = line[:1].upper() + line[1:]
                    self.assertTrue(line in page or first in page,
                                    f"{header.name}: {line!r} got lost")

    def test_links_lead_to_headings(self):
        for name, page in self.pages.items():
            for file, anchor in re.findall(r"\]\(([\w.]*)#?(\w*)\)", page):
                target = self.pages[file or name]
                self.assertRegex(target, rf"(?m)^#+ {anchor}$" if anchor else "^#", f"{name} -> {file}#{anchor}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
