"""Interleaved blocks: every lane of every case once in each, in an order drawn from the seed."""
import contextlib
import os
import random
import resource
import shutil
import stat
import sys
import tempfile
import time

from nginx import Nginx
from trial import Missing, TrialError, read_lines, run
from lane import ECHO_CONNECTIONS, Unsupported

OK, FAILED, MISSING, UNSUPPORTED = "ok", "failed", "missing", "unsupported"

# The columns of peers.csv after those that say what was run.
FIGURES = ("ops", "wall_s", "cpu_s", "rss_peak_kib", "ns_per_op", "beyond_s", "asleep_peak", "requests_per_s",
           "cpu_us_per_op", "messages_per_s", "server_cpu_share", "connections_opened", "other_cpu_share",
           "steal_share")


def measure(cases, context, blocks, seed, rows):
    """Fills the rows of peers.csv. The lanes of a case run one after another, so that what is compared is close in
    time; the cases of a block in random order, too, so that a slow drift meets all alike."""
    order = random.Random(seed)
    hopeless = {}
    for block in range(1, blocks + 1):
        for case in order.sample(cases, len(cases)):
            label = f"block {block} of {blocks}: {case.work} {case.size:,}"
            server = Nginx(min(context.server_cpus)) if case.work == "downloads" else contextlib.nullcontext()
            with server as context.server:
                run_case(case, context, block, label, order, hopeless, rows)
        say(f"block {block} of {blocks} done", lasting=True)


def run_case(case, context, block, label, order, hopeless, rows):
    for position, lane in enumerate(order.sample(case.lanes, len(case.lanes)), start=1):
        say(f"{label}: {lane.name}")
        row = {"work": case.work, "size": case.size, "lane": lane.name, "kind": lane.kind, "block": block,
               "position": position}
        key = (case.work, case.size, lane.name)
        state, reason = hopeless.get(key, (OK, ""))
        figures = {}
        if state == OK:
            # Both halves of echo are ours; of downloads only the client is a child of this process.
            cpus = context.client_cpus | context.server_cpus if case.work == "echo" else context.client_cpus
            before = CpuReading(cpus)
            state, reason, figures = run_lane(lane, context)
            figures.update(before.others_since())
            if state in (MISSING, UNSUPPORTED):
                hopeless[key] = state, reason  # no need to try again
            elif state == FAILED:
                say(f"{label}: {lane.name}: {reason}", lasting=True)
        rows.append({**row, "state": state, "reason": reason, **{name: figures.get(name, "") for name in FIGURES}})


class CpuReading:
    """Who uses these CPUs: what is not our children's is others', and makes every figure by wall time worse."""

    def __init__(self, cpus):
        self.cpus, self.start = cpus, time.monotonic()
        self.busy_s, self.steal_s = self.read()
        self.ours_s = self.children_s()

    def read(self):
        busy = steal = 0
        with open("/proc/stat", encoding="ascii") as stat_file:
            for line in stat_file:
                name, *ticks = line.split()
                if name[:3] == "cpu" and name[3:].isdigit() and int(name[3:]) in self.cpus:
                    user, nice, system, _, _, irq, softirq, stolen = map(int, ticks[:8])
                    busy += user + nice + system + irq + softirq
                    steal += stolen
        return busy / os.sysconf("SC_CLK_TCK"), steal / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def children_s():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def others_since(self):
        wall_s, (busy_s, steal_s) = time.monotonic() - self.start, self.read()
        others_s = busy_s - self.busy_s - (self.children_s() - self.ours_s)
        return {"other_cpu_share": round(max(others_s / wall_s, 0), 4),
                "steal_share": round((steal_s - self.steal_s) / wall_s, 4)}


def run_lane(lane, context):
    try:
        return OK, "", lane.run(context)
    except Missing as error:
        return MISSING, str(error), {}
    except Unsupported as error:
        return UNSUPPORTED, str(error), {}
    except (TrialError, RuntimeError, OSError, KeyError, ValueError) as error:
        return FAILED, " ".join(f"{error}".split()) or repr(error), {}


def say(text, lasting=False):
    """A line of progress: on a terminal the next one replaces it, elsewhere only what is lasting is printed."""
    terminal = sys.stderr.isatty()
    if terminal:
        print(f"\r\x1b[K{text}", end="\n" if lasting else "", file=sys.stderr, flush=True)
    elif lasting:
        print(text, file=sys.stderr, flush=True)


def count_echo_calls(context):
    """{lane: (messages, reads, writes)} by strace, in a run of its own; {} without it, or where it may not trace."""
    if not shutil.which("strace"):
        return {}
    found = {}
    for lane, program in (("iort", "perf_echo"), ("bare libev", "perf_bare_echo")):
        with tempfile.TemporaryDirectory(prefix="iorace-strace-") as directory:
            traced = os.path.join(directory, "server")
            with open(traced, "w", encoding="utf-8") as script:
                script.write(f"#!/bin/sh\nexec strace -c -o '{directory}/calls' "
                             f"'{context.build}/runtime/perf/{program}' \"$@\"\n")
            os.chmod(traced, stat.S_IRWXU)
            try:
                load = f"{context.build}/runtime/perf/perf_echo_load"
                server = read_lines(run([load, traced, ECHO_CONNECTIONS, 1000],
                                        context.client_cpus | context.server_cpus, 60)[0])[0]
                with open(f"{directory}/calls", encoding="utf-8") as table:
                    found[lane] = server["ops"], *count_calls(table.read())
            except (TrialError, OSError, KeyError):
                continue
    return found


def count_calls(table):
    """(reads, writes) in a table of strace -c."""
    calls = {"read": 0, "write": 0}
    kinds = {"read": "read", "recvfrom": "read", "recvmsg": "read", "readv": "read",
             "write": "write", "sendto": "write", "sendmsg": "write", "writev": "write"}
    for line in table.splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[-1] in kinds and fields[3].isdigit():
            calls[kinds[fields[-1]]] += int(fields[3])
    return calls["read"], calls["write"]
