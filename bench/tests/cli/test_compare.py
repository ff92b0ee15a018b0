"""Two stored runs against each other, through the command line."""
import json

import stored
import support


class Compare(support.Case):
    def run_with(self, name, factor=1.0, **options):
        return stored.a_run(self.dir / name, len(list(self.dir.iterdir())), factor, **options)

    def compare(self, *args, **options):
        return self.iorace("compare", *args, **options)

    def json(self, *args, status=0):
        done = self.compare(*args, "--json")
        self.assertStatus(done, status)
        said = json.loads(done.stdout)
        self.assertEqual(said["status"], status)
        return said, {(lane["cell"], lane["runner"]): lane for lane in said["lanes"]}


class Verdicts(Compare):
    def test_a_slower_runner_is_a_regression(self):
        base = self.run_with("base")
        head = self.run_with("head", lambda trial: 1.2 if trial["runner"] == "threads" else 1)
        said, lanes = self.json(base, head, status=3)
        good = stored.good_lanes()
        self.assertIn("threads", {runner for _, runner in good})
        for (cell, runner), lane in lanes.items():
            if (cell, runner) not in good:
                self.assertEqual(lane["verdict"], "no data")
                continue
            self.assertEqual(lane["verdict"], "regression" if runner == "threads" else "same", lane)
            self.assertAlmostEqual(lane["ratio"], 1.2 if runner == "threads" else 1, delta=0.03)
        done = self.compare(base, head)
        self.assertStatus(done, 3)
        self.assertIn("regression", done.stdout)
        self.assertEqual(done.stderr, "")
        _, lanes = self.json(head, base)
        self.assertEqual({lanes[lane]["verdict"] for lane in good if lane[1] == "threads"}, {"improved"})

    def test_a_run_and_itself(self):
        done = self.compare(stored.fixture(), stored.fixture())
        self.assertStatus(done, 0)
        self.assertNotIn("regression,", done.stdout)
        self.assertIn("the same run", done.stdout)
        _, lanes = self.json(stored.fixture(), stored.fixture())
        self.assertLessEqual({lane["verdict"] for lane in lanes.values()}, {"same", "inconclusive", "no data"})
        for lane in lanes.values():
            self.assertIn(lane["ratio"], (1, None))

    def test_two_like_runs(self):
        for number in range(6):
            _, lanes = self.json(self.run_with(f"base-{number}"), self.run_with(f"head-{number}"))
            self.assertLessEqual({lane["verdict"] for lane in lanes.values()}, {"same", "inconclusive", "no data"})

    def test_threshold(self):
        base, head = self.run_with("base"), self.run_with("head", 1.2)
        self.json(base, head, status=3)
        self.json(base, head, "--threshold", "30%")
        self.json(base, head, "--threshold=15", status=3)

    def test_strict(self):
        base, head = self.run_with("base"), self.run_with("head", lambda trial: 1 + 0.2 * (trial["block"] % 2))
        self.assertStatus(self.compare(base, head), 0)
        self.assertStatus(self.compare(base, head, "--strict"), 4)
        self.assertStatus(self.compare(base, base, "--strict"), 0)

    def test_other_metrics(self):
        base = self.run_with("base")
        head = self.run_with("head", lambda trial: 1.2)
        said, _ = self.json(base, head, "--metric", "jobs_per_s", status=3)
        self.assertAlmostEqual(said["lanes"][0]["ratio"], 1 / 1.2, delta=0.03)
        said, _ = self.json(base, head, "--metric", "rss_peak_kib,wall_s")
        self.assertEqual(said["metric"], "rss_peak_kib")
        self.assertEqual([lane["metric"] for lane in said["lanes"][:2]], ["rss_peak_kib", "wall_s"])
        self.assertEqual([lane["verdict"] for lane in said["lanes"][:2]], ["same", None])
        done = self.compare(base, head, "--metric", "rss_peak_kib,wall_s")
        self.assertIn("shown for information, not judged", done.stdout)
        _, lanes = self.json(base, head, "--metric", "latency_p99_ms", status=3)
        for (cell, runner), lane in lanes.items():
            if cell == "download":  # the one with so many jobs
                self.assertNotEqual(lane["verdict"], "no data")
            else:
                self.assertEqual(lane["verdict"], "no data")
            if cell == "sleep":
                self.assertEqual(lane["reason"], "that takes 368 jobs in a block")

    def test_what_only_one_has(self):
        base = self.run_with("base", keep=lambda line: line.get("runner") != "serial" or line["type"] != "trial")
        changed = stored.lines()
        for line in changed:
            if "lanes" in line:
                line["lanes"] = [lane for lane in line["lanes"] if lane["runner"] != "threads"]
        head = stored.write(self.dir / "head", [line for line in changed if line.get("runner") != "threads"])
        _, lanes = self.json(stored.fixture(), head)
        self.assertEqual({lane["verdict"] for (_, runner), lane in lanes.items() if runner == "threads"}, {"gone"})
        _, lanes = self.json(head, stored.fixture())
        self.assertEqual({lane["verdict"] for (_, runner), lane in lanes.items() if runner == "threads"}, {"new"})
        _, lanes = self.json(base, stored.fixture())
        self.assertEqual({lane["verdict"] for (_, runner), lane in lanes.items() if runner == "serial"}, {"no data"})
        self.assertStatus(self.compare(base, stored.fixture()), 0)
        self.assertStatus(self.compare(base, stored.fixture(), "--strict"), 4)


