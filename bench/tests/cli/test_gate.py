"""iorace gate: every exit status, what its files hold, and what arms of another kind do. Slowdowns come from outside."""
import collections
import json
import resource
import signal
import time
import xml.etree.ElementTree

import gate_support
import servers
import support
from gate_support import SLOWER


class Refused(gate_support.GateCase):
    """Before anything is run: one line, status 2, no directory."""

    def assertRefused(self, args, *words):
        self.assertOneLine(self.iorace("gate", *args), 2, *words)
        self.assertFalse((self.dir / "results").exists())

    def test_arms(self):
        me = support.IORACE
        for args, word in (([], "--base"),
                           (["--base", me, "--base-url", "http://127.0.0.1:1/"], "one kind"),
                           (["--head-url", "http://127.0.0.1:1/"], "--base-url is missing"),
                           (["--base-cmd", "x {port}"], "--head-cmd is missing"),
                           (["--base", "no-such-program"], "cannot be run"),
                           (["--base", "/"], "no program"),
                           (["--base-cmd", "sleep 1", "--head-cmd", "sleep 2"], "{port}"),
                           (["--base-args", "--jobs '3", "--head-args", ""], "quote"),
                           (["--base-args", "--jbos 3", "--head-args", ""], "--jobs"),
                           (["--base-args", "--blocks 20", "--head-args", ""], "whole gate"),
                           (["--base-args", "x.ini", "--head-args", ""], "options of run"),
                           (["one.ini", "--base-args", "--jobs 1,2", "--head-args", "--jobs 3"], "other cells")):
            with self.subTest(args):
                self.assertRefused(args, word)

    def test_options(self):
        equal = ["one.ini", "--base", support.IORACE, "--aa"]
        for args, words in ((["--blocks", "11"], ["12 or more"]), (["--threshold", "0.05"], ["5%"]),
                            (["--threshold", "0%"], ["5%"]), (["--metric", "speed"], ["wall_s"]),
                            (["--metric", "latency_p99_ms"], ["368"]), (["--export", "csv=x"], ["bencher=FILE"]),
                            (["--save", "x"], ["--save"]), (["--treshold", "5%"], ["--threshold"])):
            with self.subTest(args):
                self.assertRefused(equal + args, *words)

    def test_metric_of_a_process_with_urls(self):
        urls = ["--base-url", "http://127.0.0.1:1/", "--head-url", "http://127.0.0.1:2/"]
        for metric in ("cpu_us_per_job", "rss_peak_kib"):
            with self.subTest(metric):
                self.assertRefused(urls + ["--metric", metric], metric, "--base-cmd")
        self.assertRefused(urls[:3] + ["http://192.0.2.1/"], "--allow-remote")
        self.assertRefused(["one.ini"] + urls, "requests")

    def test_allow_file(self):
        whole = "[allow]\ncell = one\nmetric = wall_s\nuntil = 2099-01-01\nreason = x\n"
        for text, line, word in (("cell = one\n", 1, "[allow]"), ("[accept]\n", 1, "[allow]"),
                                 (whole.replace("2099-01-01", "2099-02-30"), 4, "no day"),
                                 (whole.replace("wall_s", "wall"), 3, "wall_s"), (whole.replace("reason", "raeson"), 5, "reason"),
                                 ("\n[allow]\ncell = one\n", 2, "metric is missing"), (whole + whole, 6, "line 1"),
                                 (whole + "nonsense\n", 6, "key = value"), (whole + "cell = two\n", 6, "twice")):
            with self.subTest(text):
                self.write("allow.ini", text)
                self.assertRefused(["one.ini", "--base", support.IORACE, "--aa", "--allow", "allow.ini"],
                                   f"allow.ini:{line}:", word)
        self.assertRefused(["one.ini", "--base", support.IORACE, "--aa", "--allow", "none.ini"], "none.ini")


