/* The origin's request reader: what it makes of a stream must not depend on how the network cut it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../origin/origin.h"
#include "../origin/request.h"

#define HOST "Host: h\r\n"

/* Feeds a stream in pieces of `step` bytes and writes one line of text for each thing that comes out. */
static void run(const char *stream, size_t bytes, size_t step, char *log, size_t log_size)
{
    struct request *request = malloc(sizeof(*request));
    assert_non_null(request);
    request_init(request);
    size_t used = 0;
    log[0] = '\0';
    for (;;) {
        switch (request_parse(request)) {
        case REQUEST_READY:
            if (request->error)
                used += (size_t)snprintf(log + used, log_size - used, "error %d", request->error);
            else
                used += (size_t)snprintf(
                    log + used, log_size - used, "kind %d status %d delay %lld bytes %llu seed %llx",
                    request->target.kind, request->target.status, (long long)request->target.delay_ns,
                    (unsigned long long)request->target.body_bytes, (unsigned long long)request->target.seed);
            used += (size_t)snprintf(log + used, log_size - used, "%s%s%s%s\n", request->keep_alive ? "" : " close",
                                     request->old_version ? " 1.0" : "", request->head_only ? " head" : "",
                                     request->warmup ? " warmup" : "");
            if (!request->keep_alive)
                goto end;
            break;
        case REQUEST_PARTIAL: {
            size_t space;
            char *room = request_room(request, &space);
            if (space == 0) {
                snprintf(log + used, log_size - used, "no room\n");
                goto end;
            }
            size_t part = bytes < step ? bytes : step;
            part = part < space ? part : space;
            if (part == 0) {
                snprintf(log + used, log_size - used, "end%s%s%s\n", request->begun ? " begun" : "",
                         request->head_complete ? " body" : "", request->expects_continue ? " expects" : "");
                goto end;
            }
            memcpy(room, stream, part);
            request_received(request, part);
            stream += part;
            bytes -= part;
            break;
        }
        case REQUEST_REFUSED:
            snprintf(log + used, log_size - used, "refused %d\n", request->refusal);
            goto end;
        }
    }
end:
    free(request);
}

#define HELP "kind 1 status 200 delay 0 bytes 200 seed 0"

