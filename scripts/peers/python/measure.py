"""What the programs share: clocks, the peak of memory, the line on stdout, and which event loop."""
import asyncio
import json
import time


class Span:
    """A stretch of wall time and of this process's CPU time."""

    def __init__(self):
        self.wall, self.cpu = time.monotonic(), time.process_time()

    def report(self, program, ops, more=lambda wall: {}):
        """Stop the clocks and print a line of JSON; ns_per_op is CPU time."""
        wall, cpu = time.monotonic() - self.wall, time.process_time() - self.cpu
        print(json.dumps({"program": program, "ops": ops, "wall_s": wall, "cpu_s": cpu, "ns_per_op": cpu * 1e9 / ops,
                          "rss_peak_kib": rss_peak_kib(), **more(wall)}), flush=True)


def rss_peak_kib():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def run(loop, main):
    """asyncio.run on the loop of that name: "asyncio" or "uvloop"."""
    if loop == "uvloop":
        import uvloop
        factory = uvloop.new_event_loop
    else:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)
