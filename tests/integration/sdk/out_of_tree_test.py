"""Our own modules and the examples, built as a stranger would: from copies of their folders and the installed SDK alone."""
import glob
import json
import os
import shutil
import signal
import subprocess
import unittest

from template_case import SdkTest

from harness.patience import PACE, until
from harness.places import ROOT, free_port

# What a project of several modules sets once; the packages are those a module asks for itself.
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(OutOfTree LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED)
find_package(Sluice REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
file(GLOB rooms plugins/*/CMakeLists.txt cluster-plugins/*/CMakeLists.txt)
foreach(room IN LISTS rooms)
  get_filename_component(room "${room}" DIRECTORY)
  add_subdirectory("${room}")
endforeach()
add_subdirectory(examples)
"""


def ids(folder):
    return {os.path.basename(path).removesuffix(".json") for path in glob.glob(os.path.join(folder, "*.json"))}


class OutOfTree(SdkTest):
    def setUp(self):
        super().setUp()
        for room in ("plugins", "cluster-plugins", "manifests"):
            if os.path.isdir(os.path.join(ROOT, room)):
                shutil.copytree(os.path.join(ROOT, room), os.path.join(self.folder, room))
        shutil.copytree(os.path.join(self.prefix, "share", "sluice", "examples"), os.path.join(self.folder, "examples"))
        with open(os.path.join(self.folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(PROJECT)
        self.command("cmake", "-G", "Ninja", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                     "-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_BUILD_TYPE=Release")
        self.command("cmake", "--build", "build", seconds=800)
        self.modules = os.path.join(self.folder, "build", "modules")
        self.examples = os.path.join(self.folder, "build", "examples")

    def test_they_build_pass_and_serve(self):
        own = {name for name in ids(os.path.join(ROOT, "manifests")) if not name.endswith(".schema")}
        self.assertEqual(ids(self.modules), own)
        self.assertGreaterEqual(len(ids(self.examples)), 5)
        for folder in (self.modules, self.examples):
            for name in ids(folder):
                done = self.sluice("modules", "check", os.path.join(folder, name + ".so"), "--quick", "--json")
                verdict = json.loads(done.stdout)
                self.assertIn(verdict["verdict"], ("pass", "warn"), (name, verdict))
        self.no_file_of_the_tree()
        self.serve()

    def no_file_of_the_tree(self):
        """What the compiler read was this folder, the prefix and the system."""
        build = os.path.join(self.folder, "build")
        told = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
        read = {os.path.normpath(os.path.join(build, line.strip())) for line in told.splitlines() if line.startswith("    ")}
        self.assertIn(os.path.join(self.prefix, "include", "sluice", "module.hpp"), read)
        self.assertEqual([path for path in sorted(read) if path.startswith(ROOT + os.sep)], [])

    def serve(self):
        """The same server with these modules in place of those it came with, and the examples beside them."""
        shutil.rmtree(os.path.join(self.prefix, "lib", "sluice", "modules"))
        shutil.copytree(self.modules, os.path.join(self.prefix, "lib", "sluice", "modules"))
        port = free_port()
        with open(os.path.join(self.folder, "sluice.json"), "w", encoding="utf-8") as file:
            json.dump(self.rtmp(port, ("echo", {"listen": "127.0.0.1:0"})), file)
        log = os.path.join(self.folder, "log")
        with open(log, "wb") as out:
            server = subprocess.Popen([os.path.join(self.prefix, "bin", "sluice"), "run", "-c", "sluice.json",
                                       "--module-dir", self.examples], cwd=self.folder, env=self.environment,
                                      stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.addCleanup(lambda: (server.kill(), server.wait()))

        def said():
            with open(log, encoding="utf-8", errors="replace") as file:
                return file.read()
        until(lambda: "control socket" in said(), 30, said)
        rows = json.loads(self.sluice("modules", "list", "--json").stdout)
        self.assertEqual({row["id"] for row in rows}, ids(self.modules) | ids(self.examples))
        self.assertEqual([row for row in rows if row["state"] not in ("serving", "disabled")], [])
        self.command("ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2", "-t", "1", "-c:v", "libx264",
                     "-preset", "ultrafast", "-f", "flv", f"rtmp://127.0.0.1:{port}/live/cam")
        self.assertRegex(said(), r"\[rtmp\] publishing stream=live/cam")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(40 * PACE), 0, said())
        self.assertRegex(said(), r"module=rtmp .*state=retired remains=unmapped")


if __name__ == "__main__":
    unittest.main(verbosity=2)
