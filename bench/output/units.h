/* Figures for people: three digits, more only where an interval needs them, in the unit that fits. Unknown (NAN) is
 * "–". */
#ifndef BENCH_REPORT_UNITS_H
#define BENCH_REPORT_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include "text_pool.h"

/** What an unknown figure looks like. */
#define UNITS_UNKNOWN "\u2013"

/** "0.503 s" and, in the same unit and with enough digits to tell its ends apart, "[0.502, 0.505]" ("" without one). */
struct units_estimate {
    const char *value, *interval;
};
struct units_estimate units_time(struct text_pool *pool, double seconds, double lo, double hi);
struct units_estimate units_times(struct text_pool *pool, double ratio, double lo, double hi); /**< "96.9×" */
struct units_estimate units_rate_estimate(struct text_pool *pool, double per_s, double lo, double hi);
struct units_estimate units_memory_estimate(struct text_pool *pool, double kib, double lo, double hi);

const char *units_rate(struct text_pool *pool, double per_s);       /**< "12,693" */
const char *units_memory(struct text_pool *pool, double kib);       /**< "10.2 MiB" */
const char *units_duration(struct text_pool *pool, double seconds); /**< "45.0 µs" */
const char *units_count(struct text_pool *pool, double count);      /**< "1,000" */

/** Write the same into a buffer, cut where it is too small. */
void units_write_count(char *buffer, size_t size, double count);

/** Whether the blank at `at` stands between a figure and its unit, "60.9 ns", where no line may end. */
bool units_is_glue(const char *text, size_t at);

#endif
