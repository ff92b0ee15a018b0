"""scripts/peers: its statistics against values worked out by hand, and what it makes of a small run."""
import itertools
import math
import os
import pathlib
import statistics
import subprocess
import sys
import unittest
import xml.etree.ElementTree

import support

if len(sys.argv) > 2:
    sys.path.insert(0, str(pathlib.Path(sys.argv[2]).resolve() / "scripts" / "peers"))
    import checks
    import measure
    import programs
    import report
    import stats
    import trial


class Statistics(unittest.TestCase):
    def test_median(self):
        self.assertEqual(stats.median([3, 1, 2]), 2)
        self.assertEqual(stats.median([4, 1, 2, 3]), 2.5)

    def test_median_interval(self):
        """How many may be left out on each side is the largest k with P(Binomial(n, 1/2) < k) <= 2.5 %."""
        for n, lo, hi in ((6, 1, 6), (7, 1, 7), (8, 1, 8), (9, 2, 8), (11, 2, 10), (12, 3, 10), (15, 4, 12)):
            with self.subTest(n=n):
                self.assertEqual(stats.median_interval(range(n, 0, -1)), (lo, hi))
        for n in range(1, 6):
            self.assertIsNone(stats.median_interval(range(n)))

    def test_signed_rank_interval(self):
        """Of 7: 2 * (1 + 1 + 1) / 2^7 = 4.7 %, and one more is too much: the third of the means of pairs, from both
        ends. These are 1, 1.5, 2, 2, ... and 7, 6.5, 6, 6, ..."""
        self.assertEqual(stats.signed_rank_interval([7, 1, 6, 2, 5, 3, 4]), (4, (2, 6)))
        self.assertEqual(stats.signed_rank_interval([1, 2, 3, 4, 5, 6]), (3.5, (1, 6)))
        self.assertEqual(stats.signed_rank_interval([1, 2, 3, 4, 5]), (3, None))
        self.assertEqual(stats.signed_rank_interval([8]), (8, None))

    def test_paired_ratio(self):
        under = {block: 10.0 + block for block in range(1, 8)}
        over = {block: under[block] * 2 ** block for block in under}
        centre, interval = stats.paired_ratio(over, {**under, 9: 1.0})  # a block without a pair does not count
        for found, want in zip((centre, *interval), (16, 4, 64)):
            self.assertAlmostEqual(found, want, places=9)
        self.assertIsNone(stats.paired_ratio({1: 2.0}, {2: 1.0}))
        self.assertIsNone(stats.paired_ratio({1: 0.0}, {1: 1.0}))


class Checks(unittest.TestCase):
    def test_verdicts(self):
        for ratio, bounds, verdict in (
                ((1.0, (0.9, 1.05)), {"most": 1.1}, checks.HELD), ((1.0, (0.9, 1.2)), {"most": 1.1}, checks.NEARLY),
                ((1.0, (0.9, 1.2)), {"most": 1.1, "interval_counts": True}, checks.MISSED),
                ((1.0, (0.9, 1.1)), {"most": 1.1, "interval_counts": True}, checks.HELD),
                ((1.2, (0.9, 1.3)), {"most": 1.1}, checks.MISSED), ((0.96, (0.95, 1.3)), {"least": 0.95}, checks.HELD),
                ((0.94, (0.93, 1.3)), {"least": 0.95}, checks.MISSED), ((0.96, None), {"least": 0.95},
                                                                        checks.NO_INTERVAL),
                (None, {"least": 1}, checks.UNKNOWN)):
            with self.subTest(ratio=ratio, **bounds):
                self.assertEqual(checks.judge("it", ratio, **bounds).verdict, verdict)


