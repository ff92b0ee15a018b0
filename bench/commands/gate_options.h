/* The command line of `iorace gate`: run's options, and those of a gate. */
#ifndef BENCH_GATE_OPTIONS_H
#define BENCH_GATE_OPTIONS_H

#include "../gate/arms.h"
#include "option_parser.h"

struct gate_options {
    struct plan_words words;
    struct arms_said arms;
    const char *threshold, *markdown, *allow, *out;
    struct text_list exports; /**< "FORMAT=FILE" */
    bool aa, strict, json, dry_run, no_charts, no_progress, help;
    double threshold_share; /**< 0.05 */
};

/** As run_options_parse; exports and threshold are checked. gate_options_finish frees it. */
int gate_options_parse(struct gate_options *ret_options, int argc, char **argv, struct failure *ret_failure);
void gate_options_finish(struct gate_options *options);

#endif
