"""Stored runs in the order of time, through the command line."""
import csv
import fcntl
import io
import json
import os
import re
import struct
import termios
import threading
import xml.etree.ElementTree

import stored
import support


class History(support.Case):
    def make(self, factors, **options):
        for number, factor in enumerate(factors):
            stored.a_run(self.dir / "results" / f"run-{number:02}", number, factor, **options)

    def history(self, *args):
        return self.iorace("history", *args)

    def json(self, *args):
        done = self.history(*args, "--json")
        self.assertStatus(done, 0)
        return json.loads(done.stdout)

    def series(self, points):
        """{(kind, cell, runner, settings): its points}"""
        found = {}
        for point in points:
            key = tuple(point[name] for name in ("kind", "cell", "runner", "params", "jobs", "cpus"))
            found.setdefault(key, []).append(point)
        return found


class Trend(History):
    def test_a_new_level_is_marked(self):
        self.make([1] * 8 + [1.3] * 8)
        said = self.json("results")
        self.assertEqual((said["runs"], len(said["kinds"]), said["left_out"]), (16, 1, []))
        for points in self.series(said["points"]).values():
            self.assertEqual([point["started"] for point in points], sorted(point["started"] for point in points))
            self.assertEqual(len(points), 16)
            steps = [(number, round(point["step"], 1)) for number, point in enumerate(points) if point["step"]]
            self.assertEqual(steps, [(8, 1.3)])
            self.assertIsNone(points[0]["change"])
            self.assertAlmostEqual(points[8]["change"], 1.3, delta=0.05)
            self.assertAlmostEqual(points[9]["change"], 1, delta=0.05)
        done = self.history("results")
        self.assertStatus(done, 0)
        self.assertIn("\u2581" * 8 + "\u2588" * 4, done.stdout.replace("\u2587", "\u2588").replace("\u2582", "\u2581"))
        self.assertIn("1.30\u00d7 from 2026-02-01 08:00", done.stdout)
        self.assertIn("new: 1.30\u00d7 from here on", done.stdout)

    def test_steady_runs_have_no_mark(self):
        self.make([1] * 12)
        self.assertEqual([point for point in self.json("results")["points"] if point["step"]], [])
        done = self.history("results")
        self.assertNotIn("from here on", done.stdout)
        self.assertNotIn("20260201T030000Z", done.stdout)  # the runs one by one only with --all
        self.assertIn("20260201T030000Z", self.history("results", "--all").stdout)

    def test_small_changes_are_not_marked(self):
        self.make([1] * 8 + [1.1] * 8)
        self.assertTrue(any(point["step"] for point in self.json("results")["points"]))
        self.assertFalse(any(point["step"] for point in self.json("results", "--threshold", "15%")["points"]))

    def test_the_order_is_that_of_the_starts(self):
        for number, name in enumerate(["z", "m", "a"]):
            stored.a_run(self.dir / name, number)
        points = self.json("a", "z", "m")["points"]
        self.assertEqual([point["run"][9:11] for point in points[:3]], ["00", "01", "02"])

    def test_a_run_is_there_once(self):
        self.make([1, 1])
        os.symlink("run-01", self.dir / "results" / "latest")
        said = self.json("results", "results/run-00", "results/latest", "results/../results/run-01/")
        self.assertEqual((said["runs"], said["left_out"]), (2, []))

    def test_a_copy_is_left_out(self):
        self.make([1, 1])
        stored.a_run(self.dir / "results" / "copy", 0)
        said = self.json("results")
        self.assertEqual(said["runs"], 2)
        self.assertEqual(["copy" in item["reason"] for item in said["left_out"]], [True])


    def test_too_few_runs_tell_no_level(self):
        """That none was found must not be taken for steadiness."""
        self.make([1])
        one = " ".join(self.history("results").stdout.split())
        self.assertIn("wall time of 1 run: no series has the eight runs that a new level needs.", one)
        self.assertIn("1 run, 2026-02-01 00:00; less is better", one)
        self.assertNotIn("\u00b7 is a run", one)
        for number in range(1, 7):
            stored.a_run(self.dir / "results" / f"run-{number:02}", number)
        self.assertIn("no series has the eight runs", self.history("results").stdout)
        stored.a_run(self.dir / "results" / "eighth", 7)
        lanes = len(stored.good_lanes())
        self.assertIn(f"0 of {lanes} series reached a new level", self.history("results").stdout)
        stored.a_run(self.dir / "results" / "other", 8, cells={"jobs": 77})
        text = self.history("results").stdout
        words = " ".join(text.split())
        self.assertIn(f"0 of {lanes} series that have the eight runs it needs reached a new level", words)
        self.assertIn("\u00b7 is a run without this cell or with other settings", words)

    def test_a_single_trial_has_no_change(self):
        """As compare has no data there; its figure is shown all the same."""
        for number, kept in enumerate(((1, 2), (1,), (1, 2), (1, 2))):
            stored.a_run(self.dir / "results" / f"run-{number}", number, 1 + number,
                         keep=lambda line: line["type"] != "trial" or line["block"] in kept)
        for points in self.series(self.json("results")["points"]).values():
            self.assertEqual([point["trials"] for point in points], [2, 1, 2, 2])
            self.assertEqual([point["change"] is None for point in points], [True, True, True, False])
            self.assertNotIn(None, [point["median"] for point in points])
            self.assertAlmostEqual(points[3]["change"], 4 / 3, delta=0.05)
        self.assertStatus(self.history("results", "--all"), 0)

    def on_terminal(self, width, *args):
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        said = []
        reader = threading.Thread(target=self.read_all, args=(master, said))
        reader.start()
        done = self.iorace(*args, stdout=slave, env={"NO_COLOR": "1"})
        os.close(slave)
        reader.join()
        os.close(master)
        self.assertEqual(done.returncode, 0)
        return b"".join(said).decode().replace("\r\n", "\n")

    @staticmethod
    def read_all(descriptor, said):
        try:
            while part := os.read(descriptor, 4096):
                said.append(part)
        except OSError:  # the other end was closed
            pass

    def test_it_fits_the_width(self):
        """Long settings stand below the table, marked, and not in its first column."""
        for number in range(4):
            stored.a_run(self.dir / "results" / f"run-{number}", number,
                         cells={"params": f"delay-ms={number // 2} url=http://{'long.' * 8}example/"})
        for width in (80, 120):
            text = self.on_terminal(width, "history", "results")
            self.assertLessEqual(max(map(len, text.splitlines())), width, text)
            self.assertRegex(text, r"(?m)^  sleep \*1 +one after another")
            self.assertRegex(text, r"(?m)^  \*1 sleep: sleep delay-ms=0[ ,\n]")

    def test_jobs_at_a_rate_go_by_their_response(self):
        text = (support.SOURCE / "bench/tests/fixtures/rate/run.ndjson").read_text()
        for number in range(2):
            self.write(f"results/{number}/run.ndjson",
                       text.replace("20260131T120000Z-rate", f"run-{number}").replace('"2026-01-31T12:00:00Z"',
                                                                                      f'"2026-01-31T1{number}:00:00Z"'))
        points = self.json("results")["points"]
        self.assertEqual({point["metric"] for point in points}, {"response_p99_ms"})
        stored.a_run(self.dir / "results" / "2", 2, env=support.read_ndjson(self.dir / "results" / "0", "env")[0])
        done = self.history("results", "--out", "out")
        self.assertStatus(done, 0)
        words = " ".join(done.stdout.split())
        self.assertIn("wall time, and 99th percentile of the response of 3 runs:", words)
        self.assertIn("99th percentile of the response (response_p99_ms), 3 runs, ", words)
        self.assertIn("wall time (wall_s), 3 runs, ", words)
        self.assertEqual({p["metric"] for p in self.json("results", "--metric", "wall_s")["points"]}, {"wall_s"})


