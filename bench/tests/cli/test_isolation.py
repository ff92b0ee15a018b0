"""A trial's figures are its own, and what differs between two lanes is the waiting and the scheduling alone."""
import http.server
import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import threading

import servers
import support


class Trial(support.Case):
    def spec(self, *args):
        """The spec of the one trial that these options of a run make."""
        done = self.iorace("run", *args, "--blocks", "1", "--dry-run", "--json")
        self.assertStatus(done, 0)
        line, = done.stdout.splitlines()
        return json.loads(line)

    def trial(self, spec, **options):
        done = self.iorace("trial", input=json.dumps(spec), **options)
        self.assertStatus(done, 0)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout.splitlines()[0])


class Memory(Trial):
    def test_a_fat_parent(self):
        """ru_maxrss survives fork and exec: read there, the child would weigh what its parent does."""
        specs = {runner: self.spec("--workload", "sleep", "--delay-ms", "10x1", "--runner", runner)
                 for runner in support.RUNNERS}
        before = {runner: self.trial(spec)["rss_peak_kib"] for runner, spec in specs.items()}
        fat = bytearray(300 << 20)
        fat[::4096] = b"x" * len(fat[::4096])
        after = {runner: self.trial(spec)["rss_peak_kib"] for runner, spec in specs.items()}
        del fat
        for runner in support.RUNNERS:
            with self.subTest(runner):
                self.assertGreater(before[runner], 1000)
                self.assertLess(after[runner], 1.3 * before[runner])

    def test_memory_of_ones_own_is_seen(self):
        """The figure moves when the trial itself needs memory: bodies of 50 MB that are kept to be saved."""
        args = ["--runner", "serial", "--jobs", "1", "--save", "kept", "--blocks", "1", "--no-charts"]
        peaks = []
        for size in ("1000", "50000000"):
            self.run_ok("--body-bytes", size, *args)
            peaks.append(support.read_trials(support.latest(self.dir))[0]["rss_peak_kib"])
        self.assertGreater(peaks[1] - peaks[0], 40 * 1024)


class Cpu(support.SharedCase):
    """The same cells with and without a millisecond of work in each job."""

    JOBS, SPIN_US = 60, 1000

    @classmethod
    def prepare(cls):
        cls.workspace.write("s.ini", f"""[run]
blocks = 3
[cell sleep]
workload = sleep
jobs = {cls.JOBS}
delay-ms = 1
concurrency = 10
spin-us = 0,{cls.SPIN_US}
[cell download]
workload = download
jobs = {cls.JOBS}
delay-ms = 1
body-bytes = 1000
concurrency = 10
spin-us = 0,{cls.SPIN_US}
""")
        cls.done = cls.workspace.iorace("run", "s.ini", "--no-charts")
        cls.trials = support.read_trials(support.latest(cls.dir))

    def median(self, cell, runner, spin_us, column):
        found = [t[column] for t in self.trials if (t["cell"], t["runner"]) == (f"{cell}/spin-us={spin_us}", runner)]
        self.assertEqual(len(found), 3)
        return statistics.median(found)

    def test_a_millisecond_shows_as_a_millisecond(self):
        self.assertStatus(self.done, 0)
        for cell in ("sleep", "download"):
            for runner in support.RUNNERS:
                with self.subTest(f"{cell} {runner}"):
                    idle, busy = (self.median(cell, runner, spin, "cpu_us_per_job") for spin in (0, self.SPIN_US))
                    self.assertGreaterEqual(busy - idle, 0.85 * self.SPIN_US)
                    if "thread" not in support.sanitizers():  # whose watching of several at once costs CPU as well
                        self.assertLessEqual(busy - idle, 1.15 * self.SPIN_US)

    def test_it_is_inside_the_bracket(self):
        """Serial, and coroutines on their one thread, take it one job after another: the clock shows it too."""
        for cell in ("sleep", "download"):
            for runner in ("serial", "coroutines"):
                self.assertGreaterEqual(self.median(cell, runner, self.SPIN_US, "wall_s"),
                                        self.JOBS * self.SPIN_US / 1e6, f"{cell} {runner}")

    def test_user_and_system_make_the_sum(self):
        for trial in self.trials:
            sum_us = (trial["cpu_user_s"] + trial["cpu_sys_s"]) * 1e6 / trial["jobs"]
            self.assertAlmostEqual(trial["cpu_us_per_job"], sum_us, delta=1)
            self.assertGreaterEqual(trial["proc_user_s"] + trial["proc_sys_s"],
                                    trial["cpu_user_s"] + trial["cpu_sys_s"])
            self.assertGreaterEqual(trial["proc_wall_s"], trial["wall_s"] + trial["setup_s"])

    def test_threads_are_what_the_runner_says(self):
        for trial in self.trials:
            if support.sanitizers():
                break  # they have threads of their own
            want = {"serial": 1, "threads": 11, "coroutines": 1}[trial["runner"]]
            self.assertEqual(trial["threads_peak"], want, trial["cell"] + " " + trial["runner"])

    def test_held_equal(self):
        """Said by each trial of itself, read back from the system."""
        held = {(trial["cell"].partition("/")[0], json.dumps(trial["held"], sort_keys=True)) for trial in self.trials}
        self.assertEqual({cell for cell, _ in held}, {"sleep", "download"})
        self.assertEqual(len(held), 2, held)
        for trial in self.trials:
            held = trial["held"]
            self.assertEqual(held["timer_slack_ns"], 1)
            self.assertIs(held["thp_disabled"], True)
            self.assertEqual(held["nofile"], resource.getrlimit(resource.RLIMIT_NOFILE)[1])
            self.assertEqual(held["client_cpus"], trial["cpus"])
            self.assertGreater(held["thread_stack_kib"], 0)
            self.assertGreater(held["malloc_arena_max"], 0)
            self.assertEqual(held["curl_options"] is None, trial["workload"] == "sleep")


