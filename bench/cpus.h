/* Lists of CPUs, as taskset and the kernel write them: "0-2,4". */
#ifndef BENCH_CPUS_H
#define BENCH_CPUS_H

#include <sched.h>
#include <stddef.h>
#include "failure.h"

/**
 * Read a CPU list.
 *
 * @param list     numbers and ranges, separated by commas, without spaces; a CPU named twice counts once
 * @param ret_set  written on success only; never empty
 *
 * Returns 0, or -1 with EXIT_USAGE: not a list, or it names CPUs that this process may not use (the text names both
 * them and the allowed ones). Context: any thread.
 */
int cpus_parse(const char *list, cpu_set_t *ret_set, struct failure *ret_failure);

/**
 * Write a set in its canonical form, "0-2,4": ascending, and as a range where two or more are neighbours.
 *
 * @param buffer  always ends up terminated; what does not fit is cut off. An empty set is "".
 */
void cpus_format(const cpu_set_t *set, char *buffer, size_t size);

/**
 * Ask which CPUs the calling thread may use (its affinity, within its cgroup).
 *
 * Returns 0, or -EINVAL where the machine has more CPUs than a cpu_set_t holds (1024). Source: sched_getaffinity(2).
 */
int cpus_allowed(cpu_set_t *ret_set);

#endif
