"""FLV files and tag bodies, classic and Enhanced RTMP (E-RTMP v2): what is in them, and how to make them."""
import hashlib
import struct
from collections import namedtuple

from harness.chunks import AUDIO, METADATA, VIDEO

Tag = namedtuple("Tag", "kind time body")
# What a tag carries. codec: a FourCC or the classic name; part: config, frame, end, metadata.
Facts = namedtuple("Facts", "codec part key cts payload")

CLASSIC_VIDEO = {2: "h263", 7: "avc1", 12: "hvc1"}
CLASSIC_AUDIO = {2: ".mp3", 10: "mp4a", 11: "speex", 7: "alaw", 8: "ulaw"}
WITH_TIME = ("avc1", "hvc1", "vvc1")


def read(path):
    """All tags of an FLV file."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:3] != b"FLV":
        raise ValueError("not an FLV file")
    at, tags = struct.unpack_from(">I", data, 5)[0] + 4, []
    while at + 11 <= len(data):
        size = int.from_bytes(data[at + 1:at + 4], "big")
        time = int.from_bytes(data[at + 4:at + 7], "big") | data[at + 7] << 24
        tags.append(Tag(data[at] & 31, time, data[at + 11:at + 11 + size]))
        at += 11 + size + 4
    return tags


def facts(tag):
    """The Facts of an audio or video tag or message; None for others and for empty ones."""
    body = tag.body
    if not body or tag.kind not in (AUDIO, VIDEO):
        return None
    return _video(body) if tag.kind == VIDEO else _audio(body)


def _video(body):
    if body[0] & 0x80:
        part, codec, key = body[0] & 15, body[1:5].decode("latin-1"), body[0] >> 4 & 7 == 1
        at, cts = 5, 0
        if part == 1 and codec in WITH_TIME:
            cts, at = int.from_bytes(body[5:8], "big", signed=True), 8
        name = {0: "config", 1: "frame", 2: "end", 3: "frame", 4: "metadata"}.get(part, f"type {part}")
        return Facts(codec, name, key and name == "frame", cts, body[at:])
    codec, key = CLASSIC_VIDEO.get(body[0] & 15, str(body[0] & 15)), body[0] >> 4 == 1
    if codec not in ("avc1", "hvc1"):
        return Facts(codec, "frame", key, 0, body[1:])
    name = {0: "config", 1: "frame", 2: "end"}.get(body[1], "?")
    return Facts(codec, name, key and name == "frame", int.from_bytes(body[2:5], "big", signed=True), body[5:])


def _audio(body):
    if body[0] >> 4 == 9:
        name = {0: "config", 1: "frame", 2: "end"}.get(body[0] & 15, f"type {body[0] & 15}")
        return Facts(body[1:5].decode("latin-1"), name, False, 0, body[5:])
    codec = CLASSIC_AUDIO.get(body[0] >> 4, str(body[0] >> 4))
    if codec == "mp4a":
        return Facts(codec, "config" if body[1] == 0 else "frame", False, 0, body[2:])
    return Facts(codec, "frame", False, 0, body[1:])


def avc_config(record):
    return b"\x17\x00\x00\x00\x00" + record


def avc_frame(payload, key, cts=0):
    return bytes([0x17 if key else 0x27, 1]) + (cts & 0xFFFFFF).to_bytes(3, "big") + payload


def legacy_hevc_config(record):
    return b"\x1c\x00\x00\x00\x00" + record


def legacy_hevc_frame(payload, key, cts=0):
    return bytes([0x1C if key else 0x2C, 1]) + (cts & 0xFFFFFF).to_bytes(3, "big") + payload


def video_config(fourcc, record):
    return b"\x90" + fourcc.encode() + record


def video_frame(fourcc, payload, key, cts=0):
    """CodedFrames with a composition time where the codec has one, CodedFramesX where it is zero or absent."""
    kind = 0x90 if key else 0xA0
    if fourcc in WITH_TIME and cts:
        return bytes([kind | 1]) + fourcc.encode() + (cts & 0xFFFFFF).to_bytes(3, "big") + payload
    return bytes([kind | (3 if fourcc in WITH_TIME else 1)]) + fourcc.encode() + payload


def aac_config(record):
    return b"\xaf\x00" + record


def aac_frame(payload):
    return b"\xaf\x01" + payload


def audio_config(fourcc, record):
    return b"\x90" + fourcc.encode() + record


def audio_frame(fourcc, payload):
    return b"\x91" + fourcc.encode() + payload


def media_only(tags):
    return [tag for tag in tags if tag.kind in (AUDIO, VIDEO)]


def is_config(tag):
    seen = facts(tag)
    return bool(seen) and seen.part == "config"


def frames(messages, kind):
    """[(time, Facts)] of the frames of one kind."""
    found = [(m.time, facts(m)) for m in messages if m.kind == kind]
    return [(time, seen) for time, seen in found if seen and seen.part == "frame"]


def marks(messages, kind):
    """A short fingerprint of every frame of one kind: lists of them compare, and print, well."""
    return [hashlib.md5(seen.payload).hexdigest()[:8] for _, seen in frames(messages, kind)]


def core(seen):
    """What of a unit must survive. Of configurations: an hvcC's parameter sets, for its array flags may be set
    anew; an av1C's fixed part, for the sequence header in the first key frame is the newer one."""
    if seen.part == "config" and seen.codec == "hvc1":
        return hevc_sets(seen.payload)
    if seen.part == "config" and seen.codec == "av01":
        return seen.payload[:4]
    return seen.payload


def hevc_sets(record):
    """[(NAL unit type, NAL unit)] of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1)."""
    at, found = 23, []
    for _ in range(record[22]):
        kind, count, at = record[at] & 63, int.from_bytes(record[at + 1:at + 3], "big"), at + 3
        for _ in range(count):
            size = int.from_bytes(record[at:at + 2], "big")
            found.append((kind, record[at + 2:at + 2 + size]))
            at += 2 + size
    return found


def metadata(tags):
    return [tag for tag in tags if tag.kind == METADATA]