static const struct {
    const char *stream, *want;
} rows[] = {
    {"", "end\n"},
    {"\r\n\r\n", "end\n"},
    {"G", "end begun\n"},
    {"GET / HTTP/1.1\r\nHost: h\r\n", "end begun\n"},
    {"GET / HTTP/1.1\r\n" HOST "\r\n", HELP "\nend\n"},
    {"\r\nGET / HTTP/1.1\r\nhOST:h\r\n\r\n\r\n", HELP "\nend\n"},
    {"GET / HTTP/1.1\r\nX-Empty:\r\nX-Empty: \r\nHost:\r\n\r\n", HELP "\nend\n"},
    {"GET / HTTP/1.1\r\n" HOST "\r\nHEAD / HTTP/1.1\r\n" HOST "\r\nGET /x HTTP/1.1\r\n" HOST "\r\n",
     HELP "\n" HELP " head\nerror 404\nend\n"},
    {"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n", HELP " close 1.0\n"},
    {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", HELP " 1.0\nend\n"},
    {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", HELP " close\n"},
    {"GET / HTTP/1.1\r\n" HOST "User-Agent: " WARMUP_USER_AGENT "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
     HELP " warmup\n" HELP "\nend\n"},
    {"GET / HTTP/1.1\r\n" HOST "User-Agent: x" WARMUP_USER_AGENT "\r\n\r\n", HELP "\nend\n"},
    {"GET / HTTP/1.1\r\n" HOST "User-Agent: " WARMUP_USER_AGENT "/2\r\n\r\n", HELP "\nend\n"},
    /* bodies */
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nGET /GET / HTTP/1.1\r\n" HOST "\r\n",
     HELP "\n" HELP "\nend\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nGET ", "end begun body\n"},
    {"PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nHost: other\r\nA: b\r\n\r\n"
     "GET / HTTP/1.1\r\n" HOST "\r\n",
     HELP "\n" HELP "\nend\n"},
    {"POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n", "end begun body expects\n"},
    {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", "end begun body\n"},
    {"POST / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\nContent-Length: 3\r\n\r\n", "refused 417\n"},
    {"GET / HTTP/1.1\r\n" HOST "Connection: upgrade\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
     HELP "\n" HELP "\nend\n"},
    /* methods */
    {"PATCH / HTTP/1.1\r\n" HOST "\r\nDELETE / HTTP/1.1\r\n" HOST "\r\nOPTIONS / HTTP/1.1\r\n" HOST "\r\n",
     HELP "\n" HELP "\n" HELP "\nend\n"},
    {"TRACE / HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", "error 405\n" HELP "\nend\n"},
    {"CONNECT h:1 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nGETGET / HTTP/1.1\r\n" HOST "\r\n",
     "error 405\n" HELP "\nend\n"},
    {"CONNECT h:1 HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", "error 405\n" HELP "\nend\n"},
    /* refused */
    {"GET / HTTP/1.1\r\n\r\n", "refused 400\n"},
    {"GET / HTTP/1.1\r\n" HOST HOST "\r\n", "refused 400\n"},
    {"GET / HTTP/2.0\r\n" HOST "\r\n", "refused 505\n"},
    {"GET /\r\n\r\n", "refused 400\n"},
    {"GET / HTTX/1.1\r\n\r\n", "refused 400\n"},
    {"GET / HTTP/1.1\r\n" HOST "Bad Header: x\r\n\r\n", "refused 400\n"},
    {"GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 1x\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "refused 400\n"},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "refused 400\n"},
    {"\x16\x03\x01\x02", "refused 400\n"},
    {"get / HTTP/1.1\r\n\r\n", "refused 400\n"},
};

static void any_cut_gives_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t bytes = strlen(rows[i].stream);
        for (size_t step = 1; step <= bytes + 1; step++) {
            char log[1024];
            run(rows[i].stream, bytes, step, log, sizeof(log));
            if (strcmp(log, rows[i].want) != 0)
                fail_msg("row %zu in steps of %zu: got '%s' instead of '%s'", i, step, log, rows[i].want);
        }
    }
}

/* The parser gives up at the first letter that fits no method; what the word is can be told only if it is there. */
static void unknown_methods_are_501(void **state)
{
    (void)state;
    static const char stream[] = "BREW /pot HTTP/1.1\r\n" HOST "\r\n";
    char log[256];
    run(stream, strlen(stream), sizeof(stream), log, sizeof(log));
    assert_string_equal(log, "refused 501\n");
}

static void heads_of_any_allowed_length_are_read(void **state)
{
    (void)state;
    enum { SMALL = 100 };
    char *stream = malloc(2 * REQUEST_HEAD_MAX + SMALL), log[256];
    assert_non_null(stream);
    for (size_t head_bytes = REQUEST_HEAD_MAX - 3; head_bytes <= REQUEST_HEAD_MAX + 3; head_bytes++) {
        /* A small request first, so that the long one begins inside the buffer and has to be moved. */
        char *p = stpcpy(stream, "GET / HTTP/1.1\r\n" HOST "\r\n");
        char *head = p;
        p = stpcpy(p, "GET /x HTTP/1.1\r\n" HOST "X-Long: ");
        while ((size_t)(p - head) < head_bytes - 4)
            *p++ = 'x';
        p = mempcpy(p, "\r\n\r\n", 4);
        for (size_t step = 1; step <= 40000; step = step * 7 + 1) {
            run(stream, (size_t)(p - stream), step, log, sizeof(log));
            assert_string_equal(log, head_bytes <= REQUEST_HEAD_MAX ? HELP "\nerror 404\nend\n" : HELP "\nno room\n");
        }
    }
    free(stream);
}

static void bodies_are_not_kept(void **state)
{
    (void)state;
    enum { BODY = 5000000 };
    char *stream = malloc(BODY + 200), log[256];
    assert_non_null(stream);
    char *p = stream + sprintf(stream, "POST /bytes/1 HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", BODY);
    memset(p, 'G', BODY);
    p = stpcpy(p + BODY, "GET /x HTTP/1.1\r\n" HOST "\r\n");
    for (size_t step = 1000; step <= 40000; step = step * 3 + 1) {
        run(stream, (size_t)(p - stream), step, log, sizeof(log));
        assert_non_null(strstr(log, "bytes 1 "));
        assert_non_null(strstr(log, "\nerror 404\nend\n"));
    }
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_gives_the_same),
        cmocka_unit_test(unknown_methods_are_501),
        cmocka_unit_test(heads_of_any_allowed_length_are_read),
        cmocka_unit_test(bodies_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
