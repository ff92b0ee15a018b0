#include <stdlib.h>
#include <string.h>
#include "trial_index.h"

static int compare_lane(const struct trial_record *trial, const char *cell, const char *runner)
{
    int order = strcmp(trial->cell, cell);
    return order ? order : strcmp(trial->runner, runner);
}

static int compare_trials(const void *left, const void *right, void *context)
{
    const struct trial_record *trials = context;
    size_t i = *(const size_t *)left, j = *(const size_t *)right;
    int order = compare_lane(&trials[i], trials[j].cell, trials[j].runner);
    if (order)
        return order;
    if (trials[i].block != trials[j].block)
        return trials[i].block < trials[j].block ? -1 : 1;
    return (i > j) - (i < j);
}

int trial_index_make(struct trial_index *ret_index, const struct trial_record *trials, size_t count)
{
    size_t *order = malloc((count ? count : 1) * sizeof(*order));
    if (!order)
        return -1;
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof(*order), compare_trials, (void *)trials);
    *ret_index = (struct trial_index){.trials = trials, .order = order, .count = count};
    return 0;
}

void trial_index_finish(struct trial_index *index)
{
    free(index->order);
    *index = (struct trial_index){0};
}

/* Returns the first place whose lane does not lie before (or, for `after`, lies after) the given one. */
static size_t bound(const struct trial_index *index, const char *cell, const char *runner, int after)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_lane(&index->trials[index->order[middle]], cell, runner) < after)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct trial_span trial_index_find(const struct trial_index *index, const char *cell, const char *runner)
{
    size_t first = bound(index, cell, runner, 0);
    return (struct trial_span){.order = index->order + first, .count = bound(index, cell, runner, 1) - first};
}

size_t trial_index_duplicate(const struct trial_index *index)
{
    for (size_t i = 1; i < index->count; i++) {
        const struct trial_record *a = &index->trials[index->order[i - 1]], *b = &index->trials[index->order[i]];
        if (a->block == b->block && compare_lane(a, b->cell, b->runner) == 0)
            return index->order[i];
    }
    return index->count;
}

bool trial_index_flagged(const struct trial_index *index, const char *cell, const char *runner, const char *word)
{
    struct trial_span span = trial_index_find(index, cell, runner);
    for (size_t i = 0; i < span.count; i++)
        if (trial_has_flag(index->trials[span.order[i]].flags, word))
            return true;
    return false;
}

bool trial_has_flag(const char *flags, const char *word)
{
    size_t length = strlen(word);
    for (const char *p = flags; *p; p += strcspn(p, " ")) {
        p += strspn(p, " ");
        if (strcspn(p, " ") == length && strncmp(p, word, length) == 0)
            return true;
    }
    return false;
}

bool trial_has_failed(const struct trial_record *trial)
{
    return strcmp(trial->state, "failed") == 0 || strcmp(trial->state, "no_data") == 0;
}
