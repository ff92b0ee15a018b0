"""What a workflow calls: each exit status in the right words, the right commits built, and workflows that parse."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import support

FAKE_GATE = """#!/bin/sh
# Writes down how it was called, then plays what the test put beside it.
here=$(dirname -- "$0")
printf '%s\\n' "$@" >"$here/called"
while [ $# -gt 0 ]; do
    if [ "$1" = --md ]; then cp "$here/md" "$2"; fi
    shift
done
cat "$here/json"
if [ -s "$here/complaint" ]; then cat "$here/complaint" >&2; fi
status=$(cat "$here/status")
if [ "$status" = kill ]; then kill -KILL $$; fi
exit "$status"
"""


def cell(name, verdict, **more):
    return {"cell": name, "verdict": verdict, "metric": "wall_s", **more}


class Script(support.Case):
    def setUp(self):
        super().setUp()
        self.summary, self.output = self.dir / "summary.md", self.dir / "output"

    def script(self, name, *args, cwd=None, **env):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.dir), "LC_ALL": "C.UTF-8", "GITHUB_ACTIONS": "true",
               "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.output),
               "RUNNER_TEMP": str(self.dir / "temporary"), **env}
        return subprocess.run([support.SOURCE / "scripts" / name, *map(str, args)], env=env, cwd=cwd or self.dir,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)

    def outputs(self):
        text = self.output.read_text() if self.output.exists() else ""
        return dict(line.split("=", 1) for line in text.splitlines())


class Gate(Script):
    def gate(self, status, cells=(), complaint="", md="| a | table |\n", said=None):
        self.write("fake", FAKE_GATE).chmod(0o755)
        self.write("json", json.dumps({"schema": "x", "cells": list(cells)}) if said is None else said)
        self.write("status", str(status))
        self.write("complaint", complaint)
        self.write("md", md)
        done = self.script("ci-gate", "--title", "iorace gate", "--keep", self.dir / "kept", "--",
                           self.dir / "fake", "gate", "--base", "a b")
        self.annotations = re.findall(r"(?m)^::(error|warning) title=([^:]*)::(.*)$", done.stdout)
        return done

    def kinds(self):
        return [kind for kind, _, _ in self.annotations]

    def test_passed(self):
        done = self.gate(0, [cell("a", "same", ratio=1.01, ratio_lo=0.99, ratio_hi=1.02), cell("b", "improved")])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.annotations, [])
        self.assertEqual(self.outputs(), {"status": "0", "verdict": "passed"})
        summary = self.summary.read_text()
        self.assertIn("## iorace gate: no regression\n", summary)
        self.assertIn("2 cells compared", summary)
        self.assertIn("| a | table |", summary)
        self.assertIn("| a | table |", done.stdout)  # who reads the log sees it too
        self.assertEqual((self.dir / "called").read_text().splitlines(),
                         ["gate", "--base", "a b", "--json", "--md", str(self.dir / "kept" / "iorace-gate.md")])
        self.assertEqual(json.loads((self.dir / "kept" / "iorace-gate.json").read_text())["schema"], "x")

    def test_regression(self):
        done = self.gate(3, [cell("download", "regression", label="download/concurrency=8 under threads", ratio=1.123,
                                  ratio_lo=1.1, ratio_hi=1.15, reason="past 5 %,\nconfirmed"),
                             cell("sleep", "same"), cell("x", "inconclusive")])
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.annotations, [("error", "Regression%3A download/concurrency=8 under threads",
                                             "wall_s: 1.123 times the base's [1.100, 1.150]; past 5 %25,%0Aconfirmed")])
        self.assertEqual(self.outputs(), {"status": "3", "verdict": "regression"})
        self.assertIn("## iorace gate: regression in 1 cell of 3\n", self.summary.read_text())
        self.assertNotIn("no measurement", self.summary.read_text())

    def test_inconclusive(self):
        done = self.gate(0, [cell("a", "same"), cell("b", "inconclusive", reason="run 20 blocks")])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.annotations, [("warning", "Inconclusive%3A b", "wall_s: run 20 blocks")])
        self.assertEqual(self.outputs(), {"status": "0", "verdict": "inconclusive"})
        self.assertIn("no regression found; 1 cell of 2 cannot be told", self.summary.read_text())

    def test_inconclusive_strict(self):
        done = self.gate(4, [cell("a", "same"), cell("b", "inconclusive")])
        self.assertEqual(done.returncode, 4)
        self.assertEqual(self.kinds(), ["error"])
        self.assertEqual(self.outputs()["verdict"], "inconclusive")
        self.assertIn("inconclusive: 1 cell of 2", self.summary.read_text())

    def test_faults_are_no_verdicts(self):
        for status, verdict in ((1, "failed"), (2, "usage"), (5, "no-data"), (6, "local-limit"), (130, "interrupted")):
            with self.subTest(status):
                self.output.unlink(missing_ok=True)
                self.summary.unlink(missing_ok=True)
                done = self.gate(status, complaint="other words\niorace gate: too few descriptors\n", said="", md="")
                self.assertEqual(done.returncode, status)
                self.assertEqual([(kind, title) for kind, title, _ in self.annotations],
                                 [("error", "iorace gate%3A no measurement, not a regression".replace(",", "%2C"))])
                self.assertIn("too few descriptors", self.annotations[0][2])
                self.assertEqual(self.outputs(), {"status": str(status), "verdict": verdict})
                summary = self.summary.read_text()
                self.assertIn(f"no measurement (exit status {status}:", summary)
                self.assertIn("This is no verdict on the code", summary)
                self.assertIn("too few descriptors", summary)

    def test_the_head_fails(self):
        """Status 1 as well, but the change's doing."""
        done = self.gate(1, complaint="iorace gate: 7 of 20 jobs failed\n",
                         said=json.dumps({"outcome": "head_failed", "cells": [cell("a", "failed")]}))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.annotations, [("error", "iorace gate%3A jobs of the head fail",
                                             "iorace gate: 7 of 20 jobs failed")])
        self.assertEqual(self.outputs(), {"status": "1", "verdict": "head-failed"})
        self.assertNotIn("no verdict", self.summary.read_text())

    def test_killed(self):
        done = self.gate("kill", [cell("a", "same")])
        self.assertEqual(done.returncode, 1)
        self.assertIn("signal 9", self.annotations[0][2])
        self.assertEqual(self.outputs()["verdict"], "failed")

    def test_green_without_words_is_not_green(self):
        for said in ("", "{", "not json"):
            with self.subTest(said):
                done = self.gate(0, said=said)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(self.kinds(), ["error"])
        self.assertEqual(self.gate(3, said="{").returncode, 3)  # red stays red
        self.assertEqual(self.kinds(), ["error"])

    def test_nothing_compared(self):
        done = self.gate(0, [cell("a", "new"), cell("b", "gone")])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.kinds(), ["warning"])
        self.assertEqual(self.outputs()["verdict"], "nothing")

    def test_equal_arms(self):
        self.assertEqual(self.gate(0, said=json.dumps({"outcome": "skipped", "exit_status": 0})).returncode, 0)
        self.assertEqual(self.annotations, [])
        self.assertEqual(self.outputs()["verdict"], "skipped")

    def test_many(self):
        self.gate(3, [cell(f"c{i}", "regression") for i in range(40)])
        self.assertEqual(self.kinds(), ["error"] * 9)
        self.assertIn("32 more", self.annotations[-1][2])

    def test_accepted(self):
        """A regression that a list allows: the gate says 0, and it is shown all the same."""
        self.gate(0, [cell("a", "accepted", allowed={"until": "2026-12-24", "reason": "agreed"})])
        self.assertEqual(self.kinds(), ["warning"])
        self.assertIn("accepted until 2026-12-24: agreed", self.annotations[0][2])

    def test_not_there(self):
        done = self.script("ci-gate", "--", self.dir / "none", "gate")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stdout)

    def test_elsewhere_than_on_github(self):
        self.gate(0, [cell("a", "same")])
        done = self.script("ci-gate", "--", self.dir / "fake", GITHUB_STEP_SUMMARY="", GITHUB_OUTPUT="")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no regression", done.stdout)

    def test_usage(self):
        for args in ((), ("--",), ("--title",), ("--bogus", "x", "--", "true"), ("true",)):
            with self.subTest(args):
                self.assertEqual(self.script("ci-gate", *args).returncode, 2)


