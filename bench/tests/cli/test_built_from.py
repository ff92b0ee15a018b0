"""What a program was built from: asked of git at the build, for this tree alone, and then the program's own."""
import os
import pathlib
import re
import shutil
import subprocess

import support


def fields(path):
    return dict(re.findall(r'(?m)^    \.(\w+) = "?(.*?)"?,$', path.read_text()))


class Tree(support.Case):
    """scripts/built-from, in a repository of the test's own."""

    def setUp(self):
        super().setUp()
        if not shutil.which("git"):
            self.skipTest("git is not installed")
        self.tree = self.dir / "a \"tree\""
        self.tree.mkdir()

    def git(self, *args):
        done = subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], cwd=self.tree,
                              capture_output=True, text=True, timeout=30, check=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.dir)})
        return done.stdout.strip()

    def commit(self, text):
        (self.tree / "file").write_text(text)
        self.git("add", "file")
        self.git("commit", "--quiet", "-m", text)
        return self.git("rev-parse", "HEAD")

    def built_from(self, tree=None, **env):
        """{name: value} of what is written."""
        done = subprocess.run([support.SOURCE / "scripts" / "built-from", tree or self.tree, self.dir / "built_from.c"],
                              capture_output=True, text=True, timeout=30, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.dir), **env})
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return fields(self.dir / "built_from.c")

    def assertFrom(self, found, commit, dirty):
        self.assertEqual(found, {"commit": commit, "commit_unknown": "", "dirty": dirty, "dirty_unknown": ""})

    def test_the_commit_and_changes(self):
        self.git("init", "--quiet")
        first = self.commit("one")
        self.assertFrom(self.built_from(), first, "0")
        (self.tree / "file").write_text("two")
        self.assertFrom(self.built_from(), first, "1")
        second = self.commit("two")
        self.assertFrom(self.built_from(), second, "0")
        (self.tree / "new").write_text("")  # not added: it may be compiled all the same
        self.assertEqual(self.built_from()["dirty"], "1")
        (self.tree / ".git" / "info" / "exclude").write_text("new\n")
        self.assertEqual(self.built_from()["dirty"], "0")

    def test_it_is_written_only_where_it_changed(self):
        self.git("init", "--quiet")
        self.commit("one")
        self.built_from()
        written = self.dir / "built_from.c"
        os.utime(written, (1, 1))
        self.built_from()
        self.assertEqual(written.stat().st_mtime, 1)
        self.commit("two")
        self.built_from()
        self.assertNotEqual(written.stat().st_mtime, 1)

    def test_this_tree_alone(self):
        """A directory below a checkout is another project's; a hook's variables point at another, too."""
        self.git("init", "--quiet")
        commit = self.commit("one")
        (self.tree / "below").mkdir()
        self.assertIn("no git checkout", self.built_from(self.tree / "below")["commit_unknown"])
        self.assertFrom(self.built_from(GIT_DIR="/nowhere", GIT_INDEX_FILE="/nowhere/index"), commit, "0")
        self.git("worktree", "add", "--quiet", "../other")  # there .git is a file
        self.assertFrom(self.built_from(self.dir / "other"), commit, "0")
        if os.getuid() == 0:  # as where a container mounts it
            for path in (self.tree, self.tree / ".git"):
                os.chown(path, 65534, 65534)
            self.assertFrom(self.built_from(), commit, "0")

    def test_why_it_is_not_known(self):
        found = self.built_from()
        self.assertEqual((found["commit"], found["dirty"]), ("", "-1"))
        for name in ("commit_unknown", "dirty_unknown"):
            self.assertEqual(found[name], "the source was no git checkout when the program was built")
        self.git("init", "--quiet")
        self.assertRegex(self.built_from()["commit_unknown"], "^git failed when the program was built: fatal: ")
        (self.tree / ".git" / "HEAD").write_text('"\\n\x01"')
        found = self.built_from()
        self.assertEqual((found["commit"], found["dirty"]), ("", "-1"))
        programs = self.dir / "programs"
        programs.mkdir()
        for name in ("sh", "env", "sed", "tr", "cut", "cat"):
            (programs / name).symlink_to(shutil.which(name))
        found = self.built_from(PATH=str(programs))
        self.assertEqual(found["commit_unknown"], "git was not installed when the program was built")
        self.assertEqual(found["dirty"], "-1")


class Program(support.Case):
    def test_it_records_what_it_was_built_from(self):
        """And not what the source tree has come to meanwhile: with no git in PATH nothing else can be told."""
        built = fields(pathlib.Path(support.IORACE).parent / "built_from.c")
        dirty = {"0": False, "1": True, "-1": None}[built["dirty"]]
        self.run_ok("--workload", "null", "--jobs", "1", "--blocks", "1", "--runner", "serial", "--no-charts",
                    env={"PATH": str(self.dir)})
        env = support.read_ndjson(support.latest(self.dir), "env")[0]
        self.assertEqual((env["git_commit"], env["git_dirty"]), (built["commit"] or None, dirty))


if __name__ == "__main__":
    support.main()
