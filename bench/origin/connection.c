#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <iort/iort.h>
#include "answer.h"
#include "body.h"
#include "connection.h"
#include "request.h"

enum { OUT_BYTES = 2048, BIG_OUT_BYTES = 65536 };

static const int64_t IDLE_NS = 60 * RT_NS_PER_S;  /* between two requests; for the next piece of a body; for a write */
static const int64_t HEAD_NS = 10 * RT_NS_PER_S;  /* from a head's first byte to its last */
static const int64_t LINGER_NS = 1 * RT_NS_PER_S; /* for the client to read why it was refused */

struct connection {
    LIST_ENTRY(connection) link;
    struct counters *counters;
    const struct counters_set *all;
    int fd;
    int64_t now_ns;  /* the clock as last read: after every wait that may have been long */
    int64_t read_ns; /* when the last bytes arrived */
    int64_t idle_deadline_ns;
    int64_t head_deadline_ns; /* 0: no head has begun */
    /* Answers collect here and leave in one write: a head with its body, and all answers to requests that came
     * together. */
    char *out;
    size_t out_bytes, out_size;
    /* What most requests need lies together, in one page; the big buffer is made for the first body that needs it. */
    char small_out[OUT_BYTES];
    struct request request;
};

struct connection *connection_create(int fd, struct connection_list *list, struct counters *counters,
                                     const struct counters_set *all)
{
    /* Not calloc: of the buffers most connections touch one page. */
    struct connection *connection = malloc(sizeof(*connection));
    if (!connection)
        return NULL;
    connection->counters = counters;
    connection->all = all;
    connection->fd = fd;
    connection->head_deadline_ns = 0;
    connection->out = connection->small_out;
    connection->out_bytes = 0;
    connection->out_size = sizeof(connection->small_out);
    request_init(&connection->request);
    LIST_INSERT_HEAD(list, connection, link);
    return connection;
}

void connection_destroy(struct connection *connection)
{
    LIST_REMOVE(connection, link);
    rt_close(connection->fd);
    if (connection->out != connection->small_out)
        free(connection->out);
    free(connection);
}

static int flush(struct connection *c)
{
    if (c->out_bytes == 0)
        return 0;
    ssize_t rc = rt_write(c->fd, c->out, c->out_bytes, c->now_ns + IDLE_NS);
    c->out_bytes = 0;
    return rc < 0 ? (int)rc : 0;
}

/* Makes the rest of a body in pieces, each written before the next is made; what out holds goes with the first. */
static int stream_body(struct connection *c, uint64_t seed, uint64_t body_bytes)
{
    for (uint64_t offset = 0; offset < body_bytes;) {
        size_t room = c->out_size - c->out_bytes;
        size_t part = body_bytes - offset < room ? (size_t)(body_bytes - offset) : room;
        origin_body_fill(seed, offset, c->out + c->out_bytes, part);
        c->out_bytes += part;
        offset += part;
        c->now_ns = rt_now_ns();
        int rc = flush(c);
        /* A client as fast as this loop would otherwise have it to itself. */
        if (rc == 0 && offset < body_bytes)
            rc = rt_yield();
        if (rc < 0)
            return rc;
    }
    c->now_ns = rt_now_ns();
    return 0;
}

static enum answer_connection connection_header(const struct request *request)
{
    if (!request->keep_alive)
        return ANSWER_CLOSE;
    return request->old_version ? ANSWER_KEEP_1_0 : ANSWER_KEEP;
}

/* Makes sure that a head fits, and `body_bytes` with it if they are few. */
static int make_room(struct connection *c, uint64_t body_bytes)
{
    if (c->out_size - c->out_bytes >= ANSWER_HEAD_MAX + body_bytes)
        return 0;
    int rc = flush(c);
    if (rc == 0 && c->out == c->small_out && ANSWER_HEAD_MAX + body_bytes > c->out_size) {
        char *big = malloc(BIG_OUT_BYTES);
        if (big) { /* without it the body just goes in smaller pieces */
            c->out = big;
            c->out_size = BIG_OUT_BYTES;
        }
    }
    return rc;
}

static int answer_text(struct connection *c, int status, const char *text, size_t text_bytes, bool is_json)
{
    const struct request *request = &c->request;
    int rc = make_room(c, text_bytes);
    if (rc < 0)
        return rc;
    c->out_bytes += answer_head(c->out + c->out_bytes, status, text_bytes, is_json, connection_header(request));
    if (!request->head_only) {
        memcpy(c->out + c->out_bytes, text, text_bytes);
        c->out_bytes += text_bytes;
    }
    return 0;
}

static int answer_stats(struct connection *c)
{
    char json[COUNTERS_JSON_BYTES];
    size_t json_bytes = counters_json(c->all, c->request.target.reset, json, sizeof(json));
    return answer_text(c, 200, json, json_bytes, true);
}

