/* Acts of the soak: what comes from outside a loop. Sockets, threads, the other loop. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "soak.h"

static unsigned char byte_at(size_t offset)
{
    return (unsigned char)(offset * 131 >> 3);
}

static void fill(unsigned char *bytes, size_t offset, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = byte_at(offset + i);
}

static void check_bytes(const unsigned char *bytes, size_t offset, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK(bytes[i] == byte_at(offset + i));
}

/* --- stream: bytes through a socket pair, in order, until either end is closed --- */

/* More than the socket has room for, so that writes are cut in pieces. */
enum { WRITER, READER, PIECE_MOST = 6000, SEND_BUFFER = 4096 };

struct stream {
    int fds[2];
    size_t total, sent, sent_most, received;
    bool cut; /* the writer was cut short within its bytes */
    bool closed;
    bool ended; /* the reader saw the end */
};

static void close_end(struct stream *stream, int end)
{
    if (stream->fds[end] < 0)
        return;
    CHECK(rt_close(stream->fds[end]) == 0);
    stream->fds[end] = -1;
}

static int write_stream(struct member *me)
{
    struct stream *stream = me->scene;
    unsigned char bytes[PIECE_MOST];
    while (stream->sent < stream->total && !stream->cut) {
        size_t left = stream->total - stream->sent, count = 1 + at_random(PIECE_MOST);
        if (count > left)
            count = left;
        fill(bytes, stream->sent, count);
        stream->sent_most = stream->sent + count;
        int64_t deadline_ns = some_deadline();
        ssize_t n = rt_write(stream->fds[WRITER], bytes, count, deadline_ns);
        if (n == -EPIPE || n == -ECONNRESET || n == -EBADF) {
            CHECK(stream->closed);
            stream->cut = true;
        } else if (n == (ssize_t)count) {
            stream->sent += count;
        } else {
            CHECK(n < 0);
            cut_short(me, (int)n, deadline_ns);
            stream->cut = true;
        }
        if (one_in(8))
            pause_a_little(me);
    }
    close_end(stream, WRITER);
    return 0;
}

static int read_stream(struct member *me)
{
    struct stream *stream = me->scene;
    unsigned char bytes[PIECE_MOST];
    for (;;) {
        int64_t deadline_ns = some_deadline();
        ssize_t n = rt_read(stream->fds[READER], bytes, 1 + at_random(PIECE_MOST), deadline_ns);
        if (n == 0 || n == -EBADF) {
            CHECK(n == 0 || stream->closed);
            stream->ended = n == 0;
            break;
        }
        if (n > 0) {
            check_bytes(bytes, stream->received, (size_t)n);
            stream->received += (size_t)n;
            CHECK(stream->received <= stream->sent_most);
        } else {
            cut_short(me, (int)n, deadline_ns);
        }
        if (one_in(8))
            pause_a_little(me);
    }
    close_end(stream, READER);
    return 0;
}

static int act_stream(struct member *me)
{
    struct stream *stream = soak_alloc(sizeof(*stream));
    struct crew *crew = crew_create("stream");
    int small = SEND_BUFFER;
    stream->total = at_random(64 * 1024);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, stream->fds) == 0);
    setsockopt(stream->fds[WRITER], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    crew_add(crew, write_stream, stream, 0);
    crew_add(crew, read_stream, stream, 0);
    crew_disturb(crew, me);
    if (one_in(6)) {
        stream->closed = true;
        close_end(stream, (int)at_random(2));
    }
    for (int i = 0; i < 2; i++) /* one that was cancelled first never begins, and would not close */
        while (!crew->members[i].begun && rt_task_state(crew->members[i].task) == RT_TASK_PENDING)
            pause_a_little(me);
    for (int i = 0; i < 2; i++)
        if (!crew->members[i].begun) {
            stream->closed = true;
            close_end(stream, i);
        }
    crew_end(crew);
    CHECK(stream->fds[0] < 0 && stream->fds[1] < 0);
    if (stream->ended && !stream->closed)
        CHECK(stream->cut ? stream->received >= stream->sent : stream->received == stream->total);
    free(stream);
    return 0;
}

/* --- tcp: an echo of every byte --- */

static int echo(void *arg)
{
    int fd = (int)(intptr_t)arg, error = 0;
    char bytes[1024];
    while (error >= 0) {
        ssize_t n = rt_read(fd, bytes, sizeof(bytes), RT_FOREVER);
        if (n <= 0)
            break;
        error = (int)rt_write(fd, bytes, (size_t)n, RT_FOREVER);
    }
    rt_close(fd);
    return 0;
}

