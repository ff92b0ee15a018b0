"""What `iorace report` makes of a stored run."""
import pathlib
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
        self.assertRegex(done.stdout, r"> \[!WARNING\]\n> - \d+ of \d+ runs failed: .*\n> - The CPU's frequency governor is unknown\.")
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


if __name__ == "__main__":
    support.main()
