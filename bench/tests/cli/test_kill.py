"""kill -9 at a hundred random moments of a run: what stands in the directory is whole, or not there at all."""
import json
import os
import random
import time

import support

ARGS = ["run", "--body-bytes", "50", "--jobs", "4", "--delay-ms", "2", "--blocks", "4", "--no-charts"]
MOMENTS = 100


class Kill(support.Case):
    def test_random_moments(self):
        stream, with_trials, complete = random.Random(20), 0, 0
        begin = time.monotonic()
        self.run_ok(*ARGS[1:], "--out", "whole")
        length_s = time.monotonic() - begin
        for number in range(MOMENTS):
            process = self.workspace.popen(*ARGS, "--out", f"out{number}")
            time.sleep(stream.uniform(0, 1.1 * length_s))
            process.kill()
            process.communicate()
            self.assertEqual(self.workspace.wait_for_processes_to_end(), [], "processes left behind")
            trials = self.check(self.dir / f"out{number}")
            with_trials += trials > 0
            complete += trials == 12
        self.assertGreater(with_trials, MOMENTS // 5)  # else the moments were badly chosen
        self.assertLess(complete, MOMENTS)

    def check(self, directory):
        """Returns how many trials are there."""
        if not (directory / "run.ndjson").exists():
            return 0
        before = (directory / "run.ndjson").read_bytes()
        lines = before.split(b"\n")[:-1]
        trials = sum(json.loads(line)["type"] == "trial" for line in lines)
        for name in os.listdir(directory):
            if name.endswith(".csv"):  # whole or not there: every row has every column
                rows = support.read_csv(directory / name)
                self.assertTrue(rows and all(None not in row and None not in row.values() for row in rows), name)
        done = self.iorace("report", directory)
        if len(lines) < 1:
            self.assertIn(done.returncode, (2, 5), done.stderr)
            return 0
        self.assertStatus(done, 0)
        self.assertEqual((directory / "run.ndjson").read_bytes(), before)
        self.assertEqual(len(support.read_csv(directory / "trials.csv")), trials)
        return trials


if __name__ == "__main__":
    support.main()