static int answer_body(struct connection *c)
{
    const struct request *request = &c->request;
    const struct target *target = &request->target;
    bool has_body = answer_has_body(target->status) && !request->head_only;
    uint64_t body_bytes = has_body ? target->body_bytes : 0;

    int rc = make_room(c, body_bytes);
    if (rc < 0)
        return rc;
    c->out_bytes +=
        answer_head(c->out + c->out_bytes, target->status, target->body_bytes, false, connection_header(request));
    if (body_bytes > c->out_size - c->out_bytes)
        return stream_body(c, target->seed, body_bytes);
    origin_body_fill(target->seed, 0, c->out + c->out_bytes, (size_t)body_bytes);
    c->out_bytes += (size_t)body_bytes;
    return 0;
}

/* The delay runs from the arrival of the request's last byte: what the server itself took until here is part of it. */
static int delay(struct connection *c)
{
    int64_t deadline_ns = c->read_ns + c->request.target.delay_ns;
    int rc = flush(c); /* earlier answers must not wait for this one */
    if (rc == 0)
        rc = rt_sleep_until(deadline_ns);
    if (rc < 0)
        return rc;
    c->now_ns = rt_now_ns();
    if (!c->request.warmup)
        lateness_record(&c->counters->lateness, c->now_ns - deadline_ns);
    return 0;
}

static int answer(struct connection *c)
{
    const struct request *request = &c->request;
    if (request->error == 0 && request->target.kind == TARGET_STATS)
        return answer_stats(c);

    if (request->error == 0 && request->target.delay_ns > 0) {
        int rc = delay(c);
        if (rc < 0)
            return rc;
    }
    /* Counted before it is sent, so that whoever has the answer finds it in /stats. */
    counters_add(request->warmup ? &c->counters->warmup_requests : &c->counters->requests);
    if (request->error != 0) {
        const char *text = answer_error_text(request->error);
        return answer_text(c, request->error, text, strlen(text), false);
    }
    if (request->target.kind == TARGET_HELP)
        return answer_text(c, 200, target_help, strlen(target_help), false);
    return answer_body(c);
}

/*
 * Closing at once while the client still sends would make the kernel answer with a reset, which may overtake the text.
 * So say that nothing more will come, and listen for a moment.
 */
static void refuse(struct connection *c, int status)
{
    const char *text = answer_error_text(status);
    counters_add(&c->counters->refused);
    c->request.keep_alive = false;
    c->request.head_only = false;
    if (answer_text(c, status, text, strlen(text), false) < 0 || flush(c) < 0)
        return;
    shutdown(c->fd, SHUT_WR);
    int64_t deadline_ns = rt_deadline_ns(LINGER_NS);
    while (rt_read(c->fd, c->out, c->out_size, deadline_ns) > 0 && rt_now_ns() < deadline_ns && rt_yield() == 0)
        ;
}

/* Returns 1 to go on, 0 at the end of the connection. */
static int receive(struct connection *c)
{
    struct request *request = &c->request;
    int64_t deadline_ns = c->idle_deadline_ns;
    if (request->head_complete) {
        deadline_ns = c->now_ns + IDLE_NS;
        if (request->expects_continue) {
            static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
            request->expects_continue = false;
            if (make_room(c, 0) < 0)
                return 0;
            c->out_bytes += (size_t)(stpcpy(c->out + c->out_bytes, go_on) - (c->out + c->out_bytes));
        }
    } else if (request->begun) {
        if (c->head_deadline_ns == 0)
            c->head_deadline_ns = c->now_ns + HEAD_NS;
        deadline_ns = c->head_deadline_ns;
    }
    if (flush(c) < 0)
        return 0;

    size_t space;
    char *room = request_room(request, &space);
    if (space == 0) {
        refuse(c, 431);
        return 0;
    }
    ssize_t got = rt_read(c->fd, room, space, deadline_ns);
    if (got > 0) {
        request_received(request, (size_t)got);
        c->now_ns = c->read_ns = rt_now_ns();
        return 1;
    }
    if (got == -ETIMEDOUT && request->begun)
        refuse(c, 408);
    return 0;
}

static void serve(struct connection *c)
{
    c->now_ns = rt_now_ns();
    c->idle_deadline_ns = c->now_ns + IDLE_NS;
    for (;;) {
        switch (request_parse(&c->request)) {
        case REQUEST_PARTIAL:
            if (!receive(c))
                return;
            break;
        case REQUEST_READY:
            if (answer(c) < 0)
                return;
            if (!c->request.keep_alive) {
                flush(c);
                return;
            }
            c->idle_deadline_ns = c->now_ns + IDLE_NS;
            c->head_deadline_ns = 0;
            break;
        case REQUEST_REFUSED:
            refuse(c, c->request.refusal);
            return;
        }
    }
}

int connection_run(void *arg)
{
    struct connection *connection = arg;
    serve(connection);
    connection_destroy(connection);
    return 0;
}
