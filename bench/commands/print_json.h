#ifndef BENCH_COMMANDS_PRINT_JSON_H
#define BENCH_COMMANDS_PRINT_JSON_H

#include <jansson.h>
#include "../failure.h"

/**
 * Print what --json asked for: one object on standard output, for programs and legible to people. Standard output's own
 * errors are main's to see.
 *
 * @param object  taken over; NULL: memory ran out while it was made
 * Returns 0 or -1 (EXIT_LOCAL_LIMIT).
 */
int print_json(json_t *object, struct failure *ret_failure);

#endif