class Server(Script):
    """The inputs of the action become the options of the gate."""

    def call(self, **env):
        self.write("fake", FAKE_GATE).chmod(0o755)
        self.write("json", json.dumps([cell("a", "same")]))
        for name in ("md", "complaint"):
            self.write(name, "")
        self.write("status", "0")
        return self.script("ci-gate-server", IORACE=str(self.dir / "fake"), KEEP=str(self.dir / "kept"), **env)

    def options(self):
        called = (self.dir / "called").read_text().splitlines()
        self.assertEqual(called[-3:-1], ["--json", "--md"])
        return called[:-3]

    def test_all(self):
        done = self.call(BASE_CMD="./v1 --port {port}", HEAD_CMD="./v2 $(touch gone)", URL="http://127.0.0.1:{port}/a",
                         THRESHOLD="10%", BLOCKS="14", METRIC="cpu_us_per_job", STRICT="true", SCENARIO="x y.ini",
                         MAX_TIME="300")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.options(), [
            "gate", "--base-cmd", "./v1 --port {port}", "--head-cmd", "./v2 $(touch gone)", "--url",
            "http://127.0.0.1:{port}/a", "--threshold", "10%", "--blocks", "14", "--metric", "cpu_us_per_job",
            "--max-time", "300", "--strict", "x y.ini", "--out", str(self.dir / "kept" / "run")])
        self.assertFalse((self.dir / "gone").exists())

    def test_the_least(self):
        self.assertEqual(self.call(BASE_CMD="a", HEAD_CMD="b", URL="", STRICT="false").returncode, 0)
        self.assertEqual(self.options(), ["gate", "--base-cmd", "a", "--head-cmd", "b", "--out",
                                          str(self.dir / "kept" / "run")])

    def test_refused(self):
        for env in ({"BASE_CMD": "a"}, {"HEAD_CMD": "b"}, {"BASE_CMD": "a", "HEAD_CMD": "b", "STRICT": "yes"}):
            with self.subTest(sorted(env)):
                done = self.call(**env)
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stdout, r"(?m)^::error title=[^:]*no measurement")


