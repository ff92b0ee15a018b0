/* What a gate would do, for --dry-run: its cells and metrics, how long it takes, and how small a change it can find. */
#ifndef BENCH_GATE_DRY_RUN_H
#define BENCH_GATE_DRY_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include "lanes.h"
#include "verdict.h"

/** Write it for a person. @param skipped  both arms are equal, so that it would not run */
void gate_plan_print(const struct gate_plan *plan, const struct gate_rules *rules, bool skipped, FILE *out);

/** Returns the same for a machine (the caller's), or NULL (memory). Times in seconds, changes and spreads as shares. */
json_t *gate_plan_json(const struct gate_plan *plan, const struct gate_rules *rules, bool skipped);

#endif
