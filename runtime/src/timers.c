#include "timers.h"
#include <errno.h>
#include <iort/clock.h>
#include <stdlib.h>

enum { ARITY = 4 };

static void place(struct rt__timers *timers, size_t i, struct rt__timer_slot slot)
{
    timers->heap[i] = slot;
    slot.timer->place = i + 1;
}

static void sift_up(struct rt__timers *timers, size_t i, struct rt__timer_slot slot)
{
    while (i > 0) {
        size_t parent = (i - 1) / ARITY;
        if (timers->heap[parent].deadline_ns <= slot.deadline_ns)
            break;
        place(timers, i, timers->heap[parent]);
        i = parent;
    }
    place(timers, i, slot);
}

static void sift_down(struct rt__timers *timers, size_t i, struct rt__timer_slot slot)
{
    for (;;) {
        size_t first = i * ARITY + 1, least = first;
        if (first >= timers->count)
            break;
        size_t end = first + ARITY < timers->count ? first + ARITY : timers->count;
        for (size_t child = first + 1; child < end; child++)
            if (timers->heap[child].deadline_ns < timers->heap[least].deadline_ns)
                least = child;
        if (timers->heap[least].deadline_ns >= slot.deadline_ns)
            break;
        place(timers, i, timers->heap[least]);
        i = least;
    }
    place(timers, i, slot);
}

int rt__timers_set(struct rt__timers *timers, struct rt_timer *timer, int64_t deadline_ns)
{
    struct rt__timer_slot slot = {deadline_ns, timer};
    if (timer->place) {
        size_t i = timer->place - 1;
        if (deadline_ns < timers->heap[i].deadline_ns)
            sift_up(timers, i, slot);
        else
            sift_down(timers, i, slot);
        return 0;
    }
    if (timers->count == timers->capacity) {
        size_t capacity = timers->capacity ? timers->capacity * 2 : 64;
        struct rt__timer_slot *heap = realloc(timers->heap, capacity * sizeof(*heap));
        if (!heap)
            return -ENOMEM;
        timers->heap = heap;
        timers->capacity = capacity;
    }
    sift_up(timers, timers->count++, slot);
    return 0;
}

void rt__timers_clear(struct rt__timers *timers, struct rt_timer *timer)
{
    if (!timer->place)
        return;
    size_t i = timer->place - 1;
    timer->place = 0;
    struct rt__timer_slot last = timers->heap[--timers->count];
    if (last.timer == timer)
        return;
    if (i > 0 && last.deadline_ns < timers->heap[(i - 1) / ARITY].deadline_ns)
        sift_up(timers, i, last);
    else
        sift_down(timers, i, last);
}

int64_t rt__timers_next(const struct rt__timers *timers)
{
    return timers->count ? timers->heap[0].deadline_ns : RT_FOREVER;
}

void rt__timers_fire(struct rt__timers *timers, int64_t now_ns)
{
    while (timers->count && timers->heap[0].deadline_ns <= now_ns) {
        struct rt_timer *timer = timers->heap[0].timer;
        rt__timers_clear(timers, timer);
        timer->fire(timer);
    }
}

void rt__timers_finish(struct rt__timers *timers)
{
    for (size_t i = 0; i < timers->count; i++)
        timers->heap[i].timer->place = 0; /* so that nobody takes it out of a heap that is gone */
    free(timers->heap);
    *timers = (struct rt__timers){0};
}