class Arms(Script):
    """In a repository of the test's own, with a meson that only writes down what it is asked."""

    def setUp(self):
        super().setUp()
        if not shutil.which("git"):
            self.skipTest("git is not installed")
        self.repository = self.dir / "repository"
        self.repository.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("one")
        self.write("meson", """#!/bin/sh
            if [ "$1" = setup ]; then
                for last; do :; done
                grep -q broken "$last/file" && { echo 'it is broken'; exit 1; }
                for build in "$@"; do
                    case $build in */head | */base) mkdir -p "$build"; cp "$last/file" "$build/";; esac
                done
            fi""").chmod(0o755)

    def git(self, *args):
        done = subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], cwd=self.repository,
                              capture_output=True, text=True, timeout=30, check=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.dir)})
        return done.stdout.strip()

    def commit(self, text):
        (self.repository / "file").write_text(text)
        self.git("add", "file")
        self.git("commit", "--quiet", "-m", text)

    def arms(self, *args):
        return self.script("ci-arms", *args, self.dir / "arms", cwd=self.repository, MESON=str(self.dir / "meson"))

    def built(self):
        return [(self.dir / "arms" / arm / "file").read_text() for arm in ("base", "head")]

    def test_merge_base(self):
        """Not the base's tip: what it got since is not this branch's."""
        self.git("checkout", "--quiet", "-b", "topic")
        self.commit("topic")
        self.git("checkout", "--quiet", "main")
        self.commit("later")
        self.git("checkout", "--quiet", "topic")
        done = self.arms("--base", "main")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.built(), ["one", "topic"])
        self.assertEqual(self.outputs()["base"], str(self.dir / "arms" / "base"))
        self.assertEqual(self.outputs()["head"], str(self.dir / "arms" / "head"))
        self.assertEqual(self.outputs()["base_commit"], self.git("rev-parse", "main^"))

    def test_without_a_base(self):
        """None said, forty zeros, or HEAD itself: the commit before."""
        self.commit("two")
        for i, args in enumerate(((), ("--base", ""), ("--base", "0" * 40), ("--base", "main"))):
            with self.subTest(args):
                done = self.arms(*args)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.built(), ["one", "two"])
                self.git("worktree", "remove", "--force", str(self.dir / "arms" / "base-source"))
                shutil.move(self.dir / "arms", self.dir / f"arms{i}")

    def test_nothing_before(self):
        self.assertEqual(self.arms().returncode, 5)
        self.assertEqual(self.arms("--base", "nonsense").returncode, 5)

    def test_shallow(self):
        self.commit("two")
        subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{self.repository}", self.dir / "shallow"],
                       check=True, timeout=30, capture_output=True)
        self.repository = self.dir / "shallow"
        done = self.arms()
        self.assertEqual(done.returncode, 5)
        self.assertIn("fetch-depth: 0", done.stdout)

    def test_what_does_not_build(self):
        self.commit("broken")
        done = self.arms()
        self.assertEqual(done.returncode, 1)
        self.assertIn("::error title=The head does not build::", done.stdout)
        self.assertIn("it is broken", done.stderr)
        shutil.rmtree(self.dir / "arms")
        self.commit("mended")
        done = self.arms()
        self.assertEqual(done.returncode, 1)
        self.assertIn("::error title=The base does not build::", done.stdout)


