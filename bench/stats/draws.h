/*
 * Inside bench/stats: seeded random numbers, the same on every machine. The i-th is a hash of i under the seed: nothing
 * to warm up, and seeds that differ by one are as far apart as any two.
 */
#ifndef BENCH_STATS_DRAWS_H
#define BENCH_STATS_DRAWS_H

#include <stdint.h>

struct stats_draws {
    uint64_t seed, drawn;
};

/** Returns the next 64 bits, each a fair coin. Source: XXH3 of the count of draws. */
uint64_t stats_draw_bits(struct stats_draws *draws);

/** Returns a number from 0 to bound - 1. One is likelier than another by less than bound / 2^32. */
uint32_t stats_draw_below(struct stats_draws *draws, uint32_t bound);

#endif
