#include "order.h"
#include "random.h"

void order_block(struct planned_trial *trials, size_t count, int64_t seed, int64_t block)
{
    struct random_stream stream;
    random_start(&stream, seed, "order", block, 0);
    /* Fisher and Yates: every order is equally likely. */
    for (size_t left = count; left > 1; left--) {
        size_t drawn = (size_t)random_below(&stream, left);
        struct planned_trial last = trials[left - 1];
        trials[left - 1] = trials[drawn];
        trials[drawn] = last;
    }
}
