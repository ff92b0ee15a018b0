/* The yardstick of echo: a bare libev loop that makes exactly one read and one write a message, and has no tasks. */
#include "perf.h"
#include <ev.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 4096 };

static long open_connections;
static int64_t messages;

static void readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    char buffer[BUFFER_BYTES];
    ssize_t size = read(io->fd, buffer, sizeof(buffer));
    /* What has just been read makes room for as much: a short write does not happen, and is a failure if it does. */
    if (size > 0 && send(io->fd, buffer, (size_t)size, MSG_NOSIGNAL) == size) {
        messages++;
        return;
    }
    ev_io_stop(loop, io);
    close(io->fd);
    if (--open_connections == 0)
        ev_break(loop, EVBREAK_ALL);
}

/* perf_bare_echo LISTEN_FD CONNECTIONS: started by perf_echo_load; ends when they are closed. */
int main(int argc, char **argv)
{
    int listen_fd = (int)perf_argument(argc, argv, 1, 3);
    long connections = open_connections = perf_argument(argc, argv, 2, 1000);
    struct ev_loop *loop = ev_loop_new(EVBACKEND_EPOLL);
    ev_io *watchers = calloc((size_t)connections, sizeof(*watchers));
    if (!loop || !watchers)
        return 1;
    for (long i = 0; i < connections; i++) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return 1;
        ev_io_init(&watchers[i], readable, fd, EV_READ);
        ev_io_start(loop, &watchers[i]);
    }
    struct perf_span begin = perf_begin();
    ev_run(loop, 0);
    perf_report("bare_echo", "", (double)messages, perf_end(begin));
    free(watchers);
    ev_loop_destroy(loop);
    return 0;
}
