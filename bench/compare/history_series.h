/* A history's series: made run by run, then looked at as a whole. Used by history.c. */
#ifndef BENCH_COMPARE_HISTORY_SERIES_H
#define BENCH_COMPARE_HISTORY_SERIES_H

#include "history.h"

struct history_series_list {
    struct history_series *series;
    size_t count;
};

/**
 * Add a point to the series of each of the run's lanes that has the figure.
 *
 * @param taken  what the points refer to
 * Returns how many were added, or -1 (memory); the list is whole either way.
 */
int history_series_add(struct history_series_list *list, struct text_pool *pool, const struct run_data *run,
                       const struct history_run *taken, const struct compare_metric *asked);

/** Once all points are there: changes, steps, and which series look alike; sorted by kind. Returns 0 or -1 (memory). */
int history_series_finish_points(struct history_series *series, size_t count, double threshold);

#endif
