/* Between the files that make sentences: sentences.c (which there are), cell.c, sweep.c, sweep_pair.c, rate.c,
 * rate_hidden.c, none.c (why there are none), facts.c (what the intervals support). */
#ifndef BENCH_REPORT_SENTENCES_PARTS_H
#define BENCH_REPORT_SENTENCES_PARTS_H

#include <stdio.h>
#include "../charts/charts.h"
#include "../../stored/paired.h"

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

/** Whether a number that is said for a value lies in its interval, as near as the tables tell that: to half of the third
 * digit. */
bool sentence_lies_within(double said, double value, double lo, double hi);

/** "41", "2.5", "1.06", "12,500": two digits, and a third where the number said would otherwise lie outside of its own
 * interval, lo to hi. Returns buffer. */
const char *sentence_number(char buffer[64], double value, double lo, double hi);

/** Write " (95 %: 2.9 to 3.2)" of an interval; nothing where both ends are the same number. Of what no table shows. */
void sentence_say_interval(FILE *out, double lo, double hi);

/* facts.c */

bool lane_is_under(const struct summary_record *lane, const char *runner);

/** Whether a lane may be spoken of: every run ended well, jobs were done as fast as they could be, and the test server
 * had CPU left, so that it was not what was measured. */
bool lane_is_measured(struct speaker *speaker, const struct summary_record *lane);

/** How two lanes stand to each other in a figure of which less is better, by pairs of the same block. */
enum relation { FIRST_LESS, SECOND_LESS, ALIKE, UNDECIDED };

struct comparison {
    enum relation relation;
    double ratio;  /**< how many times more the one has that has more; where they are alike, the second of the first */
    double lo, hi; /**< its interval */
    size_t blocks; /**< that it is of; against one after another: 0 */
};

struct comparison lanes_compare(struct speaker *speaker, const struct summary_record *first,
                                const struct summary_record *second, trial_figure_fn figure);

/** Returns a group's first lane under a runner, or NULL. */
const struct summary_record *group_lane(const struct lane_group *group, const char *runner);

/** Whether no lane before the i-th is under the same runner. */
bool group_is_first_of_runner(const struct lane_group *group, size_t i);

/* cell.c, sweep.c */

void sentence_say_cell(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group);
void sentence_say_sweep(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group);

/* What the two files of sweeps share. */

/** Whether a group's i-th lane is a point of the sweep. */
bool sweep_has_point(const struct lane_group *group, size_t i);
/** "10, 50 and 100 at once", "body-bytes=1000 and 10000". Never more at once than there are jobs. */
void sentence_say_points(FILE *out, const struct lane_group *group, const double *x, size_t count);
/** "10 to 50 at once" */
void sentence_say_range(FILE *out, const struct lane_group *group, double from, double to);
void sentence_say_point(FILE *out, const struct lane_group *group, double x);
/** Where two of a sweep's runners part. */
void sentence_say_parting(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group);

/** "coroutines used 1/9 of the thread pool's memory and 60 % of its CPU time", as far as that is so; `where` stands
 * before it ("at 500 at once "). */
void sentence_say_costs(struct speaker *speaker, struct sentence *sentence, const struct summary_record *coroutines,
                        const struct summary_record *threads, const char *where);

/** Whether both a lane and the serial one that it is compared with may be spoken of. */
bool lane_meets_serial(struct speaker *speaker, const struct summary_record *lane);

/** How a lane stands to one after another: FIRST_LESS is faster. UNDECIDED where nothing can be told. */
struct comparison lane_against_serial(struct speaker *speaker, const struct summary_record *lane);

/** Whether a runner is one that may be sooner or later than others: not one after another, to which all are compared,
 * nor the one that does no job. */
bool runner_races(const char *runner);

/** The runner within a sentence that has spoken of it before: "the thread pool". */
const char *subject_definite(const char *runner);

/** A figure of one runner or of two together: "41 times sooner". */
struct claim {
    const char *subject;
    const struct summary_record *lane;
    double ratio, lo, hi;
    bool about;      /**< the two were not told apart */
    int kind;        /**< of a sweep's */
    double from, to; /**< the points of it */
};

/** Returns room for a claim a lane (the caller frees it), or NULL: out of memory, kept in the speaker. */
struct claim *claims_make(struct speaker *speaker, const struct lane_group *group);
/** The largest first. */
void claims_sort(struct claim *claims, size_t count);

#endif
