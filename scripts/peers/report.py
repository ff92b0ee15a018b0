"""peers.md: the tables that a person reads, what is not the same kind of thing, and what could make the figures lie."""
import os

from checks import UNKNOWN
from lane import APART, ECHO_CONNECTIONS, OURS, PEER
from measure import FAILED, MISSING, OK, UNSUPPORTED
from programs import TOOLS
from summary import DISTURBED, disturbed

METRIC_HEADS = {
    "ns_per_op": "CPU time each", "wall_s": "wall time", "cpu_s": "CPU time", "rss_peak_kib": "peak memory",
    "beyond_s": "time beyond the sleep", "requests_per_s": "requests/s", "cpu_us_per_op": "CPU each",
    "messages_per_s": "messages/s",
}


# --- numbers ---

def number(value, digits=3):
    """So many significant digits, never an exponent."""
    if value == 0:
        return "0"
    magnitude = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    if magnitude >= digits:
        return f"{value:,.0f}"
    decimals = digits - magnitude
    if abs(value) < 1:
        while abs(value) < 10 ** -(decimals - digits + 1) and decimals < 9:
            decimals += 1
    return f"{value:.{decimals}f}"


def scaled(values, unit):
    """The values and their unit, in one that people read: KiB become MB of 10^6 bytes."""
    if unit == "KiB":
        return [value * 1024 / 1e6 for value in values], " MB"
    if unit == "/s":
        return values, ""
    if unit == "s" and max(values) < 0.1:
        return [value * 1e3 for value in values], " ms"
    return values, f" {unit}"


def with_interval(middle, lo, hi, unit):
    values, unit = scaled([middle] if lo is None else [middle, lo, hi], unit)
    interval = "" if lo is None else f" [{number(values[1])}, {number(values[2])}]"
    return f"{number(values[0])}{unit}{interval}"


def ratio_text(ratio, interval):
    text = f"{number(ratio)}"
    return text if interval is None or interval[0] is None else f"{text} [{number(interval[0])}, {number(interval[1])}]"


# --- tables ---

def table(case, lanes, of, series):
    """of(lane, metric): its row of summary.csv."""
    base = case.base.name
    heads = ["", *(head for metric in case.metrics for head in (METRIC_HEADS[metric.name], f"x {base}")), ""]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    first = case.metrics[0]

    def rank(lane):
        value = of(lane, first)["median"]
        return (value is None, -(value or 0) if first.more_is_better else (value or 0))
    for lane in sorted(lanes, key=rank):
        cells = [f"**{lane.name}**" if lane.kind == OURS else lane.name]
        for metric in case.metrics:
            row = of(lane, metric)
            known = row["median"] is not None and not (lane.metrics and metric.name not in lane.metrics)
            cells.append(with_interval(row["median"], row["ci_lo"], row["ci_hi"], row["unit"]) if known else "")
            cells.append(ratio_text(row["ratio"], (row["ratio_ci_lo"], row["ratio_ci_hi"]))
                         if known and row["ratio"] is not None and lane.name != base else "")
        cells.append("; ".join(part for part in (lane.note, *remarks(case, lane, series)) if part))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def remarks(case, lane, series):
    """What has to be said about this lane's figures."""
    state, reason = series.state(case, lane)
    if state != OK:
        yield f"{state}: {reason}"
    awake = series(case.work, case.size, lane.name, "asleep_peak")
    if awake and min(awake.values()) < case.size:
        yield f"not all asleep at once: {min(awake.values()):,.0f} at the most in one run"
    opened = series(case.work, case.size, lane.name, "connections_opened")
    if opened and not case.size <= min(opened.values()) <= max(opened.values()) <= case.size * 1.02 + 3:
        lo, hi = min(opened.values()), max(opened.values())
        yield f"opened {lo:,.0f}{f' to {hi:,.0f}' if hi > lo else ''} connections"
    rows = [row for row in series.rows
            if (row["work"], int(row["size"]), row["lane"]) == (case.work, case.size, lane.name)]
    if any(map(disturbed, rows)):
        yield f"disturbed in {sum(map(disturbed, rows))} of {len(rows)} runs"
    busy = series(case.work, case.size, lane.name, "server_cpu_share")
    if busy and case.work == "downloads" and max(busy.values()) > 0.9:
        yield "nginx was busy all the time: it is part of what was measured"
    if busy and case.work == "echo" and min(busy.values()) < 0.95:
        yield f"the server was busy for {min(busy.values()):.0%} of the time: the load was a limit, too; see its CPU"