class NoFigures(Compare):
    def one_trial_each(self, line):
        return line["type"] != "trial" or line["block"] == 1

    def test_one_sample(self):
        base, head = self.run_with("base"), self.run_with("head", 2, keep=self.one_trial_each)
        said, lanes = self.json(base, head, status=5)
        self.assertEqual({lane["verdict"] for lane in lanes.values()}, {"no data"})
        self.assertEqual({lane["ratio"] for lane in lanes.values()}, {None})
        self.assertIn("no lane has wall time of two blocks or more in both runs", self.compare(base, head).stderr)

    def test_no_sample(self):
        head = self.run_with("head", keep=lambda line: line["type"] not in ("trial", "sample"))
        _, lanes = self.json(stored.fixture(), head, status=5)
        self.assertEqual({lane["verdict"] for lane in lanes.values()}, {"no data"})

    def test_null_and_zero(self):
        for name, value in (("null", None), ("zero", 0)):
            changed = stored.lines()
            for line in changed:
                if line["type"] == "trial":
                    line["cpu_us_per_job"] = value
            head = stored.write(self.dir / name, changed)
            _, lanes = self.json(stored.fixture(), head, "--metric", "cpu_us_per_job", status=5)
            self.assertEqual({lane["verdict"] for lane in lanes.values()}, {"no data"})

    def test_a_zero_among_others(self):
        changed = stored.lines()
        for line in changed:
            if line["type"] == "trial" and line["block"] == 1 and line["cpu_us_per_job"] is not None:
                line["cpu_us_per_job"] = 0  # too little for the kernel's clock: it has no ratio to anything
        head = stored.write(self.dir / "head", changed)
        _, lanes = self.json(stored.fixture(), head, "--metric", "cpu_us_per_job")
        for lane in stored.good_lanes():
            self.assertEqual((lanes[lane]["base_trials"], lanes[lane]["head_trials"]), (6, 5))
            self.assertIsNotNone(lanes[lane]["ratio"])

    def test_not_a_number(self):
        """JSON has none; a writer that put one there has damaged the line."""
        text = (stored.fixture() / "run.ndjson").read_text(encoding="utf-8").replace('"wall_s":', '"wall_s":NaN,"x":', 1)
        (self.dir / "head").mkdir()
        self.write("head/run.ndjson", text)
        self.assertOneLine(self.compare(stored.fixture(), self.dir / "head"), 5, "head/run.ndjson:", "not JSON")


