"""A whole run, small: every planned trial is there, its files agree with each other, what was asked for was done."""
import collections
import json
import locale
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import unittest
import xml.etree.ElementTree

import servers
import support

LANES = support.RUNNERS + ("null", "blocking-coroutines")

SCENARIO = """# Everything once, in next to no time.
[run]
title = All runners
blocks = 6
seed = 7
runner = serial,threads,coroutines,null,blocking-coroutines

[cell sleep]
workload = sleep
delay-ms = 4x15,4x5
concurrency = 8
quick-delay-ms = 8x1

[cell download]
workload = download
jobs = 20
delay-ms = 2
body-bytes = 3000
concurrency = 10
runner = serial,threads,coroutines

[cell sweep]
workload = download
concurrency = 1,4
jobs-per-worker = 5
delay-ms = 1
body-bytes = 100
runner = serial,threads,coroutines
"""

TRIAL_COLUMNS = """run cell block position workload params runner concurrency connections cpus jobs ok failed
wall_s setup_s jobs_per_s latency_p50_ms latency_p90_ms latency_p99_ms cpu_user_s cpu_sys_s cpu_us_per_job proc_user_s
proc_sys_s rss_peak_kib threads_peak proc_wall_s server_cpu_s warmup_requests ctx_voluntary ctx_involuntary bytes state
flags reason""".split()
SUMMARY_COLUMNS = """cell workload params runner concurrency connections cpus jobs trials wall_s_median wall_s_ci_lo
wall_s_ci_hi wall_s_min speedup_median speedup_ci_lo speedup_ci_hi jobs_per_s_median latency_p50_ms latency_p99_ms
cpu_us_per_job_median rss_peak_kib_median state reason""".split()

# Of an open loop: empty in a closed one.
OPEN_LOOP_TRIAL = """offered_per_s response_p50_ms response_p99_ms queue_p50_ms queue_p99_ms service_p50_ms
service_p99_ms pacing_p99_ms lag_growth_ms queued""".split()
OPEN_LOOP_SUMMARY = OPEN_LOOP_TRIAL[:-2] + ["queued_median", "saturated"]
VALIDITY = "server_busy_share server_late_p99_ms other_cpu_share".split()
TRIAL_COLUMNS += OPEN_LOOP_TRIAL + VALIDITY
SUMMARY_COLUMNS += OPEN_LOOP_SUMMARY

ONE = ["--blocks", "1", "--no-charts"]  # as small as a run can be


