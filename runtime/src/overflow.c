#include "overflow.h"
#include "internal.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "text.h"

void rt__overflow_say(const struct rt_task *task)
{
    struct rt__text text;
    rt__text_init(&text);
    rt__text_add(&text, "iort: stack overflow in task \"");
    rt__text_add(&text, rt_task_name(task));
    rt__text_add(&text, "\", which has ");
    rt__text_add_number(&text, (int64_t)(task->loop->stacks.stack_bytes / 1024));
    rt__text_add(&text, " KiB (rt_loop_options.stack_bytes)\n");
    rt__text_write(&text, STDERR_FILENO);
}

/* The sanitizers have handlers of their own, which tell more. */
#if !defined(RT_ASAN) && !defined(RT_TSAN)

static struct sigaction before; /* what stood there when the first loop ran */

/* With the guard page below the stack that the task stands on. */
static bool is_overflow(const struct rt_loop *loop, const char *address)
{
    const struct rt_task *task = loop->current;
    if (!task)
        return false;
    const struct rt__stack *stack = task->parkable ? loop->stage.stack : task->stack;
    return stack && stack->guard != RT_GUARD_NONE && address < stack->low &&
           address >= stack->low - sysconf(_SC_PAGESIZE);
}

static void handle(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    if (rt__loop && is_overflow(rt__loop, info->si_addr))
        rt__overflow_say(rt__loop->current);
    /* Not called from here: the instruction is tried again, and this time whoever was there before gets the signal. */
    sigaction(signal_number, &before, NULL);
}

/* Unless it stands there already: the program may have set its own since the last loop ran. */
static void install(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK}, now;
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&mutex);
    if (sigaction(SIGSEGV, NULL, &now) == 0 && now.sa_sigaction != handle) {
        before = now;
        sigaction(SIGSEGV, &action, NULL);
    }
    pthread_mutex_unlock(&mutex);
}

#endif

void rt__overflow_begin(struct rt_loop *loop)
{
#if !defined(RT_ASAN) && !defined(RT_TSAN)
    if (loop->options.leave_sigsegv)
        return;
    install();
    stack_t now;
    if (sigaltstack(NULL, &now) < 0 || !(now.ss_flags & SS_DISABLE))
        return;
    size_t bytes = (size_t)sysconf(_SC_SIGSTKSZ);
    if (bytes < 16384)
        bytes = 16384;
    loop->signal_stack = malloc(bytes);
    if (loop->signal_stack)
        sigaltstack(&(stack_t){.ss_sp = loop->signal_stack, .ss_size = bytes}, NULL);
#else
    (void)loop;
#endif
}

void rt__overflow_end(struct rt_loop *loop)
{
    if (!loop->signal_stack)
        return;
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    free(loop->signal_stack);
    loop->signal_stack = NULL;
}
