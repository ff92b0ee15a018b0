"""Does it say so when its numbers are not to be believed: somebody else had the CPUs, the test server was what was measured,
the harness cost as much as the job?"""
import os
import re
import signal
import time

import servers
import support

ONE = ["--blocks", "1", "--no-charts"]


def flags(trial):
    return trial["flags"].split()


def two_cpus():
    """The first two CPUs that we may use; skips where there is one."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise support.unittest.SkipTest("there is one CPU only")
    return cpus[:2]


class Doubts(support.Case):
    def flat(self, text):
        return re.sub(r"\s+", " ", text)

    def assertWarned(self, done, run_dir, sentence):
        """In the table, in the page, and again when it is made again."""
        self.assertRegex(self.flat(done.stdout), "Warning: " + sentence)
        page = self.flat((run_dir / "report.html").read_text())
        self.assertRegex(page, "<li>" + sentence)
        again = self.iorace("report", run_dir, "--no-files")
        self.assertRegex(self.flat(again.stdout), "Warning: " + sentence)


class Others(Doubts):
    """A process of the test's uses the CPUs of the jobs. (That a quiet run is not marked cannot be promised to a test: the
    arithmetic is in test_other_cpu.c.)"""

    def test_a_hog(self):
        """Beside jobs that work, and beside jobs that wait: their figures are the same doubtful ones."""
        cpu = min(os.sched_getaffinity(0))
        self.write("s.ini", f"""[run]
blocks = 1
runner = serial,coroutines
cpus = {cpu}
[cell busy]
workload = sleep
jobs = 300
delay-ms = 0
concurrency = 1
spin-us = 1000
[cell waiting]
workload = sleep
jobs = 100
delay-ms = 5
concurrency = 1
""")
        with support.Hog({cpu}):
            done = self.run_ok("s.ini", "--no-charts")
        run_dir = support.latest(self.dir)
        trials = support.read_trials(run_dir)
        self.assertEqual(len(trials), 4)
        for trial in trials:
            with self.subTest(f"{trial['cell']} {trial['runner']}"):
                self.assertEqual(flags(trial), ["disturbed"])
                self.assertGreater(trial["other_cpu_share"], 0.25 if trial["cell"] == "busy" else 0.7)
                self.assertLessEqual(trial["other_cpu_share"], 1)
        self.assertWarned(done, run_dir, r"In 4 of 4 runs other programs, [^.]+ up to (\d\d|100) %, so these runs may have taken longer than they need: ")
        for row in support.read_csv(run_dir / "trials.csv"):
            self.assertEqual(row["flags"], "disturbed")
            self.assertGreater(float(row["other_cpu_share"]), 0.25)

    def test_a_hog_on_the_test_servers_cpu(self):
        """It slows the answers down: that is in the figures of the jobs, too."""
        client, server = two_cpus()
        self.addCleanup(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, {client, server})
        with support.Hog({server}):
            self.run_ok("--workload", "download", "--jobs", "300", "--delay-ms", "5", "--concurrency", "2", "--runner", "threads",
                        *ONE)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertIn("disturbed", flags(trial))

    def test_a_server_of_ones_own_is_no_disturbance(self):
        """What it uses is among the others', and told; but it is what the jobs are for."""
        with support.Origin() as origin, support.Hog({min(os.sched_getaffinity(0))}):
            self.run_ok("--url", origin.url + "/delay/5", "--jobs", "60", "--runner", "serial", *ONE)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertNotIn("disturbed", flags(trial))
        self.assertGreater(trial["other_cpu_share"], 0.1)


class LeftOut(Doubts):
    def test_a_cell_that_this_machine_has_too_few_cpus_for(self):
        self.write("s.ini", "[run]\nrunner = serial\njobs = 1\ndelay-ms = 0\n[cell here]\n[cell elsewhere]\nmin-cpus = 4000\n")
        done = self.run_ok("s.ini", *ONE)
        words = r"elsewhere is left out: it needs 4000 CPUs, here (is|are) \d+\."
        page = self.flat((support.latest(self.dir) / "report.html").read_text())
        for text in self.flat(done.stdout), page:  # below the tables: it is no reason to doubt what is there
            self.assertRegex(text, "Figures are medians [^<]*" + words)
            self.assertNotRegex(text, "(Warning: |<li>)" + words)


# A test server that works a third of a millisecond for each answer: far more than a client for asking.
SLOW = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

static int serves;

__attribute__((constructor)) static void look(void)
{
    char line[64] = "";
    FILE *file = fopen("/proc/self/cmdline", "r");
    serves = file && fread(line, 1, sizeof(line) - 1, file) > 12 && strcmp(line + strlen(line) + 1, "serve") == 0;
    if (file)
        fclose(file);
}

