"""HLS and DASH of a live stream, as players see them: the rules of RFC 8216bis playlist by playlist, and ffmpeg's eyes."""
import concurrent.futures
import datetime
import os
import re
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

import hls_rules
from harness.clips import clip
from harness.hls_case import Player
from harness.patience import PACE, Deadline, until
from harness.places import MODULES
from harness.programs import Program, ffmpeg_publish

MPD = "{urn:mpeg:dash:schema:mpd:2011}"


class Playlists(Player):
    def test_the_first_request_is_held_until_there_is_something_to_list(self):
        self.live()
        text = self.text("/live/cam/index.m3u8")
        self.assertEqual(hls_rules.check(text), [], text)
        self.assertIn("RESOLUTION=", text)
        self.assertIn('CODECS="avc1.', text)
        self.assertIn("EXT-X-MEDIA:TYPE=AUDIO", text)

    def test_reloads_part_by_part_keep_the_rules(self):
        self.live()
        listed, _ = hls_rules.read(self.text("/live/cam/index.m3u8"))
        for path in [f"/live/cam/{listed.variants[0][1]}", "/live/cam/" + hls_rules.bare(listed.media[0]["URI"])]:
            with self.subTest(path=path):
                self.follow(path)

    def follow(self, path):
        before, parts, deadline = None, 0, Deadline(3)
        text = self.text(path)
        while not deadline.passed():
            self.assertEqual(hls_rules.check(text), [], text)
            if before:
                self.assertEqual(hls_rules.check_sequence(before, text), [], text)
            before = text
            now, _ = hls_rules.read(text)
            if now.ended:
                break
            text = self.text(f"{path}?_HLS_msn={now.next_msn}&_HLS_part={len(now.open)}")
            later, _ = hls_rules.read(text)
            self.assertTrue(later.next_msn > now.next_msn or len(later.open) > len(now.open) or later.ended)
            parts += 1
        self.assertGreater(parts, 5)

    def test_everything_that_is_listed_is_there_and_parts_make_their_segment(self):
        self.live()
        listed, _ = hls_rules.read(self.text("/live/cam/index.m3u8"))
        folder = "/live/cam/" + os.path.dirname(listed.variants[0][1]) + "/"
        text = self.text(folder + "media.m3u8")
        now, _ = hls_rules.read(text)
        whole = [segment for segment in now.segments if segment.parts]
        self.assertTrue(whole, text)
        for segment in whole:
            parts = [self.get(folder + part.uri) for part in segment.parts]
            self.assertEqual({status for status, _ in parts}, {200})
            self.assertEqual(self.get(folder + segment.uri), (200, b"".join(body for _, body in parts)))
        status, body = self.get(folder + re.search(r'EXT-X-MAP:URI="([^"]+)"', text)[1])
        self.assertEqual((status, body[4:8]), (200, b"ftyp"))

    def test_a_hinted_part_is_held_until_it_is_there(self):
        self.live()
        folder = "/live/cam/v1/"
        self.text("/live/cam/index.m3u8")
        for _ in range(5):
            now, _ = hls_rules.read(self.text(folder + "media.m3u8"))
            status, body = self.get(folder + now.hints[0][1])
            if status == 200:
                self.assertIn(b"moof", body[:200])
                return
            self.assertEqual(status, 404)  # its segment ended before it
        self.fail("five hints, and none came")

    def test_bad_requests_are_refused_at_once(self):
        self.live()
        self.text("/live/cam/index.m3u8")
        now, _ = hls_rules.read(self.text("/live/cam/v1/media.m3u8"))
        for query, status in ((f"_HLS_msn={2 ** 64}", 400), ("_HLS_msn=-1", 400), ("_HLS_msn=text", 400), ("_HLS_part=1", 400),
                              (f"_HLS_msn={now.last_msn + 4}", 400), (f"_HLS_msn={now.last_msn}", 200)):
            with self.subTest(query=query):
                began = time.monotonic()
                self.assertEqual(self.get("/live/cam/v1/media.m3u8?" + query)[0], status)
                self.assertLess(time.monotonic() - began, 2)
        for path in ("/live/cam/v9/media.m3u8", "/live/cam/v1/seg_9999.m4s", "/live/cam/v1/part_9999_0.m4s",
                     "/live/cam/v1/init_1.mp4", "/live/none/index.m3u8", "/live/cam/v1/seg_01.m4s"):
            with self.subTest(path=path):
                self.assertEqual(self.get(path)[0], 404)

    def test_many_wait_for_the_same_part_and_all_get_the_same_list(self):
        self.live()
        self.text("/live/cam/index.m3u8")
        now, _ = hls_rules.read(self.text("/live/cam/v1/media.m3u8"))
        path = f"/live/cam/v1/media.m3u8?_HLS_msn={now.next_msn}&_HLS_part={len(now.open) + 2}"
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(self.get, [path] * 40))
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertLessEqual(len({body for _, body in answers}), 3)

    def test_the_end_of_the_stream_ends_the_list(self):
        self.live("short.flv", loop=False)
        self.text("/live/cam/index.m3u8")
        self.publisher.wait(30)
        text = until(lambda: next((t for t in [self.text("/live/cam/v1/media.m3u8")] if "#EXT-X-ENDLIST" in t), None), 30,
                     "the list ends")
        self.assertEqual(hls_rules.check(text), [], text)


