"""Numbers that somebody else saw too: the log of a server that is not ours, time(1), and the kernel's accounts of the
process."""
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess

import servers
import support

ONE = ["--blocks", "1", "--no-charts"]
AGREED = 0.03  # of a figure


class ServerLog(support.Case):
    """Jobs, bytes and warm-up as nginx wrote them down."""

    SIZES = [0, 1, 999, 16384, 100001, 3000000]
    JOBS, WORKERS = 203, 7

    def setUp(self):
        super().setUp()
        stream = random.Random(4)
        for number, size in enumerate(self.SIZES):
            self.write(f"www/{number}.bin", stream.randbytes(size))
        self.server = servers.Nginx(self.dir, self.dir / "www", log="$status $body_bytes_sent $uri $http_user_agent")
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.urls = [f"{self.server.url}/{number}.bin" for number in range(len(self.SIZES))]

    def lines(self, agent):
        """(status, bytes, path) of each request of this user agent."""
        found = [line.split(" ", 3) for line in self.server.access_log.read_text().splitlines()]
        return [(int(status), int(size), path) for status, size, path, by in found if by.startswith(agent)]

    def one_trial(self, runner, *args):
        """The trial, and what the log says of its jobs and of what came before them."""
        self.server.access_log.write_text("")
        done = self.iorace("run", "--url-file", "urls.txt", "--jobs", self.JOBS, "--concurrency", self.WORKERS, "--runner",
                           runner, "--out", runner, *ONE, *args)
        trial, = support.read_trials(self.dir / runner)
        # The line of the last request is written a moment after its last byte.
        support.wait_until(lambda: len(self.lines("iorace/")) >= self.JOBS, what="the log")
        return done, trial, self.lines("iorace/"), self.lines("iorace-warmup")

    def test_jobs_and_bytes(self):
        self.write("urls.txt", "\n".join(self.urls) + "\n")
        for runner in support.RUNNERS:
            with self.subTest(runner):
                done, trial, jobs, warmups = self.one_trial(runner)
                self.assertStatus(done, 0)
                self.assertEqual(len(jobs), self.JOBS)
                self.assertEqual(trial["ok"], self.JOBS)
                self.assertEqual(trial["bytes"], sum(size for _, size, _ in jobs))
                self.assertEqual(sorted(path for _, _, path in jobs),
                                 sorted(f"/{job % len(self.SIZES)}.bin" for job in range(self.JOBS)))
                # The run itself fetched each URL twice, to know what to expect.
                self.assertEqual(len(warmups), trial["warmup_requests"] + 2 * len(self.urls))
                self.assertEqual(trial["warmup_requests"], 1 if runner == "serial" else self.WORKERS)

    def test_jobs_that_fail(self):
        """Counted as failed by what the server answered."""
        self.write("urls.txt", f"{self.urls[3]}\n{self.server.url}/missing\n{self.urls[4]}\n")
        for runner in support.RUNNERS:
            with self.subTest(runner):
                done, trial, jobs, _ = self.one_trial(runner)
                self.assertStatus(done, 1)
                bad = [line for line in jobs if line[0] == 404]
                self.assertEqual(len(jobs), self.JOBS)
                self.assertEqual((trial["ok"], trial["failed"]), (self.JOBS - len(bad), len(bad)))
                self.assertEqual(len(bad), len(range(1, self.JOBS, 3)))
                self.assertEqual(trial["bytes"], sum(size for _, size, _ in jobs))


