/*
 * The help of commands that take settings (`iorace run`, `iorace gate`) as data: --help prints it, and the manual and
 * the shells' completion are made of the same (describe.h).
 */
#ifndef BENCH_OPTIONS_HELP_H
#define BENCH_OPTIONS_HELP_H

#include <stddef.h>
#include <stdio.h>
#include "option_parser.h"

struct help_group {
    const char *title;
    const struct own_option *own; /**< options of the command's own; NULL: the settings of the scope */
    size_t own_count;
    enum setting_scope scope;
};

struct help {
    const char *command; /**< "run" */
    const char *usage;   /**< a line for each form: "[SCENARIO] [OPTIONS]\n" */
    const char *about, *notes;
    const struct help_group *groups;
    size_t group_count;
    bool gate; /**< the settings that are a gate's only are options too */
};

extern const struct own_option run_own_options[]; /**< fields of struct run_options */
extern const size_t run_own_option_count;
extern const struct help run_help;

void help_print(const struct help *help, FILE *out);

/** Write the same for what is made of it (describe.h). Returns 0 or -1. */
int help_describe(const struct help *help, struct failure *ret_failure);

/** Write what the help says of a setting: its words, what it accepts, its default; for a gate what it is there. Cut where
 * the buffer ends. */
enum { SETTING_HELP_SIZE = 512 };
void setting_help(const struct setting_key *key, bool gate, char *buffer, size_t size);

#endif
