"""Interleaved blocks: every lane of every case once in each, in an order drawn from the seed."""
import os
import random
import shutil
import stat
import sys
import tempfile

from nginx import Nginx
from trial import Missing, TrialError, read_lines, run
from lane import Unsupported

OK, FAILED, MISSING, UNSUPPORTED = "ok", "failed", "missing", "unsupported"

# The columns of peers.csv after those that say what was run.
FIGURES = ("ops", "wall_s", "cpu_s", "rss_peak_kib", "ns_per_op", "beyond_s", "asleep_peak", "requests_per_s", "cpu_us_per_op",
           "messages_per_s", "server_cpu_share", "connections_opened")


def measure(cases, context, blocks, seed):
    """Returns the rows of peers.csv. The lanes of a case run one after another, so that what is compared is close in time;
    the cases of a block in random order, too, so that a slow drift meets all alike."""
    order = random.Random(seed)
    rows, hopeless = [], {}
    for block in range(1, blocks + 1):
        for case in order.sample(cases, len(cases)):
            if case.work == "downloads":
                with Nginx(min(context.server_cpus)) as context.server:
                    rows += run_case(case, context, block, blocks, order, hopeless)
            else:
                rows += run_case(case, context, block, blocks, order, hopeless)
        say(f"block {block} of {blocks} done", lasting=True)
    return rows


def run_case(case, context, block, blocks, order, hopeless):
    rows = []
    for position, lane in enumerate(order.sample(case.lanes, len(case.lanes)), start=1):
        say(f"block {block} of {blocks}: {case.work} {case.size:,}: {lane.name}")
        row = {"work": case.work, "size": case.size, "lane": lane.name, "kind": lane.kind, "block": block, "position": position}
        key = (case.work, case.size, lane.name)
        state, reason = hopeless.get(key, (OK, ""))
        figures = {}
        if state == OK:
            state, reason, figures = run_lane(lane, context)
            if state in (MISSING, UNSUPPORTED):
                hopeless[key] = state, reason  # no need to try again
            elif state == FAILED:
                say(f"{case.work} {case.size:,}: {lane.name}: {reason}", lasting=True)
        rows.append({**row, "state": state, "reason": reason, **{name: figures.get(name, "") for name in FIGURES}})
    return rows


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
    """{lane: (reads, writes) a message} by strace, in a run of its own: {} where there is no strace or it may not trace."""
    if not shutil.which("strace"):
        return {}
    found = {}
    for lane, program in (("iort", "perf_echo"), ("bare libev", "perf_bare_echo")):
        with tempfile.TemporaryDirectory(prefix="iorace-strace-") as directory:
            traced = os.path.join(directory, "server")
            with open(traced, "w", encoding="utf-8") as script:
                script.write(f"#!/bin/sh\nexec strace -c -o {directory}/calls {context.build}/runtime/perf/{program} \"$@\"\n")
            os.chmod(traced, stat.S_IRWXU)
            try:
                server = read_lines(run([f"{context.build}/runtime/perf/perf_echo_load", traced, 1000, 500],
                                        context.client_cpus | context.server_cpus, 60)[0])[0]
                with open(f"{directory}/calls", encoding="utf-8") as table:
                    found[lane] = calls_per_message(table.read(), server["ops"])
            except (TrialError, OSError, KeyError):
                continue
    return found


def calls_per_message(table, messages):
    """(reads, writes) of each message in a table of strace -c; what the connections and the start-up cost is in it too."""
    calls = {"read": 0, "write": 0}
    kinds = {"read": "read", "recvfrom": "read", "recvmsg": "read", "readv": "read",
             "write": "write", "sendto": "write", "sendmsg": "write", "writev": "write"}
    for line in table.splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[-1] in kinds and fields[3].isdigit():
            calls[kinds[fields[-1]]] += int(fields[3])
    return calls["read"] / messages, calls["write"] / messages