def case_section(case, summaries, series):
    rows = {(row["lane"], row["metric"]): row
            for row in summaries if row["work"] == case.work and row["size"] == case.size}

    def of(lane, metric):
        return rows[lane.name, metric.name]
    lines = [f"### {case.what[0].upper()}{case.what[1:]}", ""]
    lines += table(case, [lane for lane in case.lanes if lane.kind in (OURS, PEER)], of, series)
    for kind, why in APART.items():
        apart = [lane for lane in case.lanes if lane.kind == kind]
        if apart:
            lines += ["", f"Set apart ({kind}): {why}.", ""]
            lines += table(case, apart, of, series)
    return lines + [""]


# --- what holds for all ---

TITLES = {"switch": "Bare switch", "yield": "Yield", "spawn": "Spawn and await", "skynet": "Skynet",
          "sleepers": "Sleepers", "downloads": "Downloads", "echo": "Echo"}

KINDS = """## What is not the same kind of thing

- **Callback timers** (libev, libuv) are one struct in a heap and a function that is called. A task that sleeps goes
  on after the sleep with its own variables, in straight-line code; that is what the others of the table give each
  job, and what costs them memory.
- **wrk and h2load** count bytes. The others are HTTP clients: headers are parsed and can be asked for, redirects,
  proxies and TLS would work, and the body is handed over. Their figures say what the server and the kernel could do.
- **bare libcurl and bare libev** are C without tasks: what is left when all that iort adds is taken away.
  **Boost.Context** is a switch and nothing else, and stands only beside our bare switch; it is linked statically
  where its static library is there, as ours is.
- **Node's `await null`** is a microtask: no timer and no socket gets its turn in between. An `async` function that
  awaits nothing runs to its end within the call, so Node's spawn and skynet schedule nothing. They are what one
  writes there, and are shown for that.
- **curl --parallel** is a whole process, so its start, its parsing of the list of URLs and its connecting are in its
  figures.
- **Threads** have the kernel's scheduler. Under `requests` they also take turns with CPython's lock, on one CPU as
  everything here."""

TRUTH = """## What would make these figures lie

- *One CPU each.* Everything that is measured is pinned to one CPU (Go with GOMAXPROCS=1). Go and threads would use
  more, and gain by it.
- *What is timed.* Each program starts its own clocks when it is warm (connections open, code compiled) and stops them
  itself; the start of a process and of an interpreter is not in it (except curl's). Nothing that waits is in `CPU
  time each`: the switch, yield, spawn and skynet are measured by the process's CPU clock, which a disturbance of the
  machine hardly touches; Go's and Node's collectors are in it.
- *Asleep at once.* Every job sleeps the same time from its own start, and the delay is chosen longer than it takes to
  start them; each program counts how many were asleep at once, and a lane that did not have all of them is marked.
  `Beyond the sleep` is the whole wall time less one delay: starting them all, and waking them all.
- *Others on the machine* make wall time longer and leave CPU time nearly alone. How much of its CPU others had (or the
  host took back) is recorded for every single run, and a lane that was disturbed is marked.
- *Memory of a virtual machine* may have to be fetched from its host when it is first used. Before each lane of
  1,000,000 sleepers another process uses as much as any of them will.
- *Memory* is VmHWM, the peak of the whole process, interpreter and libraries included; so at small counts it is
  mostly those.
- *The server.* nginx has one worker on a CPU of its own. Where it was busy all the time the client was not the limit;
  that is marked. What a client says it did is held against nginx's own counters, and its connections are counted
  there.
- *Loopback* has no network: requests/s are CPU, not what a real server at a distance would give.
- *Echo* is one message in flight on each of the connections. The load on the other CPU costs about as much as the
  server, so requests/s alone would hide a part of a difference; the server's own CPU for a message does not.
- *Ratios* are paired: each lane's figure over iort's in the same block, the Hodges-Lehmann estimate with its exact 95
  % signed-rank interval. Medians have exact order-statistic intervals. With fewer than 6 blocks there are none."""


