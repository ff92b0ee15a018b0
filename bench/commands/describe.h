/*
 * What the commands' tables of options say, as JSON: `iorace --describe` prints a line for the program and one for each
 * command, and the manual pages and the shells' completion are made of that (scripts/manual). An option's words are the
 * same in --help and there because they are the same text.
 *
 * Whatever reads a command's options describes them as well: command_parse (parse.h) what argp is given, option_parse
 * (option_parser.h) the command's struct help.
 */
#ifndef BENCH_DESCRIBE_H
#define BENCH_DESCRIBE_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include "option_parser.h"

/** The word that asks a command for its description; not for people, so no help shows it. */
#define DESCRIBE_OPTION "describe"

struct described_option {
    const char *name;         /**< "jobs", without its dashes */
    char letter;              /**< of the short form; 0: none */
    const char *unit;         /**< of the value: "N"; "a|b" where only these words are taken; NULL: takes none */
    const char *help;         /**< as --help has it */
    const char *brief;        /**< the same without what is accepted, for a line beside a completion; NULL: help */
    const char *const *words; /**< what a value may be, NULL-terminated; NULL: see the unit */
    bool is_list;             /**< a comma list of these words */
    bool is_optional;         /**< the value may be left out: --md or --md=FILE */
};

/**
 * Begin a description. What cannot be had for want of memory is NULL, and the functions below take that.
 *
 * @param name   "iorace run"
 * @param usage  what stands behind it besides options: "DIR", or a line for each form; NULL: nothing
 * @param about  what it does; before the options in --help
 * @param notes  what stands behind them; NULL: nothing
 *
 * Returns an object for describe_print, which frees it.
 */
json_t *describe_command(const char *name, const char *usage, const char *about, const char *notes);

/** Add a group of options. Returns it; it is the command's. @param title  NULL: none */
json_t *describe_group(json_t *command, const char *title);

void describe_option(json_t *group, const struct described_option *option);

/** Add a group of a command's own options. */
void describe_own(json_t *command, const char *title, const struct own_option *own, size_t own_count);

/** Add a group of those settings that have this scope; they are keys of a scenario file as well, and marked so.
 * @param gate  those too that only a gate has */
void describe_settings(json_t *command, const char *title, enum setting_scope scope, bool gate);

/** Write the description as one line to standard output, and free it. Returns 0 or -1 with EXIT_LOCAL_LIMIT. */
int describe_print(json_t *command, struct failure *ret_failure);

/** Describe and print what argp reads; its hidden options are left out. An option called metric takes the metrics' names,
 * and a LIST is a comma list. Returns as describe_print. */
int describe_argp(const struct argp *argp, const char *name, struct failure *ret_failure);

#endif
