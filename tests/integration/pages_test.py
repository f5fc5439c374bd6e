"""The pages on a real server: where they are, under which policy, and who is told what is live."""
import http.client
import json
import unittest

from harness.live_case import LiveTest
from harness.patience import until
from harness.places import free_port
from harness.rtmp import RtmpClient
from harness.source import Feed, flv_tags

PROXY_FIELDS = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")


class Pages(LiveTest):
    def serve_pages(self, pages=None, modules=None, expected=200):
        self.port = free_port()
        config = {"http": {"config": {"listen": f"127.0.0.1:{self.port}", "https_listen": []}}, "pages": {"config": pages or {}}}
        server = self.serve(modules={**config, **(modules or {})})
        # Routes come to the HTTP module's threads a moment after it listens.
        until(lambda: self.status("/_sluice/api/page") == 200 and self.status("/") == expected, 10, server.log)
        return server

    def get(self, path, **fields):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(line.close)
        line.request("GET", path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        answer = line.getresponse()
        return answer, answer.read().decode()

    def status(self, path, **fields):
        return self.get(path, **fields)[0].status

    def test_pages_and_files_are_there_under_the_policy(self):
        self.serve_pages()
        for path, words in {"/": "Live streams", "/live/cam": "<video", "/live/a/b~720p": "<video", "/_sluice/www/player.js": "import",
                            "/_sluice/www/vendor/hls.min.mjs": "export", "/_sluice/www/vendor/versions.json": "shaka-player"}.items():
            with self.subTest(path=path):
                answer, body = self.get(path)
                self.assertEqual(answer.status, 200)
                self.assertIn(words, body)
                policy = answer.headers.get_all("Content-Security-Policy")
                self.assertEqual(len(policy), 1)
                self.assertIn("script-src 'self';", policy[0])
                self.assertNotIn("unsafe", policy[0])
                self.assertEqual(answer.headers.get_all("X-Content-Type-Options"), ["nosniff"])
                self.assertEqual(answer.headers.get_all("Referrer-Policy"), ["no-referrer"])

    def test_every_player_has_its_licence_beside_it(self):
        self.serve_pages()
        versions = json.loads(self.get("/_sluice/www/vendor/versions.json")[1])
        self.assertEqual(sorted(versions), ["hls.js", "mpegts.js", "shaka-player"])
        for name, version in versions.items():
            self.assertIn("icense", self.get(f"/_sluice/www/vendor/licences/{name}-{version}-LICENSE")[1])

    def test_what_nobody_serves_is_not_found(self):
        self.serve_pages()
        for path in ("/live/cam.webm", "/live/cam.ogg", "/nothing", "/_sluice/www/nothing.js", "/_sluice/www/players.json"):
            with self.subTest(path=path):
                self.assertEqual(self.status(path), 404)

    def test_the_list_tells_what_is_live_and_not_from_whom(self):
        server = self.serve_pages()
        publisher = self.keep(RtmpClient(server.host, server.port)).connect()
        publisher.publish("cam")
        self.keep(Feed(publisher, flv_tags("short.flv")).start())
        server.wait_live("live/cam")
        answer, body = self.get("/_sluice/api/streams")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        told = json.loads(body)["streams"]
        self.assertEqual([stream["key"] for stream in told], ["live/cam"])
        self.assertEqual({track["codec"] for track in told[0]["tracks"]}, {"avc1", "mp4a"})
        self.assertNotIn("127.0.0.1", body)
        self.assertEqual(json.loads(self.get("/_sluice/api/streams/live/cam")[1])["stream"]["key"], "live/cam")
        self.assertEqual(self.status("/_sluice/api/streams/live/other"), 404)

    def test_once_somebody_decides_who_may_play_only_this_machine_sees_the_list(self):
        self.serve_pages(modules={"auth": {"enabled": True, "config": {"anonymous": {"play": ["open/*"]}}}})
        for path in ("/_sluice/api/streams", "/_sluice/api/streams/live/cam"):
            with self.subTest(path=path):
                self.assertNotEqual(self.status(path), 403)
                for field in PROXY_FIELDS:
                    self.assertEqual(self.status(path, **{field: "192.0.2.7"}), 403)
                self.assertEqual(self.status(path, Host="rebound.example"), 403)
                self.assertEqual(self.status(path, Origin="https://elsewhere.example"), 403)
                self.assertEqual(self.status(path, Sec_Fetch_Site="cross-site"), 403)
        self.assertEqual(self.status("/"), 200)
        self.assertEqual(self.status("/live/cam"), 200)

    def test_the_operator_may_hide_or_open_it_while_the_server_runs(self):
        server = self.serve_pages({"list": "nobody"})
        answer, body = self.get("/_sluice/api/streams")
        self.assertEqual(answer.status, 403)
        self.assertIn("to nobody", json.loads(body)["error"])
        server.config["modules"]["pages"] = {"config": {"list": "everyone"}}
        server.write_config()
        server.run("config", "reload")
        self.assertEqual(self.status("/_sluice/api/streams", Host="anything.example"), 200)

    def test_a_link_that_would_run_code_is_refused_with_place_and_remedy(self):
        links = [{"name": "x", "url": "javascript:alert(1)//{key}"}]
        server = self.serve(modules={"pages": {"config": {"links": links}}, "http": {"enabled": False}})
        until(lambda: "/config/links/0/url" in server.log(), 10, server.log)
        self.assertIn("write /{key}.flv or rtmp://{host}/{key}", server.log())

    def test_without_its_files_it_says_so_and_the_rest_serves(self):
        server = self.serve_pages({"root": "/nonexistent"}, expected=404)
        self.assertEqual(self.status("/"), 404)
        self.assertEqual(self.status("/_sluice/api/streams"), 200)
        until(lambda: "not well: no pages in /nonexistent" in server.run("modules", "explain", "pages", check=False).stdout, 10,
              lambda: str(server.run("modules", "explain", "pages", check=False)))


if __name__ == "__main__":
    unittest.main()
