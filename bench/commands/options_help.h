/* The options that only `iorace run` has, and the help of all of its options. */
#ifndef BENCH_OPTIONS_HELP_H
#define BENCH_OPTIONS_HELP_H

#include <stddef.h>
#include <stdio.h>

struct run_own_option {
    const char *name;
    size_t offset;    /**< in struct run_options: bool, or const char * where there is a unit */
    const char *unit; /**< of the value; NULL: takes none */
    const char *help;
};

extern const struct run_own_option run_own_options[];
extern const size_t run_own_option_count;

/** Write the help of `iorace run`. */
void run_help_print(FILE *out);

#endif
