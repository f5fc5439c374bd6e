"""Reads the samples of the first track of an MP4 file, for codecs that no FLV tool here can write."""
import struct
from collections import namedtuple

# Times in seconds. `fourcc` names the sample entry, `config` is the body of its configuration box.
Sample = namedtuple("Sample", "dts cts key payload")
Track = namedtuple("Track", "fourcc config samples")

CONFIG_BOXES = {b"avc1": b"avcC", b"hvc1": b"hvcC", b"hev1": b"hvcC", b"av01": b"av1C", b"vp09": b"vpcC",
                b"Opus": b"dOps", b"mp4a": b"esds", b"ac-3": b"dac3"}
AUDIO_ENTRIES = (b"Opus", b"mp4a", b"ac-3")


def boxes(data, at=0, end=None):
    end = len(data) if end is None else end
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        yield name, at + head, at + size
        at += size


def find(data, path, at=0, end=None):
    """(begin, end) of the first box at a path such as "moov/trak/mdia"."""
    for wanted in path.encode().split(b"/"):
        at, end = next(((b, e) for name, b, e in boxes(data, at, end) if name == wanted), (None, None))
        if at is None:
            return None
    return at, end


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    mdia = find(data, "moov/trak/mdia")
    timescale = struct.unpack_from(">I", data, find(data, "mdhd", *mdia)[0] + 12)[0]
    stbl = find(data, "minf/stbl", *mdia)
    fourcc, config = _entry(data, *find(data, "stsd", *stbl))
    sizes = _sizes(data, *stbl)
    offsets = _offsets(data, stbl, sizes)
    durations = _runs(data, find(data, "stts", *stbl), len(sizes), ">I")
    shifts = _runs(data, find(data, "ctts", *stbl), len(sizes), ">i")
    stss = find(data, "stss", *stbl)
    keys = None if stss is None else set(_table(data, stss[0], ">I"))
    samples, dts = [], 0
    for i, size in enumerate(sizes):
        payload = data[offsets[i]:offsets[i] + size]
        samples.append(Sample(dts / timescale, shifts[i] / timescale, keys is None or i + 1 in keys, payload))
        dts += durations[i]
    return Track(fourcc.decode(), config, samples)


def _entry(data, at, end):
    name, body, stop = next(boxes(data, at + 8, end))
    body += 28 if name in AUDIO_ENTRIES else 78
    begin, finish = find(data, CONFIG_BOXES[name].decode(), body, stop)
    config = data[begin:finish]
    if name == b"mp4a":
        config = _decoder_specific(config[4:])
    return name, config


def _decoder_specific(data):
    """The AudioSpecificConfig inside an ES descriptor (ISO/IEC 14496-1)."""
    at, skip = 0, {3: 3, 4: 13}
    while at < len(data):
        tag, at, size = data[at], at + 1, 0
        while True:
            size, more, at = size << 7 | data[at] & 127, data[at] & 128, at + 1
            if not more:
                break
        if tag == 5:
            return data[at:at + size]
        at += skip.get(tag, size)
    raise ValueError("no decoder specific part")


def _table(data, at, fields, count_at=4):
    count = struct.unpack_from(">I", data, at + count_at)[0]
    step = struct.calcsize(fields)
    rows = [struct.unpack_from(fields, data, at + count_at + 4 + i * step) for i in range(count)]
    return [row[0] for row in rows] if len(fields) == 2 else rows


def _runs(data, place, count, value):
    if place is None:
        return [0] * count
    out = []
    for run, worth in _table(data, place[0], ">I" + value[1]):
        out += [worth] * run
    return out


def _sizes(data, at, end):
    begin = find(data, "stsz", at, end)[0]
    fixed, count = struct.unpack_from(">II", data, begin + 4)
    return [fixed] * count if fixed else list(struct.unpack_from(f">{count}I", data, begin + 12))


def _offsets(data, stbl, sizes):
    stco, co64 = find(data, "stco", *stbl), find(data, "co64", *stbl)
    starts = _table(data, stco[0], ">I") if stco else _table(data, co64[0], ">Q")
    rules = _table(data, find(data, "stsc", *stbl)[0], ">III")
    out, at = [], 0
    for chunk, start in enumerate(starts, 1):
        per_chunk = [row[1] for row in rules if row[0] <= chunk][-1]
        for _ in range(per_chunk):
            if at == len(sizes):
                return out
            out.append(start)
            start += sizes[at]
            at += 1
    return out
