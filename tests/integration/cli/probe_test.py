"""Modules whose first code crashes or hangs, beside good ones: the server is up in time, and says what it found."""
import os
import re
import subprocess
import time
import unittest

from cli_case import PACE, STAGE, CliTest, text_of

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(Faulty LANGUAGES C)
find_package(Sluice REQUIRED)
foreach(id IN ITEMS crashes sleeps)
  sluice_add_module(${id} MANIFEST ${id}.json SOURCES faulty.c OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/modules)
  target_compile_definitions(module_${id} PRIVATE ${id}=1)
endforeach()
"""
MANIFEST = """{"manifest": 1, "operator": {"enabled": true},
 "module": {"id": "%s", "version": "1.0.0", "license": "MIT", "description": "Faulty.", "unload": "clean",
            "abi": {"major": 1, "minor_min": 0, "minor_built": 0}, "requires": [], "threads": {"min": 1, "max": 1}}}
"""
SOURCE = """#include <sluice/abi/sluice.h>
#include <unistd.h>
#ifdef sleeps
__attribute__((constructor)) static void never(void) { for (;;) pause(); }
#endif
sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
#ifdef crashes
  *(volatile int*)0 = 1;
#endif
  (void)offer;
  (void)answer;
  return SLUICE_STATUS_NOT_SUPPORTED;
}
"""


class Probe(CliTest):
    def faulty_modules(self):
        self.file("CMakeLists.txt", PROJECT)
        self.file("faulty.c", SOURCE)
        for name in ("crashes", "sleeps"):
            self.file(name + ".json", MANIFEST % name)
        build = os.path.join(self.folder, "build")
        for words in (["cmake", "-G", "Ninja", "-S", self.folder, "-B", build, f"-DCMAKE_PREFIX_PATH={STAGE}",
                       "-DCMAKE_C_COMPILER=clang-19"], ["cmake", "--build", build]):
            done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        return os.path.join(build, "modules")

    def test_the_server_is_ready_in_time_and_says_what_it_found(self):
        folder = self.faulty_modules()
        since = time.monotonic()
        server = self.start("-c", self.config(), "--module-dir", folder).ready()
        # 2 s, and the 5 s the sleeper is given; the crash costs none of them.
        self.assertLess(time.monotonic() - since, 7 * PACE, server.log())
        rows = {row["id"]: row for row in self.json("modules", "list")}
        self.assertEqual(rows["rtmp"]["state"], "serving", rows)
        for name, finding in (("crashes", "it crashed with SIGSEGV in sluice_entry_v1"),
                              ("sleeps", "the library's initialisers did not come back within 5000 ms")):
            row = rows[name]
            self.assertEqual((row["state"], row["rule"]), ("refused", "SL-ENT-001"), row)
            self.assertIn(f"module {name} 1.0.0 REFUSED SL-ENT-001: {finding} ({folder}/{name}.so). ", row["message"])
            log = re.search(r"in the probe: (.+)\.$", row["message"])
            self.assertTrue(log and os.path.exists(log[1]), row)
            self.assertIn(row["message"], server.out())
        self.assertIn("SL-ENT-001", self.sluice("modules", "list").stdout)
        tasks = f"/proc/{server.process.pid}/task"
        children = [text_of(os.path.join(tasks, task, "children")) for task in os.listdir(tasks)]
        self.assertEqual("".join(children), "", "a probe is still there")
        self.assertEqual(server.stop(), 0)
        self.assertEqual([name for name in os.listdir(self.runtime) if name != ".lock"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
