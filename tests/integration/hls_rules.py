"""The rules of RFC 8216bis (draft-pantos-hls-rfc8216bis) for one playlist, and for two that follow each other.

    faults = check(text)                     # [] or a list of "rule: what is wrong"
    faults = check_sequence(before, after)   # the same playlist, reloaded
    whole = merge(before, delta)             # a delta update applied

Pure: text in, faults out. `sections` in the messages are those of the draft.
"""
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

MEDIA_TAGS = {
    "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE",
    "EXT-X-I-FRAMES-ONLY", "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL", "EXTINF", "EXT-X-BYTERANGE", "EXT-X-DISCONTINUITY",
    "EXT-X-KEY", "EXT-X-MAP", "EXT-X-PROGRAM-DATE-TIME", "EXT-X-GAP", "EXT-X-BITRATE", "EXT-X-PART", "EXT-X-DATERANGE",
    "EXT-X-SKIP", "EXT-X-PRELOAD-HINT", "EXT-X-RENDITION-REPORT"}
MULTIVARIANT_TAGS = {"EXT-X-MEDIA", "EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF", "EXT-X-SESSION-DATA", "EXT-X-SESSION-KEY",
                     "EXT-X-CONTENT-STEERING"}
ONCE = {"EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-ENDLIST",
        "EXT-X-PLAYLIST-TYPE", "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL", "EXT-X-SKIP", "EXT-X-INDEPENDENT-SEGMENTS"}
BEFORE_SEGMENTS = {"EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-PLAYLIST-TYPE",
                   "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL"}
# name -> attributes that must be there
REQUIRED = {
    "EXT-X-PART-INF": ["PART-TARGET"], "EXT-X-PART": ["URI", "DURATION"], "EXT-X-MAP": ["URI"],
    "EXT-X-SKIP": ["SKIPPED-SEGMENTS"], "EXT-X-PRELOAD-HINT": ["TYPE", "URI"],
    "EXT-X-RENDITION-REPORT": ["URI", "LAST-MSN"], "EXT-X-MEDIA": ["TYPE", "GROUP-ID", "NAME"],
    "EXT-X-STREAM-INF": ["BANDWIDTH"], "EXT-X-SERVER-CONTROL": []}
QUOTED = {"URI", "CODECS", "GROUP-ID", "NAME", "LANGUAGE", "CHANNELS", "AUDIO", "VIDEO", "SUBTITLES"}
INTEGERS = {"BANDWIDTH", "AVERAGE-BANDWIDTH", "LAST-MSN", "LAST-PART", "SKIPPED-SEGMENTS", "BYTERANGE-START", "BYTERANGE-LENGTH"}
DECIMALS = {"DURATION", "PART-TARGET", "CAN-SKIP-UNTIL", "HOLD-BACK", "PART-HOLD-BACK", "FRAME-RATE"}
YES = {"INDEPENDENT", "GAP", "CAN-BLOCK-RELOAD", "CAN-SKIP-DATERANGES"}
YES_NO = {"DEFAULT", "AUTOSELECT", "FORCED"}
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')
INTEGER = re.compile(r"[0-9]{1,20}$")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?$")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$")
# What rounding to five decimals may do to a sum of parts.
ROUNDING = Decimal("0.001")


@dataclass
class Part:
    uri: str
    duration: Decimal
    independent: bool = False
    gap: bool = False


@dataclass
class Segment:
    msn: int
    discontinuity: int
    uri: str = ""
    duration: Decimal = Decimal(0)
    tags: tuple = ()  # what is fixed about it: discontinuity, map, date, gap
    gap: bool = False
    parts: list = field(default_factory=list)


@dataclass
class Playlist:
    """A media playlist, taken apart. `open` holds the parts of the segment that has no URI yet."""
    target: int = 0
    version: int = 1
    first_msn: int = 0
    first_discontinuity: int = 0
    control: dict = field(default_factory=dict)
    part_target: Decimal | None = None
    skipped: int = 0
    segments: list = field(default_factory=list)
    open: list = field(default_factory=list)
    hints: list = field(default_factory=list)
    reports: list = field(default_factory=list)
    ended: bool = False
    variants: list = field(default_factory=list)  # of a multivariant playlist: (attributes, URI)
    media: list = field(default_factory=list)     # its EXT-X-MEDIA
    independent: bool = False

    @property
    def next_msn(self):
        return self.first_msn + self.skipped + len(self.segments)

    @property
    def last_msn(self):
        return self.next_msn - 1


