/* Which runs a history is made of. */
#ifndef BENCH_COMPARE_HISTORY_FIND_H
#define BENCH_COMPARE_HISTORY_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include "../failure.h"

struct found_run {
    char *dir;
    bool named; /**< on the command line, not found below what was named there */
};

struct found_runs {
    struct found_run *runs; /**< each directory once, whatever its names */
    size_t count, room;
};

/**
 * Find the runs of some directories: each is one (it has a run.ndjson), or holds some (its subdirectories that have
 * one; symbolic links such as results/latest are not followed, they lead to runs that are there).
 *
 * Returns 0 (found_runs_finish is then due), or -1: EXIT_USAGE naming a directory that is missing, no directory, or
 * neither of the two; EXIT_LOCAL_LIMIT (memory).
 */
int history_find(struct found_runs *ret_found, const char *const *dirs, size_t count, struct failure *ret_failure);
void found_runs_finish(struct found_runs *found);

#endif
