"""Row 26 of the table of faults: a trial that dies, hangs or talks nonsense is a failed one with the signal or the reason,
under a run (see test_faults_local.py and test_interrupt.py, too) and under a gate; what else was to be done is done.

A process is taken to hang after a minute more than its trial was reckoned to take, ten times over: hence the suite.
"""
import os
import re
import signal
import time

import gate_support
import support

# What the runner's program does in the second block of cell "two", and nothing else in the others.
IN_BLOCK_2 = 'if spec["cell"] == "two" and spec["block"] == 2: {}'
LIMIT_S = 60


class GateTrials(gate_support.GateCase):
    def check(self, name, do, *says):
        done = self.against(self.arm("head", IN_BLOCK_2.format(do)), scenario="two.ini", out=name)
        self.assertStatus(done, 1)
        self.assertRegex(done.stderr, r"\Aiorace[^\n]*: [^\n]+\n\Z")
        bad = [line for line in self.lines("trial", name) if line["state"] != "ok"]
        self.assertEqual({(line["cell"], line["block"]) for line in bad}, {("two", 2)})
        for line in bad:
            self.assertEqual(line["state"], "failed")
            self.assertRegex(line["reason"], says[0])
            self.assertIsNone(line["wall_s"])
        verdicts = self.verdicts(name)
        self.assertEqual(verdicts["two"], "failed")
        self.assertNotIn(verdicts["one"], ("failed", "no data"))  # it was gone on with
        self.assertEqual({line["block"] for line in self.lines("trial", name) if line["cell"] == "one"},
                         set(range(1, 1 + max(line["block"] for line in self.lines("trial", name)))))
        self.assertFalse(self.result(name)["partial"])
        return bad

    def test_dies(self):
        for name, says in {"SIGKILL": r"signal 9 \(Killed\); out of memory\?", "SIGSEGV": r"signal 11 \(Seg",
                           "SIGABRT": r"signal 6 \("}.items():
            with self.subTest(name):
                self.check(name, f"import signal; os.kill(os.getpid(), signal.{name})", says)

    def test_garbage(self):
        for name, do in {"nothing": "sys.exit(0)", "words": "print('hello'); sys.exit(0)",
                         "bytes": r"os.write(1, b'\377\376\0\n{'); sys.exit(0)",
                         "half": """print('{"type":"trial","wall_s":', end=""); sys.exit(0)"""}.items():
            with self.subTest(name):
                self.check(name, do, "status 0 and no result")


class Hang(gate_support.GateCase):
    def assertLimit(self, bad, begun):
        """Not before its time, nor much later."""
        self.assertGreaterEqual(bad["proc_wall_s"], LIMIT_S)
        self.assertLess(time.monotonic() - begun, 2 * LIMIT_S + 30)
        said, = re.findall(r"hung: killed after (\d+) s", bad["reason"])
        self.assertAlmostEqual(int(said), bad["proc_wall_s"], delta=3)

    def test_run(self):
        """Its program is stopped, as by a fault that leaves it waiting for ever."""
        self.write("s.ini", gate_support.ONE_CELL.replace("runner = coroutines", "runner = threads,coroutines\nblocks = 2")
                   .replace("delay-ms = 20", "delay-ms = 400"))
        begun = time.monotonic()
        process = self.workspace.popen("run", "s.ini", "--out", "run", "--no-charts")
        support.wait_until(lambda: (self.dir / "run" / "run.ndjson").exists() and
                           len(support.read_trials(self.dir / "run")) >= 1, what="a trial")
        os.kill(self.workspace.child("trial"), signal.SIGSTOP)
        _, errors = process.communicate(timeout=3 * LIMIT_S)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(errors.decode(), r"\Aiorace: [^\n]+\n\Z")
        trials = support.read_trials(self.dir / "run")
        self.assertEqual([trial["state"] for trial in trials], ["ok", "failed", "ok", "ok"])
        self.assertIsNone(trials[1]["wall_s"])
        self.assertLimit(trials[1], begun)

    def test_gate(self):
        begun = time.monotonic()
        done = self.against(self.arm("head", IN_BLOCK_2.format("import time; time.sleep(600)")), scenario="two.ini",
                            timeout=4 * LIMIT_S)
        self.assertStatus(done, 1)
        bad, = [line for line in self.lines("trial") if line["state"] != "ok"]
        self.assertEqual((bad["cell"], bad["block"]), ("two", 2))
        self.assertLimit(bad, begun)
        self.assertEqual(self.verdicts()["two"], "failed")
        self.assertNotIn(self.verdicts()["one"], ("failed", "no data"))


if __name__ == "__main__":
    support.main()
