"""Plotting a stored run again gives the same bytes: elsewhere, later, in another time zone and language."""
import os
import subprocess
import time

import stored
import support

FRESH = (".svg", ".png", ".gp", ".dat", ".json")


class Replot(support.SharedCase):
    @classmethod
    def plot(cls, name, **environment):
        run = stored.copy(cls.dir / name)
        done = cls.workspace.iorace("plot", run, env=environment, cwd=cls.dir)
        assert done.returncode == 0, done.stderr
        return {path: text for path, text in support.tree(run / "charts").items()}

    @classmethod
    def prepare(cls):
        # A language whose numbers have a comma: few machines have one ready.
        locales = cls.dir / "locales"
        locales.mkdir()
        made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", locales / "de_DE.UTF-8"],
                              capture_output=True).returncode == 0 if support.shutil.which("localedef") else False
        cls.first = cls.plot("run", TZ="UTC", LC_ALL="C")
        time.sleep(1.1)  # a second later, for what would hold a time
        elsewhere = {"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8" if made else "C.UTF-8",
                     "LOCPATH": str(locales) if made else None, "HOME": str(cls.dir / "nobody"), "USER": "somebody",
                     # The C library leaks what it read of LOCPATH.
                     "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0",
                     "GNUTERM": "of-a-desktop", "COLUMNS": "40", "GDFONTPATH": "/nowhere"}
        cls.again = cls.plot("somewhere else/with a longer name/run", **elsewhere)

    def test_the_same_files(self):
        self.assertEqual(set(self.first), set(self.again))
        self.assertGreater(sum(name.endswith(".svg") for name in self.first), 2)
        self.assertLessEqual({name[name.rindex("."):] for name in self.first}, set(FRESH))

    def same(self, *endings):
        for name in sorted(self.first):
            if name.endswith(endings):
                with self.subTest(name):
                    self.assertTrue(self.first[name] == self.again[name], "differs")

    def test_pictures(self):
        self.same(".svg")

    def test_scripts_and_data(self):
        self.same(".gp", ".dat", ".json")

    def test_bitmaps(self):
        self.same(".png")

    def test_nothing_of_the_day_is_in_them(self):
        today = time.strftime("%Y-%m-%d")
        for name, text in self.first.items():
            if name.endswith(".svg"):
                self.assertNotIn(str(self.dir).encode(), text, name)
                self.assertNotIn(today.encode(), text.replace(stored.lines()[0]["started"][:10].encode(), b""), name)


if __name__ == "__main__":
    support.main()
