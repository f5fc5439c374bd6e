"""How encoders introduce themselves: OBS's keys with tokens, users in URLs, strangers from elsewhere."""
import base64
import hashlib
import hmac
import json
import socket
import time
import unittest

from harness import flv
from harness.chunks import VIDEO
from harness.clips import clip
from harness.live_case import LiveTest
from harness.programs import ffmpeg_publish
from harness.rtmp import Closed, RtmpClient
from harness.source import flv_tags

SECRET = "0123456789abcdef-test-only"


def token(action, stream, lasts=600, secret=SECRET):
    claims = json.dumps({"a": action, "s": stream, "e": int(time.time()) + lasts}).encode()
    signed = base64.urlsafe_b64encode(claims).rstrip(b"=")
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


class Dialogue(LiveTest):
    def client(self, server, app="live", host=None, **words):
        client = self.keep(RtmpClient(host or server.host, server.port, app, **words))
        return client.connect(type="nonprivate", swfUrl=client.url)

    def answer(self, client, name):
        """The code that publish(name) meets; a refusal may close the connection behind it."""
        try:
            return client.publish(name, expect=None)
        except Closed:
            return client.statuses[-1]["code"] if client.statuses else "closed without a word"

    def refused(self, code):
        self.assertTrue(code.startswith("NetStream.Publish.") and code != "NetStream.Publish.Start", code)

    def test_obs_without_a_token(self):
        server = self.serve()
        client = self.client(server)
        self.assertEqual(client.publish("cam"), "NetStream.Publish.Start")
        for tag in flv_tags("short.flv")[:20]:
            client.send_tag(tag)
        server.wait_live("live/cam")

    def test_a_token_that_nobody_can_check_is_refused(self):
        server = self.serve()
        self.refused(self.answer(self.client(server), "cam?token=" + token("publish", "live/cam")))
        self.assertNotIn("live/cam", server.streams())
        self.assertNotIn(token("publish", "live/cam")[:20], server.log(), "a secret in the log")

    def test_tokens_and_users(self):
        server = self.serve(modules={"auth": {"enabled": True, "config": {
            "tokens": {"keys": [{"id": "k1", "secret": SECRET}], "leeway_seconds": 0},
            "users": [{"name": "ann", "password": "correct horse", "roles": ["publish"], "streams": ["live/*"]}],
            "anonymous": {"play": ["live/*"]}}}})
        good = "cam?token=" + token("publish", "live/cam")
        for words, name in (("no token", "cam"), ("another stream's", "other?token=" + token("publish", "live/cam")),
                            ("for playing", "cam?token=" + token("play", "live/cam")),
                            ("expired", "cam?token=" + token("publish", "live/cam", -60)),
                            ("another secret's", "cam?token=" + token("publish", "live/cam", secret="x" * 20)),
                            ("wrong password", "cam?user=ann&pass=wrong")):
            with self.subTest(shown=words):
                self.refused(self.answer(self.client(server), name))
                self.assertEqual(server.streams(), {})
        for name in (good, "cam?user=ann&pass=correct%20horse"):
            with self.subTest(shown=name[:9]):
                client = self.client(server)
                self.assertEqual(client.publish(name), "NetStream.Publish.Start")
                client.unpublish(name)
                client.close()
                server.wait_gone("live/cam")
        for secret in (SECRET, token("publish", "live/cam")[-20:], "correct horse", "correct%20horse"):
            self.assertNotIn(secret, server.log(), "a secret in the log")

    def test_a_token_in_ffmpegs_url(self):
        server = self.serve(modules={"auth": {"enabled": True, "config": {
            "tokens": {"keys": [{"id": "k1", "secret": SECRET}]}, "anonymous": {"play": ["**"]}}}})
        url = server.url("live/cam?token=" + token("publish", "live/*"))
        self.keep(ffmpeg_publish(clip("short.flv"), url, loop=True))
        server.wait_live("live/cam")
        player = self.client(server)
        player.play("cam")
        player.collect(lambda: flv.frames(player.media, VIDEO), 10, "pictures")

    def test_from_elsewhere_publishing_is_refused_and_playing_is_not(self):
        address = self.own_address()
        if not address:
            self.skipTest("this machine has no address but loopback")
        server = self.serve(host="0.0.0.0")
        near = self.client(server, host="127.0.0.1")
        near.publish("cam")
        for tag in flv_tags("short.flv")[:60]:
            near.send_tag(tag)
        server.wait_live("live/cam")
        self.refused(self.answer(self.client(server, host=address), "other"))
        far = self.client(server, host=address)
        far.play("cam")
        far.collect(lambda: flv.frames(far.media, VIDEO), 5, "pictures")
        self.assertIn("publish_from", server.log(), "the log names no setting that would allow it")

    @staticmethod
    def own_address():
        """An address of this machine that is not loopback; a datagram socket connects without sending."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.254", 9))
                address = probe.getsockname()[0]
            except OSError:
                return None
        return None if address.startswith("127.") else address


if __name__ == "__main__":
    unittest.main(verbosity=2)
