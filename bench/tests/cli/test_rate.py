"""Open loop: jobs that arrive at a rate, seen from a server, from the files, and through a pause of the server."""
import json
import math
import os
import re
import shutil
import signal
import threading
import time
import xml.etree.ElementTree

import servers
import support

ONE = ["--blocks", "1", "--no-charts"]
CONCURRENT = "threads,coroutines"


def nearest_rank(values, p):
    return sorted(values)[max(0, math.ceil(p * len(values) - 1e-9) - 1)]


def milliseconds(values):
    return [value / 1e6 for value in values]


class Arrivals(support.Case):
    """When jobs were begun: by the server's clock, which is the same CLOCK_MONOTONIC."""

    RATE, SECONDS, ATTEMPTS = 100, 3, 4

    def serve_and_run(self, *args):
        """Returns when each request of a job arrived (ns, ascending), and the samples, of a run that kept up: on a busy machine
        the first may not."""
        for attempt in range(self.ATTEMPTS):
            arrived, sample = self.serve_and_run_once(*args)
            trial, = support.read_trials(support.latest(self.dir))
            if trial["queue_p50_ms"] < 1 and "saturated" not in trial["flags"]:
                break
            time.sleep(1)
        return arrived, sample

    def serve_and_run_once(self, *args):
        arrived = []

        def answer(connection, request):
            now = time.monotonic_ns()
            if support.WARMUP_AGENT not in request:
                arrived.append(now)
            connection.sendall(servers.answer_with(b"x"))
            return True

        with servers.RawServer(answer) as server:
            self.run_ok("--url", server.url, "--rate", self.RATE, "--duration-s", self.SECONDS, "--concurrency", 8, *ONE,
                        *args)
        sample, = support.read_ndjson(support.latest(self.dir), "sample")
        return sorted(arrived), sample

    def check(self, arrived, sample):
        jobs = self.RATE * self.SECONDS
        self.assertEqual((len(arrived), sample["jobs"], len(sample["intended"])), (jobs, jobs, jobs))
        mean = (jobs - 1) / ((arrived[-1] - arrived[0]) / 1e9)
        self.assertLess(abs(mean / self.RATE - 1), 0.01, f"{mean} a second")
        starts = sorted(start for start, *_ in sample["samples"])
        # The barrier opened at most this late: no request was sooner with the server than this.
        opened = min(arrival - start for arrival, start in zip(arrived, starts))
        early = [i for i, (arrival, due) in enumerate(zip(arrived, sorted(sample["intended"]))) if arrival < opened + due]
        self.assertEqual(early, [], "arrived before they were due")

    def test_fixed(self):
        for runner in support.RUNNERS:
            with self.subTest(runner=runner):
                arrived, sample = self.serve_and_run("--runner", runner)
                self.check(arrived, sample)
                self.assertEqual(sample["intended"], [i * 10**9 // self.RATE for i in range(len(arrived))])

    def test_poisson(self):
        arrived, sample = self.serve_and_run("--runner", "coroutines", "--arrivals", "poisson")
        self.check(arrived, sample)
        gaps = [after - before for before, after in zip(sample["intended"], sample["intended"][1:])]
        longer = sum(gap > 1e9 / self.RATE for gap in gaps) / len(gaps)
        self.assertLess(abs(longer - math.exp(-1)), 0.12)


class Files(support.SharedCase):
    """What stands in the files, worked out again from the samples."""

    @classmethod
    def prepare(cls):
        cls.workspace.write("rate.ini", "[run]\nblocks = 1\nrunner = serial,threads,coroutines,null\n"
                                        "[cell fixed]\nworkload = sleep\ndelay-ms = 1\nrate = 400\nduration-s = 1\n"
                                        "[cell poisson]\nworkload = sleep\ndelay-ms = 1\nrate = 400\nduration-s = 1\n"
                                        "arrivals = poisson\n"
                                        "[cell closed]\nworkload = sleep\ndelay-ms = 1\njobs = 40\n")
        cls.done = cls.workspace.iorace("run", "rate.ini", "--no-charts")
        cls.run_dir = support.latest(cls.dir).resolve()
        cls.trials = {(t["cell"], t["runner"]): t for t in support.read_trials(cls.run_dir)}
        cls.samples = {(s["cell"], s["runner"]): s for s in support.read_ndjson(cls.run_dir, "sample")}

    def test_status(self):
        self.assertStatus(self.done, 0)
        self.assertEqual({(t["state"], t["failed"]) for t in self.trials.values()}, {("ok", 0)})

    def test_none_is_early_and_times_add_up(self):
        for key, sample in self.samples.items():
            trial = self.trials[key]
            if key[0] == "closed":
                self.assertIsNone(sample["intended"])
                self.assertEqual({trial[name] for name in trial if name.startswith(("response", "queue", "service_",
                                                                                   "pacing", "lag", "offered"))}, {None})
                continue
            jobs = list(zip(sample["samples"], sample["intended"]))
            self.assertEqual(len(jobs), 400)
            for (start, end, *_), due in jobs:
                self.assertLessEqual(due, start)
                self.assertLessEqual(start, end)
            times = {"response": [end - due for (_, end, *_), due in jobs],
                     "queue": [start - due for (start, *_), due in jobs],
                     "service": [end - start for (start, end, *_), _ in jobs]}
            self.assertEqual([q + s for q, s in zip(times["queue"], times["service"])], times["response"])
            for name, values in times.items():
                for p in (50, 99):
                    wanted = nearest_rank(milliseconds(values), p / 100)
                    self.assertAlmostEqual(trial[f"{name}_p{p}_ms"], wanted, delta=1e-5 * wanted + 1e-9)
            self.assertEqual(trial["latency_p99_ms"], trial["service_p99_ms"])
            self.assertEqual(trial["offered_per_s"], 400)
            self.assertLessEqual(0, trial["pacing_p99_ms"])
            self.assertLessEqual(trial["pacing_p99_ms"], trial["queue_p99_ms"] + 1e-6)

    def test_every_runner_has_the_same_arrivals(self):
        for cell in ("fixed", "poisson"):
            arrivals = {tuple(self.samples[cell, runner]["intended"]) for runner in (*support.RUNNERS, "null")}
            self.assertEqual(len(arrivals), 1, cell)
        self.assertNotEqual(self.samples["fixed", "serial"]["intended"], self.samples["poisson", "serial"]["intended"])

    def test_summary_and_words(self):
        lanes = {(lane["cell"], lane["runner"]): lane for lane in support.read_csv(self.run_dir / "summary.csv")}
        for key, lane in lanes.items():
            is_open = key[0] != "closed"
            self.assertEqual(lane["offered_per_s"], "400" if is_open else "")
            self.assertEqual(lane["response_p99_ms"] != "", is_open)
            self.assertEqual(lane["speedup_median"] == "", is_open or key[1] == "null")
        for words in ("offered/s", "response 99 %", "service 99 %", "keeps up"):
            self.assertIn(words, self.done.stdout)

    def test_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((support.SOURCE / "results" / "schema.json").read_text())
        for line in support.read_ndjson(self.run_dir):
            jsonschema.validate(line, schema)


class Seeds(support.Case):
    def intended(self, *args):
        self.run_ok("--workload", "null", "--runner", "null", "--rate", 1000, "--jobs", 50, "--arrivals", "poisson", *ONE,
                    *args)
        sample, = support.read_ndjson(support.latest(self.dir), "sample")
        return sample["intended"]

    def test_seed_decides(self):
        first = self.intended("--seed", 5)
        self.assertEqual(self.intended("--seed", 5), first)
        self.assertNotEqual(self.intended("--seed", 6), first)


class Saturation(support.Case):
    """A server that can do 50 a second."""

    def test_pile(self):
        turn = threading.Lock()

        def answer(connection, request):
            with turn:
                time.sleep(0.02)
            connection.sendall(servers.answer_with(b"x"))
            return True

        with servers.RawServer(answer) as server:
            done = self.run_ok("--url", server.url, "--rate", "25,100", "--duration-s", 1, "--runner", CONCURRENT,
                               "--concurrency", 10, *ONE)
        for trial in support.read_trials(support.latest(self.dir)):
            flags = trial["flags"].split()
            if trial["offered_per_s"] == 25:
                self.assertNotIn("saturated", flags, trial)
                self.assertNotIn("workers_busy", flags, trial)
                continue
            self.assertIn("saturated", flags, trial)
            self.assertIn("workers_busy", flags, trial)
            self.assertLess(trial["jobs_per_s"], 51)
            self.assertGreater(trial["lag_growth_ms"], 250)
            self.assertGreater(trial["queued"], 50)
        self.assertIn("saturated", done.stdout)
        self.assertIn("all 10 workers were busy", re.sub(r"\s+", " ", done.stdout))
        self.assertRegex(re.sub(r"\s+", " ", done.stdout), "coroutines kept up with 25 a second and not with 100")


class Pause(support.Case):
    """A server that stops for a second: the open loop counts those who would have come meanwhile, the closed one waits."""

    def stop_in_each_trial(self, origin, run, stops):
        seen = set()
        while run.poll() is None:
            trials = [pid for pid, command in self.workspace.processes() if " trial " in command and pid not in seen]
            for pid in trials:
                seen.add(pid)
                time.sleep(1.5)
                if not os.path.exists(f"/proc/{pid}"):
                    continue  # no trial: a leak checker looks at one as it ends, under the same name
                origin.process.send_signal(signal.SIGSTOP)
                time.sleep(1)
                origin.process.send_signal(signal.SIGCONT)
                stops.append(pid)
            time.sleep(0.02)

    def test_pause(self):
        with support.Origin() as origin:
            url = f"{origin.url}/delay/10/bytes/100"
            self.write("pause.ini", f"[run]\nblocks = 1\nrunner = coroutines\nconcurrency = 5\nworkload = download\nurl = {url}\n"
                                    "[cell closed]\njobs = 1500\n"
                                    "[cell open]\nrate = 100\nduration-s = 10\n")
            stops = []
            with self.workspace.popen("run", "pause.ini", "--no-charts") as run:
                stopper = threading.Thread(target=self.stop_in_each_trial, args=(origin, run, stops))
                stopper.start()
                out, errors = run.communicate(timeout=60)
                stopper.join()
        self.assertEqual(run.returncode, 0, errors)
        self.assertEqual(len(stops), 2)
        directory = support.latest(self.dir)
        trials = {trial["cell"]: trial for trial in support.read_trials(directory)}
        longest = {sample["cell"]: max(end - start for start, end, *_ in sample["samples"]) / 1e9
                   for sample in support.read_ndjson(directory, "sample")}
        for cell in ("open", "closed"):
            self.assertGreater(longest[cell], 0.9, f"{cell}: the server did not stop")
        response, service = trials["open"]["response_p99_ms"], trials["open"]["service_p99_ms"]
        self.assertGreater(response, 800)
        self.assertLess(response, 1050)
        self.assertLess(service, 200)
        self.assertLess(trials["closed"]["latency_p99_ms"], 200)
        self.assertNotIn("saturated", trials["open"]["flags"])
        page = (directory / "report.html").read_text(encoding="utf-8")
        for text in (out.decode(), page):
            words = re.sub(r"\s+", " ", text)
            self.assertIn("at 100 a second coroutines finished 99 % of the jobs within 0.", words)
            self.assertIn("A closed loop would have shown only the latter", words)
            self.assertIn("coordinated omission", words)


class Charts(support.Case):
    """Of a stored run: four rates of which coroutines had no trial at the highest."""

    def test_rate_chart(self):
        if not shutil.which("gnuplot"):
            self.skipTest("gnuplot is not installed")
        text = (support.SOURCE / "bench/tests/fixtures/rate/run.ndjson").read_text()
        # One lane piled up in every trial: its point is hollow, the others are not.
        text = "".join(line.replace('"flags":""', '"flags":"saturated"') if '"cell":"sleep/rate=2000"' in line and
                       '"type":"trial"' in line and '"runner":"threads"' in line else line for line in text.splitlines(True))
        self.write("stored/run.ndjson", text)
        self.assertStatus(self.iorace("plot", "stored"), 0)
        charts = self.dir / "stored" / "charts"
        self.assertEqual([entry["file"] for entry in json.loads((charts / "index.json").read_text())],
                         ["rate-1.svg", "order.svg"])
        xml.etree.ElementTree.parse(charts / "rate-1.svg")
        points = [line.split("\t") for line in (charts / "rate-1.dat").read_text().splitlines() if line and line[0] != "#"]
        self.assertEqual([tuple(point[:2]) for point in points if point[2] != "nan"],
                         [(slot, rate) for _panel in "12" for slot in "23" for rate in ("1000", "2000")])
        points = [point for point in points if point[2] != "nan"]
        hollow = {(slot, rate) for slot, rate, *_, marked in points if marked == "2"}
        self.assertIn(("2", "2000"), hollow)
        self.assertNotIn(("2", "1000"), hollow)
        for response, service in zip(points[:4], points[4:]):
            self.assertGreaterEqual(float(response[2]), float(service[2]))
        for name in ("rate-1", "rate-1-narrow"):
            words = " ".join(line.split("\t")[2] for line in (charts / f"{name}-text.dat").read_text().splitlines()
                             if line.count("\t") > 2)
            for text in ("from when a job was due", "from when it was begun", "concurrency 20", "(logarithmic)",
                         "Hollow circle: saturated", "99 % within (ms", "at 2,000 jobs/s", " ms"):
                self.assertIn(text, words)
            script = (charts / f"{name}.gp").read_text()
            for ticks in re.findall(r"^array YTICS.*'(.*)', '(.*)'", script, re.M)[0]:
                self.assertGreaterEqual(ticks.count('"') // 2, 3)
        self.assertRegex((charts / "order-text.dat").read_text(), "\tresponse time")
        caption = json.loads((charts / "index.json").read_text())[1]["caption"]
        self.assertIn("Response time of a run: the one within which 99 % of its jobs", caption)

    def test_what_is_done_too_late_is_hollow(self):
        """By the rule of the sentence, which says the same: three times the response at the lowest rate, and 1 ms."""
        text = (support.SOURCE / "bench/tests/fixtures/rate/run.ndjson").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        for line in lines:
            if line["type"] == "trial" and line["runner"] == "threads" and line["state"] == "ok":
                late = line["cell"] == "sleep/rate=2000"
                line.update(response_p99_ms=8.0 if late else 2.0, flags="")
        self.write("stored/run.ndjson", "".join(json.dumps(line) + "\n" for line in lines if line["type"] != "sample"))
        done = self.iorace("report", "stored")
        self.assertStatus(done, 0)
        words = re.sub(r"\s+", " ", done.stdout)
        self.assertIn("a thread pool kept up with 1,000 a second (99 % done within 2.00 ms) and not with 2,000", words)
        self.assertRegex(words, "thread pool 2,000 .* too late")
        self.assertIn("(7.00 ms for thread pool in sleep)", words)
        if not shutil.which("gnuplot"):
            self.skipTest("gnuplot is not installed")
        self.assertStatus(self.iorace("plot", "stored"), 0)
        charts = self.dir / "stored" / "charts"
        points = [line.split("\t") for line in (charts / "rate-1.dat").read_text().splitlines() if line and line[0] != "#"]
        self.assertEqual({(point[0], point[1]) for point in points if point[-1] == "2" and point[2] != "nan"},
                         {("2", "2000")})
        self.assertIn("Hollow circle: too much, the jobs were done too late.",
                      " ".join((charts / "rate-1-text.dat").read_text().split()))

    def test_order_is_of_response_times(self):
        if not shutil.which("gnuplot"):
            self.skipTest("gnuplot is not installed")
        text = (support.SOURCE / "bench/tests/fixtures/rate/run.ndjson").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        # Nothing is saturated: then there is no word of it. And each run took just as long, as its schedule says.
        for line in lines:
            if line["type"] == "trial" and line["state"] == "ok":
                line.update(wall_s=2.0, jobs_per_s=line["ok"] / 2.0)
        self.write("stored/run.ndjson", "".join(json.dumps(line) + "\n" for line in lines if line["type"] != "summary"))
        self.assertStatus(self.iorace("plot", "stored"), 0)
        charts = self.dir / "stored" / "charts"
        dots = (charts / "order.dat").read_text().split("\n\n\n")[0].splitlines()[1:]
        self.assertTrue(any(abs(float(dot.split("\t")[1])) > 0.01 for dot in dots), dots)
        self.assertNotIn("saturated", (charts / "rate-1-text.dat").read_text())


class BadInput(support.Case):
    def test_file_and_line(self):
        for text, words in (("[cell a]\nrate = fast\n", "bad.ini:2: rate: 'fast' is not a whole number; 1 to 10000000, or find"),
                            ("[cell a]\nrate = 10,find\n", "bad.ini:2: rate: find in a list"),
                            ("[cell a]\nrate = 0\n", "bad.ini:2: rate: '0' is out of range"),
                            ("[cell a]\nrate = 5\narrivals = uniform\n", "bad.ini:3: arrivals: 'uniform' is unknown"),
                            ("[cell a]\narrivals = fixed\n", "bad.ini:2: arrivals: means nothing here"),
                            ("[cell a]\nrate = 9\njobs = 3\nduration-s = 4\n", "bad.ini:4: duration-s: excludes jobs"),
                            ("[cell a]\nrate = 9\nduration-s = 1d\n", "bad.ini:3: duration-s: '1d' is not a whole number")):
            with self.subTest(text=text):
                self.write("bad.ini", text)
                self.assertOneLine(self.iorace("run", "bad.ini"), 2, words)
        self.assertOneLine(self.iorace("run", "--workload", "sleep", "--duration-s", 3), 2, "--duration-s: means nothing here")


class Search(support.Case):
    """A search that the time limit ends: the slow suite has a whole one."""

    def test_steps_are_recorded(self):
        done = self.run_ok("--workload", "sleep", "--delay-ms", 2, "--concurrency", 4, "--runner", CONCURRENT, "--rate", "find",
                           "--duration-s", 1, "--max-time", 13, "--no-charts")
        directory = support.latest(self.dir)
        run, = support.read_ndjson(directory, "run")
        self.assertEqual([lane["cell"] for lane in run["lanes"]], ["sleep/rate=100"] * 2)
        self.assertEqual(run["planned_trials"], 2)
        added = [(lane["cell"], lane["runner"]) for lane in support.read_ndjson(directory, "lane")]
        self.assertEqual({cell for cell, _ in added[:2]}, {"sleep/rate=200"})
        self.assertEqual(len(set(added)), len(added))
        trials = support.read_trials(directory)
        self.assertGreaterEqual(len(trials), 3)
        self.assertEqual({trial["runner"] for trial in trials[:2]}, {"threads", "coroutines"})
        self.assertTrue({(t["cell"], t["runner"]) for t in trials} <= {("sleep/rate=100", r) for r in CONCURRENT.split(",")} |
                        set(added))
        rows = support.read_csv(directory / "summary.csv")
        self.assertEqual(len(rows), 2 + len(added))
        self.assertRegex(re.sub(r"\s+", " ", done.stdout), "(coroutines|both runners) kept up with [0-9,]+ a second")
        self.assertIs(support.read_ndjson(directory, "summary")[0]["partial"], True)
        said = f"Stopped early, in the middle of the search; {len(trials)} runs were made."
        self.assertIn(said, re.sub(r"\s+", " ", done.stdout))
        self.assertIn(said, (directory / "report.html").read_text(encoding="utf-8"))


if __name__ == "__main__":
    support.main()
