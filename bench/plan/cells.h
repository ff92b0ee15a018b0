/* From one section of a scenario to its cells: what was said where, which of it counts, and a cell for each point. */
#ifndef BENCH_CELLS_H
#define BENCH_CELLS_H

#include "plan.h"
#include "scenario.h"
#include "targets.h"

enum { MOST_CELLS_OF_PLAN = 10000 };

struct cell_list {
    struct cell *cells;
    size_t count;
};

void cell_list_finish(struct cell_list *list);

void cell_finish(struct cell *cell);

/** Make another point of a search: `first`, but for the rate and what follows from it (name, params, jobs).
 *  Returns 0 or -1; cell_finish frees it. */
int cell_at_rate(struct cell *ret_cell, const struct cell *first, int64_t rate, struct failure *ret_failure);

struct cell_source {
    const struct scenario *scenario;        /* NULL: the options are all there is */
    const struct scenario_section *section; /* of it */
    const struct plan_override *overrides;
    size_t override_count;
    bool quick;
    const struct settings *run; /* whose run-wide settings every cell gets */
    int64_t cpu_count;          /* that this process may use */
    struct targets *targets;
};

/**
 * Append the cells of a section.
 *
 * @param ret_needed_cpus  0; or how many CPUs the section wants, because there are fewer and it was left out
 * Returns 0 or -1 with file, line, key and what would be accepted.
 */
int cells_add(struct cell_list *list, const struct cell_source *source, int64_t *ret_needed_cpus,
              struct failure *ret_failure);

#endif
