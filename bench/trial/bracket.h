/* The measuring bracket: everything that is read when the barrier opens and again when the last job ends. */
#ifndef BENCH_BRACKET_H
#define BENCH_BRACKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct bracket_point {
    int64_t wall_ns;
    int64_t cpu_user_us, cpu_sys_us;
    int64_t ctx_voluntary, ctx_involuntary;
    int64_t server_cpu_ns; /**< -1: unknown */
};

/**
 * Read the opening point: the clock last, so that reading the rest is not counted.
 *
 * @param server_pid  process whose CPU time belongs to the picture; 0: none; negative: all of a session
 */
void bracket_open(struct bracket_point *ret_point, pid_t server_pid);

/**
 * Read the closing point: the clock first. Any thread.
 *
 * @param open   the opening point
 * @param alone  the process has no other thread that could be running
 */
void bracket_close(struct bracket_point *ret_point, const struct bracket_point *open, pid_t server_pid, bool alone);

#endif
