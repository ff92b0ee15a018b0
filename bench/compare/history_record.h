/* A lane in one run of a history: a row of `iorace history --csv` and an element of `points` of --json. */
#ifndef BENCH_COMPARE_HISTORY_RECORD_H
#define BENCH_COMPARE_HISTORY_RECORD_H

#include <stdint.h>
#include "../record/record.h"
#include "history.h"

struct history_record {
    int64_t kind; /**< from 1: runs of another machine or build are of another kind */
    char *cell;
    char *runner;
    char *workload;
    char *params;
    char *concurrency;
    char *connections;
    char *jobs;
    char *cpus; /**< how many the jobs may use */
    char *metric;
    char *run;
    char *started;
    char *git_commit; /**< nine digits, and + where the tree had changes */
    int64_t trials;
    double median, ci_lo, ci_hi;
    double change, change_ci_lo, change_ci_hi; /**< over the run before; null for the first */
    double step;                               /**< the new level over the old one, where one begins */
    char *cpu_model;
    char *cpus_online;
    char *architecture;
    char *build_type;
    char *sanitizers;
    char *dir;
};

extern const struct record_field history_fields[];

/** Fill a record with borrowed texts: it must not be finished, and lives as long as the history. */
void history_record_fill(struct history_record *ret_record, const struct history *history,
                         const struct history_series *series, const struct history_point *point);

#endif
