"""A small RTMP client on a blocking socket: every wait has a deadline, all that arrives is kept in order."""
import os
import select
import socket
import ssl
import struct
import time as clock

from harness import amf0
from harness.chunks import (ACKNOWLEDGEMENT, AUDIO, COMMAND, METADATA, SET_CHUNK_SIZE, USER_CONTROL, VIDEO,
                            WINDOW_SIZE, ChunkReader, chunked)
from harness.patience import Deadline

PING, PONG = 6, 7


class Closed(Exception):
    """The peer ended the connection."""


class Connection:
    """Socket, handshake and messages; no commands. A host that is a path: a Unix socket."""

    def __init__(self, host, port, receive_buffer=None, segment=None, source=None, tls=None):
        local = host.startswith("/")
        self.socket = socket.socket(socket.AF_UNIX if local else socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if segment:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(10)
        try:
            self.socket.connect(host if local else (host, port))
            if tls:
                self.socket = tls.wrap_socket(self.socket, server_hostname=host, suppress_ragged_eofs=False)
        except OSError:
            self.socket.close()
            raise
        if not local:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = ChunkReader()
        self.chunk_size = 128
        self.window = 0
        self.acknowledged = 0
        self.closed = False

    def close(self):
        self.socket.close()
        self.closed = True

    def send_raw(self, data):
        self.socket.settimeout(Deadline(20).left())
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError) as error:
            self.closed = True
            raise Closed(str(error)) from error

    def handshake(self):
        """The simple one: C1 is time, zero and random bytes; C2 is what came as S1."""
        c1 = struct.pack(">II", 0, 0) + os.urandom(1528)
        self.send_raw(b"\x03" + c1)
        answer = self._exactly(1 + 1536 + 1536)
        if answer[0] != 3:
            raise AssertionError(f"S0 says version {answer[0]}")
        if answer[1537 + 8:] != c1[8:]:
            raise AssertionError("S2 does not repeat what C1 sent")
        self.send_raw(answer[1:1537])

    def _exactly(self, size):
        deadline, data = Deadline(10), b""
        while len(data) < size:
            piece = self._some(deadline.left(), size - len(data))
            if piece is None:
                raise AssertionError(f"{len(data)} of {size} bytes of the handshake came in time")
            data += piece
        return data

    def _some(self, seconds, most=1 << 18):
        """Bytes, or None when none came in time."""
        opened = self.socket.pending() if isinstance(self.socket, ssl.SSLSocket) else 0
        if not opened and not select.select([self.socket], [], [], seconds)[0]:
            return None
        try:
            data = self.socket.recv(most)
        except ssl.SSLError as error:  # cut without the goodbye of TLS, for one
            self.closed = True
            raise Closed(str(error)) from error
        except (ConnectionResetError, BrokenPipeError):
            data = b""
        if not data:
            self.closed = True
            raise Closed("the peer closed the connection")
        return data

    def send(self, kind, body, csid=3, stream=0, time=0):
        self.send_raw(chunked(kind, body, csid, stream, time, self.chunk_size))

    def set_chunk_size(self, size):
        self.send(SET_CHUNK_SIZE, struct.pack(">I", size), csid=2)
        self.chunk_size = size

    def receive(self, seconds=0.0):
        """The messages that one read gives; [] when nothing came in time. Answers pings, acknowledges."""
        data = self._some(seconds)
        messages = self.reader.feed(data) if data else []
        for message in messages:
            if message.kind == WINDOW_SIZE:
                self.window = struct.unpack(">I", message.body)[0]
            elif message.kind == USER_CONTROL and struct.unpack_from(">H", message.body)[0] == PING:
                self.send(USER_CONTROL, struct.pack(">H", PONG) + message.body[2:6], csid=2)
        if self.window and self.reader.received - self.acknowledged > self.window // 2:
            self.acknowledged = self.reader.received
            self.send(ACKNOWLEDGEMENT, struct.pack(">I", self.acknowledged & 0xFFFFFFFF), csid=2)
        return messages


