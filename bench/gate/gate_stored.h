/* A stored gate, read back from its gate.ndjson: what its picture is made of, also right after it has ended. */
#ifndef BENCH_GATE_GATE_STORED_H
#define BENCH_GATE_GATE_STORED_H

#include <jansson.h>
#include <stdbool.h>
#include "../failure.h"

#define GATE_FILE   "gate.ndjson"
#define GATE_SCHEMA "iorace.gate/1"

struct gate_stored {
    json_t *gate;     /**< the first line: arms, cells, rules */
    json_t *env;      /**< the `env` line, or null */
    json_t *verdicts; /**< the last line: what gate.json holds, or NULL where the gate was killed */
};

/** Returns whether a directory holds a gate. */
bool gate_is_stored(const char *dir);

/**
 * Read DIR/gate.ndjson.
 *
 * @param ret_stored  written on success only; gate_stored_finish frees it
 * Returns 0, or -1 as ndjson_read; EXIT_NO_DATA, with the line and what is wrong with it, where it is no gate of ours or
 * its verdicts are none that a gate reaches: a figure out of range, an estimate outside its interval or without one, a
 * verdict without the figures that it comes from.
 */
int gate_stored_read(struct gate_stored *ret_stored, const char *dir, struct failure *ret_failure);
void gate_stored_finish(struct gate_stored *stored);

#endif
