"""The RTMP and AMF rows of the table of bad input (docs name them R1 to R18)."""
import os
import struct

from harness import amf0
from harness.chunks import (ABORT, ACKNOWLEDGEMENT, AGGREGATE, AUDIO, COMMAND, METADATA, SET_CHUNK_SIZE, USER_CONTROL,
                            VIDEO, WINDOW_SIZE, basic_header)
from bad_input.verdicts import CLOSE, DROP, FRESH, IDLE, PASS, PUBLISHER, RAW, REJ, Case, Row

MIB = 1 << 20


def header(csid, length, kind, fmt=0, stream=1, time=0):
    """A chunk's header without its body; the time is a difference for types 1 and 2."""
    out = basic_header(fmt, csid)
    if fmt < 3:
        out += time.to_bytes(3, "big")
    if fmt < 2:
        out += length.to_bytes(3, "big") + bytes([kind])
    return out + (struct.pack("<I", stream) if fmt == 0 else b"")


def control(kind, body):
    return lambda peer: peer.send(kind, body, csid=2)


def set_chunk_size(size):
    return struct.pack(">I", size)


def hello(version, c1=None):
    return lambda peer: peer.raw(bytes([version]) + (os.urandom(1536) if c1 is None else c1))


def bad_c2(body, then_connect):
    def act(peer):
        peer.raw(b"\x03" + bytes(8) + os.urandom(1528))
        peer.wait_bytes(3073)
        peer.raw(body)
        if then_connect:
            peer.send(COMMAND, amf0.encode("connect", 1, {"app": "live", "tcUrl": "rtmp://127.0.0.1/live"}))
    return act


def digest_hello(peer):
    """A complex handshake whose digest is wrong: a version in C1, random bytes after it."""
    peer.raw(b"\x03" + bytes(4) + b"\x80\x00\x07\x02" + os.urandom(1528))
    peer.wait_bytes(3073)
    peer.raw(os.urandom(1536))
    peer.send(COMMAND, amf0.encode("connect", 1, {"app": "live", "tcUrl": "rtmp://h/live"}))


HANDSHAKE = [
    Row("R1", "C0 version other than 3",
        *[Case(f"version {v}", hello(v), CLOSE, (RAW,)) for v in (0, 6, 255)]),
    Row("R3", "garbage or truncated C2, digest mismatch",
        Case("garbage C2", bad_c2(os.urandom(1536), True), (CLOSE, PASS), (RAW,), quiet=True),
        Case("digest mismatch", digest_hello, (CLOSE, PASS), (RAW,), quiet=True)),
]


def announced(count, length, kind=VIDEO, first=70):
    """`count` messages begun on chunk streams of their own, one chunk of each sent."""
    def act(peer):
        peer.raw(b"".join(header(first + i, length, kind) + bytes(peer.chunk_size) for i in range(count)))
    return act


def huge_chunks(length):
    def act(peer):
        peer.send(SET_CHUNK_SIZE, set_chunk_size(0x7FFFFFFF), csid=2)
        peer.raw(header(70, length, VIDEO) + b"\x17")
    return act


def changed_midway(fmt, length, kind):
    def act(peer):
        peer.raw(header(70, 9000, VIDEO) + bytes(peer.chunk_size))
        peer.raw(header(70, length, kind, fmt=fmt) + bytes(100))
    return act


def on_chunk_streams(*ids):
    """A harmless small message on each of these chunk streams."""
    def act(peer):
        for csid in ids:
            peer.send(USER_CONTROL, struct.pack(">HII", 3, 1, 1000), csid=csid)
    return act


def small_chunks(peer):
    peer.send(SET_CHUNK_SIZE, set_chunk_size(1), csid=2)


