"""The config file read again while the server runs: all or nothing, and only what changed is touched."""
import signal
import unittest

from harness.live_case import LiveTest
from harness.patience import until
from harness.places import authority, free_port
from harness.rtmp import Closed, RtmpClient
from harness.source import Feed, flv_tags

PASSWORD = "correct horse battery"


class Reload(LiveTest):
    def users(self, *names):
        return {"auth": {"enabled": True, "config": {"users": [
            {"name": name, "password": PASSWORD, "roles": ["publish", "play"], "streams": ["live/*"]} for name in names]}}}

    def generations(self, server):
        return {row["id"]: row["generation"] for row in server.ask("modules") if row["state"] == "serving"}

    def answer(self, server, name):
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        try:
            return client.publish(name, expect=None)
        except Closed:
            return client.statuses[-1]["code"] if client.statuses else "closed without a word"

    def test_a_live_setting_is_taken_by_the_running_generation(self):
        server = self.serve(modules=self.users("ann"))
        before = self.generations(server)
        self.assertEqual(self.answer(server, f"a?user=ann&pass={PASSWORD}"), "NetStream.Publish.Start")
        self.assertNotEqual(self.answer(server, f"b?user=bob&pass={PASSWORD}"), "NetStream.Publish.Start")
        self.assertNotIn("DEBUG [auth]", server.log())
        server.config["modules"] = self.users("bob")
        server.config["modules"]["auth"]["log_level"] = "debug"
        server.write_config()
        self.assertIn("taken", server.run("config", "reload").stdout)
        self.assertEqual(self.generations(server), before)
        self.assertNotEqual(self.answer(server, f"c?user=ann&pass={PASSWORD}"), "NetStream.Publish.Start")
        self.assertEqual(self.answer(server, f"d?user=bob&pass={PASSWORD}"), "NetStream.Publish.Start")
        self.assertIn("DEBUG [auth]", server.log())
        shown = server.ask("config")["modules"]["auth"]["config"]["users"]
        self.assertEqual([user["name"] for user in shown], ["bob"])
        self.assertNotIn(PASSWORD, server.log(), "a secret in the log")

    def test_a_setting_of_the_module_costs_a_generation_and_no_session(self):
        server = self.serve()
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish("cam")
        feed = self.keep(Feed(client, flv_tags("cam.flv")).start())
        server.wait_live("live/cam")
        before = self.generations(server)["rtmp"]
        other = free_port()
        server.rtmp["listen"] = [authority(server.host, server.port), authority(server.host, other)]
        server.write_config()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: self.generations(server)["rtmp"] == before + 1, 10, lambda: server.log()[-1500:])
        sent = len(feed.sent)
        until(lambda: len(feed.sent) > sent + 30, 10, "the publisher goes on")
        self.assertIsNone(feed.failure)
        for port in (server.port, other):
            player = self.keep(RtmpClient(server.host, port)).connect()
            player.play("cam")
            player.collect(lambda p=player: p.media, 10)

    def test_a_broken_file_changes_nothing(self):
        server = self.serve(modules=self.users("ann"))
        before = self.generations(server)
        server.config["modules"] = {"auth": {"enabled": True, "config": {"users": [{"nam": "ann"}]}}}
        server.rtmp["merge_window_ms"] = 100
        server.write_config()
        refused = server.run("config", "reload", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("/modules/auth/config/users/0", refused.stderr)
        self.assertEqual(self.generations(server), before)
        self.assertEqual(self.answer(server, f"a?user=ann&pass={PASSWORD}"), "NetStream.Publish.Start")

    def test_what_needs_a_restart_is_named(self):
        server = self.serve(apps={"live": {"grace_ms": 1000}})
        server.config["apps"] = {"live": {"grace_ms": 2000}}
        server.write_config()
        done = server.run("config", "reload", "--json")
        self.assertEqual(done["needs_restart"], ["/apps/live/grace_ms"])
        self.assertEqual(server.ask("config")["apps"]["live"]["grace_ms"], 1000, "what is in effect is shown")


if __name__ == "__main__":
    unittest.main(verbosity=2)
