"""A server with HTTP and the greeter, an example module that brings routes."""
import os
import shutil
import tempfile

from harness.live_case import LiveTest
from harness.patience import until
from harness.places import EXAMPLES
from harness.web import Wire


class WebTest(LiveTest):
    def setUp(self):
        self.dropped = tempfile.mkdtemp(prefix="sluice-web-")
        self.addCleanup(shutil.rmtree, self.dropped, True)

    def drop(self, module="greeter", source=EXAMPLES):
        for ending in (".so", ".json"):
            copy = os.path.join(self.dropped, module + ending + ".next")
            shutil.copyfile(os.path.join(source, module + ending), copy)
            os.rename(copy, os.path.join(self.dropped, module + ending))

    def serve_web(self, http=None, modules=None, **words):
        self.drop()
        # A page answers for every name of a stream, /hello/x as well.
        modules = {"pages": {"enabled": False}, **(modules or {})}
        server = self.serve(http=http or {}, modules=modules, arguments=["--module-dir", self.dropped], **words)
        until(lambda: self.all_serve(server), 10, "all modules serve", 0.05)
        until(lambda: self.asks_well(server), 10, "the greeter's routes are there", 0.05)
        return server

    @staticmethod
    def all_serve(server):
        return {module["state"] for module in server.ask("modules")} <= {"serving", "disabled"}

    @staticmethod
    def asks_well(server):
        wire = Wire(server)
        try:
            return wire.ask("/hello/ready", fields=[("Connection", "close")]).status == 200
        finally:
            wire.close()

    def wire(self, server, **words):
        return self.keep(Wire(server, **words))
