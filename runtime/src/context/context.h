/*
 * One stack's worth of execution, and the switch from one to another. Three implementations: own assembly for x86-64
 * and aarch64, and the portable ucontext (the `context` option of meson). What sanitizers and valgrind must hear about
 * is said here, once.
 */
#ifndef RT_CONTEXT_H
#define RT_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

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

/* Nothing to tell anybody: a switch is the assembly alone. */
#if !defined(RT_CONTEXT_UCONTEXT) && !defined(RT_ASAN) && !defined(RT_TSAN)
#define RT_CONTEXT_BARE 1
#endif

struct rt__context {
#ifdef RT_CONTEXT_UCONTEXT
    ucontext_t uc;
#else
    void *sp; /* where the callee-saved registers lie; the assembly knows that it comes first */
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

/* What a stack begins with; returns the context to go on in when it is over, for which nobody switches back. */
typedef struct rt__context *(*rt__context_fn)(void *arg);

/* Leave `from` and run entry(arg) on a stack of its own, which `to` becomes the context of; returns when somebody
 * switches back. A call rather than a switch to a frame made by hand: the CPU predicts the returns on both sides.
 * `fiber` is what rt__context_fiber_create gave for the stack. */
#ifndef RT_CONTEXT_UCONTEXT
/* In the assembly file: as rt__context_swap, but to a new stack, where entry(arg) is called under the given control
 * words; what it returns is switched to. */
void rt__context_call(void **save_sp, void *stack_top, rt__context_fn entry, void *arg, uint64_t control);
/* The floating point control words of the thread as it began to run its loop: every task begins with those. */
extern __thread uint64_t rt__context_control __attribute__((tls_model("initial-exec"), visibility("hidden")));
#endif

#ifdef RT_CONTEXT_BARE
static inline void rt__context_enter(struct rt__context *from, struct rt__context *to, void *stack_low,
                                     size_t stack_bytes, void *fiber, rt__context_fn entry, void *arg)
{
    (void)to;
    (void)fiber;
    rt__context_call(&from->sp, (char *)stack_low + stack_bytes, entry, arg, rt__context_control);
}
#else
void rt__context_enter(struct rt__context *from, struct rt__context *to, void *stack_low, size_t stack_bytes,
                       void *fiber, rt__context_fn entry, void *arg);
#endif

/* Give floating point the control words that a task begins with: the one before may have left others. */
void rt__context_reset_control(void);

/* Take note of the calling thread's own stack, so that it can be switched back to, and of its floating point control
 * words, which the contexts made from now on begin with. */
void rt__context_init_thread(struct rt__context *context);

#ifndef RT_CONTEXT_UCONTEXT
/* In the assembly file: store the callee-saved registers on the stack, its address in *save_sp, and do the reverse. */
void rt__context_swap(void **save_sp, void *load_sp);
#endif

/* Leave `from`, go on in `to`; returns when somebody switches back. */
#ifdef RT_CONTEXT_BARE
static inline void rt__context_switch(struct rt__context *from, struct rt__context *to)
{
    rt__context_swap(&from->sp, to->sp);
}
#else
void rt__context_switch(struct rt__context *from, struct rt__context *to);
#endif

/* `heir` begins on the stack of `context`, which has ended, without a switch. */
static inline void rt__context_inherit(struct rt__context *heir, const struct rt__context *context)
{
    *heir = *context;
    rt__context_reset_control();
}

/* To be called first thing on a new stack. */
#ifdef RT_ASAN
void rt__context_entered(struct rt__context *context);
#else
static inline void rt__context_entered(struct rt__context *context)
{
    (void)context;
}
#endif

/* What a thread sanitizer keeps for a stack; a no-op otherwise. Kept with the stack, since making one is costly. */
void *rt__context_fiber_create(void);
void rt__context_fiber_destroy(void *fiber);

/* Returns "asm-x86_64", "asm-aarch64" or "ucontext". */
const char *rt__context_name(void);

#endif
