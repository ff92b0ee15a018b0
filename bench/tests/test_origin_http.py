#!/usr/bin/env python3
"""iorace serve, seen from a socket: what it answers, how it speaks HTTP, what it refuses.

test_origin_http.py PATH_TO_IORACE [unittest's own arguments]
"""
import socket
import time
import unittest

from test_origin_client import HOST, Server, main


class Origin(unittest.TestCase):
    """Against one server that all of these share, and which must be as well after them as before."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        # Its ten seconds pass while the other tests run.
        cls.half_head = cls.server.connect()
        cls.half_head.send("GET / HTTP/1.1\r\nHo")
        cls.half_head_sent = time.monotonic()

    @classmethod
    def tearDownClass(cls):
        cls.half_head.close()
        status, errors = cls.server.stop()
        assert status == 0, f"exit status {status}: {errors}"
        assert errors == "", errors

    def setUp(self):
        self.opened = []

    def tearDown(self):
        for connection in self.opened:
            connection.close()

    def connect(self):
        connection = self.server.connect()
        self.opened.append(connection)
        return connection

    # What is answered

    def test_body(self):
        answer = self.server.get("/bytes/200")
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.body), 200)
        self.assertTrue(answer.body.startswith(b"dIHEmkmdhGMhIfNbcidmCededPeckdhKbhOCecnoeiGnKMnIdpPEnjIhIFDiDLM\n"))

    def test_body_is_deterministic(self):
        for size in (0, 1, 63, 64, 1727, 1728, 1729, 2048, 65535, 65536, 1000003):
            path = f"/bytes/{size}?x"
            first, second = self.server.get(path), self.server.get(path)
            self.assertEqual(len(first.body), size)
            self.assertEqual(first.body, second.body)
        self.assertNotEqual(self.server.get("/bytes/100?1").body, self.server.get("/bytes/100?2").body)

    def test_default_body_bytes(self):
        self.assertEqual(len(self.server.get("/delay/1").body), 200)

    def test_help(self):
        answer = self.server.get("/")
        self.assertEqual(answer.status, 200)
        for path in (b"/bytes/N", b"/delay/MS", b"/status/CODE", b"/stats"):
            self.assertIn(path, answer.body)

    def test_delay_is_never_early(self):
        connection = self.connect()
        for ms in (0.5, 1, 20, 33.3):
            began = time.monotonic()
            self.assertEqual(connection.get(f"/delay/{ms}/bytes/10").status, 200)
            passed = time.monotonic() - began
            self.assertGreaterEqual(passed, ms / 1000)
            self.assertLess(passed, ms / 1000 + 5)

    def test_delays_run_side_by_side(self):
        connections = [self.connect() for _ in range(50)]
        began = time.monotonic()
        for connection in connections:
            connection.send(f"GET /delay/300 HTTP/1.1\r\n{HOST}\r\n")
        for connection in connections:
            self.assertEqual(connection.answer().status, 200)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        self.assertLess(time.monotonic() - began, 7)

    def test_status(self):
        for status in (200, 201, 299, 302, 404, 418, 500, 503, 599):
            answer = self.server.get(f"/status/{status}/bytes/3")
            self.assertEqual((answer.status, len(answer.body)), (status, 3))

    def test_status_without_body(self):
        connection = self.connect()
        for status in (204, 205, 304):
            answer = connection.get(f"/status/{status}/bytes/3")
            self.assertEqual((answer.status, answer.body), (status, b""))
            self.assertIn(answer.headers.get("content-length"), (None, "0"))
        self.assertEqual(connection.get("/bytes/1").status, 200)

    def test_unknown_path_is_404_and_bad_number_400(self):
        connection = self.connect()
        for path, status in (("/x", 404), ("/bytes/x", 400), ("/delay/3600001", 400), ("/delay/1/delay/1", 400),
                             ("/bytes/99999999999999999999", 400), ("/status/100", 400), ("/bytes/3/", 404)):
            self.assertEqual(connection.get(path).status, status, path)
        self.assertEqual(connection.get("/").status, 200)  # the connection goes on

    # How HTTP is spoken

    def test_keep_alive(self):
        connection = self.connect()
        for count in range(100):
            answer = connection.get(f"/bytes/{count}")
            self.assertEqual(len(answer.body), count)
            self.assertNotIn("connection", answer.headers)

    def test_pipelined_requests_are_answered_in_order(self):
        connection = self.connect()
        paths = ["/bytes/1", "/delay/30/bytes/2", "/bytes/70000", "/x", "/bytes/5"]
        connection.send("".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n" for path in paths))
        answers = [connection.answer() for _ in paths]
        self.assertEqual([answer.status for answer in answers], [200, 200, 200, 404, 200])
        self.assertEqual([len(answers[i].body) for i in (0, 1, 2, 4)], [1, 2, 70000, 5])
        self.assertEqual(answers[2].body, self.server.get("/bytes/70000").body)

    def test_many_pipelined_requests(self):
        connection = self.connect()
        connection.send("".join(f"GET /bytes/{i} HTTP/1.1\r\n{HOST}\r\n" for i in range(1000)))
        for i in range(1000):
            self.assertEqual(len(connection.answer().body), i)

    def test_an_answer_does_not_wait_for_a_later_delay(self):
        connection = self.connect()
        began = time.monotonic()
        connection.send(f"GET /bytes/1 HTTP/1.1\r\n{HOST}\r\nGET /delay/4000 HTTP/1.1\r\n{HOST}\r\n")
        self.assertEqual(connection.answer().body, self.server.get("/bytes/1").body)
        self.assertLess(time.monotonic() - began, 3.9)

    def test_head_one_byte_at_a_time(self):
        connection = self.connect()
        for byte in f"GET /bytes/7 HTTP/1.1\r\n{HOST}X: y\r\n\r\n".encode():
            connection.send(bytes([byte]))
        self.assertEqual(len(connection.answer().body), 7)

    def test_head_method(self):
        connection = self.connect()
        for path, length in (("/bytes/12345678", "12345678"), ("/x", None), ("/bytes/9", "9")):
            answer = connection.get(path, method="HEAD")
            if length:
                self.assertEqual(answer.headers["content-length"], length)
        self.assertEqual(len(connection.get("/bytes/4").body), 4)

    def test_http_1_0(self):
        connection = self.connect()
        connection.send("GET /bytes/3 HTTP/1.0\r\n\r\n")
        answer = connection.answer()
        self.assertEqual(answer.headers["connection"], "close")
        self.assertTrue(connection.ended())

        connection = self.connect()
        for _ in range(2):
            connection.send("GET /bytes/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            self.assertEqual(connection.answer().headers["connection"], "keep-alive")

    def test_connection_close(self):
        connection = self.connect()
        answer = connection.get("/bytes/100000", extra="Connection: close\r\n")
        self.assertEqual(answer.headers["connection"], "close")
        self.assertEqual(len(answer.body), 100000)
        self.assertTrue(connection.ended())

    def test_methods(self):
        connection = self.connect()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            self.assertEqual(len(connection.get("/bytes/3", method=method).body), 3)
        answer = connection.get("/bytes/3", method="PROPFIND")
        self.assertEqual(answer.status, 405)
        self.assertIn("GET", answer.headers["allow"])
        self.assertEqual(connection.get("/bytes/3", method="BREW").status, 501)
        self.assertTrue(connection.ended())

    def test_request_bodies(self):
        connection = self.connect()
        body = "GET /x HTTP/1.1\r\n\r\n" * 20000  # what looks like requests is not one
        connection.send(f"POST /bytes/1 HTTP/1.1\r\n{HOST}Content-Length: {len(body)}\r\n\r\n{body}")
        self.assertEqual(len(connection.answer().body), 1)
        chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in ("GET /x", "a" * 100000, "\r\n0\r\n\r\n")) + "0\r\n"
        connection.send(f"POST /bytes/2 HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n{chunks}Trailer: x\r\n\r\n")
        self.assertEqual(len(connection.answer().body), 2)
        self.assertEqual(len(connection.get("/bytes/3").body), 3)

    def test_delay_runs_from_the_last_byte(self):
        connection = self.connect()
        connection.send(f"POST /delay/200 HTTP/1.1\r\n{HOST}Content-Length: 4\r\n\r\nab")
        time.sleep(0.3)
        began = time.monotonic()
        connection.send("cd")
        self.assertEqual(connection.answer().status, 200)
        self.assertGreaterEqual(time.monotonic() - began, 0.2)

    def test_expect_100_continue(self):
        connection = self.connect()
        connection.send(f"POST /bytes/5 HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        self.assertEqual(connection.answer().status, 100)
        connection.send("body")
        self.assertEqual(len(connection.answer().body), 5)
        # Who does not wait is told once at most, and the answer follows in any case.
        connection.send(f"POST /bytes/6 HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody")
        self.assertEqual(len(connection.answer().body), 6)
        connection.send(f"POST /bytes/6 HTTP/1.1\r\n{HOST}Expect: a-pony\r\nContent-Length: 4\r\n\r\n")
        self.assertEqual(connection.answer().status, 417)

    # What is refused

    def refused(self, request, status):
        connection = self.connect()
        try:
            connection.send(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent
        answer = connection.answer()
        self.assertEqual(answer.status, status, request[:80])
        self.assertEqual(answer.headers["connection"], "close")
        # An orderly end and not a reset, which on another system could have destroyed the answer.
        self.assertEqual(connection.sock.recv(1), b"")

    def test_garbage_is_refused(self):
        for garbage in (b"\0\0\0\0", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"GET / FTP/1.1\r\n\r\n",
                        b"\xff" * 5000, b"GET  / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n"):
            self.refused(garbage, 400)

    def test_bad_lengths_are_refused(self):
        for header in ("Content-Length: -1", "Content-Length: 1e3", "Content-Length: 99999999999999999999",
                       "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 1\r\nTransfer-Encoding: chunked",
                       "Transfer-Encoding: gzip", "Content-Length : 1"):
            self.refused(f"POST / HTTP/1.1\r\n{HOST}{header}\r\n\r\n", 400)
        for size in ("zz", "-1", "fffffffffffffffff"):
            self.refused(f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n{size}\r\n", 400)

    def test_huge_heads_are_refused(self):
        self.refused(f"GET / HTTP/1.1\r\n{HOST}X: " + "x" * 20000, 431)
        self.refused("GET /" + "x" * 3000000, 431)  # the rest must not turn the answer into a reset
        self.refused(f"GET / HTTP/1.1\r\n{HOST}" + "X: y\r\n" * 5000, 431)

    def test_http_2_is_refused(self):
        self.refused(f"GET / HTTP/2.0\r\n{HOST}\r\n", 505)

    def test_upgrade_is_ignored(self):
        connection = self.connect()
        answer = connection.get("/bytes/3", extra="Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")
        self.assertEqual((answer.status, len(answer.body)), (200, 3))
        self.assertEqual(connection.get("/bytes/4").status, 200)

    def test_slow_head_is_given_up(self):
        answer = self.half_head.answer()
        self.assertEqual(answer.status, 408)
        self.assertGreater(time.monotonic() - self.half_head_sent, 9)
        self.assertTrue(self.half_head.ended())

    # Rude clients

    def test_half_sent_requests_do_not_hurt_others(self):
        for text in ("", "G", "GET /bytes/1 HTTP/1.1\r\nHost: h\r\n", "GET /delay/50 HTTP/1.1\r\nHost: h\r\n\r\n",
                     f"POST / HTTP/1.1\r\n{HOST}Content-Length: 10\r\n\r\nabc",
                     f"GET /bytes/1000000000 HTTP/1.1\r\n{HOST}\r\n"):
            for how in ("close", "reset"):
                connection = self.server.connect()
                connection.send(text)
                if how == "reset":
                    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()
                self.assertEqual(self.server.get("/bytes/3").status, 200)
        time.sleep(0.1)
        self.assertEqual(self.server.get("/bytes/3").status, 200)

    def test_half_closed_client_gets_its_answer(self):
        connection = self.connect()
        connection.send(f"GET /delay/20/bytes/100000 HTTP/1.1\r\n{HOST}\r\n")
        connection.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(len(connection.answer().body), 100000)
        self.assertTrue(connection.ended())

    def test_endless_body_leaves_room_for_others(self):
        connection = self.connect()
        connection.send(f"GET /bytes/1099511627776 HTTP/1.1\r\n{HOST}\r\n")
        for _ in range(20):
            connection.sock.recv(1 << 20)
            self.assertEqual(self.server.get("/bytes/3").status, 200)

    def test_500_connections_at_once(self):
        connections = [self.connect() for _ in range(500)]
        for round_number in range(3):
            for i, connection in enumerate(connections):
                connection.send(f"GET /delay/20/bytes/{i} HTTP/1.1\r\n{HOST}\r\n")
            for i, connection in enumerate(connections):
                self.assertEqual(len(connection.answer().body), i)


if __name__ == "__main__":
    main()
