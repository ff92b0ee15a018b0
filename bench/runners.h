/* The runners: each a pair of a way to wait and a way to schedule. A new runner is one line in runners.c. */
#ifndef BENCH_RUNNERS_H
#define BENCH_RUNNERS_H

#include <stdbool.h>
#include "sched/sched.h"
#include "wait/wait.h"

struct runner {
    const char *name;
    const struct wait *wait;
    const struct sched *sched;
    bool concurrent;     /**< takes a number of workers; false: always one */
    bool skips_jobs;     /**< only the harness's own work is done (null) */
    const char *label;   /**< a person's words, in a table or chart: "thread pool"; NULL: the name */
    const char *subject; /**< the same as the subject of a sentence: "a thread pool"; NULL: the name */
    bool plural;         /**< of the subject: "coroutines were" */
    const char *summary; /**< one line for `iorace list` */
};

/** Ends with a NULL name. */
extern const struct runner runners[];

/** Returns the runner, or NULL. */
const struct runner *runner_find(const char *name);

/** Returns the names, NULL-terminated. */
const char *const *runner_names(void);

#endif