class Refused(Compare):
    def assertRefused(self, base, head, *words):
        """Both values are named; --force compares them all the same, and the output says so."""
        self.assertOneLine(self.compare(base, head), 5, "must not be compared", "--force", *words)
        self.assertOneLine(self.compare(base, head, "--json"), 5, *words)
        done = self.compare(base, head, "--force")
        self.assertStatus(done, 0)
        self.assertIn("compared by --force", done.stdout)
        said, _ = self.json(base, head, "--force")
        self.assertIs(said["forced"], True)
        self.assertTrue(any(item["must_not_be_compared"] for item in said["differences"]))
        for word in words:
            self.assertIn(word, json.dumps(said["differences"]))

    def test_machine_and_build(self):
        base = self.run_with("base", env={"cpu_model": "Old CPU", "cpus_online": 2, "architecture": "x86_64",
                                          "build_type": "release", "sanitizers": "none"})
        cases = {"cpu_model": ("Old CPU", "New CPU"), "cpus_online": ("2", 64), "architecture": ("x86_64", "aarch64"),
                 "build_type": ("release", "debug"), "sanitizers": ("none", "address")}
        for key, (before, after) in cases.items():
            with self.subTest(key):
                head = stored.a_run(self.dir / key, 9, env={
                    "cpu_model": "Old CPU", "cpus_online": 2, "architecture": "x86_64", "build_type": "release",
                    "sanitizers": "none", key: after})
                self.assertRefused(base, head, before, str(after))

    def test_unknown_and_known(self):
        self.assertRefused(self.run_with("base", env={"cpu_model": "Old CPU"}),
                           self.run_with("head", env={"cpu_model": None}), "Old CPU", "unknown")

    def test_known_of_neither(self):
        """Two unknown values look alike: runs are compared, and each such fact is warned of everywhere."""
        facts = {"cpu_model": "CPU model: known of neither run, so they may be of different machines.",
                 "cpus_online": "number of CPUs: known of neither run, so they may be of different machines.",
                 "architecture": "architecture: known of neither run, so they may be of different machines.",
                 "build_type": "build type: known of neither run, so they may be of different builds.",
                 "sanitizers": "sanitizers: known of neither run, so they may be of different builds."}
        for names in ([], *([name] for name in facts), list(facts)):
            with self.subTest(names):
                nothing = dict.fromkeys(names)
                base, head = (self.run_with(f"{side}-{'-'.join(names)}", env=nothing) for side in ("base", "head"))
                said, _ = self.json(base, head)
                self.assertEqual([text for text in said["warnings"] if "known of neither" in text],
                                 [facts[name] for name in names])
                table = " ".join(self.compare(base, head).stdout.split())
                markdown = self.compare(base, head, "--md", "-").stdout
                for text in said["warnings"]:
                    self.assertIn(f"Warning: {text}", table)
                self.assertEqual([markdown.count("known of neither"), table.count("known of neither")], 2 * [len(names)])

    def test_another_scenario(self):
        lines = stored.lines()
        lines[0]["scenario"] = "another"
        head = stored.write(self.dir / "other", lines)
        self.assertRefused(stored.fixture(), head, "scenario", "another")
        self.assertStatus(self.compare(stored.fixture(), head, "--force"), 0)

    def test_the_same_name_is_not_the_same_run(self):
        """A run's id is the name of its directory."""
        lines = stored.lines()
        for started, same in ((lines[0]["started"], True), ("2026-02-03T04:05:06Z", False)):
            lines[0]["started"] = started
            done = self.compare(stored.fixture(), stored.write(self.dir / str(same), lines))
            self.assertEqual("the same run" in done.stdout, same)

    def test_scenario(self):
        base = self.run_with("base", cells={"params": "delay-ms=5"})
        self.assertRefused(base, self.run_with("head", cells={"params": "delay-ms=6"}), "delay-ms=5", "delay-ms=6")
        self.assertRefused(base, self.run_with("jobs", cells={"params": "delay-ms=5", "jobs": 4321}), "4321")
        self.assertRefused(base, self.run_with("cpus", cells={"params": "delay-ms=5", "cpus": "0-7"}), "CPUs", "8")
        self.assertStatus(self.compare(base, self.run_with("cpu", cells={"params": "delay-ms=5", "cpus": "1"})), 0)

    def test_nothing_in_common(self):
        changed = stored.lines()[:2]
        changed[0]["lanes"] = [dict(changed[0]["lanes"][0], cell="another")]
        head = stored.write(self.dir / "other", changed)
        self.assertOneLine(self.compare(stored.fixture(), head, "--force"), 5, "in common")

    def test_what_is_warned_of(self):
        base = self.run_with("base", env={"kernel": "6.1.0", "libcurl": "7.88.1", "load_before": [0.1, 0.1, 0.1]})
        head = self.run_with("head", env={"kernel": "6.2.0", "libcurl": "8.5.0", "load_before": [7.5, 1, 1],
                                          "warnings": ["The load was 7.50."]})
        done = self.compare(base, head)
        self.assertStatus(done, 0)
        for words in ("kernel: 6.1.0 in base, 6.2.0 in head", "libcurl: 7.88.1 in base, 8.5.0 in head",
                      "load before the start: 0.10 in base, 7.50 in head", "head: The load was 7.50."):
            self.assertIn("Warning: " + words, done.stdout)
        said, _ = self.json(base, head)
        self.assertIs(said["forced"], False)
        self.assertEqual({item["what"] for item in said["differences"]}, {"kernel", "libcurl", "load before the start"})
        self.assertIn("kernel: 6.1.0 in base, 6.2.0 in head.", said["warnings"])

    def test_a_run_that_was_stopped(self):
        head = self.run_with("head", keep=lambda line: line["type"] != "summary")
        done = self.compare(stored.fixture(), head)
        self.assertStatus(done, 0)
        self.assertIn("Warning: head was stopped early.", done.stdout)


