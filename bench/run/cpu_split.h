/* Which CPUs the jobs get and which the test server. */
#ifndef BENCH_CPU_SPLIT_H
#define BENCH_CPU_SPLIT_H

#include <stdbool.h>
#include "../failure.h"

enum { CPU_LIST_ROOM = 1024 };

struct cpu_split {
    char client[CPU_LIST_ROOM]; /**< all that are the jobs' to use */
    char server[CPU_LIST_ROOM]; /**< the test server's; "" where there is none */
    bool shared;                /**< there are too few for each to have its own */
};

/**
 * Share out the CPUs that this process may use (its affinity as inherited).
 *
 * The server gets a quarter of them, at least one, from the end of the list and whole cores at a time, so that it does not sit on the
 * sibling thread of a core that the jobs use.
 *
 * @param with_server  false: the jobs have all of them
 * Returns 0 or -1.
 */
int cpu_split_make(struct cpu_split *ret_split, bool with_server, struct failure *ret_failure);

/**
 * Work out a cell's CPUs: what `cpus` of the settings means.
 *
 * @param wish  NULL or "all": all of the client's; "one": the first of them; else a list, used as it is
 * Returns 0 or -1 (EXIT_USAGE: not allowed, or not a list).
 */
int cpu_split_client(const struct cpu_split *split, const char *wish, char ret_cpus[CPU_LIST_ROOM],
                     struct failure *ret_failure);

/** Returns whether a cell's CPUs and the test server's have one in common. */
bool cpu_split_overlaps(const struct cpu_split *split, const char *client_cpus);

#endif
