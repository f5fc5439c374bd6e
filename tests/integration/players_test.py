"""Every output in every player people use: ffmpeg, GStreamer and VLC decode what the server makes, and complain of nothing."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from harness.live_case import LiveTest
from harness.patience import PACE, until
from harness.programs import Program, ffmpeg_publish
from harness.clips import clip
from harness.rtmp import RtmpClient
from harness.source import Feed, coded_tags, interleaved

NOBODY = 65534


class Players(LiveTest):
    """One stream of a kind, published once, played by all."""

    def serve_streams(self):
        return self.serve(http={})

    def camera(self, server, name="cam.flv"):
        self.keep(ffmpeg_publish(clip(name), server.url("live/cam"), True))
        server.wait_live("live/cam")

    def feed(self, server, *tracks):
        client = self.keep(RtmpClient(server.host, server.port)).connect()
        client.publish("cam")
        feed = self.keep(Feed(client, interleaved(*tracks)).start())
        server.wait_live("live/cam")
        return feed

    @staticmethod
    def url(server, ending):
        return f"http://{server.host}:{server.http_port}/live/cam{ending}"

    # ---- the players: each raises AssertionError with what it was told ----------------------------------------------

    def ffmpeg(self, url, video=60, audio=80):
        """Frames decoded of each track."""
        for kind, count in (("v", video), ("a", audio)):
            if not count:
                continue
            run = self.keep(Program(["ffmpeg", "-v", "warning", "-nostdin", "-xerror", "-rw_timeout", "15000000", "-i", url, "-map",
                                     f"0:{kind}:0", f"-frames:{kind}", str(count), "-nostats", "-progress", "-", "-f", "null", "-"]))
            run.wait(30)
            said = [line for line in run.text().splitlines() if not re.search(r"^\w+=|" + self.ffmpeg_may_say, line)]
            self.assertEqual(said, [], url)
            if kind == "v":
                self.assertEqual(re.findall(r"^frame=\s*(\d+)", run.text(), re.M)[-1], str(count), url)

    def gstreamer(self, source, video=60, audio=80, paced=False):
        """Paced: as a clock shows it, else as it comes. Decoded buffers are counted as they come: an adaptive demuxer goes on when a sink has had enough."""
        wanted = {name: count for name, count in (("picture", video), ("sound", audio)) if count}
        sinks = []
        for name, convert in (("picture", "videoconvert"), ("sound", "audioconvert")):
            if name in wanted:
                sinks += ["d.", "!", convert, "!", "fakesink", f"name={name}", "silent=false", f"sync={str(paced).lower()}"]
        run = self.keep(Program(["gst-launch-1.0", "-v", *source, *sinks]))

        def enough():
            text = run.text()
            return not run.running() or all(text.count(f"chain   ******* ({name}:sink)") >= wanted[name] for name in wanted)
        until(enough, 40 * PACE, lambda: f"GStreamer shows {source}: {run.text()[-800:]}", 0.25)
        self.assertTrue(run.running(), run.text()[-800:])
        self.assertNotRegex(run.text(), r"(?i)error:|warning:|critical", source)
        run.kill()

    def vlc(self, url, video=60, audio=80):
        """VLC refuses to be root. What it decoded is asked until it is enough."""
        home = tempfile.mkdtemp(prefix="sluice-vlc-")
        self.addCleanup(shutil.rmtree, home, True)
        as_nobody = []
        if os.getuid() == 0:
            os.chown(home, NOBODY, NOBODY)
            as_nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        child = subprocess.Popen(
            [*as_nobody, "env", f"HOME={home}", "cvlc", "-I", "oldrc", "--rc-fake-tty", "--no-color", "--vout", "dummy", "--aout", "dummy", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=home)
        said, figures = [], {}

        def listen():
            for line in child.stdout:
                text = line.decode("utf-8", "replace").rstrip()
                said.append(text)
                if match := re.match(r"\| ([a-z ]+?)\s*:\s+(\d+)$", text):
                    figures[match[1]] = int(match[2])

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()

        def enough():
            if child.poll() is not None:
                return True
            child.stdin.write(b"stats\n")
            child.stdin.flush()
            return figures.get("frames displayed", 0) >= video and figures.get("buffers played", 0) >= (audio and 40)

        try:
            until(enough, 30 * PACE, lambda: f"VLC shows {url}: {figures} {said[-30:]}", 0.25)
            self.assertIsNone(child.poll(), said[-30:])
        finally:
            child.kill()
            child.wait()
            child.stdin.close()
            listener.join(10)
            child.stdout.close()
        self.assertEqual((figures["demux corrupted"], figures["discontinuities"]), (0, 0), (url, figures))
        if self.vlc_may_say is None:
            return
        said = [line for line in said if re.search(r" (demux|decoder|packetizer|input) (error|warning)|discontinuity", line)]
        self.assertEqual([line for line in said if not re.search(self.vlc_may_say, line)], [], url)

    # Its live clock grows its delay at the start of some streams. In HLS and DASH each part is a fragment whose number
    # comes from its place in the segment, so that every node writes the same; VLC remarks on the steps.
    # At each reload of a list ffmpeg reads the initialisation section anew, and says that it knows it.
    ffmpeg_may_say = "Found duplicated MOOV Atom"
    vlc_may_say = r"called too late|Fragment sequence discontinuity detected \d+ != 0$"


class Progressive(Players):
    @staticmethod
    def answers(url):
        try:
            with urllib.request.urlopen(url, timeout=10 * PACE) as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return False

    def all_play(self, server, ending, video=60, audio=80):
        url = self.url(server, ending)
        until(lambda: self.answers(url), 10, lambda: f"{url} is there", 0.1)
        with self.subTest(player="ffmpeg", url=url):
            self.ffmpeg(url, video, audio)
        with self.subTest(player="GStreamer", url=url):
            self.gstreamer(["souphttpsrc", f"location={url}", "is-live=true", "!", "decodebin", "name=d"], video, audio)
        with self.subTest(player="VLC", url=url):
            self.vlc(url, video, audio)

    def test_camera(self):
        server = self.serve_streams()
        self.camera(server)
        for ending in (".flv", ".ts", ".mp4"):
            self.all_play(server, ending)

    def test_sound_alone(self):
        server = self.serve_streams()
        self.camera(server, "sound.flv")
        for ending in (".flv", ".ts", ".mp4"):
            self.all_play(server, ending, video=0)

    def test_picture_alone(self):
        server = self.serve_streams()
        self.camera(server, "picture.flv")
        for ending in (".flv", ".ts", ".mp4"):
            self.all_play(server, ending, audio=0)

    def test_hevc(self):
        server = self.serve_streams()
        self.feed(server, coded_tags("hevc.mp4"), coded_tags("aac.mp4", style="classic"))
        for ending in (".ts", ".mp4"):  # no player here reads H.265 in FLV
            self.all_play(server, ending)

    def test_av1_and_opus(self):
        server = self.serve_streams()
        self.feed(server, coded_tags("av1.mp4"), coded_tags("opus.mp4"))
        self.all_play(server, ".mp4")


class Segmented(Players):
    vlc_may_say = Players.vlc_may_say + r"|Fragment sequence discontinuity"

    def all_play(self, server, video=60, audio=80):
        for ending in ("/index.m3u8", "/ts/media.m3u8", "/manifest.mpd"):
            url = self.url(server, ending)
            with self.subTest(player="ffmpeg", url=url):
                self.ffmpeg(url, video, audio)
            with self.subTest(player="GStreamer", url=url):
                self.gstreamer(["uridecodebin", f"uri={url}", "name=d"], video, audio, paced=True)
            with self.subTest(player="VLC", url=url):
                self.vlc(url, video, audio)

    def test_camera(self):
        server = self.serve_streams()
        self.camera(server)
        self.all_play(server)

    def test_sound_alone(self):
        server = self.serve_streams()
        self.camera(server, "sound.flv")
        self.all_play(server, video=0)


if __name__ == "__main__":
    unittest.main()
