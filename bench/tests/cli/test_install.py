"""`make install` puts in place what there is to be put, and that works from there."""
import os
import pathlib
import shutil
import subprocess

import support


class Install(support.SharedCase):
    @classmethod
    def prepare(cls):
        build = pathlib.Path(support.IORACE).parent.parent
        meson = shutil.which("meson")
        if not meson:
            raise support.unittest.SkipTest("meson is not in PATH")
        cls.root = cls.dir / "root"
        done = subprocess.run([meson, "install", "-C", build, "--no-rebuild", "--destdir", cls.root],
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        cls.files = {"/" + str(path.relative_to(cls.root)) for path in cls.root.rglob("*") if not path.is_dir()}
        program = next(path for path in cls.files if path.endswith("/bin/iorace"))
        cls.prefix = program.removesuffix("/bin/iorace")
        cls.program = cls.root / program[1:]

    def installed(self, *paths):
        for path in paths:
            self.assertIn(f"{self.prefix}/{path}", self.files)

    def test_program(self):
        self.assertTrue(os.access(self.program, os.X_OK))
        said = self.workspace.iorace("--version", program=self.program).stdout
        self.assertEqual(said, self.workspace.iorace("--version").stdout)

    def test_what_it_was_built_from(self):
        """It keeps that, wherever the source has gone since."""
        said = []
        for program in (self.program, support.IORACE):
            done = self.workspace.iorace("run", "--workload", "null", "--jobs", "1", "--blocks", "1", "--runner", "serial",
                                         "--no-charts", "--out", f"run-{len(said)}", program=program, env={"PATH": "/nowhere"})
            self.assertStatus(done, 0)
            said.append(support.read_ndjson(self.dir / f"run-{len(said)}", "env")[0])
        for name in ("git_commit", "git_dirty"):
            self.assertEqual(said[0][name], said[1][name])

    def test_data(self):
        """Every file of these directories in the source, where the program looks."""
        for folder in ("bench/scenarios", "scripts/charts", "scripts/report"):
            with self.subTest(folder):
                there = sorted(path.name for path in (support.SOURCE / folder).iterdir() if path.is_file())
                self.assertTrue(there)
                self.installed(*(f"share/iorace/{folder}/{name}" for name in there))

    def test_it_looks_there(self):
        """A scenario that only the installed tree has is found by the installed program alone."""
        added = self.program.parent.parent / "share/iorace/bench/scenarios/only-here.ini"
        added.write_text("# A scenario of the test.\n[cell a]\nworkload = sleep\ndelay-ms = 1\njobs = 1\n")
        self.addCleanup(added.unlink)
        self.assertIn("only-here", self.workspace.iorace("list", "scenarios", program=self.program).stdout)
        self.assertNotIn("only-here", self.workspace.iorace("list", "scenarios").stdout)

    def test_manual(self):
        self.installed("share/man/man1/iorace.1", "share/man/man1/iorace-gate.1", "share/man/man5/iorace-scenario.5")

    def test_completion(self):
        self.installed("share/bash-completion/completions/iorace", "share/zsh/site-functions/_iorace",
                       "share/fish/vendor_completions.d/iorace.fish")

    def test_library(self):
        """Its headers, and a program that is made with what pkg-config says."""
        headers = sorted((support.SOURCE / "runtime" / "include" / "iort").iterdir())
        self.assertGreater(len(headers), 20)
        self.installed(*(f"include/iort/{path.name}" for path in headers), "share/iort/iort.py")
        libraries = [path for path in self.files if path.endswith("/libiort.so")]
        packages = [path for path in self.files if path.endswith("/libiort.pc")]
        self.assertEqual((len(libraries), len(packages)), (1, 1))
        if not shutil.which("pkg-config") or not shutil.which("cc"):
            self.skipTest("no pkg-config or no cc")
        folder = str(self.root) + os.path.dirname(packages[0])
        env = {**os.environ, "PKG_CONFIG_PATH": folder, "PKG_CONFIG_SYSROOT_DIR": str(self.root)}
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libiort"], env=env, capture_output=True, text=True,
                               timeout=30, check=True).stdout.split()
        subprocess.run(["cc", support.SOURCE / "runtime" / "examples" / "hello.c", *flags, "-o", self.dir / "hello"],
                       check=True, timeout=60)
        env = {"LD_LIBRARY_PATH": str(self.root) + os.path.dirname(libraries[0])}
        done = subprocess.run([self.dir / "hello"], env=env, capture_output=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    support.main()
