"""The pages in Chromium: what they show, in light and dark and on a phone, and what they never do."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from drive import drive, players
from harness.places import LOGS
from page_site import Site, stream

PICTURES = os.path.join(LOGS, "pages")
ATTACK = "live/<img src=x onerror=globalThis.attacked=1><script>attacked=1</script>"
HIDDEN = "This server lists its streams only to its own machine (setting: pages, list)."

STREAMS = [
    stream("live/cam", viewers=128),
    stream("live/studio~720p", width=1280, height=720, bitrate=2_100_000, fps=59.94, age_s=9_400, viewers=1),
    stream("events/keynote/stage-left", "hvc1", 3840, 2160, bitrate=14_800_000, state="grace", age_s=182_000),
    {"key": "radio/one", "state": "live", "age_s": 42, "viewers": 0, "bitrate": 128_000, "fps": 0, "packagings": [],
     "tracks": [{"kind": "audio", "codec": "Opus", "sample_rate": 48000, "channels": 2}]},
    stream("live/phone", "hvc1", 1080, 1920),
    stream(ATTACK),
    stream("live/" + "a-very-long-name-without-any-blank-in-it" * 4),
]


class Pages(unittest.TestCase):
    def look(self, pages, **site):
        os.makedirs(PICTURES, exist_ok=True)
        served = Site(vendor=players(), **site)
        self.addCleanup(served.close)
        _, told = drive("look", base=served.base, into=PICTURES, pages=",".join(f"{name}={path}" for name, path in pages.items()))
        for page in told["pages"]:
            with self.subTest(page=page["name"], look=page["look"]):
                self.assertEqual(page["complaints"], [])
                self.assertEqual(page["scripts_run"], 0)
                self.assertLessEqual(page["scroll_width"], page["width"], "the page scrolls sideways")
        return told["pages"]

    def test_the_list_shows_what_is_live(self):
        for page in self.look({"list": "/"}, streams=STREAMS):
            text = page["text"]
            for words in ("7 streams", "128 viewers", "1 viewer", "H.264 1920×1080", "H.265 3840×2160", "59.9 fps", "Opus 48 kHz stereo",
                          "Interrupted", "2 h 36 min", "2 d 2 h"):
                self.assertIn(words, text)
            self.assertIn("/live/cam", page["links"])

    def test_a_name_of_markup_is_text(self):
        for page in self.look({"attack": "/"}, streams=[stream(ATTACK)]):
            self.assertIn("<script>attacked=1</script>", page["text"])
            self.assertTrue(all(link.startswith("/") and not link.startswith("//") for link in page["links"]))

    def test_an_empty_list_says_how_to_publish(self):
        for page in self.look({"empty": "/"}):
            self.assertIn("Nothing is live", page["text"])
            self.assertIn("rtmp://127.0.0.1/live/cam", page["text"])

    def test_a_hidden_list_says_why_and_lets_one_ask_by_name(self):
        for page in self.look({"hidden": "/"}, streams=STREAMS, hidden=HIDDEN):
            self.assertIn(HIDDEN, page["text"])
            self.assertIn("Open a stream by its name", page["text"])
            self.assertNotIn("live/cam", page["text"])

    def test_a_player_waits_for_a_stream_and_gives_its_addresses(self):
        for page in self.look({"absent": "/live/later?token=a%26b"}):
            self.assertIn("Not live", page["text"])
            self.assertIn("/live/later/index.m3u8?token=a%26b", page["text"])
            self.assertIn("rtmp://127.0.0.1/live/later?token=a%26b", page["text"])

    def test_a_player_names_what_the_browser_cannot_decode(self):
        g711 = [{"kind": "audio", "codec": "alaw", "sample_rate": 8000, "channels": 1}]
        for page in self.look({"unplayable": "/live/phone-call"}, streams=[stream("live/phone-call", tracks=g711)]):
            self.assertIn("This stream cannot be played here", page["text"])
            self.assertIn("G.711 A cannot be played in a browser", page["text"])

    def test_an_attack_in_the_address_is_text(self):
        for page in self.look({"attack-address": "/live/%3Cimg%20src=x%20onerror=globalThis.attacked=1%3E"}):
            self.assertIn("<img src=x onerror=globalThis.attacked=1>", page["text"])


if __name__ == "__main__":
    unittest.main()
