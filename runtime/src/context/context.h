/*
 * One stack's worth of execution, and the switch from one to another. Three implementations: own assembly for x86-64
 * and aarch64, and the portable ucontext (the `context` option of meson). What sanitizers and valgrind must hear about
 * is said here, once.
 */
#ifndef RT_CONTEXT_H
#define RT_CONTEXT_H

#include <stddef.h>

#ifdef RT_CONTEXT_UCONTEXT
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define RT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RT_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define RT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RT_TSAN 1
#endif
#endif

/* For functions that are entered on one stack and left on another, or never: neither entry nor exit shall be noted. */
#if defined(__clang__)
#define RT_NO_TSAN __attribute__((disable_sanitizer_instrumentation))
#else
#define RT_NO_TSAN __attribute__((no_sanitize("thread")))
#endif

struct rt__context {
#ifdef RT_CONTEXT_UCONTEXT
    ucontext_t uc;
#else
    void *sp; /* where the callee-saved registers lie */
#endif
#ifdef RT_ASAN
    void *fake_stack;
    const void *stack_low;
    size_t stack_bytes;
#endif
#ifdef RT_TSAN
    void *fiber;
#endif
};

/* Prepare a context that runs entry(arg) on a stack when first switched to; entry never returns. */
void rt__context_init(struct rt__context *context, void *stack_low, size_t stack_bytes, void (*entry)(void *arg),
                      void *arg);

/* Take note of the calling thread's own stack, so that it can be switched back to, and of its floating point control
 * words, which the contexts made from now on begin with. */
void rt__context_init_thread(struct rt__context *context);

/* Leave `from`, go on in `to`; returns when somebody switches back. `from_ends`: nobody will. */
void rt__context_switch(struct rt__context *from, struct rt__context *to, int from_ends);

/* To be called first thing on a new stack. */
void rt__context_entered(struct rt__context *context);

/* What a thread sanitizer keeps for a stack; a no-op otherwise. Kept with the stack, since making one is costly. */
void *rt__context_fiber_create(void);
void rt__context_fiber_destroy(void *fiber);

/* Returns "asm-x86_64", "asm-aarch64" or "ucontext". */
const char *rt__context_name(void);

#endif
