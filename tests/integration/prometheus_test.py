"""/metrics as Prometheus reads it, and /healthz and /readyz as whoever starts and stops servers does."""
import json
import os
import re
import unittest

from harness.clips import clip
from harness.live_case import LiveTest
from harness.patience import until
from harness.places import ROOT
from harness.programs import ffmpeg_publish
from harness.web import Wire

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (NaN|[+-]Inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")


def labels_of(text, line):
    """{name: value}; strict: labels are separated by one comma, and no name stands twice."""
    found, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match and match[1] not in found, line
        found[match[1]] = match[2]
        at = match.end()
        assert at == len(text) or (text[at] == "," and at + 1 < len(text)), line
        at += 1
    return found


def family_of(name, kinds):
    """Of a sample: a histogram's are named after their part."""
    part = re.fullmatch(r"(.*)_(?:bucket|sum|count)", name)
    return part[1] if part and kinds.get(part[1]) == "histogram" else name


class Exposition:
    """The text format 0.0.4, line by line: AssertionError names the line that breaks a rule."""

    def __init__(self, text):
        assert text.endswith("\n"), "the last line has no end"
        self.helps, self.kinds, self.samples, self.closed = {}, {}, {}, set()
        self.now = None
        for line in text[:-1].split("\n"):
            self.take_comment(line) if line.startswith("#") else self.take_sample(line)
        self.check_histograms()

    def begin(self, family, line):
        if family != self.now:
            assert family not in self.closed, f"two groups of one family: {line}"
            self.closed.add(self.now)
            self.now = family

    def take_comment(self, line):
        match = re.fullmatch(rf"# (HELP|TYPE) ({NAME}) (.+)", line)
        assert match, line
        self.begin(match[2], line)
        table = self.helps if match[1] == "HELP" else self.kinds
        assert match[2] not in table, f"said twice: {line}"
        assert match[1] == "HELP" or match[3] in ("counter", "gauge", "histogram"), line
        table[match[2]] = match[3]

    def take_sample(self, line):
        match = SAMPLE.fullmatch(line)
        assert match, line
        family = family_of(match[1], self.kinds)
        assert family == self.now and family in self.kinds and family in self.helps, f"no HELP and TYPE before it: {line}"
        series = (match[1], tuple(sorted(labels_of(match[2] or "", line).items())))
        assert series not in self.samples, f"the same series twice: {line}"
        self.samples[series] = float(match[3])
        if self.kinds[family] == "counter":
            assert match[1].endswith("_total") and self.samples[series] >= 0, line

    def check_histograms(self):
        buckets = {}
        for (name, labels), value in self.samples.items():
            if name.endswith("_bucket"):
                rest = tuple(pair for pair in labels if pair[0] != "le")
                buckets.setdefault((name[:-7], rest), []).append((float(dict(labels)["le"]), value))
        for (name, rest), steps in buckets.items():
            assert steps == sorted(steps) and [count for _, count in steps] == sorted(count for _, count in steps), (name, steps)
            assert steps[-1] == (float("inf"), self.samples[(name + "_count", rest)]), (name, steps)

    def value(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))))


class Scraped(LiveTest):
    def ask(self, server, path):
        wire = Wire(server)
        try:
            return wire.ask(path)
        finally:
            wire.close()

    def scrape(self, server):
        answer = self.ask(server, "/metrics")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertEqual(answer["cache-control"], "no-store")
        return Exposition(answer.body.decode())

    def up(self, **words):
        server = self.serve(http={}, **words)
        until(lambda: self.ask(server, "/healthz").status == 200, 10, "prometheus answers", 0.05)
        return server

    def live(self, key="live/cam", **words):
        server = self.up(**words)
        self.keep(ffmpeg_publish(clip("cam.flv"), server.url(key), True))
        server.wait_live(key)
        return server


