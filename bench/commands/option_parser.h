/*
 * Command lines made of the table of settings and of a command's own options: `iorace run`, `iorace gate`, and what
 * --base-args and --head-args hold.
 */
#ifndef BENCH_OPTION_PARSER_H
#define BENCH_OPTION_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "../failure.h"
#include "../plan/plan.h"

struct own_option {
    const char *name;
    size_t offset;    /**< in the command's own struct: bool, or const char * where there is a unit */
    const char *unit; /**< of the value; NULL: takes none */
    const char *help;
    bool repeats;      /**< may be given again: the field is a struct text_list */
    bool may_be_empty; /**< nothing is a value too */
};

struct text_list {
    const char **texts; /**< borrowed; the array is the list's */
    size_t count;
};

struct help;

struct option_set {
    const char *command; /**< "run": whose help messages point to */
    const struct own_option *own;
    size_t own_count;
    bool gate;               /**< the settings that are a gate's only are options too */
    const struct help *help; /**< what --help prints (options_help.h); NULL: nothing */
};

/** What a command line says of the plan. Texts are borrowed from argv, but for `headers`. */
struct plan_words {
    const char *scenario;            /**< name or path; NULL: none was given */
    struct plan_override *overrides; /**< in the order given; several --header are one override */
    size_t override_count;
    char *headers; /**< all --header, one a line; what their override's value points at */
};

/**
 * Read a command line.
 *
 * @param ret_words  written on 0 only; plan_words_finish frees it; argv must live as long
 * @param ret_own    the command's own struct, zeroed; its lists are the caller's to free, also on failure
 * @param argv       argv[0] is not looked at; may be reordered (getopt does)
 *
 * Returns 0; 1 if --help was asked for, and has been printed where the set has one; or -1 (EXIT_USAGE; one line that
 * names the option and what to do). Values are checked by plan_make. Context: one thread, getopt has globals.
 */
int option_parse(struct plan_words *ret_words, void *ret_own, const struct option_set *set, int argc, char **argv,
                 struct failure *ret_failure);
void plan_words_finish(struct plan_words *words);

/** Returns whether an option of a cell was given: without a scenario they are the cell. What only a gate reads is none.
 */
bool plan_words_make_cell(const struct plan_words *words);

#endif
