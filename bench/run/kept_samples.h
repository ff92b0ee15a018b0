/* The samples of every trial until it is known which block had the median time: only that one's are written. */
#ifndef BENCH_KEPT_SAMPLES_H
#define BENCH_KEPT_SAMPLES_H

#include <stddef.h>
#include "run_file.h"

struct kept_samples {
    struct kept_lane {
        struct kept_trial {
            double wall_s;
            char *line;
        } * trials;
        size_t count;
    } * lanes;
    size_t lane_count, block_count;
};

int kept_samples_init(struct kept_samples *kept, size_t lane_count, size_t block_count, struct failure *ret_failure);

/** Keep a trial's line. Takes the text (malloc'ed), which may be NULL. */
void kept_samples_add(struct kept_samples *kept, size_t lane, double wall_s, char *line);

/** Append, for each lane, the samples of the trial with the median time (the lower one of two). */
int kept_samples_write(struct kept_samples *kept, struct run_file *file, struct failure *ret_failure);
void kept_samples_finish(struct kept_samples *kept);

#endif
