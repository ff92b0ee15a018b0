/* Buffered streams: lines, exact counts, limits, what is kept after an error, and closing under whoever waits. */
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include "rt_test.h"

struct pair {
    struct rt_stream *stream;
    int fd; /* the other end, without a stream */
};

static struct pair pair_open(const struct rt_stream_options *options)
{
    struct pair pair;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(rt_stream_open(&pair.stream, ends[0], options), 0);
    assert_true(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(rt_stream_fd(pair.stream), ends[0]);
    pair.fd = ends[1];
    return pair;
}

static void pair_close(struct pair *pair)
{
    assert_int_equal(rt_stream_close(pair->stream, SOON), 0);
    assert_int_equal(rt_close(pair->fd), 0);
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(rt_write(fd, text, strlen(text), SOON), strlen(text));
}

static void assert_line(struct rt_stream *stream, const char *expected)
{
    const char *bytes;
    ssize_t n = rt_stream_read_line(stream, SOON, &bytes);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(bytes, expected, strlen(expected));
}

TASK_TEST(lines_come_whole_however_they_were_sent_and_the_last_one_without_its_end)
{
    struct pair pair = pair_open(NULL);
    const char *bytes;
    send_text(pair.fd, "one\ntwo\n\nth");
    assert_line(pair.stream, "one\n");
    assert_line(pair.stream, "two\n");
    assert_line(pair.stream, "\n");
    assert_int_equal(rt_stream_read_line(pair.stream, rt_deadline_ns(RT_NS_PER_MS), &bytes), -ETIMEDOUT);
    send_text(pair.fd, "ree\nfour");
    assert_line(pair.stream, "three\n"); /* what came before the error was kept */
    shutdown(pair.fd, SHUT_WR);
    assert_line(pair.stream, "four");
    for (int i = 0; i < 2; i++)
        assert_int_equal(rt_stream_read_line(pair.stream, SOON, &bytes), 0);
    pair_close(&pair);
}

TASK_TEST(a_separator_that_comes_in_parts_is_found)
{
    struct pair pair = pair_open(NULL);
    const char *bytes;
    static const char *const parts[] = {"head\r", "\n\r", "x\r\n\r", "\nbody"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(rt_stream_read_until(pair.stream, "\r\n\r\n", 4, rt_deadline_ns(RT_NS_PER_MS / 5), &bytes),
                         -ETIMEDOUT);
        send_text(pair.fd, parts[i]);
    }
    assert_int_equal(rt_stream_read_until(pair.stream, "\r\n\r\n", 4, SOON, &bytes), 12);
    assert_memory_equal(bytes, "head\r\n\rx\r\n\r\n", 12);
    char body[8];
    assert_int_equal(rt_stream_read(pair.stream, body, sizeof(body), SOON), 4);
    assert_int_equal(rt_stream_read_until(pair.stream, "", 0, SOON, &bytes), -EINVAL);
    pair_close(&pair);
}

TASK_TEST(a_line_beyond_the_limit_is_refused_and_its_bytes_can_be_read)
{
    struct pair pair = pair_open(&(struct rt_stream_options){.line_most = 8});
    const char *bytes;
    char all[32];
    send_text(pair.fd, "1234567\n12345678\n");
    assert_line(pair.stream, "1234567\n");
    assert_int_equal(rt_stream_read_line(pair.stream, SOON, &bytes), -EMSGSIZE);
    assert_int_equal(rt_stream_read_line(pair.stream, SOON, &bytes), -EMSGSIZE);
    assert_int_equal(rt_stream_read_exactly(pair.stream, all, 9, SOON), 9);
    assert_memory_equal(all, "12345678\n", 9);
    send_text(pair.fd, "no end in sight");
    assert_int_equal(rt_stream_read_line(pair.stream, SOON, &bytes), -EMSGSIZE);
    assert_int_equal(rt_stream_read(pair.stream, all, sizeof(all), SOON), 15);
    pair_close(&pair);
}

static int write_slowly(void *arg)
{
    int fd = *(int *)arg;
    char bytes[1000];
    for (int i = 0; i < 100; i++) {
        memset(bytes, i, sizeof(bytes));
        if (rt_write(fd, bytes, sizeof(bytes), SOON) < 0 || rt_yield() < 0)
            return -1;
    }
    return rt_close(fd);
}

TASK_TEST(an_exact_read_waits_for_all_of_it_and_tells_an_early_end)
{
    enum { SIZE = 70000 };
    struct pair pair = pair_open(NULL);
    static unsigned char bytes[SIZE];
    struct rt_task *writer = spawn(write_slowly, &pair.fd);
    assert_int_equal(rt_stream_read_exactly(pair.stream, bytes, SIZE, SOON), SIZE);
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(bytes[i], i / 1000);
    assert_int_equal(rt_stream_read_exactly(pair.stream, bytes, SIZE, SOON), 30000);
    assert_int_equal(bytes[29999], 99);
    assert_int_equal(rt_stream_read_exactly(pair.stream, bytes, SIZE, SOON), 0);
    assert_int_equal(join(writer), 0);
    assert_int_equal(rt_stream_close(pair.stream, SOON), 0);
}

TASK_TEST(an_exact_read_cut_short_loses_nothing)
{
    struct pair pair = pair_open(NULL);
    char bytes[8192];
    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(rt_write(pair.fd, bytes, 6000, SOON), 6000);
    assert_int_equal(rt_stream_read_exactly(pair.stream, bytes, sizeof(bytes), rt_deadline_ns(RT_NS_PER_MS)),
                     -ETIMEDOUT);
    assert_int_equal(rt_stream_read(pair.stream, bytes, sizeof(bytes), SOON), 6000);
    assert_int_equal(rt_write(pair.fd, bytes, sizeof(bytes), SOON), sizeof(bytes));
    assert_int_equal(rt_stream_read(pair.stream, bytes, sizeof(bytes), SOON), sizeof(bytes)); /* past the buffer */
    assert_int_equal(rt_stream_read(pair.stream, bytes, 0, SOON), 0);
    pair_close(&pair);
}

TASK_TEST(writes_collect_until_they_are_flushed_or_the_buffer_is_full)
{
    struct pair pair = pair_open(&(struct rt_stream_options){.write_bytes = 10});
    char bytes[64];
    assert_int_equal(rt_stream_write(pair.stream, "12345", 5, SOON), 0);
    assert_int_equal(rt_stream_write(pair.stream, "", 0, SOON), 0);
    assert_int_equal(rt_stream_write(pair.stream, "67890", 5, SOON), 0);
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), rt_deadline_ns(RT_NS_PER_MS)), -ETIMEDOUT);
    assert_int_equal(rt_stream_write(pair.stream, "abc", 3, SOON), 0);
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), SOON), 10);
    assert_int_equal(rt_stream_write(pair.stream, "0123456789", 10, SOON), 0); /* as long as the buffer: straight out */
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), SOON), 13);
    assert_memory_equal(bytes, "abc0123456789", 13);
    assert_int_equal(rt_stream_write(pair.stream, "end", 3, SOON), 0);
    assert_int_equal(rt_stream_write_end(pair.stream, SOON), 0);
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), SOON), 3);
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), SOON), 0);
    assert_int_equal(rt_stream_write(pair.stream, "x", 1, SOON), 0);
    assert_int_equal(rt_stream_flush(pair.stream, SOON), -EPIPE);
    assert_int_equal(rt_stream_write(pair.stream, "x", 1, SOON), -EPIPE);
    assert_int_equal(rt_stream_write_end(pair.stream, SOON), -EPIPE);
    assert_int_equal(rt_stream_close(pair.stream, SOON), -EPIPE);
    rt_close(pair.fd);
}

