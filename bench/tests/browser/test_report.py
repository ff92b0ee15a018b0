"""report.html in a browser: it fits, its texts can be read, nothing complains, and the replay plays.

    test_report.py IORACE SOURCE_DIR [NAME...]

With IORACE_SCREENSHOTS=DIR pictures of the page are left there, to be looked at.
"""

import copy
import json
import os
import pathlib
import shutil
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import devtools  # noqa: E402
import support   # noqa: E402

AUDIT = (pathlib.Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
LOOKS = [(width, dark) for width in (1280, 1024, 800, 390) for dark in (False, True)]
HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> & \" ' \u202e"


BROWSER = None


def setUpModule():
    global BROWSER
    if not devtools.program():
        raise unittest.SkipTest("chromium is not installed")
    BROWSER = devtools.Browser()


def tearDownModule():
    BROWSER.close()


class Pages(support.Case):
    def fixture(self, name="run"):
        path = pathlib.Path(support.SOURCE) / "bench/tests/fixtures" / name / "run.ndjson"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def make(self, lines, charts=False):
        """Returns the page of a run of these lines."""
        run = self.dir / "run"
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (run / "run.ndjson").write_text(text, encoding="utf-8")
        for command in ("plot", "report") if charts else ("report",):
            self.assertStatus(self.iorace(command, run), 0)
        return run / "report.html"

    def check_quiet(self, page, path):
        self.assertEqual(page.complaints(), [])
        self.assertEqual(set(page.requests()), {f"file://{path}"})

    def check_look(self, page):
        found = page.run(AUDIT)
        self.assertLessEqual(found["sideways"], 0, "the page scrolls sideways")
        self.assertEqual(found["small"], [])
        self.assertEqual(found["faint"], [])
        return found

    def keep_picture(self, page, name):
        directory = os.environ.get("IORACE_SCREENSHOTS")
        if directory:
            page.screenshot(pathlib.Path(directory) / f"{name}.png")


class Look(Pages):
    def test_all_kinds_of_content(self):
        """Failures, an unsupported lane, a sweep, warnings, charts, a replay."""
        lines = self.fixture()
        lines[1]["warnings"].append("A long warning that has to be broken, with/a/very/long/path/" + "x" * 300)
        path = self.make(lines, charts=True)
        index = json.loads((path.parent / "charts/index.json").read_text(encoding="utf-8"))
        titles = [chart["title"] for chart in index if not chart["file"].endswith("-narrow.svg")]
        for width, dark in LOOKS:
            with self.subTest(width=width, dark=dark), BROWSER.open(path, width=width, dark=dark, still=True) as page:
                self.keep_picture(page, f"report-{width}-{'dark' if dark else 'light'}")
                found = self.check_look(page)
                self.assertEqual([chart["title"] for chart in found["charts"]], titles)
                self.assertGreater(len(titles), 3)
                if width == 1280:
                    self.assertGreater(len(found["tables"]), 2)
                    self.assertEqual([table for table in found["tables"] if table["cut"] > 0], [])
                for chart in found["charts"]:
                    self.assertTrue(chart["shown"], chart)
                    self.assertGreater(chart["texts"], 5, chart)
                self.assertGreater(found["texts"], 200)
                background = page.run("getComputedStyle(document.body).backgroundColor")
                self.assertEqual(max(map(int, background[4:-1].split(","))) < 80, dark, background)
                self.check_quiet(page, path)

    def test_the_narrow_charts_are_for_phones(self):
        path = self.make(self.fixture(), charts=True)
        charts = path.parent / "charts"
        if not list(charts.glob("*-narrow.svg")):
            svg = (charts / "wall.svg").read_text(encoding="utf-8")
            (charts / "wall-narrow.svg").write_text(svg.replace('viewBox="0 0 1600', 'viewBox="0 0 500'))
            self.assertStatus(self.iorace("report", path.parent), 0)
        for width in (1280, 1249, 1248, 1024, 800, 769, 390):
            with self.subTest(width=width), BROWSER.open(path, width=width, still=True) as page:
                chart = page.run(AUDIT)["charts"][0]
                self.assertEqual(chart["width"] < 700, width <= 1248, chart)
                self.assertLessEqual(chart["cut"], 0, chart)

    def test_captions_stand_once(self):
        """In the picture; in the page they are for those who do not see it."""
        path = self.make(self.fixture(), charts=True)
        index = json.loads((path.parent / "charts/index.json").read_text(encoding="utf-8"))
        wanted = [f"{chart['title']}. {chart['caption']}" for chart in index
                  if not chart["file"].endswith("-narrow.svg")]
        with BROWSER.open(path, still=True) as page:
            found = page.run("[...document.querySelectorAll('figcaption')].map((e) => [e.textContent, e.offsetHeight])")
            self.assertEqual([text for text, _ in found], wanted)
            self.assertTrue(all(height <= 1 for _, height in found), found)

    def test_tables_on_a_phone(self):
        """Every figure has its heading beside it, and nothing is cut; on a desk they are tables."""
        path = self.make(self.fixture())
        for width in (390, 1280):
            with self.subTest(width=width), BROWSER.open(path, width=width, still=True) as page:
                rows = page.run("""[...document.querySelectorAll('.cell tbody tr, .sweep tbody tr')].map((row) => ({
                    cut: Math.max(...[row, ...row.children].map((e) => e.scrollWidth - e.clientWidth)),
                    right: Math.max(...[...row.children].map((e) => e.getBoundingClientRect().right)),
                    display: getComputedStyle(row).display,
                    figures: [...row.querySelectorAll('td:not(.instead):not(:empty)')].map((cell) =>
                        [cell.dataset.label, getComputedStyle(cell, '::before').content])}))""")
                self.assertGreater(len(rows), 8)
                self.assertGreater(sum(len(row["figures"]) for row in rows), 40)
                for row in rows:
                    self.assertEqual(row["display"], "grid" if width == 390 else "table-row")
                    for label, shown in row["figures"]:
                        self.assertRegex(label, "^at |[a-z]")
                        self.assertEqual(shown, json.dumps(label, ensure_ascii=False) if width == 390 else "none")
                    if width == 390:
                        self.assertLessEqual(row["cut"], 0, row)
                        self.assertLessEqual(row["right"], 390, row)

    def test_the_table_of_an_open_loop_is_whole_on_a_desk(self):
        """Its widest: marks of notes behind the names, percentiles that so few jobs cannot tell."""
        text = json.dumps(self.fixture("rate")).replace('"threads"', '"blocking-coroutines"')
        lines = [line for line in json.loads(text) if line["type"] != "sample"]
        for line in lines:
            for lane in line.get("lanes", []):
                lane["jobs"] = 100
            if line["type"] == "lane":
                line["jobs"] = 100
            if line["type"] == "trial":
                line.update(jobs=100, ok=100, queued=90, jobs_per_s=100 / line["wall_s"], latency_p99_ms=None,
                            response_p99_ms=None, service_p99_ms=None, queue_p99_ms=None, flags="stacks_parked",
                            cpu_us_per_job=(line["cpu_user_s"] + line["cpu_sys_s"]) * 1e4)
        with BROWSER.open(self.make(lines), width=1280, still=True) as page:
            self.assertIn("coroutines that block*", page.run("document.querySelector('.cell').innerText"))
            cells = page.run("[...document.querySelectorAll('.cell td')].map((e) => e.innerText)")
            self.assertEqual(cells.count("\u2013"), 12)
            notes = page.run("[...document.querySelectorAll('.note')].map((e) => e.innerText).join()")
            self.assertIn("\u2013 of 99 %: needs 368 jobs", notes.replace("\xa0", " "))
            self.assertEqual([table["cut"] for table in page.run(AUDIT)["tables"]], [0])

    def test_only_what_scrolls_is_a_stop_for_the_keyboard(self):
        path = self.make(self.fixture(), charts=True)
        for width in (390, 600, 800, 1280):
            with self.subTest(width=width), BROWSER.open(path, width=width, still=True) as page:
                page.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
                boxes = page.run("""[...document.querySelectorAll('.scroll')].map((box) =>
                    [box.tabIndex === 0, box.scrollWidth > box.clientWidth])""")
                self.assertGreater(len(boxes), 5)
                for stops, scrolls in boxes:
                    self.assertEqual(stops, scrolls)
                if width == 800:
                    self.assertTrue(any(scrolls for _, scrolls in boxes))
        without = self.make([line for line in self.fixture() if line["type"] != "sample"], charts=True)
        text = without.read_text(encoding="utf-8")
        self.assertEqual(text.count('tabindex="0"'), text.count('<table role="table"'))

    def test_the_command_wraps(self):
        lines = self.fixture()
        lines[0]["argv"] += ["--title", "x" * 200, "--title=" + "word " * 60]
        with BROWSER.open(self.make(lines), width=390, still=True) as page:
            self.assertLessEqual(page.run("(() => { const e = document.querySelector('pre'); "
                                          "return e.scrollWidth - e.clientWidth; })()"), 0)
            # What fits into a line is not broken, at its dashes either.
            self.assertEqual(page.run("""[...document.querySelectorAll('pre span')].filter((e) =>
                e.textContent.length < 30 && e.getBoundingClientRect().height > 30).map((e) => e.textContent)"""), [])
            self.check_look(page)

    def test_a_picture_is_as_wide_as_its_window(self):
        with BROWSER.open(self.make(self.fixture()), width=1280, still=True) as page:
            page.screenshot(self.dir / "page.png")
            size = (self.dir / "page.png").read_bytes()[16:24]
            self.assertEqual(int.from_bytes(size[:4], "big"), 1280)
            self.assertGreater(int.from_bytes(size[4:], "big"), 900)

    def test_without_samples_there_is_no_replay_and_no_script(self):
        path = self.make([line for line in self.fixture() if line["type"] != "sample"])
        text = path.read_text(encoding="utf-8")
        self.assertNotIn("<script", text)
        self.assertNotIn("script-src", text)
        with BROWSER.open(path) as page:
            self.assertFalse(page.run("!!document.getElementById('replay')"))
            self.check_quiet(page, path)

    def test_names_that_would_break_out(self):
        lines = self.fixture()
        lines[0]["title"] = HOSTILE
        for line in lines:
            for lane in [line, *line.get("lanes", [])]:
                if lane.get("cell") == "sleep":
                    lane["cell"] = HOSTILE
                if lane.get("runner") == "processes":
                    lane["runner"] = HOSTILE
        path = self.make(lines)
        for width, dark in LOOKS:
            with self.subTest(width=width, dark=dark), BROWSER.open(path, width=width, dark=dark) as page:
                self.check_look(page)
                self.assertEqual(page.run("document.images.length"), 0)
                self.assertEqual(page.run("document.scripts.length"), 2)
                self.assertIn("<script>alert(1)</script>", page.run("document.getElementById('replay-lanes').innerText"))
                self.check_quiet(page, path)

    def test_what_slips_through_is_not_run(self):
        """The policy, and not only the escaping, keeps foreign scripts and styles out."""
        path = self.make(self.fixture())
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("<main>", "<main onclick='window.ran=1'><script>window.ran = 1</script>"
                                     "<p id=p style='color: red'>x</p><img src='https://127.0.0.1:1/x'>"))
        with BROWSER.open(path, still=True) as page:
            page.run("document.querySelector('main').click()")
            self.assertIsNone(page.run("window.ran"))
            self.assertNotEqual(page.run("getComputedStyle(document.getElementById('p')).color"), "rgb(255, 0, 0)")
            self.assertGreaterEqual(len(page.complaints()), 4)


