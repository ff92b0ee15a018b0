/* The command line of `iorace run`: its options come from the table of settings, and a few of its own. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "../failure.h"
#include "../plan/plan.h"

struct run_options {
    /** Name or path of a scenario; NULL: the overrides alone make one cell. "default" where neither a scenario nor any
     * option of a cell was given. Borrowed from argv, as all texts but `headers`. */
    const char *scenario;
    struct plan_override *overrides; /**< in the order given; several --header are one override */
    size_t override_count;
    bool quick, dry_run, samples, no_charts, no_progress, json;
    const char *out; /**< NULL: below results/ */
    char *headers;   /**< all --header, one a line; what their override's value points at */
};

/**
 * Read the command line.
 *
 * @param ret_options  written on 0 only; run_options_finish frees it; argv must live as long
 * @param argv         argv[0] is not looked at; may be reordered (getopt does)
 *
 * Returns 0; 1 if --help was asked for and has been printed to standard output; or -1 (EXIT_USAGE; one line that names
 * the option and what to do). Values are checked by plan_make. Context: one thread, getopt has globals.
 */
int run_options_parse(struct run_options *ret_options, int argc, char **argv, struct failure *ret_failure);
void run_options_finish(struct run_options *options);

#endif