def write(path, cases, series, summaries, verdicts, about, drawn):
    quick = ", --quick: too few and too small for conclusions" if about["quick"] else ""
    if about["lanes"]:
        quick += f", of others only {', '.join(about['lanes'])}: the rest was left out on purpose"
    if about["interrupted"]:
        quick += ", interrupted: not all of them are there"
    lines = ["# The same work by others", "",
             f"{about['start']:%Y-%m-%d %H:%M} UTC, {about['blocks']} interleaved blocks{quick}, seed {about['seed']}. "
             f"Medians [95 % intervals]; `x iort` is the figure beside it divided by iort's, block by block.", ""]
    if drawn:
        lines += ["![How many times iort's cost each of the others has](peers.svg)", ""]
    for work in dict.fromkeys(case.work for case in cases):
        lines += [f"## {TITLES[work]}", ""]
        for case in cases:
            if case.work == work:
                lines += case_section(case, summaries, series)
        if work == "echo":
            lines += echo_calls(about["echo_calls"])
    lines += [KINDS, "", TRUTH, "", *not_measured(cases, series), "## Machine and versions", "", "| | |", "|---|---|"]
    lines += [f"| {what} | {value} |" for what, value in about["machine"]]
    lines += [f"| CPUs | what is measured on {about['client_cpu']}; nginx, the load of echo and the harness on "
              f"{about['server_cpu']} |",
              f"| load before | {about['load']:.2f} |"]
    lines += [f"| {TOOLS[tool][0]} | {version} |" for tool, version in about["versions"].items()]
    lines += ["", "## Checks", "", *checks_table(verdicts, about, series.rows), ""]
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    os.replace(path + ".part", path)


def echo_calls(calls):
    if not calls:
        return ["System calls were not counted: strace is not installed (Debian: strace), or may not trace here.", ""]
    parts = [f"{lane}: {messages:,} messages, and beyond one of each a message "
             f"{(reads - messages) / ECHO_CONNECTIONS:.2f} reads and "
             f"{(writes - messages) / ECHO_CONNECTIONS:.2f} writes a connection"
             for lane, (messages, reads, writes) in calls.items()]
    return ["System calls, by `strace -c` in a run of its own (the read that finds the end of a stream is one a "
            f"connection): {'; '.join(parts)}.", ""]


def not_measured(cases, series):
    """Everything that has no figures, with the reason: nothing is skipped in silence."""
    reasons = {}
    for case in cases:
        for lane in case.lanes:
            state, reason = series.state(case, lane)
            if state != OK:
                reasons.setdefault((state, lane.name, reason), []).append(f"{case.work} {case.size:,}")
    if not reasons:
        return ["## Not measured", "", "Nothing was left out: every lane has its figures.", ""]
    heads = {MISSING: "missing", UNSUPPORTED: "not run", FAILED: "failed"}
    return ["## Not measured", "", *(f"- {lane}, {heads[state]} ({', '.join(where)}): {reason}"
                                     for (state, lane, reason), where in reasons.items()), ""]


def disturbance(rows):
    """A warning, or nothing."""
    count = sum(map(disturbed, rows))
    if not count:
        return []
    return [f"{count} of {len(rows)} runs were disturbed: others had more than {DISTURBED:.0%} of the CPU that was "
            "measured on. Believe CPU times, and repeat what is by wall time on a quiet machine."]


def checks_table(verdicts, about, rows):
    if not verdicts:
        return ["None of what was measured has one."]
    lines = ["| what | promised | measured | |", "|---|---|---|---|"]
    for check in verdicts:
        measured = "" if check.verdict == UNKNOWN else ratio_text(check.value, check.interval)
        lines.append(f"| {check.text} | {check.threshold} | {measured} | {check.verdict} |")
    if about["quick"]:
        lines += ["", "With --quick these mean nothing."]
    return lines + ["", *disturbance(rows)]


def checks_text(verdicts, about, rows):
    """The same for a terminal."""
    width = max((len(check.text) for check in verdicts), default=0)
    lines = [f"Checks ({about['blocks']} blocks{', --quick: these mean nothing' if about['quick'] else ''}):"]
    for check in verdicts:
        measured = "" if check.verdict == UNKNOWN else ratio_text(check.value, check.interval)
        lines.append(f"  {check.text:{width}}  {check.threshold:14}  {measured:24}  {check.verdict}")
    if not verdicts:
        lines = ["Checks: none of what was measured has one."]
    return "\n".join(lines + disturbance(rows))
