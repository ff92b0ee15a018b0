#!/usr/bin/env python3
"""iorace serve as a process: its options, limits, counters and end.

test_origin_server.py PATH_TO_IORACE [unittest's own arguments]
"""
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest

from test_origin_client import HOST, Server, iorace, is_running, main


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
        parent = subprocess.Popen([sys.executable, "-c", script, iorace()], stdout=subprocess.PIPE)
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
        done = subprocess.run([iorace(), "serve", "--port", "0", "--with-parent", "2147483646"], capture_output=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, b"")

    def test_usage_errors(self):
        for arguments, said in ((["--port", "65536"], "65535"), (["--port", "x"], "x"), (["--cpus", "a"], "'a'"),
                                (["--cpus", "1023"], "1023"), (["--host", "example.org", "--allow-remote"], "numeric"),
                                (["--host", "0.0.0.0"], "--allow-remote"), (["--host", "::"], "--allow-remote"),
                                (["surplus"], "surplus"), (["--nothing"], "nothing")):
            done = subprocess.run([iorace(), "serve", *arguments], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(said, done.stderr)

    def test_help(self):
        done = subprocess.run([iorace(), "serve", "--help"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0)
        for word in ("--host", "--port", "--cpus", "--json", "--allow-remote", "/delay/", "/bytes/", "/status/", "/stats"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("with-parent", done.stdout)

    def test_port_in_use(self):
        server = self.start()
        for cpus in ([], ["--cpus", str(min(os.sched_getaffinity(0)))]):
            done = subprocess.run([iorace(), "serve", "--port", str(server.address[1]), *cpus], capture_output=True,
                                  text=True, timeout=20)
            self.assertEqual(done.returncode, 6)
            self.assertIn("in use", done.stderr)


if __name__ == "__main__":
    main()
