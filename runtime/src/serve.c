/* A server: accept, a task for each connection, and the end of them all. */
#include <errno.h>
#include <iort/call.h>
#include <iort/clock.h>
#include <iort/io.h>
#include <iort/stream.h>
#include <iort/sync.h>
#include <iort/timeout.h>
#include <stdlib.h>
#include "internal.h"

static const int64_t RETRY_NS = 100 * RT_NS_PER_MS, LAST_FLUSH_NS = 5 * RT_NS_PER_S;

struct connection {
    struct connection *prev, *next;
    struct server *server;
    struct rt_stream *stream;
    struct rt_task *task;
    struct rt_call done;
};

/* On the stack of the task that serves. */
struct server {
    rt_serve_fn handler;
    void *arg;
    struct rt_serve_options options;
    struct connection *first;
    unsigned count;
    struct rt_event ended; /* one has, since it was cleared */
};

static int connection_run(void *arg)
{
    struct connection *connection = arg;
    struct rt_stream *stream = connection->stream;
    int result = connection->server->handler(stream, connection->server->arg);
    connection->stream = NULL;
    rt_stream_close(stream, rt_deadline_ns(LAST_FLUSH_NS));
    return result;
}

/* On the loop's stack, also for a task that was cancelled before it began. */
static void connection_done(void *arg)
{
    struct connection *connection = arg;
    struct server *server = connection->server;
    rt_stream_close(connection->stream, 0);
    rt_task_release(connection->task);
    if (connection->prev)
        connection->prev->next = connection->next;
    else
        server->first = connection->next;
    if (connection->next)
        connection->next->prev = connection->prev;
    free(connection);
    server->count--;
    rt_event_set(&server->ended);
}

/* Takes the descriptor, also on failure. */
static int connection_begin(struct server *server, int fd)
{
    int error = -ENOMEM;
    struct connection *connection = malloc(sizeof(*connection));
    if (!connection)
        goto close_fd;
    *connection = (struct connection){.server = server};
    error = rt_stream_open(&connection->stream, fd, &server->options.stream);
    if (error < 0)
        goto free_connection;
    const struct rt_task_options options = {.name = "connection", .parkable = server->options.parkable};
    error = rt_task_spawn_with(&connection->task, connection_run, connection, &options);
    if (error < 0)
        goto free_stream;
    rt_call_init(&connection->done, connection_done, connection);
    rt_task_on_done(connection->task, &connection->done);
    connection->next = server->first;
    if (server->first)
        server->first->prev = connection;
    server->first = connection;
    server->count++;
    return 0;

free_stream:
    rt_stream_close(connection->stream, 0);
    fd = -1;
free_connection:
    free(connection);
close_fd:
    if (fd >= 0)
        rt_close(fd);
    return error;
}

static bool is_exhaustion(int error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

/* Errors of the connection that accept4(2) says to treat as no connection. */
static bool is_of_the_network(int error)
{
    return error == -ENETDOWN || error == -EPROTO || error == -ENOPROTOOPT || error == -EHOSTDOWN || error == -ENONET ||
           error == -EHOSTUNREACH || error == -ENETUNREACH || error == -EPERM;
}

/* Until a connection ends, but not for longer than the deadline. */
static int await_end_of_one(struct server *server, int64_t deadline_ns)
{
    rt_event_clear(&server->ended);
    return rt_event_wait(&server->ended, deadline_ns);
}

static int accept_all(struct server *server, int listen_fd)
{
    for (;;) {
        int error = 0;
        while (error == 0 && server->options.connections_most && server->count >= server->options.connections_most)
            error = await_end_of_one(server, RT_FOREVER);
        int fd = error < 0 ? error : rt_accept(listen_fd, RT_FOREVER);
        if (fd >= 0)
            error = connection_begin(server, fd);
        else
            error = fd;
        if (is_exhaustion(error) || is_of_the_network(error)) {
            error = await_end_of_one(server, rt_deadline_ns(RETRY_NS));
            if (error == -ENOMEM) /* not even that */
                error = rt_yield();
            if (error == -ETIMEDOUT && rt__self()->limit_ns > rt_now_ns())
                error = 0;
        }
        if (error < 0)
            return error;
    }
}

static void await_all(struct server *server, int64_t deadline_ns)
{
    while (server->count > 0) {
        int error = await_end_of_one(server, deadline_ns);
        if (error == -ETIMEDOUT)
            return;
        if (error < 0) /* no memory for a deadline */
            rt_yield();
    }
}

static void end_all(struct server *server)
{
    struct rt_timeout shield;
    rt_shield_begin(&shield);
    if (server->options.grace_ns > 0)
        await_all(server, rt_deadline_ns(server->options.grace_ns));
    for (struct connection *connection = server->first; connection; connection = connection->next)
        rt_task_cancel(connection->task);
    await_all(server, RT_FOREVER);
    rt_shield_end(&shield);
}

int rt_serve(int listen_fd, rt_serve_fn handler, void *arg, const struct rt_serve_options *options)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (self->parkable)
        return -ENOTSUP;
    struct server server = {.handler = handler, .arg = arg};
    if (options)
        server.options = *options;
    rt_event_init(&server.ended);
    int error = accept_all(&server, listen_fd);
    end_all(&server);
    rt_event_finish(&server.ended);
    return error;
}
