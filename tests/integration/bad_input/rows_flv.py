"""The FLV and codec rows of the table of bad input (F1 to F5)."""
import struct

from harness import flv
from harness.chunks import AUDIO, VIDEO
from harness.source import flv_tags
from bad_input.verdicts import DROP, FRESH, PUBLISHER, Case, Row


def video(body):
    return lambda peer: peer.send(VIDEO, body(peer) if callable(body) else body, csid=6, stream=peer.stream,
                                  time=peer.now())


def audio(*bodies):
    def act(peer):
        for body in bodies:
            peer.send(AUDIO, body, csid=4, stream=peer.stream, time=peer.now())
    return act


def good_record():
    return next(flv.facts(t).payload for t in flv_tags("picture.flv") if flv.is_config(t))


def good_frame(key):
    return next(flv.facts(t).payload for t in flv_tags("picture.flv")
                if flv.facts(t).part == "frame" and flv.facts(t).key == key)


def avcc(*sps, count=None, length_size=4, pps=b"\x68\xee\x3c\x80"):
    """An AVCDecoderConfigurationRecord (ISO/IEC 14496-15) of these sequence parameter sets."""
    out = b"\x01" + (sps[0] + b"\x42\x00\x1e\x00")[1:4] + bytes([0xFC | length_size - 1])
    out += bytes([0xE0 | (len(sps) if count is None else count & 31)])
    for one in sps:
        out += struct.pack(">H", len(one)) + one
    return out + b"\x01" + struct.pack(">H", len(pps)) + pps


class Bits:
    """Exp-Golomb codes to bytes (ISO/IEC 14496-10, 9.1)."""

    def __init__(self, *codes):
        self.text = ""
        for code in codes:
            self.ue(code)

    def ue(self, value):
        code = bin(value + 1)[2:]
        self.text += "0" * (len(code) - 1) + code
        return self

    def flags(self, text):
        self.text += text
        return self

    def payload(self):
        whole = self.text + "1" + "0" * (-(len(self.text) + 1) % 8)
        raw = int(whole, 2).to_bytes(len(whole) // 8, "big")
        out = bytearray()
        for byte in raw:
            if len(out) > 1 and byte < 4 and out[-1] == out[-2] == 0:
                out.append(3)
            out.append(byte)
        return bytes(out)


def sps(width=19, height=11, references=1, crop=None):
    """A baseline sequence parameter set: id 0, frame_num 4 bits, order type 2; sizes in macroblocks minus one."""
    bits = Bits(0, 0, 2, references).flags("0").ue(width).ue(height).flags("11")
    if crop is None:
        bits.flags("0")
    else:
        bits.flags("1")
        for side in crop:
            bits.ue(side)
    return b"\x67\x42\xc0\x1e" + bits.flags("0").payload()


BOTH = (PUBLISHER, FRESH)
ZEROS = b"\x67\x42\xc0\x1e" + bytes(40)
HVCC_LIE = b"\x01" + bytes(21) + b"\xff" + b"\x21\x00\xff\xff\xff" + bytes(30)
CONFIG = flv.avc_config

ROWS = [
    Row("F1", "configuration with parameter sets that are not there",
        Case("31 sets announced", video(lambda p: CONFIG(avcc(sps(), count=31))), DROP, BOTH),
        Case("a set longer than the record", video(CONFIG(b"\x01\x42\xc0\x1e\xff\xe1\xff\xff\x67\x42")), DROP, BOTH),
        Case("cut in the middle", video(lambda p: CONFIG(good_record()[:9])), DROP, BOTH),
        Case("empty", video(CONFIG(b"")), DROP, BOTH),
        Case("HEVC, 255 arrays", video(flv.legacy_hevc_config(HVCC_LIE)), DROP, BOTH),
        Case("HEVC, 255 arrays, enhanced", video(flv.video_config("hvc1", HVCC_LIE)), DROP, BOTH)),
    Row("F2", "NAL units that do not fit",
        Case("length size 3", video(lambda p: CONFIG(avcc(sps(), length_size=3))), DROP, BOTH),
        Case("length past the end", video(flv.avc_frame(b"\x00\x00\xff\xff\x41BAD", False)), DROP, (PUBLISHER,)),
        Case("length 4 G", video(flv.avc_frame(b"\xff\xff\xff\xff\x65BAD", True)), DROP, (PUBLISHER,)),
        Case("cut in the length", video(flv.avc_frame(b"\x00\x00\x00\x02\x41\x9a\x00\x00", False)),
             DROP, (PUBLISHER,))),
    Row("F3", "sequence parameter sets that cannot be",
        Case("codes run off the end", video(CONFIG(avcc(ZEROS))), DROP, BOTH),
        Case("2^31 wide", video(CONFIG(avcc(sps(width=2**31 - 2)))), DROP, BOTH),
        Case("crop larger than the picture", video(CONFIG(avcc(sps(crop=(4000, 4000, 0, 0))))), DROP, BOTH),
        Case("255 reference frames", video(CONFIG(avcc(sps(references=255)))), DROP, BOTH)),
    Row("F4", "AAC configuration",
        Case("none", audio(flv.aac_config(b"")), DROP, BOTH),
        Case("one byte", audio(flv.aac_config(b"\x12")), DROP, BOTH),
        Case("reserved rate", audio(flv.aac_config(b"\x16\x90")), DROP, BOTH),
        Case("frame before any", audio(flv.aac_frame(b"BAD" * 20)), DROP, (FRESH,))),
    Row("F5", "frames before their configuration",
        Case("key frame", video(lambda p: flv.avc_frame(good_frame(True), True)), DROP, (FRESH,)),
        Case("frame", video(lambda p: flv.avc_frame(good_frame(False), False)), DROP, (FRESH,))),
]