class Rates(Compare):
    """Runs whose jobs arrive at a rate: the schedule sets the wall time, so that tells nothing."""
    def run_at_a_rate(self, name, response):
        text = (support.SOURCE / "bench/tests/fixtures/rate/run.ndjson").read_text()
        changed, block = [], {}
        for line in (json.loads(line) for line in text.splitlines()):
            if line["type"] in ("run", "env"):
                changed.append({**line, "blocks": 7} if line["type"] == "run" else line)
            elif line["type"] == "trial" and line["state"] == "ok" and line["block"] == 1:
                for number in range(1, 8):
                    changed.append({**line, "block": number, "wall_s": line["wall_s"] * (1 + number / 1e4),
                                    "response_p50_ms": response + number / 1e3,
                                    "response_p99_ms": 2 * response + number / 1e3})
        for position, line in enumerate((line for line in changed if line["type"] == "trial"), start=1):
            line["position"] = position
        return stored.write(self.dir / name, changed)

    def test_the_response_decides(self):
        base, head = self.run_at_a_rate("base", 2), self.run_at_a_rate("head", 3)
        said, lanes = self.json(base, head, status=3)
        judged = {key: lane for key, lane in lanes.items() if lane["base_trials"]}
        self.assertGreaterEqual(len(judged), 3)
        self.assertEqual({(lane["metric"], lane["verdict"]) for lane in judged.values()}, {("response_p99_ms", "regression")})
        self.assertIn("99th percentile of the response (response_p99_ms)", self.compare(base, head).stdout)
        _, lanes = self.json(base, head, "--metric", "wall_s")
        self.assertEqual({lanes[key]["verdict"] for key in judged}, {"same"})


