"""Runs what a Markdown page tells its reader to do, block by block, and looks whether it happens.

Words after the language of a block say what it is:

    ```sh                 run; it must end well
    ```sh fails           run; it must not end well
    ```sh until           run again and again until it ends well and the ```text after it has come: what needs a moment
    ```sh server          run in the background until the next such block or the end of the page; it must greet
    ```text               every line must come, in this order, in what the last block that ran has printed; … is any text
    ```json file=NAME     written to that file (any language)
    ```cpp from=PATH      must stand there, line by line in this order, gaps marked by a line with … alone
"""
import json
import os
import re
import signal
import subprocess

from harness.patience import PACE, Deadline, until

BLOCK = re.compile(r"^```([a-z+]+)[ ]?([^\n]*)\n(.*?)^```$", re.M | re.S)
GREETING = "control socket"


class Block:
    def __init__(self, language, words, text, line):
        self.language, self.text, self.line = language, text, line
        self.options = dict(word.split("=", 1) for word in words.split() if "=" in word)
        self.words = [word for word in words.split() if "=" not in word]


def blocks(page):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    return [Block(found[1], found[2], found[3], text.count("\n", 0, found.start()) + 1) for found in BLOCK.finditer(text)]


class Reader:
    """Somebody who follows a page: a folder, a shell whose state goes from block to block, at most one server.

    `replacements` turn what the page says into what this machine has (the prefix, free ports), in all blocks.
    `server_config` is merged into every config file a server is started with, so that it takes no port of others.
    """

    def __init__(self, case, folder, page, environment, replacements, server_config):
        self.case, self.folder, self.page = case, folder, page
        self.environment, self.replacements, self.server_config = environment, replacements, server_config
        self.state = os.path.join(folder, ".reader-state")
        self.place = folder
        self.output, self.server, self.done = "", None, 0
        self.last = Block("sh", "", "", 0)

    def follow(self):
        """All blocks; the number of those that were run, written or looked up."""
        try:
            for block in blocks(self.page):
                block.text = self.translated(block.text)
                self.take(block)
        finally:
            self.stop_server()
        return self.done

    def translated(self, text):
        for said, meant in self.replacements.items():
            text = text.replace(said, meant)
        return text

    def take(self, block):
        where = f"{os.path.basename(self.page)}:{block.line}"
        unknown = set(block.words) - {"fails", "until", "server"}
        self.case.assertFalse(unknown, where)
        self.done += 1
        if "file" in block.options:
            with open(os.path.join(self.place, block.options["file"]), "w", encoding="utf-8") as file:
                file.write(block.text)
        elif "from" in block.options:
            self.look_up(block, where)
        elif block.language == "text":
            self.compare(block, where)
        elif block.language == "sh" and "server" in block.words:
            self.start_server(block, where)
        elif block.language == "sh":
            self.last = block
            self.run(block, where)
        else:
            self.done -= 1

    def run(self, block, where):
        deadline = Deadline(20)
        code = self.run_once(block)
        while code != 0 and "until" in block.words and not deadline.passed():
            code = self.run_once(block)
        if ("fails" in block.words) != (code != 0):
            self.case.fail(f"{where} ended with {code}:\n{block.text}\n{self.output[-4000:]}{self.said()[-2000:]}")

    def run_once(self, block):
        script = f"set -euo pipefail\n{self.restored()}{block.text}\nexport -p >{self.state}; pwd >{self.state}.pwd\n"
        done = subprocess.run(["bash", "-c", script], cwd=self.place, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=150 * PACE, check=False)
        self.output = done.stdout
        if done.returncode == 0:
            with open(f"{self.state}.pwd", encoding="utf-8") as file:
                self.place = file.read().strip()
        return done.returncode

    def restored(self):
        return f". {self.state}\n" if os.path.exists(self.state) else ""

    def compare(self, block, where):
        deadline = Deadline(20)
        missing = self.missing(block)
        while missing and "until" in self.last.words and not deadline.passed():
            self.run(self.last, where)
            missing = self.missing(block)
        if missing:
            self.case.fail(f"{where}: {missing!r} did not come, or not in this order:\n{self.output[-4000:]}")

    def missing(self, block):
        """The first line of the block that the output does not have at its place, or None."""
        lines, at = [line.strip() for line in self.output.splitlines()], 0
        for expected in filter(None, (line.strip() for line in block.text.splitlines())):
            pattern = ".*".join(re.escape(part) for part in expected.split("…"))
            while at < len(lines) and not re.fullmatch(pattern, lines[at]):
                at += 1
            if at == len(lines):
                return expected
            at += 1
        return None

    def look_up(self, block, where):
        path = os.path.join(self.environment["SLUICE"], block.options["from"])
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
        at, gap = 0, True
        for line in (line.strip() for line in block.text.splitlines()):
            if line in ("…", "// …", "/* … */", ""):
                gap = True
                continue
            if line not in lines[at:] or not gap and lines[at] != line:
                self.case.fail(f"{where}: {line!r} does not stand {'below' if gap else 'next'} in {path}")
            at, gap = lines.index(line, at) + 1, False

    # ---- The server ------------------------------------------------------------------------------------------

    def start_server(self, block, where):
        self.stop_server()
        command = block.text.strip()
        named = re.search(r"-c (\S+)", command)
        config = {}
        if named:
            with open(os.path.join(self.place, named[1]), encoding="utf-8") as file:
                config = json.load(file)
            command = command.replace(named[0], "").rstrip()
        path = os.path.join(self.folder, ".reader-config.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(merged(config, self.server_config), file)
        self.log = os.path.join(self.folder, ".reader-log")
        with open(self.log, "wb") as log:
            self.server = subprocess.Popen(["bash", "-c", f"{self.restored()}exec {command} -c {path}"], cwd=self.place,
                                           env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def greeted():
            if self.server.poll() is not None:
                raise AssertionError(f"{where}: the server ended with {self.server.returncode}:\n{self.said()}")
            return GREETING in self.said()
        until(greeted, 30, lambda: f"{where}: the server greets\n{self.said()}")
        self.output, self.last = self.said(), block

    def said(self):
        if not self.server:
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop_server(self):
        if not self.server:
            return
        self.server.send_signal(signal.SIGINT)
        try:
            code = self.server.wait(40 * PACE)
        except subprocess.TimeoutExpired:
            self.server.kill()
            code = self.server.wait()
        said, self.server = self.said(), None
        self.case.assertEqual(code, 0, f"the server did not end well:\n{said[-4000:]}")


def merged(below, above):
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: merged(below.get(key, {}), value) for key, value in above.items()}}
