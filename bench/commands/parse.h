/* Command lines by argp, with the program's promise kept: a usage error is one line, printed in the one place that prints. */
#ifndef BENCH_COMMANDS_PARSE_H
#define BENCH_COMMANDS_PARSE_H

#include <argp.h>
#include "../failure.h"

/**
 * argp_parse, but errors (argp_error in the parser included) come back as a failure.
 *
 * @param argp   without children; must not define --help itself
 * @param input  handed to the parser as state->input
 *
 * Returns 0; 1 if --help was asked for and has been printed; -1 with EXIT_USAGE. Context: one thread.
 */
int command_parse(const struct argp *argp, int argc, char **argv, void *input, struct failure *ret_failure);

#endif
