"""The same jobs give the same bytes under every runner, every byte is checked, and requests are what was asked for."""
import random
import re
import shutil
import subprocess
import urllib.request

import servers
import support

ONE = ["--blocks", "1", "--no-charts"]
COUNT = 200
ODD_SIZES = [0, 1, 15, 16, 17, 240, 241, 1023, 1024, 16383, 16384, 16385, 65536, 1 << 20]


def make_bodies(seed):
    """200 of them, of sizes about which buffers and hashes may stumble."""
    stream = random.Random(seed)
    sizes = ODD_SIZES + [stream.randrange(20000) for _ in range(COUNT - len(ODD_SIZES))]
    stream.shuffle(sizes)
    return [stream.randbytes(size) for size in sizes]


def hash_lines(bodies, urls):
    return "".join(f"{url} {support.xxh3(body)}\n" for url, body in zip(urls, bodies))


def change_hash(lines, number):
    """The last digit of one line's hash, another one."""
    parts = lines.splitlines()
    parts[number - 1] = parts[number - 1][:-1] + ("0" if parts[number - 1][-1] != "0" else "1")
    return "\n".join(parts) + "\n"


class Bytes(support.Case):
    def assertSaved(self, directory, bodies):
        """A tree for each runner, with these bodies."""
        want = {f"{number:06}": body for number, body in enumerate(bodies, start=1)}
        for runner in support.RUNNERS:
            found = support.tree(directory / "download" / runner / "1")
            self.assertEqual(set(found), set(want), runner)
            self.assertEqual([name for name in want if found[name] != want[name]], [], runner)

    def assertOneWrong(self, done, job):
        """One job failed, this one, in each runner; the others are well."""
        self.assertOneLineOfErrors(done)
        for runner, trial in support.by_runner(support.read_trials(support.latest(self.dir))).items():
            with self.subTest(runner):
                self.assertEqual((trial["state"], trial["ok"], trial["failed"]), ("failed", COUNT - 1, 1))
                failure, = trial["failures"]
                self.assertEqual((failure["job"], failure["class"], failure["http_status"]), (job, "wrong_body", 200))
                self.assertIn(f"job {job}:", trial["reason"])

    def assertOneLineOfErrors(self, done):
        self.assertStatus(done, 1)
        self.assertRegex(done.stderr, r"\Aiorace: some jobs failed[^\n]*run\.ndjson there\n\Z")


