"""Five thousand at once: nothing fails, nothing waits for its turn; or the limit that is in the way is named."""
import resource

import support


class Many(support.Case):
    def setUp(self):
        super().setUp()
        self.many = 500 if support.sanitizers() else 5000

    def trial(self, *args):
        self.run_ok(*args, "--jobs", self.many, "--concurrency", self.many, "--delay-ms", "1000", "--blocks", "1",
                    "--no-charts", timeout=120)
        trial, = support.read_trials(support.latest(self.dir))
        return trial

    def assertAllAtOnce(self, trial):
        self.assertEqual((trial["state"], trial["ok"], trial["failed"]), ("ok", self.many, 0), trial["reason"])
        self.assertGreaterEqual(trial["wall_s"], 1.0)
        self.assertLess(trial["wall_s"], 2.5 if not support.sanitizers() else 60)

    def assertDoneOrNamed(self, trial):
        if trial["state"] == "unsupported":
            self.assertRegex(trial["reason"], rf"^pthread_create: .* after \d+ of {self.many} workers$")
        else:
            self.assertEqual((trial["state"], trial["ok"], trial["failed"]), ("ok", self.many, 0), trial["reason"])
            self.assertLess(trial["wall_s"], 60)

    def test_sleep_coroutines(self):
        trial = self.trial("--workload", "sleep", "--runner", "coroutines")
        self.assertAllAtOnce(trial)
        if not support.sanitizers():
            self.assertEqual(trial["threads_peak"], 1)

    def test_sleep_threads(self):
        self.assertDoneOrNamed(self.trial("--workload", "sleep", "--runner", "threads"))

    def test_download_coroutines(self):
        self.skip_without_descriptors()
        trial = self.trial("--body-bytes", "100", "--runner", "coroutines")
        self.assertAllAtOnce(trial)
        self.assertEqual(trial["server"]["requests"], self.many)

    def test_download_threads(self):
        self.skip_without_descriptors()
        self.assertDoneOrNamed(self.trial("--body-bytes", "100", "--runner", "threads"))

    def skip_without_descriptors(self):
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < self.many + 200:
            self.skipTest(f"the hard limit of descriptors is below {self.many + 200}")


if __name__ == "__main__":
    support.main()
