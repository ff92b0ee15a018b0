"""What the project promises about its speed, each with the figure that this run has for it."""
import dataclasses

import stats
from lane import PEER

HELD, MISSED, UNKNOWN = "held", "missed", "not measured"
NEARLY = "held, but not by all of its interval"
NO_INTERVAL = "held, with too few blocks for an interval"


@dataclasses.dataclass
class Check:
    text: str
    verdict: str
    value: float = None
    interval: tuple = None
    threshold: str = ""


def judge(text, ratio, least=None, most=None, interval_counts=False):
    """ratio: (estimate, interval or None), or None. The promise is `at least` or `at most`, of the estimate; where the
    interval counts, of all of it."""
    threshold = f"at least {least:g}" if least is not None else f"at most {most:g}"
    if ratio is None:
        return Check(text, UNKNOWN, threshold=threshold)

    def good(value):
        return value >= least if least is not None else value <= most
    value, interval = ratio
    wholly = interval is not None and good(interval[0]) and good(interval[1])
    if not good(value):
        verdict = MISSED
    elif interval is None:
        verdict = NO_INTERVAL
    else:
        verdict = HELD if wholly else MISSED if interval_counts else NEARLY
    return Check(text, verdict, value, interval, threshold)


def check_all(cases, series):
    """series(work, size, lane, metric): {block: figure}; a size of None is the only one there is."""
    def ratio(over, under):
        return stats.paired_ratio(series(*over), series(*under))

    works = {case.work for case in cases}
    checks = []
    switch = ("switch", None, "iort", "ns_per_op")
    if "switch" in works:
        checks.append(judge("a bare switch against Boost.Context's, interval included",
                            ratio(switch, ("switch", None, "Boost.Context", "ns_per_op")), most=1.1,
                            interval_counts=True))
    if "yield" in works:
        checks.append(judge("a yield against a bare switch", ratio(("yield", None, "iort", "ns_per_op"), switch),
                            most=2))
    if "spawn" in works:
        checks.append(judge("spawn and await, warm, against a bare switch",
                            ratio(("spawn", None, "iort", "ns_per_op"), switch), most=8))
    if "skynet" in works:
        for metric, what in (("wall_s", "time"), ("ns_per_op", "CPU time")):
            checks.append(judge(f"skynet against Go with GOMAXPROCS=1, {what}",
                                ratio(("skynet", 1000000, "iort", metric), ("skynet", 1000000, "Go", metric)),
                                most=0.25))
    for case in cases:
        if case.work == "sleepers" and case.size == 1000000:
            for lane in case.lanes:
                if lane.kind == PEER and lane.name != "pthreads":
                    for metric, what in (("beyond_s", "time beyond the sleep"), ("rss_peak_kib", "memory")):
                        checks.append(judge(f"1,000,000 sleepers against {lane.name}, {what}", ratio(
                            ("sleepers", 1000000, "iort", metric), ("sleepers", 1000000, lane.name, metric)), most=1))
    if "downloads" in works:
        checks += check_downloads(ratio)
    if "echo" in works:
        checks.append(judge("echo: messages/s against a bare libev loop", ratio(
            ("echo", None, "iort", "messages_per_s"), ("echo", None, "bare libev", "messages_per_s")), least=0.9))
        checks.append(judge("  the same, messages per second of the server's CPU", ratio(
            ("echo", None, "bare libev", "cpu_us_per_op"), ("echo", None, "iort", "cpu_us_per_op")), least=0.9))
    return checks


def check_downloads(ratio):
    def rate(size, lane, least):
        """The promise, and the same by CPU time: a client that is the limit is busy all the time, so the two agree
        unless others were at work on the machine."""
        return [
            judge(f"requests/s against {lane} at {size:,} connections", ratio(
                ("downloads", size, "iort", "requests_per_s"), ("downloads", size, lane, "requests_per_s")),
                  least=least),
            judge("  the same, requests per second of CPU", ratio(
                ("downloads", size, lane, "cpu_us_per_op"), ("downloads", size, "iort", "cpu_us_per_op")), least=least)]

    return [
        *(check for size in (64, 1000, 8000) for check in rate(size, "bare libcurl", 0.95)),
        *(check for size in (64, 1000, 8000) for check in rate(size, "Go", 1.1 if size == 1000 else 1)),
        *rate(64, "aiohttp, uvloop", 5),
        judge("peak memory against Go at 8,000 connections", ratio(
            ("downloads", 8000, "iort", "rss_peak_kib"), ("downloads", 8000, "Go", "rss_peak_kib")), most=0.6),
        judge("CPU per request at 8,000 connections against 64", ratio(
            ("downloads", 8000, "iort", "cpu_us_per_op"), ("downloads", 64, "iort", "cpu_us_per_op")), most=2.5),
    ]
