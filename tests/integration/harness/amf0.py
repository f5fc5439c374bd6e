"""AMF0 values (the Action Message Format of 2007): to bytes and back."""
import struct


class EcmaArray(dict):
    """A dict that goes out as an ECMA array, as onMetaData wants it."""


def encode(*values):
    return b"".join(_encode(value) for value in values)


def _encode(value):
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()
        if len(raw) > 0xFFFF:
            return b"\x0c" + struct.pack(">I", len(raw)) + raw
        return b"\x02" + struct.pack(">H", len(raw)) + raw
    if isinstance(value, (list, tuple)):
        return b"\x0a" + struct.pack(">I", len(value)) + encode(*value)
    if isinstance(value, dict):
        head = b"\x08" + struct.pack(">I", len(value)) if isinstance(value, EcmaArray) else b"\x03"
        return head + properties(value) + b"\x00\x00\x09"
    raise TypeError(value)


def properties(pairs):
    out = b""
    for name, value in pairs.items():
        raw = name.encode()
        out += struct.pack(">H", len(raw)) + raw + _encode(value)
    return out


def decode(data):
    """All values of a message, in order."""
    values, at = [], 0
    while at < len(data):
        value, at = _decode(data, at)
        values.append(value)
    return values


def _text(data, at, size):
    end = at + size
    if end > len(data):
        raise ValueError("AMF0 text runs past the end")
    return bytes(data[at:end]).decode("utf-8", "replace"), end


def _pairs(data, at):
    found = {}
    while data[at:at + 3] != b"\x00\x00\x09":
        name, at = _text(data, at + 2, struct.unpack_from(">H", data, at)[0])
        found[name], at = _decode(data, at)
    return found, at + 3


def _decode(data, at):
    kind, at = data[at], at + 1
    if kind == 0x00:
        return struct.unpack_from(">d", data, at)[0], at + 8
    if kind == 0x01:
        return data[at] != 0, at + 1
    if kind == 0x02:
        return _text(data, at + 2, struct.unpack_from(">H", data, at)[0])
    if kind == 0x0C:
        return _text(data, at + 4, struct.unpack_from(">I", data, at)[0])
    if kind == 0x03:
        return _pairs(data, at)
    if kind == 0x08:
        return _pairs(data, at + 4)
    if kind == 0x0A:
        count, at = struct.unpack_from(">I", data, at)[0], at + 4
        values = []
        for _ in range(count):
            value, at = _decode(data, at)
            values.append(value)
        return values, at
    if kind == 0x0B:
        return struct.unpack_from(">d", data, at)[0], at + 10
    if kind in (0x05, 0x06):
        return None, at
    raise ValueError(f"AMF0 marker {kind:#x}")
