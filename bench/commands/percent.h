#ifndef BENCH_COMMANDS_PERCENT_H
#define BENCH_COMMANDS_PERCENT_H

/**
 * Read "5%" or "5": percent, above 0 and at most 1000.
 *
 * @param ret_share  0.05; written on success only
 * Returns 0 or -1.
 */
int percent_parse(const char *text, double *ret_share);

#endif