def attributes(text):
    """As a dict with quotes kept, or None where the list is not well-formed."""
    found, at = {}, 0
    while at < len(text):
        match = ATTRIBUTE.match(text, at)
        if not match or match[1] in found:
            return None
        found[match[1]] = match[2]
        at = match.end()
    return found if found and not text.endswith(",") else None


def bare(value):
    return value[1:-1] if value and value.startswith('"') else value


class Reader:
    def __init__(self, text):
        self.text, self.faults, self.list = text, [], Playlist()
        self.seen, self.kinds = {}, set()
        self.pending = {}      # tags that wait for their segment
        self.parts = []        # of the segment that is being read
        self.map = None
        self.discontinuities = 0
        self.stream_inf = None

    def fault(self, rule, what):
        self.faults.append(f"{rule}: {what}")

    def read(self):
        if self.text.startswith("\ufeff"):
            self.fault("4.1 no byte order mark", "begins with one")
        lines = self.text.replace("\r\n", "\n").split("\n")
        if lines[0] != "#EXTM3U":
            self.fault("4.4.1.1 #EXTM3U first", repr(lines[0][:40]))
        for line in lines[1:]:
            if any(ord(c) < 0x20 or ord(c) == 0x7F for c in line):
                self.fault("4.1 no control characters", repr(line[:60]))
            if self.stream_inf and line.startswith("#EXT"):
                self.fault("4.4.6.2 URI line follows EXT-X-STREAM-INF", line[:60])
                self.stream_inf = None
            if line.startswith("#EXT"):
                name, _, value = line[1:].partition(":")
                self.tag(name, value)
            elif line and not line.startswith("#"):
                self.uri(line)
        self.finish()
        return self.list, self.faults

    def tag(self, name, value):
        if name == "EXTM3U":
            return self.fault("4.4.1.1 #EXTM3U first", "again, in the middle")
        self.seen[name] = self.seen.get(name, 0) + 1
        if name in ONCE and self.seen[name] == 2:
            self.fault("4.4.3 once only", name)
        if name in MEDIA_TAGS:
            self.kinds.add("media")
        if name in MULTIVARIANT_TAGS:
            self.kinds.add("multivariant")
        if name in BEFORE_SEGMENTS and (self.list.segments or self.parts):
            self.fault("4.4.3 before the first segment", name)
        attrs = None
        if name in REQUIRED:
            attrs = attributes(value)
            if attrs is None:
                return self.fault("4.2 attribute list", f"{name}:{value[:80]}")
            self.attribute_types(name, attrs)
            for wanted in REQUIRED[name]:
                if wanted not in attrs:
                    return self.fault(f"{name} needs {wanted}", value[:80])
        method = getattr(self, "on_" + name.removeprefix("EXT-X-").replace("-", "_").lower(), None)
        if method:
            method(attrs if attrs is not None else value)
        return None

    def attribute_types(self, name, attrs):
        for key, value in attrs.items():
            right = ((key not in QUOTED or value.startswith('"'))
                     and (key not in INTEGERS or INTEGER.match(value))
                     and (key not in DECIMALS or DECIMAL.match(value))
                     and (key not in YES or value == "YES") and (key not in YES_NO or value in ("YES", "NO")))
            if not right:
                self.fault("4.2 attribute value", f"{name}: {key}={value}")
                # later rules can count on numbers
                attrs[key] = '""' if key in QUOTED else "0"

    def number(self, name, value):
        if not INTEGER.match(value):
            self.fault("4.2 decimal-integer", f"{name}:{value}")
            return 0
        return int(value)

    # Playlist tags
    def on_version(self, value):
        self.list.version = self.number("EXT-X-VERSION", value)

    def on_targetduration(self, value):
        self.list.target = self.number("EXT-X-TARGETDURATION", value)

    def on_media_sequence(self, value):
        self.list.first_msn = self.number("EXT-X-MEDIA-SEQUENCE", value)

    def on_discontinuity_sequence(self, value):
        if "discontinuity" in self.pending or self.seen.get("EXT-X-DISCONTINUITY"):
            self.fault("4.4.3.3 before any EXT-X-DISCONTINUITY", value)
        self.list.first_discontinuity = self.number("EXT-X-DISCONTINUITY-SEQUENCE", value)

    def on_endlist(self, _):
        self.list.ended = True

    def on_independent_segments(self, _):
        self.list.independent = True

    def on_part_inf(self, attrs):
        self.list.part_target = Decimal(attrs["PART-TARGET"])
        if self.list.part_target <= 0:
            self.fault("4.4.3.7 part target", attrs["PART-TARGET"])

    def on_server_control(self, attrs):
        self.list.control = attrs
        if "CAN-SKIP-DATERANGES" in attrs and "CAN-SKIP-UNTIL" not in attrs:
            self.fault("4.4.3.8 CAN-SKIP-DATERANGES needs CAN-SKIP-UNTIL", "")

    # Segment tags
    def before_first_part(self, name):
        if self.parts:
            self.fault("4.4.4.9 before the first part of its segment", name)

    def on_extinf(self, value):
        seconds = value.partition(",")[0]
        if "," not in value or not DECIMAL.match(seconds):
            self.fault("4.4.4.1 EXTINF", value)
            seconds = "0"
        if "." in seconds and self.list.version < 3:
            self.fault("8 decimals need version 3", seconds)
        if "duration" in self.pending:
            self.fault("4.4.4.1 one EXTINF a segment", value)
        self.pending["duration"] = Decimal(seconds)

    def on_discontinuity(self, _):
        self.before_first_part("EXT-X-DISCONTINUITY")
        self.pending["discontinuity"] = True
        self.discontinuities += 1

    def on_map(self, attrs):
        self.before_first_part("EXT-X-MAP")
        self.map = attrs["URI"]
        if self.list.version < 6:
            self.fault("8 EXT-X-MAP needs version 6", str(self.list.version))

    def on_program_date_time(self, value):
        self.before_first_part("EXT-X-PROGRAM-DATE-TIME")
        if not DATE.match(value):
            self.fault("4.4.4.6 ISO 8601 date", value)
        self.pending["date"] = value

    def on_gap(self, _):
        self.pending["gap"] = True
        if self.list.version < 8:
            self.fault("8 EXT-X-GAP needs version 8", str(self.list.version))

    def on_part(self, attrs):
        if self.list.part_target is None:
            self.fault("4.4.3.7 EXT-X-PART-INF is required with parts", attrs["URI"])
        part = Part(bare(attrs["URI"]), Decimal(attrs["DURATION"]), "INDEPENDENT" in attrs, "GAP" in attrs)
        if not part.uri:
            self.fault("4.4.4.9 part URI", "empty")
        self.parts.append(part)

    # Metadata tags
    def on_skip(self, attrs):
        self.list.skipped = int(attrs["SKIPPED-SEGMENTS"])
        if self.list.segments or self.parts:
            self.fault("4.4.5.2 EXT-X-SKIP stands for the oldest segments", "after a segment")
        if self.list.version < 9:
            self.fault("8 EXT-X-SKIP needs version 9", str(self.list.version))

    def on_preload_hint(self, attrs):
        if attrs["TYPE"] not in ("PART", "MAP"):
            self.fault("4.4.5.3 hint type", attrs["TYPE"])
        if any(kind == attrs["TYPE"] for kind, _ in self.list.hints):
            self.fault("6.2.6 one hint of a type", attrs["TYPE"])
        self.list.hints.append((attrs["TYPE"], bare(attrs["URI"])))

    def on_rendition_report(self, attrs):
        uri = bare(attrs["URI"])
        if "://" in uri or uri.startswith("/"):
            self.fault("4.4.5.4 report URI is relative", uri)
        self.list.reports.append((uri, int(attrs["LAST-MSN"]), int(attrs["LAST-PART"]) if "LAST-PART" in attrs else None))

    # Multivariant tags
    def on_stream_inf(self, attrs):
        self.stream_inf = attrs

    def on_media(self, attrs):
        self.list.media.append(attrs)

    def uri(self, line):
        if self.stream_inf:
            self.list.variants.append((self.stream_inf, line))
            self.stream_inf = None
            return
        pending, self.pending = self.pending, {}
        if "duration" not in pending:
            self.fault("4.4.4.1 EXTINF is required", line)
        segment = Segment(self.list.next_msn, self.list.first_discontinuity + self.discontinuities, line,
                          pending.get("duration", Decimal(0)),
                          (pending.get("discontinuity", False), self.map, pending.get("date")),
                          pending.get("gap", False), self.parts)
        self.parts = []
        self.list.segments.append(segment)

    def finish(self):
        self.list.open = self.parts
        if self.stream_inf:
            self.fault("4.4.6.2 URI line follows EXT-X-STREAM-INF", "end of file")
        if "duration" in self.pending:
            self.fault("4.4.4.1 a URI follows EXTINF", "end of file")
        if self.kinds == {"media", "multivariant"}:
            self.fault("4.1 media and multivariant tags do not mix", "")
        elif not self.kinds:
            self.fault("4.1 a playlist of either kind", "neither")


