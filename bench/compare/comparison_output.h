/* A comparison for those who read it: a terminal, a pull request, a program. */
#ifndef BENCH_COMPARE_COMPARISON_OUTPUT_H
#define BENCH_COMPARE_COMPARISON_OUTPUT_H

#include <jansson.h>
#include <stdio.h>
#include "../report/tables/tables.h"
#include "comparison.h"

/** One table a metric, the first with verdicts; the differences of the runs as warnings. Returns 0 or -1 (memory);
 * report_tables_finish frees it. */
int comparison_tables_make(struct report_tables *ret_tables, const struct comparison *comparison,
                           struct failure *ret_failure);

/** Returns what was found in a sentence, and whether it was forced; the pool's. */
const char *comparison_sentence(struct text_pool *pool, const struct comparison *comparison);

/** Print it in the style of the run's tables. Returns 0 or -1 (memory). */
int comparison_print(const struct comparison *comparison, FILE *out, struct failure *ret_failure);

/** Write it as Markdown. Returns 0 or -1 (a file that cannot be written, memory). */
int comparison_write_markdown(const struct comparison *comparison, const char *path, struct failure *ret_failure);

/** Returns a new object, described in results/README.md, or NULL (memory). */
json_t *comparison_json(const struct comparison *comparison, enum exit_status status);

#endif
