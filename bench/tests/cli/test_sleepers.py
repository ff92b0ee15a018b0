"""Sleeping as tasks: a hundred thousand and a million at once in little memory, and as punctual as threads."""
import support


def percentile_99(values):
    return sorted(values)[int(len(values) * 0.99)]


class Many(support.Case):
    def setUp(self):
        super().setUp()
        if support.sanitizers():
            self.skipTest("tasks are not put aside under sanitizers")

    def trial(self, jobs, delay_ms):
        self.run_ok("--workload", "sleep", "--jobs", jobs, "--concurrency", jobs, "--delay-ms", delay_ms, "--runner",
                    "coroutines", "--blocks", "1", "--no-charts", timeout=120)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertEqual((trial["state"], trial["ok"], trial["failed"]), ("ok", jobs, 0), trial["reason"])
        self.assertIn("stacks_parked", trial["flags"].split())
        self.assertEqual(trial["threads_peak"], 1)
        self.assertGreaterEqual(trial["wall_s"], delay_ms / 1000)
        return trial

    def test_a_million(self):
        trial = self.trial(1000000, 5000)
        self.assertLessEqual(trial["rss_peak_kib"], 384 * 1024)
        self.assertLess(trial["wall_s"], 10)  # 5.3 s on a quiet machine

    def test_a_hundred_thousand(self):
        trial = self.trial(100000, 2000)
        self.assertLessEqual(trial["rss_peak_kib"], 48 * 1024)

    def test_the_table_says_so(self):
        done = self.run_ok("--workload", "sleep", "--jobs", "50", "--concurrency", "50", "--delay-ms", "1", "--runner",
                           "threads,coroutines,blocking-coroutines", "--blocks", "1", "--no-charts")
        said = " ".join(done.stdout.split())
        self.assertIn(" coroutines* ", said)
        self.assertIn("* coroutines: their memory here is less than that of tasks that do more than wait", said)
        trials = support.by_runner(support.read_trials(support.latest(self.dir)))
        for runner in ("threads", "blocking-coroutines"):
            self.assertNotIn("stacks_parked", trials[runner]["flags"].split(), runner)


class Punctual(support.Case):
    """10,000 sleeps of 1 to 50 ms, 100 at once, in both lanes of one run."""

    def late_ns(self):
        """{runner: how much later than asked for each sleep ended}, and whether others used the CPUs meanwhile"""
        each = 20 if support.sanitizers() else 200
        delays = ",".join(f"{each}x{ms}" for ms in range(1, 51))
        self.run_ok("--workload", "sleep", "--delay-ms", delays, "--concurrency", "100", "--runner",
                    "threads,coroutines", "--blocks", "1", "--samples", "--no-charts", timeout=120)
        late = {}
        for line in support.read_ndjson(support.latest(self.dir), "sample"):
            self.assertEqual(len(line["samples"]), each * 50)
            late[line["runner"]] = [end - start - (i // each + 1) * 1000000
                                    for i, (start, end, _, _) in enumerate(line["samples"])]
        disturbed = any("disturbed" in trial["flags"] for trial in support.read_trials(support.latest(self.dir)))
        return late, disturbed

    def test_none_is_early_and_tasks_are_as_punctual_as_threads(self):
        # Whatever else runs here stops one thread, and so all tasks, for milliseconds, but only some threads: one run
        # that was left alone tells; a runtime that is late is so in all of them.
        quiet = 0
        for _ in range(5):
            late, disturbed = self.late_ns()
            quiet += not disturbed
            self.assertGreaterEqual(min(min(values) for values in late.values()), 0)
            tasks, threads = percentile_99(late["coroutines"]), percentile_99(late["threads"])
            print(f"# p99 lateness: coroutines {tasks / 1000:.0f} us, threads {threads / 1000:.0f} us")
            if tasks <= threads + 100000 or support.sanitizers():  # which slow the runtime more than nanosleep
                return
        if quiet:
            self.fail(f"in none of five runs, {quiet} of which nothing disturbed")
        print("# not compared: other programs had a part of the CPUs in each of five runs")


if __name__ == "__main__":
    support.main()
