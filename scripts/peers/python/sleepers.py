"""sleepers.py LOOP COUNT DELAY_MS: coroutines that are all asleep at once."""
import asyncio
import sys

import measure

asleep = asleep_peak = 0


async def sleep_once(seconds):
    global asleep, asleep_peak
    asleep += 1
    asleep_peak = max(asleep_peak, asleep)
    await asyncio.sleep(seconds)
    asleep -= 1


async def main(loop, count, delay_ms):
    span = measure.Span()
    await asyncio.gather(*(sleep_once(delay_ms / 1000) for _ in range(count)))
    span.report(loop, count, lambda wall: {"delay_ms": delay_ms, "beyond_s": wall - delay_ms / 1000,
                                           "asleep_peak": asleep_peak})


measure.run(sys.argv[1], main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