class Parts(unittest.TestCase):
    def test_numbers(self):
        for value, text in ((0, "0"), (1234.6, "1,235"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"),
                            (0.1234, "0.123"), (0.01234, "0.0123"), (0.001234, "0.00123"), (1e6, "1,000,000")):
            self.assertEqual(report.number(value), text)

    def test_system_calls(self):
        table = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.600000           6      1010        10 read
 30.00    0.300000           3      1000           sendto
 10.00    0.100000           1        50           epoll_wait
100.00    1.000000                  2060        10 total
"""
        self.assertEqual(measure.count_calls(table), (1010, 1000))

    def test_failures(self):
        for command, words in ((["sh", "-c", "echo the reason >&2; exit 3"], ("exit status 3", "the reason")),
                               (["sh", "-c", "kill -SEGV $$"], ("SIGSEGV",)), (["/nonexistent"], ("No such file",)),
                               (["echo", "no json"], ("not JSON",)), (["true"], ("printed nothing",)),
                               (["echo", '{"failed": 2}'], ("2 of its requests",))):
            with self.subTest(command=command), self.assertRaises(trial.TrialError) as caught:
                trial.run_json(command, os.sched_getaffinity(0), 20)
            for word in words:
                self.assertIn(word, str(caught.exception))

    def test_modules(self):
        """A traceback is no version."""
        self.assertEqual(programs.module_version("no_such_module_as_this"), "")

    def test_timeout(self):
        with self.assertRaisesRegex(trial.TrialError, "not done after 0.2 s"):
            trial.run(["sh", "-c", "sleep 1000 & wait"], os.sched_getaffinity(0), 0.2)


class Peers(support.Case):
    """The whole of it."""

    def peers(self, *args, path=None):
        build = pathlib.Path(support.IORACE).parent.parent
        return self.workspace.iorace(support.SOURCE / "scripts" / "peers" / "run", "--build", build, *args,
                                     program=sys.executable, env={"PATH": path} if path else {}, timeout=250)

    def rows(self, name="peers.csv"):
        return support.read_csv(self.dir / "out" / name)

    def test_small_run(self):
        done = self.peers("--quick", "--only", "switch,yield,sleepers:1000", "--out", self.dir / "out", "--seed", 7)
        self.assertStatus(done, 0)
        self.assertIn("a yield against a bare switch", done.stdout)
        self.assertIn("block 3 of 3", done.stderr)
        rows = self.rows()
        self.check_blocks(rows)
        self.check_figures(rows)
        self.check_summary(rows)
        text = (self.dir / "out" / "peers.md").read_text(encoding="utf-8")
        for words in ("## Bare switch", "## Yield", "## Sleepers", "Set apart (callbacks)", "## Checks",
                      "not the same kind of thing"):
            self.assertIn(words, text)
        for row in rows:
            if row["state"] == "missing":
                self.assertIn(row["reason"], text)
        if (self.dir / "out" / "peers.svg").exists():
            xml.etree.ElementTree.parse(self.dir / "out" / "peers.svg")

    def check_blocks(self, rows):
        """Every lane once in each block, not in the same order in each."""
        orders = {}
        for row in rows:
            orders.setdefault((row["work"], row["block"]), []).append((int(row["position"]), row["lane"]))
        self.assertEqual({work for work, _ in orders}, {"switch", "yield", "sleepers"})
        for work in ("switch", "yield", "sleepers"):
            found = [orders[work, block] for block in "123"]
            for order in found:
                self.assertEqual([position for position, _ in order], list(range(1, len(order) + 1)))
                self.assertEqual({lane for _, lane in order}, {lane for _, lane in found[0]})
                self.assertEqual(len({lane for _, lane in order}), len(order))
        self.assertGreater(len({tuple(orders["sleepers", block]) for block in "123"}), 1)

    def check_figures(self, rows):
        for row in rows:
            with self.subTest(work=row["work"], lane=row["lane"], block=row["block"]):
                self.assertIn(row["state"], ("ok", "missing", "unsupported"), row["reason"])
                if row["state"] != "ok":
                    continue
                wall_s, cpu_s, ops = (float(row[name]) for name in ("wall_s", "cpu_s", "ops"))
                self.assertAlmostEqual(float(row["ns_per_op"]), cpu_s * 1e9 / ops, delta=0.01 * cpu_s * 1e9 / ops + 0.1)
                self.assertGreater(int(row["rss_peak_kib"]), 500)
                if row["work"] == "sleepers":
                    self.assertGreaterEqual(wall_s, 0.3)
                    self.assertEqual(int(row["asleep_peak"]), 1000)
                    self.assertAlmostEqual(float(row["beyond_s"]), wall_s - 0.3, places=5)

    def check_summary(self, rows):
        """Medians and ratios once more, from the raw figures and in other words."""
        checked = 0
        for found in self.rows("summary.csv"):
            def figures(lane, found=found):
                return {row["block"]: float(row[found["metric"]]) for row in rows
                        if (row["work"], row["lane"], row["state"]) == (found["work"], lane, "ok")}
            mine, base = figures(found["lane"]), figures("iort")
            if not mine:
                self.assertEqual((found["median"], found["ratio"]), ("", ""))
                continue
            logs = [math.log(mine[block] / base[block]) for block in mine]
            pairs = itertools.combinations_with_replacement(logs, 2)
            want = math.exp(statistics.median(sum(pair) / 2 for pair in pairs))
            self.assertAlmostEqual(float(found["ratio"]), want, delta=want * 1e-6)
            self.assertAlmostEqual(float(found["median"]), statistics.median(mine.values()),
                                   delta=1e-6 * max(mine.values()))
            self.assertEqual((found["ci_lo"], found["ratio_ci_hi"]), ("", ""))  # 3 blocks have none
            checked += found["lane"] != "iort"
        self.assertGreater(checked, 2)

    def test_missing_is_named(self):
        nothing = self.dir / "bin"
        nothing.mkdir()
        done = self.peers("--quick", "--blocks", "1", "--only", "yield", "--out", self.dir / "out", path=str(nothing))
        self.assertStatus(done, 0)
        text = (self.dir / "out" / "peers.md").read_text(encoding="utf-8")
        for words in ("Go is not installed (Debian: golang-go)", "Node.js is not installed (Debian: nodejs)"):
            self.assertIn(words, text)
        states = {row["lane"]: row["state"] for row in self.rows() if row["lane"] != "uvloop"}
        self.assertEqual(states, {"iort": "ok", "Go": "missing", "Node": "missing", "asyncio": "ok"})

    def test_failure_goes_on(self):
        node = self.write("bin/node", "#!/bin/sh\n[ $1 = --version ] && echo v0 && exit\n"
                                      "echo out of order >&2\nexit 9\n")
        node.chmod(0o755)
        done = self.peers("--quick", "--blocks", "2", "--only", "yield", "--out", self.dir / "out",
                          path=f"{node.parent}:/usr/bin:/bin")
        self.assertStatus(done, 1)
        self.assertIn("failed: yield 400,000: Node: exit status 9: out of order", done.stderr)
        states = {(row["lane"], row["block"]): (row["state"], row["reason"]) for row in self.rows()}
        for block in "12":
            self.assertEqual(states["Node", block], ("failed", "exit status 9: out of order"))
            self.assertEqual(states["iort", block], ("ok", ""))

    def test_usage(self):
        for args, words in ((["--only", "nothing"], "is none of switch"), (["--blocks", "0"], "at least 1"),
                            (["--only", "skynet:12"], "power of ten"), (["--client-cpu", "9999"], "9999")):
            done = self.peers(*args)
            self.assertStatus(done, 2)
            self.assertIn(words, done.stderr)
        done = subprocess.run([sys.executable, support.SOURCE / "scripts" / "peers" / "run", "--build", self.dir,
                               "--only", "switch"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("perf_switch: not in", done.stderr)
        self.assertFalse((self.dir / "out").exists())


if __name__ == "__main__":
    support.main()
