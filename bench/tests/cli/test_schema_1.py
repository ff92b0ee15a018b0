"""Results of schema 1 are readable for good: a run that the program of 2026-11 made stands here as it was written."""
import csv
import json

import stored
import support


class Schema1(support.Case):
    def rows(self, path, columns):
        """Of a CSV file the columns that there were when the fixture was made."""
        with open(path, newline="", encoding="utf-8") as file:
            return [{name: row[name] for name in columns} for row in csv.DictReader(file, strict=True)]

    def test_the_same_tables_come_out(self):
        run = stored.copy(self.dir / "run")
        for name in ("trials.csv", "summary.csv"):
            (run / name).unlink()
        self.assertStatus(self.iorace("report", run), 0)
        for name in ("trials.csv", "summary.csv"):
            with self.subTest(name):
                with open(stored.fixture() / name, encoding="utf-8") as file:
                    columns = file.readline().rstrip("\n").split(",")
                then = self.rows(stored.fixture() / name, columns)
                self.assertGreater(len(then), 3)
                self.assertEqual(self.rows(run / name, columns), then)

    def test_it_is_reported(self):
        run = stored.copy(self.dir / "run")
        done = self.iorace("report", run)
        self.assertStatus(done, 0)
        self.assertEqual(done.stderr, "")
        for words in ("thread pool", "coroutines", "95 % interval", "speed-up"):
            self.assertIn(words, done.stdout)
        self.assertIn("</html>", (run / "report.html").read_text(encoding="utf-8"))

    def test_every_line_is_valid(self):
        """By the schema of then; and by that of now, or what is read has become less than what was written."""
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        for path in (stored.fixture() / "schema.json", support.SOURCE / "results" / "schema.json"):
            schema = json.loads(path.read_text(encoding="utf-8"))
            validator = jsonschema.validators.validator_for(schema)(schema)
            with self.subTest(path.name if path.parent.name == "results" else "as it was"):
                for line in stored.lines():
                    validator.validate(line)

    def test_it_is_a_whole_run(self):
        """What stands here shows what there is: every kind of line, a failed job, a sweep, what is not supported."""
        kinds = {line["type"] for line in stored.lines()}
        self.assertEqual(kinds, {"run", "env", "trial", "sample", "summary"})
        trials = support.read_trials(stored.fixture())
        self.assertLessEqual({"sleep", "download"}, {trial["workload"] for trial in trials})
        self.assertGreaterEqual(max(trial["block"] for trial in trials), 6)
        self.assertLessEqual({"ok", "failed", "unsupported"}, {trial["state"] for trial in trials})
        self.assertTrue(any(lane["sweep"] for lane in stored.lines()[0]["lanes"]))

    def test_nothing_of_a_machine_is_in_it(self):
        for path in stored.fixture().iterdir():
            text = path.read_text(encoding="utf-8")
            for word in ("/home", "/root", "/tmp", "/work", "/usr"):
                self.assertNotIn(word, text, path.name)


if __name__ == "__main__":
    support.main()
