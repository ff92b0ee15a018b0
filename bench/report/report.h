/* From a stored run to everything that a person or a program reads: CSV, charts, table, page. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>
#include "../stored/run_data.h"

/** Write DIR/trials.csv and DIR/summary.csv: whole files, by temporary name, fsync and rename. Returns 0 or -1. */
int report_write_csv(const struct run_data *run, struct failure *ret_failure);

/** Write DIR/charts/: for each chart its .gp and .dat files, and through gnuplot the .svg and .png. Returns 0, or -1
 * with what gnuplot said; a missing gnuplot is EXIT_LOCAL_LIMIT naming the package. */
int report_write_charts(const struct run_data *run, struct failure *ret_failure);

/** Write DIR/report.html: self-contained (the SVGs are inlined), no network. Charts that are not there are left out. */
int report_write_html(const struct run_data *run, struct failure *ret_failure);

/**
 * Print the sentences, tables and warnings, and how to reproduce them, as Markdown for a pull request. What users and
 * servers named stands for itself and does nothing.
 *
 * Returns 0 or -1 (memory); errors of the stream are the caller's to look at.
 */
int report_print_markdown(const struct run_data *run, FILE *out, struct failure *ret_failure);

/** Write the same into a file, which appears whole or not at all. Returns 0 or -1. */
int report_write_markdown(const struct run_data *run, const char *path, struct failure *ret_failure);

/** Print the sentence that says what was found, then the tables, then warnings. Width-aware; color only on a terminal
 *  without NO_COLOR. */
void report_print(const struct run_data *run, FILE *out);

/** The plain sentences: one for each cell or sweep where the numbers support one; "" where they support none.
 *  Returns a text that the caller frees, or NULL (out of memory). */
char *report_sentences(const struct run_data *run);

/** Returns what is the case where there is no such sentence, in one. */
const char *report_why_silent(const struct run_data *run);

/** Returns a person's word for a runner or a workload's cell ("coroutines", "thread pool", "one after another
 * (serial)"). */
const char *report_runner_label(const char *runner);

#endif
