/*
 * A gate's figures in the formats of services that keep a history of them.
 *   github-action-benchmark  the JSON of its tools customSmallerIsBetter: [{name, unit, value, range, extra}]; jobs a
 * second become microseconds a job, so that smaller is better for all. Source: its README, "customBiggerIsBetter and
 * customSmallerIsBetter" (github.com/benchmark-action/github-action-benchmark) bencher                  Bencher Metric
 * Format: {benchmark: {measure: {value, lower_value, upper_value}}}. Source:
 * bencher.dev/docs/reference/bencher-metric-format Values are the head's: the median over its trials and the exact
 * interval of that.
 */
#ifndef BENCH_GATE_GATE_EXPORT_H
#define BENCH_GATE_GATE_EXPORT_H

#include "gate.h"

/** Check "FORMAT=FILE" before anything is run. Returns 0, or -1: EXIT_USAGE, or EXIT_JOBS_FAILED where its directory cannot
 * be written. */
int gate_export_check(const char *said, struct failure *ret_failure);

/** Write the file, whole. Cells without figures, or too few for a verdict, are left out. Returns 0 or -1. */
int gate_export_write(const struct gate_plan *plan, const char *said, struct failure *ret_failure);

#endif
