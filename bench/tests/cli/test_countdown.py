"""Row 17 of the table of faults: the Nth allocation, mapping, thread or descriptor fails, for each way on which a command
comes to one. It ends without a signal or a leak, and says on one line what was wanting; or it does without, and what it
prints is what it always does.

The classes called Quick take some of the ways, those called Full tell more of them apart and take them all, or many.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.request

import gate_support
import stored
import support

FAMILIES = ("memory", "mapping", "thread", "descriptor")
SAYS = {"memory": "memory|Cannot allocate|Resource temporarily|local_limit", "mapping": "memory", "thread": "thread|[Rr]esource temporarily",
        "descriptor": "Too many open files|descriptor|local_limit"}
STATUSES = {0, 1, 2, 5, 6}
SANITIZERS_SAY = re.compile(r"Sanitizer|runtime error:")
TINY = """[run]
blocks = 1
[cell s]
workload = sleep
delay-ms = 1
jobs = 2
concurrency = 2
[cell d]
workload = download
delay-ms = 1
jobs = 2
concurrency = 2
body-bytes = 100
"""


class Countdown(support.Case):
    DEPTH, MOST, TIMEOUT_S = 4, 60, 60
    UNWIND = ""
    STRIDES = 0  # so many more, at even distances: the same way again, with more done before

    def setUp(self):
        super().setUp()
        if "thread" in support.sanitizers():
            self.skipTest("its runtime has allocations of its own on every way")
        source = (pathlib.Path(__file__).parent / "countdown.c").read_text()
        address = "address" in support.sanitizers()
        libraries = support.build_preload(self.workspace, "countdown", "#define SANITIZED\n" * address + source).split()
        # Ours comes before the sanitizer's: what fails never reaches it.
        self.env = {"LD_PRELOAD": " ".join(reversed(libraries))}
        if address:
            # Libraries that leak where their start fails, once.
            suppressed = self.write("suppressed", "leak:libcrypto\nleak:libssl\nleak:libcurl\nleak:libgnutls\n")
            self.env["LSAN_OPTIONS"] = f"suppressions={suppressed}:print_suppressions=0"
            self.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0" + self.UNWIND

    def once(self, family, number, args, **options):
        """Returns how it ended, and what the library told: a list of lines. In the plain locale: without memory for
        another the program does with that one, and writes us for µs."""
        told = self.dir / "told"
        told.unlink(missing_ok=True)
        env = self.env | {"COUNTDOWN_FAMILY": family, "COUNTDOWN_N": str(number), "COUNTDOWN_DEPTH": str(self.DEPTH),
                          "COUNTDOWN_WORD": args[0], "COUNTDOWN_FILE": str(told), "LC_ALL": "C"} | options.pop("env", {})
        done = self.play(args, env=env, **options)
        return done, told.read_text().splitlines() if told.exists() else []

    def play(self, args, **options):
        return self.iorace(*args, timeout=self.TIMEOUT_S, **options)

    def same(self, done):
        """Whether it is the whole of what it should have printed: what a run measures is its own each time."""
        return done.stdout == self.reference.stdout

    def judge(self, family, done):
        """What is wrong with how it ended, or None. libcurl calls its own want of memory by other names."""
        if "AddressSanitizer: CHECK failed" in done.stderr:
            return None  # it was the sanitizer's own
        if done.returncode not in STATUSES | {self.reference.returncode}:
            return f"ended with status {done.returncode}"
        if SANITIZERS_SAY.search(done.stderr):
            return "the sanitizer complains"
        if done.returncode != self.reference.returncode:
            if not re.fullmatch(r"iorace[^\n]*: [^\n]+\n", done.stderr):
                return f"status {done.returncode} without one line that says why"
            if not re.search(SAYS[family], done.stderr) and not any("libcurl" in line for line in self.failed):
                return f"status {done.returncode} for another reason than there is"
        elif not self.same(done):
            return "all is said to be well, and something is missing"
        return None

    def sweep(self, *args, families=FAMILIES, **options):
        """Each way in turn; or as many, all over, as there is time for."""
        counts, bad = {}, {}
        for family in families:
            self.reference, told = self.once(family, 0, args, **options)
            self.assertIn(self.reference.returncode, {0, 3}, self.reference.stderr)
            self.assertTrue(self.same(self.reference))
            self.assertRegex("\n".join(told), r"calls \d+\Z")
            ways = [int(line.split()[1]) for line in told if line.startswith("way ")]
            chosen = sorted({ways[i * len(ways) // self.MOST] for i in range(self.MOST)} if ways else {})
            calls, reached = int(told[-1].split()[1]), 0
            chosen = sorted({*chosen, *(1 + i * calls // self.STRIDES for i in range(min(self.STRIDES, calls)))})
            for number in chosen:
                done, told = self.once(family, number, args, **options)
                failed = [line for line in told if line.startswith("failed ")]
                reached += bool(failed)
                self.failed = failed
                what = self.judge(family, done)
                if what:
                    text = f"{family} {number}: {what}\n  {self.where(failed)}\n  {done.stderr[-3000:]}"
                    bad.setdefault((what, self.where(failed, 8)), text)
            counts[family] = reached
        print(f"# {' '.join(map(str, args))[:60]}: " + ", ".join(f"{family} {n}" for family, n in counts.items()))
        self.assertEqual(len(bad), 0, "\n" + "\n".join(bad.values()))
        return counts

    def where(self, failed, most=12):
        """The functions on the way to what failed."""
        if not failed:
            return "not reached"
        name, *frames = failed[0].split()[1:]
        words = [name]
        for frame in frames[:most]:
            file, _, offset = frame.rpartition("+")
            if os.path.basename(file) == "iorace":
                try:
                    done = subprocess.run(["addr2line", "-sfe", file, hex(int(offset, 16) - 1)], capture_output=True,
                                          text=True)
                except FileNotFoundError:
                    return failed[0]
                words.append(" ".join(done.stdout.split()))
            else:
                words.append(os.path.basename(file))
        return " < ".join(words)


class QuickCommands(Countdown):
    """Commands that measure nothing."""

    def test_report(self):
        self.assertGreater(self.sweep("report", "--no-files", stored.fixture())["memory"], 40)

    def test_report_markdown(self):
        self.sweep("report", "--no-files", "--md", stored.fixture())

    def test_compare(self):
        stored.a_run(self.dir / "a", 1)
        stored.a_run(self.dir / "b", 2, factor=1.1)
        self.sweep("compare", "a", "b")

    def test_history(self):
        for number in range(3):
            stored.a_run(self.dir / "runs" / str(number), number)
        self.sweep("history", "runs")

    def test_list(self):
        self.sweep("list")

    def test_run_dry_run(self):
        self.write("s.ini", TINY)
        self.sweep("run", "--dry-run", "s.ini")

    def test_gate_dry_run(self):
        self.write("s.ini", gate_support.ONE_CELL)
        self.sweep("gate", "s.ini", "--dry-run", "--base", support.IORACE, "--head", support.IORACE)



class QuickTrials(Countdown):
    """One trial of each runner. It does all its jobs, or it says on its line, too, that it did not."""

    DEPTH, MOST = 3, 10
    UNWIND = ":fast_unwind_on_malloc=0"  # or whose the leak is would not be seen: libcrypto has no frame pointers

    def sweep_trial(self, *options):
        for runner in support.RUNNERS:
            with self.subTest(runner):
                done = self.iorace("run", *options, "--runner", runner, "--blocks", "1", "--dry-run", "--json")
                self.assertStatus(done, 0)
                self.sweep("trial", input=done.stdout)

    def same(self, done):
        trial, reference = (json.loads(text.splitlines()[0]) for text in (done.stdout, self.reference.stdout))
        if trial["state"] in ("failed", "unsupported"):
            return re.search(SAYS[self.family], trial["reason"]) is not None
        return (trial["state"], trial["ok"]) == ("ok", trial["jobs"]) and trial.keys() == reference.keys()

    def judge(self, family, done):
        self.family = family
        if done.returncode > 0 and done.stdout:
            json.loads(done.stdout.splitlines()[0])
        return super().judge(family, done)

    def test_sleep(self):
        self.sweep_trial("--workload", "sleep", "--delay-ms", "2x3", "--concurrency", "3")

    def test_download(self):
        with support.Origin() as origin:
            self.sweep_trial("--url", origin.url + "/bytes/1000", "--jobs", "4", "--concurrency", "2")


class QuickServer(Countdown):
    """It says why it cannot begin; once it has begun it goes on, whatever became of one connection."""

    DEPTH, MOST = 4, 25

    def play(self, args, **options):
        with self.workspace.popen(*args, **options) as process:
            try:
                line = process.stdout.readline().decode()
                self.answers = bool(line) and self.serves(json.loads(line)["url"])
                if line and not self.answers:  # on its way out, perhaps
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(1)
                process.terminate()
                _, errors = process.communicate(timeout=self.TIMEOUT_S)
            except BaseException:
                process.kill()
                raise
        line = "announced" if line else ""
        return subprocess.CompletedProcess(args, process.returncode, line, errors.decode())

    @staticmethod
    def serves(url):
        """One after another is asked. Only one may go wrong: it is one call that fails."""
        good = 0
        for _ in range(3):
            with contextlib.suppress(OSError):
                with urllib.request.urlopen(url + "/bytes/10", timeout=2) as answer:
                    good += len(answer.read()) == 10
        return good >= 2

    def same(self, done):
        return super().same(done) and self.answers

    def test_serve(self):
        self.sweep("serve", "--port", "0", "--json", "--cpus", "0")


class QuickParent(Countdown):
    """A run, and a gate: their trials are left alone."""

    DEPTH, MOST, UNWIND = 3, 6, QuickTrials.UNWIND

    def play(self, args, **options):
        shutil.rmtree(self.dir / "out", ignore_errors=True)
        return super().play(args, **options)

    def same(self, done):
        """Of a run's files: all are there, and each trial went well."""
        files = {path.name for path in (self.dir / "out").iterdir()}
        if done is self.reference:
            self.files = files
        if files != self.files:
            return False
        if "run" in done.args:
            return [trial["state"] for trial in support.read_trials(self.dir / "out")] == ["ok"] * 6
        return json.loads((self.dir / "out" / "gate.json").read_text())["partial"] is False

    def judge(self, family, done):
        left = self.workspace.wait_for_processes_to_end()
        if left:
            return f"processes left behind: {left}"
        return super().judge(family, done)

    def test_run(self):
        self.write("s.ini", TINY)
        self.sweep("run", "s.ini", "--out", "out", "--no-charts")

    def test_gate(self):
        self.write("s.ini", gate_support.ONE_CELL.replace("delay-ms = 20", "delay-ms = 1"))
        self.sweep("gate", "s.ini", "--base", support.IORACE, "--head", support.IORACE, "--aa", "--blocks", "12", "--out",
                   "out", "--no-charts")


def shape(value):
    """Which keys there are, without what they hold: that is measured anew each time."""
    return {key: shape(held) for key, held in value.items()} if isinstance(value, dict) else None


class FullCommands(QuickCommands):
    DEPTH, MOST, STRIDES = 14, 4000, 100


class FullDoctor(Countdown):
    DEPTH, MOST = 6, 50

    def test_doctor(self):
        self.sweep("doctor", "--json")

    def same(self, done):
        return shape(json.loads(done.stdout)) == shape(json.loads(self.reference.stdout))


class FullTrials(QuickTrials):
    DEPTH, MOST = 10, 120


class FullServer(QuickServer):
    DEPTH, MOST = 10, 400


class FullParent(QuickParent):
    DEPTH, MOST = 5, 80


if __name__ == "__main__":
    support.main()
