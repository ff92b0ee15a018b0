"""What a server can do wrong, under every runner: the job that meets it fails with its cause, the others finish, and
it is over in bounded time and memory."""
import collections
import threading
import time

import servers
import support

ONE = ["--blocks", "1", "--no-charts"]
TIMEOUT_MS = 300
GOOD = b"as it should be"


# --- what goes wrong: each is given a connection with a request read from it ---

def raw(*pieces, then=None):
    """Send this, and close the connection (or do what `then` says)."""
    def play(connection):
        for piece in pieces:
            connection.sendall(piece)
        if then:
            then(connection)
    return play


def wait_for_the_client(connection):
    """Say nothing more until it gives up."""
    connection.settimeout(30)
    while connection.recv(4096):
        pass


def drip(connection):
    """A byte now and then, for ever: no pause is long, and there is no end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def drip_head(connection):
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100000:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def endless_headers(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"z" * 900) for number in range(1000))
    while True:
        connection.sendall(lines)


def endless_header(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"z" * 1000000)


def redirect(to, status=b"302 Found"):
    return raw(servers.answer_with(status=status, headers=b"Location: " + to + b"\r\nConnection: close\r\n"))


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

# The row of the table of faults, a name for it, what the server does; and of the job its class, the CURLcodes it may
# have, and its HTTP status (None: any).
FAULTS = [
    (1, "reset before an answer", raw(then=servers.reset), "reset", {52, 56}, 0),
    (1, "reset in the head", raw(b"HTTP/1.1 200 OK\r\nContent-", then=servers.reset), "reset", {56}, None),
    (1, "reset in the body", raw(OK + b"Content-Length: 9000\r\n\r\n" + b"x" * 4000,
                                 then=lambda c: (time.sleep(0.05), servers.reset(c))), "reset", {56}, 200),
    (1, "closed without an answer", raw(), "reset", {52}, 0),
    (2, "body cut short", raw(OK + b"Content-Length: 9000\r\n\r\n" + b"x" * 4000), "short_body", {18}, 200),
    (2, "chunk cut short", raw(CHUNKED + b"400\r\n" + b"x" * 100), "short_body", {18}, 200),
    (2, "last chunk missing", raw(CHUNKED + b"5\r\nhello\r\n"), "short_body", {18}, 200),
    (3, "chunk size no number", raw(CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n"), "protocol", {8, 56}, 200),
    (3, "chunk size negative", raw(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"), "protocol", {8, 56}, 200),
    (3, "chunk size overflows", raw(CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), "protocol", {8, 56}, 200),
    (3, "length no number", raw(OK + b"Content-Length: many\r\n\r\nhello"), "protocol", {8}, 200),
    (3, "length negative", raw(OK + b"Content-Length: -5\r\n\r\nhello"), "protocol", {8}, 200),
    (3, "length overflows", raw(OK + b"Content-Length: 99999999999999999999\r\n\r\nhello"), "protocol", {0, 8}, 200),
    (4, "endless headers", endless_headers, "too_large", {27, 56, 100}, None),
    (4, "endless header", endless_header, "too_large", {27, 56, 100}, None),
    (5, "HTTP/0.9", raw(b"hello, this is a body\n"), "protocol", {1}, None),
    (5, "garbage for a status line", raw(b"\x00\x01\xff\xfe" * 50 + b"\r\n\r\n"), "protocol", {1}, None),
    (5, "another protocol's greeting", raw(b"220 mail.example ESMTP\r\n"), "protocol", {1}, None),
    (5, "status without a number", raw(b"HTTP/1.1 fine\r\n\r\n"), "protocol", {1, 8}, None),
    (6, "redirect loop", None, "protocol", {47}, 302),
    (7, "redirect to file", redirect(b"file:///etc/passwd"), "protocol", {1}, 302),
    (7, "redirect to gopher", redirect(b"gopher://127.0.0.1:70/"), "protocol", {1}, 302),
    (7, "redirect to ftp", redirect(b"ftp://127.0.0.1/x"), "protocol", {1}, 302),
    (7, "redirect to dict", redirect(b"dict://127.0.0.1/x", b"307 Temporary Redirect"), "protocol", {1}, 307),
    (9, "says nothing", raw(then=wait_for_the_client), "timeout", {28}, 0),
    (9, "stalls in the head", raw(b"HTTP/1.1 200 OK\r\n", then=wait_for_the_client), "timeout", {28}, None),
    (9, "stalls in the body", raw(OK + b"Content-Length: 9000\r\n\r\nx", then=wait_for_the_client), "timeout", {28},
     200),
    (9, "drips the body", drip, "timeout", {28}, 200),
    (9, "drips the head", drip_head, "timeout", {28}, None),
]


AT_ONCE = 15  # in a cell: a trial tells of 20 failures one by one
FIRSTS = range(0, len(FAULTS), AT_ONCE)


class Faults(support.SharedCase):
    """Lists of URLs, a good one around each bad one, through each runner."""

    @classmethod
    def prepare(cls):
        cls.lock, cls.met = threading.Lock(), collections.Counter()
        cells = "[run]\nblocks = 1\n"
        with servers.RawServer(cls.answer) as server:
            for first in FIRSTS:
                urls = [f"{server.url}/good\n"]
                for number in range(first, min(first + AT_ONCE, len(FAULTS))):
                    urls += [f"{server.url}/{number}\n", f"{server.url}/good\n"]
                cls.workspace.write(f"{first}.txt", "".join(urls))
                cells += (f"[cell c{first}]\nurl-file = {first}.txt\nconcurrency = 8\nverify = status\n"
                          f"timeout-ms = {TIMEOUT_MS}\n")
            cls.workspace.write("s.ini", cells)
            cls.done = cls.workspace.iorace("run", "s.ini", "--save", "kept", "--samples", "--no-charts")
        cls.run_dir = support.latest(cls.dir)
        cls.trials = support.read_trials(cls.run_dir)

    @classmethod
    def answer(cls, connection, request):
        word = servers.path_of(request).lstrip("/")
        if not word.isdigit():
            connection.sendall(servers.answer_with(GOOD))
            return True
        with cls.lock:
            cls.met[int(word)] += 1
        (FAULTS[int(word)][2] or redirect(b"/" + word.encode()))(connection)
        return False

    def test_status(self):
        self.assertStatus(self.done, 1)
        self.assertRegex(self.done.stderr, r"\Aiorace: some jobs failed[^\n]*\n\Z")

    def test_every_fault_was_met(self):
        """By each runner at least once."""
        self.assertEqual(set(self.met), set(range(len(FAULTS))))
        self.assertGreaterEqual(min(self.met.values()), 3)

    def test_the_others_finish(self):
        self.assertEqual(len(self.trials), len(FIRSTS) * 3)
        for trial in self.trials:
            with self.subTest(f"{trial['cell']} {trial['runner']}"):
                bad = trial["jobs"] // 2
                self.assertEqual((trial["state"], trial["ok"], trial["failed"]), ("failed", bad + 1, bad))

    def test_causes(self):
        found = {(trial["runner"], int(trial["cell"][1:]) + failure["job"] // 2 - 1): failure
                 for trial in self.trials for failure in trial["failures"] if failure["job"] % 2 == 0}
        for number, (row, name, _, cause, codes, status) in enumerate(FAULTS):
            with self.subTest(f"row {row}: {name}"):
                for runner in support.RUNNERS:
                    failure = found.get((runner, number))
                    self.assertIsNotNone(failure, f"{runner}: did not fail")
                    self.assertEqual(failure["class"], cause, f"{runner}: {failure}")
                    self.assertIn(failure["curl_code"] or 0, codes, f"{runner}: {failure}")
                    self.assertNotEqual((failure["curl_code"], failure["http_status"]), (0, 0))
                    if status is not None:
                        self.assertEqual(failure["http_status"] or 0, status, f"{runner}: {failure}")

    def test_samples_tell_which(self):
        samples = support.read_ndjson(self.run_dir, "sample")
        self.assertEqual(len(samples), len(self.trials))
        for sample in samples:
            self.assertEqual([ok for *_, ok in sample["samples"]], [1 - n % 2 for n in range(sample["jobs"])])

    def test_bounded_time(self):
        """What never ends is ended by --timeout-ms: one after another under serial."""
        endless = sum(1 for fault in FAULTS if fault[3] == "timeout")
        for runner in support.RUNNERS:
            wall_s = sum(trial["wall_s"] for trial in self.trials if trial["runner"] == runner)
            self.assertGreaterEqual(wall_s, TIMEOUT_MS / 1000, runner)
            self.assertLess(wall_s, (endless + 2) * TIMEOUT_MS / 1000 + 10, runner)  # 2: the endless heads

    def test_bounded_memory(self):
        for trial in self.trials:
            self.assertLess(trial["rss_peak_kib"], (200 if not support.sanitizers() else 1000) * 1024, trial["runner"])

    def test_saved_is_only_what_is_whole(self):
        """And no file has half a body, nor a temporary name."""
        for trial in self.trials:
            with self.subTest(f"{trial['cell']} {trial['runner']}"):
                self.assertEqual(support.tree(self.dir / "kept" / trial["cell"] / trial["runner"] / "1"),
                                 {f"{job:06}": GOOD for job in range(1, trial["jobs"] + 1, 2)})


class Others(support.Case):
    def test_refused(self):
        """Row 1: the run looks beforehand, so one of the list's hosts must be there."""
        with support.Origin() as origin, servers.dead_port() as port:
            self.write("urls.txt", f"{origin.url}/bytes/5\nhttp://127.0.0.1:{port}/\n{origin.url}/bytes/6\n")
            self.assertStatus(self.iorace("run", "--url-file", "urls.txt", *ONE), 1)
        for trial in support.read_trials(support.latest(self.dir)):
            with self.subTest(trial["runner"]):
                failure, = trial["failures"]
                self.assertEqual((failure["job"], failure["class"], failure["curl_code"], failure["http_status"]),
                                 (2, "refused", 7, None))
                self.assertIn(f"http://127.0.0.1:{port}/", failure["detail"])

    def test_redirect_to_another_machine(self):
        """Row 7's neighbour: no server may send a thousand connections to somebody who was not asked. (0.0.0.0 is no
        address of this machine's loopback, and yet we would notice.)"""
        with servers.RawServer(lambda connection, request: connection.sendall(servers.answer_with(b"x"))) as victim, \
                servers.RawServer(lambda connection, request:
                                  redirect(f"http://0.0.0.0:{victim.port}/".encode())(connection)) as server:
            done = self.iorace("run", "--url", server.url, "--jobs", "2", *ONE)
            self.assertStatus(done, 1)
            self.assertEqual(victim.connections, 0)
            for trial in support.read_trials(support.latest(self.dir)):
                self.assertEqual({(f["class"], f["http_status"]) for f in trial["failures"]}, {("protocol", 302)})
                self.assertIn("--allow-remote", trial["failures"][0]["detail"])
            self.run_ok("--url", server.url, "--jobs", "2", "--allow-remote", *ONE)
            self.assertGreater(victim.connections, 0)

    def test_columns_of_a_failed_trial(self):
        """trials.csv has it too, with its reason; the summary says that the lane failed."""
        with support.Origin() as origin:
            self.write("urls.txt", f"{origin.url}/bytes/5\n{origin.url}/status/500\n")
            self.assertStatus(self.iorace("run", "--url-file", "urls.txt", *ONE), 1)
        run_dir = support.latest(self.dir)
        for row in support.read_csv(run_dir / "trials.csv"):
            self.assertEqual((row["state"], row["ok"], row["failed"]), ("failed", "1", "1"))
            self.assertIn("1 of 2 jobs failed (1 http_status); job 2:", row["reason"])
        self.assertEqual({row["state"] for row in support.read_csv(run_dir / "summary.csv")}, {"failed"})

    def test_hostile_words(self):
        """Row 13: what a server says reaches terminal, files and page without its control characters."""
        def answer(connection, request):
            connection.sendall(servers.answer_with(status=b"500 \x1b]0;owned\x07\x1b[31m<script>alert(1)</script>"))
            return True

        with servers.RawServer(answer) as server:
            done = self.iorace("run", "--url", server.url + "/<script>alert(1)</script>", "--jobs", "2", "--verify",
                               "status", *ONE)
        self.assertStatus(done, 1)
        run_dir = support.latest(self.dir)
        for text in (done.stdout, done.stderr, *(path.read_text() for path in run_dir.iterdir() if path.is_file())):
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\x07", text)
        self.assertNotIn("<script>alert", (run_dir / "report.html").read_text())


if __name__ == "__main__":
    support.main()
