/* A stored file of JSON objects, one a line: run.ndjson and gate.ndjson. It may be anybody's, so nothing in it is trusted. */
#ifndef BENCH_REPORT_NDJSON_H
#define BENCH_REPORT_NDJSON_H

#include <jansson.h>
#include <stddef.h>
#include "../failure.h"

/**
 * Take one line.
 *
 * @param line    its number, from 1
 * @param object  a JSON object, borrowed
 * Returns 0, or -1 with the cause, to which file and line are added.
 */
typedef int (*ndjson_take_fn)(void *context, size_t line, json_t *object, struct failure *ret_failure);

/**
 * Read DIR/NAME. A last line without its newline is what a killed writer leaves: it is left out.
 *
 * Returns 0, or -1: EXIT_USAGE (no such directory or file, not a regular one), EXIT_NO_DATA (no whole line, or one that
 * is no JSON object), EXIT_LOCAL_LIMIT (memory), or what `take` failed with.
 */
int ndjson_read(const char *dir, const char *name, ndjson_take_fn take, void *context, struct failure *ret_failure);

/** Put DIR/NAME:LINE in front of a cause. Returns -1. */
int ndjson_at_line(const char *dir, const char *name, size_t line, const struct failure *cause,
                   struct failure *ret_failure);

#endif
