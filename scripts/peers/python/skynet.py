"""skynet.py LOOP LEAVES: a tree of tasks, each with ten children whose numbers it adds up."""
import asyncio
import sys

import measure

FAN_OUT = 10


async def node(first, leaves):
    if leaves == 1:
        return first
    below = leaves // FAN_OUT
    return sum(await asyncio.gather(*(node(first + i * below, below) for i in range(FAN_OUT))))


async def main(loop, leaves):
    span = measure.Span()
    assert await asyncio.create_task(node(0, leaves)) == leaves * (leaves - 1) // 2
    span.report(loop, leaves)


measure.run(sys.argv[1], main(sys.argv[1], int(sys.argv[2])))