class Changes(Player):
    """Publishers that return, streams that begin anew, ladders, tokens."""

    def test_a_publisher_that_returns_is_a_discontinuity(self):
        server = self.live()
        self.text("/live/cam/index.m3u8")
        before = self.text("/live/cam/v1/media.m3u8")
        self.publisher.kill()
        until(lambda: server.streams()["live/cam"]["state"] == "grace", 10, "the publisher is missed")
        self.publisher = self.keep(ffmpeg_publish(clip("other.flv"), server.url("live/cam"), True))
        text = until(lambda: next((t for t in [self.text("/live/cam/v1/media.m3u8")] if "#EXT-X-DISCONTINUITY\n" in t), None),
                     20, "the discontinuity is listed")
        self.assertEqual(hls_rules.check(text), [], text)
        self.assertEqual(hls_rules.check_sequence(before, text), [], before + text)
        self.assertEqual(len(set(re.findall(r"init_\d+", text))), 2, "another picture has another initialisation section")
        manifest = xml.etree.ElementTree.fromstring(
            until(lambda: next((t for t in [self.text("/live/cam/manifest.mpd")] if t.count("<Period") == 2), None), 20,
                  "two periods"))
        self.assertEqual([one.get("id") for one in manifest.findall(f"{MPD}Period")], ["p0", "p1"])

    def test_a_stream_that_ended_and_begins_anew_is_listed_anew(self):
        server = self.live("short.flv", loop=False)
        self.text("/live/cam/index.m3u8")
        self.publisher.wait(30)
        server.wait_gone("live/cam")
        self.publisher = self.keep(ffmpeg_publish(clip("cam.flv"), server.url("live/cam"), True))
        server.wait_live("live/cam")
        text = until(lambda: next((t for t in [self.text("/live/cam/index.m3u8"), self.text("/live/cam/v1/media.m3u8")]
                                   if "PRELOAD-HINT" in t), None), 20, "a list that goes on")
        self.assertEqual(hls_rules.check(text), [], text)

    def test_layers_of_a_ladder_are_variants_of_one_list(self):
        server = self.live()
        self.keep(ffmpeg_publish(clip("other.flv"), server.url("live/cam~480"), True))
        server.wait_live("live/cam~480")
        listed, faults = hls_rules.read(self.text("/live/cam/index.m3u8"))
        self.assertEqual(faults, [])
        self.assertEqual([uri for _, uri in listed.variants], ["v1/media.m3u8", "../cam~480/v1/media.m3u8"])
        self.assertEqual([attrs["RESOLUTION"] for attrs, _ in listed.variants], ["320x180", "480x270"])
        self.assertEqual(hls_rules.check(self.text("/live/cam~480/v1/media.m3u8")), [])

    def test_what_a_viewer_showed_goes_on_with_every_uri_and_is_judged(self):
        self.live()
        listed, _ = hls_rules.read(self.text("/live/cam/index.m3u8?visit=abc&_HLS_skip=YES"))
        self.assertEqual(listed.variants[0][1], "v1/media.m3u8?visit=abc")
        text = self.text("/live/cam/v1/media.m3u8?visit=abc")
        self.assertEqual(text.count("?visit=abc"), text.count("URI=") + text.count("#EXTINF"))
        # Nobody here can check a token.
        self.assertEqual(self.get("/live/cam/v1/media.m3u8?token=abc")[0], 403)
        self.assertEqual(self.get("/live/cam/v1/seg_0.m4s?token=abc")[0], 403)

    def test_the_module_is_replaced_under_its_viewers(self):
        server = self.live()
        self.text("/live/cam/index.m3u8")
        before = self.text("/live/cam/v1/media.m3u8")
        server.run("modules", "reload", "hls")
        text = until(lambda: next((body.decode() for status, body in [self.get("/live/cam/v1/media.m3u8")] if status == 200), None),
                     20, "the new generation lists the stream")
        self.assertEqual(hls_rules.check(text), [], text)
        self.assertEqual(hls_rules.check_sequence(before, text), [], before + text)

    def test_the_target_duration_stays_when_a_group_of_pictures_is_longer(self):
        self.live("uneven.flv")
        self.text("/live/cam/index.m3u8")
        lists = {rendition: self.text(f"/live/cam/{rendition}/media.m3u8") for rendition in ("v1", "a2", "ts")}

        def long_group_is_over():
            now = {rendition: self.text(f"/live/cam/{rendition}/media.m3u8") for rendition in lists}
            for rendition, text in now.items():
                self.assertEqual(hls_rules.check(text), [], text)
                self.assertEqual(hls_rules.check_sequence(lists[rendition], text), [], lists[rendition] + text)
            lists.update(now)
            begun_without_key = [one for one in hls_rules.read(now["v1"])[0].segments if one.parts and not one.parts[0].independent]
            return begun_without_key and hls_rules.read(now["v1"])[0].next_msn > 7
        until(long_group_is_over, 40, lambda: f"segments without a key frame at their beginning: {lists}", 0.3)
        self.assertEqual({hls_rules.read(text)[0].target for text in lists.values()}, {2})
        self.assertNotIn("INDEPENDENT-SEGMENTS", self.text("/live/cam/index.m3u8"))

    def test_a_delta_update_stands_for_the_whole_list(self):
        self.live()
        self.text("/live/cam/index.m3u8")

        def long_enough():
            whole = self.text("/live/cam/v1/media.m3u8")
            return whole if whole.count("#EXTINF") >= 9 else None
        before = until(long_enough, 40, "a list that is worth skipping", every=0.5)
        delta = self.text("/live/cam/v1/media.m3u8?_HLS_skip=YES")
        self.assertEqual(hls_rules.check(delta), [], delta)
        self.assertIn("#EXT-X-SKIP:SKIPPED-SEGMENTS=", delta)
        self.assertEqual(hls_rules.check_sequence(before, hls_rules.merge(before, delta)), [], before + delta)

    def test_nothing_is_packaged_for_nobody(self):
        server = self.live(hls={"linger_s": 5})
        packagings = lambda: server.streams()["live/cam"]["packagings"]
        self.assertEqual(packagings(), [])
        self.text("/live/cam/index.m3u8")
        self.assertNotEqual(packagings(), [])
        until(lambda: packagings() == [], 30, "the module lets go of the stream")

    def test_viewers_are_counted_as_viewers_not_as_what_the_module_reads(self):
        server = self.live()
        for query in ("", "", "?visit=a", "?visit=b"):
            self.text("/live/cam/index.m3u8" + query)
            self.text("/live/cam/v1/media.m3u8" + query)
        self.assertEqual(server.streams()["live/cam"]["viewers"], 3)
        seen = server.viewers("live/cam")
        self.assertEqual([(one["protocol"], one["peer"].split(":")[0]) for one in seen], [("hls", "127.0.0.1")] * 3)

    def test_a_viewer_who_is_kicked_is_out_with_the_next_request(self):
        server = self.live()
        for query in ("?visit=a", "?visit=b"):
            self.text("/live/cam/index.m3u8" + query)
        first, second = sorted(server.viewers("live/cam"), key=lambda one: one["id"])
        self.text("/live/cam/v1/media.m3u8?visit=a")
        server.run("kick", "--viewer", str(first["id"]))
        until(lambda: self.get("/live/cam/v1/media.m3u8?visit=a")[0] == 403, 2, "the list is refused")
        self.assertEqual(self.get("/live/cam/v1/part_0_0.m4s?visit=a")[0], 403)
        self.text("/live/cam/v1/media.m3u8?visit=b")
        self.assertEqual([one["id"] for one in server.viewers("live/cam")], [second["id"]])

    def test_a_list_that_lost_its_track_begins_anew(self):
        server = self.live()
        self.text("/live/cam/index.m3u8")
        before = self.text("/live/cam/v1/media.m3u8")
        # All that reads the stream, the module itself included, which no list of viewers shows.
        kicked = [number for number in range(1, 12) if server.run("kick", "--viewer", str(number), check=False).returncode == 0]
        self.assertGreaterEqual(len(kicked), 3, "two tracks, and what names the tracks")

        def goes_on():
            status, body = self.get("/live/cam/v1/media.m3u8?visit=later")  # who was there before is kicked, too
            now = body.decode() if status == 200 else ""
            return now if "PRELOAD-HINT" in now and now.count("#EXTINF") else None
        self.assertEqual(self.get("/live/cam/v1/media.m3u8")[0], 403)
        text = until(goes_on, 20, "the list goes on").replace("?visit=later", "")
        later, _ = hls_rules.read(text)
        earlier, _ = hls_rules.read(before)
        self.assertEqual(hls_rules.check(text), [], text)
        self.assertGreaterEqual(later.last_msn, earlier.last_msn)
        until(lambda: len(self.text(f"/live/cam/v1/media.m3u8?visit=later&_HLS_msn={later.next_msn + 1}")) > 0, 20, "and on")

    def test_a_token_goes_on_in_dash_as_well(self):
        self.live()
        text = self.text("/live/cam/manifest.mpd?visit=a%24b")
        media = re.search(r'media="v1/(seg_\$Number\$[^"]*)"', text)[1]
        self.assertEqual(media, "seg_$Number$.m4s?visit=a%24b")
        self.assertRegex(text, r'initialization="v1/init_\d+\.mp4\?visit=a%24b"')

    def test_live_is_less_than_a_part_and_a_round_trip_away(self):
        self.live()
        self.text("/live/cam/index.m3u8")
        behind = []
        for _ in range(10):
            now, _ = hls_rules.read(self.text("/live/cam/v1/media.m3u8"))
            text = self.text(f"/live/cam/v1/media.m3u8?_HLS_msn={now.next_msn}&_HLS_part={len(now.open)}")
            later, _ = hls_rules.read(text)
            began = re.findall(r"PROGRAM-DATE-TIME:(\S+)", text)[-1]
            listed = float(sum(part.duration for part in later.open or later.segments[-1].parts))
            behind.append(time.time() - datetime.datetime.fromisoformat(began).timestamp() - listed)
        self.assertLess(sorted(behind)[len(behind) // 2], 0.5 * PACE, behind)


class Watched(Player):
    def test_ffmpeg_plays_hls(self):
        self.live()
        self.plays(f"http://127.0.0.1:{self.http}/live/cam/index.m3u8")

    def test_ffmpeg_plays_segments_that_begin_without_a_key_frame(self):
        self.live("uneven.flv")
        self.text("/live/cam/index.m3u8")
        until(lambda: hls_rules.read(self.text("/live/cam/v1/media.m3u8"))[0].next_msn > 3, 30, "the long group has begun", 0.3)
        self.plays(f"http://127.0.0.1:{self.http}/live/cam/index.m3u8", 8)

    @unittest.skipUnless(os.path.exists(os.path.join(MODULES, "mpegts.so")), "nobody packages transport streams here")
    def test_ffmpeg_plays_plain_hls(self):
        self.live()
        text = self.text("/live/cam/ts/media.m3u8")
        self.assertEqual(hls_rules.check(text), [], text)
        now, _ = hls_rules.read(text)
        status, body = self.get("/live/cam/ts/" + now.segments[0].uri)
        self.assertEqual((status, len(body) % 188, {body[at] for at in range(0, len(body), 188)}), (200, 0, {0x47}))
        self.plays(f"http://127.0.0.1:{self.http}/live/cam/ts/media.m3u8")

    def test_ffmpeg_plays_dash(self):
        self.live()
        root = xml.etree.ElementTree.fromstring(self.text("/live/cam/manifest.mpd"))
        sets = root.findall(f"{MPD}Period/{MPD}AdaptationSet")
        self.assertEqual([one.get("contentType") for one in sets], ["video", "audio"])
        self.plays(f"http://127.0.0.1:{self.http}/live/cam/manifest.mpd")

    def test_sound_only(self):
        self.live("sound.flv")
        text = self.text("/live/cam/index.m3u8")
        self.assertEqual(hls_rules.check(text), [], text)
        self.assertNotIn("EXT-X-MEDIA:", text)
        self.assertEqual(hls_rules.check(self.text("/live/cam/a1/media.m3u8")), [])

    def plays(self, url, seconds=3):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.mp4")
            program = self.keep(Program(["ffmpeg", "-v", "error", "-y", "-i", url, "-t", str(seconds), "-c", "copy", out]))
            program.wait(40)
            seen = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type,nb_frames", "-of", "csv=p=0",
                                   out], capture_output=True, text=True, check=True).stdout
            frames = dict(line.split(",")[:2] for line in seen.split())
            self.assertGreater(int(frames["video"]), 40, seen)
            self.assertGreater(int(frames["audio"]), 60, seen)


if __name__ == "__main__":
    unittest.main()
