"""What is wrong is said on one line of stderr, with what and where, and in the exit status; nothing else is left."""
import json
import os
import pathlib
import resource
import shutil
import socket
import time

import servers
import support


class Errors(support.Case):
    """Nothing has been run: not even the directory of results is there."""

    def assertRefused(self, status, words, *args, **options):
        done = self.iorace(*args, **options)
        self.assertOneLine(done, status, *words)
        self.assertFalse((self.dir / "results").exists(), "a directory of results was made")
        self.check_nothing_left()


class Usage(Errors):
    def test_unknown_command(self):
        self.assertRefused(2, ["'rnu'", "--help"], "rnu")

    def test_unknown_option(self):
        self.assertRefused(2, ["--blokcs", "--blocks"], "run", "--blokcs", "7")  # says what was meant
        self.assertRefused(2, ["--bogus"], "run", "--bogus")
        for command in ("list", "plot", "report", "compare", "history", "serve", "doctor", "trial"):
            with self.subTest(command):
                self.assertRefused(2, ["--bogus"], command, "--bogus")

    def test_missing_argument(self):
        for command in ("plot", "report", "history"):
            with self.subTest(command):
                self.assertRefused(2, ["DIR"], command)
        self.assertRefused(2, ["--jobs", "value"], "run", "--jobs")

    def test_bad_number(self):
        cases = [("--jobs", "10x"), ("--jobs", "-1"), ("--jobs", "0"), ("--jobs", ""), ("--jobs", "1e3"),
                 ("--jobs", "9223372036854775808"), ("--jobs", "18446744073709551617"), ("--concurrency", "0"),
                 ("--concurrency", "-5"), ("--concurrency", "1,0"), ("--blocks", "0"), ("--blocks", "many"),
                 ("--seed", "-1"), ("--timeout-ms", "0"), ("--body-bytes", "-1"), ("--spin-us", "1.5"),
                 ("--delay-ms", "-1"), ("--delay-ms", "10y20"), ("--delay-ms", "nan"), ("--delay-ms", "inf"),
                 ("--max-time", "1h"), ("--per-host", "0")]
        for option, value in cases:
            with self.subTest(f"{option} {value}"):
                self.assertRefused(2, [option, f"'{value.rpartition(',')[2]}'" if value else ""],
                                   "run", "--workload", "download", f"{option}={value}")

    def test_bad_word(self):
        self.assertRefused(2, ["--runner", "'thread'"], "run", "--runner", "serial,thread")
        self.assertRefused(2, ["--workload", "'slep'"], "run", "--workload", "slep")
        self.assertRefused(2, ["--verify", "'bytes'"], "run", "--body-bytes", "1", "--verify", "bytes")

    def test_cpu_that_is_not_here(self):
        self.assertRefused(2, ["--cpus", "4000"], "run", "--workload", "sleep", "--cpus", "4000")

    def test_two_scenarios(self):
        self.assertRefused(2, ["'a.ini'", "'b.ini'"], "run", "a.ini", "b.ini")


