#include "schedule.h"
#include "../plan/random.h"

enum { ORDERS = 6 };

static const enum gate_arm orders[ORDERS][ARM_COUNT] = {
    {ARM_BASE, ARM_HEAD, ARM_AGAIN}, {ARM_BASE, ARM_AGAIN, ARM_HEAD}, {ARM_HEAD, ARM_BASE, ARM_AGAIN},
    {ARM_HEAD, ARM_AGAIN, ARM_BASE}, {ARM_AGAIN, ARM_BASE, ARM_HEAD}, {ARM_AGAIN, ARM_HEAD, ARM_BASE},
};

const char *gate_arm_name(enum gate_arm arm)
{
    static const char *const names[] = {[ARM_BASE] = "base", [ARM_HEAD] = "head", [ARM_AGAIN] = "again"};
    return names[arm];
}

int gate_arm_side(enum gate_arm arm)
{
    return arm == ARM_HEAD;
}

/* Fisher and Yates: every order is equally likely. */
static void shuffle(size_t *order, size_t count, struct random_stream *stream)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t left = count; left > 1; left--) {
        size_t drawn = (size_t)random_below(stream, left);
        size_t last = order[left - 1];
        order[left - 1] = order[drawn];
        order[drawn] = last;
    }
}

void schedule_arms(enum gate_arm ret_order[ARM_COUNT], int64_t seed, size_t cell, int64_t block, bool reversed)
{
    struct random_stream stream;
    size_t sequence[ORDERS];
    random_start(&stream, seed, "arms", (block - 1) / ORDERS, (int64_t)cell);
    shuffle(sequence, ORDERS, &stream);
    const enum gate_arm *order = orders[sequence[(block - 1) % ORDERS]];
    for (int i = 0; i < ARM_COUNT; i++)
        ret_order[i] = order[reversed ? ARM_COUNT - 1 - i : i];
}

void schedule_cells(size_t *ret_order, size_t count, int64_t seed, int phase, int64_t block)
{
    struct random_stream stream;
    random_start(&stream, seed, "gated cells", block, phase);
    shuffle(ret_order, count, &stream);
}
