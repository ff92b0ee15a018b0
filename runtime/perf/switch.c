/* What does a bare switch between two stacks cost? Both sides switch at the same place in the code, as tasks do. */
#include "context/context.h"
#include "cpu_clock.h"
#include <stdio.h>
#include <stdlib.h>

enum { SWITCHES = 20000000, STACK_BYTES = 64 << 10 };

static struct rt__context thread, other;

__attribute__((noinline)) static void switch_often(struct rt__context *self, struct rt__context *peer)
{
    for (int i = 0; i < SWITCHES / 2; i++)
        rt__context_switch(self, peer);
}

static struct rt__context *be_the_other(void *arg)
{
    (void)arg;
    rt__context_entered(&other);
    rt__context_switch(&other, &thread);
    switch_often(&other, &thread);
    return &thread;
}

int main(void)
{
    void *stack = malloc(STACK_BYTES);
    if (!stack)
        return 1;
    rt__context_init_thread(&thread);
    void *fiber = rt__context_fiber_create();
    rt__context_enter(&thread, &other, stack, STACK_BYTES, fiber, be_the_other, NULL);
    int64_t start = cpu_now_ns();
    switch_often(&thread, &other);
    printf("{\"program\":\"switch\",\"context\":\"%s\",\"ns_per_op\":%.2f}\n", rt__context_name(),
           (double)(cpu_now_ns() - start) / SWITCHES);
    rt__context_fiber_destroy(fiber);
    free(stack);
    return 0;
}
