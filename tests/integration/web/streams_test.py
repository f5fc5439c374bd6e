"""Streams in a packaging over HTTP and WebSocket (the example packager annexb), who may play them, and files."""
import base64
import hashlib
import os
import struct
import threading
import unittest

from harness.patience import PACE, until
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags
from harness.web import Wire
from web_case import WebTest

START = b"\0\0\0\1"
SPS = 7


def units(stream):
    """The NAL unit types of an Annex B stream, the last one perhaps cut."""
    return [part[0] & 31 for part in stream.split(START)[1:] if part]


class Streams(WebTest):
    def publish(self, server, name="cam"):
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish(name)
        feed = self.keep(Feed(client, flv_tags("cam.flv")).start())
        server.wait_live(f"live/{name}")
        return feed

    def serve_streams(self, **words):
        self.drop("annexb")
        return self.serve_web(**words)

    def collect(self, wire, size):
        """So many bytes of an endless chunked body."""
        data = b""
        for chunk in wire.chunks():
            data += chunk
            if len(data) >= size:
                break
        return data

    def test_http(self):
        server = self.serve_streams()
        feed = self.publish(server)
        wires = [self.wire(server) for _ in range(20)]
        for wire in wires:
            wire.send("GET /live/cam.h264 HTTP/1.1\r\nHost: h\r\nUser-Agent: tester\r\n\r\n")
        for wire in wires:
            status, fields = wire.head()
            self.assertEqual((status, fields["content-type"], fields["transfer-encoding"]), (200, "video/h264", "chunked"))
            data = self.collect(wire, 200_000)
            self.assertEqual(units(data)[0], SPS, "it begins with what a decoder needs first")
            self.assertTrue(5 in units(data), "and a key picture")
        rows = server.viewers("live/cam")
        self.assertEqual(len(rows), 20)
        self.assertEqual(rows[0]["protocol"], "http-annexb")
        until(lambda: all(row.get("bytes", row.get("bytes_sent", 1)) for row in server.viewers("live/cam")), 10, "bytes are counted")
        old = self.wire(server)
        old.send("GET /live/cam.h264 HTTP/1.0\r\n\r\n")
        status, fields = old.head()
        self.assertEqual((status, fields.get("transfer-encoding"), fields["connection"]), (200, None, "close"))
        self.assertEqual(units(old.file.read(50_000))[0], SPS)
        old.close()
        for wire in wires[1:]:
            wire.close()
        until(lambda: len(server.viewers("live/cam")) == 1, 10, lambda: f"who left is gone: {len(server.viewers('live/cam'))}", 0.05)
        # The publisher's goodbye ends the body as a body ends.
        feed.stop()
        feed.client.close()
        for _ in wires[0].chunks():
            pass

    def test_refusals(self):
        server = self.serve_streams()
        wire = self.wire(server)
        self.assertEqual(wire.ask("/live/none.h264").status, 404)
        self.assertEqual(wire.ask("/live/no%6Ee.h264").status, 404)
        self.assertEqual(wire.ask("/live/none.h264", "POST").status, 405)

    def open_websocket(self, server, path="/live/cam.h264", fields=()):
        wire = self.wire(server)
        key = base64.b64encode(os.urandom(16)).decode()
        extra = "".join(f"{name}: {value}\r\n" for name, value in fields)
        wire.send(f"GET {path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{extra}\r\n")
        status, answer = wire.head()
        if status == 101:
            digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
            self.assertEqual(answer["sec-websocket-accept"], base64.b64encode(digest).decode())
        return wire, status

    @staticmethod
    def message(wire):
        first, size = wire.file.read(2)
        if size == 126:
            size = struct.unpack(">H", wire.file.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", wire.file.read(8))[0]
        return first & 15, wire.file.read(size)

    @staticmethod
    def masked(opcode, payload=b""):
        return bytes([0x80 | opcode, 0x80 | len(payload)]) + b"\0\0\0\0" + payload

    def test_websocket(self):
        server = self.serve_streams()
        feed = self.publish(server)
        wire, status = self.open_websocket(server)
        self.assertEqual(status, 101)
        data = b""
        while len(data) < 100_000:
            opcode, payload = self.message(wire)
            self.assertEqual(opcode, 2)
            data += payload
        self.assertEqual(units(data)[0], SPS)
        wire.send(self.masked(9, b"are you there"))
        until(lambda: self.message(wire) == (10, b"are you there"), 10, "a ping is answered", 0)
        wire.send(self.masked(8, struct.pack(">H", 1000)))
        until(lambda: self.message(wire)[0] == 8, 10, "a close is answered", 0)
        self.assertTrue(wire.ended())
        # Row H8
        for data, code in ((b"\x82\x01x", 1002), (b"\x82\xff\x80" + bytes(7), 1002), (b"\x82\xfe\xff\xff\0\0\0\0", 1009),
                           (self.masked(9) * 2000, 1008)):
            wire, _ = self.open_websocket(server)
            wire.send(data)
            last = (None, b"")
            while last[0] != 8:
                last = self.message(wire)
            self.assertEqual(struct.unpack(">H", last[1][:2])[0], code)
            self.assertTrue(wire.ended())
        # The end of the stream is a close, not a cut.
        wire, _ = self.open_websocket(server)
        feed.stop()
        feed.client.close()
        last = (None, b"")
        while last[0] != 8:
            last = self.message(wire)
        self.assertEqual(struct.unpack(">H", last[1][:2])[0], 1000)

    def test_websockets_of_foreign_pages_are_refused(self):
        server = self.serve_streams(http={"origins": ["https://ours.example"]})
        self.publish(server)
        self.assertEqual(self.open_websocket(server, fields=[("Origin", "https://evil.example")])[1], 403)
        self.assertEqual(self.open_websocket(server, fields=[("Origin", "https://ours.example")])[1], 101)
        self.assertEqual(self.open_websocket(server, fields=[("Origin", "http://h")])[1], 101, "a page of the server itself")
        self.assertEqual(self.open_websocket(server)[1], 101, "no browser")

    def test_a_viewer_that_reads_slowly_does_not_hold_up_others(self):
        server = self.serve_streams()
        self.publish(server)
        slow = self.wire(server)
        slow.send("GET /live/cam.h264 HTTP/1.1\r\nHost: h\r\n\r\n")
        quick = self.wire(server)
        quick.send("GET /live/cam.h264 HTTP/1.1\r\nHost: h\r\n\r\n")
        quick.head()
        self.assertGreaterEqual(len(self.collect(quick, 500_000)), 500_000)

    def test_streams_go_on_while_the_http_module_is_replaced(self):
        server = self.serve_streams()
        self.publish(server)
        wire = self.wire(server)
        wire.send("GET /live/cam.h264 HTTP/1.1\r\nHost: h\r\n\r\n")
        wire.head()
        self.collect(wire, 10_000)
        reload = threading.Thread(target=server.run, args=("modules", "reload", "http"))
        reload.start()
        self.assertGreaterEqual(len(self.collect(wire, 300_000)), 300_000)
        other = self.wire(server)
        until(lambda: self.asks_well(server), 10, "others are served by the next generation", 0.05)
        other.close()
        wire.close()
        reload.join(30 * PACE)


class Files(WebTest):
    def test_files(self):
        folder = os.path.join(self.dropped, "www")
        os.makedirs(os.path.join(folder, "sub"))
        content = os.urandom(3_000_000)
        with open(os.path.join(folder, "big.bin"), "wb") as file:
            file.write(content)
        with open(os.path.join(folder, "sub", "index.html"), "wb") as file:
            file.write(b"<p>hello")
        os.symlink("/etc/passwd", os.path.join(folder, "link"))
        server = self.serve_web(modules={"greeter": {"config": {"folder": folder}}})
        wire = self.wire(server)
        whole = wire.ask("/files/big.bin")
        self.assertEqual((whole.status, whole.body), (200, content))
        part = wire.ask("/files/big.bin", fields=[("Range", "bytes=1000000-1999999")])
        self.assertEqual((part.status, part["content-range"], part.body),
                         (206, "bytes 1000000-1999999/3000000", content[1000000:2000000]))
        self.assertEqual(wire.ask("/files/big.bin", fields=[("If-None-Match", whole["etag"])]).status, 304)
        page = wire.ask("/files/sub/")
        self.assertEqual((page.body, page["content-type"], page["x-content-type-options"]),
                         (b"<p>hello", "text/html; charset=utf-8", "nosniff"))
        for path in ("/files/link", "/files/none", "/files/sub", "/files/.x"):
            self.assertEqual(wire.ask(path).status, 404, path)
        for path in ("/files/../greeter.json", "/files/%2e%2e/greeter.json"):
            self.assertEqual(wire.ask(path).status, 400, path)
        # Many at once, some of whom leave in the middle.
        wires = [Wire(server) for _ in range(30)]
        for other in wires:
            other.send("GET /files/big.bin HTTP/1.1\r\nHost: h\r\n\r\n")
        for i, other in enumerate(wires):
            if i % 3:
                self.assertEqual(len(other.answer().body), len(content))
            other.close()


if __name__ == "__main__":
    unittest.main()
