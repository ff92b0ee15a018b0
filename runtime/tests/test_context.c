/* The switch: what survives it, and how deep a stack may be used on either side of it. */
#include <fenv.h>
#include <stdio.h>
#include "context/context.h"
#include "rt_test.h"

enum { STACK_BYTES = 256 << 10, CONTEXTS = 7 };

struct actor {
    struct rt__context context, *back;
    char *stack;
    void *fiber;
    int number, turns;
    long wrong;
};

/* Begin a stack; the actor switches back before it does anything. */
static void start(struct actor *actor, struct rt__context *back, rt__context_fn entry)
{
    actor->back = back;
    actor->stack = malloc(STACK_BYTES);
    assert_non_null(actor->stack);
    actor->fiber = rt__context_fiber_create();
    rt__context_enter(back, &actor->context, actor->stack, STACK_BYTES, actor->fiber, entry, actor);
}

static void begin(struct actor *actor)
{
    rt__context_entered(&actor->context);
    rt__context_switch(&actor->context, actor->back);
}

static void finish(struct actor *actor)
{
    rt__context_fiber_destroy(actor->fiber);
    free(actor->stack);
}

static struct rt__context *count_turns(void *arg)
{
    struct actor *actor = arg;
    begin(actor);
    for (int turn = 0;; turn++) {
        volatile double product = actor->number * 1.5;
        actor->turns = turn + 1;
        rt__context_switch(&actor->context, actor->back);
        if (product != actor->number * 1.5)
            actor->wrong++;
    }
    return NULL;
}

static void contexts_keep_their_place_over_many_switches(void **state)
{
    (void)state;
    struct rt__context thread;
    struct actor actors[CONTEXTS] = {0};
    rt__context_init_thread(&thread);
    for (int i = 0; i < CONTEXTS; i++) {
        actors[i].number = i;
        start(&actors[i], &thread, count_turns);
    }
    for (int turn = 1; turn <= 20000; turn++)
        for (int i = 0; i < CONTEXTS; i++) {
            rt__context_switch(&thread, &actors[i].context);
            assert_int_equal(actors[i].turns, turn);
        }
    for (int i = 0; i < CONTEXTS; i++) {
        assert_int_equal(actors[i].wrong, 0);
        finish(&actors[i]);
    }
}

static struct rt__context *use_deeply(void *arg)
{
    struct actor *actor = arg;
    begin(actor);
    volatile unsigned char deep[STACK_BYTES - 32768];
    for (;;) {
        for (size_t i = 0; i < sizeof(deep); i += 64)
            deep[i] = (unsigned char)(i / 64 + (size_t)actor->number);
        rt__context_switch(&actor->context, actor->back);
        for (size_t i = 0; i < sizeof(deep); i += 64)
            if (deep[i] != (unsigned char)(i / 64 + (size_t)actor->number))
                actor->wrong++;
        actor->turns++;
    }
    return NULL;
}

static void a_stack_can_be_used_to_its_depth(void **state)
{
    (void)state;
    struct rt__context thread;
    struct actor actors[CONTEXTS] = {0};
    rt__context_init_thread(&thread);
    for (int i = 0; i < CONTEXTS; i++) {
        actors[i].number = i;
        start(&actors[i], &thread, use_deeply);
    }
    for (int turn = 0; turn <= 10; turn++)
        for (int i = 0; i < CONTEXTS; i++)
            rt__context_switch(&thread, &actors[i].context);
    for (int i = 0; i < CONTEXTS; i++) {
        assert_int_equal(actors[i].turns, 10);
        assert_int_equal(actors[i].wrong, 0);
        finish(&actors[i]);
    }
}

/* --- tasks that use most of their stack, parked in the depth --- */

static int descend(int depth)
{
    volatile char frame[512];
    frame[0] = (char)depth;
    if (depth == 0)
        return rt_yield();
    int error = descend(depth - 1);
    return frame[0] == (char)depth ? error : -EPROTO;
}

static int descend_often(void *arg)
{
    for (int i = 0; i < 5; i++)
        if (descend(*(int *)arg) != 0)
            return -1;
    return 0;
}

TASK_TEST(tasks_park_deep_in_their_stacks)
{
    struct rt_task *tasks[100];
    int depth = 60; /* of 65536 bytes, also with a sanitizer's frames */
    for (int i = 0; i < 100; i++)
        tasks[i] = spawn(descend_often, &depth);
    for (int i = 0; i < 100; i++)
        assert_int_equal(join(tasks[i]), 0);
}

