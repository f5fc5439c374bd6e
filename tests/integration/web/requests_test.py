"""What an HTTP client sees: curl, Python's http.client, and requests by hand."""
import http.client
import subprocess
import threading
import time
import unittest

from harness.patience import PACE, until
from harness.web import Wire
from web_case import WebTest


def curl(*words):
    done = subprocess.run(["curl", "-sS", "--max-time", str(20 * PACE), *words], capture_output=True, text=True, check=True)
    return done.stdout


class Requests(WebTest):
    def test_curl_and_http_client(self):
        server = self.serve_web()
        base = f"http://127.0.0.1:{server.http_port}"
        self.assertEqual(curl(f"{base}/hello/curl"), "Hello, curl!\n")
        self.assertEqual(curl("--http1.0", f"{base}/hello/old"), "Hello, old!\n")
        self.assertEqual(curl("-r", "7-9", f"{base}/hello/curl"), "cur")
        self.assertIn("HTTP/1.1 200 OK", curl("-I", f"{base}/hello/curl"))
        self.assertEqual(curl("--data-binary", "some body", f"{base}/echo"), "some body")
        self.assertEqual(curl("-H", "Transfer-Encoding: chunked", "--data-binary", "x" * 50000, f"{base}/echo"), "x" * 50000)
        self.assertEqual(curl("-H", "Expect: 100-continue", "--data-binary", "y" * 90000, f"{base}/echo"), "y" * 90000)

        client = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=20 * PACE)
        self.addCleanup(client.close)
        socket = None
        for i in range(20):
            client.request("GET", f"/hello/{i}")
            answer = client.getresponse()
            self.assertEqual((answer.status, answer.read().decode()), (200, f"Hello, {i}!\n"))
            socket = socket or client.sock
            self.assertIs(client.sock, socket, "the connection is kept")

    def test_by_hand(self):
        server = self.serve_web()
        wire = self.wire(server)
        pipelined = b"".join(f"GET /hello/{i} HTTP/1.1\r\nHost: h\r\n\r\n".encode() for i in range(50))
        wire.send(pipelined)
        for i in range(50):
            self.assertEqual(wire.answer().body.decode(), f"Hello, {i}!\n")
        head = wire.ask("/hello/x", "HEAD")
        self.assertEqual((head.status, head["content-length"]), (200, "10"))
        refused = wire.ask("/hello/x", "POST", body=b"x")
        self.assertEqual((refused.status, refused["allow"]), (405, "GET, HEAD, OPTIONS"))
        self.assertTrue(wire.ended(), "a body that nobody read ends the connection")

        wire = self.wire(server)
        self.assertEqual(wire.ask("/none").status, 404)
        options = wire.ask("/echo", "OPTIONS", [("Origin", "https://a.example"), ("Access-Control-Request-Method", "POST")])
        self.assertEqual((options.status, options["access-control-allow-origin"]), (204, "*"))
        self.assertIn("POST", options["access-control-allow-methods"])
        self.assertEqual(wire.ask("/echo", "POST", body=b"z" * 100001).status, 413)
        self.assertTrue(wire.ended())
        last = self.wire(server).ask("/hello/x", fields=[("Connection", "close")])
        self.assertEqual((last.status, last["connection"]), (200, "close"))

    def test_a_half_closed_peer_still_gets_its_answer(self):
        server = self.serve_web()
        wire = self.wire(server)
        wire.send("GET /tick/half HTTP/1.1\r\nHost: h\r\n\r\n")
        wire.socket.shutdown(1)
        self.assertEqual(wire.answer().status, 200)
        self.assertTrue(wire.ended())

    def test_what_was_pipelined_before_a_half_close_is_answered(self):
        server = self.serve_web(modules={"greeter": {"config": {"greeting": "x" * 100_000}}})
        wire = self.wire(server)
        wire.send(b"GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n" * 100)  # more than socket buffers hold
        wire.socket.shutdown(1)
        for i in range(100):
            self.assertEqual(len(wire.answer().body), 100_005, i)
        self.assertTrue(wire.ended())

    def test_a_handler_that_takes_too_long(self):
        server = self.serve_web(modules={"greeter": {"config": {"tick_ms": 30000}}})
        wires = [self.wire(server) for _ in range(3)]
        for wire in wires:
            wire.send("GET /tick/1 HTTP/1.1\r\nHost: h\r\n\r\n")
        for wire in wires:
            answer = wire.answer()
            self.assertEqual((answer.status, answer["connection"]), (504, None))
            self.assertEqual(wire.ask("/hello/x").status, 200, "the connection is none the worse")

    def test_equal_questions_of_a_shared_route_are_asked_once(self):
        server = self.serve_web(modules={"greeter": {"config": {"tick_ms": 1000}}})
        lanes = next(row for row in server.ask("modules") if row["id"] == "http")["generations"][0]["threads"]
        answers, wires = [], [self.wire(server) for _ in range(200)]
        for wire in wires:
            wire.send("GET /tick/1?x HTTP/1.1\r\nHost: h\r\n\r\n")
        for wire in wires:
            answers.append(wire.answer())
        self.assertEqual({a.status for a in answers}, {200})
        asked = {int(a.body.split()[1]) for a in answers}
        self.assertLessEqual(max(asked), lanes, "at most once for each lane")
        # Kept for half a second, then asked again.
        before = max(asked)
        self.assertLessEqual(int(wires[0].ask("/tick/1?x").body.split()[1]), before)
        until(lambda: int(wires[0].ask("/tick/1?x").body.split()[1]) > before, 10, "a kept answer grows too old", 0.1)

    def test_routes_come_and_go_with_their_module(self):
        server = self.serve_web()
        wire = self.wire(server)
        self.assertEqual(wire.ask("/hello/x").status, 200)
        server.run("modules", "disable", "greeter")
        until(lambda: wire.ask("/hello/x").status == 404, 10, "the route goes", 0.05)
        server.run("modules", "enable", "greeter")
        until(lambda: wire.ask("/hello/x").status == 200, 10, "the route comes", 0.05)

    def test_the_module_that_answers_is_replaced_under_load(self):
        server = self.serve_web()
        wrong, count, end = [], [0], threading.Event()

        def ask(method, path, body):
            wire = Wire(server)
            try:
                while not end.is_set():
                    answer = wire.ask(path, method, body=body)
                    count[0] += 1
                    if answer.status not in (200, 201):
                        wrong.append((method, answer))
                    if answer["connection"] == "close":
                        wire.close()
                        wire = Wire(server)
            except OSError as error:
                wrong.append(error)
            finally:
                wire.close()

        threads = [threading.Thread(target=ask, args=words) for words in
                   [("GET", "/hello/x", b"")] * 2 + [("POST", "/echo", b"some body")] * 2]
        for thread in threads:
            thread.start()
        for _ in range(5):
            server.run("modules", "reload", "greeter")
        for _ in range(3):  # the http module itself: connections go over, one by one
            server.run("modules", "reload", "http")
        end.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual(wrong, [])
        self.assertGreater(count[0], 100)

    def test_a_handler_that_goes_before_it_answers(self):
        server = self.serve_web(settings={"limits": {"replace_drain_ms": 200}},
                                modules={"greeter": {"config": {"tick_ms": 1000}}})

        def ask_and_replace():
            got, posted = self.wire(server), self.wire(server)
            got.send("GET /tick/1 HTTP/1.1\r\nHost: h\r\n\r\n")
            posted.send("POST /tick/1 HTTP/1.1\r\nHost: h\r\n\r\n")
            server.run("modules", "reload", "greeter")
            self.assertEqual(got.answer().status, 200, "its successor is asked")
            answer = posted.answer()
            return (answer.status, answer["retry-after"]) == (503, "1")

        # The question may come to the successor at once, if the reload was quicker.
        until(ask_and_replace, 20, "what may have been done already is not asked again", 0)

    def test_a_slow_answer_outlives_the_handler_it_was_asked_of(self):
        server = self.serve_web()
        wire = self.wire(server)
        wire.send("GET /tick/slow HTTP/1.1\r\nHost: h\r\n\r\n")
        server.run("modules", "reload", "greeter")
        self.assertEqual(wire.answer().status, 200)


