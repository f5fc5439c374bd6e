"""HTTPS: curl, keep-alive, large answers, a certificate that is renewed while the server runs."""
import os
import socket
import ssl
import subprocess
import unittest

from harness.certificates import Certificate, subject_at, trusting_anybody
from harness.patience import PACE, until
from harness.places import authority, free_port
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags
from harness.web import Wire
from web_case import WebTest


class Tls(WebTest):
    def serve_tls(self, **words):
        self.certificate = Certificate(self.dropped)
        self.tls_port = free_port()
        return self.serve_web(http={"https_listen": authority("127.0.0.1", self.tls_port), **self.certificate.config()}, **words)

    def subject(self, server):
        return subject_at(server.host, self.tls_port)

    def test_https(self):
        server = self.serve_tls()
        url = f"https://127.0.0.1:{self.tls_port}"
        for version in ("--tlsv1.2", "--tlsv1.3"):
            done = subprocess.run(["curl", "-sSk", version, "--tls-max", version[6:], "--max-time", str(20 * PACE),
                                   f"{url}/hello/a", f"{url}/hello/b"], capture_output=True, text=True, check=True)
            self.assertEqual(done.stdout, "Hello, a!\nHello, b!\n")
        wire = self.wire(server, port=self.tls_port, tls=trusting_anybody())
        body = os.urandom(90000)
        answer = wire.ask("/echo", "POST", body=body)
        self.assertEqual((answer.status, answer["x-secure"], answer.body), (201, "yes", body))
        plain = self.wire(server, port=self.tls_port)
        plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertTrue(plain.ended(), "no TLS, no answer")

    def test_a_renewed_certificate_is_used_without_a_restart(self):
        server = self.serve_tls()
        self.assertEqual(self.subject(server), "one")
        kept = self.wire(server, port=self.tls_port, tls=trusting_anybody())
        self.assertEqual(kept.ask("/hello/x").status, 200)
        self.certificate.renew("two")
        until(lambda: self.subject(server) == "two", 15, lambda: f"the new certificate is used: {server.log()[-500:]}", 0.2)
        self.assertEqual(kept.ask("/hello/x").status, 200, "who came before goes on")
        with open(self.certificate.path, "w", encoding="ascii") as file:
            file.write("broken")
        until(lambda: "cannot be used" in server.log(), 15, "a broken one is complained of", 0.2)
        self.assertEqual(self.subject(server), "two")

    def test_a_viewer_that_says_goodbye_is_gone(self):
        self.drop("annexb")
        server = self.serve_tls()
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish("cam")
        self.keep(Feed(client, flv_tags("cam.flv")).start())
        server.wait_live("live/cam")
        wire = self.wire(server, port=self.tls_port, tls=trusting_anybody())
        wire.send("GET /live/cam.h264 HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertEqual(wire.head()[0], 200)
        line = wire.socket
        line.setblocking(False)
        try:
            line.unwrap()  # sends close_notify; what else the stream brings is no answer to it
        except ssl.SSLError:
            pass
        # All is read when the line is closed: nothing of TCP but its end tells the server.
        raw = socket.socket(fileno=line.detach())
        raw.settimeout(0.5)
        try:
            for _ in range(100):
                raw.recv(1 << 20)
        except socket.timeout:
            pass
        raw.close()
        until(lambda: not server.viewers("live/cam"), 10, "the viewer is gone", 0.05)

    def test_what_is_cut_in_the_handshake_leaves_nothing(self):
        server = self.serve_tls()
        self.subject(server)
        before = server.descriptors()
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", self.tls_port)) as line:
                line.sendall(bytes.fromhex("1603010200010001fc0303"))
        until(lambda: server.descriptors() <= before, 15, "all descriptors are closed", 0.1)


if __name__ == "__main__":
    unittest.main()