class InputFiles(Errors):
    def test_missing_scenario(self):
        self.assertRefused(2, ["none.ini", "No such file"], "run", "none.ini")
        self.assertRefused(2, ["'none'", "default"], "run", "none")

    def test_scenario_with_a_mistake(self):
        cases = {
            "key": ("[run]\nblocks = 2\n[cell a]\njosb = 3\n", 4, "josb", "jobs"),
            "section": ("[run]\n[cel a]\n", 2, "cel a", "cell NAME"),
            "number": ("[cell a]\nworkload = sleep\njobs = 3x\n", 3, "jobs", "'3x'"),
            "key twice": ("[cell a]\njobs = 3\n\njobs = 4\n", 4, "jobs", "twice"),
            "no key": ("[cell a]\njobs = 3\nblah\n", 3, "key = value"),
            "key of [run] in a cell": ("[cell a]\n\n# why\nblocks = 3\n", 4, "blocks", "[run]"),
        }
        for name, (text, line, *words) in cases.items():
            with self.subTest(name):
                self.write("s.ini", text)
                self.assertRefused(2, [f"s.ini:{line}:", *words], "run", "s.ini")

    def test_missing_file(self):
        url = "http://127.0.0.1:1/"
        self.assertRefused(2, ["none.txt", "No such file"], "run", "--url-file", "none.txt")
        self.assertRefused(2, ["none.bin", "No such file"], "run", "--url", url, "--data-file", "none.bin")
        self.assertRefused(2, ["none.pem", "No such file"], "run", "--url", url, "--cacert", "none.pem")

    def test_url_file_with_a_mistake(self):
        for name, line in {"scheme": "ftp://h/", "hash": "http://h/ 12", "space": "http://h/a b c"}.items():
            with self.subTest(name):
                self.write("u.txt", f"# first\nhttp://127.0.0.1:1/\n{line}\n")
                self.assertRefused(2, ["u.txt:3:"], "run", "--url-file", "u.txt")
        self.write("u.txt", "# nothing\n\n")
        self.assertRefused(2, ["u.txt", "no URL"], "run", "--url-file", "u.txt")

    def test_bad_url(self):
        for url in ("ftp://127.0.0.1/", "127.0.0.1", "http://", "http://a b/", "http://127.0.0.1:99999/",
                    "file:///etc/passwd", "http://x/\r\nEvil: 1", "http://x/" + "a" * 100_000):
            with self.subTest(url[:30]):
                self.assertRefused(2, ["--url"], "run", "--url", url)

    def test_plot_and_report_of_no_run(self):
        (self.dir / "empty").mkdir()
        self.write("foreign/run.ndjson", '{"type":"other"}\n')
        self.write("torn/run.ndjson", '{"type":"run","sch')
        for command in ("plot", "report"):
            for name, status, words in (("none", 2, ["none", "No such file"]), ("empty", 2, ["empty"]),
                                        ("foreign", 5, ["foreign/run.ndjson:1"]), ("torn", 5, ["torn/run.ndjson"])):
                with self.subTest(f"{command} {name}"):
                    self.assertRefused(status, words, command, name)


class TrialSpec(Errors):
    def test_not_a_spec(self):
        for name, text in {"nothing": "", "garbage": "hello", "no object": "[1]", "no protocol": "{}"}.items():
            with self.subTest(name):
                self.assertRefused(2, ["line"], "trial", input=text)

    def test_a_key_too_much_or_too_little(self):
        spec = self.iorace("run", "--workload", "sleep", "--blocks", "1", "--runner", "serial", "--dry-run", "--json")
        self.assertStatus(spec, 0)
        good = json.loads(spec.stdout)
        self.assertRefused(2, ["'more'"], "trial", input=json.dumps({**good, "more": 1}))
        self.assertRefused(2, ["runner"], "trial",
                           input=json.dumps({key: value for key, value in good.items() if key != "runner"}))
        self.assertRefused(5, ["'iorace.trial/99'", "iorace.trial/1"], "trial",
                           input=json.dumps({**good, "protocol": "iorace.trial/99"}))


class Targets(Errors):
    def test_dead_port(self):
        with servers.dead_port() as port:
            self.assertRefused(1, [f"http://127.0.0.1:{port}/"], "run", "--url", f"http://127.0.0.1:{port}/")
            self.write("u.txt", f"http://127.0.0.1:{port}/a\nhttp://127.0.0.1:{port}/b\n")
            self.assertRefused(1, [f"http://127.0.0.1:{port}/a"], "run", "--url-file", "u.txt")

    def test_server_that_takes_no_connection(self):
        # Its queue is full and nobody accepts: the kernel lets a connecting client wait.
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            waiting = [socket.socket() for _ in range(4)]
            for sock in waiting:
                sock.setblocking(False)
                sock.connect_ex(listener.getsockname())
            time.sleep(0.05)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            before = time.monotonic()
            self.assertRefused(1, [url], "run", "--url", url, "--timeout-ms", "500")
            self.assertLess(time.monotonic() - before, 20)
            for sock in waiting:
                sock.close()

    def test_unresolvable_host(self):
        before = time.monotonic()
        self.assertRefused(1, ["no-such-host.invalid"], "run", "--url", "http://no-such-host.invalid/",
                           "--allow-remote", "--timeout-ms", "2000", env=servers.IMPATIENT)
        self.assertLess(time.monotonic() - before, 30)

    def test_remote_without_leave(self):
        """Nothing is contacted. (0.0.0.0 is no address of this machine's loopback, and yet we would notice.)"""
        with servers.RawServer(lambda connection, request: False) as server:
            url = f"http://0.0.0.0:{server.port}/"
            self.assertRefused(2, ["0.0.0.0", "--allow-remote"], "run", "--url", url)
            self.assertRefused(2, ["192.0.2.1", "--allow-remote"], "run", "--url", "http://192.0.2.1/")
            self.write("u.txt", f"{server.url}/\n{url}\n")
            self.assertRefused(2, ["u.txt:2", "0.0.0.0", "--allow-remote"], "run", "--url-file", "u.txt")
            self.write("s.ini", f"[cell a]\nworkload = download\nurl = {url}\n")
            self.assertRefused(2, ["s.ini:3", "0.0.0.0", "--allow-remote"], "run", "s.ini")
            self.assertEqual(server.connections, 0)

    def test_a_name_for_a_remote_address(self):
        # What decides is where a name leads to, not what it looks like.
        for url in ("http://192.0.2.1.nip.invalid/", "http://localhost.evil.invalid/"):
            with self.subTest(url):
                self.assertRefused(2, ["--allow-remote"], "run", "--url", url, env=servers.IMPATIENT)

    def test_a_password_is_refused_and_not_said_again(self):
        for url in ("http://127.0.0.1@192.0.2.1/", "http://me:s3cret@127.0.0.1/"):
            with self.subTest(url):
                self.assertRefused(2, ["user name or password", "--header"], "run", "--url", url)
                self.assertNotIn("s3cret", self.iorace("run", "--url", url).stderr)

    def test_remote_with_too_much_at_once(self):
        many = ["run", "--url", "http://192.0.2.1/", "--allow-remote"]
        self.assertRefused(2, ["33", "--per-host", "192.0.2.1"], *many, "--concurrency", "33")
        self.assertRefused(2, ["5", "--per-host"], *many, "--concurrency", "5", "--per-host", "4")
        self.assertRefused(2, ["33", "--per-host"], *many, "--concurrency", "1,33")
        allowed = self.iorace(*many, "--concurrency", "32", "--dry-run")
        self.assertStatus(allowed, 0)


