/* What is wrong with a trial's figures though all its jobs were done: words for its `flags`. */
#ifndef BENCH_RUN_TRIAL_FLAGS_H
#define BENCH_RUN_TRIAL_FLAGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** Append a word to the flags of a `trial` line. */
void trial_flag_add(json_t *line, const char *flag);

/**
 * Returns how much of the time the busiest of the test server's loops was at work, 0 to 1; NAN: not known.
 *
 * @param server_cpu_s          CPU time of the whole server within the bracket, which took wall_s
 * @param cpu_ns, busiest_ns    CPU time of its loops together, and of the busiest, over the trial: what it tells of
 * itself
 */
double trial_server_busy_share(double server_cpu_s, double wall_s, int64_t cpu_ns, int64_t busiest_ns);

/** Whether that is so much that the server is what was measured: more than nine tenths. */
bool trial_saturated_server(double busy_share);

/** Whether its answers came so late that the delays were not those asked for: one in a hundred by more than a tenth of
 * the shortest, and by more than a timer's usual error. @param delay_ms  as in settings; NULL: none */
bool trial_had_late_server(const char *delay_ms, int64_t late_p99_ns);

#endif
