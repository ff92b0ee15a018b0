"""aiohttp_downloads.py LOOP URL BODY_BYTES CONNECTIONS REQUESTS: kept-alive connections, a worker each."""
import asyncio
import itertools
import sys

import aiohttp

import measure


async def main(loop, url, body_bytes, connections, requests):
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=300)  # no limit of its own, and none is closed as idle
    async with aiohttp.ClientSession(connector=connector) as session:
        async def get():
            async with session.get(url) as response:
                body = await response.read()
                assert response.status == 200 and len(body) == body_bytes

        async def work():
            while next(taken) < requests:
                await get()

        await asyncio.gather(*(get() for _ in range(connections)))  # opens the connections
        taken = itertools.count()
        span = measure.Span()
        await asyncio.gather(*(work() for _ in range(connections)))
        span.report(loop, requests, lambda wall: {"requests_per_s": requests / wall})


measure.run(sys.argv[1], main(*sys.argv[1:3], *map(int, sys.argv[3:])))