class Directories(support.Case):
    small = ["run", "--workload", "sleep", "--delay-ms", "2x1", "--runner", "serial", "--blocks", "1", "--no-charts"]

    def program_for(self, user):
        """iorace where that user can reach it, whoever built it where."""
        if any(not os.stat(parent).st_mode & 1 for parent in pathlib.Path(support.IORACE).parents):
            shutil.copy(support.IORACE, self.dir / "iorace")
            os.chmod(self.dir / "iorace", 0o755)
            return self.dir / "iorace"
        return support.IORACE

    def test_no_permission(self):
        """As an unprivileged user: root may write everywhere."""
        user = support.other_user() if os.getuid() == 0 else None
        self.dir.chmod(0o755)
        locked = self.dir / "locked"
        locked.mkdir()
        locked.chmod(0o555)
        options = {"user": user, "program": self.program_for(user), "cwd": locked}
        done = self.iorace(*self.small, **options)
        self.assertOneLine(done, 1, "results", "Permission denied")
        done = self.iorace(*self.small, "--out", locked / "here", **options)
        self.assertOneLine(done, 1, locked / "here", "Permission denied")
        download = ["run", "--body-bytes", "10", "--jobs", "2", "--runner", "serial", "--blocks", "1", "--no-charts"]
        done = self.iorace(*download, "--save", locked / "kept", **options)
        self.assertOneLine(done, 1, locked / "kept", "Permission denied")
        self.assertEqual(list(locked.iterdir()), [])

    def test_no_permission_below_results(self):
        user = support.other_user() if os.getuid() == 0 else None
        self.dir.chmod(0o755)
        (self.dir / "results").mkdir()
        (self.dir / "results").chmod(0o555)
        done = self.iorace(*self.small, user=user, program=self.program_for(user))
        self.assertOneLine(done, 1, "results/", "Permission denied")

    def test_results_is_a_file(self):
        self.write("results", "mine")
        self.assertOneLine(self.iorace(*self.small), 1, "results", "Not a directory")
        self.write("out", "mine")
        self.assertOneLine(self.iorace(*self.small, "--out", "out"), 1, "out", "Not a directory")
        self.assertEqual((self.dir / "out").read_text() + (self.dir / "results").read_text(), "minemine")

    def test_out_holds_a_run(self):
        self.run_ok(*self.small[1:], "--out", "mine")
        before = support.tree(self.dir / "mine")
        self.assertOneLine(self.iorace(*self.small, "--out", "mine"), 2, "mine", "--out")
        self.assertEqual(support.tree(self.dir / "mine"), before)
        self.assertFalse((self.dir / "results").exists())