static void work(void)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while (serves && (now.tv_sec - begin.tv_sec) * 1000000000L + now.tv_nsec - begin.tv_nsec < 333333);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "write");
    work();
    return next(fd, bytes, size);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    static ssize_t (*next)(int, const void *, size_t, int);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "send");
    work();
    return next(fd, bytes, size, flags);
}
"""


class TestServer(Doubts):
    def test_saturated(self):
        two_cpus()
        preload = support.build_preload(self.workspace, "slow", SLOW)
        done = self.run_ok("--jobs", "1500", "--concurrency", "8", "--runner", "threads", "--body-bytes", "100", *ONE,
                           env={"LD_PRELOAD": preload})
        trial, = support.read_trials(support.latest(self.dir))
        if flags(trial) == ["disturbed"]:
            self.skipTest(f"others had {trial['other_cpu_share']:.0%} of the CPUs, so the server could not use up its own")
        self.assertIn("origin_saturated", flags(trial))
        self.assertGreater(trial["server_cpu_s"], 0.9 * trial["wall_s"])
        self.assertGreater(trial["server_busy_share"], 0.9)
        self.assertWarned(done, support.latest(self.dir),
                          r"In 1 of 1 run the test server had hardly any time left, busy for up to \d+ %, "
                          r"so it was measured and not the runner: thread pool in download \(1 of 1 run\)\.")

    def test_not_saturated(self):
        """Nor where it works as hard as that, but for a short while only."""
        done = self.run_ok("--workload", "download", "--jobs", "60", "--concurrency", "8", "--runner", "threads", "--delay-ms",
                           "20", *ONE)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertNotIn("origin_saturated", flags(trial))
        self.assertLess(trial["server_cpu_s"], 0.5 * trial["wall_s"])
        self.assertNotIn("hardly any time left", done.stdout)

    def test_late(self):
        """The server stands still for a fifth of a second, in which ten answers are due."""
        process = self.workspace.popen("run", "--workload", "download", "--jobs", "200", "--concurrency", "10", "--delay-ms",
                                       "50", "--runner", "threads", *ONE)
        server = self.workspace.child("serve")
        self.workspace.child("trial")
        time.sleep(0.4)
        os.kill(server, signal.SIGSTOP)
        time.sleep(0.2)
        os.kill(server, signal.SIGCONT)
        out, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertIn("origin_late", flags(trial))
        self.assertGreaterEqual(trial["server_late_p99_ms"], 100)
        self.assertAlmostEqual(trial["server_late_p99_ms"], trial["server"]["late_p99_us"] / 1000, delta=0.001)
        self.assertNotIn("origin_saturated", flags(trial))
        sentence = r"In 1 of 1 run the test server answered later than asked, one answer in a hundred by up to [\d.]+ m?s, "
        self.assertRegex(self.flat(out.decode()), "Warning: " + sentence)

    def test_no_delays(self):
        self.run_ok("--workload", "download", "--jobs", "20", "--runner", "serial", *ONE)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertIsNone(trial["server_late_p99_ms"])
        self.assertNotIn("origin_late", flags(trial))


class Harness(Doubts):
    def test_it_says_what_it_costs(self):
        self.write("s.ini", """[run]
blocks = 1
[cell sleep]
workload = sleep
delay-ms = 10x1
[cell harness]
workload = null
runner = null,serial,threads,coroutines
jobs = 20000
concurrency = 20
""")
        done = self.run_ok("s.ini", "--no-charts")
        trials = {trial["runner"]: trial for trial in support.read_trials(support.latest(self.dir))
                  if trial["cell"] == "harness"}
        sentence = (r"The harness itself, which takes and times the jobs, costs this much CPU a job \(of empty ones\): "
                    r"empty jobs \(the harness alone\) [\d.]+ (ns|us|.s), one after another \(serial\) [\d.]+ (ns|us|.s), "
                    r"thread pool [\d.]+ (ns|us|.s), coroutines [\d.]+ (ns|us|.s)\.")
        self.assertRegex(self.flat(done.stdout), sentence)
        self.assertRegex(self.flat((support.latest(self.dir) / "report.html").read_text()), sentence)
        if support.sanitizers():
            return
        # Two readings of the clock and two counters: the clock's readings alone are more than half of it.
        for runner, trial in trials.items():
            self.assertLess(trial["cpu_us_per_job"], 3, runner)
        # An empty job is no dearer than none: what is called the harness's cost is not the workload's.
        self.assertLess(trials["serial"]["cpu_us_per_job"], 2 * trials["null"]["cpu_us_per_job"] + 0.05)

    def test_the_null_runner_does_no_job(self):
        """No request, no work, no wait: whatever the workload."""
        with servers.RawServer(lambda connection, request: connection.sendall(servers.answer_with(b"x")) is None) as server:
            self.run_ok("--url", server.url, "--jobs", "50", "--runner", "null", *ONE)
            self.assertEqual(server.job_requests(), [])
        trial, = support.read_trials(support.latest(self.dir))
        self.assertEqual((trial["ok"], trial["warmup_requests"], trial["bytes"]), (50, 0, 0))
        self.run_ok("--workload", "sleep", "--delay-ms", "100", "--spin-us", "100000", "--jobs", "50", "--runner", "null",
                    *ONE, "--out", "sleep")
        trial, = support.read_trials(self.dir / "sleep")
        self.assertLess(trial["cpu_user_s"] + trial["cpu_sys_s"], 0.1)
        self.assertLess(trial["wall_s"], 1)


if __name__ == "__main__":
    support.main()