class NeverJoined(History):
    def test_machines_and_builds(self):
        cases = [{}, {"cpu_model": "Another CPU"}, {"cpus_online": 64}, {"architecture": "riscv64"},
                 {"build_type": "debug"}, {"sanitizers": "address"}]
        for number, env in enumerate(cases * 2):
            stored.a_run(self.dir / "results" / f"run-{number:02}", number, 1 + number, env=env)
        said = self.json("results")
        self.assertEqual([kind["runs"] for kind in said["kinds"]], [2] * 6)
        runs = {}
        for point in said["points"]:
            runs.setdefault(point["kind"], set()).add(point["run"])
        self.assertEqual([len(of) for of in runs.values()], [2] * 6)
        self.assertEqual(len(set.union(*runs.values())), 12)
        # A change is only against a run of the same kind: six runs later, so (n + 6) / n of it.
        for points in self.series(said["points"]).values():
            self.assertEqual(len(points), 2)
            number = int(points[0]["run"][9:11])
            self.assertAlmostEqual(points[1]["change"], (number + 7) / (number + 1), delta=0.1)
        done = self.history("results")
        self.assertIn("6 machines or builds, which are not joined", " ".join(done.stdout.split()))
        for words in ("Another CPU", "64 CPUs", "riscv64", "debug build", "sanitizers: address"):
            self.assertIn(words, done.stdout)

    def test_what_is_known_of_none(self):
        """Unknown values look alike, so such runs are joined; a single one is joined with nothing."""
        unknown = {"cpu_model": None, "sanitizers": None}
        stored.a_run(self.dir / "results" / "run-0", 0, env=unknown)
        self.assertEqual(self.json("results")["warnings"], [])
        stored.a_run(self.dir / "results" / "run-1", 1, env=unknown)
        for number in (2, 3):
            stored.a_run(self.dir / "results" / f"run-{number}", number)
        said = self.json("results")["warnings"]
        self.assertEqual([re.sub(" on .*, so", ",", text) for text in said],
                         ["CPU model: known of none of the 2 runs, they may be of different machines.",
                          "sanitizers: known of none of the 2 runs, they may be of different builds."])
        table = " ".join(self.history("results").stdout.split())
        for text in said:
            self.assertIn(f"Warning: {text}", table)
        self.assertEqual(self.history("results", "--md", "-").stdout.count("known of none of"), 2)

    def test_settings(self):
        for number in range(4):
            stored.a_run(self.dir / "results" / f"run-{number}", number, cells={"params": f"delay-ms={number // 2}"})
        for number, cells in enumerate([{"jobs": 77}, {"cpus": "0-3"}, {"workload": "null"}], start=4):
            stored.a_run(self.dir / "results" / f"run-{number}", number, cells={"params": "delay-ms=1", **cells})
        said = self.json("results")
        self.assertEqual(len(said["kinds"]), 1)
        lanes = len(stored.good_lanes())
        self.assertEqual(len(said["points"]), 7 * lanes)
        firsts = [point for point in said["points"] if point["change"] is None]
        self.assertEqual(len(firsts), 5 * lanes)
        self.assertIn("series of their own", " ".join(self.history("results").stdout.split()))


    def test_another_scenario(self):
        for number in range(4):
            stored.a_run(self.dir / "results" / f"run-{number}", number, of_run={"scenario": f"scenario-{number // 2}"})
        points = self.json("results")["points"]
        self.assertEqual(len([point for point in points if point["change"] is None]), 2 * len(stored.good_lanes()))
        self.assertIn("scenario scenario-1", " ".join(self.history("results", "--all").stdout.split()))

    def test_the_same_name_is_not_the_same_run(self):
        for place, number in (("a", 0), ("b", 1)):
            stored.a_run(self.dir / place / "run", number, of_run={"id": "run"})
        self.assertEqual(self.json("a", "b")["runs"], 2)


