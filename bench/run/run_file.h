/* A run's directory and its run.ndjson (a gate's: gate.ndjson): a line is on its way to the disk, whole, before the next trial starts. */
#ifndef BENCH_RUN_FILE_H
#define BENCH_RUN_FILE_H

#include <jansson.h>
#include "../failure.h"

struct run_file {
    const char *name; /**< "run.ndjson" */
    char *dir;        /**< absolute */
    char *id;         /**< the directory's last part */
    char started[32]; /**< UTC, "2026-01-31T12:00:00Z" */
    int fd;
};

/**
 * Make the directory and open run.ndjson in it.
 *
 * @param name      of the file, a literal; results/latest points to directories of run.ndjson only
 * @param out       the directory, made if need be; must not hold a run yet. NULL: results/<UTC time>-<scenario> below the
 *                  current directory, and results/latest then points to it
 * Returns 0, or -1 (EXIT_JOBS_FAILED, naming the path and what is wrong; EXIT_USAGE where a run is there already).
 */
int run_file_open(struct run_file *ret_file, const char *name, const char *out, const char *scenario,
                  struct failure *ret_failure);

/** Append one line. Takes the reference to `line`. Returns 0, or -1: nothing of it stands in the file (or all, if fsync failed). */
int run_file_append(struct run_file *file, json_t *line, struct failure *ret_failure);

/** Append text that ends with a newline. */
int run_file_append_text(struct run_file *file, const char *text, struct failure *ret_failure);

void run_file_close(struct run_file *file);

#endif
