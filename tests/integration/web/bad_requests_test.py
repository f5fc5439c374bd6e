"""Rows H1-H4, H7-H9 of the table of bad input, against the whole server; the pure halves are unit tests."""
import unittest

from harness.patience import until
from harness.web import Wire
from web_case import WebTest

FRAMING = [
    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "Content-Length:\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "Transfer-Encoding: chunked\r\n\r\n1;" + "a" * 100000,
]
PATHS = ["/live/../../etc/passwd", "/%2e%2e/etc/passwd", "/%252e%252e/x", "/live/..;/x", "//etc/passwd", "/a\\b",
         "/%c0%ae%c0%ae/x", "/hello/x.", "/hello/%00", "/hello/a%2fb"]


class BadRequests(WebTest):

    def refused(self, server, data):
        wire = Wire(server)
        try:
            wire.send(data)
            answer = wire.answer()
            self.assertTrue(wire.ended(), data[:80])
            return answer
        finally:
            wire.close()

    def test_rows(self):
        server = self.serve_web()
        before = server.descriptors()
        for framing in FRAMING:  # H1
            answer = self.refused(server, "POST /echo HTTP/1.1\r\nHost: h\r\n" + framing)
            self.assertIn(answer.status, (400, 413), framing[:60])
        # H3
        self.assertEqual(self.refused(server, "GET /" + "a" * 60000 + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 414)
        many = "GET / HTTP/1.1\r\nHost: h\r\n" + "".join(f"A{i}: b\r\n" for i in range(8000)) + "\r\n"
        self.assertEqual(self.refused(server, many).status, 431)
        # H4: the same answer, whatever is shown
        wire = self.wire(server)
        for path in PATHS:
            answers = [wire.ask(path), wire.ask(path + "?token=abc"), wire.ask(path, fields=[("Authorization", "Bearer abc")])]
            self.assertEqual({a.status for a in answers}, {400}, path)
            self.assertEqual(len({a.body for a in answers}), 1, path)
        # H5: one stream, however it is written
        self.assertEqual(wire.ask("/hello/%78").body, b"Hello, x!\n")
        # H7
        for field, status in (("bytes=5-2", 416), ("bytes=-0", 416), ("bytes=100-", 416), ("bytes=" + "0-0," * 1500 + "0-0", 200),
                              ("bytes=0-0", 206)):
            self.assertEqual(wire.ask("/hello/x", fields=[("Range", field)]).status, status, field[:40])
        # H9
        for field in ("198.51.100.1", "", "garbage", ", ".join(["1.2.3.4"] * 900)):
            answer = wire.ask("/echo", "POST", [("X-Forwarded-For", field)], b"x")
            self.assertTrue(answer["x-peer"].startswith("127.0.0.1:"), field[:40])
        self.assertIn(self.refused(server, "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n\r\n").status, (400, 505))
        wire.close()
        until(lambda: server.descriptors() <= before, 10, "all descriptors are closed", 0.05)
        self.assertLess(len(server.log()), 20000, "strangers do not fill the log")

    def test_a_trusted_proxy_is_believed(self):
        server = self.serve_web(http={"trusted_proxies": ["127.0.0.0/8"]})
        wire = self.wire(server)
        answer = wire.ask("/echo", "POST", [("X-Forwarded-For", "6.6.6.6, 198.51.100.1"), ("X-Forwarded-Proto", "https")], b"x")
        self.assertEqual((answer["x-peer"], answer["x-secure"]), ("198.51.100.1", "yes"))


if __name__ == "__main__":
    unittest.main()
