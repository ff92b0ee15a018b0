/* Deadlines: a 4-ary heap, each node knowing its place, so that any can be taken out. */
#ifndef RT_TIMERS_H
#define RT_TIMERS_H

#include <iort/call.h>
#include <stddef.h>
#include <stdint.h>

/* Of a struct rt_timer, `place` is its index in the heap + 1, and 0 outside. */

struct rt__timers {
    struct rt__timer_slot {
        int64_t deadline_ns;
        struct rt_timer *timer;
    } * heap;
    size_t count, capacity;
};

void rt__timers_finish(struct rt__timers *timers);

/* Put a timer in, or move it to another deadline. Returns 0 or -ENOMEM. */
int rt__timers_set(struct rt__timers *timers, struct rt_timer *timer, int64_t deadline_ns);

/* Take a timer out, if it is in. */
void rt__timers_clear(struct rt__timers *timers, struct rt_timer *timer);

/* Returns the earliest deadline, RT_FOREVER if there is none. */
int64_t rt__timers_next(const struct rt__timers *timers);

/* Take out and fire all that are due. */
void rt__timers_fire(struct rt__timers *timers, int64_t now_ns);

#endif
