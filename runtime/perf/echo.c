/* How fast do tasks answer over the runtime's own sockets? An echo server, a task a connection: straight-line code. */
#include "perf.h"
#include <iort/io.h>
#include <iort/iort.h>

enum { BUFFER_BYTES = 4096 };

struct server {
    int listen_fd;
    long connections;
    int64_t messages;
};

struct connection {
    struct server *server;
    struct rt_task *task;
    int fd;
};

static int echo(void *arg)
{
    struct connection *connection = arg;
    char buffer[BUFFER_BYTES];
    ssize_t size;
    while ((size = rt_read(connection->fd, buffer, sizeof(buffer), RT_FOREVER)) > 0) {
        if (rt_write(connection->fd, buffer, (size_t)size, RT_FOREVER) < 0)
            break;
        connection->server->messages++;
    }
    return rt_close(connection->fd);
}

static int serve(void *arg)
{
    struct server *server = arg;
    struct connection *connections = calloc((size_t)server->connections, sizeof(*connections));
    if (!connections)
        return -1;
    for (long i = 0; i < server->connections; i++) {
        connections[i] = (struct connection){.server = server, .fd = rt_accept(server->listen_fd, RT_FOREVER)};
        if (connections[i].fd < 0 || rt_task_spawn(&connections[i].task, echo, &connections[i]) < 0)
            return -1;
    }
    struct perf_span begin = perf_begin();
    for (long i = 0; i < server->connections; i++)
        rt_task_join(connections[i].task, NULL);
    perf_report("echo", "", (double)server->messages, perf_end(begin));
    free(connections);
    return 0;
}

/* perf_echo LISTEN_FD CONNECTIONS: started by perf_echo_load; ends when they are closed. */
int main(int argc, char **argv)
{
    struct server server = {.listen_fd = (int)perf_argument(argc, argv, 1, 3),
                            .connections = perf_argument(argc, argv, 2, 1000)};
    return rt_run(serve, &server, NULL) < 0;
}
