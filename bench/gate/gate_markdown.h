/* What a gate found as Markdown: gate.md, and the job summary of a CI run. */
#ifndef BENCH_GATE_GATE_MARKDOWN_H
#define BENCH_GATE_GATE_MARKDOWN_H

#include <stdio.h>
#include "gate.h"

/** Write DIR/gate.md, whole. Returns 0 or -1. */
int gate_markdown_write(const struct gate_request *request, const struct gate_result *result,
                        struct failure *ret_failure);

/** Append it to a file, which need not be there: a job's summary may hold something else already. Returns 0 or -1. */
int gate_markdown_append(const struct gate_request *request, const struct gate_result *result, const char *path,
                         struct failure *ret_failure);

#endif
