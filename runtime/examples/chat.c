/* A chat: each line goes to everybody else. chat PORT ends on Ctrl-C; take part with: nc 127.0.0.1 PORT */
#include <errno.h>
#include <iort/iort.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>

enum { GUESTS_MOST = 500 };
static struct rt_stream *guests[2 * GUESTS_MOST]; /* by descriptor: those are the smallest numbers that are free */
static struct rt_lock order; /* who holds it writes, or leaves: so all get the same lines in the same order */

static int talk(struct rt_stream *stream, void *arg)
{
    struct rt_timeout shield;
    const char *text;
    ssize_t size;
    int me = rt_stream_fd(stream);
    guests[me] = stream;
    do {
        size = rt_stream_read_line(stream, RT_FOREVER, &text); /* 0: it has left; -ECANCELED: the chat is over */
        rt_shield_begin(&shield);                              /* a cancel waits until the line has gone to all */
        rt_lock_acquire(&order, RT_FOREVER);
        for (int i = 0; size > 0 && i < 2 * GUESTS_MOST; i++)
            if (guests[i] && i != me &&
                (rt_stream_write(guests[i], text, (size_t)size, rt_deadline_ns(RT_NS_PER_S)) < 0 ||
                 rt_stream_flush(guests[i], rt_deadline_ns(RT_NS_PER_S)) < 0))
                shutdown(rt_stream_fd(guests[i]), SHUT_RDWR); /* who does not listen is shown out */
        guests[me] = size > 0 ? stream : NULL;
        rt_lock_release(&order);
        rt_shield_end(&shield);
    } while (size > 0);
    return 0; /* the server closes the stream */
}

static int end_on_interrupt(void *chat)
{
    struct rt_signal *signal = NULL;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    int number, error = rt_signal_open(&signal, &set);
    if (error == 0 && (error = rt_signal_wait(signal, RT_FOREVER, &number)) == 0)
        rt_task_cancel(chat);
    rt_signal_close(signal);
    return error;
}

static int serve(void *port)
{
    const struct sockaddr_in here = {AF_INET, htons((uint16_t)atoi(port)), {htonl(INADDR_LOOPBACK)}, {0}};
    int fd = rt_listen((const struct sockaddr *)&here, sizeof(here), 128, 0);
    bool ready = fd >= 0 && rt_task_spawn(NULL, end_on_interrupt, rt_task_self()) == 0;
    return !ready || rt_serve(fd, talk, NULL, &(struct rt_serve_options){.connections_most = GUESTS_MOST}) != -ECANCELED;
}

int main(int argc, char **argv)
{
    return argc == 2 ? rt_run(serve, argv[1], NULL) : 2;
}