TASK_TEST(closing_sends_what_is_buffered)
{
    struct pair pair = pair_open(NULL);
    char bytes[8];
    assert_int_equal(rt_stream_write(pair.stream, "last", 4, SOON), 0);
    assert_int_equal(rt_stream_close(pair.stream, SOON), 0);
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), SOON), 4);
    assert_int_equal(rt_read(pair.fd, bytes, sizeof(bytes), SOON), 0);
    rt_close(pair.fd);
    assert_int_equal(rt_stream_close(NULL, SOON), 0);
}

static int read_a_line(void *arg)
{
    const char *bytes;
    return (int)rt_stream_read_line(arg, RT_FOREVER, &bytes);
}

static int write_too_much(void *arg)
{
    static const char bytes[4 << 20];
    return rt_stream_write(arg, bytes, sizeof(bytes), RT_FOREVER);
}

TASK_TEST(a_stream_closed_under_its_reader_and_its_writer_wakes_both)
{
    struct pair pair = pair_open(NULL);
    char byte;
    struct rt_task *reader = spawn(read_a_line, pair.stream), *writer = spawn(write_too_much, pair.stream);
    let_others_run();
    assert_int_equal(rt_stream_read(pair.stream, &byte, 1, SOON), -EBUSY);
    assert_int_equal(rt_stream_read_exactly(pair.stream, &byte, 1, SOON), -EBUSY);
    assert_int_equal(read_a_line(pair.stream), -EBUSY);
    assert_int_equal(rt_stream_write(pair.stream, &byte, 1, SOON), -EBUSY);
    assert_int_equal(rt_stream_flush(pair.stream, SOON), -EBUSY);
    assert_int_equal(rt_stream_close(pair.stream, SOON), -EBUSY);
    assert_int_equal(join(reader), -EBADF);
    assert_int_equal(join(writer), -EBADF);
    rt_close(pair.fd);
}

