"""What a bad peer may meet. Names as in the table of bad input: DROP, CLOSE, REJ, PASS."""

CLOSE = "CLOSE"  # this connection ends within a second, all its memory comes back
DROP = "DROP"    # the message is passed over and counted, the session goes on
PASS = "PASS"    # odd but legal: it works
REJ = "REJ"      # an answer says no, with a status

# The phase a case runs in: raw (a TCP connection and nothing else), idle (connected, no stream yet), publisher
# (a running stream with sound and picture), fresh (publish was granted, nothing was sent yet).
RAW, IDLE, PUBLISHER, FRESH = "raw", "idle", "publisher", "fresh"

# The counter that rises with each verdict, and words of its `reason` for each row.
COUNTERS = {CLOSE: "rtmp_protocol_errors_total", DROP: "rtmp_dropped_messages_total",
            REJ: "rtmp_dropped_messages_total"}
REASONS = {
    "R1": "version|RTMPE", "R4": "chunk size", "R5": "longer than the limit", "R6": "chunk size",
    "R7": "limit|too many chunk streams", "R8": "changed", "R9": "too many chunk streams", "R11": "deep|large",
    "R12": "large|short", "R13": "short|reference", "R14": "empty", "R16": "aggregate|malformed", "R17": "stream name",
    "R18": "codec|malformed", "F1": "configuration", "F2": "NAL length", "F3": "configuration",
    "F4": "configuration|parameter sets", "F5": "parameter sets",
}


class Case:
    """One thing a peer does. `act(peer)` does it; `verdicts` lists what is right, any of them."""

    def __init__(self, name, act, verdicts, phases=(IDLE, PUBLISHER), within=1.0, memory=1 << 20, quiet=False,
                 compare=True):
        self.name, self.act, self.phases, self.within, self.memory = name, act, phases, within, memory
        self.verdicts = (verdicts,) if isinstance(verdicts, str) else verdicts
        self.quiet = quiet      # legal: no counter needs to rise
        self.compare = compare  # afterwards good frames must pass as before


class Row:
    def __init__(self, number, title, *cases):
        self.number, self.title, self.cases = number, title, cases