class NothingToRun(gate_support.GateCase):
    def test_equal_arms_are_skipped(self):
        for args in (["--base", support.IORACE], ["--base-args", "--jobs 4", "--head-args", "--jobs 4"]):
            with self.subTest(args):
                done = self.iorace("gate", "one.ini", *args, "--md", "summary.md", "--export", "bencher=b.json")
                self.assertStatus(done, 0)
                self.assertIn("Skipped", done.stdout)
                self.assertEqual(json.loads((self.dir / "b.json").read_text()), {})
                self.assertIn("would be skipped", self.iorace("gate", "one.ini", *args, "--dry-run").stdout)
        self.assertEqual((self.dir / "summary.md").read_text().count("skipped"), 2)
        self.assertEqual(json.loads(self.iorace("gate", "one.ini", "--base", support.IORACE, "--json").stdout)["outcome"], "skipped")
        self.assertFalse((self.dir / "results").exists())

    def test_dry_run(self):
        done = self.iorace("gate", "two.ini", "--base", support.IORACE, "--dry-run", "--blocks", "20")
        self.assertStatus(done, 0)
        self.assertRegex(done.stdout, r"20 blocks.*120 trials, about [\d.]+ (s|min)")
        self.assertRegex(done.stdout, r"smallest change[^\n]*\n(  +[\d.]+ %: [\d.]+ %\n){3,}")
        self.assertFalse((self.dir / "results").exists())
        self.assertStatus(self.iorace("gate", "--base", support.IORACE, "--dry-run"), 0)  # its own scenario
        told = json.loads(self.iorace("gate", "two.ini", "--base", support.IORACE, "--dry-run", "--blocks", "20", "--json",
                                      "--aa").stdout)
        self.assertEqual((told["outcome"], told["would_be_skipped"], told["blocks"], told["trials"]), ("dry_run", False, 20, 120))
        self.assertEqual([(cell["cell"], cell["metric"], cell["jobs"]) for cell in told["cells"]],
                         [("one", "wall_s", 8), ("two", "wall_s", 8)])
        self.assertLess(0, told["estimate_s"])
        self.assertEqual([change["spread"] for change in told["smallest_changes"]], [0.005, 0.01, 0.02, 0.03, 0.05])

    def test_metric_of_a_scenario(self):
        """A gate's own key: a run passes over it, and no trial hears of it."""
        self.write("own.ini", gate_support.ONE_CELL + "metric = jobs_per_s\n")
        done = self.iorace("gate", "own.ini", "--base", support.IORACE, "--dry-run")
        self.assertIn("jobs_per_s", done.stdout)
        self.assertIn("cpu_us_per_job", self.iorace("gate", "own.ini", "--base", support.IORACE, "--dry-run", "--metric",
                                                    "cpu_us_per_job").stdout)
        done = self.iorace("run", "own.ini", "--dry-run", "--json", "--blocks", "1")
        self.assertStatus(done, 0)
        self.assertNotIn("metric", json.loads(done.stdout)["settings"])
        self.assertOneLine(self.iorace("run", "own.ini", "--metric", "wall_s"), 2, "--metric")

    def test_default_metrics(self):
        """What waits is judged by its time, what does not by its CPU, where that is the arms' own."""
        self.write("both.ini", "[run]\nrunner = coroutines\n[cell waits]\nworkload = download\ndelay-ms = 5\n"
                               "[cell works]\nworkload = download\n")
        def metrics(*arms):
            done = self.iorace("gate", "both.ini", *arms, "--dry-run")
            self.assertStatus(done, 0)
            return [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("waits ", "works "))]
        self.assertEqual(metrics("--base", support.IORACE), ["wall_s", "cpu_us_per_job"])
        self.assertEqual(metrics("--base-args", "", "--head-args", "--jobs 4"), ["wall_s", "cpu_us_per_job"])
        self.assertEqual(metrics("--base-url", "http://127.0.0.1:1/", "--head-url", "http://127.0.0.1:2/"), ["wall_s"] * 2)
        self.assertEqual(metrics("--base-cmd", "x {port}", "--head-cmd", "y {port}"), ["wall_s"] * 2)

    def test_help(self):
        done = self.iorace("gate", "--help")
        self.assertStatus(done, 0)
        for word in ("--base-cmd", "--threshold", "--metric", "--export", "{port}", "Exit status"):
            self.assertIn(word, done.stdout)


