/* The options that only `iorace run` has, and the help of all of its options. */
#ifndef BENCH_OPTIONS_HELP_H
#define BENCH_OPTIONS_HELP_H

#include <stddef.h>
#include <stdio.h>
#include "../failure.h"
#include "../plan/settings.h"

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

/** Write the same for what is made of it (describe.h). Returns 0 or -1. */
int run_help_describe(struct failure *ret_failure);

/** Write what the help says of a setting: its words, what it accepts, its default. Cut where the buffer ends. */
enum { SETTING_HELP_SIZE = 512 };
void setting_help(const struct setting_key *key, char *buffer, size_t size);

#endif