class FullDisk(support.Case):
    def test_output(self):
        """What nobody could read is no success."""
        self.run_ok(*Directories.small[1:], "--out", "mine")
        for args in (Directories.small, [*Directories.small, "--json"], ["run", "--dry-run"], ["report", "mine"],
                     ["doctor"]):
            with self.subTest(" ".join(args)), open("/dev/full", "w") as full:
                done = self.iorace(*args, stdout=full)
                self.assertOneLine(done, 1, "No space left")

    def test_results(self):
        """The disk fills up in the middle of a run: named, and what was written before is whole."""
        script = ('mkdir full && mount -t tmpfs -o size=40k tmpfs full && cd full && '
                  '{ "$0" "$@"; status=$?; cp -r . ../kept; exit $status; }')
        args = ["run", "--workload", "sleep", "--delay-ms", "2x1", "--blocks", "30", "--no-charts", "--out", "out"]
        done = self.iorace("--mount", *([] if os.getuid() == 0 else ["--map-root-user"]), "sh", "-c", script,
                           support.IORACE, *args, program=shutil.which("unshare"))
        if not (self.dir / "kept").exists():
            self.skipTest("no file system can be mounted here: " + done.stderr.strip())
        self.assertStatus(done, 1)
        self.assertRegex(done.stderr, r"\Aiorace: [^\n]*out/run\.ndjson: No space left on device[^\n]*\n\Z")
        self.check_nothing_left()
        text = (self.dir / "kept/out/run.ndjson").read_text()
        self.assertTrue(text.endswith("}\n"))
        trials = support.read_trials(self.dir / "kept/out")
        self.assertGreater(len(trials), 2)
        self.assertLess(len(trials), 90)
        self.assertStatus(self.iorace("report", "kept/out"), 0)
        self.assertEqual(len(support.read_csv(self.dir / "kept/out/trials.csv")), len(trials))


class ClosedDescriptors(support.Case):
    def test_standard_ones(self):
        """As some who start programs leave them: no file of the run's takes their place, to be printed into."""
        for closed in ((0,), (1,), (2,), (0, 1, 2)):
            with self.subTest(str(closed)):
                name = "out" + "".join(map(str, closed))
                redirect = " ".join(f"{number}>&-" for number in closed)
                done = self.iorace("-c", f'"$0" "$@" {redirect}', support.IORACE, "run", "--body-bytes", "10", "--jobs",
                                   "3", "--blocks", "1", "--no-charts", "--out", name, program="/bin/sh")
                self.assertEqual(done.returncode, 1 if 1 in closed else 0, done.stderr)
                lines = support.read_ndjson(self.dir / name)
                self.assertEqual([line["state"] for line in lines if line["type"] == "trial"], ["ok"] * 3)
                self.assertEqual(lines[-1]["type"], "summary")
                self.assertEqual(len(support.read_csv(self.dir / name / "trials.csv")), 3)


class Limits(Errors):
    def test_too_few_descriptors(self):
        """Said before anything is run, with the limit and the cell that needs more."""
        self.write("s.ini", "[run]\nblocks = 1\n[cell small]\nbody-bytes = 1\nconcurrency = 1\n"
                            "[cell large]\nbody-bytes = 1\nconcurrency = 200\n")
        self.assertRefused(6, ["large", "descriptors", "100"], "run", "s.ini", limits={resource.RLIMIT_NOFILE: 100})

    def test_none_left_for_a_process(self):
        """What cannot be started is named, and what to do about it. (Where that comes hangs on how many are open.)"""
        self.run_ok("--workload", "sleep", "--delay-ms", "1", "--jobs", "1", "--blocks", "1", "--no-charts", "--out", "kept")
        for what, least, *words in (("the test server", 3, "run", "--workload", "download", "--no-charts"),
                                    ("a trial", 3, "run", "--workload", "sleep", "--no-charts"),
                                    ("gnuplot", 5, "plot", "kept")):
            with self.subTest(what):
                if what == "gnuplot" and not shutil.which("gnuplot"):
                    self.skipTest("gnuplot is not installed")
                said = [self.iorace("-c", f'ulimit -S -n {most}; exec "$0" "$@"', support.IORACE, *words,
                                    program="/bin/sh") for most in range(least, 10)]
                found = [done for done in said if f"cannot start {what}:" in done.stderr]
                self.assertTrue(found, [done.stderr for done in said])
                for done in found:
                    self.assertStatus(done, 6)
                    self.assertRegex(done.stderr, r": Too many open files \(raise the limit: ulimit -n\)\n\Z")


if __name__ == "__main__":
    support.main()
