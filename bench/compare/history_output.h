/* A history for those who read it: a terminal, a pull request, a spreadsheet, a program. */
#ifndef BENCH_COMPARE_HISTORY_OUTPUT_H
#define BENCH_COMPARE_HISTORY_OUTPUT_H

#include <jansson.h>
#include <stdio.h>
#include "../report/tables/tables.h"
#include "history.h"

/**
 * An overview of each kind (a row a lane), then the runs of each lane whose level changed, or of all.
 *
 * Returns 0 or -1 (memory); report_tables_finish frees it.
 */
int history_tables_make(struct report_tables *ret_tables, const struct history *history, bool all,
                        struct failure *ret_failure);

/** Returns what was found in some sentences; the pool's. */
const char *history_sentence(struct text_pool *pool, const struct history *history);

/** Print the tables. Returns 0 or -1 (memory). */
int history_print(const struct history *history, bool all, FILE *out, struct failure *ret_failure);

/** Write every lane's runs as Markdown, or as CSV: a row a lane and run. Returns 0 or -1. */
int history_write_markdown(const struct history *history, const char *path, struct failure *ret_failure);
int history_write_csv(const struct history *history, const char *path, struct failure *ret_failure);

/** Returns a new object, described in results/README.md, or NULL (memory). */
json_t *history_json(const struct history *history);

/** Draw DIR/charts/history.svg and .png with their .gp and .dat, a panel a cell; more where there are many. DIR is
 * made. Returns 0 or -1. */
int history_write_chart(const struct history *history, const char *dir, struct failure *ret_failure);

#endif
