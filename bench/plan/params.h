/* The canonical text of what defines a cell beside its columns. */
#ifndef BENCH_PARAMS_H
#define BENCH_PARAMS_H

#include "settings.h"

/**
 * Write "delay-ms=20 spin-us=5 ...": in the table's order, defaults left out, one space between. Two cells with the
 * same text, workload, concurrency and jobs do the same. A space within a value becomes %20. Headers may be secrets:
 * their names and a hash stand for them. A file is its name and a hash of what is in it; of --save it is said that
 * bodies are written, not where.
 *
 * Returns the text (free it), or NULL (memory).
 */
char *params_text(const struct settings *settings);

#endif
