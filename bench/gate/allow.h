/*
 * Regressions that were accepted, each until a day:
 *
 *   # Words for whoever reads it.
 *   [allow]
 *   cell = download
 *   metric = cpu_us_per_job
 *   until = 2026-12-31
 *   reason = verifies each body since 1.4
 *
 * `runner =` may be said as well, where a cell has several. Through its last day (UTC) an entry counts; then it does
 * not.
 */
#ifndef BENCH_GATE_ALLOW_H
#define BENCH_GATE_ALLOW_H

#include <stdbool.h>
#include <stddef.h>
#include "../failure.h"

struct allowed {
    char *cell, *runner, *metric, *until, *reason; /**< runner: NULL for any */
    int line;
    bool expired;
    bool used; /**< some cell is what it names */
};

struct allow_list {
    char *path;
    struct allowed *items;
    size_t count;
};

/**
 * Read the file.
 *
 * @param today     "2026-11-20", UTC
 * @param ret_list  written on success only; allow_finish frees it
 * Returns 0, or -1: EXIT_USAGE with file, line and what would be accepted; EXIT_LOCAL_LIMIT (memory).
 */
int allow_read(struct allow_list *ret_list, const char *path, const char *today, struct failure *ret_failure);
void allow_finish(struct allow_list *list);

/** Returns the entry for a cell's metric, one that counts before one that has expired, or NULL; marks it as used. */
struct allowed *allow_find(const struct allow_list *list, const char *cell, const char *runner, const char *metric);

/** Fill with the present day. */
#define ALLOW_DAY_SIZE 16
void allow_today(char ret_day[ALLOW_DAY_SIZE]);

#endif
