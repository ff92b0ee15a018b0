/* What every kind of switch has in common: telling the sanitizers, in a function that they do not instrument. */
#include "context.h"
#include <stdint.h>
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

/* The control words of floating point that new stacks begin with: of the thread, not of whichever task runs as they are
 * made. */
#ifdef RT_CONTEXT_UCONTEXT

static __thread fenv_t thread_control;

static void note_control(void)
{
    fegetenv(&thread_control);
}

/* makecontext passes ints only: a pointer goes in two halves. */
static void ucontext_entry(unsigned fn_hi, unsigned fn_lo, unsigned arg_hi, unsigned arg_lo)
{
    void (*entry)(void *) = (void (*)(void *))(((uintptr_t)fn_hi << 16 << 16) | fn_lo);
    entry((void *)(((uintptr_t)arg_hi << 16 << 16) | arg_lo));
}

static void context_prepare(struct rt__context *context, void *stack_low, size_t stack_bytes, void (*entry)(void *),
                            void *arg)
{
    uintptr_t fn = (uintptr_t)entry, a = (uintptr_t)arg;
    fenv_t here;
    fegetenv(&here);
    fesetenv(&thread_control);
    getcontext(&context->uc);
    fesetenv(&here);
    context->uc.uc_stack.ss_sp = stack_low;
    context->uc.uc_stack.ss_size = stack_bytes;
    context->uc.uc_link = NULL;
    makecontext(&context->uc, (void (*)(void))ucontext_entry, 4, (unsigned)(fn >> 16 >> 16), (unsigned)fn,
                (unsigned)(a >> 16 >> 16), (unsigned)a);
}

#define SWITCH(from, to) swapcontext(&(from)->uc, &(to)->uc)

const char *rt__context_name(void)
{
    return "ucontext";
}

#else

/* In the assembly file: store the callee-saved registers on the stack, its address in *save_sp, and do the reverse. */
void rt__context_swap(void **save_sp, void *load_sp);
/* Where a new stack begins: calls the function in one callee-saved register with the argument in another. */
void rt__context_start(void);

static __thread uint64_t thread_control;

static void note_control(void)
{
#if defined(__x86_64__)
    uint32_t mxcsr;
    uint16_t x87;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    thread_control = mxcsr | (uint64_t)x87 << 32;
#elif defined(__aarch64__)
    __asm__ volatile("mrs %0, fpcr" : "=r"(thread_control));
#endif
}

static void context_prepare(struct rt__context *context, void *stack_low, size_t stack_bytes, void (*entry)(void *),
                            void *arg)
{
    uintptr_t top = ((uintptr_t)stack_low + stack_bytes) & ~(uintptr_t)15;
#if defined(__x86_64__)
    /* Lowest first, as rt__context_swap pops them: control words, r15, r14, r13, r12, rbx, rbp, return address. */
    uint64_t *frame = (uint64_t *)(top - 80);
    frame[0] = thread_control;
    frame[1] = frame[2] = 0;
    frame[3] = (uint64_t)(uintptr_t)entry; /* r13 */
    frame[4] = (uint64_t)(uintptr_t)arg;   /* r12 */
    frame[5] = frame[6] = 0;
    frame[7] = (uint64_t)(uintptr_t)rt__context_start;
    frame[8] = frame[9] = 0;
#elif defined(__aarch64__)
    /* x19 .. x30, d8 .. d15 and the control word, as rt__context_swap loads them. */
    uint64_t *frame = (uint64_t *)(top - 176);
    for (int i = 0; i < 22; i++)
        frame[i] = 0;
    frame[0] = (uint64_t)(uintptr_t)entry;              /* x19 */
    frame[1] = (uint64_t)(uintptr_t)arg;                /* x20 */
    frame[11] = (uint64_t)(uintptr_t)rt__context_start; /* x30 */
    frame[20] = thread_control;
#else
#error "no assembly for this CPU: configure with -Dcontext=ucontext"
#endif
    context->sp = frame;
}

#define SWITCH(from, to) rt__context_swap(&(from)->sp, (to)->sp)

const char *rt__context_name(void)
{
#if defined(__x86_64__)
    return "asm-x86_64";
#else
    return "asm-aarch64";
#endif
}

#endif

void rt__context_init(struct rt__context *context, void *stack_low, size_t stack_bytes, void (*entry)(void *arg),
                      void *arg)
{
    context_prepare(context, stack_low, stack_bytes, entry, arg);
#ifdef RT_ASAN
    context->fake_stack = NULL;
    context->stack_low = stack_low;
    context->stack_bytes = stack_bytes;
#endif
}

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

/* Instrumented, this function would tell the thread sanitizer of its entry on one stack and of its exit on another. */
RT_NO_TSAN __attribute__((noinline)) void rt__context_switch(struct rt__context *from, struct rt__context *to,
                                                             int from_ends)
{
    (void)from_ends;
#ifdef RT_ASAN
    __sanitizer_start_switch_fiber(from_ends ? NULL : &from->fake_stack, to->stack_low, to->stack_bytes);
#endif
#ifdef RT_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    SWITCH(from, to);
#ifdef RT_ASAN
    __sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
#endif
}

void rt__context_entered(struct rt__context *context)
{
    (void)context;
#ifdef RT_ASAN
    __sanitizer_finish_switch_fiber(context->fake_stack, NULL, NULL);
#endif
}

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