/* --- the control words of floating point --- */

struct rounding {
    int mode;
    double third;
    long double long_third;
};

static volatile double one = 1, three = 3;
static volatile long double long_one = 1, long_three = 3;

static void divide(struct rounding *rounding)
{
    rounding->third = one / three;
    rounding->long_third = long_one / long_three;
}

static int round_in_a_mode(void *arg)
{
    struct rounding *rounding = arg, again;
    if (fesetround(rounding->mode) != 0)
        return -1;
    divide(rounding);
    for (int i = 0; i < 100; i++) {
        rt_yield();
        divide(&again);
        if (fegetround() != rounding->mode || again.third != rounding->third ||
            again.long_third != rounding->long_third)
            return -EPROTO;
    }
    return 0;
}

TASK_TEST(each_task_keeps_its_own_rounding_mode)
{
    struct rounding roundings[] = {{.mode = FE_UPWARD}, {.mode = FE_DOWNWARD}, {.mode = FE_TONEAREST}};
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(round_in_a_mode, &roundings[i]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(tasks[i]), 0);
    if (!RUNNING_ON_VALGRIND) { /* which keeps the modes and does not round by them */
        assert_true(roundings[0].third > roundings[1].third);
        assert_true(roundings[0].long_third > roundings[1].long_third);
    }
    assert_int_equal(fegetround(), FE_TONEAREST);
}

/* --- the registers that a called function must preserve --- */

#if defined(__x86_64__)

/* The two control words apart: fesetround sets both. The low bits of MXCSR are flags. */
struct control {
    uint32_t mxcsr;
    uint16_t x87;
};

static struct control get_control(void)
{
    struct control control;
    __asm__ volatile("stmxcsr %0" : "=m"(control.mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(control.x87));
    control.mxcsr &= 0xffc0;
    return control;
}

static int keep_control(void *arg)
{
    const struct control *wanted = arg;
    struct control begun = get_control();
    __asm__ volatile("ldmxcsr %0" : : "m"(wanted->mxcsr));
    __asm__ volatile("fldcw %0" : : "m"(wanted->x87));
    int error = begun.mxcsr == 0x1f80 && begun.x87 == 0x037f ? 0 : -EPROTO;
    for (int i = 0; i < 3; i++) {
        rt_yield();
        struct control now = get_control();
        if (now.mxcsr != wanted->mxcsr || now.x87 != wanted->x87)
            error = -EPROTO;
    }
    return error;
}

TASK_TEST(each_control_word_is_kept_by_itself)
{
    if (RUNNING_ON_VALGRIND) /* knows of the rounding mode only */
        return;
    /* As all tasks begin, then one that flushes to zero, or computes in single precision. */
    struct control usual = {0x1f80, 0x037f}, others[] = {{0x9f80, 0x037f}, {0x1f80, 0x007f}};
    for (int i = 0; i < 2; i++) {
        struct rt_task *first = spawn(keep_control, &usual), *second = spawn(keep_control, &others[i]),
                       *third = spawn(keep_control, &usual);
        assert_int_equal(join(first), 0);
        assert_int_equal(join(second), 0);
        assert_int_equal(join(third), 0);
    }
}

static int leave_control(void *arg)
{
    const struct control *control = arg;
    __asm__ volatile("ldmxcsr %0" : : "m"(control->mxcsr));
    __asm__ volatile("fldcw %0" : : "m"(control->x87));
    return 0;
}

TASK_TEST(one_that_begins_where_another_ended_has_the_usual_control_words)
{
    if (RUNNING_ON_VALGRIND)
        return;
    struct control usual = {0x1f80, 0x037f}, others[] = {{0x9f80, 0x037f}, {0x1f80, 0x007f}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rt_task_spawn(NULL, leave_control, &others[i]), 0);
        struct rt_task *next = spawn(keep_control, &usual);
        assert_int_equal(rt_yield(), 0); /* awaited at once, it would come first */
        assert_int_equal(join(next), 0);
    }
}

/* By a name that assembly can call. */
RT_NO_TSAN __attribute__((used, noinline)) void switch_out_of_line(struct rt__context *from, struct rt__context *to);
RT_NO_TSAN __attribute__((used, noinline)) void switch_out_of_line(struct rt__context *from, struct rt__context *to)
{
    rt__context_switch(from, to);
}

