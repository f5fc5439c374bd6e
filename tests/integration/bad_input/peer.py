"""The peer that misbehaves, brought into the phase a case begins in, and what became of it afterwards."""
import itertools

from harness import flv
from harness.chunks import VIDEO
from harness.patience import Deadline
from harness.rtmp import Closed, RtmpClient
from harness.source import flv_tags
from bad_input.verdicts import CLOSE, DROP, FRESH, IDLE, PASS, PUBLISHER, RAW, REJ

APP = "bad"
_numbers = itertools.count(1)


class Peer:
    def __init__(self, server, phase):
        self.server, self.phase = server, phase
        self.client = RtmpClient(server.host, server.port, APP)
        self.watcher = None
        self.name = f"s{next(_numbers)}"
        self.key = f"{APP}/{self.name}"
        self.tags = flv_tags("picture.flv")
        self.at = 0  # how many of the tags are out
        if phase != RAW:
            self.client.connect()
        if phase in (PUBLISHER, FRESH):
            self.client.publish(self.name)
        if phase == PUBLISHER:
            self.go_on(13)
            server.wait_live(self.key)
            self.watch()

    def close(self):
        self.client.close()
        if self.watcher:
            self.watcher.close()

    # ---- for the cases ---------------------------------------------------------------------------------------

    @property
    def publishing(self):
        return self.phase in (PUBLISHER, FRESH)

    @property
    def stream(self):
        return self.client.stream

    @property
    def chunk_size(self):
        return self.client.chunk_size

    def now(self):
        return self.tags[self.at - 1].time if self.at else 0

    def raw(self, data):
        self.client.send_raw(data)

    def send(self, kind, body, csid=3, stream=0, time=0):
        self.client.send(kind, body, csid, stream, time)

    def make_stream(self):
        return self.client.create_stream()

    def wait_bytes(self, size):
        self.client._exactly(size)

    # ---- good frames -----------------------------------------------------------------------------------------

    def go_on(self, count):
        """The next `count` tags of a clip that is as it should be."""
        for tag in self.tags[self.at:self.at + count]:
            self.client.send_tag(tag)
        self.at += count

    def good(self):
        return flv.marks(self.tags[:self.at], VIDEO)

    def watch(self):
        self.watcher = RtmpClient(self.server.host, self.server.port, APP).connect()
        self.watcher.play(self.name)
        self.see_all()

    def see_all(self):
        """The watcher got every good frame and nothing else, and one configuration only."""
        wanted = self.good()
        watcher = self.watcher
        watcher.collect(lambda: len(flv.frames(watcher.media, VIDEO)) >= len(wanted), 5,
                        lambda: f"{len(wanted)} good frames; {len(flv.frames(watcher.media, VIDEO))} came")
        got = flv.marks(watcher.media, VIDEO)
        if got != wanted:
            raise AssertionError("what came through is not what was good")
        configs = {flv.facts(m).payload for m in watcher.media if m.kind == VIDEO and flv.is_config(m)}
        if configs != {flv.facts(self.tags[0]).payload}:
            raise AssertionError(f"{len(configs)} different configurations came through")

    # ---- the verdict -----------------------------------------------------------------------------------------

    def fate(self, case):
        """CLOSE, REJ, PASS or DROP (the two look alike), as it turned out."""
        try:
            if case.verdicts == (CLOSE,):
                self.client.collect(lambda: False, case.within, "the end of the connection")
            if REJ in case.verdicts:
                return self._answer()
            return self._still_serves(case)
        except (Closed, ConnectionResetError, BrokenPipeError):
            return CLOSE
        except AssertionError as error:
            if "the end of the connection" in str(error):
                return "left open"
            raise

    def _answer(self):
        deadline = Deadline(2)
        while not deadline.passed():
            self.client.poll(min(0.1, deadline.left()))
            told = self.client.statuses[self.told:]
            codes = [s.get("code", "") for s in told]
            if any(code.endswith("BadName") for code in codes):
                return REJ
            if self.phase == PUBLISHER and any(s.get("level") == "error" for s in told):
                return REJ  # one stream a connection: the name is not even looked at
            if any(name == "_error" for name, _ in self.client.results.values()):
                return REJ
            if any(code.endswith(".Start") for code in codes):
                return PASS
            if self.phase == PUBLISHER and self._goes_on():
                return DROP
        return "no answer"

    def _goes_on(self):
        if self.client.statuses[self.told:]:
            return False
        self.go_on(2)
        self.see_all()
        return True

    def _still_serves(self, case):
        if self.phase == RAW:
            self.client.collect(lambda: self.client.results, 2, "an answer to connect")
        elif self.phase == IDLE:
            if case.compare:
                self.client.call("createStream", None)
        elif case.compare:
            self.go_on(14)
            if self.watcher is None:
                self.server.wait_live(self.key)
                self._no_odd_sizes()
                self.watch()
            self.see_all()
        return PASS if PASS in case.verdicts else DROP

    def _no_odd_sizes(self):
        for track in self.server.streams()[self.key]["tracks"]:
            if track.get("width", 0) not in (0, 320):
                raise AssertionError(f"dimensions of a bad configuration were published: {track}")

    def run(self, case):
        self.told = len(self.client.statuses)
        try:
            case.act(self)
        except Closed:
            return CLOSE
        return self.fate(case)
