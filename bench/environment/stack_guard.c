#include <iort/loop.h>
#include "stack_guard.h"

/* A task has a stack, so the loop has mapped its first ones when this runs. */
static int look(void *arg)
{
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    *(enum rt_guard *)arg = stats.guard;
    return 0;
}

int stack_guard_kind(const char **ret_word)
{
    enum rt_guard guard = RT_GUARD_NONE;
    int rc = rt_run(look, &guard, NULL);
    if (rc < 0)
        return rc;
    *ret_word = guard == RT_GUARD_MADVISE ? "madvise" : guard == RT_GUARD_MPROTECT ? "mprotect" : "none";
    return 0;
}
