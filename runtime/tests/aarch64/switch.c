/*
 * The aarch64 switch, asked alone: a static program that needs nothing but context.c and its assembly, so that it runs
 * under an emulator on any machine. Exits 0 if all is well, and says what is not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/context/context.h"

/* FPCR: round towards minus infinity. Contexts start with what the thread had as it was noted. */
#define DOWNWARD ((uint64_t)2 << 22)

enum { CONTEXTS = 9, TURNS = 5000, STACK_BYTES = 64 << 10 };

/* x19 to x28, d8 to d15, and the control bits of floating point. */
struct registers {
    uint64_t x[10];
    uint64_t d[8];
    uint64_t fpcr;
};

/* By a name that assembly can call. */
__attribute__((used, noinline)) void switch_out_of_line(struct rt__context *from, struct rt__context *to)
{
    rt__context_switch(from, to);
}

/* Loads the registers from *values, switches, and stores what they are when the switch returns. */
void switch_with_registers(struct rt__context *from, struct rt__context *to, struct registers *values);
__asm__(".text\n"
        ".globl switch_with_registers\n"
        ".type switch_with_registers, %function\n"
        "switch_with_registers:\n"
        "    sub sp, sp, #192\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8,  d9,  [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mrs x9, fpcr\n"
        "    stp x2, x9, [sp, #160]\n"
        "    ldp x19, x20, [x2, #0]\n"
        "    ldp x21, x22, [x2, #16]\n"
        "    ldp x23, x24, [x2, #32]\n"
        "    ldp x25, x26, [x2, #48]\n"
        "    ldp x27, x28, [x2, #64]\n"
        "    ldp d8,  d9,  [x2, #80]\n"
        "    ldp d10, d11, [x2, #96]\n"
        "    ldp d12, d13, [x2, #112]\n"
        "    ldp d14, d15, [x2, #128]\n"
        "    ldr x9, [x2, #144]\n"
        "    msr fpcr, x9\n"
        "    bl switch_out_of_line\n"
        "    ldr x2, [sp, #160]\n"
        "    stp x19, x20, [x2, #0]\n"
        "    stp x21, x22, [x2, #16]\n"
        "    stp x23, x24, [x2, #32]\n"
        "    stp x25, x26, [x2, #48]\n"
        "    stp x27, x28, [x2, #64]\n"
        "    stp d8,  d9,  [x2, #80]\n"
        "    stp d10, d11, [x2, #96]\n"
        "    stp d12, d13, [x2, #112]\n"
        "    stp d14, d15, [x2, #128]\n"
        "    mrs x9, fpcr\n"
        "    str x9, [x2, #144]\n"
        "    ldr x9, [sp, #168]\n"
        "    msr fpcr, x9\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8,  d9,  [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #192\n"
        "    ret\n"
        ".size switch_with_registers, . - switch_with_registers\n");

struct actor {
    struct rt__context context;
    struct actor *next; /* each switches to the next, and the last to main */
    int number, turns;
    long wrong;
};

static struct actor actors[CONTEXTS + 1]; /* the last is main, on the program's own stack */

static void fill(struct registers *registers, int number, int turn)
{
    uint64_t value = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(number * 100003 + turn + 1);
    for (int i = 0; i < 10; i++)
        registers->x[i] = value += UINT64_C(0x0123456789abcdef);
    for (int i = 0; i < 8; i++)
        registers->d[i] = value += UINT64_C(0x0123456789abcdef);
    registers->fpcr = (uint64_t)(number % 4) << 22; /* the rounding mode */
}

static void switch_once(struct actor *actor, int turn)
{
    struct registers values, expected;
    volatile unsigned char deep[1000];
    fill(&values, actor->number, turn);
    fill(&expected, actor->number, turn);
    for (unsigned i = 0; i < sizeof(deep); i++)
        deep[i] = (unsigned char)(i + (unsigned)actor->number);
    switch_with_registers(&actor->context, &actor->next->context, &values);
    if (memcmp(&values, &expected, sizeof(values)) != 0)
        actor->wrong++;
    for (unsigned i = 0; i < sizeof(deep); i++)
        if (deep[i] != (unsigned char)(i + (unsigned)actor->number))
            actor->wrong++;
}

static struct rt__context *act(void *arg)
{
    struct actor *actor = arg;
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    rt__context_entered(&actor->context);
    if (actor < actors || actor >= actors + CONTEXTS || (uintptr_t)__builtin_frame_address(0) % 16 != 0 ||
        fpcr != DOWNWARD) {
        printf("a new stack began with a wrong argument or control word, or out of alignment\n");
        exit(1);
    }
    rt__context_switch(&actor->context, &actors[CONTEXTS].context); /* begun; main goes on */
    for (int turn = 0;; turn++) {
        actor->turns++;
        switch_once(actor, turn);
    }
}

int main(void)
{
    struct actor *self = &actors[CONTEXTS];
    uint64_t before, downward = DOWNWARD;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(downward));
    rt__context_init_thread(&self->context);
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
    for (int i = 0; i <= CONTEXTS; i++) {
        actors[i].number = i;
        actors[i].next = &actors[(i + 1) % (CONTEXTS + 1)];
        if (i < CONTEXTS) {
            void *stack = malloc(STACK_BYTES);
            if (!stack)
                return 1;
            rt__context_enter(&self->context, &actors[i].context, stack, STACK_BYTES, NULL, act, &actors[i]);
        }
    }
    for (int turn = 0; turn < TURNS; turn++)
        switch_once(self, turn);
    int failed = 0;
    for (int i = 0; i <= CONTEXTS; i++) {
        if (actors[i].wrong || (i < CONTEXTS && actors[i].turns != TURNS)) {
            printf("context %d: %d of %d turns, %ld times something was not preserved\n", i, actors[i].turns, TURNS,
                   actors[i].wrong);
            failed = 1;
        }
    }
    printf("%s: %d contexts, %d switches: %s\n", rt__context_name(), CONTEXTS, (CONTEXTS + 1) * TURNS,
           failed ? "FAILED" : "ok");
    return failed;
}