int echo_server(void *arg)
{
    struct side *side = arg;
    struct rt_group group;
    CHECK(rt_group_init(&group) == 0);
    for (;;) {
        int fd = rt_accept(side->listen_fd, RT_FOREVER);
        if (fd == -ECANCELED)
            break;
        CHECK(fd >= 0 && rt_group_spawn(&group, NULL, echo, (void *)(intptr_t)fd) == 0);
    }
    CHECK(rt_group_wait(&group) == 0);
    rt_group_finish(&group);
    return 0;
}

enum { MESSAGE_MOST = 2048 };

static void talk(struct member *me, int fd)
{
    unsigned char sent[MESSAGE_MOST], received[MESSAGE_MOST];
    for (unsigned turn = at_random(5); turn > 0; turn--) {
        size_t count = 1 + at_random(MESSAGE_MOST), got = 0;
        fill(sent, turn, count);
        int64_t deadline_ns = some_deadline();
        ssize_t n = rt_write(fd, sent, count, deadline_ns);
        if (n < 0 && cut_short(me, (int)n, deadline_ns))
            return;
        CHECK(n == (ssize_t)count);
        while (got < count) {
            deadline_ns = some_deadline();
            n = rt_read(fd, received, count - got, deadline_ns);
            if (n < 0 && cut_short(me, (int)n, deadline_ns)) {
                if (one_in(2))
                    return;
                continue; /* nothing is lost */
            }
            CHECK(n > 0);
            check_bytes(received, turn + got, (size_t)n);
            got += (size_t)n;
        }
    }
}

static int act_tcp(struct member *me)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = (in_port_t)here->port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int64_t deadline_ns = some_deadline();
    int fd = rt_connect((struct sockaddr *)&address, sizeof(address), deadline_ns);
    if (fd == -EADDRNOTAVAIL) /* other programs have used the ports up */
        return 0;
    if (fd < 0) {
        cut_short(me, fd, deadline_ns);
        return 0;
    }
    talk(me, fd);
    /* As a rule with a reset, which leaves no port waiting behind. */
    struct linger linger = {.l_onoff = !one_in(64)};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    CHECK(rt_close(fd) == 0);
    return 0;
}

/* --- thread: a blocking call runs once, or was taken back and never does --- */

struct job {
    struct rt_loop *loop; /* not NULL: have a task of it do the job */
    unsigned pause_us;
    int result;
    int begun, ended;
};

static int do_job(void *arg)
{
    struct job *job = arg;
    job->begun++;
    int error = rt_sleep_ns(job->pause_us * RT_NS_PER_US);
    job->ended++;
    return error < 0 ? error : job->result;
}

static int block(void *arg)
{
    struct job *job = arg;
    int result = -1;
    if (job->loop) {
        CHECK(rt_submit_blocking(job->loop, do_job, job, &result) == 0);
        return result;
    }
    job->begun++;
    usleep(job->pause_us);
    job->ended++;
    return job->result;
}

static int act_thread(struct member *me)
{
    struct job job = {.pause_us = at_random(500), .result = (int)at_random(1000)};
    int result = -1;
    if (one_in(4))
        job.loop = one_in(2) ? here->loop : here->other->loop;
    int error = saw(me, rt_executor_call(one_in(2) ? here->executor : NULL, block, &job, &result));
    CHECK(job.begun == job.ended);
    if (error == 0)
        CHECK(job.begun == 1 && result == job.result);
    else
        CHECK(error == -ECANCELED && job.begun == 0 && result == -1);
    return 0;
}

/* --- submit: a task of the other loop --- */

static int act_submit(struct member *me)
{
    struct job job = {.pause_us = at_random(1000), .result = (int)at_random(1000)};
    int result = -1;
    int error = saw(me, rt_submit(here->other->loop, do_job, &job, &result));
    CHECK(job.begun == job.ended);
    if (error == 0)
        CHECK(job.begun == 1 && result == job.result);
    else
        CHECK(error == -ECANCELED && result == -1);
    return 0;
}

const struct act outside_acts[] = {
    {"stream", act_stream},
    {"tcp", act_tcp, 0, 8},
    {"thread", act_thread, NEVER_PARK},
    {"submit", act_submit, NEVER_PARK},
    {NULL, NULL},
};
