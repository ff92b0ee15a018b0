"""iorace gate with servers that its command lines start: slower ones and dearer ones are found, and none stays behind."""
import pathlib
import shlex
import signal
import time

import gate_support
import support

SERVER = pathlib.Path(__file__).with_name("made_up_server.py")


def command(*args, before=""):
    return before + shlex.join(["/usr/bin/python3", "-IS", str(SERVER)]) + " {port} " + shlex.join(map(str, args))


class Commands(gate_support.GateCase):
    def compare(self, base, head, *args, **options):
        return self.gate("--base-cmd", command(*base), "--head-cmd", command(*head), *args, **options)

    def test_slower_by_15_percent(self):
        self.settled(lambda: self.compare(["--sleep-ms", 80], ["--sleep-ms", 92], "--jobs", "4", "--concurrency", "4"), 3)
        cell, = self.result()["cells"]
        self.assertEqual((cell["metric"], cell["verdict"]), ("wall_s", "regression"))
        self.assertAlmostEqual(cell["ratio"], 1.15, delta=0.06)
        self.assertEqual(cell["params"], "url=http://127.0.0.1:{port}/")
        ports = [trial["server"]["port"] for trial in self.lines("trial")]
        self.assertGreater(len(set(ports)), 1)
        for trial in self.lines("trial"):
            self.assertEqual((trial["state"], trial["ok"], trial["bytes"]), ("ok", 4, 20), trial)
            self.assertGreater(trial["server"]["rss_peak_kib"], 4000)

    def test_burns_25_percent_more(self):
        """Of all its processes: a child of the one that was started does the work."""
        base, head = (["--burn-us", us, "--fork"] for us in (3000, 3800))
        self.settled(lambda: self.compare(base, head, "--metric", "cpu_us_per_job", "--jobs", "12", "--concurrency", "2",
                                          "--url", "http://127.0.0.1:{port}/some/path?x={port}"), 3)
        cell, = self.result()["cells"]
        self.assertAlmostEqual(cell["ratio"], 1.25, delta=0.12)
        for trial in self.lines("trial"):
            us = 3800 if trial["arm"] == "head" else 3000
            self.assertGreaterEqual(trial["server_cpu_s"] * 1e6 / 12, us)
            self.assertLess(trial["server_cpu_s"] * 1e6 / 12, us + 3000)

    def test_memory_is_the_servers(self):
        self.settled(lambda: self.compare(["--mib", 10], ["--mib", 40], "--metric", "rss_peak_kib", "--jobs", "4",
                                          "--concurrency", "2"), 3)
        cell, = self.result()["cells"]
        self.assertAlmostEqual(cell["head_median"] - cell["base_median"], 30 * 1024, delta=3000)

    def test_equal_commands_are_skipped(self):
        done = self.compare([], [])
        self.assertStatus(done, 0)
        self.assertIn("Skipped", done.stdout)

    def test_commands_that_do_not_come_up(self):
        good = command()
        for base, head, words in (("echo no; echo such thing >&2; exit 7 # {port}", good, ("--base-cmd", "status 7", "such thing")),
                                  (good, "no-such-server {port}", ("--head-cmd", "no-such-server")),
                                  ("true {port}", good, ("foreground", "it wrote nothing")),
                                  ("setsid -f sleep 60; : {port}", good, ("foreground",))):
            with self.subTest(words):
                self.assertOneLine(self.gate("--base-cmd", base, "--head-cmd", head), 1, *words)

    def test_lines_for_a_shell(self):
        """Variables, lists and quotes; a shell that stays goes, too."""
        before = "cd / && A='x y' && [ \"$A\" = 'x y' ] && "
        done = self.gate("--base-cmd", command(before=before), "--head-cmd", command("--mib", "1") + "; true", "--jobs", "2",
                         "--concurrency", "1", "--blocks", "12")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertEqual(len([trial for trial in self.lines("trial") if trial["phase"] == 1]), 36)
        self.check_nothing_left()

    def test_servers_that_ignore_sigterm(self):
        """The first of each side is waited for, not every one."""
        began = time.monotonic()
        done = self.gate("--base-cmd", command(before="trap '' TERM; "), "--head-cmd", command("--mib", "1"), "--jobs", "2",
                         "--concurrency", "1", "--blocks", "12")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        deaf = len([trial for trial in self.lines("trial") if trial["arm"] != "head"])
        self.assertGreaterEqual(deaf, 24)
        self.assertLess(time.monotonic() - began, 2 * deaf)
        self.assertIn("--base-cmd: the server did not end within 2 s of SIGTERM", " ".join(done.stdout.split()))
        self.assertNotIn("--head-cmd: the server", " ".join(done.stdout.split()))
        self.check_nothing_left()

    def test_killed(self):
        """What the shell has started goes, too, though nobody is left to end it."""
        process = self.workspace.popen("gate", "--base-cmd", command(), "--head-cmd", command("--mib", "1"), "--out", "out",
                                       "--blocks", "100", start_new_session=True)
        try:
            support.wait_until(lambda: (self.dir / "out" / "gate.ndjson").exists() and self.lines("trial"), what="a trial")
        finally:
            process.kill()
            process.communicate()
        self.check_nothing_left()

    def test_interrupted(self):
        process = self.workspace.popen("gate", "--base-cmd", command("--fork"), "--head-cmd", command("--fork", "--mib", "1"),
                                       "--out", "out", "--blocks", "100", start_new_session=True)
        try:
            support.wait_until(lambda: (self.dir / "out" / "gate.ndjson").exists() and len(self.lines("trial")) >= 2,
                               what="two trials")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.assertEqual(process.returncode, 130)
        self.check_nothing_left()


if __name__ == "__main__":
    support.main()
