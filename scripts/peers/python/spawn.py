"""spawn.py LOOP SPAWNS: start a task and take its result, one after another."""
import asyncio
import sys

import measure


async def do_nothing():
    return 0


async def spawn(times):
    for _ in range(times):
        await asyncio.create_task(do_nothing())


async def main(loop, spawns):
    await spawn(1000)
    span = measure.Span()
    await spawn(spawns)
    span.report(loop, spawns)


measure.run(sys.argv[1], main(sys.argv[1], int(sys.argv[2])))
