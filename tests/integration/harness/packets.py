"""Packet-exact comparison: what one program put in against what another got out."""
import json
import subprocess
from collections import namedtuple

from harness.patience import PACE

# Times in milliseconds.
Packet = namedtuple("Packet", "pts dts key hash")


def probe(source, *options, seconds=60):
    """{codec_type: [Packet]} of a file or URL, as ffprobe reads it to its end."""
    command = ["ffprobe", "-v", "error", *options, "-show_packets", "-show_data_hash", "md5", "-show_entries",
               "packet=codec_type,pts_time,dts_time,flags,data_hash", "-of", "json", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds * PACE)
    found = {}
    for row in json.loads(done.stdout or "{}").get("packets", []):
        if row.get("codec_type") in ("video", "audio"):
            at = [round(float(row[name]) * 1000) for name in ("pts_time", "dts_time")]
            found.setdefault(row["codec_type"], []).append(Packet(*at, "K" in row["flags"], row["data_hash"]))
    if not found:
        raise AssertionError(f"no packets in {source}: {done.stderr[-1500:]}")
    return found


def place(whole, part, what):
    """Where `part` stands in `whole` as one unbroken piece; AssertionError that names the first difference."""
    if not part:
        raise AssertionError(f"{what}: nothing arrived")
    starts = [i for i, packet in enumerate(whole) if packet.hash == part[0].hash]
    if not starts:
        raise AssertionError(f"{what}: the first packet that arrived was never sent")
    best, length = None, -1
    for start in starts:
        same = 0
        while same < len(part) and start + same < len(whole) and whole[start + same].hash == part[same].hash:
            same += 1
        if same == len(part):
            return start
        if same > length:
            best, length = start, same
    raise AssertionError(f"{what}: equal from sent #{best} for {length} packets, then sent #{best + length} of "
                         f"{len(whole)} is not what arrived as #{length} of {len(part)}")


def check_copy(case, sent, got, to_the_end=True):
    """Every track of `got` is one unbroken piece of `sent`, times shifted by one constant for all, from a key frame.

    Gives {codec_type: index of the first packet}."""
    case.assertEqual(set(got), set(sent), "the tracks")
    firsts, shifts = {}, {}
    for kind in sent:
        firsts[kind] = start = place(sent[kind], got[kind], kind)
        if to_the_end:
            case.assertEqual(start + len(got[kind]), len(sent[kind]), f"{kind}: the last packets are missing")
        pairs = list(zip(sent[kind][start:], got[kind]))
        case.assertEqual([a.pts - a.dts for a, _ in pairs], [b.pts - b.dts for _, b in pairs], f"{kind}: pts - dts")
        found = {b.dts - a.dts for a, b in pairs}
        case.assertLessEqual(max(found) - min(found), 1, f"{kind}: the timeline is bent: {sorted(found)[:10]}")
        shifts[kind] = min(found)
    if "video" in got:
        case.assertTrue(got["video"][0].key, "the first picture is no key frame")
    case.assertLessEqual(max(shifts.values()) - min(shifts.values()), 1, f"sound and picture moved apart: {shifts}")
    return firsts
