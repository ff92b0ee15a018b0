#include "rate_words.h"

#include <string.h>
#include "../output/units.h"

const char *rate_body_size(struct text_pool *pool, const struct run_data *run, const struct trial_index *index,
                           const struct lane_group *group)
{
    int64_t size = -1;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        struct trial_span span = trial_index_find(index, lane->cell, lane->runner);
        if (lane->params && strstr(lane->params, "bytes="))
            return "";
        for (size_t s = 0; s < span.count; s++) {
            const struct trial_record *trial = &run->trials[span.order[s]];
            if (trial->ok <= 0 || trial->bytes <= 0)
                continue;
            if (trial->bytes % trial->ok != 0 || (size >= 0 && trial->bytes / trial->ok != size))
                return "";
            size = trial->bytes / trial->ok;
        }
    }
    return size > 0 ? pool_printf(pool, ", %s bytes a job", units_count(pool, (double)size)) : "";
}

const char *rate_arrivals(const struct lane_group *group)
{
    const char *params = group->lanes[0]->params;
    return params && strstr(params, "arrivals=") ? "" : ", fixed arrivals";
}