TASK_TEST(a_stream_needs_a_descriptor)
{
    struct rt_stream *stream = NULL;
    assert_int_equal(rt_stream_open(&stream, -1, NULL), -EBADF);
    assert_null(stream);
}

static int echo_a_line(struct rt_stream *stream, void *arg)
{
    const char *bytes;
    ssize_t n = rt_stream_read_line(stream, SOON, &bytes);
    return n < 0 ? (int)n : rt_stream_write(stream, bytes, (size_t)n, SOON);
}

static int serve(void *arg)
{
    return rt_serve(*(int *)arg, echo_a_line, NULL, NULL);
}

static int listen_anywhere(char *ret_port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *address;
    assert_int_equal(rt_getaddrinfo("127.0.0.1", "0", &hints, SOON, &address, NULL), 0);
    int fd = rt_listen(address->ai_addr, address->ai_addrlen, 16, 0);
    assert_true(fd >= 0);
    struct sockaddr_storage bound;
    socklen_t size = sizeof(bound);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &size), 0);
    assert_int_equal(getnameinfo((struct sockaddr *)&bound, size, NULL, 0, ret_port, 8, NI_NUMERICSERV), 0);
    freeaddrinfo(address);
    return fd;
}

TASK_TEST(a_stream_connects_by_name_to_the_address_that_accepts)
{
    char port[8];
    int listen_fd = listen_anywhere(port), eai = 0;
    struct rt_task *server = spawn(serve, &listen_fd);
    struct rt_stream *stream = NULL;
    /* The name stands for ::1, too, as a rule, where nobody listens. */
    assert_int_equal(rt_stream_connect(&stream, "localhost", port, SOON, &eai), 0);
    assert_int_equal(rt_stream_write(stream, "hello\n", 6, SOON), 0);
    assert_int_equal(rt_stream_flush(stream, SOON), 0);
    assert_line(stream, "hello\n");
    assert_int_equal(rt_stream_close(stream, SOON), 0);
    rt_task_cancel(server);
    assert_int_equal(join(server), -ECANCELED);
    rt_close(listen_fd);

    stream = NULL;
    assert_int_equal(rt_stream_connect(&stream, "127.0.0.1", port, SOON, &eai), -ECONNREFUSED);
    assert_int_equal(rt_stream_connect(&stream, "127.0.0.1", "no such service", SOON, &eai), -ENOENT);
    assert_int_equal(eai, EAI_SERVICE);
    assert_null(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_whole_however_they_were_sent_and_the_last_one_without_its_end),
        cmocka_unit_test(a_separator_that_comes_in_parts_is_found),
        cmocka_unit_test(a_line_beyond_the_limit_is_refused_and_its_bytes_can_be_read),
        cmocka_unit_test(an_exact_read_waits_for_all_of_it_and_tells_an_early_end),
        cmocka_unit_test(an_exact_read_cut_short_loses_nothing),
        cmocka_unit_test(writes_collect_until_they_are_flushed_or_the_buffer_is_full),
        cmocka_unit_test(closing_sends_what_is_buffered),
        cmocka_unit_test(a_stream_closed_under_its_reader_and_its_writer_wakes_both),
        cmocka_unit_test(a_stream_needs_a_descriptor),
        cmocka_unit_test(a_stream_connects_by_name_to_the_address_that_accepts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