class LeftOut(History):
    def test_what_has_no_place(self):
        self.make([1, 1])
        stored.a_run(self.dir / "results" / "stopped", 5, keep=lambda line: line["type"] != "summary")
        stored.a_run(self.dir / "results" / "empty", 6, keep=lambda line: line["type"] not in ("trial", "sample"))
        self.write("results/foreign/run.ndjson", '{"type":"run","schema":"other/7"}\n')
        self.write("results/notes/readme.txt", "nothing of ours")
        (self.dir / "results" / "dangling").mkdir()
        os.symlink("nowhere", self.dir / "results" / "dangling" / "run.ndjson")
        said = self.json("results")
        self.assertEqual(said["runs"], 2)
        reasons = {item["dir"].rpartition("/")[2]: item["reason"] for item in said["left_out"]}
        self.assertEqual(set(reasons), {"stopped", "empty", "foreign", "dangling"})
        self.assertIn("stopped early", reasons["stopped"])
        self.assertIn("no wall time", reasons["empty"])
        self.assertIn("other/7", reasons["foreign"])
        done = self.history("results")
        self.assertStatus(done, 0)
        for name in reasons:
            self.assertIn(f"left out: results/{name}: ", done.stdout)

    def test_nothing_is_left(self):
        stored.a_run(self.dir / "results" / "stopped", 5, keep=lambda line: line["type"] != "summary")
        self.assertOneLine(self.history("results"), 5, "results/stopped", "stopped early")

    def test_directories(self):
        self.assertOneLine(self.history("nowhere"), 2, "nowhere: No such file")
        (self.dir / "hollow").mkdir()
        self.assertOneLine(self.history("hollow"), 2, "hollow: no run.ndjson")
        self.write("file", "")
        self.assertOneLine(self.history("file"), 2, "file: Not a directory")
        self.make([1])
        self.assertOneLine(self.history("results", "nowhere"), 2, "nowhere")
        self.write("bad/run.ndjson", "{}\n")  # named itself, so nothing is to be left out
        self.assertOneLine(self.history("results", "bad"), 5, "bad/run.ndjson:1:")
        os.mkfifo(self.dir / "pipe")
        (self.dir / "piped").mkdir()
        os.mkfifo(self.dir / "piped" / "run.ndjson")
        self.assertOneLine(self.history("piped"), 2, "piped/run.ndjson", "not a regular file")


