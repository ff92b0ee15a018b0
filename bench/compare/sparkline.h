/* A series as a line of block characters: "▁▁▂▁▇▇█". */
#ifndef BENCH_COMPARE_SPARKLINE_H
#define BENCH_COMPARE_SPARKLINE_H

#include <stddef.h>
#include "../output/text_pool.h"

/**
 * Draw values: NAN is "·". The eight heights are from the least to the largest value, but at least from 5 % below the
 * middle of both to 5 % above it, so that noise looks flat. Values must be positive.
 *
 * @param most  characters; of a longer series the end is drawn
 * Returns the pool's text.
 */
const char *sparkline_text(struct text_pool *pool, const double *values, size_t count, size_t most);

#endif