# The run starts its trials itself, and measures them from there. Here each is started by time(1) in between, so that both
# look at the same process at the same time, however busy the machine is.
BETWEEN = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int spawn_fn(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                     char *const[]);

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    static spawn_fn *next;
    static char program[4096];
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "posix_spawn");
    if (strcmp(path, "/proc/self/exe") != 0 || !argv[1] || strcmp(argv[1], "trial") != 0)
        return next(pid, path, actions, attributes, argv, envp);
    if (readlink(path, program, sizeof(program) - 1) < 0)
        abort();
    char *by_time[] = {"time", "-a", "-o", getenv("TIME_LOG"), "-f", "%e %U %S %M", program, "trial", NULL};
    return next(pid, getenv("TIME_PROGRAM"), actions, attributes, by_time, envp);
}
"""


class Time(support.SharedCase):
    """The figures of the whole process, and time(1)'s of the same."""

    JOBS, SPIN_US = 1100, 2000
    RUNNERS = support.RUNNERS

    @classmethod
    def prepare(cls):
        if support.sanitizers():
            raise support.unittest.SkipTest("a sanitizer's memory and threads are not the program's")
        program = shutil.which("time")
        if not program or b"GNU" not in subprocess.run([program, "--version"], capture_output=True).stdout:
            raise support.unittest.SkipTest("GNU time is not installed")
        preload = support.build_preload(cls.workspace, "between", BETWEEN)
        cls.workspace.write("s.ini", f"""[run]
blocks = 1
runner = {",".join(cls.RUNNERS)}
[cell busy]
workload = sleep
delay-ms = 0
jobs = {cls.JOBS}
concurrency = 4
spin-us = {cls.SPIN_US}
[cell large]
workload = download
jobs = 2
concurrency = 2
body-bytes = 25000000
spin-us = 1000
""")
        log = cls.dir / "time.log"
        cls.done = cls.workspace.iorace("run", "s.ini", "--save", "kept", "--no-charts", timeout=250, env={
            "LD_PRELOAD": preload, "TIME_LOG": str(log), "TIME_PROGRAM": program})
        cls.trials = support.read_trials(support.latest(cls.dir))
        cls.seen = [list(map(float, line.split())) for line in log.read_text().splitlines()]

    def pairs(self, cell=None):
        """Each trial, and (wall, user, system, rss) by time(1): both in the order they ran."""
        self.assertStatus(self.done, 0)
        self.assertEqual(len(self.seen), len(self.trials))
        return [(trial, seen) for trial, seen in zip(self.trials, self.seen) if cell in (None, trial["cell"])]

    def assertAgree(self, ours, theirs, trial):
        self.assertAlmostEqual(ours, theirs, delta=AGREED * theirs, msg=f"{trial['cell']} {trial['runner']}")

    def test_wall(self):
        for trial, (wall_s, *_) in self.pairs("busy"):
            self.assertGreaterEqual(wall_s, self.JOBS * self.SPIN_US / 1e6)
            self.assertAgree(trial["proc_wall_s"], wall_s, trial)
            self.assertLessEqual(trial["wall_s"] + trial["setup_s"], trial["proc_wall_s"])

    def test_by_hand(self):
        """A trial that no run has started knows of its process what can be known from inside."""
        done = self.workspace.iorace("run", "--workload", "sleep", "--delay-ms", "0", "--jobs", "550", "--spin-us", "4000",
                                     "--runner", "serial", "--blocks", "1", "--dry-run", "--json")
        self.assertStatus(done, 0)
        log = self.dir / "hand.log"
        told = subprocess.run(["time", "-o", str(log), "-f", "%e %U %S %M", support.IORACE, "trial"], text=True,
                              input=done.stdout.splitlines()[0], stdout=subprocess.PIPE, check=True, timeout=60).stdout
        trial = json.loads(told.splitlines()[0])
        wall_s, user_s, sys_s, _ = map(float, log.read_text().split())
        self.assertGreaterEqual(user_s, 2)
        self.assertAgree(trial["proc_wall_s"], wall_s, trial)
        self.assertAgree(trial["proc_user_s"] + trial["proc_sys_s"], user_s + sys_s, trial)

    def test_cpu(self):
        for trial, (_, user_s, sys_s, _) in self.pairs("busy"):
            proc_s, inside_s = (trial[f"{what}_user_s"] + trial[f"{what}_sys_s"] for what in ("proc", "cpu"))
            self.assertAgree(proc_s, user_s + sys_s, trial)
            # Inside of the bracket was all the work, to the last job of whichever thread, and little else outside.
            self.assertGreaterEqual(inside_s, self.JOBS * self.SPIN_US / 1e6, trial["runner"])
            self.assertLessEqual(inside_s, proc_s, trial["runner"])
            self.assertAgree(inside_s, proc_s, trial)

    def test_memory(self):
        for trial, (*_, rss_kib) in self.pairs("large"):  # bodies are kept until they are saved
            self.assertGreater(rss_kib, 25000)
            self.assertAgree(trial["rss_peak_kib"], rss_kib, trial)
        # In a small one it shows that the kernel's own count for wait4 is inexact: up to 64 pages a CPU are not in it yet.
        for trial, (*_, rss_kib) in self.pairs("busy"):
            self.assertLess(abs(rss_kib - trial["rss_peak_kib"]), 200 + 256 * os.cpu_count(), trial["runner"])


PTRACE_CONT, PTRACE_SEIZE, PTRACE_O_TRACEEXIT, PTRACE_EVENT_EXIT = 7, 0x4206, 0x40, 6