class Limits(WebTest):
    def test_slow_and_silent_peers_are_sent_away(self):
        server = self.serve_web(http={"header_timeout_s": 1, "idle_timeout_s": 2, "write_timeout_s": 1})
        silent, trickle, body, idle = (self.wire(server) for _ in range(4))
        trickle.send("GET /hello/x HTTP/1.1\r\nHost: h\r\n")
        body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        self.assertEqual(idle.ask("/hello/x").status, 200)

        end = threading.Event()

        def drip():
            while not end.wait(0.2):
                try:
                    trickle.send("X: y\r\n")
                    body.send("d") if time.monotonic() < stop else None
                except OSError:
                    return

        stop = time.monotonic() + 1
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            self.assertEqual(trickle.answer().status, 408)
            self.assertEqual(body.answer().status, 408)
        finally:
            end.set()
            thread.join()
        for wire in (silent, trickle, body, idle):
            self.assertTrue(wire.ended())

    def test_a_peer_that_takes_its_time_is_not_idle(self):
        server = self.serve_web(http={"idle_timeout_s": 1, "write_timeout_s": 20},
                                modules={"greeter": {"config": {"greeting": "x" * 100_000}}})
        slow, idle = self.wire(server), self.wire(server)
        slow.send(b"GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n" * 100)
        self.assertEqual(len(slow.answer().body), 100_005)
        for _ in range(2):
            self.assertEqual(idle.ask("/hello/x").status, 200)
            self.assertTrue(idle.ended(), "by now the idle timeout is over")
            idle = self.wire(server)
        for i in range(99):
            self.assertEqual(len(slow.answer().body), 100_005, i)
        self.assertEqual(slow.ask("/hello/x").status, 200, "and its time to think begins when it has all")

    def test_a_peer_that_takes_nothing_is_cut(self):
        server = self.serve_web(http={"write_timeout_s": 1, "requests_per_connection": 100000})
        wire = self.wire(server)
        wire.socket.setblocking(False)
        try:  # asks and asks, and reads no answer: first our reading stops, then its writing
            while True:
                wire.socket.send(b"GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n" * 1000)
        except BlockingIOError:
            pass
        until(lambda: server.metrics().get(("http_timeouts_total", (("reason", "write"),)), 0) >= 1, 15,
              lambda: f"the write timeout is counted: {server.log()[-1000:]}", 0.1)

    def test_too_many_connections_are_told_so(self):
        server = self.serve_web(http={"connections": 3})
        kept = []

        def fills():  # whoever asked before may not have been seen to go yet
            while len(kept) < 3:
                wire = self.wire(server)
                if wire.ask("/hello/x").status != 200:
                    return False
                kept.append(wire)
            return True

        until(fills, 10, "three are served", 0.05)
        self.assertEqual(self.wire(server).answer().status, 503)
        kept.pop().close()
        until(lambda: self.asks_well(server), 10, "a place is free again", 0.05)

    def test_a_connection_ends_after_its_share_of_requests(self):
        server = self.serve_web(http={"requests_per_connection": 3})
        wire = self.wire(server)
        self.assertEqual([wire.ask("/hello/x")["connection"] for _ in range(3)], [None, None, "close"])
        self.assertTrue(wire.ended())


if __name__ == "__main__":
    unittest.main()