class Replay(Pages):
    def open_replay(self, lines=None, **options):
        path = self.make(lines or self.fixture())
        page = BROWSER.open(path, **options)
        self.addCleanup(page.close)
        self.addCleanup(self.check_quiet, page, path)
        return page

    def time(self, page):
        """Of the slider, 0 to 1000."""
        return page.run("document.getElementById('replay-slider').valueAsNumber")

    def click(self, page, name="play"):
        page.run(f"document.getElementById('replay-{name}').click()")

    def choose(self, page, name, value):
        page.run(f"(() => {{ const e = document.getElementById('replay-{name}'); e.value = {json.dumps(value)};"
                 "e.dispatchEvent(new Event('change')); })()")

    def drawn(self, page):
        """How many pixels of each canvas are not empty."""
        return page.run("""[...document.querySelectorAll('#replay-lanes canvas')].map((canvas) => {
            const { width, height } = canvas, copy = new OffscreenCanvas(width, height);
            const pen = copy.getContext('2d', { willReadFrequently: true });
            pen.drawImage(canvas, 0, 0);
            const data = pen.getImageData(0, 0, width, height).data;
            let count = 0;
            for (let i = 3; i < data.length; i += 4) count += data[i] > 0;
            return count / (data.length / 4); })""")

    def words(self, page):
        return page.run("""[...document.querySelectorAll('.lane span')]
            .map((span) => span.textContent.replaceAll('\\u00a0', ' '))""")

    def test_plays_and_pauses(self):
        page = self.open_replay(still=True)
        self.choose(page, "speed", "fit")
        self.click(page)
        page.wait_for("document.getElementById('replay-slider').valueAsNumber > 0 && "
                      "document.getElementById('replay-slider').valueAsNumber < 900")
        self.assertEqual(page.run("document.getElementById('replay-play').textContent"), "Pause")
        first, drawn = self.time(page), self.drawn(page)[0]
        page.wait_for(f"document.getElementById('replay-slider').valueAsNumber > {first + 40}")
        self.assertGreater(self.drawn(page)[0], drawn)
        self.click(page)
        stopped, clock = self.time(page), page.run("document.getElementById('replay-clock').textContent")
        self.assertGreater(stopped, first)
        time.sleep(0.5)
        self.assertEqual(self.time(page), stopped)
        self.assertEqual(page.run("document.getElementById('replay-clock').textContent"), clock)
        self.assertEqual(page.run("document.getElementById('replay-play').textContent"), "Play")

    def test_ends_and_begins_again(self):
        page = self.open_replay(still=True)
        self.choose(page, "speed", "10")
        self.click(page)
        page.wait_for("document.getElementById('replay-play').textContent === 'Play'")
        self.assertEqual(self.time(page), 1000)
        self.assertRegex(page.run("document.getElementById('replay-status').textContent"), r"^The replay has ended\. .*100 ended in ")
        self.choose(page, "speed", "0.1")
        self.click(page)
        page.wait_for("document.getElementById('replay-slider').valueAsNumber < 500")

    def status(self, page):
        return page.run("document.getElementById('replay-status').textContent").replace("\xa0", " ")

    def test_the_status_is_that_of_now(self):
        page = self.open_replay(still=True)
        self.choose(page, "speed", "10")
        self.click(page)
        page.wait_for("document.getElementById('replay-status').textContent.startsWith('The replay has ended')")
        page.run("document.getElementById('replay-slider').focus()")
        page.press("Home")
        self.assertEqual(self.status(page), "")
        self.choose(page, "speed", "0.01")
        self.click(page)
        self.assertEqual(self.status(page), "")
        self.click(page)
        self.assertRegex(self.status(page), r"^Paused at .* of 4\.99 s\.$")
        self.click(page)
        self.assertEqual(self.status(page), "")

    def test_clock_has_as_many_digits_on_both_sides(self):
        page = self.open_replay(still=True)
        for speed, digits in (("1", 2), ("0.01", 3), ("0.001", 4)):
            self.choose(page, "speed", speed)
            clock = page.run("document.getElementById('replay-clock').textContent").replace("\xa0", " ")
            self.assertRegex(clock, rf"^4\.\d{{{digits}}} / 4\.\d{{{digits}}} s$")

    def test_waits_while_it_is_out_of_view(self):
        page = self.open_replay(still=True)
        page.run("document.getElementById('replay-lanes').scrollIntoView({block: 'center'})")
        self.choose(page, "speed", "0.1")
        time.sleep(0.3)  # until it was seen
        self.click(page)
        page.wait_for("document.getElementById('replay-slider').valueAsNumber < 900")
        page.run("scrollTo(0, 0)")
        page.wait_for("document.getElementById('replay-play').textContent === 'Play'")
        stopped = self.time(page)
        time.sleep(0.3)
        self.assertEqual(self.time(page), stopped)
        page.run("document.getElementById('replay-lanes').scrollIntoView({block: 'center'})")
        page.wait_for("document.getElementById('replay-play').textContent === 'Pause'")

    def test_failures_differ_by_more_than_colour(self):
        lines = self.fixture()
        for line in lines:
            if line["type"] == "sample" and line["cell"] == "sleep":
                for job in line["samples"]:
                    job[3] = 0
        page = self.open_replay(lines, still=True)
        self.assertIn("Striped: failed.", page.run("document.querySelector('#replay .about').textContent"))
        failed = self.drawn(page)[0]
        self.choose(page, "cell", "1")
        for line in lines:
            if line["type"] == "sample":
                for job in line["samples"]:
                    job[3] = 1
        page = self.open_replay(lines, still=True)
        self.assertNotIn("Striped", page.run("document.querySelector('#replay .about').textContent"))
        self.assertLess(failed, 0.85 * self.drawn(page)[0])

    def test_speed(self):
        """Never sooner than it was: 5 s of one job after another, ten times as fast."""
        page = self.open_replay(still=True)
        self.choose(page, "speed", "10")
        took = page.run("""new Promise((resolve) => {
            const play = document.getElementById('replay-play'), start = performance.now();
            new MutationObserver(() => { if (play.textContent === 'Play') resolve(performance.now() - start); })
                .observe(play, {childList: true});
            play.click(); })""")
        whole = page.run("Number(document.getElementById('replay-span').value)")
        self.assertGreater(whole, 4)
        self.assertGreaterEqual(took, whole / 10 * 1000 - 20)  # a frame's time may be that of its beginning

    def test_slider_by_keyboard(self):
        page = self.open_replay(still=True)
        page.run("document.getElementById('replay-slider').focus()")
        page.press("Home")
        self.assertEqual(self.time(page), 0)
        self.assertRegex(self.words(page)[0], r"^0 ended, ")
        self.assertEqual(page.run("document.getElementById('replay-slider').getAttribute('aria-valuetext')")
                         .replace("\xa0", " "), "0 of 4.99 s")
        for _ in range(5):
            page.press("ArrowRight")
        self.assertGreater(self.time(page), 0)
        self.assertRegex(page.run("document.getElementById('replay-slider').getAttribute('aria-valuetext')"),
                         r"^[\d.]+\sms of 4\.99\ss$")
        page.press("End")
        self.assertEqual(self.time(page), 1000)
        self.assertRegex(self.words(page)[0], r"^100 ended in 4\.9\d s$")

    def test_button_by_keyboard(self):
        page = self.open_replay(still=True)
        page.run("document.getElementById('replay-play').focus()")
        page.press(" ", "Space")
        page.wait_for("document.getElementById('replay-play').textContent === 'Pause'")

    def test_unwanted_motion(self):
        """The finished picture, and nothing moves until it is asked for."""
        page = self.open_replay(still=True)
        page.run("document.getElementById('replay-lanes').scrollIntoView({block: 'center'})")
        time.sleep(0.7)
        self.assertEqual(self.time(page), 1000)
        self.assertEqual(page.run("document.getElementById('replay-play').textContent"), "Play")
        self.assertTrue(all(share > 0.005 for share in self.drawn(page)), self.drawn(page))

    def test_begins_when_it_is_seen(self):
        page = self.open_replay()
        time.sleep(0.5)
        self.assertEqual(self.time(page), 1000)
        page.run("document.getElementById('replay-lanes').scrollIntoView({block: 'center'})")
        page.wait_for("document.getElementById('replay-slider').valueAsNumber < 900")

    def test_cells_and_spans(self):
        page = self.open_replay(still=True)
        cells = page.run("[...document.getElementById('replay-cell').options].map((option) => option.text)")
        self.assertEqual(cells, ["sleep", "download"])
        told = page.run("document.getElementById('replay-told').textContent")
        self.assertRegex(told, "^100 jobs, ")
        self.choose(page, "cell", "1")
        self.assertRegex(page.run("document.getElementById('replay-told').textContent"), "^400 jobs, ")
        spans = page.run("[...document.getElementById('replay-span').options].map((option) => option.text)")
        self.assertEqual(len(spans), 4)
        self.assertTrue(spans[0].startswith("one after another"), spans)
        before = self.drawn(page)
        self.choose(page, "span", page.run("document.getElementById('replay-span').options[3].value"))
        after = self.drawn(page)
        self.assertGreater(max(after[1:]), 10 * max(before[1:]))
        self.assertRegex(self.words(page)[0], r"^[12] ended, 1 under way$")

    def test_named_for_those_who_do_not_see_it(self):
        page = self.open_replay(still=True)
        nodes = page.send("Accessibility.getFullAXTree")["nodes"]
        named = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]}
        for role, name in (("button", "Play"), ("slider", "Time since the start"), ("combobox", "Speed"),
                           ("combobox", "Jobs"), ("combobox", "Time axis up to the end of")):
            self.assertTrue(any(r == role and n.startswith(name) for r, n in named), (role, name, sorted(named)[:80]))
        self.assertTrue(any(r in ("image", "img") and n.startswith("coroutines: 100 jobs") for r, n in named))

    def test_ten_thousand_jobs_a_lane(self):
        """Four lanes of them, some failed: a frame is drawn in far less than it is shown for."""
        lines = self.fixture()
        for line in lines:
            if line["type"] == "sample" and line["cell"] == "sleep":
                end = line["samples"][-1][1]
                line["jobs"] = 20000
                line["samples"] = [[end * i // 10000, end * i // 10000 + end // 90, i % 100, int(i % 1000 != 0)]
                                   for i in range(10000)]
        page = self.open_replay(lines, still=True)
        self.assertRegex(page.run("document.getElementById('replay-bar').textContent"),
                         r"^Each bar is up to \d+ jobs that ")
        self.choose(page, "cell", "1")
        self.assertRegex(page.run("document.getElementById('replay-bar').textContent"), r"^Each bar is (a job|up to \d jobs)")
        self.choose(page, "cell", "0")
        self.assertRegex(self.words(page)[0], r"^10,000 ended in .*, 10 failed \(one job of 2 was kept\)$")
        spent = page.run("""(() => { const slider = document.getElementById('replay-slider'), start = performance.now();
            for (let i = 0; i < 50; i++) { slider.value = i * 20; slider.dispatchEvent(new Event('input')); }
            return (performance.now() - start) / 50; })()""")
        self.assertLess(spent, 100)  # 1 to 3 ms on an idle machine
        page.run("""(() => { const slider = document.getElementById('replay-slider'); slider.value = 500;
            slider.dispatchEvent(new Event('input')); })()""")
        self.assertRegex(self.words(page)[0], r"^4,[89]\d\d ended, 1\d\d under way, 5 failed ")

    def test_a_lane_that_was_not_run(self):
        lines = copy.deepcopy(self.fixture())
        lines = [line for line in lines if not (line["type"] == "sample" and line["runner"] == "threads")]
        page = self.open_replay(lines, still=True)
        self.assertIn("its jobs' times were not kept", self.words(page))


if __name__ == "__main__":
    support.main()
