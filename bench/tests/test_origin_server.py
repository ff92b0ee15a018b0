#!/usr/bin/env python3
"""iorace serve, seen from a socket: test_origin_server.py PATH_TO_IORACE [unittest's own arguments]."""
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest

IORACE = None
HOST = "Host: h\r\n"


class Server:
    """A server process of its own, on a free port."""

    def __init__(self, *arguments, preexec=None):
        self.process = subprocess.Popen(
            [IORACE, "serve", "--port", "0", "--json", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=preexec)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("no announcement: " + self.process.stderr.read().decode())
        self.announcement = json.loads(line)
        self.url = self.announcement["url"]
        host, port = re.fullmatch(r"http://\[?([^]]*)\]?:(\d+)", self.url).groups()
        self.address = (host, int(port))

    def connect(self):
        sock = socket.create_connection(self.address, timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(sock)

    def get(self, path, **more):
        connection = self.connect()
        try:
            return connection.get(path, **more)
        finally:
            connection.close()

    def stats(self, query=""):
        return json.loads(self.get("/stats" + query).body)

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """SIGTERM; returns the exit status and what was said on stderr."""
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors.decode()


class Answer:
    def __init__(self, status, headers, body, version):
        self.status, self.headers, self.body, self.version = status, headers, body, version


class Connection:
    """Bytes out, answers in; nothing that a library would tidy up."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def send(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else text.encode())

    def close(self):
        self.sock.close()

    def fill(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise EOFError("the server closed the connection; left over: %r" % self.buffer[:200])
        self.buffer += piece

    def read(self, count):
        while len(self.buffer) < count:
            self.fill()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def answer(self, head_only=False):
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        match = re.fullmatch(r"(HTTP/1\.[01]) (\d{3}) (.+)", lines[0])
        assert match, lines[0]
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in headers, line
            headers[name.lower()] = value
        status = int(match.group(2))
        no_body = head_only or status < 200 or status in (204, 304)
        body = b"" if no_body else self.read(int(headers["content-length"]))
        return Answer(status, headers, body, match.group(1))

    def get(self, path, method="GET", extra=""):
        self.send(f"{method} {path} HTTP/1.1\r\n{HOST}{extra}\r\n")
        return self.answer(head_only=method == "HEAD")

    def ended(self):
        """Whether the server has closed, after nothing more than what was read."""
        if self.buffer:
            return False
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


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


class OriginProcess(unittest.TestCase):
    """What needs a server of its own."""

    def start(self, *arguments, **more):
        server = Server(*arguments, **more)
        self.addCleanup(server.stop)
        return server

    def test_stats_count(self):
        server = self.start()
        connection = server.connect()
        self.addCleanup(connection.close)
        for _ in range(4):
            connection.get("/delay/2")
        connection.get("/bytes/1")
        connection.get("/nothing")
        connection.get("/delay/2", extra="User-Agent: iorace-warmup\r\n")
        connection.get("/bytes/1", extra="User-Agent: iorace-warmup\r\n")
        connection.get("/bytes/1", extra="User-Agent: not iorace-warmup\r\n")
        connection.get("/stats?reset=1", method="HEAD")
        stats = server.stats()
        self.assertEqual((stats["requests"], stats["warmup_requests"], stats["delayed"]), (7, 2, 4))
        self.assertGreaterEqual(stats["late_p50_ns"], 0)
        self.assertLessEqual(stats["late_p50_ns"], stats["late_p99_ns"])
        self.assertLessEqual(stats["late_p99_ns"], stats["late_max_ns"])
        self.assertEqual(server.stats("?reset=1")["requests"], 7)
        stats = server.stats()
        self.assertEqual((stats["requests"], stats["warmup_requests"], stats["delayed"], stats["late_max_ns"]),
                         (0, 0, 0, -1))

    def test_announcement(self):
        server = self.start()
        self.assertEqual(server.announcement["pid"], server.process.pid)
        self.assertEqual(server.announcement["loops"], len(os.sched_getaffinity(0)))

    def test_one_cpu_is_one_loop(self):
        cpu = min(os.sched_getaffinity(0))
        server = self.start("--cpus", str(cpu))
        self.assertEqual(server.announcement["loops"], 1)
        self.assertEqual(os.sched_getaffinity(server.process.pid), {cpu})
        self.assertEqual(server.get("/bytes/3").status, 200)

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as sock:
                sock.bind(("::1", 0))
        except OSError:
            self.skipTest("no IPv6 loopback here")
        server = self.start("--host", "::1")
        self.assertTrue(server.url.startswith("http://[::1]:"))
        self.assertEqual(server.get("/bytes/3").status, 200)

    def test_signals_end_it_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.start()
            idle, waiting, busy = server.connect(), server.connect(), server.connect()
            waiting.send(f"GET /delay/60000 HTTP/1.1\r\n{HOST}\r\n")
            busy.send(f"GET /bytes/1099511627776 HTTP/1.1\r\n{HOST}\r\n")
            self.assertEqual(server.get("/bytes/3").status, 200)
            began = time.monotonic()
            server.process.send_signal(number)
            self.assertEqual(server.process.wait(timeout=20), 0)
            self.assertLess(time.monotonic() - began, 15)
            self.assertTrue(waiting.ended())
            for connection in (idle, waiting, busy):
                connection.close()
            self.assertEqual(server.stop(), (0, ""))

    def test_descriptor_exhaustion(self):
        limit = 60

        def few_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        server = self.start(preexec=few_descriptors)
        first = server.connect()
        self.assertEqual(first.get("/bytes/3").status, 200)
        crowd = [server.connect() for _ in range(limit + 40)]  # the kernel accepts what the server cannot
        time.sleep(0.2)
        before = server.cpu_s()
        time.sleep(1)
        self.assertLess(server.cpu_s() - before, 0.5)
        self.assertEqual(first.get("/bytes/4").status, 200)
        crowd[-1].send(f"GET /bytes/5 HTTP/1.1\r\n{HOST}\r\n")
        for connection in crowd[:-1]:
            connection.close()
        self.assertEqual(crowd[-1].answer().status, 200)  # it is accepted after all
        self.assertEqual(server.get("/bytes/6").status, 200)
        crowd[-1].close()
        first.close()
        status, errors = server.stop()
        self.assertEqual(status, 0)
        self.assertIn("cannot accept", errors)
        self.assertLess(len(errors.splitlines()), 20)  # about one a second and loop

    def test_soft_limit_is_raised(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 400:
            self.skipTest("the hard limit of descriptors is low")
        server = self.start(preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard)))
        connections = [server.connect() for _ in range(200)]
        for connection in connections:
            self.assertEqual(connection.get("/bytes/1").status, 200)
            connection.close()

    def test_dies_with_its_parent(self):
        script = ("import subprocess, sys, os, time\n"
                  "subprocess.Popen([sys.argv[1], 'serve', '--port', '0', '--json', '--with-parent', str(os.getpid())])\n"
                  "time.sleep(600)\n")
        parent = subprocess.Popen([sys.executable, "-c", script, IORACE], stdout=subprocess.PIPE)
        self.addCleanup(parent.stdout.close)
        pid = json.loads(parent.stdout.readline())["pid"]
        self.addCleanup(lambda: is_running(pid) and os.kill(pid, signal.SIGKILL))
        os.kill(pid, 0)
        parent.kill()
        parent.wait()
        for _ in range(1000):
            if not is_running(pid):
                return
            time.sleep(0.01)
        self.fail("still there")

    def test_an_orphan_does_not_start(self):
        done = subprocess.run([IORACE, "serve", "--port", "0", "--with-parent", "2147483646"], capture_output=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, b"")

    def test_usage_errors(self):
        for arguments, said in ((["--port", "65536"], "65535"), (["--port", "x"], "x"), (["--cpus", "a"], "'a'"),
                                (["--cpus", "1023"], "1023"), (["--host", "example.org", "--allow-remote"], "numeric"),
                                (["--host", "0.0.0.0"], "--allow-remote"), (["--host", "::"], "--allow-remote"),
                                (["surplus"], "surplus"), (["--nothing"], "nothing")):
            done = subprocess.run([IORACE, "serve", *arguments], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(said, done.stderr)

    def test_help(self):
        done = subprocess.run([IORACE, "serve", "--help"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0)
        for word in ("--host", "--port", "--cpus", "--json", "--allow-remote", "/delay/", "/bytes/", "/status/", "/stats"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("with-parent", done.stdout)

    def test_port_in_use(self):
        server = self.start()
        for cpus in ([], ["--cpus", str(min(os.sched_getaffinity(0)))]):
            done = subprocess.run([IORACE, "serve", "--port", str(server.address[1]), *cpus], capture_output=True,
                                  text=True, timeout=20)
            self.assertEqual(done.returncode, 6)
            self.assertIn("in use", done.stderr)


def is_running(pid):
    """Not a zombie either: in a container nobody may ever reap it."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: test_origin_server.py PATH_TO_IORACE [unittest's arguments]")
    IORACE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
