/* The options that only `iorace run` has, and the help of all of its options; parts of which are other commands' too. */
#ifndef BENCH_OPTIONS_HELP_H
#define BENCH_OPTIONS_HELP_H

#include <stddef.h>
#include <stdio.h>
#include "option_parser.h"

extern const struct own_option run_own_options[]; /**< fields of struct run_options */
extern const size_t run_own_option_count;

/** Write the help of `iorace run`. */
void run_help_print(FILE *out);

/** Write `  --name=UNIT  text`, the text in its column and as many lines as it takes. Of each of a command's own options. */
void help_print_own(FILE *out, const struct own_option *own, size_t own_count);

/** Write the settings of one scope, with what each accepts. @param gate  those too that only a gate has */
void help_print_settings(FILE *out, enum setting_scope scope, bool gate);

#endif