class Files(History):
    def test_csv(self):
        self.make([1, 1.1, 1.2])
        done = self.history("results", "--csv", "out.csv")
        self.assertStatus(done, 0)
        self.assertIn("trend", done.stdout)
        text = (self.dir / "out.csv").read_text(encoding="utf-8")
        self.assertEqual(self.history("results", "--csv", "-").stdout, text)
        rows = list(csv.DictReader(io.StringIO(text), strict=True))
        points = self.json("results")["points"]
        self.assertEqual(list(rows[0]), list(points[0]))
        self.assertEqual(len(rows), len(points))
        for row, point in zip(rows, points):
            self.assertEqual(row["run"], point["run"])
            self.assertEqual(float(row["median"]), point["median"])
        documented = (support.SOURCE / "results" / "README.md").read_text(encoding="utf-8")
        for name in rows[0]:
            self.assertIn(f"`{name}`", documented)

    def test_markdown(self):
        self.make([1, 1.1])
        self.assertStatus(self.history("results", "--md", "out.md"), 0)
        text = (self.dir / "out.md").read_text(encoding="utf-8")
        self.assertIn("## iorace history", text)
        self.assertIn("| 20260201T010000Z-history |", text)

    def test_only_one_has_standard_output(self):
        self.assertOneLine(self.history("x", "--json", "--csv", "-"), 2, "standard output")

    def test_chart(self):
        self.make([1] * 8 + [1.3] * 8)
        for number in (20, 21):
            stored.a_run(self.dir / "results" / f"other-{number}", number, env={"cpu_model": "Another `touch EVIL` CPU"})
        stored.a_run(self.dir / "results" / "once", 22, cells={"jobs": 77})  # a run is no line
        self.write("out/charts/mine.svg", "x")
        self.write("out/charts/history-9.svg", "old")
        self.assertStatus(self.history("results", "--out", "out"), 0)
        names = {path.name for path in (self.dir / "out" / "charts").iterdir()}
        charts = {name[:-3] for name in names if name.endswith(".gp")}
        self.assertIn("history", charts)
        self.assertIn("history-2", charts)  # of the other machine
        self.assertEqual(names, {"mine.svg", "index.json"} | {chart + ending for chart in charts for ending in
                                 (".gp", ".dat", "-text.dat", "-marks.dat", ".svg", ".png")})
        pages = []
        for chart in charts:
            svg = self.dir / "out" / "charts" / f"{chart}.svg"
            self.assertEqual(xml.etree.ElementTree.parse(svg).getroot().tag, "{http://www.w3.org/2000/svg}svg")
            pages.append(svg.read_text(encoding="utf-8"))
        text = "".join(pages)
        for cell, _ in stored.good_lanes():
            self.assertIn(f">{cell}<", text)
        self.assertIn("1.30", text)
        lanes = len(stored.good_lanes())
        captions = " ".join(entry["caption"] for entry in json.loads((self.dir / "out/charts/index.json").read_text()))
        self.assertIn(f"{lanes} series of a single run are left out.", captions)
        self.assertIn("2026-02-01 ", (self.dir / "out/charts/history-text.dat").read_text())
        self.assertFalse(list(self.dir.rglob("EVIL")))
        before = support.tree(self.dir / "out")
        self.assertStatus(self.history("results", "--out", "deep/er/out"), 0)
        again = support.tree(self.dir / "deep" / "er" / "out")
        for name in again:
            self.assertEqual(again[name], before[name], name)

    def test_nothing_to_draw(self):
        self.make([1])
        done = self.history("results", "--out", "out")
        self.assertStatus(done, 5)
        self.assertIn("--out: nothing to draw: every series is of a single run", done.stderr)
        self.assertIn("trend", done.stdout)

    def test_the_charts_of_a_run_stay(self):
        self.make([1])
        self.write("results/run-00/charts/wall.svg", "x")
        done = self.history("results", "--out", "results/run-00")
        self.assertStatus(done, 2)
        self.assertIn("results/run-00 is the directory of a run", done.stderr)
        self.assertEqual([path.name for path in (self.dir / "results/run-00/charts").iterdir()], ["wall.svg"])

    def test_where_nothing_can_be_written(self):
        self.make([1])
        self.write("file", "")
        for option in ("--csv", "--md", "--out"):
            with self.subTest(option):
                done = self.history("results", option, "file/x")
                self.assertStatus(done, 1)
                self.assertIn("file", done.stderr)
                self.assertIn("trend", done.stdout)


if __name__ == "__main__":
    support.main()
