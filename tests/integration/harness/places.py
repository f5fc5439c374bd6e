"""Where things are: the staged server, the clips made for the tests, ports nobody else takes."""
import os
import random
import socket

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
STAGE = os.path.abspath(os.environ.get("SLUICE_STAGE") or os.path.join(ROOT, "build", "stage"))
MEDIA = os.path.abspath(os.environ.get("SLUICE_TEST_MEDIA") or os.path.join(ROOT, "build", "test-media"))
LOGS = os.path.abspath(os.environ.get("SLUICE_TEST_LOGS") or os.path.join(ROOT, "build", "test-logs"))
SLUICE = os.path.join(STAGE, "bin", "sluice")
MODULES = os.path.join(STAGE, "lib", "sluice", "modules")
# The sample modules are built with the tree and not installed.
EXAMPLES = os.path.abspath(os.environ.get("SLUICE_EXAMPLES") or os.path.join(ROOT, "build", "release", "examples"))


def free_port(host="127.0.0.1"):
    """A TCP port that is free now, outside the range the kernel hands out by itself."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(200):
        port = random.randrange(20000, 32000)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port found")


def authority(host, port):
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