def read(text):
    """The playlist and what is wrong with its form."""
    return Reader(text).read()


def check(text):
    playlist, faults = read(text)
    if playlist.variants or playlist.media:
        return faults + list(multivariant_faults(playlist))
    return faults + list(media_faults(playlist, text))


def media_faults(playlist, text):
    if "#EXT-X-TARGETDURATION:" not in text:
        yield "4.4.3.1 EXT-X-TARGETDURATION is required: missing"
    elif playlist.target < 1:
        yield f"4.4.3.1 target duration: {playlist.target}"
    if not playlist.segments and not playlist.open and not playlist.skipped:
        yield "6.2.1 something to play: no segment"
    for segment in playlist.segments:
        rounded = int(segment.duration + Decimal("0.5"))
        if rounded > playlist.target:
            yield f"4.4.3.1 EXTINF rounded <= target {playlist.target}: {segment.uri} {segment.duration}"
        if segment.duration <= 0:
            yield f"4.4.4.1 a segment lasts: {segment.uri}"
    yield from same_uri_faults(playlist)
    yield from control_faults(playlist)
    yield from part_faults(playlist)
    yield from end_faults(playlist)


def same_uri_faults(playlist):
    names = [segment.uri for segment in playlist.segments if not segment.gap]
    names += [part.uri for segment in playlist.segments for part in segment.parts] + [part.uri for part in playlist.open]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"3 one resource a segment (no byte ranges here): {name} twice"


