"""What the house checks share: the tree's files, their text without comments, and one way to complain."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CODE = (".c", ".h", ".cpp", ".hpp")


def files(folders, endings=CODE):
    """Paths relative to the root, sorted, below any of the folders."""
    found = []
    for folder in folders:
        for place, below, names in os.walk(os.path.join(ROOT, folder)):
            below[:] = [name for name in below if name not in ("build", "corpus", ".git", "__pycache__")]
            found += [os.path.relpath(os.path.join(place, name), ROOT) for name in names if name.endswith(endings)]
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """Same line numbers, comments blanked, strings kept."""
    return TOKEN.sub(lambda m: blank(m[0]) if m[0][:2] in ("//", "/*") else m[0], text)


def bare(text):
    """Comments and the insides of strings blanked: what is left is code."""
    return TOKEN.sub(lambda m: blank(m[0]) if m[0][:2] in ("//", "/*") else '"' + blank(m[0])[2:] + '"', text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Report:
    def __init__(self, name, reason):
        self.name, self.reason, self.faults, self.notes = name, reason, 0, 0

    def fault(self, path, line, what):
        self.faults += 1
        print(f"{path}:{line}: {what}")

    def note(self, path, line, what):
        self.notes += 1
        print(f"{path}:{line}: note: {what}")

    def end(self):
        if self.faults:
            print(f"{self.name}: {self.faults} found. {self.reason}")
        else:
            print(f"{self.name}: ok" + (f", {self.notes} to look at again" if self.notes else ""))
        sys.exit(1 if self.faults else 0)
