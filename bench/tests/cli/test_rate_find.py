"""A whole search for the highest rate: a sleep of 2 ms, four at once, can be done 2000 times a second and no more."""
import os
import re
import subprocess
import sys

import support


class Find(support.Case):
    def test_find(self):
        done = self.run_ok("--workload", "sleep", "--delay-ms", 2, "--concurrency", 4, "--runner", "threads,coroutines", "--rate",
                           "find", "--duration-s", 1, timeout=200)
        directory = support.latest(self.dir).resolve()
        trials = support.read_trials(directory)
        words = re.sub(r"\s+", " ", done.stdout)
        for runner, subject in (("threads", "a thread pool"), ("coroutines", "coroutines")):
            own = [trial for trial in trials if trial["runner"] == runner]
            self.assertLessEqual(len(own), 40)
            kept = max(t["offered_per_s"] for t in own if "saturated" not in t["flags"].split())
            if os.getloadavg()[0] < 1.5:  # on a busy machine jobs are late at lower rates
                self.assertGreater(kept, 1000)
            self.assertLess(kept, 2100)
            found = re.search(rf"{subject} kept up with ([0-9,]+) a second [^;]* and not with ([0-9,]+)", words)
            self.assertIsNotNone(found, words)
            low, high = (float(number.replace(",", "")) for number in found.groups())
            self.assertLessEqual(low, 2100)
            self.assertLessEqual(high, low * 1.06)
        self.assertTrue((directory / "charts" / "rate-1.svg").exists())
        checked = subprocess.run([sys.executable, support.SOURCE / "scripts" / "check-results", directory],
                                 capture_output=True, text=True)
        self.assertIn(checked.returncode, (0, 77), checked.stdout + checked.stderr)


if __name__ == "__main__":
    support.main()