def control_faults(playlist):
    control, target = playlist.control, playlist.target
    if "CAN-SKIP-UNTIL" in control and Decimal(control["CAN-SKIP-UNTIL"]) < 6 * target:
        yield f"4.4.3.8 CAN-SKIP-UNTIL >= 6 target durations: {control['CAN-SKIP-UNTIL']}"
    if "HOLD-BACK" in control and Decimal(control["HOLD-BACK"]) < 3 * target:
        yield f"4.4.3.8 HOLD-BACK >= 3 target durations: {control['HOLD-BACK']}"
    if playlist.part_target is not None:
        if "PART-HOLD-BACK" not in control:
            yield "4.4.3.8 PART-HOLD-BACK is required with EXT-X-PART-INF: missing"
        elif Decimal(control["PART-HOLD-BACK"]) < 3 * playlist.part_target:
            yield f"4.4.3.8 PART-HOLD-BACK >= 3 part targets: {control['PART-HOLD-BACK']}"
    if playlist.skipped and "CAN-SKIP-UNTIL" not in control:
        yield "4.4.5.2 EXT-X-SKIP needs CAN-SKIP-UNTIL: missing"
    if playlist.skipped and "CAN-SKIP-UNTIL" in control:
        rest = sum(segment.duration for segment in playlist.segments)
        if rest < Decimal(control["CAN-SKIP-UNTIL"]) - ROUNDING:
            yield f"6.2.5.1 nothing within the skip boundary is skipped: {rest} s left"


