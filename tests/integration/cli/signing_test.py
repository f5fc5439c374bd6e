"""docs/signing.md says only what is true: its commands sign a module, its settings let that module in and no other."""
import json
import os
import re
import shutil
import subprocess
import unittest

from cli_case import MODULES, CliTest
from harness.places import ROOT, SLUICE


def blocks(language):
    with open(os.path.join(ROOT, "docs", "signing.md"), encoding="utf-8") as page:
        return re.findall(rf"```{language}\n(.*?)```", page.read(), re.S)


class Signing(CliTest):
    def setUp(self):
        super().setUp()
        self.modules = os.path.join(self.folder, "modules")
        os.mkdir(self.modules)
        for ending in (".so", ".json"):
            shutil.copy(os.path.join(MODULES, "rtmp" + ending), self.modules)

    def shell(self, script):
        path = os.path.dirname(SLUICE) + os.pathsep + os.environ["PATH"]
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.modules, capture_output=True, text=True,
                              timeout=60, check=False, env={**self.environment, "PATH": path, "MODULE": "rtmp",
                                                            "KEY_ID": "acme-2026"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def sign(self):
        make_key, sign = blocks("sh")
        key = self.shell(make_key).strip()
        self.shell(sign)
        return key

    def settings(self, key, allowed):
        trust = json.loads(blocks("json")[0])["trust"]
        self.assertEqual(trust["keys"], {"acme-2026": ""})
        trust["keys"]["acme-2026"] = key
        trust["allow_unsigned"] = allowed
        return self.config(name="signed.json", trust=trust)

    def row(self, config, folder):
        rows = self.json("modules", "list", "-c", config, "--module-dir", folder)
        return next(row for row in rows if row["path"] == os.path.join(folder, "rtmp.json"))

    def change(self, **fields):
        path = os.path.join(self.modules, "rtmp.json")
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        manifest["module"].update(fields)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(manifest, file)

    def test_the_commands_sign_a_module_and_the_settings_let_it_in(self):
        config = self.settings(self.sign(), [])
        self.assertEqual(self.row(config, self.modules)["state"], "preflighted")
        told = self.json("modules", "inspect", os.path.join(self.modules, "rtmp.so"))
        self.assertEqual(told["signed_with"], "acme-2026")
        server = self.start("-c", config, "--module-dir", self.modules, "--modules-only", "rtmp").ready()
        states = {row["path"]: row["state"] for row in self.json("modules", "list")}
        self.assertEqual(states.pop(os.path.join(self.modules, "rtmp.json")), "serving")
        self.assertNotIn("serving", states.values())
        self.assertEqual(server.stop(), 0)

    def test_what_is_not_signed_is_refused_with_the_line_that_allows_it(self):
        config = self.settings(self.sign(), [])
        row = self.row(config, MODULES)
        self.assertEqual((row["state"], row["rule"]), ("refused", "SL-SEC-003"))
        self.assertIn('"trust": {"allow_unsigned": ["rtmp"]}', row["message"])
        line = json.loads("{" + re.search(r'"trust": .*\]\}', row["message"])[0] + "}")
        config = self.settings("A" * 43 + "=", line["trust"]["allow_unsigned"])
        self.assertEqual(self.row(config, MODULES)["state"], "preflighted")

    def test_a_change_after_signing_is_seen(self):
        config = self.settings(self.sign(), [])
        self.change(description="of somebody else")
        row = self.row(config, self.modules)
        self.assertEqual((row["state"], row["rule"]), ("refused", "SL-SEC-003"))
        self.assertIn('"acme-2026"', row["message"])

    def test_another_library_is_seen(self):
        config = self.settings(self.sign(), [])
        with open(os.path.join(self.modules, "rtmp.so"), "ab") as library:
            library.write(b"\0")
        self.assertEqual(self.row(config, self.modules)["rule"], "SL-SEC-002")

    def test_the_settings_of_the_page_are_settings(self):
        config = self.file("granted.json", blocks("json")[1])
        complaint, = self.json("config", "check", config, code=1)
        self.assertEqual((complaint["pointer"], complaint["expected"]), ("/modules/acme.source", "a module that was found"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
