"""scripts/runtime-costs: it counts what is there, and ends as it should."""
import copy
import json
import os
import pathlib
import shutil
import subprocess

import support

# Costs a known number of everything an operation, and more when it is started than in all of its operations.
PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static void *volatile block;
__attribute__((noinline)) static void spin(int rounds)
{
    for (volatile int i = 0; i < rounds; i++)
        ;
}
int main(int argc, char **argv)
{
    long times = atol(argv[argc - 1]);
    struct timespec now;
    spin(1000000);
    for (long i = 0; i < times; i++) {
        spin(SPIN);
        for (int j = 0; j < EACH; j++) {
            block = malloc(100);
            free(block);
            syscall(SYS_getppid);
            clock_gettime(CLOCK_MONOTONIC, &now);
        }
    }
    printf("{\"ops\":%ld}\n", IGNORED ? 7 : times);
    return 0;
}
"""


class Costs(support.Case):
    def costs(self, *args, **env):
        return subprocess.run(["/usr/bin/python3", support.SOURCE / "scripts" / "runtime-costs", *map(str, args)],
                              env={**os.environ, **env}, capture_output=True, text=True, timeout=200, cwd=self.dir,
                              check=False)

    def stored(self, name, toolchain={}, **cells):
        """Counts as a file. A cell: instructions, or a dict."""
        base = {"instructions": 100.0, "system_calls": 0.004, "clock_reads": 0.008, "allocations": 0.0,
                "functions": {"rt_yield": 60.0, "rt__task_run_ready": 40.0}}
        whole = {"schema": "iorace.runtime-costs/1",
                 "toolchain": {"compiler": "gcc 12", "libc": "glibc 2.36", "machine": "x86_64", "flags": "-O3",
                               "counted_by": "valgrind-3.19.0", **toolchain},
                 "cells": {cell: {**copy.deepcopy(base), **(what if isinstance(what, dict) else {"instructions": what})}
                           for cell, what in cells.items()}}
        return self.write(name, json.dumps(whole))

    def judged(self, status, *args):
        done = self.costs("--base", self.dir / "base", "--head", self.dir / "head", *args)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done


class Judging(Costs):
    def test_same(self):
        self.stored("base", switch=100.0)
        self.stored("head", switch=101.9, toolchain={"counted_by": "valgrind-3.22.0"})
        done = self.judged(0)
        self.assertRegex(done.stdout, r"(?m)^switch +100\.0 -> 101\.9 +0\.004 +0\.008 +0\.000 +same$")
        self.assertEqual(done.stderr, "")

    def test_dearer(self):
        cases = {"instructions": {"instructions": 102.1}, "system calls": {"system_calls": 0.0052},
                 "clock reads": {"clock_reads": 0.01}, "allocations": {"allocations": 0.002}}
        for what, cost in cases.items():
            with self.subTest(what):
                self.stored("base", switch=100.0, skynet=5.0)
                self.stored("head", switch=cost, skynet=5.0)
                done = self.judged(3)
                self.assertRegex(done.stdout, rf"(?m)^switch: regression: [^;]* {what}")
                self.assertRegex(done.stdout, r"(?m)^skynet .* same$")

    def test_where_it_went(self):
        self.stored("base", switch=100.0)
        grown = {"rt_yield": 60.0, "rt__task_run_ready": 45.0, "added": 25.0}
        self.stored("head", switch={"instructions": 130.0, "functions": grown})
        self.assertIn("in added 0.0 to 25.0, rt__task_run_ready 40.0 to 45.0\n", self.judged(3).stdout)

    def test_cheaper(self):
        self.stored("base", switch=100.0)
        self.stored("head", switch=90.0)
        self.assertIn("switch: improved: 100.0 to 90.0 instructions (-10.0%)", self.judged(0).stdout)

    def test_threshold(self):
        self.stored("base", switch=100.0)
        self.stored("head", switch=104.0)
        self.judged(3)
        self.judged(0, "--threshold", "5%")

    def test_new_and_gone(self):
        self.stored("base", switch=100.0, queue=1.0)
        self.stored("head", switch=100.0, skynet=1.0)
        done = self.judged(0)
        self.assertRegex(done.stdout, r"(?m)^skynet .* new$")
        self.assertRegex(done.stdout, r"(?m)^queue .* gone$")
        self.stored("head", skynet=1.0)
        self.judged(5)

    def test_not_counted_alike(self):
        self.stored("base", switch=100.0)
        for what in ("compiler", "libc", "machine", "flags"):
            with self.subTest(what):
                self.stored("head", switch=200.0, toolchain={what: "another"})
                done = self.judged(5)
                self.assertRegex(done.stderr, rf"\Aruntime-costs: not compared[^\n]* {what}: [^\n]*another[^\n]*\n\Z")
                self.assertIn("200.0", done.stdout)
                self.assertNotIn("regression", done.stdout)
                done = self.judged(3, "--force")
                self.assertIn("by force", done.stdout)

    def test_no_base(self):
        self.stored("head", switch=100.0)
        done = self.judged(5)
        self.assertIn("--write", done.stderr)
        self.assertIn("100.0", done.stdout)

    def test_bad_input(self):
        self.stored("head", switch=1.0)
        for text in ("", "[]", "{}", "nonsense"):
            with self.subTest(text):
                self.write("base", text)
                self.judged(2)
        self.write("base", '{"schema": "iorace.runtime-costs/2"}')
        self.judged(5)
        self.assertEqual(self.costs("--only", "nonsense").returncode, 2)
        self.assertEqual(self.costs("--head", self.dir, "--base", self.dir / "base").returncode, 2)

    def test_for_programs_and_pull_requests(self):
        self.stored("base", switch=100.0)
        self.stored("head", switch=110.0)
        said = json.loads(self.judged(3, "--json", "--md", self.dir / "costs.md").stdout)
        cell = said["cells"][0]
        self.assertEqual((said["status"], cell["cell"], cell["verdict"]), (3, "switch", "regression"))
        md = (self.dir / "costs.md").read_text()
        self.assertIn("| switch | 100.0 -> 110.0 |", md)
        self.assertIn("\n- switch: regression: ", md)

    def test_the_stored_ones(self):
        """Those in the repository can be read, and hold what is counted."""
        done = self.costs("--base", support.SOURCE / "results" / "runtime-costs.json", "--head",
                          support.SOURCE / "results" / "runtime-costs.json", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        programs = {cell["cell"].split("/")[0] for cell in json.loads(done.stdout)["cells"]}
        self.assertEqual(programs, {"switch", "yield", "spawn", "timer", "semaphore", "queue", "gather", "skynet"})


class Counting(Costs):
    def setUp(self):
        super().setUp()
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is not installed")
        if not shutil.which("cc"):
            self.skipTest("there is no cc")

    def build(self, name, spin=10, each=1, ignored=0):
        """A build directory in which perf_switch has these costs."""
        build = self.dir / name
        (build / "runtime" / "perf").mkdir(parents=True)
        (build / "meson-info").mkdir()
        (build / "meson-info" / "intro-targets.json").write_text(json.dumps([{
            "name": "iort-objects",
            "target_sources": [{"language": "c", "parameters": ["-O1", "-I/somewhere", "-DX=1", "-Wall"]}]}]))
        source = self.write("program.c", PROGRAM)
        subprocess.run(["cc", "-O1", f"-DSPIN={spin}", f"-DEACH={each}", f"-DIGNORED={ignored}", "-o",
                        build / "runtime" / "perf" / "perf_switch", source], check=True, timeout=60)
        return build

    def test_known_costs(self):
        one, two, spun = self.build("one"), self.build("two", each=2), self.build("spun", spin=20)
        done = self.costs("--head", one, "--only", "switch", "--write", self.dir / "one.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        stored = json.loads((self.dir / "one.json").read_text())
        cost = stored["cells"]["switch"]
        self.assertEqual([cost[name] for name in ("system_calls", "clock_reads", "allocations")], [1.0, 1.0, 1.0])
        self.assertGreater(cost["instructions"], 50)
        self.assertLess(cost["instructions"], 2000)  # none of the million at the start
        self.assertEqual(stored["toolchain"]["flags"], "-O1 -DX=1")
        self.assertIn("spin", cost["functions"])

        again = self.costs("--base", self.dir / "one.json", "--head", one, "--only", "switch", "--threshold", "0.01")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)  # it repeats
        more = self.costs("--base", one, "--head", two, "--only", "switch")
        self.assertEqual(more.returncode, 3, more.stdout + more.stderr)
        for words in ("1.000 to 2.000 system calls", "1.000 to 2.000 clock reads", "1.000 to 2.000 allocations"):
            self.assertIn(words, more.stdout)
        longer = self.costs("--base", one, "--head", spun, "--only", "switch")
        self.assertEqual(longer.returncode, 3, longer.stdout + longer.stderr)
        self.assertRegex(longer.stdout, r"in spin ")
        self.assertNotIn("system calls;", longer.stdout)

    def test_a_program_that_takes_no_size(self):
        """An older build's: it has no such operation, rather than one that costs nothing."""
        done = self.costs("--base", self.build("old", ignored=1), "--head", self.build("new"), "--only", "switch")
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^switch .* new$")

    def test_no_valgrind(self):
        build = self.build("one")
        (self.dir / "bin").mkdir()
        done = self.costs("--head", build, "--only", "switch", PATH=str(self.dir / "bin"))
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("valgrind", done.stderr)

    def test_a_program_that_fails(self):
        build = self.build("one")
        subprocess.run(["cc", "-o", build / "runtime" / "perf" / "perf_switch", "-x", "c", "-"],
                       input="int main(void){return 9;}", text=True, check=True, timeout=60)
        done = self.costs("--head", build, "--only", "switch", "--write", self.dir / "x")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("status 9", done.stderr)
        self.assertFalse((self.dir / "x").exists())

    def test_a_sanitizer(self):
        build = self.build("one")
        (build / "meson-info" / "intro-targets.json").write_text(json.dumps([{
            "name": "iort-objects", "target_sources": [{"language": "c", "parameters": ["-fsanitize=address"]}]}]))
        self.assertEqual(self.costs("--head", build, "--only", "switch").returncode, 5)

    def test_the_runtime(self):
        """The real ones count, where they are no sanitizer's: a bare switch is a few instructions and nothing else."""
        if support.sanitizers():
            self.skipTest("a sanitizer's build")
        build = pathlib.Path(support.IORACE).parent.parent
        done = self.costs("--head", build, "--only", "switch", "--write", self.dir / "costs.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        cost = json.loads((self.dir / "costs.json").read_text())["cells"]["switch"]
        self.assertLess(cost["instructions"], 300)
        self.assertEqual([cost[name] for name in ("system_calls", "clock_reads", "allocations")], [0, 0, 0])


if __name__ == "__main__":
    support.main()