/* Loads rbx, rbp, r12 to r15 from values[6], switches, and stores what they are when the switch returns. */
void switch_with_registers(struct rt__context *from, struct rt__context *to, uint64_t values[6]);
__asm__(".text\n"
        ".globl switch_with_registers\n"
        ".type switch_with_registers, @function\n"
        "switch_with_registers:\n"
        "    pushq %rbx\n"
        "    pushq %rbp\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    pushq %rdx\n"
        "    movq 0(%rdx), %rbx\n"
        "    movq 8(%rdx), %rbp\n"
        "    movq 16(%rdx), %r12\n"
        "    movq 24(%rdx), %r13\n"
        "    movq 32(%rdx), %r14\n"
        "    movq 40(%rdx), %r15\n"
        "    callq switch_out_of_line\n"
        "    popq %rdx\n"
        "    movq %rbx, 0(%rdx)\n"
        "    movq %rbp, 8(%rdx)\n"
        "    movq %r12, 16(%rdx)\n"
        "    movq %r13, 24(%rdx)\n"
        "    movq %r14, 32(%rdx)\n"
        "    movq %r15, 40(%rdx)\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbp\n"
        "    popq %rbx\n"
        "    retq\n"
        ".size switch_with_registers, . - switch_with_registers\n");

static void fill(uint64_t values[6], int number, int turn)
{
    for (int i = 0; i < 6; i++)
        values[i] = UINT64_C(0x0123456789abcdef) * (uint64_t)(number * 1000003 + turn * 7 + i + 1);
}

static void switch_once(struct actor *actor, struct rt__context *from, struct rt__context *to, int turn)
{
    uint64_t values[6], expected[6];
    fill(values, actor->number, turn);
    fill(expected, actor->number, turn);
    switch_with_registers(from, to, values);
    if (memcmp(values, expected, sizeof(values)) != 0)
        actor->wrong++;
}

static struct rt__context *keep_registers(void *arg)
{
    struct actor *actor = arg;
    begin(actor);
    for (int turn = 0;; turn++)
        switch_once(actor, &actor->context, actor->back, turn);
    return NULL;
}

static void registers_of_the_caller_survive_a_switch(void **state)
{
    (void)state;
    struct rt__context thread;
    struct actor actors[CONTEXTS] = {0}, self = {.number = 99};
    rt__context_init_thread(&thread);
    for (int i = 0; i < CONTEXTS; i++) {
        actors[i].number = i;
        start(&actors[i], &thread, keep_registers);
    }
    for (int turn = 0; turn < 2000; turn++)
        for (int i = 0; i < CONTEXTS; i++)
            switch_once(&self, &thread, &actors[i].context, turn);
    assert_int_equal(self.wrong, 0);
    for (int i = 0; i < CONTEXTS; i++) {
        assert_int_equal(actors[i].wrong, 0);
        finish(&actors[i]);
    }
}

#else

static void each_control_word_is_kept_by_itself(void **state)
{
    (void)state;
    skip();
}

static void registers_of_the_caller_survive_a_switch(void **state)
{
    (void)state;
    skip(); /* asked for aarch64 by the program under aarch64/ */
}

#endif

static struct rt__context *a_new_stack_is_aligned(void *arg)
{
    struct actor *actor = arg;
    rt__context_entered(&actor->context);
    _Alignas(16) volatile char aligned[16];
    actor->wrong = (long)((uintptr_t)aligned % 16);
    /* Variable arguments with a double: movaps into the frame, which traps on a stack that is not. */
    char text[32];
    snprintf(text, sizeof(text), "%.2f", actor->number * 0.25);
    actor->turns = strcmp(text, "1.25") == 0;
    return actor->back;
}

static void the_stack_is_aligned_on_entry(void **state)
{
    (void)state;
    struct rt__context thread;
    rt__context_init_thread(&thread);
    struct actor actor = {.number = 5};
    start(&actor, &thread, a_new_stack_is_aligned);
    assert_int_equal(actor.wrong, 0);
    assert_int_equal(actor.turns, 1);
    finish(&actor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_keep_their_place_over_many_switches),
        cmocka_unit_test(a_stack_can_be_used_to_its_depth),
        cmocka_unit_test(tasks_park_deep_in_their_stacks),
        cmocka_unit_test(each_task_keeps_its_own_rounding_mode),
        cmocka_unit_test(each_control_word_is_kept_by_itself),
        cmocka_unit_test(one_that_begins_where_another_ended_has_the_usual_control_words),
        cmocka_unit_test(registers_of_the_caller_survive_a_switch),
        cmocka_unit_test(the_stack_is_aligned_on_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
