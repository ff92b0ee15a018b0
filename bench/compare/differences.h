/* What differs between two runs beside their figures. */
#ifndef BENCH_COMPARE_DIFFERENCES_H
#define BENCH_COMPARE_DIFFERENCES_H

#include "run_facts.h"

struct run_difference {
    const char *what;        /**< "CPU model"; "settings of sleep under threads" */
    const char *base, *head; /**< both values; "unknown" */
    bool parts;              /**< such runs must not be compared */
};

struct run_differences {
    struct run_difference *items; /**< those that part come first */
    size_t count, parting;
};

/**
 * Find them: facts of the machine and the build, load and steal, the seed, and what defines the lanes that both have.
 * What neither run knows is no difference.
 *
 * Returns 0 with everything owned by the pool, or -1 (memory).
 */
int run_differences_find(struct run_differences *ret_differences, struct text_pool *pool, const struct run_data *base,
                         const struct run_data *head);

/** Fill a failure (EXIT_NO_DATA) that names the first parting differences with both values. Returns -1. */
int run_differences_refuse(const struct run_differences *differences, struct failure *ret_failure);

#endif
