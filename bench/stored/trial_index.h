/*
 * Finding trials: which lane a trial belongs to, and a lane's trials by block. Sorted once, so a run of 100,000 trials
 * is read in the time that sorting them takes.
 */
#ifndef BENCH_REPORT_TRIAL_INDEX_H
#define BENCH_REPORT_TRIAL_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include "../record/trial_record.h"

struct trial_index {
    const struct trial_record *trials; /**< borrowed: must outlive the index and not move */
    size_t *order;                     /**< positions in `trials`, sorted by cell, runner and block */
    size_t count;
};

/** Returns 0 or -1 (memory). trial_index_finish frees it; a zeroed index is allowed there. */
int trial_index_make(struct trial_index *ret_index, const struct trial_record *trials, size_t count);
void trial_index_finish(struct trial_index *index);

/** A lane's trials: trials[order[0]] ... in ascending blocks. */
struct trial_span {
    const size_t *order;
    size_t count;
};

struct trial_span trial_index_find(const struct trial_index *index, const char *cell, const char *runner);

/**
 * Find two trials with the same cell, runner and block.
 *
 * Returns the one that came later, or `count` where every key is there once.
 */
size_t trial_index_duplicate(const struct trial_index *index);

/** Whether any trial of a lane has a flag. */
bool trial_index_flagged(const struct trial_index *index, const char *cell, const char *runner, const char *word);

/** Whether a trial came to nothing for a reason of its own: neither stopped from outside nor impossible here. */
bool trial_has_failed(const struct trial_record *trial);

/** Whether a word is one of a trial's space-separated flags. */
bool trial_has_flag(const char *flags, const char *word);

#endif
