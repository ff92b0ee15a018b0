"""What goes wrong on one's own side: rows 8, 14, 15, 21, 22 and 26 of the table of faults."""
import contextlib
import gzip
import os
import shutil
import signal
import subprocess
import sys
import time

import servers
import support

ONE = ["--blocks", "1", "--no-charts"]


class Bodies(support.Case):
    """Row 8: bodies that are more than they say. Nothing is decoded, so what comes is what counts."""

    MOST = 1 << 30  # of one body

    def test_endless_body(self):
        """Cut off at the limit that the client itself counts, however fast it comes."""
        piece = b"x" * (1 << 20)

        def answer(connection, request):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")

        with servers.RawServer(answer) as server:
            done = self.iorace("run", "--url", server.url, "--jobs", "1", "--runner", "coroutines", "--verify", "status",
                               "--connections", "cold", *ONE, timeout=200)
        self.assertStatus(done, 1)
        trial, = support.read_trials(support.latest(self.dir))
        self.assertEqual([failure["class"] for failure in trial["failures"]], ["too_large"])
        self.assertLessEqual(trial["bytes"], self.MOST)
        self.assertGreater(trial["bytes"], self.MOST - (1 << 20))
        if not support.sanitizers():
            self.assertLess(trial["rss_peak_kib"], 50 * 1024)

    def test_packed_bodies(self):
        """A bomb, a chain of encodings, one that is broken, and one that nobody knows: nobody asked for any."""
        bomb = gzip.compress(bytes(50 << 20))
        bodies = {"/bomb": (bomb, b"gzip"), "/chain": (gzip.compress(bomb), b"gzip, gzip, gzip, gzip, gzip, gzip, gzip"),
                  "/broken": (bomb[:-9] + b"broken", b"gzip"), "/unknown": (b"?" * 99, b"sdch")}

        def answer(connection, request):
            self.assertNotIn(b"encoding:", request.lower())
            body, encoding = bodies[servers.path_of(request)]
            connection.sendall(servers.answer_with(body, headers=b"Content-Encoding: " + encoding + b"\r\n"))
            return True

        with servers.RawServer(answer) as server:
            self.write("urls.txt", "".join(f"{server.url}{path}\n" for path in bodies))
            self.run_ok("--url-file", "urls.txt", "--save", "kept", *ONE)
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual(trial["bytes"], sum(len(body) for body, _ in bodies.values()))
            if not support.sanitizers():
                self.assertLess(trial["rss_peak_kib"], 40 * 1024)


class Descriptors(support.Case):
    def test_run_out_in_mid_run(self):
        """Row 14: enough for a connection a worker, too few for one to each of several hosts."""
        hosts, workers, limit = 10, 20, 80
        with servers.RawServer(lambda connection, request: connection.sendall(servers.answer_with(b"fine")) is None,
                               host="0.0.0.0") as server:
            self.write("urls.txt", "".join(f"http://127.0.0.{n + 1}:{server.port}/\n" for n in range(hosts)))
            done = self.iorace("run", "--url-file", "urls.txt", "--jobs", "400", "--concurrency", workers, "--verify",
                               "status", *ONE, limits={support.resource.RLIMIT_NOFILE: limit})
        self.assertStatus(done, 6)
        self.assertRegex(done.stderr, r"\Aiorace: [^\n]+\n\Z")
        trials = support.by_runner(support.read_trials(support.latest(self.dir)))
        self.assertEqual(trials["serial"]["state"], "ok")
        for runner in ("threads", "coroutines"):
            with self.subTest(runner):
                trial = trials[runner]
                self.assertEqual(trial["state"], "failed", trial["reason"])
                self.assertEqual({failure["class"] for failure in trial["failures"]}, {"local_limit"})
                self.assertEqual(trial["ok"] + trial["failed"], 400)


# Becomes root of a network of its own with a loopback and a few ports, and then iorace.
FEW_PORTS = """
import fcntl, os, socket, struct, sys
with socket.socket() as sock:
    fcntl.ioctl(sock, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
    file.write("50000 50019")
os.execv(sys.argv[1], sys.argv[1:])
"""


class Ports(support.Case):
    def test_run_out(self):
        """Row 15: twenty of them, for forty connections."""
        options = [] if os.getuid() == 0 else ["--map-root-user"]
        unshare = shutil.which("unshare")
        if not unshare or subprocess.run([unshare, "--net", *options, sys.executable, "-c", FEW_PORTS, "/bin/true"],
                                         capture_output=True).returncode:
            self.skipTest("no network of one's own can be had here")
        done = self.iorace("--net", *options, sys.executable, "-c", FEW_PORTS, support.IORACE, "run", "--workload",
                           "download", "--jobs", "80", "--delay-ms", "50", "--concurrency", "40", "--runner", "threads,coroutines",
                           *ONE, program=unshare)
        self.assertStatus(done, 6)
        self.assertRegex(done.stderr, r"\Aiorace: [^\n]+\n\Z")
        first, second = support.read_trials(support.latest(self.dir))
        self.assertEqual(first["state"], "failed")
        self.assertIn("local_limit", first["reason"])
        self.assertEqual({failure["class"] for failure in first["failures"]}, {"local_limit"})
        self.assertGreater(first["ok"], 0)
        self.assertEqual(second["state"], "failed")  # ports are given back after a minute


