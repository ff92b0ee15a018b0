/*
 * The soak: random traffic of every kind for as long as one likes, each piece of it an act with a model of its own that
 * says what must come of it. soak.c runs the acts in two loops and judges; soak_*.c are the acts.
 */
#ifndef SOAK_H
#define SOAK_H

#include <errno.h>
#include <iort/iort.h>
#include <stdbool.h>
#include <stdint.h>

/* Names what is wrong and where, shows the tasks, and ends the program with status 1. */
#define CHECK(condition) ((condition) ? (void)0 : soak_fail(#condition, __FILE__, __LINE__))

_Noreturn void soak_fail(const char *condition, const char *file, int line);

/* calloc that does not fail. */
void *soak_alloc(size_t bytes);

enum { CREW_MOST = 12, NEVER_PARK = 1, NEVER_CANCEL = 2 };

struct crew;

/* A task that takes part in an act, and knows what it is owed: a cancel that it has not seen yet. */
struct member {
    int (*fn)(struct member *me);
    void *scene;
    struct crew *crew;
    struct rt_task *task;
    int number;
    int flags;
    int result;
    bool owed;
    bool begun, ended;
};

/* The tasks of an act; on the heap, as some of them may be parkable. */
struct crew {
    const char *name;
    int count;
    struct member members[CREW_MOST];
};

struct crew *crew_create(const char *name);

/* Have fn run as a task, parkable or not. */
void crew_add(struct crew *crew, int (*fn)(struct member *me), void *scene, int flags);

/* Cancel one, if it is there and may be cancelled. */
void crew_cancel(struct member *member);

/* Now and then cancel some, with pauses in between. `me` is the caller, NULL outside a crew. */
void crew_disturb(struct crew *crew, struct member *me);

/* Wait until all have ended, in one of many ways and whatever cancel comes, and free the crew. Returns the sum of what
 * those returned that began. */
int crew_end(struct crew *crew);

/* Hand on what a wait returned, having looked whether a cancel that it tells of was owed. */
int saw(struct member *me, int error);

/* Wait a little or not at all. A cancel that is owed must be seen. Returns 0, -ECANCELED or -ETIMEDOUT. */
int pause_a_little(struct member *me);

/* Go on until the call is not cut short by a cancel or deadline any more. */
#define INSIST(me, call)                                                                                               \
    ({                                                                                                                 \
        int insist_error;                                                                                              \
        while ((insist_error = saw(me, call)) == -ECANCELED || insist_error == -ETIMEDOUT)                             \
            ;                                                                                                          \
        insist_error;                                                                                                  \
    })

unsigned at_random(unsigned below);
bool one_in(unsigned n);

/* Mostly for ever; otherwise within 2 ms, or passed already. */
int64_t some_deadline(void);
int64_t a_moment_ns(void); /* up to 1 ms */

/* Whether a wait may return that with that deadline: 0 or cut short. Returns whether it was cut short. */
bool cut_short(struct member *me, int error, int64_t deadline_ns);

/* One of the two loops, with the thread that runs it. */
struct side {
    struct rt_loop *loop;
    struct side *other;
    struct rt_executor *executor; /* both sides' */
    int listen_fd;                /* its echo server's */
    int port;
    uint64_t random_state;
};

extern __thread struct side *here;

/* Runs as the only member of a crew; returns 0. */
struct act {
    const char *name;
    int (*play)(struct member *me);
    int flags;
    unsigned rarity; /* played once in so many times that it is picked, as ports are few; 0: every time */
};

extern const struct act task_acts[], sync_acts[], flow_acts[], outside_acts[]; /* each ends with an empty one */

/* A server for the tcp act: takes connections until it is cancelled, and then lets those end that it has. */
int echo_server(void *arg);

#endif
