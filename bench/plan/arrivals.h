/* When the jobs of an open loop are due. Worked out beforehand, from the seed: nothing about a runner goes in. */
#ifndef BENCH_ARRIVALS_H
#define BENCH_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Write when each job is due, ns since the start, ascending.
 *
 * Fixed: job i at i / rate. Poisson: as many independent arrivals as there are jobs, anywhere within the time that they
 * take at this rate: a Poisson process of which it is known how many arrived, so that the load offered in a block is as
 * asked and not what chance made of it. Every block draws anew.
 *
 * @param ret_intended_ns  count of them
 * @param rate             per second, at least 1
 */
void arrivals_fill(int64_t *ret_intended_ns, int64_t count, int64_t rate, bool poisson, int64_t seed, int64_t block);

#endif
