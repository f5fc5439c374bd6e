"""The installed tree is all an author needs: the examples build from it, out of tree, and the server takes them."""
import os
import subprocess
import unittest

from cli_case import STAGE, CliTest

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(Mine LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(Sluice REQUIRED)
find_package(Boost 1.81 REQUIRED)  # for modules that use lanes.hpp, which is over Asio
add_subdirectory({examples} examples)
"""


class Sdk(CliTest):
    def command(self, *words):
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, f"{' '.join(words)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def test_the_examples_build_from_the_package_and_run(self):
        examples = os.path.join(STAGE, "share", "sluice", "examples")
        self.file("CMakeLists.txt", PROJECT.format(examples=examples))
        build = os.path.join(self.folder, "build")
        self.command("cmake", "-G", "Ninja", "-S", self.folder, "-B", build, f"-DCMAKE_PREFIX_PATH={STAGE}",
                     "-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_BUILD_TYPE=Release")
        self.command("cmake", "--build", build)
        found = {}
        for place, _, names in os.walk(build):
            found.update({name: os.path.join(place, name) for name in names if name.endswith(".so")})
        self.assertLessEqual({"test-picture-c.so", "test-picture.so"}, set(found))
        for path in found.values():
            self.assertIn(self.json("modules", "check", path)["verdict"], ("pass", "warn"))
        # Examples are for reading: enabled by name only.
        folder = os.path.dirname(found["test-picture.so"])
        self.assertEqual(folder, os.path.dirname(found["test-picture-c.so"]))
        server = self.start("--module-dir", folder, "--modules-only", "test-picture").ready()
        states = {row["id"]: row["state"] for row in self.json("modules", "list")}
        self.assertEqual(states["test-picture"], "serving", states)
        self.assertEqual(server.stop(), 0)

    def test_pkg_config(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": os.path.join(STAGE, "lib", "pkgconfig")}
        flags = subprocess.run(["pkg-config", "--cflags", "--variable=modulemap", "sluice"], capture_output=True, text=True,
                               check=True, env=environment).stdout
        self.assertTrue(flags.strip())
        modulemap = subprocess.run(["pkg-config", "--variable=modulemap", "sluice"], capture_output=True, text=True,
                                   check=True, env=environment).stdout.strip()
        self.assertTrue(os.path.exists(modulemap), modulemap)


if __name__ == "__main__":
    unittest.main(verbosity=2)