class Metrics(Scraped):
    def test_the_reader_is_strict(self):
        head = "# HELP a_total A.\n# TYPE a_total counter\n"
        Exposition(head + 'a_total{x="1",y="\\"q\\\\"} 1\na_total 2\n')
        for bad in (head + "a_total 1", head + "a_total 1\na_total 1\n", head + 'a_total{x="1",} 1\n', head + 'a_total{x="""} 1\n',
                    head + "a_total -1\n", head + "b 1\n", "a 1\n", head + head, head + 'a_total{x="1"x="2"} 1\n', head + "\n"):
            with self.subTest(text=bad), self.assertRaises(AssertionError):
                Exposition(bad)

    def test_every_line_keeps_the_format(self):
        server = self.live()
        self.ask(server, "/live/cam/index.m3u8")
        found = self.scrape(server)
        self.assertEqual(found.value("sluice_stream_viewers", stream="live/cam"), 1)
        self.assertEqual(found.value("sluice_streams", state="live"), 1)
        self.assertEqual(found.value("sluice_viewers"), 1)
        self.assertGreater(found.value("sluice_stream_frames_total", stream="live/cam"), 10)
        later = self.scrape(server)
        for series, value in found.samples.items():
            if found.kinds.get(series[0]) == "counter" and series in later.samples:
                self.assertGreaterEqual(later.samples[series], value, series)

    def test_two_generations_of_a_module_are_no_series_twice(self):
        server = self.live()
        server.run("modules", "reload", "rtmp")
        # The publisher is the old one's yet, and the new one has figures as well.
        self.keep(ffmpeg_publish(clip("cam.flv"), server.url("live/later"), True))
        server.wait_live("live/later")
        self.assertEqual({server.streams()[key]["state"] for key in ("live/cam", "live/later")}, {"live"})
        found = self.scrape(server)
        self.assertTrue(any(("module", "rtmp") in labels for _, labels in found.samples), sorted(found.samples))

    def test_the_dashboard_asks_for_metrics_that_are_there(self):
        server = self.live()
        self.ask(server, "/live/cam/index.m3u8")
        found = self.scrape(server)
        with open(os.path.join(ROOT, "plugins/prometheus/grafana-dashboard.json"), encoding="utf-8") as file:
            asked = set(re.findall(r"\bsluice_[a-z0-9_]+", file.read()))
        self.assertGreater(len(asked), 10)
        there = {name for name, _ in found.samples}
        until(lambda: not asked - {name for name, _ in self.scrape(server).samples}, 10,
              lambda: f"the dashboard asks for {sorted(asked - there)}")


class Health(Scraped):
    def told(self, server, path):
        answer = self.ask(server, path)
        self.assertEqual(answer["content-type"], "application/json")
        return answer.status, json.loads(answer.body)

    def test_a_server_that_is_well(self):
        server = self.up()
        for path in ("/healthz", "/readyz"):
            status, told = self.told(server, path)
            self.assertEqual((status, told["status"], told["reasons"], told["stopping"]), (200, "ok", [], False), told)

    def test_an_optional_module_that_fails_leaves_it_ready(self):
        server = self.up(modules={"pages": {"config": {"root": "/nonexistent"}}})
        until(lambda: self.told(server, "/readyz")[1]["status"] == "degraded", 10, "it is degraded")
        for path in ("/healthz", "/readyz"):
            status, told = self.told(server, path)
            self.assertEqual(status, 200, told)
            self.assertTrue(any("pages" in reason and "/nonexistent" in reason for reason in told["reasons"]), told)
        found = self.scrape(server)
        self.assertEqual((found.value("sluice_ready"), found.value("sluice_degraded")), (1, 1))

    def test_a_required_module_that_is_taken_away_is_not_ready_but_alive(self):
        server = self.up(modules={"pages": {"required": True}})
        server.run("modules", "drain", "pages")
        until(lambda: self.told(server, "/readyz")[0] == 503, 10, lambda: f"not ready: {self.told(server, '/readyz')}")
        self.assertEqual(self.told(server, "/readyz")[1]["status"], "not ready")
        status, told = self.told(server, "/healthz")
        self.assertEqual((status, told["status"]), (200, "not ready"))
        self.assertTrue(any("pages" in reason for reason in told["reasons"]), told)
        self.assertEqual(self.scrape(server).value("sluice_ready"), 0)


if __name__ == "__main__":
    unittest.main()
