/* --threshold of gate, compare and history: changes of up to so much do not matter. */
#ifndef BENCH_COMMANDS_THRESHOLD_H
#define BENCH_COMMANDS_THRESHOLD_H

#include "../failure.h"

#define THRESHOLD_DEFAULT 0.05

/**
 * Read "5%" or "5": percent, from 0.1 to 100. Below 1 the sign is needed, so that nobody means 5 % by 0.05.
 *
 * @param ret_share  0.05; written on success only
 * Returns 0 or -1 (EXIT_USAGE, with what is accepted).
 */
int threshold_parse(const char *text, double *ret_share, struct failure *ret_failure);

#endif