class BuiltInServer(Bytes):
    """The bodies of iorace serve, fetched with another client and hashed with another library's copy."""

    def setUp(self):
        super().setUp()
        self.origin = support.Origin()
        self.addCleanup(self.origin.__exit__)
        sizes = [size for size in ODD_SIZES if size] + [0] + [random.Random(3).randrange(20000) for _ in range(COUNT)]
        self.urls = [f"{self.origin.url}/bytes/{size}?{number}" for number, size in enumerate(sizes[:COUNT])]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.bodies = [opener.open(url).read() for url in self.urls]

    def test_same_bytes(self):
        self.assertEqual(len(set(self.bodies)), COUNT)
        self.write("urls.txt", hash_lines(self.bodies, self.urls))
        self.run_ok("--url-file", "urls.txt", "--save", "kept", "--concurrency", "16", *ONE)
        self.assertSaved(self.dir / "kept", self.bodies)

    def test_one_wrong_digit(self):
        lines = change_hash(hash_lines(self.bodies, self.urls), 137)
        self.write("urls.txt", lines)
        self.assertOneWrong(self.iorace("run", "--url-file", "urls.txt", "--concurrency", "16", *ONE), 137)

    def test_one_flipped_byte_on_the_way(self):
        """A proxy of our own between the two, told by the URL which body to change."""
        flipped = 77

        def answer(connection, request):
            path = servers.path_of(request)
            number = int(path.rpartition("?")[2])
            body = bytearray(self.bodies[number])
            if number == flipped - 1:
                body[len(body) // 2] ^= 1
            connection.sendall(servers.answer_with(bytes(body)))
            return True

        self.assertGreater(len(self.bodies[flipped - 1]), 0)
        with servers.RawServer(answer) as server:
            urls = [url.replace(self.origin.url, server.url) for url in self.urls]
            self.write("urls.txt", hash_lines(self.bodies, urls))
            self.assertOneWrong(self.iorace("run", "--url-file", "urls.txt", "--concurrency", "16", *ONE), flipped)

    def test_jobs_of_the_test_server(self):
        """No URLs of one's own: trees are equal by diff -r, too."""
        self.run_ok("--body-bytes", "5000", "--jobs", "60", "--concurrency", "12", "--save", "kept", *ONE)
        for runner in support.RUNNERS[1:]:
            compared = subprocess.run(["diff", "-r", self.dir / "kept/download/serial", self.dir / "kept/download" /
                                       runner], capture_output=True, text=True)
            self.assertEqual((compared.returncode, compared.stdout), (0, ""))
        self.assertEqual({len(body) for body in support.tree(self.dir / "kept").values()}, {5000})
        self.assertEqual(len(support.tree(self.dir / "kept/download/serial/1")), 60)


class Nginx(Bytes):
    def setUp(self):
        super().setUp()
        self.bodies = make_bodies(5)
        for number, body in enumerate(self.bodies):
            self.write(f"www/{number:03}.bin", body)
        self.server = servers.Nginx(self.dir, self.dir / "www")
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.urls = [f"{self.server.url}/{number:03}.bin" for number in range(COUNT)]

    def test_same_bytes(self):
        self.write("urls.txt", hash_lines(self.bodies, self.urls))
        self.run_ok("--url-file", "urls.txt", "--save", "kept", "--concurrency", "16", *ONE)
        self.assertSaved(self.dir / "kept", self.bodies)
        agents = [line.split(" ", 2) for line in self.server.access_log.read_text().splitlines()]
        jobs = sorted(path for _, path, agent in agents if re.fullmatch(r"iorace/[\d.]+", agent))
        self.assertEqual(jobs, sorted(f"/{number:03}.bin" for number in range(COUNT) for _ in support.RUNNERS))
        self.assertEqual({agent for _, _, agent in agents if not agent.startswith("iorace/")}, {"iorace-warmup"})

    def test_one_flipped_byte(self):
        lines = hash_lines(self.bodies, self.urls)
        body = bytearray(self.bodies[41])
        body[-1] ^= 0x80
        self.write("www/041.bin", bytes(body))
        self.write("urls.txt", lines)
        self.assertOneWrong(self.iorace("run", "--url-file", "urls.txt", "--concurrency", "16", *ONE), 42)


class Save(Bytes):
    def test_one_lane_and_block(self):
        self.run_ok("--body-bytes", "10", "--jobs", "3", "--runner", "threads", "--save", "kept", *ONE)
        self.assertEqual(sorted(support.tree(self.dir / "kept")), ["000001", "000002", "000003"])

    def test_several(self):
        self.run_ok("--body-bytes", "10", "--jobs", "2", "--runner", "serial,coroutines", "--save", "deep/kept",
                    "--concurrency", "1,2", "--blocks", "2", "--no-charts")
        lanes = ["download/serial"] + [f"download/concurrency={n}/coroutines" for n in (1, 2)]
        self.assertEqual(sorted(support.tree(self.dir / "deep/kept")), sorted(
            f"{lane}/{block}/00000{job}" for lane in lanes for block in (1, 2) for job in (1, 2)))

    def test_nothing_is_left_of_what_failed(self):
        def answer(connection, request):
            if servers.path_of(request) == "/2":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
                return False
            connection.sendall(servers.answer_with(b"whole"))
            return True

        with servers.RawServer(answer) as server:
            self.write("urls.txt", "".join(f"{server.url}/{number}\n" for number in (1, 2, 3)))
            self.assertOneLineOfErrors(self.iorace("run", "--url-file", "urls.txt", "--save", "kept", *ONE))
        for runner in support.RUNNERS:
            self.assertEqual(support.tree(self.dir / "kept/download" / runner / "1"),
                             {"000001": b"whole", "000003": b"whole"})

    def test_names_are_ours(self):
        """Whatever the URL or the server says."""
        def answer(connection, request):
            connection.sendall(servers.answer_with(
                b"x", headers=b'Content-Disposition: attachment; filename="../../evil"\r\n'))
            return True

        with servers.RawServer(answer) as server:
            self.write("urls.txt", f"{server.url}/../../evil\n{server.url}/%2e%2e%2fevil\n{server.url}/a/\n")
            self.run_ok("--url-file", "urls.txt", "--save", "kept", "--runner", "coroutines", *ONE)
        self.assertEqual(sorted(support.tree(self.dir / "kept")), ["000001", "000002", "000003"])
        self.assertFalse(list(self.dir.glob("**/evil")) or list(self.dir.parent.glob("evil")))

    def test_what_stands_in_the_way(self):
        """A link is replaced, what it points to is not written to; a directory fails that job alone."""
        target = self.write("precious", "mine")
        (self.dir / "kept").mkdir()
        (self.dir / "kept/000001").symlink_to(target)
        (self.dir / "kept/000002").mkdir()
        done = self.iorace("run", "--body-bytes", "10", "--jobs", "3", "--runner", "coroutines", "--save", "kept", *ONE)
        self.assertOneLineOfErrors(done)
        self.assertEqual(target.read_text(), "mine")
        self.assertEqual((self.dir / "kept/000001").is_symlink(), False)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertEqual([(f["job"], f["class"]) for f in trial["failures"]], [(2, "save")])


class Verify(Bytes):
    def changing(self, body):
        """A server whose bodies are body(number of the request)."""
        def answer(connection, request):
            connection.sendall(servers.answer_with(body(len(server.requests))))
            return True

        server = servers.RawServer(answer)  # answer looks at it
        return server

    def test_bodies_that_differ(self):
        with self.changing(lambda count: b"%06d" % count) as server:
            done = self.iorace("run", "--url", server.url, "--jobs", "4", *ONE)
            self.assertOneLine(done, 2, server.url, "--verify")
            self.assertEqual(server.job_requests(), [])
            self.assertFalse((self.dir / "results").exists())
            self.run_ok("--url", server.url, "--jobs", "4", "--verify", "length", *ONE)
            self.run_ok("--url", server.url, "--jobs", "4", "--verify", "status", *ONE)

    def test_lengths_that_differ(self):
        with self.changing(lambda count: b"x" * count) as server:
            done = self.iorace("run", "--url", server.url, "--jobs", "4", "--verify", "length", *ONE)
            self.assertOneLine(done, 2, server.url, "--verify")
            self.run_ok("--url", server.url, "--jobs", "4", "--verify", "status", *ONE)

    def test_a_length_that_changes_later(self):
        # The run fetches twice beforehand and each of one worker's lanes once more to warm up.
        with self.changing(lambda count: b"x" * (10 if count <= 3 else 7 if count == 4 else 12)) as server:
            done = self.iorace("run", "--url", server.url, "--jobs", "2", "--verify", "length", "--runner", "serial",
                               *ONE)
            self.assertOneLineOfErrors(done)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertEqual([f["class"] for f in trial["failures"]], ["short_body", "wrong_body"])

    def test_a_body_that_changes_later(self):
        """Without hashes, what was fetched beforehand counts: a body that changes later on is noticed."""
        seen = []

        def answer(connection, request):
            number = int(servers.path_of(request)[1:])
            seen.append(number)
            body = bytearray(b"abc" * 100)
            if number == 4 and seen.count(4) > 2:  # both fetches beforehand gave the same
                body[7] ^= 1
            connection.sendall(servers.answer_with(bytes(body)))
            return True

        with servers.RawServer(answer) as server:
            self.write("urls.txt", "".join(f"{server.url}/{number}\n" for number in range(1, 9)))
            self.assertOneLineOfErrors(self.iorace("run", "--url-file", "urls.txt", *ONE))
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual([(f["job"], f["class"]) for f in trial["failures"]], [(4, "wrong_body")])

    def test_status(self):
        with support.Origin() as origin:
            self.write("urls.txt", f"{origin.url}/bytes/3\n{origin.url}/status/503\n{origin.url}/status/404\n")
            done = self.iorace("run", "--url-file", "urls.txt", "--verify", "status", *ONE)
        self.assertOneLineOfErrors(done)
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual([(f["job"], f["class"], f["http_status"]) for f in trial["failures"]],
                             [(2, "http_status", 503), (3, "http_status", 404)])


class Requests(Bytes):
    """What reaches a server, as it does."""

    def requests(self, *args):
        """Those of the jobs, and those that warmed up."""
        def answer(connection, request):
            answer = servers.answer_with(b"fine")
            connection.sendall(answer[:-4] if request.startswith(b"HEAD") else answer)
            return True

        with servers.RawServer(answer) as server:
            self.run_ok("--url", server.url + "/path?q=1", "--jobs", "5", "--concurrency", "2", *args, *ONE)
            warm = [request for request in server.requests if support.WARMUP_AGENT in request]
            return server.job_requests(), warm

    def test_get(self):
        jobs, _ = self.requests("--header", "X-One: 1", "--header", "X-Two: two words", "--header", "Accept: x/y")
        self.assertEqual(len(jobs), 5 * 3)
        self.assertEqual(len(set(jobs)), 1, "requests differ between runners")
        head = jobs[0].decode().split("\r\n")
        self.assertEqual(head[0], "GET /path?q=1 HTTP/1.1")
        for line in ("X-One: 1", "X-Two: two words", "Accept: x/y"):
            self.assertEqual(head.count(line), 1, head)

    def test_what_a_header_says_is_not_recorded(self):
        """It may be a password. Its name is, and whether two runs' were the same can be told."""
        for form in (["--header", "Authorization: s3cret"], ["--header=Authorization: s3cret"],
                     ["--heade", "Authorization: s3cret"]):
            with self.subTest(form[0]):
                jobs, _ = self.requests(*form)
                self.assertIn(b"\r\nAuthorization: s3cret\r\n", jobs[0])
                files = support.tree(support.latest(self.dir))
                self.assertEqual([name for name, text in files.items() if b"s3cret" in text], [])
                self.assertIn(b"Authorization", files["run.ndjson"])

    def test_post(self):
        data = bytes(range(256)) * 300  # NUL bytes, and more than one buffer
        self.write("data.bin", data)
        jobs, warm = self.requests("--data-file", "data.bin", "--header", "Content-Type: application/octet-stream")
        self.assertEqual(len(jobs), 5 * 3)
        self.assertEqual(len(set(jobs)), 1, "requests differ between runners")
        head, _, body = jobs[0].partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"POST /path?q=1 HTTP/1.1\r\n"), head)
        self.assertIn(b"Content-Type: application/octet-stream", head)
        self.assertEqual(body, data)
        # What changes things on a server is not done to warm up.
        self.assertEqual({request.split(b" ")[0] for request in warm}, {b"HEAD"})

    def test_other_methods(self):
        self.write("data.bin", "hello")
        for method in ("PUT", "PATCH"):
            with self.subTest(method):
                jobs, _ = self.requests("--method", method, "--data-file", "data.bin")
                self.assertEqual(len(jobs), 5 * 3)
                self.assertTrue(all(request.startswith(method.encode() + b" ") and request.endswith(b"\r\n\r\nhello")
                                    for request in jobs), jobs[0])
        jobs, warm = self.requests("--method", "DELETE")
        self.assertEqual(len(jobs), 5 * 3)
        self.assertTrue(all(request.startswith(b"DELETE ") for request in jobs))
        self.assertNotIn(b"DELETE", b"".join(warm))

    def test_head(self):
        jobs, _ = self.requests("--method", "HEAD")
        self.assertEqual(len(jobs), 5 * 3)
        self.assertEqual({request.split(b" ")[0] for request in jobs}, {b"HEAD"})
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual((trial["bytes"], trial["ok"]), (0, 5))

    def test_connections(self):
        """Warm: one for each worker, made beforehand. Cold: one for each job."""
        for how, most in (("warm", 3), ("cold", 8)):
            with self.subTest(how), servers.RawServer(
                    lambda connection, request: connection.sendall(servers.answer_with(b"x")) is None) as server:
                before = 3  # the run looks whether the server can be reached, and twice at what it gives
                self.run_ok("--url", server.url, "--jobs", "8", "--concurrency", "3", "--runner", "coroutines",
                            "--connections", how, *ONE)
                self.assertGreaterEqual(server.connections, most)
                self.assertLessEqual(server.connections, most + before)


