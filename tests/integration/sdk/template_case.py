"""Modules that `sluice new module` writes, built from a copy of the installed tree and nothing else."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness.pages import Reader  # noqa: E402
from harness.patience import PACE  # noqa: E402
from harness.places import SLUICE, STAGE, free_port  # noqa: E402

# What compiles is the same in every folder: let the cache see that.
CACHED = {"CCACHE_NOHASHDIR": "true", **({"CMAKE_C_COMPILER_LAUNCHER": "ccache", "CMAKE_CXX_COMPILER_LAUNCHER": "ccache"}
                                         if shutil.which("ccache") else {})}


class SdkTest(unittest.TestCase):
    """A prefix of its own, so that nothing is found by where the stage lies, and an empty folder to work in."""
    maxDiff = 4000

    def setUp(self):
        if not os.access(SLUICE, os.X_OK):
            self.fail(f"{SLUICE} is not there: build and stage first (scripts/build)")
        self.root = tempfile.mkdtemp(prefix="sluice-sdk-")
        self.addCleanup(shutil.rmtree, self.root, True)
        self.prefix = os.path.join(self.root, "prefix")
        shutil.copytree(STAGE, self.prefix)
        self.folder = os.path.join(self.root, "work")
        os.mkdir(self.folder)
        self.environment = {**os.environ, **CACHED, "CCACHE_BASEDIR": self.root, "SLUICE": self.prefix,
                            "SLUICE_RUNTIME_DIR": os.path.join(self.root, "runtime")}
        self.environment.pop("NOTIFY_SOCKET", None)

    def command(self, *words, code=0, place=None, seconds=150, **environment):
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds * PACE, check=False,
                              cwd=place or self.folder, env={**self.environment, **environment})
        self.assertEqual(done.returncode, code, f"{' '.join(words)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done

    def sluice(self, *words, **options):
        return self.command(os.path.join(self.prefix, "bin", "sluice"), *words, **options)

    def rtmp(self, port, *more):
        modules = {"rtmp": {"config": {"listen": f"127.0.0.1:{port}"}}}
        for module, config in more:
            modules[module] = {"config": config}
        return {"modules": modules}


class TemplateTest(SdkTest):
    """For one language; a test file derives from it."""
    language = None
    ports = {}  # what a README says and what is free here

    def project(self, kind):
        name = f"acme.{kind}-{self.language.replace('++', 'pp')}"
        self.sluice("new", "module", name, "--kind", kind, "--lang", self.language)
        return name, os.path.join(self.folder, name)

    def follow_readme(self, kind, *more):
        """The README, with the compilers a system calls cc and c++. Gives the folder."""
        name, folder = self.project(kind)
        port = free_port()
        config = self.rtmp(port, *((name, entry) for entry in more))
        reader = Reader(self, folder, os.path.join(folder, "README.md"), self.environment,
                        {"rtmp://127.0.0.1/": f"rtmp://127.0.0.1:{port}/"} | self.ports, config)
        self.assertGreaterEqual(reader.follow(), 3)
        self.assertTrue(os.path.exists(os.path.join(folder, "build", f"{name}.json")))
        self.assertTrue(os.path.exists(os.path.join(folder, "build", f"{name}.so")))
        return folder

    def without_warnings(self, folder):
        """The other compiler, and all it could complain about."""
        strict = "-Wall -Wextra -Werror"
        self.command("cmake", "-S", ".", "-B", "strict", f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_C_COMPILER=clang-19",
                     "-DCMAKE_CXX_COMPILER=clang++-19", f"-DCMAKE_C_FLAGS={strict}", f"-DCMAKE_CXX_FLAGS={strict}", place=folder)
        self.command("cmake", "--build", "strict", place=folder)
        self.command("ctest", "--test-dir", "strict", "--output-on-failure", "--no-tests=error", place=folder)

    def test_publisher(self):
        folder = self.follow_readme("publisher")
        with open(os.path.join(folder, "picture.png"), "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        self.without_warnings(folder)

    def test_protocol(self):
        port = free_port()
        self.ports = {"7010": str(port)}
        self.without_warnings(self.follow_readme("protocol", {"listen": f"127.0.0.1:{port}"}))

    def test_packager(self):
        self.without_warnings(self.follow_readme("packager"))

    def test_auth(self):
        self.without_warnings(self.follow_readme("auth"))

