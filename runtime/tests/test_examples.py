#!/usr/bin/python3
"""Do the examples do what they say?  test_examples.py README DIRECTORY_OF_SOURCES EXAMPLE..."""
import contextlib
import http.server
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

README, SOURCES = map(pathlib.Path, sys.argv[1:3])
EXAMPLES = {pathlib.Path(path).name.removeprefix("example_"): os.path.abspath(path) for path in sys.argv[3:]}
LINES_MOST = 59
PAGES = 1000


def run(name, *args, status=0, **options):
    """Its output, once it has ended with that status."""
    done = subprocess.run([EXAMPLES[name], *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=300, **options)
    if done.returncode != status:
        raise AssertionError(f"{name} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)
    return value


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def connects(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


@contextlib.contextmanager
def directory():
    with tempfile.TemporaryDirectory(prefix="iort-examples-") as path:
        os.chmod(path, 0o755)  # nginx's worker may be somebody else
        yield pathlib.Path(path)


@contextlib.contextmanager
def served(pages):
    """An HTTP server of {path: (status, body)}; gives its address and the list of paths that were asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(self.path)
            status, body = pages.get(self.path, (404, b"<title>Nothing here</title>"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def nginx(root):
    """nginx that serves a directory; gives its address."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    if not program:
        raise unittest.SkipTest("nginx is not installed")
    with directory() as own:
        port = free_port()
        temporary = " ".join(f"{name}_temp_path {own}/{name};"
                             for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (own / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {own}/nginx.pid; error_log {own}/error.log;
events {{ worker_connections 1024; }}
http {{ {temporary} access_log off; server {{ listen 127.0.0.1:{port}; root {root}; }} }}
""")
        process = subprocess.Popen([program, "-p", own, "-e", own / "error.log", "-c", own / "nginx.conf"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: process.poll() is not None or connects(port), "nginx to listen")
            if process.poll() is not None:
                raise AssertionError("nginx ended: " + (own / "error.log").read_text())
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


class Examples(unittest.TestCase):
    maxDiff = 2000

    def test_each_is_short_and_says_first_what_it_is(self):
        sources = sorted(SOURCES.glob("*.c"))
        self.assertEqual([path.stem for path in sources], sorted(EXAMPLES), "not all are built")
        for path in sources:
            lines = path.read_text().splitlines()
            self.assertLessEqual(len(lines), LINES_MOST, path.name)
            self.assertRegex(lines[0], r"^/\* [A-Z]", path.name)

    def test_every_header_is_used_by_an_example_or_a_test(self):
        texts = "".join(path.read_text() for folder in (SOURCES, SOURCES / "../tests") for path in folder.glob("*.c"))
        used = set(re.findall(r"\brt_\w+|\bRT_\w+", texts))
        for header in sorted((SOURCES / "../include/iort").glob("*.h")):
            if header.name == "iort.h":
                self.assertIn("#include <iort/iort.h>", texts)
                continue
            functions = set(re.findall(r"\b(rt_\w+)\(", header.read_text()))
            self.assertTrue(functions & used, f"{header.name} is used nowhere")

    def test_hello_both_begin_before_either_ends(self):
        self.assertEqual(run("hello"), "first: one\nsecond: one\nfirst: two\nsecond: two\n")

    def test_gather_results_in_order_however_they_come(self):
        out = run("gather", "sleep 0.3; echo slow", "echo quick")
        self.assertEqual(sorted(out.splitlines()), sorted(["quick", "slow", "sleep 0.3; echo slow: done", "echo quick: done"]))
        self.assertLess(out.index("echo slow: done"), out.index("echo quick: done"))

    def test_gather_the_first_error_stops_the_others(self):
        begun = time.monotonic()
        out = run("gather", "exec sleep 600", "true", "sleep 0.3; false", status=1)
        self.assertEqual(out, "exec sleep 600: stopped\ntrue: done\nsleep 0.3; false: failed\n")
        self.assertLess(time.monotonic() - begun, 300)

    def test_timeout_in_time(self):
        self.assertEqual(run("timeout", 60000, "echo", "hi"), "hi\nit ended\n")
        self.assertEqual(run("timeout", 60000, "false", status=1), "it ended\n")

    def test_timeout_too_long(self):
        out = run("timeout", 300, "sh", "-c", "echo one; exec sleep 600; echo two", status=1)
        self.assertEqual(out, "one\n300 ms are over: SIGTERM\na signal ended it\n")

    def test_timeout_one_that_does_not_end(self):
        out = run("timeout", 500, "sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.05; done", status=1)
        pid, *rest = out.splitlines()
        self.assertEqual(rest, ["500 ms are over: SIGTERM", "it did not end: SIGKILL"])
        self.assertFalse(os.path.exists(f"/proc/{pid}"))

    def test_queue_every_file_once(self):
        with directory() as path:
            for i in range(40):
                (path / f"{i}.{'a' if i % 2 else 'b'}").write_bytes(b"x" * (i * 1000))
            (path / "other").write_bytes(b"y" * 77)
            out = run("queue", path / "*.a", path / "*.b")
            counts = re.fullmatch(r"(\d+) \+ (\d+) \+ (\d+) files, (\d+) bytes\n", out)
            self.assertTrue(counts, out)
            *files, size = map(int, counts.groups())
            self.assertEqual((sum(files), size), (40, sum(range(40)) * 1000))
            self.assertIn(" 0 bytes", run("queue", path / "*.none", status=1))

    def test_semaphore_finds_who_listens_and_keeps_its_limit(self):
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
            port = listener.getsockname()[1]
            *ports, last = run("semaphore", port - 150, min(port + 150, 65535)).splitlines()
            self.assertIn(str(port), ports)
            self.assertTrue(all(port - 150 <= int(found) <= port + 150 for found in ports), ports)
            asked, most = map(int, re.fullmatch(r"asked (\d+) ports, never more than (\d+) at once", last).groups())
            self.assertEqual(asked, min(port + 150, 65535) - port + 151)
            self.assertTrue(1 <= most <= 50, most)

    def test_generator_stops_when_nobody_asks_for_more(self):
        text = "".join(f"{i} {'odd' if i % 2 else 'even'}\n" for i in range(8))
        self.assertEqual(run("generator", "odd", input=text), "1 odd\n3 odd\n5 odd\n")
        self.assertEqual(run("generator", "6", input=text), "6 even\n")
        # The input stays open: whoever read on would wait for ever.
        process = subprocess.Popen([EXAMPLES["generator"], "odd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with process:
            process.stdin.write(text)
            process.stdin.flush()
            self.assertEqual(process.wait(timeout=60), 0)
            self.assertEqual(process.stdout.read(), "1 odd\n3 odd\n5 odd\n")

    def test_executor_leaves_the_loop_free(self):
        out = run("executor", 1500000)
        found = re.fullmatch(r"in the task: (\d+) primes, (\d+) ticks, .* ms late\n"
                             r"on a thread: (\d+) primes, (\d+) ticks, .* ms late\n", out)
        self.assertTrue(found, out)
        primes, ticks, primes_on_thread, ticks_beside = map(int, found.groups())
        self.assertEqual((primes, primes_on_thread), (114155, 114155))
        self.assertGreater(ticks_beside, ticks, out)

    def test_chat(self):
        port = free_port()
        process = subprocess.Popen([EXAMPLES["chat"], str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with process, contextlib.ExitStack() as stack:
            stack.callback(process.kill)
            wait_until(lambda: connects(port), "the chat")
            guests = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(3)]
            files = [stack.enter_context(guest.makefile("rb")) for guest in guests]

            def say(who, line, listeners):
                guests[who].sendall(line)
                for listener in listeners:
                    self.assertEqual(files[listener].readline(), line)

            # A guest is one once its connection was accepted: ask until both others have heard.
            for who in (1, 2):
                guests[who].settimeout(0.05)
                heard = b""
                while not heard.endswith(b"\n"):
                    guests[0].sendall(b"hello?\n")
                    with contextlib.suppress(socket.timeout):
                        heard += guests[who].recv(4096)
                guests[who].settimeout(60)
            time.sleep(0.2)
            for who in (1, 2):  # what both have heard beside
                guests[who].settimeout(0.2)
                with contextlib.suppress(socket.timeout):
                    while guests[who].recv(4096):
                        pass
                guests[who].settimeout(60)
            say(0, b"one\n", [1, 2])
            say(2, b"two\n", [0, 1])
            long_line = b"x" * 60000 + b"\n"
            say(1, long_line, [0, 2])
            guests[2].shutdown(socket.SHUT_WR)  # one leaves
            self.assertEqual(files[2].read(), b"")
            say(0, b"three\n", [1])
            say(1, b"four\n", [0])
            process.send_signal(signal.SIGINT)
            self.assertEqual([files[0].read(), files[1].read()], [b"", b""])  # nobody hears their own
            self.assertEqual(process.wait(timeout=60), 0, process.stdout.read())

    def test_chat_one_who_does_not_read_is_shown_out(self):
        port = free_port()
        process = subprocess.Popen([EXAMPLES["chat"], str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with process, contextlib.ExitStack() as stack:
            stack.callback(process.kill)
            wait_until(lambda: connects(port), "the chat")
            deaf = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            talker = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            line = b"y" * 60000 + b"\n"
            for _ in range(400):  # more than the kernel's buffers hold
                talker.sendall(line)
            other = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            other.settimeout(0.2)
            heard = b""
            while b"still here\n" not in heard:
                talker.sendall(b"still here\n")
                with contextlib.suppress(socket.timeout):
                    heard += other.recv(65536)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 0)
            del deaf

    def test_downloader_a_page_that_is_not_there(self):
        with served({"/7": (200, b"1234567")}) as (base, _):
            out = run("downloader", f"{base}/7", f"{base}/none", status=1)
            self.assertEqual(sorted(out.splitlines()), [f"{base}/7: 7 bytes (No error)",
                                                        f"{base}/none: 0 bytes (HTTP response code said error)"])

    def test_downloader_as_the_readme_shows_it_fetches_1000_pages_from_nginx(self):
        shown = re.search(r"<!-- examples/downloader\.c -->\n```c\n(.*?)```\n", README.read_text(), re.S)
        self.assertTrue(shown, "the README does not show the downloader")
        self.assertEqual(shown.group(1), (SOURCES / "downloader.c").read_text())
        with directory() as root:
            for i in range(PAGES):
                (root / f"{i}").write_bytes(b"z" * (1 + i * 37))
            with nginx(root) as base:
                out = run("downloader", *[f"{base}/{i}" for i in range(PAGES)])
            self.assertEqual(sorted(out.splitlines()),
                             sorted(f"{base}/{i}: {1 + i * 37} bytes (No error)" for i in range(PAGES)))

    def test_crawler_each_page_once(self):
        pages = {
            "/": b'<title>Start</title><a href="a.html">a</a><a href="/sub/b.html#top">b</a><a href="/none">?</a>'
                 b'<a href="http://example.invalid/">elsewhere</a><a href="mailto:nobody@example.invalid">mail</a>',
            "/a.html": b'<title>A</title><a href="/">back</a><a href="sub/b.html">b again</a><a href="a.html">itself</a>',
            "/sub/b.html": b'<title>B</title><a href="../a.html">a</a><a href="c.html?x=1">c</a>',
            "/sub/c.html?x=1": b'no title, <a href="../sub/b.html">a loop</a><a href="/">start</a>',
        }
        with served({path: (200, body) for path, body in pages.items()}) as (base, asked):
            out = run("crawler", f"{base}/").splitlines()
            self.assertEqual(sorted(asked), sorted([*pages, "/none"]))
        titles = {"/": "Start", "/a.html": "A", "/sub/b.html": "B", "/sub/c.html?x=1": ""}
        expected = [f"200 {len(body)} {base}{path} {titles[path]}" for path, body in pages.items()]
        self.assertEqual(sorted(out), sorted(expected + [f"404 27 {base}/none Nothing here"]))

    def test_crawler_eight_at_a_time(self):
        links = b"".join(b'<a href="/%d">' % i for i in range(100))
        now = most = 0
        lock = threading.Lock()

        class Counting(dict):
            def get(self, path, default):
                nonlocal now, most
                with lock:
                    now += 1
                    most = max(most, now)
                time.sleep(0.01)
                with lock:
                    now -= 1
                return (200, links)

        with served(Counting()) as (base, asked):
            out = run("crawler", f"{base}/")
            self.assertEqual((len(out.splitlines()), len(asked)), (101, 101))
            self.assertTrue(2 <= most <= 8, most)

    def test_names_in_the_readme_are_in_a_header(self):
        headers = "".join(path.read_text() for path in (SOURCES / "../include/iort").glob("*.h"))
        known = set(re.findall(r"\b(?:rt_\w+|RT_\w+)", headers))
        shown = set(re.findall(r"\b(?:rt_[a-z]\w*|RT_[A-Z]\w*)", README.read_text()))
        self.assertEqual(sorted(shown - known), [])

    def test_every_function_of_the_headers_is_in_the_readme(self):
        shown = set(re.findall(r"\brt_\w+", README.read_text()))
        for header in sorted((SOURCES / "../include/iort").glob("*.h")):
            text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
            functions = set(re.findall(r"\b(rt_\w+)\(", text))
            self.assertEqual(sorted(functions - shown), [], header.name)


class Tap(unittest.TestResult):
    """Each test as a line."""

    def say(self, word, test, more="", text=""):
        name = test._testMethodName.removeprefix("test_").replace("_", " ")
        print(f"{word} {self.testsRun} - {name}{more}", flush=True)
        for line in text.splitlines():
            print("# " + line)

    def addSuccess(self, test):
        self.say("ok", test)

    def addSkip(self, test, reason):
        self.say("ok", test, f" # SKIP {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.say("not ok", test, text=self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self.say("not ok", test, text=self.errors[-1][1])


def main():
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Examples)
    print(f"1..{suite.countTestCases()}")
    result = Tap()
    suite.run(result)
    return not result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
