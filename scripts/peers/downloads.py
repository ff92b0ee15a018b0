"""The lanes of the downloads: clients that take a page from nginx again and again over kept-alive connections."""
import json
import os
import re
import tempfile
import time

from lane import GENERATOR, OURS, PEER, YARDSTICK, Case, Lane, Metric, Unsupported
from nginx import BODY_BYTES
from programs import require
from trial import TrialError, read_lines, run

TIMEOUT_S = 120


def download_case(size, quick):
    what = f"{size:,} kept-alive connection{'s' if size > 1 else ''} to nginx, a {BODY_BYTES}-byte page"
    return Case("downloads", size, what, [
        Metric("requests_per_s", "/s", True), Metric("cpu_us_per_op", "us"), Metric("rss_peak_kib", "KiB")],
        lanes(size, quick))


def lanes(connections, quick):
    """Ours first. Each asks for as many as keep it busy for one to four seconds: a rate does not depend on it."""
    def requests(fast):
        by_size = {1: (20000, 3000), 64: (80000, 12000), 1000: (80000, 12000), 8000: (100000, 16000)}
        count = by_size[min(by_size, key=lambda size: abs(size - connections))][0 if fast else 1]
        return max(connections * 2, count // 10 if quick else count)

    fast, slow = requests(True), requests(False)

    def lane(name, kind, program, note="", most=None, why=""):
        def watched(context):
            if most and connections > most:
                raise Unsupported(why)
            return with_server(context, connections, program)
        return Lane(name, kind, watched, note)

    def perf(program):
        return lambda c: c.ours(program, "--url", c.server.url, "--requests", fast, "--connections", connections,
                                "--warm")

    def aiohttp(loop):
        return lambda c: c.python("aiohttp_downloads", loop, c.server.url, BODY_BYTES, connections, slow,
                                  tools=["aiohttp"])

    return [
        lane("iort", OURS, perf("rt_curl"), "a task a connection, rt_curl_perform"),
        lane("iorace coroutines", OURS, lambda c: iorace(c, "coroutines", connections, fast),
             "the same within the harness"),
        lane("iorace threads", OURS, lambda c: iorace(c, "threads", connections, fast),
             "curl_easy_perform in a thread a connection",
             most=1000, why="more than 1000 threads with a connection each are not run"),
        lane("Go", PEER, lambda c: c.go("downloads", c.server.url, BODY_BYTES, connections, fast), "net/http"),
        lane("aiohttp", PEER, aiohttp("asyncio"), "on asyncio's own loop"),
        lane("aiohttp, uvloop", PEER, aiohttp("uvloop"), "on uvloop"),
        lane("requests", PEER, lambda c: c.python("requests_downloads", c.server.url, BODY_BYTES, connections,
                                                  slow // 4 + connections, tools=["requests"]),
             "a thread and a Session a connection",
             most=1000, why="more than 1000 threads with a Session each are not run"),
        lane("Node", PEER, lambda c: c.node("downloads", c.server.url, BODY_BYTES, connections, slow * 2),
             "node:http with a keep-alive agent"),
        lane("curl --parallel", PEER, lambda c: curl(c, connections, max(slow // 4, connections)),
             "a whole process: start and connecting are in the figures; 300 connections at most, its own limit"),
        lane("bare libcurl", YARDSTICK, perf("bare_curl"), "libcurl's multi interface on libev, without tasks"),
        lane("wrk", GENERATOR, lambda c: wrk(c, connections, 1 if quick else 2 if connections < 8000 else 4),
             "connecting is in the figures"),
        lane("h2load", GENERATOR, lambda c: h2load(c, connections, fast * 3), "HTTP/1.1; connecting is in the figures"),
    ]


def with_server(context, connections, program):
    """What nginx itself saw is recorded beside what the client says, and the two must agree."""
    server = context.server
    accepted, answered = server.counters()
    cpu_s, start = server.cpu_s(), time.monotonic()
    figures = program(context)
    figures["server_cpu_share"] = (server.cpu_s() - cpu_s) / (time.monotonic() - start)
    now_accepted, now_answered = server.counters()
    figures["connections_opened"] = now_accepted - accepted - 1  # one was this question
    if now_answered - answered - 1 < figures["ops"]:
        raise TrialError(f"it claims {figures['ops']} requests, nginx saw {now_answered - answered - 1}")
    figures.setdefault("cpu_us_per_op", figures["cpu_s"] * 1e6 / figures["ops"])
    return figures


def iorace(context, runner, connections, requests):
    program = f"{context.build}/bench/iorace"
    if not os.access(program, os.X_OK):
        raise Unsupported("this build has no iorace (-Dbench)")
    cpus = ",".join(map(str, sorted(context.client_cpus)))
    both = context.client_cpus | context.server_cpus  # it takes the CPUs it is told to itself
    spec = run([program, "run", "--url", context.server.url, "--jobs", requests, "--concurrency", connections,
                "--runner", runner, "--blocks", 1, "--cpus", cpus, "--per-host", connections,
                "--dry-run", "--json"], both, 30)[0]
    trial = read_lines(run([program, "trial"], both, TIMEOUT_S, input_text=spec)[0])[0]
    if trial["state"] != "ok":
        raise TrialError(f"{trial['state']}: {trial['reason']}")
    return {"ops": requests, "wall_s": trial["wall_s"], "cpu_s": trial["cpu_us_per_job"] * requests / 1e6,
            "rss_peak_kib": trial["rss_peak_kib"], "requests_per_s": trial["jobs_per_s"]}


def curl(context, connections, requests):
    require(context.versions, ["curl"])
    with tempfile.NamedTemporaryFile("w", suffix=".curlrc") as config:
        config.write('parallel\nparallel-immediate\nsilent\nshow-error\nnoproxy = "*"\n'
                     f'parallel-max = {min(connections, 300)}\nwrite-out = "%{{http_code}} %{{size_download}}\\n"\n')
        config.write(f'url = "{context.server.url}"\noutput = "/dev/null"\n' * requests)
        config.flush()
        text, whole = run(["curl", "--disable", "--config", config.name], context.client_cpus, TIMEOUT_S,
                          watch_memory=True)
    good = text.split("\n").count(f"200 {BODY_BYTES}")
    if good != requests:
        raise TrialError(f"{requests - good} of {requests} requests failed")
    return {**whole, "ops": requests, "requests_per_s": requests / whole["wall_s"]}


def wrk(context, connections, seconds):
    require(context.versions, ["wrk"])
    text, whole = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", context.server.url], context.client_cpus,
                      TIMEOUT_S, watch_memory=True)
    bad = re.search(r"Non-2xx.*|Socket errors: .*", text)
    requests, rate = re.search(r"(\d+) requests in", text), re.search(r"Requests/sec:\s+([\d.]+)", text)
    if bad or not requests or not rate:
        raise TrialError(bad.group(0) if bad else "its output is not understood")
    return {**whole, "ops": int(requests.group(1)), "requests_per_s": float(rate.group(1))}


def h2load(context, connections, requests):
    require(context.versions, ["h2load"])
    text, whole = run(["h2load", "--h1", "-t1", "-c", connections, "-n", requests, context.server.url],
                      context.client_cpus, TIMEOUT_S, watch_memory=True)
    good, rate = re.search(r"(\d+) succeeded", text), re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", text)
    if not good or not rate or int(good.group(1)) != requests:
        raise TrialError(f"{good.group(1) if good else 'none'} of {requests} requests succeeded")
    return {**whole, "ops": requests, "requests_per_s": float(rate.group(1))}
