/*
 * The machine and the build as they are recorded with a run (the `env` line; results/README.md), how loaded the machine
 * is, and what a reader of the numbers has to be warned of.
 */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

#include <jansson.h>
#include <stdint.h>

/**
 * Collect what is recorded with a run, but for what only the run knows ("type", client_cpus, server_cpus, server).
 *
 * What cannot be read is null, and "unknown" holds the reason under the same name. "warnings" are sentences.
 *
 * Returns a new object that the caller owns, or NULL (out of memory). Takes some 50 ms: it asks gnuplot and sha256sum.
 * Context: any thread, outside a task; call it before the clock starts.
 */
json_t *environment_collect(void);

/** environment_collect of the files under a prefix: "" is this machine (sysfile.h). For tests. */
json_t *environment_collect_at(const char *root);

/** How busy the machine is. What could not be read is -1. */
struct load_now {
    double average[3];   /**< the load averages: 1, 5, 15 minutes */
    int64_t steal_ticks; /**< since boot, of all CPUs together: time that the hypervisor gave to others */
    int64_t idle_ticks;  /**< time that nobody wanted, waiting for disks included */
    int64_t total_ticks; /**< all time, the two above included */
    int64_t running;     /**< threads that run or could, the caller's among them */
};

/** Read the load. Cannot fail; cheap enough for the middle of a run. Context: any thread. */
void load_read(struct load_now *ret_load);
void load_read_at(const char *root, struct load_now *ret_load);

/** Returns the share of time stolen between two readings, in percent; -1 where it is not known or no time has passed.
 */
double load_steal_percent(const struct load_now *before, const struct load_now *after);

/** Returns the share of time that the CPUs were busy between two readings, in percent; -1 as above. */
double load_busy_percent(const struct load_now *before, const struct load_now *after);

/**
 * Append what a reader needs to be told, as sentences.
 *
 * @param warnings     an array
 * @param environment  as from environment_collect, which has already put these into its own "warnings"; NULL: none of
 * it
 * @param before       with `after`: the readings around the run, for what the hypervisor took; both may be NULL
 */
void environment_warnings(json_t *warnings, const json_t *environment, const struct load_now *before,
                          const struct load_now *after);

#endif
