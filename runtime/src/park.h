/*
 * Parking: many tasks take turns on one stack, the stage. What a task's stack holds while another stands there is kept
 * in the heap, as its difference from another task's that waited at the same depth, which mostly leaves a few words.
 */
#ifndef RT_PARK_H
#define RT_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rt_loop;
struct rt_task;
struct rt__stack;
struct rt__parked;
struct rt__template;

enum { RT__TEMPLATES = 16 };

struct rt__stage {
    struct rt__stack *stack;    /* NULL until a parkable task starts */
    struct rt_task *occupant;   /* whose content it holds, if anybody's */
    struct rt__parked *reserve; /* room for any one stack: with it, whoever stands there can always be put aside */
    struct rt__template *templates[RT__TEMPLATES];
    unsigned template_last; /* which one fitted last */
    uint64_t misfits;       /* stacks that no template fitted well */
};

/* Whether this build can do it at all. */
bool rt__park_supported(void);

/* Have what is needed to put aside whoever stands on the stage. Returns 0 or -ENOMEM. */
int rt__stage_prepare(struct rt_loop *loop);

/* Put aside the occupant and put a task in its place: one that was put aside, or one that begins. Not to be called from
 * the stage. */
void rt__stage_enter(struct rt_loop *loop, struct rt_task *task);

/* Whether an address lies on the stage. */
bool rt__stage_holds(const struct rt_loop *loop, const void *address);

void rt__stage_finish(struct rt_loop *loop);

#endif
