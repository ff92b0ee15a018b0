"""What is measured: works (switch, sleepers, ...) at sizes, and for each the lanes: programs that do the same work."""
import os

from downloads import download_case
from lane import CALLBACKS, ECHO_CONNECTIONS, IN_CALL, OURS, PEER, YARDSTICK, Case, Lane, Metric, Unsupported
from programs import PYTHON, available_kib
from trial import TrialError, read_lines, run

WORKS = ("switch", "yield", "spawn", "skynet", "sleepers", "downloads", "echo")

NS = Metric("ns_per_op", "ns")
MEMORY = Metric("rss_peak_kib", "KiB")


def switch(size):
    return Case("switch", size, "a bare switch between two stacks", [NS], [
        Lane("iort", OURS, lambda c: c.ours("perf_switch", size)),
        Lane("Boost.Context", PEER, lambda c: c.c(["boost"], "boost_switch", size, libraries=["-lboost_context"]),
             "jump_fcontext"),
    ])


def yield_(size):
    return Case("yield", size, "two tasks that let one another run, a yield", [NS], [
        Lane("iort", OURS, lambda c: c.ours("perf_yield", 2, size), "rt_yield"),
        Lane("Go", PEER, lambda c: c.go("yield", 2, size), "runtime.Gosched"),
        Lane("asyncio", PEER, lambda c: c.python("yield_", "asyncio", 2, size // 20), "asyncio.sleep(0)"),
        Lane("uvloop", PEER, lambda c: c.python("yield_", "uvloop", 2, size // 20), "asyncio.sleep(0)"),
        Lane("Node", PEER, lambda c: c.node("yield", 2, size),
             "await null: a microtask, timers and sockets do not get a turn"),
    ])


def spawn(size):
    return Case("spawn", size, "start a task and take its result, one after another", [NS], [
        Lane("iort", OURS, lambda c: c.ours("perf_spawn", 1, size * 2), "rt_task_spawn, rt_task_join"),
        Lane("Go", PEER, lambda c: c.go("spawn", size), "go, and a channel for the result"),
        Lane("asyncio", PEER, lambda c: c.python("spawn", "asyncio", size // 10), "create_task, await"),
        Lane("uvloop", PEER, lambda c: c.python("spawn", "uvloop", size // 10), "create_task, await"),
        Lane("Node", IN_CALL, lambda c: c.node("spawn", size * 5), "await f()"),
    ])


def skynet(size):
    smaller = size // 10
    only_op = ("ns_per_op",)
    return Case("skynet", size, f"a tree with {size:,} leaves, each inner task awaiting ten, a leaf", [
        NS, Metric("wall_s", "s"), MEMORY], [
        Lane("iort", OURS, lambda c: c.ours("perf_skynet", size)),
        Lane("Go", PEER, lambda c: c.go("skynet", size), "a channel with room for ten in each inner goroutine"),
        Lane("asyncio", PEER, lambda c: c.python("skynet", "asyncio", smaller), f"gather; only {smaller:,} leaves",
             only_op),
        Lane("uvloop", PEER, lambda c: c.python("skynet", "uvloop", smaller), f"gather; only {smaller:,} leaves",
             only_op),
        Lane("Node", IN_CALL, lambda c: c.node("skynet", size), "Promise.all"),
    ])


def sleepers(size):
    delay_ms = 300 if size < 10000 else 1000 if size < 100000 else 2000 if size < 1000000 else 10000
    timeout_s = 60 + size // 5000

    def lane(name, kind, bytes_each, program, note="", most=None):
        def guarded(context):
            if most and size > most:
                raise Unsupported(f"{size:,} threads: the kernel's limits on threads, process ids and mappings")
            need_kib = size * bytes_each >> 10
            if need_kib > available_kib() * 0.8:
                raise Unsupported(f"needs about {need_kib / (1 << 20):.1f} GiB of memory, "
                                  f"{available_kib() / (1 << 20):.1f} are free")
            if size >= 1000000:
                touch_memory(4700 * size, context.client_cpus)
            return program(context)
        return Lane(name, kind, guarded, note)

    def python(loop):
        return lambda c: c.python("sleepers", loop, size, delay_ms, timeout_s=timeout_s)

    def c(program, tool, library):
        return lambda c: c.c(tool, program, size, delay_ms, libraries=library, timeout_s=timeout_s)

    return Case("sleepers", size, f"{size:,} asleep at once for {delay_ms / 1000:g} s", [
        Metric("beyond_s", "s"), Metric("cpu_s", "s"), MEMORY], [
        lane("iort", OURS, 4700, lambda c: c.ours("perf_sleepers", size, delay_ms, timeout_s=timeout_s)),
        lane("iort, own stacks", OURS, 4700,
             lambda c: c.ours("perf_sleepers", size, delay_ms, "--stack", timeout_s=timeout_s),
             "a stack each, kept while it sleeps"),
        lane("Go", PEER, 2800, lambda c: c.go("sleepers", size, delay_ms, timeout_s=timeout_s), "time.Sleep"),
        lane("asyncio", PEER, 1700, python("asyncio"), "gather of asyncio.sleep"),
        lane("uvloop", PEER, 1900, python("uvloop"), "gather of asyncio.sleep"),
        lane("Node", PEER, 700, lambda c: c.node("sleepers", size, delay_ms, timeout_s=timeout_s,
                                                 flags=["--max-old-space-size=8192"]), "timers/promises"),
        lane("pthreads", PEER, 20000, c("pthread_sleepers", [], ()), "clock_nanosleep, the smallest stack there is",
             most=10000),
        lane("libev", CALLBACKS, 200, c("ev_sleepers", ["libev"], ("-lev",))),
        lane("libuv", CALLBACKS, 250, c("uv_sleepers", ["libuv"], ("-luv",))),
    ])


def touch_memory(size, cpus):
    """A virtual machine may have to ask its host for memory that nobody used of late, which is slow: whoever ran first
    would pay for it. So somebody else takes it first, before every lane."""
    size = min(size, available_kib() * 1024 * 6 // 10)
    run([PYTHON, "-c", f"b'x' * {size}"], cpus, 120)


def echo_lane(name, kind, program, note=""):
    def run_echo(context):
        # It pins itself: the server to the first of these, its own load to the second.
        lines = read_lines(run([f"{context.build}/runtime/perf/perf_echo_load",
                                f"{context.build}/runtime/perf/{program}", ECHO_CONNECTIONS, 2000],
                               context.client_cpus | context.server_cpus, 60)[0])
        if len(lines) != 2:
            raise TrialError("the server printed nothing")
        server, load = lines
        return {"messages_per_s": load["messages_per_s"], "cpu_us_per_op": server["cpu_s"] * 1e6 / server["ops"],
                "server_cpu_share": server["cpu_s"] / server["wall_s"], "ops": load["ops"], "wall_s": load["wall_s"],
                "cpu_s": server["cpu_s"], "rss_peak_kib": server["rss_peak_kib"]}
    return Lane(name, kind, run_echo, note)


def echo(size):
    return Case("echo", size, f"an echo server, {size:,} connections, 512-byte messages", [
        Metric("messages_per_s", "/s", True), Metric("cpu_us_per_op", "us"), MEMORY], [
        echo_lane("iort", OURS, "perf_echo", "rt_read, rt_write, a task a connection"),
        echo_lane("bare libev", YARDSTICK, "perf_bare_echo", "one read and one send a message"),
    ])


def cases(only, quick):
    """only: [(work, size or None)]; None is every size that is the work's. The first lane of each case is the one to
    which the others are compared."""
    sizes = {"switch": [2000000 if quick else 50000000], "yield": [400000 if quick else 10000000],
             "spawn": [50000 if quick else 1000000], "skynet": [10000 if quick else 1000000],
             "sleepers": [1000] if quick else [10000, 100000, 1000000],
             "downloads": [1, 64] if quick else [1, 64, 1000, 8000], "echo": [ECHO_CONNECTIONS]}
    make = {"switch": switch, "yield": yield_, "spawn": spawn, "skynet": skynet, "sleepers": sleepers,
            "downloads": lambda size: download_case(size, quick), "echo": echo}
    return [make[work](size) for work, wanted in only for size in ([wanted] if wanted else sizes[work])]


def own_programs(build, only):
    """The programs of ours that these works need and that are not built."""
    need = {"switch": ["perf_switch"], "yield": ["perf_yield"], "spawn": ["perf_spawn"], "skynet": ["perf_skynet"],
            "sleepers": ["perf_sleepers"], "downloads": ["rt_curl", "bare_curl"],
            "echo": ["perf_echo", "perf_bare_echo", "perf_echo_load"]}
    return [name for work, _ in only for name in need[work] if not os.access(f"{build}/runtime/perf/{name}", os.X_OK)]