class WholeRun(support.SharedCase):
    @classmethod
    def prepare(cls):
        cls.workspace.write("small.ini", SCENARIO)
        cls.done = cls.workspace.iorace("run", "small.ini")
        cls.run_dir = support.latest(cls.dir).resolve()
        if cls.done.returncode == 0:
            cls.trials = support.read_trials(cls.run_dir)
            cls.lanes = {(lane["cell"], lane["runner"]): lane for lane in support.read_csv(cls.run_dir / "summary.csv")}

    def test_status(self):
        self.assertStatus(self.done, 0)
        self.assertEqual(self.done.stderr, "")

    def test_every_planned_trial_once(self):
        run, = support.read_ndjson(self.run_dir, "run")
        planned = {(lane["cell"], lane["runner"], block) for lane in run["lanes"] for block in range(1, 7)}
        done = [(trial["cell"], trial["runner"], trial["block"]) for trial in self.trials]
        self.assertEqual(len(run["lanes"]), 5 + 3 + 1 + 2 * 2)
        self.assertEqual(run["planned_trials"], len(planned))
        self.assertEqual(len(done), len(planned))
        self.assertEqual(set(done), planned)
        self.assertEqual({lane["runner"] for lane in run["lanes"]}, set(LANES))

    def test_blocks_are_complete_and_in_turn(self):
        self.assertEqual([trial["position"] for trial in self.trials], list(range(1, len(self.trials) + 1)))
        blocks = [trial["block"] for trial in self.trials]
        self.assertEqual(blocks, sorted(blocks))
        orders = {tuple((t["cell"], t["runner"]) for t in self.trials if t["block"] == block) for block in range(1, 7)}
        self.assertEqual(len(orders), 6, "blocks ran in the same order")
        self.assertEqual(len({frozenset(order) for order in orders}), 1)

    def test_all_is_well(self):
        for trial in self.trials:
            self.assertEqual((trial["state"], trial["failed"], trial["reason"]), ("ok", 0, None), trial)
            self.assertEqual(trial["ok"], trial["jobs"], trial)
            size = {"download": 3000, "sleep": 0, "sweep": 100}[trial["cell"].split("/")[0]]
            self.assertEqual(trial["bytes"], size * trial["jobs"], trial)

    def test_columns_of_summary(self):
        with open(self.run_dir / "summary.csv") as file:
            self.assertEqual(file.readline(), ",".join(SUMMARY_COLUMNS) + "\n")
        for lane in self.lanes.values():
            self.assertEqual((lane["state"], lane["trials"]), ("ok", "6"))
            may_be_empty = {"reason", "latency_p99_ms", "params", *OPEN_LOOP_SUMMARY}
            if lane["workload"] == "sleep":
                may_be_empty |= {"connections"}
            if lane["runner"] == "serial" or lane["cell"] != "sleep":
                may_be_empty |= {"speedup_ci_lo", "speedup_ci_hi"}
            if lane["runner"] == "null":
                may_be_empty |= {"speedup_median", "speedup_ci_lo", "speedup_ci_hi"}
            empty = {name for name, value in lane.items() if value == ""}
            if int(lane["jobs"]) < 6:
                may_be_empty |= {"latency_p50_ms"}
            self.assertLessEqual(empty, may_be_empty, lane)

    def test_columns_of_trials(self):
        with open(self.run_dir / "trials.csv") as file:
            self.assertEqual(file.readline(), ",".join(TRIAL_COLUMNS) + "\n")
        rows = support.read_csv(self.run_dir / "trials.csv")
        self.assertEqual(len(rows), len(self.trials))
        for row in rows:
            may_be_empty = {"reason", "flags", "latency_p90_ms", "latency_p99_ms", *OPEN_LOOP_TRIAL}
            if row["workload"] == "sleep":
                may_be_empty |= {"connections", "server_cpu_s", "server_busy_share", "server_late_p99_ms"}
            if int(row["jobs"]) < 6:
                may_be_empty |= {"latency_p50_ms"}
            self.assertLessEqual({name for name, value in row.items() if value == ""}, may_be_empty, row)
        self.assertGreater(sum(float(row["server_cpu_s"] or 0) for row in rows), 0)

    def test_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((support.SOURCE / "results" / "schema.json").read_text())
        validator = jsonschema.validators.validator_for(schema)(schema)
        lines = support.read_ndjson(self.run_dir)
        for number, line in enumerate(lines, start=1):
            validator.validate(line)
        kinds = collections.Counter(line["type"] for line in lines)
        self.assertEqual(kinds, {"run": 1, "env": 1, "trial": len(self.trials), "sample": len(self.lanes),
                                 "summary": 1})
        self.assertEqual([line["type"] for line in lines[:2]] + [lines[-1]["type"]], ["run", "env", "summary"])
        self.assertIs(lines[-1]["partial"], False)
        self.assertEqual(lines[-1]["trials"], len(self.trials))

    def test_check_results(self):
        checked = subprocess.run([sys.executable, support.SOURCE / "scripts" / "check-results", self.run_dir],
                                 capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_sleeps_take_what_they_must(self):
        """Serial the sum, the concurrent ones no less than the longest."""
        for trial in (trial for trial in self.trials if trial["cell"] == "sleep"):
            if trial["runner"] in ("serial", "blocking-coroutines"):
                self.assertGreaterEqual(trial["wall_s"], 0.080, trial)
            elif trial["runner"] == "null":
                self.assertLess(trial["wall_s"], 0.080 / 3, trial)
            else:
                self.assertGreaterEqual(trial["wall_s"], 0.015, trial)
        serial = float(self.lanes["sleep", "serial"]["wall_s_median"])
        for runner in ("threads", "coroutines"):
            self.assertLess(float(self.lanes["sleep", runner]["wall_s_median"]), serial / 3, runner)

    def test_downloads_take_what_they_must(self):
        walls = {runner: [t["wall_s"] for t in self.trials if (t["cell"], t["runner"]) == ("download", runner)]
                 for runner in support.RUNNERS}
        self.assertGreaterEqual(min(walls["serial"]), 20 * 0.002)
        for runner in ("threads", "coroutines"):
            self.assertGreaterEqual(min(walls[runner]), 2 * 0.002)  # 20 jobs, 10 at once
            self.assertLess(sorted(walls[runner])[3], sorted(walls["serial"])[3] / 2)

    def test_speedup_is_against_serial(self):
        for (cell, runner), lane in self.lanes.items():
            if cell != "sleep" or runner == "null":
                continue
            with self.subTest(runner):
                ratio = (float(self.lanes["sleep", "serial"]["wall_s_median"]) / float(lane["wall_s_median"]))
                self.assertAlmostEqual(float(lane["speedup_median"]) / ratio, 1, delta=0.25)

    def test_what_the_server_saw(self):
        """Warm-up requests are not the jobs', and each worker made its own."""
        for trial in self.trials:
            if trial["workload"] == "sleep":
                self.assertIsNone(trial["server"])
                continue
            self.assertEqual(trial["server"]["requests"], trial["jobs"], trial)
            self.assertEqual(trial["server"]["warmup_requests"], trial["warmup_requests"], trial)
            self.assertEqual(trial["warmup_requests"], trial["concurrency"], trial)

    def test_samples(self):
        """Of one block for each lane: that with the median time."""
        for sample in support.read_ndjson(self.run_dir, "sample"):
            with self.subTest(f"{sample['cell']} {sample['runner']}"):
                lane = [t for t in self.trials if (t["cell"], t["runner"]) == (sample["cell"], sample["runner"])]
                chosen, = [t for t in lane if t["block"] == sample["block"]]
                self.assertIn(chosen["wall_s"], sorted(t["wall_s"] for t in lane)[2:4])
                self.assertEqual(len(sample["samples"]), chosen["jobs"])
                for start, end, worker, ok in sample["samples"]:
                    self.assertLessEqual(start, end)
                    self.assertLess(worker, chosen["concurrency"])
                    self.assertEqual(ok, 1)
                last = max(end for _, end, _, _ in sample["samples"])
                self.assertLessEqual(last / 1e9, chosen["wall_s"])

    def test_latest(self):
        self.assertTrue((self.dir / "results" / "latest").is_symlink())
        self.assertRegex(self.run_dir.name, r"^\d{8}T\d{6}Z-small$")
        self.assertEqual(support.read_ndjson(self.run_dir, "run")[0]["id"], self.run_dir.name)

    def test_charts(self):
        charts = self.run_dir / "charts"
        names = {path.stem for path in charts.glob("*.gp")}
        self.assertGreaterEqual(len(names), 4, names)
        for name in names:
            with self.subTest(name):
                root = xml.etree.ElementTree.parse(charts / f"{name}.svg").getroot()
                self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
                if name.endswith("-narrow"):  # for phones: in the page only
                    self.assertIn(name.removesuffix("-narrow"), names)
                    continue
                image = (charts / f"{name}.png").read_bytes()
                self.assertEqual(image[:8], b"\x89PNG\r\n\x1a\n")
                self.assertEqual(image[-8:-4], b"IEND")
                self.assertGreater(min(struct.unpack(">II", image[16:24])), 200)

    def test_page_is_self_contained(self):
        page = (self.run_dir / "report.html").read_text(encoding="utf-8")
        self.assertTrue("<svg" in page or "data:image/svg+xml" in page, "no chart in the page")
        self.assertNotRegex(page, r"""(?i)\b(src|action|data|poster)\s*=\s*["']?\s*(https?:|//)""")
        self.assertNotRegex(page, r"(?i)<(link|script|iframe|img|object|embed)\b[^>]*(https?:|//)")
        self.assertNotRegex(page, r"(?i)(@import|url\()\s*[\"']?\s*(https?:|//)")
        self.assertNotRegex(page, r"(?i)<image\b[^>]*href\s*=\s*[\"']?(https?:|//)")
        for runner in ("thread pool", "coroutines"):
            self.assertIn(runner, page)

    def test_the_table(self):
        for words in ("thread pool", "coroutines", "speed-up", f"file://{self.run_dir}/report.html",
                      f"file://{self.run_dir}/charts/"):
            self.assertIn(words, self.done.stdout)

    def test_no_temporary_files(self):
        self.assertEqual([str(path) for path in (self.dir / "results").rglob("*")
                          if path.name.startswith(".") or path.suffix in (".tmp", ".part")], [])

    def test_git_ignores_it(self):
        tracked = subprocess.run(["git", "-C", support.SOURCE, "check-ignore", "-q", f"results/{self.run_dir.name}/x"],
                                 stderr=subprocess.DEVNULL).returncode
        if tracked == 128:
            self.skipTest("the source is no git checkout")
        self.assertEqual(tracked, 0)
        kept = subprocess.run(["git", "-C", support.SOURCE, "check-ignore", "-q", "results/reference/run.ndjson"])
        self.assertEqual(kept.returncode, 1)

    def test_plot_again(self):
        before = support.tree(self.run_dir / "charts")
        for path in (self.run_dir / "charts").iterdir():
            path.unlink()
        done = self.iorace("plot", "results/latest")
        self.assertStatus(done, 0)
        after = support.tree(self.run_dir / "charts")
        self.assertEqual(set(after), set(before))
        for name in after:
            if name.endswith((".gp", ".dat", ".svg")):
                self.assertEqual(after[name], before[name], name)

    def test_report_again(self):
        files = {name: (self.run_dir / name).read_bytes() for name in ("trials.csv", "summary.csv", "run.ndjson")}
        for name in ("trials.csv", "summary.csv", "report.html"):
            (self.run_dir / name).unlink()
        done = self.iorace("report", "results/latest")
        self.assertStatus(done, 0)
        for name, text in files.items():
            self.assertEqual((self.run_dir / name).read_bytes(), text, name)
        self.assertTrue((self.run_dir / "report.html").exists())
        self.assertEqual(done.stdout.split("\nPage:")[0], self.done.stdout.split("\nPage:")[0])


class Options(support.Case):
    def plan(self, *args):
        done = self.iorace("run", *args, "--dry-run", "--json")
        self.assertStatus(done, 0)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def order(self, *args):
        return [(spec["cell"], spec["runner"], spec["block"]) for spec in self.plan(*args)]

    def test_dry_run_runs_nothing(self):
        self.write("small.ini", SCENARIO)
        done = self.iorace("run", "small.ini", "--dry-run", "--save", "kept")
        self.assertStatus(done, 0)
        self.assertIn("= 78,", done.stdout)
        for name in ("sleep", "download", "sweep/concurrency=4"):
            self.assertRegex(done.stdout, rf"(?m)^{name} ")
        self.assertEqual([path.name for path in self.dir.iterdir()], ["small.ini"])

    def test_dry_run_contacts_nobody(self):
        with servers.RawServer(lambda connection, request: False) as server:
            self.assertStatus(self.iorace("run", "--url", server.url, "--dry-run"), 0)
            self.assertEqual(server.connections, 0)

    def test_default_scenario(self):
        done = self.iorace("run", "--dry-run")
        self.assertStatus(done, 0)
        minutes = re.search(r"expected to take about (\d+) min", done.stdout)
        self.assertTrue(minutes is None or int(minutes[1]) < 3, done.stdout.splitlines()[1])
        cells = {spec["cell"] for spec in self.plan()}
        self.assertLessEqual({"sleep", "download"}, cells)
        sweep = {int(cell.rpartition("=")[2]) for cell in cells if cell.startswith("sweep/")}
        self.assertEqual(sweep, {1, 3, 5, 10, 15, 30, 50, 75, 100, 200, 500})

    def test_json(self):
        done = self.run_ok("--workload", "sleep", "--delay-ms", "3x2", *ONE, "--json")
        said = json.loads(done.stdout)
        self.assertEqual(pathlib.Path(said["dir"]), support.latest(self.dir).resolve())
        self.assertEqual([lane["runner"] for lane in said["lanes"]], list(support.RUNNERS))
        self.assertEqual(list(said["lanes"][0]), SUMMARY_COLUMNS)
        self.assertEqual([lane["state"] for lane in said["lanes"]], ["ok"] * 3)
        self.assertIs(said["partial"], False)

    def test_json_of_a_directory_that_is_not_text(self):
        out = os.fsencode(self.dir) + b"/\xff"
        done = self.iorace("run", "--workload", "sleep", "--delay-ms", "3x2", *ONE, "--json", "--out", os.fsdecode(out))
        self.assertStatus(done, 0)
        self.assertEqual(json.loads(done.stdout)["dir"], f"{self.dir}/\\xff")
        self.assertTrue(os.path.exists(out + b"/summary.csv"))

    def test_more_workers_than_jobs(self):
        for workload in ("sleep", "download"):
            self.run_ok("--workload", workload, "--jobs", "3", "--concurrency", "40", "--delay-ms", "1", *ONE)
            for trial in support.read_trials(support.latest(self.dir)):
                self.assertEqual((trial["ok"], trial["failed"]), (3, 0))

    def test_runs_at_the_same_time(self):
        """Each has a directory of its own, and the link is to one of them."""
        args = ["run", "--body-bytes", "10", "--jobs", "4", *ONE]
        processes = [self.workspace.popen(*args) for _ in range(4)]
        for process in processes:
            _, errors = process.communicate(timeout=60)
            self.assertEqual((process.returncode, errors), (0, b""))
        runs = [path for path in (self.dir / "results").iterdir() if not path.is_symlink()]
        self.assertEqual(len(runs), 4)
        for run in runs:
            self.assertEqual([trial["state"] for trial in support.read_trials(run)], ["ok"] * 3)
        self.assertIn(support.latest(self.dir).resolve(), runs)

    def test_quick(self):
        self.write("small.ini", SCENARIO.replace("blocks = 6", "blocks = 40"))
        specs = self.plan("small.ini", "--quick")
        self.assertEqual({spec["block"] for spec in specs}, set(range(1, 7)))
        delays = {spec["cell"]: spec["settings"].get("delay-ms") for spec in specs}
        self.assertEqual((delays["sleep"], delays["download"]), ("8x1", "2"))
        self.assertEqual({spec["block"] for spec in self.plan("small.ini", "--quick", "--blocks", "2")}, {1, 2})

    def test_no_charts(self):
        self.run_ok("--workload", "sleep", "--delay-ms", "3x1", *ONE)
        names = {path.name for path in support.latest(self.dir).iterdir()}
        self.assertEqual(names, {"run.ndjson", "trials.csv", "summary.csv", "report.html"})

    def test_seed(self):
        self.write("small.ini", SCENARIO)
        self.assertEqual(self.order("small.ini", "--seed", "3"), self.order("small.ini", "--seed", "3"))
        self.assertNotEqual(self.order("small.ini", "--seed", "3"), self.order("small.ini", "--seed", "4"))
        self.assertEqual(set(self.order("small.ini", "--seed", "3")), set(self.order("small.ini", "--seed", "4")))

    def test_the_order_is_the_plan(self):
        args = ["--workload", "sleep", "--delay-ms", "2x1", "--blocks", "2", "--concurrency", "1,2", "--seed", "11"]
        self.run_ok(*args, "--no-charts")
        done = [(t["cell"], t["runner"], t["block"]) for t in support.read_trials(support.latest(self.dir))]
        self.assertEqual(done, self.order(*args))

    def test_samples_of_every_trial(self):
        self.run_ok("--workload", "sleep", "--delay-ms", "0", "--jobs", "12000", "--runner", "threads", *ONE)
        kept, = support.read_ndjson(support.latest(self.dir), "sample")
        self.assertLessEqual(len(kept["samples"]), 10000)
        self.run_ok("--workload", "sleep", "--delay-ms", "0", "--jobs", "12000", "--runner", "threads", *ONE,
                    "--samples", "--out", "all")
        every, = support.read_ndjson(self.dir / "all", "sample")
        self.assertEqual((len(every["samples"]), every["jobs"]), (12000, 12000))

    def test_out(self):
        self.run_ok("--workload", "sleep", "--delay-ms", "2x1", *ONE, "--out", "deep/er/here")
        self.assertEqual(len(support.read_trials(self.dir / "deep/er/here")), 3)
        self.assertFalse((self.dir / "results").exists())

    def test_cpus(self):
        """Every lane is held on the CPU that was asked for; the default leaves one to the server where it can."""
        first = min(os.sched_getaffinity(0))
        self.run_ok("--body-bytes", "10", "--jobs", "4", "--cpus", str(first), *ONE)
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual((trial["cpus"], trial["held"]["client_cpus"]), (str(first), str(first)))
        if len(os.sched_getaffinity(0)) < 2:
            return
        self.run_ok("--body-bytes", "10", "--jobs", "4", *ONE, "--out", "two")
        env, = support.read_ndjson(self.dir / "two", "env")
        self.assertEqual(cpus(env["client_cpus"]) & cpus(env["server_cpus"]), set())
        self.assertEqual(cpus(env["client_cpus"]) | cpus(env["server_cpus"]), os.sched_getaffinity(0))


def cpus(text):
    ranges = (part.partition("-") for part in text.split(","))
    return {cpu for low, _, high in ranges for cpu in range(int(low), int(high or low) + 1)}


class SameJobs(support.Case):
    """What one lane does depends on neither the other lanes nor the environment."""

    def test_adding_a_runner_changes_no_other_lane(self):
        args = ["--body-bytes", "500", "--jobs", "7", "--delay-ms", "2x1,2x2", "--blocks", "2", "--concurrency", "3",
                "--no-charts"]
        self.run_ok(*args, "--runner", "threads,coroutines", "--save", "two", "--out", "r2")
        self.run_ok(*args, "--runner", "serial,threads,coroutines,blocking-coroutines", "--save", "four", "--out", "r4")
        two, four = support.tree(self.dir / "two"), support.tree(self.dir / "four")
        self.assertEqual(len(two), 7 * 2 * 2)
        self.assertEqual(two, {name: body for name, body in four.items() if name in two})
        self.assertEqual(len(set(four.values())), 7, "each job has a body of its own")
        kept = ("jobs", "params", "workload", "concurrency", "bytes", "held")
        figures = [{(t["runner"], t["block"]): [t[key] for key in kept]
                    for t in support.read_trials(self.dir / name) if t["runner"] in ("threads", "coroutines")}
                   for name in ("r2", "r4")]
        self.assertEqual(*figures)

    def test_proxies_in_the_environment(self):
        with servers.dead_port() as port:
            proxy = f"http://127.0.0.1:{port}"
            env = {name: proxy for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                            "ALL_PROXY")}
            self.run_ok("--body-bytes", "10", "--jobs", "4", *ONE, env=env)
            with support.Origin() as origin:
                self.run_ok("--url", origin.url + "/bytes/10", "--jobs", "4", *ONE, env=env)
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual((trial["state"], trial["ok"]), ("ok", 4))

    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError as error:
            self.skipTest(f"no IPv6 loopback: {error}")
        with support.Origin("--host", "::1") as origin:
            self.assertIn("[::1]", origin.url)
            self.run_ok("--url", origin.url + "/bytes/10", "--jobs", "4", *ONE)

    def test_a_name(self):
        servers.need_localhost()
        with support.Origin() as origin:
            self.run_ok("--url", origin.url.replace("127.0.0.1", "localhost") + "/bytes/10", "--jobs", "4", *ONE)
        for trial in support.read_trials(support.latest(self.dir)):
            # Resolved once, by the run, and pinned for every lane.
            self.assertRegex(str(trial["held"]["curl_options"]["CURLOPT_RESOLVE"]), r"localhost:\d+:.*127\.0\.0\.1")

    def test_decimal_comma(self):
        name = make_comma_locale(self.dir / "locales")
        env = {"LC_ALL": None, "LC_CTYPE": "C.UTF-8", "LC_NUMERIC": name, "LOCPATH": str(self.dir / "locales"),
               "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # glibc's own: LOCPATH's parts
        probe = subprocess.run([sys.executable, "-c", "import locale; locale.setlocale(locale.LC_NUMERIC, ''); "
                                "print(locale.localeconv()['decimal_point'])"], capture_output=True, text=True,
                               env={"PATH": os.environ["PATH"], **{k: v for k, v in env.items() if v}})
        if probe.stdout != ",\n":
            self.skipTest("this C library does not take a locale made for glibc: " + probe.stderr.strip()[-200:])
        done = self.run_ok("--workload", "sleep", "--delay-ms", "3x1.5", "--blocks", "1", env=env)
        self.assertRegex(done.stdout, r" \d+\.\d+ ms ")
        run_dir = support.latest(self.dir)
        for trial in support.read_trials(run_dir):
            self.assertGreater(trial["wall_s"], 0.0015)
        text = (run_dir / "summary.csv").read_text()
        self.assertEqual({len(line.split(",")) for line in text.splitlines()}, {len(SUMMARY_COLUMNS)})
        data = "".join(path.read_text() for path in (run_dir / "charts").glob("*.dat"))
        self.assertRegex(data, r"\d\.\d")
        self.assertNotRegex(data, r"\d,\d")


def make_comma_locale(directory):
    """A locale with a decimal comma, for LOCPATH. Written by hand in glibc's format: localedef would need the sources
    of locales, which few machines have. Returns its name."""
    fields = [b",\0", b".\0", b"\3\3\0", struct.pack("=I", ord(",")), struct.pack("=I", ord(".")), b"UTF-8\0"]
    data, offsets = b"", []
    for field in fields:
        data += b"\0" * (-len(data) % 4)  # words must be aligned
        offsets.append(8 + 4 * len(fields) + len(data))
        data += field
    magic = 0x20031115 ^ locale.LC_NUMERIC
    (directory / "xx_XX").mkdir(parents=True)
    (directory / "xx_XX" / "LC_NUMERIC").write_bytes(struct.pack(f"={2 + len(fields)}I", magic, len(fields), *offsets) +
                                                     data)
    return "xx_XX"


if __name__ == "__main__":
    support.main()