# Every option that is set on an easy handle, as it is set: numbers, texts and lists with their value, the rest by name.
INTERPOSER = r"""
#define _GNU_SOURCE
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#undef curl_easy_setopt
#undef curl_easy_perform
#undef curl_multi_add_handle

static int log_fd;

__attribute__((constructor)) static void open_log(void)
{
    log_fd = open(getenv("SETOPT_LOG"), O_WRONLY | O_APPEND);
}

/* One write a line: threads come by here. */
static void say(const char *format, ...)
{
    char line[8192];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (write(log_fd, line, (size_t)size) != size)
        abort();
}

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    static CURLcode (*next)(CURL *, CURLoption, ...);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "curl_easy_setopt");
    va_list args;
    va_start(args, option);
    void *value = va_arg(args, void *);
    va_end(args);
    const struct curl_easyoption *known = curl_easy_option_by_id(option);
    char list[4096] = "";
    size_t used = 0;
    switch (known ? known->type : CURLOT_OBJECT) {
    case CURLOT_LONG: case CURLOT_VALUES: case CURLOT_OFF_T:
        say("%p %s %ld\n", easy, known->name, (long)value);
        break;
    case CURLOT_STRING:
        say("%p %s \"%s\"\n", easy, known->name, value ? (char *)value : "(null)");
        break;
    case CURLOT_SLIST:
        for (struct curl_slist *at = value; at; at = at->next)
            used += (size_t)snprintf(list + used, sizeof(list) - used, "[%s]", at->data);
        say("%p %s %s\n", easy, known->name, list);
        break;
    default:
        say("%p %s %s\n", easy, known ? known->name : "?", value ? "set" : "(null)");
    }
    return next(easy, option, value);
}

CURLcode curl_easy_perform(CURL *easy)
{
    static CURLcode (*next)(CURL *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "curl_easy_perform");
    say("%p PERFORM\n", easy);
    return next(easy);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    static CURLMcode (*next)(CURLM *, CURL *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "curl_multi_add_handle");
    say("%p PERFORM\n", easy);
    return next(multi, easy);
}

void curl_easy_reset(CURL *easy)
{
    static void (*next)(CURL *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "curl_easy_reset");
    say("%p RESET\n", easy);
    next(easy);
}
"""


