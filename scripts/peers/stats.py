"""Medians, ratios and their exact 95 % intervals: the same as iorace's own (bench/stats), in a few lines."""
import math


def median(values):
    s = sorted(values)
    n = len(s)
    return s[n // 2] if n % 2 else (s[n // 2 - 1] + s[n // 2]) / 2


def median_interval(values):
    """Exact 95 % order-statistic interval; None below 6 values."""
    s, n = sorted(values), len(values)
    tail, choose, k = 0.0, 1.0, 0
    while True:  # k: how many values may be left out on each side
        tail += choose / 2 ** n
        if tail > 0.025:
            break
        choose = choose * (n - k) / (k + 1)
        k += 1
    return (s[k - 1], s[n - k]) if k >= 1 else None


def signed_rank_interval(values):
    """Hodges-Lehmann estimate, and its exact 95 % interval by inverting the signed-rank test; None below 6 values."""
    n = len(values)
    walsh = sorted((values[i] + values[j]) / 2 for i in range(n) for j in range(i, n))
    ways = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for w in range(len(ways) - 1, rank - 1, -1):
            ways[w] += ways[w - rank]
    total, k = 0, 0
    while k < len(walsh) and (total + ways[k]) / 2 ** n <= 0.025:
        total += ways[k]
        k += 1
    return median(walsh), ((walsh[k - 1], walsh[len(walsh) - k]) if k >= 1 else None)


def paired_ratio(over, under):
    """The ratio of two series that are paired by block, {block: figure}: (estimate, interval or None), or None where no
    block has both. Figures of 0 or below have no ratio."""
    logs = [math.log(over[block] / under[block]) for block in sorted(over.keys() & under.keys())
            if over[block] > 0 and under[block] > 0]
    if not logs:
        return None
    centre, interval = signed_rank_interval(logs)
    return math.exp(centre), tuple(map(math.exp, interval)) if interval else None
