/* Which trial of a gate comes when. Pure functions. */
#ifndef BENCH_GATE_SCHEDULE_H
#define BENCH_GATE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The three trials of a cell in a block. The base runs twice: the two of it are the A/A control. */
enum gate_arm { ARM_BASE, ARM_HEAD, ARM_AGAIN, ARM_COUNT };

/** Returns "base", "head" or "again". */
const char *gate_arm_name(enum gate_arm arm);

/** Returns whose it is: 0 the base's, 1 the head's. */
int gate_arm_side(enum gate_arm arm);

/**
 * Choose the order of a cell's three trials in a block.
 *
 * In blocks 1 to 6, 7 to 12 and so on each of the six orders comes once, in a sequence drawn from the seed and the
 * cell: who goes first is balanced, and so is who follows whom.
 *
 * @param block     from 1
 * @param reversed  the confirmation's: the same block's order from its end
 */
void schedule_arms(enum gate_arm ret_order[ARM_COUNT], int64_t seed, size_t cell, int64_t block, bool reversed);

/** Choose the order of the cells in a block. @param ret_order  a permutation of 0 .. count - 1 */
void schedule_cells(size_t *ret_order, size_t count, int64_t seed, int phase, int64_t block);

#endif
