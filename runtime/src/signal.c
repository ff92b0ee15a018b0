/* Signals: a blocked set and its signalfd. */
#include <errno.h>
#include <iort/io.h>
#include <iort/signal.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct rt_signal {
    int fd;
    sigset_t blocked_here; /* those of the set that were not blocked before */
};

int rt_signal_open(struct rt_signal **ret_signal, const sigset_t *set)
{
    struct rt_signal *signal = malloc(sizeof(*signal));
    if (!signal)
        return -ENOMEM;
    signal->fd = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signal->fd < 0) {
        int error = -errno;
        free(signal);
        return error;
    }
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, set, &before);
    sigemptyset(&signal->blocked_here);
    for (int number = 1; number < NSIG; number++)
        if (sigismember(set, number) == 1 && sigismember(&before, number) == 0)
            sigaddset(&signal->blocked_here, number);
    *ret_signal = signal;
    return 0;
}

int rt_signal_wait(struct rt_signal *signal, int64_t deadline_ns, int *ret_number)
{
    struct signalfd_siginfo info;
    ssize_t n = rt_read(signal->fd, &info, sizeof(info), deadline_ns);
    if (n < 0)
        return (int)n;
    *ret_number = (int)info.ssi_signo;
    return 0;
}

void rt_signal_close(struct rt_signal *signal)
{
    if (!signal)
        return;
    struct signalfd_siginfo info;
    while (read(signal->fd, &info, sizeof(info)) > 0)
        ;
    rt_close(signal->fd);
    pthread_sigmask(SIG_UNBLOCK, &signal->blocked_here, NULL);
    free(signal);
}
