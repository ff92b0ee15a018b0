/* Between the files that make sentences: sentences.c (which there are), sentences_cell.c, sentences_sweep.c,
 * sentences_facts.c (what the intervals support). */
#ifndef BENCH_REPORT_SENTENCES_PARTS_H
#define BENCH_REPORT_SENTENCES_PARTS_H

#include <stdio.h>
#include "charts.h"
#include "paired.h"

/** Differences below 5 % are none to speak of. */
#define MATTERS 1.05

struct speaker {
    const struct run_data *run;
    struct trial_index index;
    FILE *out;
    bool out_of_memory;
};

/** A sentence in the making: the first clause names what is spoken of. */
struct sentence {
    FILE *out;
    const char *head; /**< "Downloads (200 pages, 200 at once)" */
    unsigned clauses;
};

/** Write what stands before a clause: the head, or a semicolon. */
void sentence_begin_clause(struct sentence *sentence);

/** "41", "2.5", "1.3": no more digits than a sentence can carry. Returns buffer. */
const char *sentence_times(char buffer[64], double ratio);

/* sentences_facts.c */

bool lane_is_under(const struct summary_record *lane, const char *runner);

/** Whether a lane may be spoken of: every run ended well, jobs were done as fast as they could be, and the test server
 * had CPU left, so that it was not what was measured. */
bool lane_is_measured(struct speaker *speaker, const struct summary_record *lane);

/** Against one after another, for lanes that have an interval of it. All are false where nothing can be told. */
bool lane_is_faster(struct speaker *speaker, const struct summary_record *lane);
bool lane_is_slower(struct speaker *speaker, const struct summary_record *lane);
bool lane_is_no_faster(struct speaker *speaker, const struct summary_record *lane);

/** How two lanes stand to each other in a figure of which less is better, by pairs of the same block. */
enum relation { FIRST_LESS, SECOND_LESS, ALIKE, UNDECIDED };

struct comparison {
    enum relation relation;
    double ratio; /**< how many times more the one has that has more; of use only where they differ */
};

struct comparison lanes_compare(struct speaker *speaker, const struct summary_record *first,
                                const struct summary_record *second, trial_figure_fn figure);

/** Returns a group's first lane under a runner, or NULL. */
const struct summary_record *group_lane(const struct lane_group *group, const char *runner);

/* sentences_cell.c, sentences_sweep.c */

void sentence_say_cell(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group);
void sentence_say_sweep(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group);

/** "coroutines used 1/9 of the thread pool's memory and 60 % of its CPU time", as far as that is so; `where` stands
 * before it ("at 500 at once "). */
void sentence_say_costs(struct speaker *speaker, struct sentence *sentence, const struct summary_record *coroutines,
                        const struct summary_record *threads, const char *where);

/** "41 times sooner", said of one runner or of two together. */
struct claim {
    const char *subject;
    double speedup;
    bool about; /**< the two were not told apart */
    int64_t concurrency;
};

/** Returns room for a claim a lane (the caller frees it), or NULL: out of memory, kept in the speaker. */
struct claim *claims_make(struct speaker *speaker, const struct lane_group *group);
/** The largest first. */
void claims_sort(struct claim *claims, size_t count);

#endif
