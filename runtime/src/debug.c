/* What helps a person to see what a loop does: slow tasks, deadlocks, who waits for what, and a schedule at random. */
#include "internal.h"
#include <stdio.h>

void rt__debug_switch(struct rt_loop *loop, struct rt_task *to)
{
    (void)loop;
    (void)to;
}
void rt__debug_deadlock(struct rt_loop *loop)
{
    (void)loop;
}

/* xorshift64*: George Marsaglia, "Xorshift RNGs", 2003; Sebastiano Vigna's multiplier. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

struct rt_task *rt__debug_pick(struct rt_loop *loop)
{
    uint64_t place = next_random(&loop->schedule_state) % loop->ready_count;
    struct rt_task *before = NULL, *task = loop->ready_first;
    for (; place > 0; place--) {
        before = task;
        task = task->next;
    }
    if (before)
        before->next = task->next;
    else
        loop->ready_first = task->next;
    if (loop->ready_last == task)
        loop->ready_last = before;
    loop->ready_count--;
    return task;
}
