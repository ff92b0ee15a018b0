"""What the program says of itself, and how it behaves on a terminal and elsewhere."""
import fcntl
import json
import os
import pty
import re
import resource
import select
import struct
import termios
import time

import support

COMMANDS = ("run", "list", "plot", "report", "compare", "history", "serve", "doctor", "trial")
SMALL = ["run", "--workload", "sleep", "--delay-ms", "20", "--jobs", "40", "--runner", "serial", "--blocks", "1",
         "--no-charts"]


class Help(support.Case):
    def test_program(self):
        for option in ("--help", "-h"):
            done = self.iorace(option)
            self.assertStatus(done, 0)
            self.assertEqual(done.stderr, "")
            for command in COMMANDS:
                self.assertRegex(done.stdout, rf"(?m)^ +{command} ")
            self.assertIn("130", done.stdout)

    def test_nothing_said(self):
        done = self.iorace()
        self.assertStatus(done, 2)
        self.assertEqual(done.stdout, "")
        self.assertIn("Usage: iorace", done.stderr)

    def test_commands(self):
        words = {
            "run": """workload runner jobs jobs-per-worker concurrency delay-ms body-bytes spin-us blocks seed url
                      url-file header method data-file cacert verify allow-remote per-host save out timeout-ms
                      max-time cpus connections dry-run quick samples no-charts no-progress json""",
            "serve": "port host cpus json allow-remote", "doctor": "json", "report": "md no-files",
            "compare": "metric threshold strict force json md", "history": "metric threshold all json csv md out",
        }
        for command in COMMANDS:
            with self.subTest(command):
                done = self.iorace(command, "--help")
                self.assertStatus(done, 0)
                self.assertEqual(done.stderr, "")
                self.assertIn(f"iorace {command}", done.stdout)
                for option in words.get(command, "").split():
                    self.assertRegex(done.stdout, rf"(?m)^ +(-\w, )?--{option}\b")
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)
                self.check_nothing_left()

    def test_the_blocks_of_a_gate_are_other_ones(self):
        def blocks(command):
            return " ".join(self.iorace(command, "--help").stdout.split("--blocks=N")[1].split("--seed")[0].split())
        self.assertIn("(1 to 1000; default 7)", blocks("run"))
        self.assertIn("(12 to 1000; without it as many as the number of cells needs, at least 12)", blocks("gate"))

    def test_every_key_of_a_scenario_is_an_option(self):
        """And the help names no option that is not taken."""
        shown = re.findall(r"(?m)^  --([a-z-]+)(=?)", self.iorace("run", "--help").stdout)
        self.assertGreater(len(shown), 25)
        for name, takes_value in shown:
            done = self.iorace("run", f"--{name}=" if takes_value else f"--{name}", "--dry-run", "--workload", "sleep",
                               "--jobs", "1")
            self.assertNotIn("unknown option", done.stderr)
            self.assertIn(done.returncode, (0, 2), done.stderr)

    def test_version(self):
        for option in ("--version", "-V"):
            done = self.iorace(option)
            self.assertStatus(done, 0)
            self.assertRegex(done.stdout, r"\Aiorace \d+\.\d+\.\d+\n\Z")


class List(support.Case):
    def test_all(self):
        done = self.iorace("list")
        self.assertStatus(done, 0)
        for word in ("default", "sleep", "download", "serial", "threads", "coroutines", "blocking-coroutines", "null"):
            self.assertRegex(done.stdout, rf"(?m)^  {word} ")
        self.assertNotIn("unusable", done.stdout)

    def test_one(self):
        done = self.iorace("list", "runners")
        self.assertStatus(done, 0)
        self.assertIn("coroutines", done.stdout)
        self.assertNotRegex(done.stdout, r"(?m)^ *(sleep|default) ")

    def test_what_is_listed_can_be_run(self):
        for kind in ("workloads", "runners"):
            for line in self.iorace("list", kind).stdout.splitlines():
                with self.subTest(line.split()[0]):
                    done = self.iorace("run", f"--{kind[:-1]}", line.split()[0], "--jobs", "1", "--dry-run")
                    self.assertStatus(done, 0)


