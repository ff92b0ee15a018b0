/* What every kind of switch has in common: telling the sanitizers, in a function that they do not instrument. */
#include "context.h"
#ifdef RT_CONTEXT_UCONTEXT
#include <fenv.h>
#endif

#ifdef RT_ASAN
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef RT_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#ifdef RT_CONTEXT_UCONTEXT

static __thread fenv_t thread_control;

static void note_control(void)
{
    fegetenv(&thread_control);
}

void rt__context_reset_control(void)
{
    fesetenv(&thread_control);
}

const char *rt__context_name(void)
{
    return "ucontext";
}

#else

__thread uint64_t rt__context_control;

#if defined(__x86_64__)

static uint64_t read_control(void)
{
    uint32_t mxcsr;
    uint16_t x87;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return mxcsr | (uint64_t)x87 << 32;
}

/* Comparing is quick, setting is slow. The low bits of MXCSR are flags that any operation raises. */
void rt__context_reset_control(void)
{
    static const uint64_t flags = 0x3f;
    if (((read_control() ^ rt__context_control) & ~flags) == 0)
        return;
    uint32_t mxcsr = (uint32_t)rt__context_control;
    uint16_t x87 = (uint16_t)(rt__context_control >> 32);
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
    __asm__ volatile("fldcw %0" : : "m"(x87));
}

const char *rt__context_name(void)
{
    return "asm-x86_64";
}

#elif defined(__aarch64__)

static uint64_t read_control(void)
{
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
}

void rt__context_reset_control(void)
{
    if (read_control() != rt__context_control)
        __asm__ volatile("msr fpcr, %0" : : "r"(rt__context_control));
}

const char *rt__context_name(void)
{
    return "asm-aarch64";
}

#else
#error "no assembly for this CPU: configure with -Dcontext=ucontext"
#endif

static void note_control(void)
{
    rt__context_control = read_control();
}

#endif

void rt__context_init_thread(struct rt__context *context)
{
    (void)context;
    note_control();
#ifdef RT_ASAN
    pthread_attr_t attr;
    void *low = NULL;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        pthread_attr_getstack(&attr, &low, &bytes);
        pthread_attr_destroy(&attr);
    }
    context->fake_stack = NULL;
    context->stack_low = low;
    context->stack_bytes = bytes;
#endif
#ifdef RT_TSAN
    context->fiber = __tsan_get_current_fiber();
#endif
}

#ifndef RT_CONTEXT_BARE

/* Tell the sanitizers of a switch that is about to happen; `from` is NULL if nobody switches back. */
static inline __attribute__((always_inline)) void tell_leaving(struct rt__context *from, struct rt__context *to)
{
    (void)from;
    (void)to;
#ifdef RT_ASAN
    __sanitizer_start_switch_fiber(from ? &from->fake_stack : NULL, to->stack_low, to->stack_bytes);
#endif
#ifdef RT_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
}

static inline __attribute__((always_inline)) void tell_arrived(struct rt__context *here)
{
    (void)here;
#ifdef RT_ASAN
    __sanitizer_finish_switch_fiber(here->fake_stack, NULL, NULL);
#endif
}

/* Instrumented, this function would tell the thread sanitizer of its entry on one stack and of its exit on another. */
RT_NO_TSAN __attribute__((noinline)) void rt__context_switch(struct rt__context *from, struct rt__context *to)
{
    tell_leaving(from, to);
#ifdef RT_CONTEXT_UCONTEXT
    swapcontext(&from->uc, &to->uc);
#else
    rt__context_swap(&from->sp, to->sp);
#endif
    tell_arrived(from);
}

/* Lies on the stack of whoever is left, and is read before that one can run again. */
struct beginning {
    rt__context_fn entry;
    void *arg;
};

/* Not instrumented: it runs before the sanitizers have heard of the arrival and after they have heard of the leaving.
 */
RT_NO_TSAN __attribute__((no_sanitize("address"), noinline)) static struct rt__context *begin(void *arg)
{
    struct beginning beginning = *(struct beginning *)arg;
    struct rt__context *next = beginning.entry(beginning.arg);
    tell_leaving(NULL, next);
    return next;
}

#ifdef RT_CONTEXT_UCONTEXT
/* makecontext passes ints only: a pointer goes in two halves. */
RT_NO_TSAN __attribute__((no_sanitize("address"))) static void begin_ucontext(unsigned hi, unsigned lo)
{
    setcontext(&begin((void *)(((uintptr_t)hi << 16 << 16) | lo))->uc);
}
#endif

RT_NO_TSAN __attribute__((noinline)) void rt__context_enter(struct rt__context *from, struct rt__context *to,
                                                            void *stack_low, size_t stack_bytes, void *fiber,
                                                            rt__context_fn entry, void *arg)
{
    struct beginning beginning = {entry, arg};
    (void)fiber;
#ifdef RT_ASAN
    to->fake_stack = NULL;
    to->stack_low = stack_low;
    to->stack_bytes = stack_bytes;
#endif
#ifdef RT_TSAN
    to->fiber = fiber;
#endif
#ifdef RT_CONTEXT_UCONTEXT
    fenv_t here;
    fegetenv(&here);
    fesetenv(&thread_control);
    getcontext(&to->uc);
    fesetenv(&here);
    to->uc.uc_stack.ss_sp = stack_low;
    to->uc.uc_stack.ss_size = stack_bytes;
    to->uc.uc_link = NULL;
    uintptr_t address = (uintptr_t)&beginning;
    makecontext(&to->uc, (void (*)(void))begin_ucontext, 2, (unsigned)(address >> 16 >> 16), (unsigned)address);
    tell_leaving(from, to);
    swapcontext(&from->uc, &to->uc);
#else
    tell_leaving(from, to);
    rt__context_call(&from->sp, (char *)stack_low + stack_bytes, begin, &beginning, rt__context_control);
#endif
    tell_arrived(from);
}

#endif

#ifdef RT_ASAN
void rt__context_entered(struct rt__context *context)
{
    __sanitizer_finish_switch_fiber(context->fake_stack, NULL, NULL);
}
#endif

void *rt__context_fiber_create(void)
{
#ifdef RT_TSAN
    return __tsan_create_fiber(0);
#else
    return NULL;
#endif
}

void rt__context_fiber_destroy(void *fiber)
{
    (void)fiber;
#ifdef RT_TSAN
    if (fiber)
        __tsan_destroy_fiber(fiber);
#endif
}