class Switches(support.Case):
    """Context switches, as the kernel counted them for the process from its start to its exit."""

    WORKERS = 5

    def setUp(self):
        super().setUp()
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.libc.ptrace.restype = ctypes.c_long

    def trial(self, *args):
        """Run one. Returns its line, /proc/PID/status as it stood when the process was about to vanish, and its rusage."""
        done = self.iorace("run", *args, "--blocks", "1", "--dry-run", "--json")
        self.assertStatus(done, 0)
        spec, = done.stdout.splitlines()
        # LeakSanitizer is a tracer itself.
        leaks = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        with open(self.dir / "line", "wb") as out:
            process = self.workspace.popen("trial", stdin=subprocess.PIPE, stdout=out, env={"ASAN_OPTIONS": leaks})
        pid = process.pid
        if self.libc.ptrace(PTRACE_SEIZE, pid, None, PTRACE_O_TRACEEXIT) != 0:
            process.kill()
            process.communicate()
            self.skipTest(f"may not look at a process as it ends: {os.strerror(ctypes.get_errno())}")
        process.stdin.write(spec.encode())
        process.stdin.close()
        _, status = os.waitpid(pid, 0)
        self.assertEqual(status >> 8, signal.SIGTRAP | PTRACE_EVENT_EXIT << 8)
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.libc.ptrace(PTRACE_CONT, pid, None, None)
        _, status, usage = os.wait4(pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        self.assertEqual(process.returncode, 0)
        line = json.loads((self.dir / "line").read_text().splitlines()[0])
        self.assertEqual(line["state"], "ok", line["reason"])
        return line, dict(row.split(":\t", 1) for row in text.splitlines()), usage

    def test_waiting(self):
        jobs = 500
        for runner in support.RUNNERS:
            with self.subTest(runner):
                trial, status, usage = self.trial("--workload", "sleep", "--delay-ms", "1", "--jobs", str(jobs),
                                                  "--concurrency", str(self.WORKERS), "--runner", runner)
                # Outside of the bracket: reading the spec, starting the workers, each of which waits at two barriers and is
                # waited for, and writing the result.
                outside = usage.ru_nvcsw - trial["ctx_voluntary"]
                self.assertGreaterEqual(outside, 1)
                self.assertLessEqual(outside, 40 + 6 * self.WORKERS)
                self.assertGreaterEqual(usage.ru_nivcsw, trial["ctx_involuntary"])
                if runner == "coroutines":
                    self.assertGreaterEqual(trial["ctx_voluntary"], jobs / self.WORKERS * 0.9)
                else:  # each job is one wait in the kernel
                    self.assertGreaterEqual(trial["ctx_voluntary"], jobs)
                if not support.sanitizers():
                    self.assertLessEqual(trial["ctx_voluntary"], 1.5 * jobs + 50)
                if runner != "threads":  # the file speaks of the main thread, which here is the only one
                    seen = int(status["voluntary_ctxt_switches"])
                    self.assertLessEqual(trial["ctx_voluntary"], seen)
                    self.assertLessEqual(seen, usage.ru_nvcsw)
                    self.assertLessEqual(int(status["nonvoluntary_ctxt_switches"]), usage.ru_nivcsw)

    def test_being_interrupted(self):
        """Work on one CPU beside somebody else's."""
        cpu = min(os.sched_getaffinity(0))
        for runner in support.RUNNERS:
            with self.subTest(runner), support.Hog({cpu}):
                trial, _, usage = self.trial("--workload", "sleep", "--delay-ms", "0", "--spin-us", "1000", "--jobs", "300", "--concurrency",
                                             str(self.WORKERS), "--runner", runner, "--cpus", str(cpu))
                self.assertGreaterEqual(trial["ctx_involuntary"], 5)
                outside = usage.ru_nivcsw - trial["ctx_involuntary"]
                self.assertGreaterEqual(outside, 0)
                if not support.sanitizers():  # whose start takes as long as the jobs
                    self.assertLessEqual(outside, 30 + 0.2 * usage.ru_nivcsw)

    def test_cpu_and_memory_inside_and_out(self):
        for runner in support.RUNNERS:
            with self.subTest(runner):
                trial, status, usage = self.trial("--workload", "sleep", "--delay-ms", "0", "--spin-us", "1000", "--jobs", "300", "--concurrency",
                                                  str(self.WORKERS), "--runner", runner)
                inside_s, whole_s = trial["cpu_user_s"] + trial["cpu_sys_s"], usage.ru_utime + usage.ru_stime
                self.assertGreaterEqual(inside_s, 0.3)
                self.assertLessEqual(inside_s, whole_s)
                # Read as the process exits: nothing has come after ours. (A sanitizer's leak check does.)
                outside_kib = int(status["VmHWM"].split()[0])
                self.assertLess(trial["rss_peak_kib"] - outside_kib, 100)
                if not support.sanitizers():
                    self.assertLess(outside_kib - trial["rss_peak_kib"], 100)


if __name__ == "__main__":
    support.main()
