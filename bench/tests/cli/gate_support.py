"""Arms for gates: programs that stand between the gate and the real one, and do something to it on the way."""
import json
import pathlib
import shutil

import support

# Two cells that wait, in next to no time; what is compared is how long.
SCENARIO = """# Two cells that wait.
[run]
runner = coroutines
[cell one]
workload = sleep
delay-ms = 20
jobs = 8
concurrency = 8
[cell two]
workload = sleep
delay-ms = 10
jobs = 8
concurrency = 4
"""

ONE_CELL = SCENARIO[:SCENARIO.index("[cell two]")]

# DO is lines of Python that may change `spec`, or end the program. AFTER, if there is any, may change `line`, a trial's.
ARM = '''#!/usr/bin/python3 -IS
import json, os, subprocess, sys
spec = json.loads(sys.stdin.buffer.read())
settings = spec["settings"]
{do}
told = json.dumps(spec).encode()
after = {after!r}
if after:
    done = subprocess.run([{iorace!r}, "trial"], input=told, stdout=subprocess.PIPE, pass_fds=(3,))
    for text in done.stdout.splitlines():
        line = json.loads(text)
        if line["type"] == "trial":
            exec(after)
        print(json.dumps(line))
    sys.exit(done.returncode)
fd = os.memfd_create("spec")
os.write(fd, told)
os.lseek(fd, 0, os.SEEK_SET)
os.dup2(fd, 0)
os.execv({iorace!r}, ["iorace"] + sys.argv[1:])
'''

SLOWER = 'settings["delay-ms"] = str(float(settings.get("delay-ms", 0)) * 1.8)'


class GateCase(support.Case):
    def setUp(self):
        super().setUp()
        self.write("two.ini", SCENARIO)
        self.write("one.ini", ONE_CELL)

    def arm(self, name, do="pass", after=""):
        path = self.write(name, ARM.format(do=do, after=after, iorace=support.IORACE))
        path.chmod(0o755)
        return path

    def gate(self, *args, out="out", **options):
        """Run a gate in the directory; no charts unless they are asked for."""
        return self.iorace("gate", *args, "--out", out, *([] if options.pop("charts", False) else ["--no-charts"]),
                           **options)

    def against(self, head, *args, base=None, scenario="one.ini", **options):
        return self.gate(scenario, "--base", base or self.arm("base"), "--head", head, *args, **options)

    def settled(self, run, status, tries=4):
        """What run() gives with this status. A machine that others disturb makes a gate inconclusive, as it should: then
        it is asked again. Any other verdict than the one that is due is wrong at once."""
        for left in reversed(range(tries)):
            done = run()
            if done.returncode == status or not left or "inconclusive" not in self.verdicts().values():
                break
            shutil.rmtree(self.dir / "out")
        self.assertStatus(done, status)
        return done

    def result(self, out="out"):
        return json.loads((self.dir / out / "gate.json").read_text())

    def lines(self, kind=None, out="out"):
        text = (pathlib.Path(self.dir) / out / "gate.ndjson").read_text()
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        return [line for line in lines if kind in (None, line["type"])]

    def verdicts(self, out="out"):
        return {cell["cell"]: cell["verdict"] for cell in self.result(out)["cells"]}