class SameProgram(support.SharedCase, gate_support.GateCase):
    """One A/A gate, with everything that it can write."""

    @classmethod
    def prepare(cls):
        cls.workspace.write("two.ini", gate_support.SCENARIO)
        cls.workspace.write("summary.md", "before\n")
        cls.done = cls.workspace.iorace(
            "gate", "two.ini", "--base", support.IORACE, "--aa", "--md", "summary.md", "--export", "bencher=b.json", "--export",
            "github-action-benchmark=g.json", "--out", "out")

    def setUp(self):
        pass

    def test_status(self):
        self.assertStatus(self.done, 0)
        self.assertEqual(self.done.stderr, "")
        self.assertIn("No regression", self.done.stdout)
        self.assertTrue(set(self.verdicts().values()) <= {"same", "inconclusive"})

    def test_every_trial_once(self):
        trials = [trial for trial in self.lines("trial") if trial["phase"] == 1]
        keys = [(trial["cell"], trial["block"], trial["arm"]) for trial in trials]
        self.assertEqual(len(keys), 2 * 12 * 3)
        self.assertEqual(set(keys), {(cell, block, arm) for cell in ("one", "two") for block in range(1, 13)
                                     for arm in ("base", "head", "again")})
        self.assertEqual([trial["position"] for trial in trials], list(range(1, len(trials) + 1)))

    def test_orders_are_balanced(self):
        orders = collections.defaultdict(collections.Counter)
        order = collections.defaultdict(list)
        for trial in self.lines("trial"):
            if trial["phase"] == 1:
                order[trial["cell"], trial["block"]].append(trial["arm"])
        for (cell, _), arms in order.items():
            orders[cell][tuple(arms)] += 1
        for cell, counts in orders.items():
            self.assertEqual(sorted(counts.values()), [2] * 6, cell)
        self.assertNotEqual(*([order[cell, block] for block in range(1, 13)] for cell in ("one", "two")))

    def test_lines(self):
        lines = self.lines()
        self.assertEqual([line["type"] for line in lines[:2]], ["gate", "env"])
        self.assertEqual(lines[-1]["type"], "verdicts")
        self.assertEqual(lines[0]["schema"], "iorace.gate/1")
        self.assertEqual(lines[0]["arms"]["kind"], "binaries")
        self.assertTrue(lines[0]["arms"]["equal"])
        self.assertEqual(len(lines[0]["arms"]["head"]["sha256"]), 64)
        self.assertEqual(lines[0]["argv"][:3], ["iorace", "gate", "two.ini"])
        self.assertEqual({key: value for key, value in lines[-1].items() if key != "type"}, self.result())

    def test_result(self):
        result = self.result()
        self.assertEqual((result["exit_status"], result["partial"], result["blocks"]), (0, False, 12))
        for cell in result["cells"]:
            self.assertEqual((cell["metric"], cell["unit"]), ("wall_s", "s"))
            self.assertLess(cell["ratio_lo"], cell["ratio"])
            self.assertLess(cell["ratio"], cell["ratio_hi"])
            self.assertGreater(cell["base_median"], 0.01)

    def test_markdown(self):
        text = (self.dir / "out" / "gate.md").read_text()
        self.assertEqual((self.dir / "summary.md").read_text(), "before\n" + text)
        self.assertRegex(text, r"\A### iorace gate: (no regression|inconclusive)\n")
        self.assertRegex(text, r"\n\| one \| `wall_s` \| ")
        rows = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual({row.count("|") for row in rows}, {10})

    def test_exports(self):
        exported = json.loads((self.dir / "b.json").read_text())
        self.assertEqual(set(exported), {"two/one", "two/two"})
        for measures in exported.values():
            figure = measures["wall_s"]
            self.assertLessEqual(figure["lower_value"], figure["value"])
            self.assertLessEqual(figure["value"], figure["upper_value"])
        for item in json.loads((self.dir / "g.json").read_text()):
            self.assertIn(item["name"], ("two/one: wall_s", "two/two: wall_s"))
            self.assertEqual((item["unit"], type(item["value"])), ("s", float))
            self.assertRegex(item["range"], r"\A± [\d.]")
            self.assertIn("verdict: ", item["extra"])

    def test_chart(self):
        charts = self.dir / "out" / "charts"
        for ending in (".svg", ".png", ".gp", ".dat"):
            self.assertGreater((charts / ("forest" + ending)).stat().st_size, 100)
        svg = xml.etree.ElementTree.parse(charts / "forest.svg")
        words = " ".join("".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text"))
        for word in ("Head against base", "one", "two", "n = 12; A/A", "n: blocks, with those of a confirmation"):
            self.assertIn(word, words)

    def test_plot_draws_it_again(self):
        """From the file alone, to the same bytes; one that was killed has nothing to draw."""
        stored, copy = self.dir / "out", self.dir / "copy"
        copy.mkdir()
        lines = (stored / "gate.ndjson").read_text()
        (copy / "gate.ndjson").write_text(lines)
        done = self.iorace("plot", copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("/copy/charts/forest.svg", done.stdout)
        for name in ("forest.svg", "forest.dat", "forest.gp"):
            self.assertEqual((copy / "charts" / name).read_bytes(), (stored / "charts" / name).read_bytes(), name)
        (copy / "gate.ndjson").write_text("".join(lines.splitlines(True)[:-1]))
        self.assertOneLine(self.iorace("plot", copy), 5, "before its verdicts")
        (copy / "gate.ndjson").write_text('{"type":"gate"}\n')
        self.assertOneLine(self.iorace("plot", copy), 5, "gate.ndjson:1: not the first line of a gate")


class Found(gate_support.GateCase):
    def test_regression_and_what_is_accepted_of_it(self):
        head = self.arm("head", SLOWER)
        self.settled(lambda: self.against(head), 3)
        self.assertEqual((self.verdicts(), self.result()["outcome"]), ({"one": "regression"}, "regression"))
        # The interval in the picture is of both phases.
        self.assertEqual(self.iorace("plot", self.dir / "out").returncode, 0)
        self.assertIn("n = 24; A/A", (self.dir / "out/charts/forest-text.dat").read_text())
        cell, = self.result()["cells"]
        self.assertAlmostEqual(cell["ratio"], 1.8, delta=0.3)
        self.assertAlmostEqual(cell["confirmed_ratio"], 1.8, delta=0.3)
        self.assertIn("**regression**", (self.dir / "out" / "gate.md").read_text())
        # Run again in reversed order, and found again.
        orders = collections.defaultdict(list)
        for trial in self.lines("trial"):
            orders[trial["phase"], trial["block"]].append(trial["arm"])
        self.assertEqual(len(orders), 24)
        for block in range(1, 13):
            self.assertEqual(orders[1, block], orders[2, block + 12][::-1])

        allow = "[allow]\ncell = one\nmetric = wall_s\nuntil = {}\nreason = it is worth it\n"
        self.write("allow.ini", allow.format("2999-12-31"))
        (self.dir / "out").rename(self.dir / "found")
        done = self.settled(lambda: self.against(head, "--allow", "allow.ini", "--strict"), 0)
        self.assertEqual(self.verdicts(), {"one": "accepted"})
        self.assertIn("it is worth it", done.stdout)

        self.write("allow.ini", allow.format("2020-12-31") + allow.format("2999-12-31").replace("one", "none"))
        (self.dir / "out").rename(self.dir / "accepted")
        done = self.settled(lambda: self.against(head, "--allow", "allow.ini"), 3)
        self.assertIn("expired", done.stdout)
        self.assertIn("none", done.stdout)

    def test_improvement(self):
        self.settled(lambda: self.against(self.arm("head"), "--strict", base=self.arm("slow", SLOWER)), 0)
        self.assertEqual(self.verdicts(), {"one": "improved"})

    def test_rate_is_better_the_larger_it_is(self):
        self.settled(lambda: self.against(self.arm("head", SLOWER), "--metric", "jobs_per_s"), 3)
        cell, = self.result()["cells"]
        self.assertTrue(cell["larger_is_better"])
        self.assertLess(cell["ratio_hi"], 1)

    def test_jobs_at_a_rate_are_judged_by_their_response(self):
        """The schedule sets the wall time: what takes ten times as long would be the same by that."""
        arms = ("--workload", "sleep", "--runner", "coroutines", "--base-args", "--delay-ms 2", "--head-args", "--delay-ms 20")
        rate = ("--rate", "200", "--jobs", "40", "--concurrency", "20")
        self.settled(lambda: self.gate(*arms, *rate), 3)
        cell, = self.result()["cells"]
        self.assertEqual(cell["metric"], "response_p50_ms")
        self.assertGreater(cell["ratio_lo"], 3)
        more = self.gate(*arms, "--rate", "400", "--duration-s", "1", "--dry-run")
        self.assertIn("response_p99_ms", more.stdout)
        closed = self.gate(*arms, "--metric", "response_p99_ms", out="closed")
        self.assertStatus(closed, 2)
        self.assertIn("jobs that arrive at a rate", closed.stderr)

    def test_a_search_is_refused(self):
        done = self.gate("--workload", "sleep", "--rate", "find", "--base-args", "--delay-ms 1", "--head-args", "--delay-ms 2")
        self.assertStatus(done, 2)
        self.assertIn("does not search for the highest rate", done.stderr)

    def test_inconclusive_with_and_without_strict(self):
        head = self.arm("head", 'settings["delay-ms"] = "30" if spec["block"] % 2 else "16"')
        self.assertStatus(self.against(head, "--strict"), 4)
        self.assertEqual(self.verdicts(), {"one": "inconclusive"})
        self.assertIn("**inconclusive**", (self.dir / "out" / "gate.md").read_text())
        self.assertStatus(self.against(head, out="lenient"), 0)

    def test_arguments_as_arms(self):
        self.settled(lambda: self.gate("one.ini", "--base-args", "--delay-ms 20", "--head-args", "--delay-ms '36'"), 3)
        gate, = self.lines("gate")
        self.assertEqual(gate["arms"]["kind"], "args")
        self.assertEqual({trial["params"] for trial in self.lines("trial")}, {"delay-ms=20", "delay-ms=36"})

    def test_urls_as_arms(self):
        def server(delay_s):
            def answer(connection, request):
                time.sleep(delay_s)
                connection.sendall(servers.answer_with(b"hello"))
                return True
            return servers.RawServer(answer)
        def run():
            for one in (base, head):
                one.requests.clear()
            return self.gate("--base-url", base.url + "/", "--head-url", head.url + "/", "--jobs", "8", "--concurrency", "4")
        with server(0.02) as base, server(0.036) as head:
            self.settled(run, 3)
        cell, = self.result()["cells"]
        self.assertEqual((cell["metric"], cell["runner"], cell["verdict"]), ("wall_s", "coroutines", "regression"))
        jobs = 8 * 12
        self.assertEqual((len(base.job_requests()), len(head.job_requests())), (4 * jobs, 2 * jobs))  # confirmed: twice


class Failed(gate_support.GateCase):
    def test_only_the_head(self):
        done = self.against(self.arm("head", 'if spec["cell"] != "probe": sys.exit("it broke")'), scenario="two.ini")
        self.assertStatus(done, 1)
        self.assertEqual(self.result()["outcome"], "head_failed")
        self.assertEqual(set(self.verdicts().values()), {"failed"})
        self.assertIn("it broke", done.stdout)
        self.assertIn("the head fails", (self.dir / "out" / "gate.md").read_text())
        self.assertEqual(len(self.lines("trial")), 2 * 3)  # more would not tell more

    def test_the_base_too(self):
        fails = 'if spec["cell"] != "probe": sys.exit({})'
        done = self.against(self.arm("head", fails.format(8)), base=self.arm("base", fails.format(9)))
        self.assertStatus(done, 1)
        self.assertEqual(self.result()["outcome"], "failed")
        self.assertIn("infrastructure", (self.dir / "out" / "gate.md").read_text())

    def test_one_cell_of_two(self):
        """The other one is judged all the same."""
        done = self.against(self.arm("head", 'if spec["cell"] == "two": sys.exit(9)'), scenario="two.ini")
        self.assertStatus(done, 1)
        self.assertEqual(self.verdicts()["two"], "failed")
        self.assertIn(self.verdicts()["one"], ("same", "inconclusive"))

    def test_dies_at_once(self):
        self.assertOneLine(self.against(self.arm("head", "os.kill(os.getpid(), 11)")), 5, "--head", "signal 11")

    def test_other_protocol(self):
        for do in ("print('hello'); sys.exit(0)", 'spec["protocol"] = "iorace.trial/99"'):
            with self.subTest(do):
                done = self.against(self.arm("head", do), out="never")
                self.assertOneLine(done, 5, "--head", "protocol")
        self.assertFalse((self.dir / "never").exists())

    def test_no_figures(self):
        after = 'line["wall_s"] = None'
        self.assertStatus(self.against(self.arm("head", after=after)), 5)
        self.assertEqual((self.verdicts(), self.result()["outcome"]), ({"one": "no data"}, "no_data"))

    def test_local_limits(self):
        done = self.gate("--base", support.IORACE, "--aa", "--body-bytes", "10", "--concurrency", "2000", "--jobs", "2000",
                         limits={resource.RLIMIT_NOFILE: 256})
        self.assertStatus(done, 6)
        after = ('line["state"] = "failed"; line["reason"] = "no descriptors"; '
                 'line["failures"] = [{"job": 1, "class": "local_limit"}]')
        self.assertStatus(self.against(self.arm("head", after=after), out="second"), 6)
        self.assertEqual(self.result("second")["outcome"], "local_limit")

    def test_new_and_gone(self):
        unknown = 'if spec["cell"] == "two": print("iorace trial: unknown key", file=sys.stderr); sys.exit(2)'
        for word, base, head in (("new", unknown, "pass"), ("gone", "pass", unknown)):
            with self.subTest(word):
                done = self.against(self.arm("head", head), base=self.arm("base", base), scenario="two.ini", out=word)
                self.assertStatus(done, 0)
                self.assertEqual(self.verdicts(word)["two"], word)
                self.assertIn("unknown key", done.stdout)

    def test_output_that_cannot_be_written(self):
        self.write("file", "")
        self.assertOneLine(self.against(support.IORACE, "--aa", base=support.IORACE, out="file/out"), 1, "file")
        self.assertOneLine(self.against(support.IORACE, "--aa", "--export", "bencher=none/b.json", base=support.IORACE,
                                        out="never"), 1, "none/b.json")
        self.assertFalse((self.dir / "never").exists())  # that is known before minutes have gone by


class Stopped(gate_support.GateCase):
    def start(self, *args):
        process = self.workspace.popen("gate", "one.ini", "--base", support.IORACE, "--aa", "--out", "out", *args,
                                       start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def trials(self):
        try:
            return self.lines("trial")
        except (FileNotFoundError, ValueError):
            return []

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                process = self.start("--blocks", "200")
                support.wait_until(lambda: len(self.trials()) >= 4, what="four trials")
                process.send_signal(number)
                _, errors = process.communicate(timeout=20)
                self.assertEqual(process.returncode, 130)
                self.assertIn(b"interrupted", errors)
                result = self.result()
                self.assertEqual((result["outcome"], result["partial"]), ("interrupted", True))
                self.assertEqual(result["trials"], len(self.trials()))
                (self.dir / "out").rename(self.dir / f"out-{number}")

    def test_killed(self):
        """What was written by then is whole lines."""
        process = self.start("--blocks", "200")
        support.wait_until(lambda: len(self.trials()) >= 4, what="four trials")
        process.kill()
        process.communicate()
        self.assertGreaterEqual(len(self.trials()), 4)

    def test_max_time(self):
        done = self.gate("one.ini", "--base", support.IORACE, "--aa", "--blocks", "500", "--max-time", "2", "--json")
        self.assertIn(done.returncode, (0, 5))  # on a slow machine there are fewer than six blocks by then
        result = json.loads(done.stdout)
        self.assertEqual(result, self.result())
        self.assertTrue(result["partial"])
        self.assertLess(result["trials"], 500)


if __name__ == "__main__":
    support.main()
