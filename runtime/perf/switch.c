/* What does a bare switch between two stacks cost? Both sides switch at the same place in the code, as tasks do. */
#include "context/context.h"
#include "perf.h"

enum { STACK_BYTES = 64 << 10, WARM_UP = 1000000 };

static struct rt__context thread, other;

__attribute__((noinline)) static void switch_often(struct rt__context *self, struct rt__context *peer, long times)
{
    for (long i = 0; i < times; i++)
        rt__context_switch(self, peer);
}

static struct rt__context *be_the_other(void *arg)
{
    rt__context_entered(&other);
    rt__context_switch(&other, &thread);
    switch_often(&other, &thread, *(long *)arg);
    return &thread;
}

/* perf_switch [SWITCHES]: counted one way, half of them there and half back. */
int main(int argc, char **argv)
{
    long switches = perf_argument(argc, argv, 1, 20000000), times = WARM_UP / 2 + switches / 2;
    void *stack = malloc(STACK_BYTES);
    if (!stack)
        return 1;
    rt__context_init_thread(&thread);
    void *fiber = rt__context_fiber_create();
    rt__context_enter(&thread, &other, stack, STACK_BYTES, fiber, be_the_other, &times);
    switch_often(&thread, &other, WARM_UP / 2);
    struct perf_span begin = perf_begin();
    switch_often(&thread, &other, switches / 2);
    struct perf_span span = perf_end(begin);
    char more[64];
    snprintf(more, sizeof(more), ",\"context\":\"%s\"", rt__context_name());
    perf_report("switch", more, (double)(switches / 2 * 2), span);
    rt__context_fiber_destroy(fiber);
    free(stack);
    return 0;
}
