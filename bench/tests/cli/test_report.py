"""What `iorace report` makes of a stored run."""
import json
import pathlib
import re
import shutil

import support


class Markdown(support.Case):
    def setUp(self):
        super().setUp()
        shutil.copytree(pathlib.Path(support.SOURCE) / "bench/tests/fixtures/run", self.dir / "run")

    def test_on_standard_output(self):
        """In place of the tables; the files are written as ever."""
        done = self.iorace("report", "--md", "run")
        self.assertStatus(done, 0)
        self.assertTrue(done.stdout.startswith("## A made-up run for tests\n"), done.stdout[:100])
        self.assertIn("\n| runner | time |", done.stdout)
        # What failed stands above what was found, the other warnings below.
        self.assertRegex(done.stdout, r"\n\n> \[!WARNING\]\n> - \d+ of \d+ runs failed: .*\n\n- (.*\n)+\n"
                                      r"> \[!WARNING\]\n> - The CPU's frequency governor is unknown\.")
        self.assertIn("\n```sh\niorace run bench/scenarios/fixture.ini --seed 20260131\n```\n", done.stdout)
        self.assertIn("0123456789abcdef0123456789abcdef01234567", done.stdout)
        self.assertNotIn("Page:", done.stdout)
        self.assertTrue((self.dir / "run/report.html").exists())
        for line in done.stdout.splitlines():
            if line.startswith("|"):
                self.assertTrue(line.endswith("|"), line)

    def test_tables_have_as_many_cells_in_every_row(self):
        text = self.iorace("report", "--md", "--no-files", "run").stdout
        self.assertFalse((self.dir / "run/report.html").exists())
        for table in text.split("\n\n"):
            rows = [line.replace("\\|", "").count("|") for line in table.splitlines() if line.startswith("|")]
            self.assertLessEqual(len(set(rows)), 1, table)

    def test_into_a_file(self):
        on_output = self.iorace("report", "--md", "--no-files", "run").stdout
        done = self.iorace("report", "--md=out.md", "run")
        self.assertStatus(done, 0)
        self.assertEqual((self.dir / "out.md").read_text(encoding="utf-8"), on_output)
        self.assertIn("speed-up", done.stdout)
        self.assertIn("Page:", done.stdout)
        self.assertStatus(self.iorace("report", f"--md={self.dir}/run/x.md", "--no-files", "run"), 0)
        self.assertEqual((self.dir / "run/x.md").read_text(encoding="utf-8"), on_output)

    def test_where_it_cannot_be_written(self):
        done = self.iorace("report", "--md=missing/out.md", "run")
        self.assertStatus(done, 1)
        self.assertIn("cannot write missing/out.md: No such file or directory", done.stderr)
        self.assertIn("speed-up", done.stdout)
        self.assertStatus(self.iorace("report", "--md=", "run"), 2)
        self.assertStatus(self.iorace("report", "--md=run/", "run"), 2)


class Page(support.Case):
    """What report.html says of a run whose lines are changed."""
    def page(self, change=lambda lines: None):
        path = pathlib.Path(support.SOURCE) / "bench/tests/fixtures/run/run.ndjson"
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        change(lines)
        (self.dir / "run").mkdir(exist_ok=True)
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (self.dir / "run/run.ndjson").write_text(text, encoding="utf-8")
        self.assertStatus(self.iorace("report", "run"), 0)
        return (self.dir / "run/report.html").read_text(encoding="utf-8")

    def with_argv(self, scenario, *argv):
        return self.page(lambda lines: lines[0].update(scenario=scenario, argv=["/usr/bin/iorace", "run", *argv], seed=7))

    def test_what_failed_is_said_first_of_all(self):
        page = self.page()
        failed = re.search(r'<p class="alarm">\d+ of \d+ runs failed: ', page)
        self.assertIsNotNone(failed)
        self.assertLess(failed.start(), page.index('<div class="lead">'))
        self.assertEqual(len(re.findall(r"\d+ of 224 runs failed", page)), 1)

    def command(self, page):
        return re.sub("</?span>", "", re.search("<pre><code>(.*?)</code></pre>", page, re.S)[1])

    def test_the_command_can_be_pasted(self):
        """With the directory of this run it would be refused."""
        for argv in (("--out", "here", "--quick"), ("--out=here", "--quick"), ("--quick", "--out", "here")):
            page = self.with_argv("default", *argv)
            self.assertEqual(self.command(page), "iorace run --quick --seed 7")
        self.assertEqual(self.command(self.with_argv("default", "--outer")), "iorace run --outer --seed 7")

    def test_a_scenario_of_the_user_s(self):
        sentence = "is a file of whoever ran it and is not in this page"
        page = self.with_argv("own", "my/own.ini", "--seed", "7")
        self.assertIn(f"The scenario <code>my/own.ini</code> {sentence}", page)
        self.assertIn(sentence, self.with_argv("own", "own.ini"))
        for argv in (("bench/scenarios/own.ini",), ("own",), ("scenarios/own.ini",), ("--blocks=own.ini",), ("own.init",)):
            self.assertNotIn(sentence, self.with_argv("own", *argv))

    def test_a_quick_run_says_so(self):
        said = "fixture, quick: fewer or shorter jobs than in a full run"
        self.assertNotIn(", quick", self.page())
        self.assertIn(said, self.with_argv("fixture", "--quick"))

    def test_the_environment_in_words(self):
        def change(lines):
            lines[1].update(server=None, cgroup_cpu_quota=None, nofile_hard=None, somaxconn=1234567, thp=None)
            lines[1]["unknown"] = {"cgroup_cpu_quota": "no limit is set", "nofile_hard": "no limit is set", "thp": "why <not>"}
            for line in lines:
                if line["type"] == "summary":
                    line["load_after"] = [1.5, 0.5, 0.25]
        page = self.page(change)
        for label, value in (("CPU quota", "none"), ("Descriptors, hard limit", "none"), ("Local ports", "32768 to 60999"),
                             ("Timer slack", "50,000 ns (each run of jobs sets 1)"),
                             ("Transparent huge pages", "unknown (why &lt;not&gt;)"), ("Listen backlog limit", "1,234,567"),
                             ("Extra compiler flags", "-O2 -g"), ("Test server", "none (not needed)"),
                             ("Load after (1, 5, 15 min)", "1.5, 0.5, 0.25")):
            self.assertIn(f'<tr><th scope="row">{label}</th><td>{value}</td></tr>', page)
        stopped = self.page(lambda lines: lines.__setitem__(slice(None), [l for l in lines if l["type"] != "summary"]))
        self.assertNotIn("Load after", stopped)


if __name__ == "__main__":
    support.main()
