"""Clips as lists of FLV tags, ready to be published, and a thread that publishes them at their own pace."""
import os
import threading
import time

from harness import flv, mp4
from harness.chunks import AUDIO, VIDEO
from harness.clips import clip
from harness.flv import Tag
from harness.rtmp import Closed


def flv_tags(name):
    """The audio and video tags of an FLV clip, without the end-of-sequence marks."""
    return [t for t in flv.media_only(flv.read(clip(name))) if flv.facts(t) and flv.facts(t).part != "end"]


def coded_tags(name, style="enhanced", cts_shift=0):
    """The track of an MP4 clip as tags: style is enhanced, classic (H.264, AAC) or legacy (H.265 as codec 12)."""
    track = mp4.read(clip(name))
    fourcc = "hvc1" if track.fourcc == "hev1" else track.fourcc
    is_audio = fourcc in ("Opus", "mp4a", "ac-3")
    makers = {
        ("enhanced", False): (lambda c: flv.video_config(fourcc, c), lambda *f: flv.video_frame(fourcc, *f)),
        ("classic", False): (flv.avc_config, flv.avc_frame),
        ("legacy", False): (flv.legacy_hevc_config, flv.legacy_hevc_frame),
        ("enhanced", True): (lambda c: flv.audio_config(fourcc, c), lambda p: flv.audio_frame(fourcc, p)),
        ("classic", True): (flv.aac_config, flv.aac_frame),
    }
    config, frame = makers[style, is_audio]
    record = opus_head(track.config) if fourcc == "Opus" else track.config
    kind = AUDIO if is_audio else VIDEO
    tags = [Tag(kind, 0, config(record))] if fourcc != "ac-3" else []  # its frames say all
    for sample in track.samples:
        at = round(sample.dts * 1000)
        cts = round((sample.dts + sample.cts) * 1000) - at + cts_shift
        tags.append(Tag(kind, at, frame(sample.payload) if is_audio else frame(sample.payload, sample.key, cts)))
    return tags


def opus_head(box):
    """OpusHead (RFC 7845, 5.1: little endian) of a dOps box (big endian)."""
    channels, skip, rate, gain = box[1], box[2:4], box[4:8], box[8:10]
    return b"OpusHead\x01" + bytes([channels]) + skip[::-1] + rate[::-1] + gain[::-1] + box[10:]


def interleaved(*lists):
    """Several tracks as one list in time order; configurations first."""
    return sorted((t for tags in lists for t in tags), key=lambda t: (not (t.time == 0 and flv.is_config(t)), t.time))


def shifted(tags, by):
    return [Tag(t.kind, t.time + by, t.body) for t in tags]


def span(tags):
    """How long one round lasts, ms: a frame more than from the first to the last, in whole milliseconds."""
    return tags[-1].time - tags[0].time + 40


class Feed:
    """Publishes tags at their pace on a connected client, for ever or once; keeps what it sent."""

    def __init__(self, client, tags, loop=True, speed=1.0):
        self.client, self.tags, self.loop, self.speed = client, tags, loop, speed
        self.sent = []
        self.longest_pause = 0.0  # s between two tags: what this program itself held up
        self.failure = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._end.set()
        self._thread.join(20)

    def wait(self, seconds=60):
        """Until all is sent (loop=False)."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise AssertionError("the feed did not end in time")
        if self.failure:
            raise self.failure

    def _run(self):
        last = time.monotonic()
        begin, offset = last - self.tags[0].time / 1000 / self.speed, 0
        try:
            while not self._end.is_set():
                for tag in self.tags:
                    if offset and flv.is_config(tag):
                        continue
                    due = begin + (tag.time + offset) / 1000 / self.speed
                    if self._end.wait(max(0.0, due - time.monotonic())):
                        return
                    self._send(Tag(tag.kind, tag.time + offset, tag.body))
                    self.longest_pause = max(self.longest_pause, time.monotonic() - last)
                    last = time.monotonic()
                if not self.loop:
                    return
                offset += span(self.tags)
        except (Closed, OSError, AssertionError) as error:
            self.failure = error

    def _send(self, tag):
        self.client.send_tag(tag)
        self.sent.append(tag)
        while self.client.poll(0):
            pass


def random_payload(size):
    """Bytes that look like nothing in particular behind a valid 4-byte NAL length and a slice header."""
    return (size + 1).to_bytes(4, "big") + b"\x41" + os.urandom(size)
