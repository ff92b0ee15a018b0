/* Between the two files that say what came of jobs that arrived at a rate: rate.c (how far a runner kept up), rate_hidden.c
 * (what a closed loop would have hidden). */
#ifndef BENCH_REPORT_SENTENCES_RATE_PARTS_H
#define BENCH_REPORT_SENTENCES_RATE_PARTS_H

#include <stdio.h>
#include "../charts/charts.h"

struct rate_speaker {
    FILE *out;
    const struct run_data *run;
    const struct trial_index *index;
    struct text_pool *words;
    unsigned clauses;
};

/** Write what stands before a clause: a semicolon, unless it is the first. */
void rate_begin_clause(struct rate_speaker *speaker);

/** Say of one lane, the one that shows it best, what a closed loop would have hidden; nothing where it hides nothing. */
void rate_say_hidden(struct rate_speaker *speaker, const struct lane_group *group);

#endif