class Workflows(support.Case):
    def setUp(self):
        super().setUp()
        try:
            import yaml
        except ImportError:
            self.skipTest("python3-yaml is not installed")
        folder = support.SOURCE / ".github"
        self.files = {path: yaml.safe_load(path.read_text(encoding="utf-8"))
                      for path in sorted(folder.glob("workflows/*.yml")) + sorted(folder.glob("actions/*/action.yml"))}
        self.assertGreaterEqual(len(self.files), 3)

    def steps(self):
        for path, content in self.files.items():
            jobs = content["jobs"].values() if "jobs" in content else [content["runs"]]
            for job in jobs:
                for step in job["steps"]:
                    yield path.name, step, content

    def test_jobs(self):
        """No token that writes, an end that is sure to come, and no two runs of one thing."""
        for path, content in self.files.items():
            if "jobs" not in content:
                continue
            with self.subTest(path.name):
                self.assertEqual(content["permissions"], {"contents": "read"})
                self.assertIn("group", content["concurrency"])
                self.assertNotIn("pull_request_target", path.read_text())
                for job in content["jobs"].values():
                    self.assertLessEqual(job["timeout-minutes"], 60)

    def test_actions_are_pinned(self):
        for path in self.files:
            for uses in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8")):
                if "OWNER/" not in uses:
                    self.assertRegex(uses, r"^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", path.name)

    def test_scripts(self):
        """Nothing from outside is pasted into a shell's text, and all of it is a shell's text."""
        count = 0
        for name, step, content in self.steps():
            if "run" not in step:
                continue
            count += 1
            self.assertNotIn("${{", step["run"], f"{name}: give it through env")
            if "jobs" not in content:
                self.assertEqual(step["shell"], "bash")
            done = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True, timeout=20,
                                  check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for script in re.findall(r"(?:^|[\s/])(scripts/[\w-]+)", step["run"]):
                self.assertTrue(os.access(support.SOURCE / script, os.X_OK), script)
        self.assertGreater(count, 4)

    def test_the_gate(self):
        """The whole history; results uploaded whatever happened; each input of the action reaches the script."""
        files = {path.name: content for path, content in self.files.items()}
        steps = files["gate.yml"]["jobs"]["gate"]["steps"]
        self.assertEqual(steps[0]["with"]["fetch-depth"], 0)
        self.assertEqual(steps[0]["with"]["persist-credentials"], False)
        self.assertIn("upload-artifact", steps[-1]["uses"])
        self.assertEqual(steps[-1]["if"], "always()")
        action = files["action.yml"]
        given = action["runs"]["steps"][0]["env"]
        script = (support.SOURCE / "scripts" / "ci-gate-server").read_text()
        for name in action["inputs"]:
            if name != "artifact":
                variable = name.upper().replace("-", "_")
                self.assertEqual(given[variable], f"${{{{ inputs.{name} }}}}")
                self.assertRegex(script, rf"\b{variable}\b")
        self.assertEqual(action["runs"]["steps"][-1]["if"], "always()")
        self.assertIn("pull_request", pathlib.Path(support.SOURCE / ".github/workflows/gate.yml").read_text())


class Shellcheck(support.Case):
    def test_scripts(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed")
        scripts = [support.SOURCE / "scripts" / name for name in ("built-from", "ci-arms", "ci-gate-server")]
        done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    support.main()
