/* A gate as JSON: the lines of gate.ndjson that are its own, and gate.json. */
#ifndef BENCH_GATE_GATE_FILE_H
#define BENCH_GATE_GATE_FILE_H

#include "../run/run_file.h"
#include "gate.h"
#include "gate_stored.h"

/** Returns the `gate` line: arms, cells, rules. */
json_t *gate_line(const struct gate_request *request, const struct run_file *file);

/** Returns what is said at the end, as gate.json holds it: a verdict a cell, the outcome. @param warnings  taken over
 */
json_t *gate_json(const struct gate_request *request, const struct run_file *file, const struct gate_result *result,
                  json_t *warnings);

/** Returns the last line, `verdicts`, of the same content. */
json_t *gate_verdicts_line(const json_t *gate);

/** Write gate.json, whole. Returns 0 or -1. */
int gate_json_write(const json_t *gate, const char *dir, struct failure *ret_failure);

#endif
