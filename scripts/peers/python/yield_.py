"""yield_.py LOOP TASKS YIELDS_OF_ALL: tasks that let one another run."""
import asyncio
import sys

import measure


async def yield_often(times):
    for _ in range(times):
        await asyncio.sleep(0)


async def main(loop, tasks, yields):
    await asyncio.gather(*(yield_often(10) for _ in range(tasks)))
    span = measure.Span()
    await asyncio.gather(*(yield_often(yields // tasks) for _ in range(tasks)))
    span.report(loop, yields // tasks * tasks)


measure.run(sys.argv[1], main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