CHUNKS = [
    Row("R4", "SetChunkSize that cannot be",
        *[Case(f"size {size:#x}", control(SET_CHUNK_SIZE, set_chunk_size(size)), CLOSE)
          for size in (0x80000080, 0xFFFFFFFF, 0)],
        Case("two bytes", control(SET_CHUNK_SIZE, b"\x00\x01"), CLOSE)),
    Row("R5", "huge chunks, huge messages announced",
        Case("16 MiB announced", huge_chunks(0xFFFFFF), CLOSE),
        Case("8 MiB and a byte", huge_chunks(8 * MIB + 1), CLOSE),
        Case("7 MiB, one byte sent", huge_chunks(7 * MIB), PASS, quiet=True, compare=False)),
    Row("R6", "SetChunkSize 1", Case("below the floor", small_chunks, CLOSE)),
    Row("R7", "many long messages begun, bodies withheld",
        Case("65 of 16 MiB", announced(65, 0xFFFFFF), CLOSE),
        Case("3 of 7 MiB", announced(3, 7 * MIB), CLOSE),
        Case("70 of 100 KiB", announced(70, 100 << 10), CLOSE)),
    Row("R8", "a message changes in the middle",
        Case("length, type 1", changed_midway(1, 500, VIDEO), CLOSE),
        Case("kind, type 1", changed_midway(1, 9000, AUDIO), CLOSE),
        Case("all, type 0", changed_midway(0, 40, AUDIO), CLOSE)),
    Row("R9", "chunk stream ids at their limits",
        Case("2 and 3 bytes", on_chunk_streams(64, 319, 320, 65599), PASS, quiet=True),
        Case("40 at once", on_chunk_streams(*range(100, 140)), PASS, quiet=True),
        Case("100 at once", on_chunk_streams(*range(400, 500)), CLOSE)),
]


def nested(depth):
    return b"\x03\x00\x01a" * depth + b"\x05" + b"\x00\x00\x09" * depth


def with_argument(raw):
    """A command, and from a publisher a metadata message, whose argument is these bytes."""
    def act(peer):
        if peer.publishing:
            peer.send(METADATA, amf0.encode("@setDataFrame", "onMetaData") + raw, csid=5, stream=peer.stream)
        else:
            peer.send(COMMAND, amf0.encode("FCPublish", 0, None) + raw)
    return act


AMF = [
    Row("R11", "AMF0 nested too deep",
        *[Case(f"{depth} deep", with_argument(nested(depth)), CLOSE, memory=2 * MIB)
          for depth in (65, 30_000, 100_000)]),
    Row("R12", "AMF0 counts and ends that lie",
        Case("strict array of 4 G", with_argument(b"\x0a\xff\xff\xff\xff\x05"), CLOSE),
        Case("ECMA array of 4 G, cut", with_argument(b"\x08\xff\xff\xff\xff\x00\x01a\x05"), CLOSE),
        Case("ECMA array count lies", with_argument(b"\x08\xff\xff\xff\xff\x00\x01a\x05\x00\x00\x09"),
             (CLOSE, PASS, DROP), quiet=True),
        Case("object without end", with_argument(b"\x03\x00\x01a\x05"), CLOSE)),
    Row("R13", "AMF0 text past the end, AMF3, references",
        Case("text past the end", with_argument(b"\x02\xff\xffab"), CLOSE),
        Case("long text past the end", with_argument(b"\x0c\xff\xff\xff\xffab"), CLOSE),
        Case("AMF3 inside", with_argument(b"\x11\x04\x01"), CLOSE),
        Case("reference to nothing", with_argument(b"\x07\x00\x09"), CLOSE)),
]


def empty(peer):
    for kind in (AUDIO, VIDEO, COMMAND):
        peer.send(kind, b"", csid=4, stream=peer.stream)


def aggregate(peer):
    inner = bytes([AUDIO]) + (5000).to_bytes(3, "big") + bytes(7) + b"\xaf\x01short"
    peer.send(AGGREGATE, inner, csid=4, stream=peer.stream)