class Doctor(support.Case):
    def test_status(self):
        """Whatever it finds; what it prints and how it ends agree."""
        done = self.iorace("doctor")
        said = json.loads(self.iorace("doctor", "--json").stdout)
        self.assertEqual(done.returncode, 6 if said["verdict"] == "limit" else 0, done.stdout + done.stderr)
        lines = re.findall(r"(?m)^(ok|note|limit) +(\S.*?)  ", done.stdout)
        self.assertEqual([name for _, name in lines], [check["check"] for check in said["checks"]])
        self.assertEqual({verdict for verdict, _ in lines} >= {said["verdict"]}, True)
        for check in said["checks"]:
            self.assertIn(check["verdict"], ("ok", "note", "limit"))
            self.assertTrue(check["finding"])
        self.assertGreater(len(said["checks"]), 8)

    def test_a_limit(self):
        """Too few descriptors for the default scenario: named, and exit 6."""
        done = self.iorace("doctor", limits={resource.RLIMIT_NOFILE: 100})
        self.assertStatus(done, 6)
        self.assertRegex(done.stderr, r"\Aiorace: [^\n]*descriptors[^\n]*\n\Z")
        self.assertRegex(done.stdout, r"(?m)^limit +\S*descriptors")
        self.assertIn("100", done.stdout)

    def test_changes_nothing(self):
        self.iorace("doctor")
        self.assertEqual(list(self.dir.iterdir()), [])


class NoTerminal(support.Case):
    def test_no_escape_sequences(self):
        for args in (["doctor"], ["list"], SMALL, ["report", "results/latest"]):
            with self.subTest(args[0]):
                done = self.iorace(*args)
                self.assertNotIn("\x1b", done.stdout + done.stderr)
                self.assertNotIn("\r", done.stdout + done.stderr)
        self.assertEqual(self.iorace(*SMALL).stderr, "")  # no progress


class Terminal(support.Case):
    """Standard output or standard error is a terminal of our own making."""

    def on_terminal(self, *args, out=True, err=True, columns=100, **env):
        """Returns the exit status, what the terminal was sent, and what went elsewhere."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        read_end, write_end = os.pipe()
        process = self.workspace.popen(*args, env=env, stdout=slave if out else write_end,
                                       stderr=slave if err else write_end)
        os.close(slave)
        os.close(write_end)
        texts, open_ends, deadline = {master: b"", read_end: b""}, {master, read_end}, time.monotonic() + 60
        while open_ends:
            ready, _, _ = select.select(list(open_ends), [], [], max(0, deadline - time.monotonic()))
            self.assertTrue(ready, "it does not end")
            for end in ready:
                try:
                    piece = os.read(end, 65536)
                except OSError:  # EIO: nobody has the terminal open any more
                    piece = b""
                texts[end] += piece
                if not piece:
                    open_ends.remove(end)
        status = process.wait()
        os.close(master)
        os.close(read_end)
        return status, texts[master].decode(), texts[read_end].decode()

    def test_progress(self):
        """Which trial of how many, which block, how many jobs of it, how long to go; and it clears its line."""
        status, shown, _ = self.on_terminal(*SMALL, out=False)
        self.assertEqual(status, 0)
        line = r"\[1/1\] block 1 of 1  sleep under serial  (\d+)/40 jobs  \d+:\d\d left"
        counts = [int(count) for count in re.findall(line, shown)]
        self.assertGreaterEqual(len(counts), 2, shown)
        self.assertEqual(counts, sorted(counts))
        self.assertGreater(counts[-1], counts[0])
        self.assertTrue(shown.endswith("\r\x1b[K"), repr(shown[-40:]))
        self.assertLess(len(counts), 60)  # no flood

    def test_progress_on_a_narrow_terminal(self):
        _, shown, _ = self.on_terminal(*SMALL, out=False, columns=30)
        pieces = re.split(r"\r\x1b\[K|\r|\n", shown)
        self.assertGreater(len(pieces), 2)
        self.assertLess(max(map(len, pieces)), 30)

    def test_no_progress(self):
        """Not wanted; or no terminal there."""
        _, shown, _ = self.on_terminal(*SMALL, "--no-progress", out=False)
        self.assertEqual(shown, "")
        _, _, elsewhere = self.on_terminal(*SMALL, err=False)
        self.assertEqual(elsewhere, "")

    def test_color(self):
        """On a terminal, and not where NO_COLOR is set or where it goes to a file."""
        for args in (["doctor"], [word.replace("20", "1") for word in SMALL]):
            with self.subTest(args[0]):
                _, shown, _ = self.on_terminal(*args, err=False)
                self.assertRegex(shown, r"\x1b\[[\d;]+m")
                _, shown, _ = self.on_terminal(*args, err=False, NO_COLOR="1")
                self.assertNotIn("\x1b", shown)
                _, _, elsewhere = self.on_terminal(*args, out=False)
                self.assertNotIn("\x1b", elsewhere)


if __name__ == "__main__":
    support.main()
