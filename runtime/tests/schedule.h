/*
 * The random-schedule test: parts, each a few workers that use one thing of the library and check it against a model.
 * All of them run at once in a loop that picks the next task at random, and are cancelled now and then.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <errno.h>
#include <iort/iort.h>
#include <stdbool.h>
#include <stdint.h>

/* Names the seed and aborts. */
#define CHECK(condition) ((condition) ? (void)0 : schedule_fail(#condition, __FILE__, __LINE__))

_Noreturn void schedule_fail(const char *condition, const char *file, int line);

/* A number from 0 to below - 1, from the seed. */
unsigned at_random(unsigned below);

struct worker {
    int (*body)(struct worker *worker);
    void (*before_cancel)(struct worker *worker); /* for a model that foresees what a cancel does; NULL: none does */
    bool stays;                                   /* whoever quits when cancelled, this one does not */
    bool may_never_begin;                         /* cancelled before it started */
    int number;
    struct rt_task *task;
    bool over;
    int result;

    /* Of the queue's model. */
    bool cancel_pending, cancel_on_its_way, waits;
    int expected;
    int item;
    struct worker *next;
};

/* Take part: the body runs as a task. Returns the worker, for its other fields. */
struct worker *add_worker(int (*body)(struct worker *worker));

/* Let others run, 0 to 3 times, and now and then the loop look at its deadlines, whatever cancels come. */
void pause_a_little(void);

/* For ever, or now and then one that has passed. */
int64_t some_deadline(void);

/* Whether a wait was cut short as it may be with that deadline; anything else fails. */
bool was_cut_short(int error, int64_t deadline_ns);

/* A part: set up its model and add workers; after they are all done, check what is left. */
struct part {
    void (*begin)(void);
    void (*end)(void);
};

extern const struct part queue_part, semaphore_part, lock_part, condition_part, barrier_part, event_part, join_part,
    generator_part;

#endif