def stale_controls(peer):
    peer.send(ABORT, struct.pack(">I", 4711), csid=2)
    peer.send(ACKNOWLEDGEMENT, struct.pack(">I", 0xFFFFFFFF), csid=2)
    peer.send(ACKNOWLEDGEMENT, struct.pack(">I", 0), csid=2)
    peer.send(WINDOW_SIZE, struct.pack(">I", 0), csid=2)


def enhanced(*body):
    return lambda peer: peer.send(VIDEO, b"".join(body), csid=6, stream=peer.stream, time=peer.now())


MESSAGES = [
    Row("R14", "empty messages", Case("audio, video, command", empty, DROP)),
    Row("R15", "controls about nothing",
        Case("unknown ids, window 0", stale_controls, DROP, quiet=True),
        Case("abort of two bytes", control(ABORT, b"\x00\x01"), (DROP, CLOSE), quiet=True)),
    Row("R16", "an aggregate that does not add up", Case("inner size too large", aggregate, CLOSE, (PUBLISHER,)),
        Case("of nobody's stream", aggregate, (CLOSE, DROP), (IDLE,))),
    Row("R18", "Enhanced RTMP that nobody understands",
        Case("unknown FourCC", enhanced(b"\x91zzzz", bytes(60)), DROP, (PUBLISHER, FRESH)),
        Case("multitrack with no track", enhanced(b"\x96\x10avc1"), DROP, (PUBLISHER, FRESH)),
        Case("multitrack sizes past the end", enhanced(b"\x96\x11avc1\x00\xff\xff\xff\x00"), DROP, (PUBLISHER, FRESH)),
        Case("ModEx loop", enhanced(b"\x97", b"\x00\x00\x07" * 500), DROP, (PUBLISHER, FRESH)),
        Case("cut after the FourCC's half", enhanced(b"\x91av"), DROP, (PUBLISHER, FRESH))),
]

NAMES = {
    "64 KiB": "n" * 65535, "NUL": "a\0b", "CR LF": "a\r\nINJECTED LINE", "dots": "../../etc/passwd",
    "dots between": "a/../b", "escaped dots": "%2e%2e/x", "no UTF-8": b"\xff\xfe\xfd", "empty": "",
    "overlong UTF-8": b"\xc0\xae\xc0\xae/x",
}


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return b"\x02" + struct.pack(">H", len(raw)) + raw


def named(command, name):
    def act(peer):
        peer.send(COMMAND, amf0.encode(command, 0, None) + text(name) + amf0.encode("live"), csid=8,
                  stream=peer.stream or peer.make_stream())
    return act


def connect_with(**fields):
    """connect with these raw fields; then publish, so that there is something to refuse."""
    def act(peer):
        peer.client.handshake()
        pairs = {"app": "live", "tcUrl": "rtmp://127.0.0.1/live", **fields}
        body = b"".join(struct.pack(">H", len(k)) + k.encode() + text(v) for k, v in pairs.items())
        peer.send(COMMAND, amf0.encode("connect", 1) + b"\x03" + body + b"\x00\x00\x09")
        peer.send(COMMAND, amf0.encode("createStream", 2, None))
        peer.send(COMMAND, amf0.encode("publish", 0, None, "cam", "live"), csid=8, stream=1)
    return act


NAMING = [
    Row("R17", "names that can be none",
        *[Case(f"{command} {what}", named(command, name), REJ, (IDLE,))
          for command in ("publish", "play") for what, name in NAMES.items()],
        *[Case(f"app {what}", connect_with(app=name), (REJ, CLOSE), (RAW,))
          for what, name in NAMES.items() if what != "empty"],
        *[Case(f"tcUrl {what}", connect_with(tcUrl=name), (REJ, CLOSE, PASS), (RAW,), quiet=True)
          for what, name in NAMES.items() if what != "empty"],
        *[Case(f"publisher asks for {what}", named("publish", NAMES[what]), (REJ, DROP), (PUBLISHER,), quiet=True)
          for what in ("NUL", "CR LF", "dots")]),
]

ROWS = HANDSHAKE + CHUNKS + AMF + MESSAGES + NAMING