class CurlOptions(Trial):
    """Seen from outside, whatever a trial says of itself: a library between the program and libcurl writes it down."""

    JOBS = 12

    def setUp(self):
        super().setUp()
        self.preload = support.build_preload(self.workspace, "setopt", INTERPOSER)

    def transfers(self, spec):
        """The options in force at each transfer: a list of dictionaries; and the trial's line."""
        log = self.dir / "log"
        log.write_text("")
        trial = self.trial(spec, env={"LD_PRELOAD": self.preload, "SETOPT_LOG": str(log)})
        handles, transfers = {}, []
        for line in log.read_text().splitlines():
            handle, name, *value = line.split(" ", 2)
            if name == "PERFORM":
                transfers.append(dict(handles.get(handle, {})))
            elif name == "RESET":
                handles[handle] = {}
            else:
                handles.setdefault(handle, {})[name] = value[0] if value else ""
        # libcurl itself may go round through the multi interface: the same transfer twice.
        return transfers, trial

    def assertSameInEveryLane(self, server, *args):
        seen = {}
        for runner in support.RUNNERS:
            spec = self.spec("--url", server + "/bytes/50?x", "--jobs", self.JOBS, "--concurrency", "3", "--runner",
                             runner, *args)
            transfers, trial = self.transfers(spec)
            self.assertEqual((trial["state"], trial["ok"]), ("ok", self.JOBS), trial["reason"])
            jobs = [options for options in transfers if options.get("USERAGENT") != '"iorace-warmup"']
            warmups = [options for options in transfers if options.get("USERAGENT") == '"iorace-warmup"']
            self.assertGreaterEqual(len(jobs), self.JOBS)
            self.assertEqual(len(set(map(frozenset, (job.items() for job in jobs)))), 1, runner)
            seen[runner] = (jobs[0], warmups[0] if warmups else None, trial["held"]["curl_options"])
        for runner in support.RUNNERS[1:]:
            with self.subTest(runner):
                self.assertEqual(seen[runner], seen["serial"])
        options, _, told = seen["serial"]
        # What the record tells is what was set, and all of it but what belongs to the single job.
        inside = {"URL", "WRITEFUNCTION", "WRITEDATA", "ERRORBUFFER", "OPENSOCKETFUNCTION", "OPENSOCKETDATA", "PRIVATE"}
        self.assertEqual({"CURLOPT_" + name for name in set(options) - inside}, set(told))
        for name, value in told.items():
            found = options[name.removeprefix("CURLOPT_")]
            if isinstance(value, int):
                self.assertEqual(int(found), value, name)
            elif found.startswith("["):  # a list, told as one text; of headers the names alone
                items = found[1:-1].split("][")
                self.assertEqual([item.partition(":")[0] for item in items] if name == "CURLOPT_HTTPHEADER" else items,
                                 value.split(" | "), name)
            elif name != "CURLOPT_POSTFIELDS":
                self.assertEqual(found, f'"{value}"', name)
        return options

    def test_plain(self):
        with support.Origin() as origin:
            options = self.assertSameInEveryLane(origin.url)
        for name, value in {"NOSIGNAL": "1", "TCP_NODELAY": "1", "NOPROXY": '"*"', "TIMEOUT_MS": "60000",
                            "PROTOCOLS_STR": '"http,https"', "REDIR_PROTOCOLS_STR": '"http,https"',
                            "SSL_VERIFYPEER": "1", "SSL_VERIFYHOST": "2"}.items():
            self.assertEqual(options.get(name), value, name)
        self.assertIn("MAXREDIRS", options)
        self.assertIn("BUFFERSIZE", options)

    def test_all_sorts(self):
        """A name that is resolved beforehand, headers, a body to send, no connection kept."""
        servers.need_localhost()
        self.write("data", "some data")
        with servers.RawServer(lambda connection, request:
                               connection.sendall(servers.answer_with(b"")) is None) as server:
            options = self.assertSameInEveryLane(
                server.url.replace("127.0.0.1", "localhost"), "--header", "X-A: 1", "--header", "X-B: 2",
                "--data-file", "data", "--connections", "cold", "--timeout-ms", "5000")
        self.assertEqual((options["FRESH_CONNECT"], options["FORBID_REUSE"], options["TIMEOUT_MS"]), ("1", "1", "5000"))
        self.assertEqual(options["HTTPHEADER"], "[X-A: 1][X-B: 2]")


