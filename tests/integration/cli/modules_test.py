"""sluice modules and sluice config: what they say about modules and files without running any of their code."""
import json
import os
import shutil
import unittest
import xml.etree.ElementTree

from cli_case import MODULES, CliTest


class Modules(CliTest):
    def module_dir(self):
        path = os.path.join(self.folder, "modules")
        os.mkdir(path)
        return path

    def copy(self, folder, module="rtmp"):
        for ending in (".so", ".json"):
            shutil.copy(os.path.join(MODULES, module + ending), folder)

    def listed(self, folder):
        return {row["path"]: row for row in self.json("modules", "list", "--module-dir", folder)}

    def test_list_without_a_server_is_a_plan(self):
        rows = self.json("modules", "list")
        for row in rows:
            self.assertEqual(sorted(row), ["id", "message", "path", "rule", "state", "version"])
        states = {row["id"]: row["state"] for row in rows}
        self.assertEqual((states["rtmp"], states["auth"]), ("preflighted", "disabled"), rows)
        self.assertRegex(self.sluice("modules", "list").stdout, r"rtmp +0\.1\.0 +preflighted")

    def test_list_of_a_running_server(self):
        server = self.start().ready()
        states = {row["id"]: row["state"] for row in self.json("modules", "list")}
        self.assertEqual((states["rtmp"], states["auth"]), ("serving", "disabled"))
        self.assertEqual(server.stop(), 0)

    def test_refused_modules_are_listed_with_their_rule(self):
        folder = self.module_dir()
        self.copy(folder)
        with open(os.path.join(folder, "rtmp.so"), "r+b") as library:
            library.truncate(9000)
        with open(os.path.join(folder, "broken.json"), "w", encoding="utf-8") as manifest:
            manifest.write('{"manifest": 1,')
        rows = self.listed(folder)
        cut, broken = rows[os.path.join(folder, "rtmp.json")], rows[os.path.join(folder, "broken.json")]
        self.assertEqual((cut["id"], cut["state"], cut["rule"]), ("rtmp", "refused", "SL-ELF-004"))
        self.assertEqual((broken["id"], broken["state"], broken["rule"]), ("broken", "refused", "SL-MAN-001"))
        table = self.sluice("modules", "list", "--module-dir", folder).stdout
        self.assertIn("SL-ELF-004", table)
        self.assertIn("9000", table)

    def test_check_gives_a_verdict(self):
        good = os.path.join(MODULES, "rtmp.so")
        self.assertIn(self.json("modules", "check", good, "--static")["verdict"], ("pass", "warn"))
        self.sluice("modules", "check", good, "--static")
        text = os.path.join(self.module_dir(), "rtmp.so")
        shutil.copy(os.path.join(MODULES, "rtmp.json"), os.path.dirname(text))
        with open(text, "w", encoding="utf-8") as file:
            file.write("not a library")
        verdict = self.json("modules", "check", text, code=1)
        self.assertEqual(verdict["verdict"], "fail")
        self.assertTrue(any(finding["rule"] == "SL-ELF-001" for finding in verdict["findings"]), verdict)

    def test_check_runs_the_kit(self):
        good, report = os.path.join(MODULES, "rtmp.so"), os.path.join(self.folder, "report.xml")
        verdict = self.json("modules", "check", good, "--quick", "--only", "drain-with-sessions", "--junit", report)
        self.assertEqual([(case["name"], case["verdict"]) for case in verdict["cases"]],
                         [("entry", "pass"), ("life", "pass"), ("drain-with-sessions", "pass")])
        suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
        self.assertEqual((suite.get("name"), suite.get("failures")), ("rtmp " + verdict["version"], "0"))
        self.assertEqual(len(suite.findall("testcase")), int(suite.get("tests")))
        table = self.sluice("modules", "check", good, "--quick", "--only", "lanes").stdout
        self.assertRegex(table, r"lanes +pass +SL-RUN-002")
        self.assertRegex(table, r"\npass: \d+ passed")
        self.sluice("modules", "check", good, "--only", "no-such-case", code=2)
        self.sluice("modules", "check", good, "--junit", "/proc/no/report.xml", "--static", code=1)

    def test_inspect_by_file_and_by_id(self):
        for word in (os.path.join(MODULES, "rtmp.json"), "rtmp"):
            self.assertEqual(self.json("modules", "inspect", word)["id"], "rtmp")
            self.assertIn("rtmp", self.sluice("modules", "inspect", word).stdout)
        self.sluice("modules", "inspect", "no-such-module", code=1)


class Config(CliTest):
    def test_check_names_place_and_near_miss(self):
        good = self.config()
        self.assertIn("ok", self.sluice("config", "check", good).stdout)
        wrong = self.file("wrong.json", '{\n  // a comment\n  "modules": {"rtmp": {"config": {"lisen": ":1"}}}\n}\n')
        done = self.sluice("config", "check", wrong, code=1)
        self.assertIn("wrong.json:3:", done.stderr)
        self.assertIn("/modules/rtmp/config", done.stderr)
        self.assertIn("listen", done.stderr)
        complaint, = self.json("config", "check", "-c", wrong, code=1)
        self.assertEqual((complaint["line"], complaint["nearest"]), (3, "listen"))

    def test_check_tells_faults_of_the_host_and_of_modules_in_one_run(self):
        wrong = self.file("wrong.json", '{\n"limits": {"streams": 0},\n"modules": {"rtmp": {"config": {"lisen": ":1"}}}\n}\n')
        complaints = self.json("config", "check", wrong, code=1)
        self.assertEqual([(row["line"], row["pointer"]) for row in complaints],
                         [(2, "/limits/streams"), (3, "/modules/rtmp/config/lisen")])

    def test_schema_has_the_modules_parts(self):
        schema = json.loads(self.sluice("config", "schema").stdout)
        self.assertIn("rtmp", schema["properties"]["modules"]["properties"])
        self.assertEqual(schema["properties"]["trust"]["properties"]["mode"]["enum"], ["open", "signed"])

    def test_show_fills_in_defaults_and_masks_secrets(self):
        config = self.config(modules={"auth": {"config": {"users": [
            {"name": "cam", "password": "hunter2-hunter2", "roles": ["publish"], "streams": ["live/*"]}]}}})
        shown = self.sluice("config", "show", config).stdout
        self.assertNotIn("hunter2", shown)
        self.assertEqual(json.loads(shown)["modules"]["rtmp"]["config"]["listen"], "127.0.0.1:0")
        server = self.start("-c", config).ready()
        running = self.sluice("config", "show").stdout
        self.assertNotIn("hunter2", running)
        self.assertEqual(json.loads(running), json.loads(shown))
        self.assertNotIn("hunter2", server.log() + server.out())
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
