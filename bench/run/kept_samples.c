#include <stdlib.h>
#include "kept_samples.h"

int kept_samples_init(struct kept_samples *kept, size_t lane_count, size_t block_count, struct failure *ret_failure)
{
    *kept = (struct kept_samples){
        .lanes = calloc(lane_count, sizeof(*kept->lanes)), .lane_count = lane_count, .block_count = block_count};
    for (size_t i = 0; kept->lanes && i < lane_count; i++)
        if (!(kept->lanes[i].trials = calloc(block_count, sizeof(*kept->lanes[i].trials))))
            goto no_memory;
    if (kept->lanes)
        return 0;
no_memory:
    kept_samples_finish(kept);
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

void kept_samples_add(struct kept_samples *kept, size_t lane, double wall_s, char *line)
{
    struct kept_lane *at = &kept->lanes[lane];
    if (line && at->count < kept->block_count)
        at->trials[at->count++] = (struct kept_trial){wall_s, line};
    else
        free(line);
}

static int compare_trials(const void *a, const void *b)
{
    double x = ((const struct kept_trial *)a)->wall_s, y = ((const struct kept_trial *)b)->wall_s;
    return (x > y) - (x < y);
}

int kept_samples_write(struct kept_samples *kept, struct run_file *file, struct failure *ret_failure)
{
    for (size_t i = 0; i < kept->lane_count; i++) {
        struct kept_lane *lane = &kept->lanes[i];
        if (!lane->count)
            continue;
        qsort(lane->trials, lane->count, sizeof(*lane->trials), compare_trials);
        if (run_file_append_text(file, lane->trials[(lane->count - 1) / 2].line, ret_failure) < 0)
            return -1;
    }
    return 0;
}

void kept_samples_finish(struct kept_samples *kept)
{
    for (size_t i = 0; kept->lanes && i < kept->lane_count; i++) {
        for (size_t k = 0; kept->lanes[i].trials && k < kept->lanes[i].count; k++)
            free(kept->lanes[i].trials[k].line);
        free(kept->lanes[i].trials);
    }
    free(kept->lanes);
    kept->lanes = NULL;
}
