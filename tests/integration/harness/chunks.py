"""RTMP chunk streams (RTMP 1.0, section 5.3): messages to chunks and back, fed any pieces of bytes."""
import struct
from collections import namedtuple

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = range(1, 7)
AUDIO, VIDEO, METADATA, COMMAND, AGGREGATE = 8, 9, 18, 20, 22

Message = namedtuple("Message", "kind stream time body")


def basic_header(fmt, csid):
    if csid < 64:
        return bytes([fmt << 6 | csid])
    if csid < 320:
        return bytes([fmt << 6, csid - 64])
    return bytes([fmt << 6 | 1]) + struct.pack("<H", csid - 64)


def chunked(kind, body, csid=3, stream=0, time=0, chunk_size=128):
    """One message as a type 0 chunk and as many type 3 chunks as it takes."""
    time &= 0xFFFFFFFF
    extended = struct.pack(">I", time) if time >= 0xFFFFFF else b""
    head = basic_header(0, csid) + min(time, 0xFFFFFF).to_bytes(3, "big") + len(body).to_bytes(3, "big")
    head += bytes([kind]) + struct.pack("<I", stream) + extended
    out = [head, body[:chunk_size]]
    for at in range(chunk_size, len(body), chunk_size):
        out += [basic_header(3, csid), extended, body[at:at + chunk_size]]
    return b"".join(out)


class _Stream:
    __slots__ = ("time", "delta", "length", "kind", "stream", "extended", "parts", "missing")

    def __init__(self):
        self.time = self.delta = self.length = self.kind = self.stream = self.missing = 0
        self.extended = False
        self.parts = []


class ChunkReader:
    """feed(bytes) gives the messages that are whole; a chunk size set by the peer is obeyed by itself."""

    def __init__(self):
        self.chunk_size = 128
        self.received = 0
        self._bytes = bytearray()
        self._streams = {}

    def feed(self, data):
        self.received += len(data)
        self._bytes += data
        found, at = [], 0
        while True:
            end = self._chunk(at, found)
            if end is None:
                break
            at = end
        del self._bytes[:at]
        return found

    def _chunk(self, at, found):
        data, size = self._bytes, len(self._bytes)
        if at >= size:
            return None
        fmt, csid, at = data[at] >> 6, data[at] & 63, at + 1
        if csid < 2:
            if size - at < 1 + csid:
                return None
            csid, at = (data[at] + 64, at + 1) if csid == 0 else (data[at] + data[at + 1] * 256 + 64, at + 2)
        head = (11, 7, 3, 0)[fmt]
        if size - at < head:
            return None
        known = self._streams.get(csid)
        if known is None:
            if fmt != 0:
                raise ValueError(f"chunk stream {csid} begins with type {fmt}")
            known = self._streams[csid] = _Stream()
        field = int.from_bytes(data[at:at + 3], "big") if fmt < 3 else 0
        extended = field == 0xFFFFFF if fmt < 3 else known.extended
        body_at = at + head + (4 if extended else 0)
        if size < body_at:
            return None
        length = int.from_bytes(data[at + 3:at + 6], "big") if fmt < 2 else known.length
        missing = known.missing or length
        take = min(missing, self.chunk_size)
        if size - body_at < take:
            return None
        if extended and fmt < 3:
            field = struct.unpack_from(">I", data, at + head)[0]
        self._note(known, fmt, field, extended, length, data, at)
        known.parts.append(bytes(data[body_at:body_at + take]))
        known.missing = missing - take
        if known.missing == 0:
            self._whole(known, found)
        return body_at + take

    def _note(self, known, fmt, field, extended, length, data, at):
        """Takes over what the header says; nothing was changed before the chunk was whole."""
        if fmt < 3 and known.parts:
            raise ValueError("a message was begun inside another of the same chunk stream")
        if fmt < 3:
            known.extended = extended
        if fmt == 0:
            known.stream = struct.unpack_from("<I", data, at + 7)[0]
            known.time, known.delta = field, field
        elif fmt < 3:
            known.delta = field
        if fmt < 2:
            known.length, known.kind = length, data[at + 6]
        if fmt != 0 and not known.parts:
            known.time = (known.time + known.delta) & 0xFFFFFFFF

    def _whole(self, known, found):
        message = Message(known.kind, known.stream, known.time, b"".join(known.parts))
        known.parts = []
        if message.kind == SET_CHUNK_SIZE:
            self.chunk_size = struct.unpack(">I", message.body[:4])[0] & 0x7FFFFFFF
        found.append(message)