class Signals(support.Case):
    def test_stopped_and_continued(self):
        """Row 21: every wait of the kernel's comes back early again and again, in all three processes."""
        process = self.workspace.popen("run", "--workload", "download", "--jobs", "300", "--concurrency", "4", "--delay-ms", "5", *ONE)
        interruptions = 0
        while process.poll() is None:
            for pid, _ in self.workspace.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    time.sleep(0.001)
                    os.kill(pid, signal.SIGCONT)
                    interruptions += 1
            time.sleep(0.005)
        _, errors = process.communicate()
        self.assertEqual((process.returncode, errors), (0, b""))
        self.assertGreater(interruptions, 50)
        for trial in support.read_trials(support.latest(self.dir)):
            self.assertEqual((trial["state"], trial["ok"]), ("ok", 300), trial["reason"])
            self.assertGreaterEqual(trial["latency_p50_ms"], 5)


# The time of day jumps an hour to and fro with each look at it.
JUMPING = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

static long jump(void)
{
    static _Atomic unsigned count;
    return count++ % 2 ? 3600 : -3600;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    static int (*next)(clockid_t, struct timespec *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
    int error = next(clock, ret_time);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        ret_time->tv_sec += jump();
    return error;
}

int gettimeofday(struct timeval *ret_time, void *zone)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    ret_time->tv_sec = now.tv_sec;
    ret_time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *ret_time)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}
"""


class Clock(support.Case):
    def test_steps(self):
        """Row 22: neither waits nor figures look at the time of day."""
        if "thread" in support.sanitizers():
            self.skipTest("its runtime asks the time before the library can")
        preload = support.build_preload(self.workspace, "jumping", JUMPING)
        self.run_ok("--workload", "download", "--jobs", "60", "--concurrency", "5", "--delay-ms", "10", *ONE, env={"LD_PRELOAD": preload})
        for trial in support.read_trials(support.latest(self.dir)):
            with self.subTest(trial["runner"]):
                self.assertEqual((trial["state"], trial["ok"]), ("ok", 60), trial["reason"])
                rounds = 60 if trial["runner"] == "serial" else 12
                self.assertGreaterEqual(trial["wall_s"], rounds * 0.01)
                self.assertLess(trial["wall_s"], rounds * 0.01 + 10)
                self.assertGreaterEqual(trial["latency_p50_ms"], 10)
                self.assertLess(trial["latency_p90_ms"], 5000)
                self.assertLess(trial["server"]["late_max_us"], 5e6)
                for column in ("setup_s", "proc_wall_s", "server_cpu_s", "other_cpu_share"):
                    self.assertGreaterEqual(trial[column], 0)
                    self.assertLess(trial[column], 60)


# What a trial of the second block says instead of its line.
INSTEAD = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    static int (*next)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                       char *const[]);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "posix_spawn");
    if (strcmp(path, "/proc/self/exe") != 0 || !argv[1] || strcmp(argv[1], "trial") != 0)
        return next(pid, path, actions, attributes, argv, envp);
    char *instead[] = {"sh", getenv("INSTEAD"), NULL};
    unsetenv("LD_PRELOAD"); /* a shell is no place for a sanitizer's runtime */
    return next(pid, "/bin/sh", actions, attributes, instead, environ);
}
"""


class Trials(support.Case):
    def test_garbage(self):
        """Row 26: a failed trial that says so; the run goes on."""
        preload = support.build_preload(self.workspace, "instead", INSTEAD)
        for name, says in {"nothing": "true", "words": "echo hello", "bytes": r"printf '\377\376\000\n{'",
                           "half a line": """printf '{"type":"trial","wall_s":'""",
                           "another line": """echo '{"type":"trial","wall_s":1}'""",
                           "a number too large": "head -c 100000 /dev/zero | tr '\\0' 9; echo"}.items():
            with self.subTest(name):
                script = self.write("trial.sh", f"""IFS= read -r spec || :
case $spec in *'"block":2,'*) {says}; exit 0 ;; esac
printf '%s\\n' "$spec" | exec {support.IORACE} trial
""")
                done = self.iorace("run", "--workload", "sleep", "--delay-ms", "2x1", "--runner", "threads", "--blocks", "3",
                                   "--no-charts", "--out", name.replace(" ", "-"),
                                   env={"LD_PRELOAD": preload, "INSTEAD": str(script)})
                self.assertStatus(done, 1)
                self.assertRegex(done.stderr, r"\Aiorace: [^\n]+\n\Z")
                trials = support.read_trials(self.dir / name.replace(" ", "-"))
                self.assertEqual([trial["state"] for trial in trials], ["ok", "failed", "ok"])
                self.assertIn("no result", trials[1]["reason"])
                self.assertEqual("that could be read: run is missing" in trials[1]["reason"], name == "another line")
                self.assertIsNone(trials[1]["wall_s"])


if __name__ == "__main__":
    support.main()
