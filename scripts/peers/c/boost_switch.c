/*
 * The bare switch of Boost.Context (its C entry points, as boost/context/detail/fcontext.hpp declares them for C++), in
 * the shape of runtime/perf/switch.c: both sides switch at the same place in the code, and every one-way switch counts.
 */
#include "perf.h"

enum { STACK_BYTES = 64 << 10, WARM_UP = 1000000 };

typedef void *fcontext_t;
struct transfer {
    fcontext_t fctx;
    void *data;
};
struct transfer jump_fcontext(fcontext_t to, void *data);
fcontext_t make_fcontext(void *stack_top, size_t size, void (*fn)(struct transfer));

__attribute__((noinline)) static fcontext_t switch_often(fcontext_t peer, long times)
{
    for (long i = 0; i < times; i++)
        peer = jump_fcontext(peer, NULL).fctx;
    return peer;
}

static void be_the_other(struct transfer from)
{
    long times = *(long *)from.data;
    jump_fcontext(switch_often(from.fctx, times), NULL);
}

int main(int argc, char **argv)
{
    long switches = perf_argument(argc, argv, 1, 20000000), times = WARM_UP / 2 + switches / 2;
    char *stack = malloc(STACK_BYTES);
    if (!stack)
        return 1;
    fcontext_t other = jump_fcontext(make_fcontext(stack + STACK_BYTES, STACK_BYTES, be_the_other), &times).fctx;
    other = switch_often(other, WARM_UP / 2);
    struct perf_span begin = perf_begin();
    switch_often(other, switches / 2);
    perf_report("boost_switch", "", (double)(switches / 2 * 2), perf_end(begin));
    free(stack);
    return 0;
}
