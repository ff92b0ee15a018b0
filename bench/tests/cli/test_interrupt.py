"""Signals, to the run and to its children, and the end of its time: what was finished is kept, nothing else is left."""
import os
import shutil
import signal
import time

import support

# Downloads, so that there is a test server too. A trial takes 0.3 s; 18 of them never come to their end here.
DELAY_MS = 300
LONG = ["run", "--body-bytes", "100", "--delay-ms", str(DELAY_MS), "--jobs", "2", "--concurrency", "2", "--blocks", "6",
        "--runner", "threads,coroutines,blocking-coroutines", "--out", "out"]


class Running(support.Case):
    """A run under way in the directory out/."""

    def start(self, *args, **options):
        process = self.workspace.popen(*(args or LONG), start_new_session=True, **options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def trial_lines(self, out="out"):
        try:
            return support.read_trials(self.dir / out)
        except FileNotFoundError:
            return []

    def wait_for_trials(self, count, out="out"):
        """Then the next one has begun, or is about to."""
        support.wait_until(lambda: len(self.trial_lines(out)) >= count, what=f"{count} trials")

    def child(self, word):
        return self.workspace.child(word)

    def finish(self, process, seconds=30):
        out, errors = process.communicate(timeout=seconds)
        return process.returncode, out.decode(), errors.decode()

    def assertKept(self, least):
        """At least so many trials, in both files, and marked as not all."""
        lines = self.trial_lines()
        summary = support.read_ndjson(self.dir / "out")[-1]
        self.assertGreaterEqual(len(lines), least)
        self.assertLess(len(lines), 18)
        self.assertEqual((summary["type"], summary["partial"], summary["trials"]), ("summary", True, len(lines)))
        rows = support.read_csv(self.dir / "out" / "trials.csv")
        self.assertEqual([(row["cell"], row["runner"], row["block"]) for row in rows],
                         [(line["cell"], line["runner"], str(line["block"])) for line in lines])
        self.assertTrue((self.dir / "out" / "summary.csv").exists())
        self.assertTrue((self.dir / "out" / "report.html").exists())


class Interrupted(Running):
    def test_after_the_second_trial(self):
        for number, word in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGHUP")):
            with self.subTest(word):
                process = self.start(*LONG[:-1], word)
                self.wait_for_trials(2, word)
                process.send_signal(number)
                before = time.monotonic()
                status, said, errors = self.finish(process)
                self.assertEqual(status, 130)
                self.assertLess(time.monotonic() - before, 10)
                self.check_nothing_left()
                (self.dir / word).rename(self.dir / "out")
                self.assertKept(2)
                self.assertLessEqual(len(self.trial_lines()), 3)
                self.assertEqual({line["state"] for line in self.trial_lines()}, {"ok"})
                self.assertRegex(errors, r"\Aiorace: interrupted[^\n]*\n\Z")
                self.assertIn("\nPage: ", said)  # behind the table of what was finished
                (self.dir / "out").rename(self.dir / (word + ".kept"))

    def test_the_whole_group(self):
        """As a terminal does it: the children of the run are not what Ctrl-C is for."""
        process = self.start()
        self.wait_for_trials(2)
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(self.finish(process)[0], 130)
        self.assertKept(2)
        self.assertEqual({line["state"] for line in self.trial_lines()}, {"ok"})

    def test_before_the_first_trial_has_ended(self):
        process = self.start("run", "--body-bytes", "100", "--delay-ms", "60000", "--jobs", "2", "--out", "out")
        self.child("trial")
        process.send_signal(signal.SIGINT)
        status, _, errors = self.finish(process)  # long before the trial would have
        self.assertEqual(status, 130)
        self.assertEqual(errors, "iorace: interrupted before the first run had ended\n")
        self.assertEqual(self.trial_lines(), [])
        self.assertIs(support.read_ndjson(self.dir / "out")[-1]["partial"], True)

    def test_while_it_draws(self):
        """Ctrl-C ends gnuplot too: the run is whole, and that is what is said."""
        if not shutil.which("gnuplot"):
            self.skipTest("gnuplot is not installed")
        process = self.start("run", "--workload", "sleep", "--delay-ms", "20x1", "--blocks", "6", "--out", "out")
        support.wait_until(lambda: [pid for pid, line in self.workspace.processes() if "gnuplot" in line and
                                    (self.dir / "out" / "charts").exists()], what="gnuplot")
        os.killpg(process.pid, signal.SIGINT)
        status, _, errors = self.finish(process)
        self.assertEqual(status, 130)
        self.assertRegex(errors, r"\Aiorace: interrupted while drawing[^\n]*\n\Z")
        self.assertIs(support.read_ndjson(self.dir / "out")[-1]["partial"], False)
        self.assertTrue((self.dir / "out" / "report.html").exists())
        self.assertStatus(self.iorace("plot", "out"), 0)

    def test_twice(self):
        """Both signals come before the run can do anything about the first: it ends where it stands."""
        process = self.start()
        self.wait_for_trials(1)
        self.child("trial")
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        before = time.monotonic()
        process.send_signal(signal.SIGCONT)
        self.assertEqual(self.finish(process)[0], 130)
        self.assertLess(time.monotonic() - before, 5)
        self.check_nothing_left()
        self.assertEqual(support.read_ndjson(self.dir / "out")[-1]["type"], "trial")


class Killed(Running):
    def test_the_run(self):
        """kill -9: the children go with it, and what stands in the file can be read."""
        process = self.start()
        self.wait_for_trials(2)
        self.child("trial")
        process.kill()
        process.wait()
        self.assertEqual(self.workspace.wait_for_processes_to_end(), [])
        text = (self.dir / "out" / "run.ndjson").read_text()
        self.assertTrue(text.endswith("\n"))
        kept = len(self.trial_lines())
        self.assertGreaterEqual(kept, 2)
        done = self.iorace("report", "out")
        self.assertStatus(done, 0)
        self.assertEqual(len(support.read_csv(self.dir / "out" / "trials.csv")), kept)
        self.assertIn("thread pool", done.stdout)
        self.assertEqual((self.dir / "out" / "run.ndjson").read_text(), text)

    def test_children_of_a_killed_run(self):
        """They end because it does, not because they have done their work."""
        for workload, children in (("download", ["serve", "trial"]), ("sleep", ["trial"])):
            with self.subTest(workload):
                process = self.start("run", "--workload", workload, "--delay-ms", "60000", "--jobs", "2", "--runner",
                                     "threads", "--out", workload)
                for child in children:
                    self.child(child)
                process.kill()
                process.wait()
                self.assertEqual(self.workspace.wait_for_processes_to_end(), [])

    def test_a_line_cut_short(self):
        """As a power cut leaves it: the whole lines before count."""
        self.run_ok("--workload", "sleep", "--delay-ms", "2x1", "--blocks", "1", "--no-charts", "--out", "out")
        path = self.dir / "out" / "run.ndjson"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:4]) + lines[4][:100])
        self.assertStatus(self.iorace("report", "out"), 0)
        self.assertEqual(len(support.read_csv(self.dir / "out" / "trials.csv")), 2)

    def test_a_trial(self):
        """It is a failed trial with its signal for a reason; the run goes on."""
        args = ["run", "--body-bytes", "100", "--delay-ms", str(DELAY_MS), "--jobs", "1", "--blocks", "2", "--runner",
                "threads,coroutines", "--no-charts", "--out", "out"]
        for number, name in ((signal.SIGKILL, "9"), (signal.SIGSEGV, "11")):
            with self.subTest(name):
                process = self.start(*args[:-1], name)
                self.wait_for_trials(1, name)
                os.kill(self.child("trial"), number)
                status, _, errors = self.finish(process)
                self.assertEqual(status, 1)
                self.assertRegex(errors, r"\Aiorace: [^\n]*\n\Z")
                lines = support.read_trials(self.dir / name)
                self.assertEqual(len(lines), 4)
                bad, = [line for line in lines if line["state"] != "ok"]
                self.assertEqual((bad["state"], bad["position"]), ("failed", 2))
                self.assertIn(f"signal {name} ", bad["reason"])
                self.assertIsNone(bad["wall_s"])
                self.assertIs(support.read_ndjson(self.dir / name)[-1]["partial"], False)
                checked = support.read_csv(self.dir / name / "trials.csv")
                self.assertEqual([row["wall_s"] == "" for row in checked], [line is bad for line in lines])

    def test_the_test_server(self):
        """The trial that it was for has failed and says so; another server is there for the next."""
        args = ["run", "--body-bytes", "100", "--delay-ms", "100", "--jobs", "6", "--blocks", "3", "--concurrency", "2",
                "--runner", "threads,coroutines", "--no-charts", "--out", "out"]
        process = self.start(*args)
        self.wait_for_trials(1)
        first = self.child("serve")
        self.child("trial")  # else it may be seen to be gone before the next trial begins
        os.kill(first, signal.SIGKILL)
        self.wait_for_trials(2)
        self.assertNotEqual(self.child("serve"), first)
        status, _, errors = self.finish(process)
        self.assertEqual(status, 1)
        self.assertEqual(errors.count("\n"), 1, errors)
        lines = self.trial_lines()
        self.assertEqual(len(lines), 6)
        self.assertEqual([line["position"] for line in lines if line["state"] != "ok"], [2])
        self.assertEqual(lines[1]["state"], "failed")
        self.assertIn("test server", lines[1]["reason"])


class MaxTime(Running):
    def test_max_time(self):
        before = time.monotonic()
        process = self.start(*LONG, "--max-time", "1", "--no-charts")
        status, _, errors = self.finish(process)
        self.assertLess(time.monotonic() - before, 20)
        self.assertEqual(status, 0)
        self.assertRegex(errors, r"\Aiorace: --max-time[^\n]*\n\Z")
        self.assertKept(1)
        self.assertLessEqual(sum(line["proc_wall_s"] for line in self.trial_lines()), 1.0)

    def test_not_reached(self):
        self.run_ok("--workload", "sleep", "--delay-ms", "2x1", "--blocks", "1", "--no-charts", "--max-time", "600")


if __name__ == "__main__":
    support.main()