def part_faults(playlist):
    target = playlist.part_target
    if target is None:
        return
    end = sum(part.duration for part in playlist.open)
    for segment in reversed(playlist.segments):
        end += segment.duration
        if segment.parts and end - segment.duration > 3 * playlist.target + ROUNDING:
            yield f"6.2.2 parts only within three target durations of the end: {segment.parts[0].uri}"
        if not segment.parts:
            continue
        whole = sum(part.duration for part in segment.parts)
        if not segment.gap and abs(whole - segment.duration) > ROUNDING * max(1, len(segment.parts) // 10):
            yield f"3.2 parts and segment hold the same samples: {segment.uri} {whole} s of {segment.duration}"
        if any(part.gap for part in segment.parts) and not segment.gap:
            yield f"4.4.4.7 a segment with a missing part is a gap: {segment.uri}"
    groups = [(segment.parts, True) for segment in playlist.segments] + [(playlist.open, playlist.ended)]
    for parts, whole in groups:
        for i, part in enumerate(parts):
            # The newest part may be its segment's last.
            last = i + 1 == len(parts)
            excused = last or part.independent or part.gap or parts[i + 1].gap
            if part.duration > target:
                yield f"4.4.4.9 part <= part target {target}: {part.uri} {part.duration}"
            elif part.duration < target * Decimal("0.85") and not excused:
                yield f"4.4.4.9 part >= 85% of part target {target}: {part.uri} {part.duration}"
            if part.duration <= 0:
                yield f"4.4.4.9 a part lasts: {part.uri}"


def end_faults(playlist):
    if playlist.ended and playlist.hints:
        yield "4.4.5.3 no EXT-X-PRELOAD-HINT with EXT-X-ENDLIST: both"
    if playlist.ended and playlist.open:
        yield "6.2.1 an ended playlist has no open segment: parts without a segment"
    if playlist.ended and playlist.skipped:
        yield "6.2.5.1 no delta update with EXT-X-ENDLIST: both"
    listed = {part.uri for segment in playlist.segments for part in segment.parts} | {part.uri for part in playlist.open}
    for kind, uri in playlist.hints:
        if kind == "PART" and uri in listed:
            yield f"4.4.5.3 a hint is of what is not there yet: {uri}"
    if not playlist.ended and playlist.part_target is not None and "CAN-BLOCK-RELOAD" not in playlist.control:
        yield "B.1 low latency needs CAN-BLOCK-RELOAD: missing"


def multivariant_faults(playlist):
    groups = {}
    for media in playlist.media:
        if media["TYPE"] not in ("AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"):
            yield f"4.4.6.1 TYPE: {media['TYPE']}"
        groups.setdefault((media["TYPE"], media["GROUP-ID"]), []).append(media)
        if media.get("DEFAULT") == "YES" and media.get("AUTOSELECT", "YES") != "YES":
            yield f"4.4.6.1 DEFAULT=YES needs AUTOSELECT=YES: {media['NAME']}"
        if "CHANNELS" in media and media["TYPE"] != "AUDIO":
            yield f"4.4.6.1 CHANNELS is for AUDIO: {media['NAME']}"
    for (_, group), members in groups.items():
        names = [member["NAME"] for member in members]
        if len(set(names)) < len(names):
            yield f"4.4.6.1.1 names in a group differ: {group}"
        if sum(member.get("DEFAULT") == "YES" for member in members) > 1:
            yield f"4.4.6.1.1 one default in a group: {group}"
    if not playlist.variants:
        yield "4.4.6.2 a variant to play: none"
    for attrs, uri in playlist.variants:
        yield from variant_faults(attrs, uri, groups)


def variant_faults(attrs, uri, groups):
    if int(attrs["BANDWIDTH"]) == 0:
        yield f"4.4.6.2 BANDWIDTH: 0 for {uri}"
    if "AVERAGE-BANDWIDTH" in attrs and int(attrs["AVERAGE-BANDWIDTH"]) > int(attrs["BANDWIDTH"]):
        yield f"4.4.6.2 the average is not above the peak: {uri}"
    if "CODECS" not in attrs:
        yield f"4.4.6.2 CODECS should be there: {uri}"
    elif not all(re.match(r"[A-Za-z0-9-]{2,}(\.[A-Za-z0-9.-]+)?$", codec) for codec in bare(attrs["CODECS"]).split(",")):
        yield f"4.4.6.2 CODECS as RFC 6381: {attrs['CODECS']}"
    if "RESOLUTION" in attrs and not re.match(r"[1-9]\d*x[1-9]\d*$", attrs["RESOLUTION"]):
        yield f"4.2 decimal-resolution: {attrs['RESOLUTION']}"
    if "FRAME-RATE" in attrs and not re.match(r"\d+\.\d{3}$", attrs["FRAME-RATE"]):
        yield f"4.4.6.2 FRAME-RATE with three decimals: {attrs['FRAME-RATE']}"
    for kind in ("AUDIO", "VIDEO", "SUBTITLES"):
        if kind in attrs and (kind, attrs[kind]) not in groups:
            yield f"4.4.6.2 {kind} names a group that is there: {attrs[kind]}"


def merge(before, delta):
    """The whole playlist that `delta` (text) stands for, given the one before it; raises ValueError if it cannot be made."""
    old, _ = read(before)
    new, _ = read(delta)
    if not new.skipped:
        return new
    known = {segment.msn: segment for segment in old.segments}
    wanted = range(new.first_msn, new.first_msn + new.skipped)
    missing = [msn for msn in wanted if msn not in known]
    if missing:
        raise ValueError(f"6.3.7: segments {missing} were skipped and are not known")
    new.segments = [known[msn] for msn in wanted] + new.segments
    carried = known[wanted[-1]].tags[1]
    shift = sum(segment.tags[0] for segment in new.segments[:new.skipped])
    for segment in new.segments[new.skipped:]:
        discontinuity, of_map, date = segment.tags
        carried = of_map if of_map else carried
        segment.tags = (discontinuity, carried, date)
        segment.discontinuity += shift
    new.skipped = 0
    return new


def check_sequence(before, after):
    """Texts of whole playlists (or Playlists), one reloaded after the other (6.2.1, 6.2.2)."""
    old = before if isinstance(before, Playlist) else read(before)[0]
    new = after if isinstance(after, Playlist) else read(after)[0]
    return list(sequence_faults(old, new))


def sequence_faults(old, new):
    if new.target != old.target:
        yield f"6.2.1 the target duration stays: {old.target}, then {new.target}"
    if new.first_msn < old.first_msn:
        yield f"6.2.2 the media sequence never falls: {old.first_msn}, then {new.first_msn}"
        return
    if new.first_discontinuity < old.first_discontinuity:
        yield f"6.2.2 the discontinuity sequence never falls: {old.first_discontinuity}, then {new.first_discontinuity}"
    if new.next_msn < old.next_msn:
        yield f"6.2.1 segments are only appended: {old.last_msn} was the last, now {new.last_msn}"
    if old.ended and (not new.ended or new.next_msn != old.next_msn or new.first_msn != old.first_msn):
        yield "4.4.3.4 nothing changes after EXT-X-ENDLIST: it did"
    known = {segment.msn: segment for segment in new.segments}
    for segment in old.segments:
        if segment.msn in known:
            yield from segment_faults(segment, known[segment.msn])
    yield from open_faults(old, new, known)


def segment_faults(old, new):
    for what, was, now in (("URI", old.uri, new.uri), ("duration", old.duration, new.duration), ("gap", old.gap, new.gap),
                           ("discontinuity sequence", old.discontinuity, new.discontinuity),
                           ("map", old.tags[1], new.tags[1]), ("date", old.tags[2], new.tags[2])):
        if was != now:
            yield f"6.2.1 segments do not change: {what} of {old.msn} was {was}, is {now}"
    if new.parts and [part.uri for part in new.parts] != [part.uri for part in old.parts]:
        yield f"6.2.1 parts do not change: those of {old.msn}"


def open_faults(old, new, known):
    """The parts of the segment that was open: still a beginning of what it is now."""
    if not old.open:
        return
    closed = known.get(old.next_msn)
    now = closed.parts if closed else new.open if new.next_msn == old.next_msn else None
    if now is None or (closed and not closed.parts):
        return  # it left the list, or its parts did
    for was, still in zip(old.open, now):
        same = (was.uri, was.duration, was.independent) == (still.uri, still.duration, still.independent)
        if not same:
            yield f"6.2.1 parts do not change: {was.uri} became {still.uri}"
    if len(now) < len(old.open):
        yield f"6.2.1 parts are only appended: {len(old.open)}, then {len(now)}"
