/* Randomised complete blocks: every lane once a block, in an order drawn from the seed and the block alone. */
#ifndef BENCH_ORDER_H
#define BENCH_ORDER_H

#include "plan.h"

/** Put the trials of one block into the order in which they will run. */
void order_block(struct planned_trial *trials, size_t count, int64_t seed, int64_t block);

#endif