class Output(Compare):
    def test_a_note_has_a_mark_in_the_table(self):
        one = self.compare(self.run_with("base"), self.run_with("head", lambda trial: 1 + 0.2 * (trial["block"] % 2))).stdout
        self.assertRegex(one, r"(?m)^  .* inconclusive\*1?$")
        self.assertRegex(one, r"(?m)^  \*1? inconclusive \(")

    def test_a_difference_may_be_the_machines(self):
        done = self.compare(stored.fixture(), stored.fixture())
        self.assertIn("`iorace gate`", " ".join(done.stdout.split()))
        said, _ = self.json(stored.fixture(), stored.fixture())
        self.assertIn("iorace gate", said["caveat"])

    def test_markdown(self):
        base, head = self.run_with("base"), self.run_with("head", 1.3)
        done = self.compare(base, head, "--md", "out.md")
        self.assertStatus(done, 3)
        self.assertIn("verdict", done.stdout)
        text = (self.dir / "out.md").read_text()
        self.assertIn("## iorace compare", text)
        rows = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual({line.count("|") for line in rows}, {7})
        self.assertIn("**regression**", text)
        self.assertIn("iorace gate", text)
        self.assertEqual([path.name for path in self.dir.glob(".*")], [])
        done = self.compare(base, head, "--md", "-")
        self.assertStatus(done, 3)
        self.assertEqual(done.stdout, text)
        self.assertEqual(self.compare(base, head, "--md", "/dev/stdout").stdout, text)
        with open(self.dir / "redirected", "wb") as file:
            self.compare(base, head, "--md", "/dev/stdout", stdout=file)
        self.assertEqual((self.dir / "redirected").read_text(), text)

    def test_markdown_through_a_link(self):
        self.write("there.md", "old")
        (self.dir / "link.md").symlink_to("there.md")
        self.assertStatus(self.compare(stored.fixture(), stored.fixture(), "--md", "link.md"), 0)
        self.assertTrue((self.dir / "link.md").is_symlink())
        self.assertIn("## iorace compare", (self.dir / "there.md").read_text())
        self.assertStatus(self.compare(stored.fixture(), stored.fixture(), "--md", "/dev/null"), 0)

    def test_markdown_that_cannot_be_written(self):
        done = self.compare(stored.fixture(), stored.fixture(), "--md", "missing/out.md")
        self.assertStatus(done, 1)
        self.assertIn("cannot write missing/out.md", done.stderr)
        self.assertIn("verdict", done.stdout)

    def test_hostile_names(self):
        name = "<b>|x` [y](z)"
        cells = {"cell": name}
        changed = [line for line in stored.lines() if line["type"] in ("run", "env", "trial")]
        cell = changed[0]["lanes"][0]["cell"]
        for line in changed:
            if line["type"] == "run":
                line["lanes"] = [dict(lane, **cells) for lane in line["lanes"] if lane["cell"] == cell]
        kept = [dict(line, **cells) if line["type"] == "trial" else line for line in changed
                if line["type"] != "trial" or line["cell"] == cell]
        run = stored.write(self.dir / "run", kept)
        done = self.compare(run, run, "--md", "-")
        self.assertStatus(done, 0)
        self.assertNotIn("<b>", done.stdout)
        self.assertIn("\\<b\\>\\|x\\` \\[y\\](z)", done.stdout)


class Usage(Compare):
    def test_directories(self):
        self.assertOneLine(self.compare("nowhere", stored.fixture()), 2, "nowhere", "No such file")
        self.assertOneLine(self.compare(stored.fixture(), "nowhere"), 2, "nowhere", "No such file")
        (self.dir / "empty").mkdir()
        self.assertOneLine(self.compare(stored.fixture(), "empty"), 2, "empty/run.ndjson", "No such file")
        self.write("file", "")
        self.assertOneLine(self.compare("file", stored.fixture()), 2, "file: Not a directory")
        self.write("other/run.ndjson", "{}\n")
        self.assertOneLine(self.compare(stored.fixture(), "other"), 5, "other/run.ndjson:1:")

    def test_arguments(self):
        self.assertOneLine(self.compare(), 2, "BASE", "HEAD")
        self.assertOneLine(self.compare("a"), 2, "BASE", "HEAD")
        self.assertOneLine(self.compare("a", "b", "c"), 2, "'c'")
        self.assertOneLine(self.compare("a", "b", "--metric", "wall"), 2, "'wall'", "wall_s", "latency_p99_ms")
        self.assertOneLine(self.compare("a", "b", "--threshold", "x"), 2, "'x'")
        self.assertOneLine(self.compare("a", "b", "--json", "--md", "-"), 2, "--json", "--md")


if __name__ == "__main__":
    support.main()