class CountingServer(http.server.ThreadingHTTPServer):
    """Answers every address of this machine, and counts its connections."""
    request_queue_size = 128
    connections = 0

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args):
            pass

    def get_request(self):
        self.connections += 1
        return super().get_request()


class ManyHosts(support.Case):
    """A worker keeps a connection to each host it talks to, whoever runs it; all are opened before the clock starts."""

    HOSTS, WORKERS, JOBS = 8, 4, 160

    def test_connections_are_kept(self):
        server = CountingServer(("0.0.0.0", 0), CountingServer.Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        (self.dir / "u.txt").write_text("".join(f"http://127.0.0.{n + 1}:{server.server_port}/\n" for n in range(self.HOSTS)))
        for runner, workers in (("serial", 1), ("threads", self.WORKERS), ("coroutines", self.WORKERS)):
            with self.subTest(runner):
                before = server.connections
                done = self.iorace("run", "--url-file", "u.txt", "--jobs", str(self.JOBS), "--concurrency", str(self.WORKERS),
                                   "--runner", runner, "--blocks", "1", "--verify", "status", "--no-charts",
                                   "--out", f"out-{runner}")
                self.assertStatus(done, 0)
                trial = support.read_trials(self.dir / f"out-{runner}")[0]
                self.assertEqual(trial["warmup_requests"], workers * self.HOSTS)
                # One more is the look beforehand whether anybody is there.
                self.assertEqual(server.connections - before, workers * self.HOSTS + 1)


class TooManyThreads(support.Case):
    LIMIT = 50  # processes and threads of one user

    def unprivileged(self):
        """Options for a run as a user who may have a few threads, and how many. Root is not bound by that limit."""
        if os.getuid() == 0:
            user = support.other_user()
            os.chown(self.dir, user, user)
            others = 0
        else:
            user = None
            others = sum(1 for task in pathlib.Path("/proc").glob("[0-9]*/task/[0-9]*")
                         if owner(task) == os.getuid())
        program, env = support.IORACE, {}
        if any(not os.stat(parent).st_mode & 1 for parent in pathlib.Path(program).parents):
            # A checkout below /root: nobody else may look in, so the program and its data go along.
            program = shutil.copy(program, self.dir / "iorace")
            shutil.copytree(pathlib.Path(support.SOURCE) / "scripts" / "report", self.dir / "data" / "scripts" / "report")
            env = {"IORACE_DATADIR": str(self.dir / "data")}
        return {"user": user, "program": program, "env": env, "limits": {resource.RLIMIT_NPROC: others + self.LIMIT}}

    def test_unsupported(self):
        """Named with the system call and the number reached; the other lanes are there, and it is no failure."""
        options = self.unprivileged()
        done = self.iorace("run", "--workload", "sleep", "--delay-ms", "1", "--jobs", "200", "--concurrency", "200",
                           "--blocks", "2", "--no-charts", **options)
        self.assertStatus(done, 0)
        self.assertEqual(done.stderr, "")
        trials = support.read_trials(support.latest(self.dir))
        self.assertEqual(len(trials), 6)
        for trial in trials:
            if trial["runner"] != "threads":
                self.assertEqual((trial["state"], trial["ok"], trial["failed"]), ("ok", 200, 0))
                continue
            self.assertEqual(trial["state"], "unsupported")
            found = re.fullmatch(r"pthread_create: (.+) after (\d+) of 200 workers", trial["reason"])
            self.assertIsNotNone(found, trial["reason"])
            self.assertEqual(found[1], os.strerror(11))
            if os.getuid() == 0:
                self.assertIn(int(found[2]), range(self.LIMIT - 12, self.LIMIT))
            self.assertIsNone(trial["wall_s"])
        lanes = {lane["runner"]: lane for lane in support.read_csv(support.latest(self.dir) / "summary.csv")}
        self.assertEqual((lanes["threads"]["state"], lanes["threads"]["wall_s_median"]), ("unsupported", ""))
        self.assertIn("pthread_create", lanes["threads"]["reason"])
        self.assertEqual((lanes["coroutines"]["state"], lanes["serial"]["state"]), ("ok", "ok"))
        self.assertIn("pthread_create", done.stdout.replace("\n", " "))


def owner(path):
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    support.main()