class RtmpClient(Connection):
    """A publisher or player. `media` and `statuses` collect what came; `controls` the user control events."""

    def __init__(self, host, port, app="live", hello=None, **words):
        super().__init__(host, port, **words)
        self.app = app
        self.url = f"rtmp{'s' if isinstance(self.socket, ssl.SSLSocket) else ''}://{'[' + host + ']' if ':' in host else host}:{port}/{app}"
        self.hello = hello or {}
        self.stream = 0
        self.media, self.arrivals, self.statuses, self.controls, self.results = [], [], [], [], {}
        self.connected = None
        self._transaction = 0

    # ---- the dialogue ----------------------------------------------------------------------------------------

    def connect(self, **properties):
        self.handshake()
        self.set_chunk_size(4096)
        self._transaction += 1
        call = {"app": self.app, "flashVer": "FMLE/3.0 (compatible; sluice-test)", "tcUrl": self.url, **self.hello,
                **properties}
        self.send(COMMAND, amf0.encode("connect", self._transaction, call))
        self.connected = self.wait_result(self._transaction)
        return self

    def create_stream(self):
        answer = self.call("createStream", None)
        self.stream = int(answer[-1])
        return self.stream

    def call(self, name, *arguments):
        self._transaction += 1
        self.send(COMMAND, amf0.encode(name, self._transaction, *arguments))
        return self.wait_result(self._transaction)

    def tell(self, name, *arguments, stream=0):
        """A command that wants no result."""
        self.send(COMMAND, amf0.encode(name, 0, *arguments), stream=stream, csid=8 if stream else 3)

    def publish(self, name, kind="live", expect="NetStream.Publish.Start"):
        """As encoders do it. Returns the code of the answer."""
        self.tell("releaseStream", None, name)
        self.tell("FCPublish", None, name)
        self.create_stream()
        self.tell("publish", None, name, kind, stream=self.stream)
        return self.wait_status("NetStream.Publish.", expect)

    def play(self, name, expect="NetStream.Play.Start"):
        self.create_stream()
        self.tell("play", None, name, -2, stream=self.stream)
        return self.wait_status("NetStream.Play.", expect, but=("NetStream.Play.Reset",))

    def unpublish(self, name):
        self.tell("FCUnpublish", None, name)
        self.tell("deleteStream", None, self.stream)

    def wait_result(self, number, seconds=10):
        self.collect(lambda: number in self.results, seconds, f"an answer to call {number}")
        name, values = self.results[number]
        if name == "_error":
            raise AssertionError(f"_error: {values}")
        return values

    def wait_status(self, family, expect=None, but=(), seconds=10):
        def found():
            return [s["code"] for s in self.statuses if s.get("code", "").startswith(family) and s["code"] not in but]
        self.collect(found, seconds, lambda: f"an onStatus {family}*; there were {self.statuses}")
        code = found()[0]
        if expect and code != expect:
            raise AssertionError(f"expected {expect}, was told {self.statuses}")
        return code

    # ---- media -----------------------------------------------------------------------------------------------

    def send_tag(self, tag):
        csid = {AUDIO: 4, VIDEO: 6}.get(tag.kind, 5)
        self.send(tag.kind, tag.body, csid=csid, stream=self.stream, time=tag.time & 0xffffffff)

    def poll(self, seconds=0.0):
        """One read's worth of messages, sorted into what was collected. False when nothing came."""
        messages = self.receive(seconds)
        for message in messages:
            if message.kind in (AUDIO, VIDEO, METADATA):
                self.media.append(message)
                self.arrivals.append(clock.monotonic())
            elif message.kind == USER_CONTROL:
                self.controls.append(struct.unpack_from(">H", message.body)[0])
            elif message.kind == COMMAND:
                self._command(message)
        return bool(messages)

    def _command(self, message):
        name, *rest = amf0.decode(message.body)
        number, values = (rest[0], rest[1:]) if rest else (0, [])  # ffmpeg's onFCPublish comes bare
        if name in ("_result", "_error"):
            self.results[int(number)] = (name, values)
        elif name == "onStatus":
            self.statuses.append(values[-1] if values and isinstance(values[-1], dict) else {})

    def collect(self, condition, seconds, what="the expected messages"):
        """Reads until condition() holds; AssertionError at the deadline, Closed when the peer ends before."""
        deadline = Deadline(seconds)
        while not condition():
            if deadline.passed():
                raise AssertionError("not in time: " + (what() if callable(what) else what))
            self.poll(min(0.2, deadline.left()))

    def collect_to_end(self, seconds):
        """Reads until the peer closes or says that the stream is over; True if so."""
        over = ("NetStream.Play.UnpublishNotify", "NetStream.Play.Stop", "NetStream.Play.Complete")
        try:
            self.collect(lambda: any(s.get("code") in over for s in self.statuses), seconds)
        except Closed:
            pass
        except AssertionError:
            return False
        return True