class Tls(Bytes):
    def setUp(self):
        super().setUp()
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed")
        self.key, self.certificate = self.dir / "key.pem", self.dir / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out",
                        self.certificate, "-days", "2", "-subj", "/CN=iorace", "-addext",
                        "subjectAltName=IP:127.0.0.1"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.write("www/a.txt", "over TLS")
        self.server = servers.Nginx(self.dir, self.dir / "www", tls=(self.certificate, self.key))
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def jobs_that_arrived(self):
        return self.server.access_log.read_text().count("iorace/")

    def test_trusted(self):
        self.run_ok("--url", self.server.url + "/a.txt", "--jobs", "6", "--cacert", self.certificate, "--save", "kept",
                    *ONE)
        self.assertEqual(set(support.tree(self.dir / "kept").values()), {b"over TLS"})
        self.assertEqual(self.jobs_that_arrived(), 18)

    def test_untrusted(self):
        done = self.iorace("run", "--url", self.server.url + "/a.txt", "--jobs", "6", *ONE)
        self.assertUntrusted(done)

    def test_untrusted_among_others(self):
        """Where another URL of the list can be reached the run goes on, and those jobs alone fail."""
        with support.Origin() as origin:
            self.write("urls.txt", f"{origin.url}/bytes/5\n{self.server.url}/a.txt\n{origin.url}/bytes/6\n")
            done = self.iorace("run", "--url-file", "urls.txt", *ONE)
        self.assertOneLineOfErrors(done)
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual([(f["job"], f["class"], f["curl_code"]) for f in trial["failures"]], [(2, "tls", 60)])
        self.assertEqual(self.jobs_that_arrived(), 0)

    def test_another_authority(self):
        """Trust in one certificate is not trust in all."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-out",
                        self.dir / "other.pem", "-days", "2", "-subj", "/CN=other"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = self.iorace("run", "--url", self.server.url + "/a.txt", "--jobs", "6", "--cacert", "other.pem", *ONE)
        self.assertUntrusted(done)

    def test_wrong_name(self):
        """The certificate is for 127.0.0.1 and for no name."""
        servers.need_localhost()
        url = self.server.url.replace("127.0.0.1", "localhost") + "/a.txt"
        done = self.iorace("run", "--url", url, "--jobs", "6", "--cacert", self.certificate, *ONE)
        self.assertUntrusted(done)

    def assertUntrusted(self, done):
        """Said before anything is run: no URL could be reached."""
        self.assertOneLine(done, 1, "cannot reach", self.server.url.rpartition(":")[2], "certificate")
        self.assertEqual(self.jobs_that_arrived(), 0)
        self.assertFalse((self.dir / "results").exists())


if __name__ == "__main__":
    support.main()
