/*
 * How a record's table of fields is written, and the ranges that records share: what a machine can do. A value beyond
 * them is a defect of the tool, not a strange result. results/schema.json says the same numbers; a test compares the
 * two.
 */
#ifndef BENCH_RECORD_FIELD_TABLE_H
#define BENCH_RECORD_FIELD_TABLE_H

#include "record.h"

#define MOST_JOBS       1e9
#define MOST_WORKERS    1e7
#define MOST_BLOCKS     1e6
#define MOST_TRIALS     1e9
#define LEAST_WALL_S    1e-9 /* the clock's step: no trial with jobs takes no time */
#define MOST_SECONDS    1e8  /* three years */
#define MOST_MS         1e11
#define LEAST_SPEEDUP   1e-17
#define MOST_SPEEDUP    1e17
#define MOST_JOBS_PER_S 1e12
#define MOST_CPU_US     1e14
#define MOST_KIB        1e12    /* a pebibyte */
#define MOST_THREADS    4194304 /* PID_MAX_LIMIT of Linux */
#define MOST_SWITCHES   1e15
#define MOST_BYTES      9e15 /* below 2^53: whole numbers stay whole in every JSON reader */
#define MOST_NAME       200  /* bytes, of a cell, a runner, a workload */
#define MOST_TEXT       2000 /* bytes, of params, a CPU list, a reason */

/** For a row's `null`. ADDED: may be null, too, and is missing in files from before there was such a field. */
enum { ALWAYS = 0, OR_NULL = 1, ADDED = 2 };

/** A row of the table of `struct owner`; `least` and `most` as in struct record_field. */
/* clang-format off */
#define FIELD_TEXT(owner, name, null, least, most, words) \
    { #name, RECORD_TEXT, offsetof(struct owner, name), (null) != ALWAYS, least, most, words, (null) == ADDED }
#define FIELD_REAL(owner, name, null, least, most) \
    { #name, RECORD_REAL, offsetof(struct owner, name), (null) != ALWAYS, least, most, NULL, (null) == ADDED }
#define FIELD_COUNT(owner, name, null, least, most) \
    { #name, RECORD_COUNT, offsetof(struct owner, name), (null) != ALWAYS, least, most, NULL, (null) == ADDED }
/* clang-format on */

/** "warm", "cold" */
extern const char *const record_connection_words[];

#endif
