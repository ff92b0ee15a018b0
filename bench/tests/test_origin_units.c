/* The origin's pure parts: bodies, targets, the histogram, answer heads, CPU lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../cpus.h"
#include "../origin/answer.h"
#include "../origin/body.h"
#include "../origin/counters.h"
#include "../origin/target.h"

/* ---- bodies ---- */

static void body_parts_equal_the_whole(void **state)
{
    (void)state;
    enum { BYTES = 3000 };
    char whole[BYTES], parts[BYTES];
    uint64_t seed = origin_body_seed("/bytes/3000", 11);
    origin_body_fill(seed, 0, whole, sizeof(whole));
    for (size_t part = 1; part <= 130; part++) {
        memset(parts, 0, sizeof(parts));
        /* From the end to the beginning: no part may depend on the one before. */
        for (size_t offset = (BYTES - 1) / part * part;; offset -= part) {
            size_t bytes = BYTES - offset < part ? BYTES - offset : part;
            origin_body_fill(seed, offset, parts + offset, bytes);
            if (offset == 0)
                break;
        }
        assert_memory_equal(whole, parts, BYTES);
    }
}

static void body_fill_stays_in_its_buffer(void **state)
{
    (void)state;
    for (size_t offset = 0; offset < 20; offset++) {
        for (size_t bytes = 0; bytes < 40; bytes++) {
            char buffer[64];
            memset(buffer, '#', sizeof(buffer));
            origin_body_fill(7, offset, buffer + 8, bytes);
            for (size_t i = 0; i < sizeof(buffer); i++)
                assert_int_equal(buffer[i] == '#', i < 8 || i >= 8 + bytes);
        }
    }
}

static void body_is_lines_of_letters(void **state)
{
    (void)state;
    char body[640];
    origin_body_fill(1, 0, body, sizeof(body));
    for (size_t i = 0; i < sizeof(body); i++) {
        if (i % 64 == 63)
            assert_int_equal(body[i], '\n');
        else
            assert_true((body[i] >= 'A' && body[i] <= 'P') || (body[i] >= 'a' && body[i] <= 'p'));
    }
}

/* Worked out with another program (Python, and XXH3 of the system's library); a change here breaks stored hashes. */
static void body_hashes_are_pinned(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        uint64_t bytes, seed, hash;
    } rows[] = {
        {"/bytes/200", 200, UINT64_C(0x2f709f42e42fe8d8), UINT64_C(0xac1e32cad6bba301)},
        {"/delay/20/bytes/10000?job=7", 10000, UINT64_C(0x6c4701f0fe89f3e7), UINT64_C(0x4d63a875ae0e4249)},
        {"/bytes/0", 0, UINT64_C(0xd380b74ed54883cb), UINT64_C(0x2d06800538d394c2)},
        {"/bytes/4097", 4097, UINT64_C(0x50cb3f9e9dbdcdea), UINT64_C(0x4fa3604fc7747a22)},
        {"/bytes/1000000", 1000000, UINT64_C(0x6fa349431fa19b7e), UINT64_C(0xc66a945701a06389)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t seed = origin_body_seed(rows[i].target, strlen(rows[i].target));
        assert_true(seed == rows[i].seed);
        assert_true(origin_body_hash(seed, rows[i].bytes) == rows[i].hash);
    }
    char line[64];
    origin_body_fill(rows[0].seed, 0, line, sizeof(line));
    assert_memory_equal(line, "dIHEmkmdhGMhIfNbcidmCededPeckdhKbhOCecnoeiGnKMnIdpPEnjIhIFDiDLM\n", 64);
}

/* ---- targets ---- */

static void targets_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int result;
        enum target_kind kind;
        int status;
        int64_t delay_ns;
        uint64_t bytes;
    } rows[] = {
        {"/", 0, TARGET_HELP, 200, 0, 0},
        {"/?a=1", 0, TARGET_HELP, 200, 0, 0},
        {"/stats", 0, TARGET_STATS, 200, 0, 0},
        {"/bytes/0", 0, TARGET_BODY, 200, 0, 0},
        {"/bytes/1099511627776", 0, TARGET_BODY, 200, 0, UINT64_C(1) << 40},
        {"/bytes/007?x", 0, TARGET_BODY, 200, 0, 7},
        {"/delay/20", 0, TARGET_BODY, 200, 20000000, 200},
        {"/delay/0", 0, TARGET_BODY, 200, 0, 200},
        {"/delay/0.5", 0, TARGET_BODY, 200, 500000, 200},
        {"/delay/1.0000019", 0, TARGET_BODY, 200, 1000001, 200},
        {"/delay/3600000.000", 0, TARGET_BODY, 200, INT64_C(3600000000000), 200},
        {"/status/599", 0, TARGET_BODY, 599, 0, 200},
        {"/status/204/delay/1/bytes/9", 0, TARGET_BODY, 204, 1000000, 9},
        {"/bytes/9/delay/1/status/404?/x//y", 0, TARGET_BODY, 404, 1000000, 9},
        {"http://127.0.0.1:80/bytes/9", 0, TARGET_BODY, 200, 0, 9},
        {"HTTP://h", 0, TARGET_HELP, 200, 0, 0},

        {"/nothing", 404, 0, 0, 0, 0},
        {"/bytes/9/nothing", 404, 0, 0, 0, 0},
        {"/Bytes/9", 404, 0, 0, 0, 0},
        {"/byte", 404, 0, 0, 0, 0},
        {"/bytesx/1", 404, 0, 0, 0, 0},
        {"//", 404, 0, 0, 0, 0},
        {"/bytes/9/", 404, 0, 0, 0, 0},
        {"/stats/", 404, 0, 0, 0, 0},
        {"/stats/delay/1", 404, 0, 0, 0, 0},
        {"/delay/1/stats", 404, 0, 0, 0, 0},

        {"", 400, 0, 0, 0, 0},
        {"*", 400, 0, 0, 0, 0},
        {"x", 400, 0, 0, 0, 0},
        {"ftp://h/bytes/1", 400, 0, 0, 0, 0},
        {"/bytes/1#top", 400, 0, 0, 0, 0},
        {"/bytes", 400, 0, 0, 0, 0},
        {"/bytes/", 400, 0, 0, 0, 0},
        {"/bytes/-1", 400, 0, 0, 0, 0},
        {"/bytes/+1", 400, 0, 0, 0, 0},
        {"/bytes/ 1", 400, 0, 0, 0, 0},
        {"/bytes/1.5", 400, 0, 0, 0, 0},
        {"/bytes/0x10", 400, 0, 0, 0, 0},
        {"/bytes/1099511627777", 400, 0, 0, 0, 0},
        {"/bytes/18446744073709551617", 400, 0, 0, 0, 0},
        {"/bytes/99999999999999999999999999", 400, 0, 0, 0, 0},
        {"/bytes/1/bytes/1", 400, 0, 0, 0, 0},
        {"/delay/", 400, 0, 0, 0, 0},
        {"/delay/.5", 400, 0, 0, 0, 0},
        {"/delay/5.", 400, 0, 0, 0, 0},
        {"/delay/1.2.3", 400, 0, 0, 0, 0},
        {"/delay/1e3", 400, 0, 0, 0, 0},
        {"/delay/nan", 400, 0, 0, 0, 0},
        {"/delay/3600000.001", 400, 0, 0, 0, 0},
        {"/delay/3600001", 400, 0, 0, 0, 0},
        {"/delay/1/delay/1", 400, 0, 0, 0, 0},
        {"/status/199", 400, 0, 0, 0, 0},
        {"/status/600", 400, 0, 0, 0, 0},
        {"/status/100", 400, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        /* On the heap and unterminated, so that a sanitizer sees a read past the end. */
        size_t bytes = strlen(rows[i].text);
        char *text = malloc(bytes + (bytes == 0));
        assert_non_null(text);
        memcpy(text, rows[i].text, bytes);
        struct target target;
        int result = target_parse(text, bytes, &target);
        if (result != rows[i].result)
            fail_msg("%s: %d instead of %d", rows[i].text, result, rows[i].result);
        if (result == 0) {
            assert_int_equal(target.kind, rows[i].kind);
            assert_int_equal(target.status, rows[i].status);
            assert_true(target.delay_ns == rows[i].delay_ns);
            if (target.kind == TARGET_BODY)
                assert_true(target.body_bytes == rows[i].bytes);
        }
        free(text);
    }
}

static void targets_seed_their_bodies(void **state)
{
    (void)state;
    struct target plain, query, proxied;
    assert_int_equal(target_parse("/bytes/9", 8, &plain), 0);
    assert_int_equal(target_parse("/bytes/9?a", 10, &query), 0);
    assert_int_equal(target_parse("http://h/bytes/9?a", 18, &proxied), 0);
    assert_true(plain.seed == origin_body_seed("/bytes/9", 8));
    assert_true(query.seed == origin_body_seed("/bytes/9?a", 10));
    assert_true(proxied.seed == query.seed);
}

static void stats_reset_is_asked_for_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool reset;
    } rows[] = {
        {"/stats", false},          {"/stats?reset=1", true}, {"/stats?a&reset=1&b", true}, {"/stats?reset=10", false},
        {"/stats?preset=1", false}, {"/stats?", false},       {"/stats?reset", false},      {"/stats?&&reset=1", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct target target;
        assert_int_equal(target_parse(rows[i].text, strlen(rows[i].text), &target), 0);
        assert_int_equal(target.reset, rows[i].reset);
    }
}

/* ---- lateness ---- */

static void check_near(int64_t got, int64_t want)
{
    int64_t slack = want * 17 / 1000; /* half a bucket: 1/64, rounded up */
    if (got < want - slack - 1 || got > want + slack + 1)
        fail_msg("%lld is not near %lld", (long long)got, (long long)want);
}

static void quantiles_are_within_resolution(void **state)
{
    (void)state;
    for (int64_t value = 0; value < INT64_C(100000000000); value = value + value / 7 + 1) {
        struct lateness *lateness = calloc(1, sizeof(*lateness));
        assert_non_null(lateness);
        struct lateness_sum sum = {.count = 0};
        lateness_record(lateness, value);
        lateness_record(lateness, INT64_C(100000000000)); /* or the maximum alone would be what is returned */
        lateness_collect(lateness, false, &sum);
        check_near(lateness_quantile_ns(&sum, 0.5), value);
        assert_true(lateness_quantile_ns(&sum, 1) <= INT64_C(100000000000));
        check_near(lateness_quantile_ns(&sum, 1), INT64_C(100000000000));
        free(lateness);
    }
}

static void quantiles_are_nearest_rank(void **state)
{
    (void)state;
    static struct lateness lateness;
    struct lateness_sum sum = {.count = 0};
    assert_true(lateness_quantile_ns(&sum, 0.5) == -1);
    for (int64_t value = 1; value <= 1000; value++)
        lateness_record(&lateness, value * 1000);
    lateness_collect(&lateness, true, &sum);
    assert_true(sum.count == 1000);
    assert_true(sum.max_ns == 1000000);
    check_near(lateness_quantile_ns(&sum, 0.5), 500000);
    check_near(lateness_quantile_ns(&sum, 0.99), 990000);
    check_near(lateness_quantile_ns(&sum, 0), 1000);
    assert_true(lateness_quantile_ns(&sum, 1) <= 1000000);

    struct lateness_sum after = {.count = 0};
    lateness_collect(&lateness, false, &after);
    assert_true(after.count == 0);
    assert_true(after.max_ns == 0);
}

static void lateness_takes_any_value(void **state)
{
    (void)state;
    static struct lateness lateness;
    struct lateness_sum sum = {.count = 0};
    lateness_record(&lateness, -5);
    lateness_record(&lateness, INT64_MIN);
    lateness_record(&lateness, INT64_MAX);
    lateness_collect(&lateness, false, &sum);
    assert_true(sum.count == 3);
    assert_true(sum.max_ns == INT64_MAX);
    assert_true(lateness_quantile_ns(&sum, 0.5) == 0);
}

static void counters_are_summed_over_loops(void **state)
{
    (void)state;
    static struct counters loops[2];
    struct counters_set set = {loops, 2};
    char text[COUNTERS_JSON_BYTES];
    loops[0].requests = 3;
    loops[1].requests = 4;
    loops[1].warmup_requests = UINT64_MAX;
    loops[0].refused = loops[0].connections = UINT64_MAX;
    lateness_record(&loops[0].lateness, INT64_MAX);
    lateness_record(&loops[1].lateness, 40);
    for (int round = 0; round < 2; round++) {
        size_t length = counters_json(&set, true, text, sizeof(text));
        assert_int_equal(length, strlen(text)); /* nothing was cut */
        json_t *json = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(json);
        assert_true(json_number_value(json_object_get(json, "requests")) == (round == 0 ? 7 : 0));
        assert_true(json_number_value(json_object_get(json, "delayed")) == (round == 0 ? 2 : 0));
        assert_true(json_number_value(json_object_get(json, "late_p50_ns")) == (round == 0 ? 40 : -1));
        assert_true(json_number_value(json_object_get(json, "loops")) == 2);
        json_decref(json);
    }
}

/* Of each loop that has begun, since the last reset; and which was the busiest. */
static void cpu_time_is_counted_by_loop(void **state)
{
    (void)state;
    static struct counters loops[2]; /* the second never runs */
    struct counters_set set = {loops, 2};
    char text[COUNTERS_JSON_BYTES];
    double cpu_ns[3], busiest_ns[3];
    counters_begin(&loops[0]);
    for (int round = 0; round < 3; round++) {
        counters_json(&set, round != 1, text, sizeof(text));
        json_t *json = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
        cpu_ns[round] = json_number_value(json_object_get(json, "cpu_ns"));
        busiest_ns[round] = json_number_value(json_object_get(json, "busiest_cpu_ns"));
        json_decref(json);
        assert_true(cpu_ns[round] >= 0 && busiest_ns[round] == cpu_ns[round]);
        struct timespec from, now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        do
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        while ((now.tv_sec - from.tv_sec) * 1000000000L + now.tv_nsec - from.tv_nsec < 3000000);
    }
    assert_true(cpu_ns[1] >= 3e6 && cpu_ns[1] < 1e9);
    assert_true(cpu_ns[2] >= 6e6); /* the second reading took nothing away */
    for (int round = 0; round < 2; round++) {
        counters_json(&set, true, text, sizeof(text));
        json_t *json = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
        cpu_ns[round] = json_number_value(json_object_get(json, "cpu_ns"));
        json_decref(json);
    }
    assert_true(cpu_ns[0] >= 3e6 && cpu_ns[1] < 3e6); /* but the one that resets did */
}

/* ---- answer heads ---- */

static void heads_are_written(void **state)
{
    (void)state;
    static const struct {
        int status;
        uint64_t bytes;
        bool is_json;
        enum answer_connection connection;
        const char *want;
    } rows[] = {
        {200, 0, false, ANSWER_KEEP,
         "HTTP/1.1 200 OK\r\nServer: iorace\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"},
        {200, UINT64_MAX, true, ANSWER_CLOSE,
         "HTTP/1.1 200 OK\r\nServer: iorace\r\nContent-Type: application/json\r\n"
         "Content-Length: 18446744073709551615\r\nConnection: close\r\n\r\n"},
        {404, 7, false, ANSWER_KEEP_1_0,
         "HTTP/1.1 404 Not Found\r\nServer: iorace\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n"
         "Connection: keep-alive\r\n\r\n"},
        {204, 7, false, ANSWER_KEEP, "HTTP/1.1 204 No Content\r\nServer: iorace\r\n\r\n"},
        {205, 7, false, ANSWER_KEEP, "HTTP/1.1 205 Reset Content\r\nServer: iorace\r\nContent-Length: 0\r\n\r\n"},
        {304, 7, false, ANSWER_KEEP, "HTTP/1.1 304 Not Modified\r\nServer: iorace\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char head[ANSWER_HEAD_MAX];
        size_t length = answer_head(head, rows[i].status, rows[i].bytes, rows[i].is_json, rows[i].connection);
        assert_int_equal(length, strlen(rows[i].want));
        assert_memory_equal(head, rows[i].want, length);
    }
    for (int status = 200; status <= 599; status++) {
        char head[ANSWER_HEAD_MAX];
        assert_true(answer_head(head, status, UINT64_MAX, true, ANSWER_KEEP_1_0) <= sizeof(head));
    }
}

/* ---- CPU lists ---- */

static void cpu_lists_are_canonical(void **state)
{
    (void)state;
    cpu_set_t set;
    char text[32];
    CPU_ZERO(&set);
    cpus_format(&set, text, sizeof(text));
    assert_string_equal(text, "");
    CPU_SET(0, &set);
    CPU_SET(1, &set);
    CPU_SET(2, &set);
    CPU_SET(4, &set);
    CPU_SET(1022, &set);
    CPU_SET(1023, &set);
    cpus_format(&set, text, sizeof(text));
    assert_string_equal(text, "0-2,4,1022-1023");
    cpus_format(&set, text, 5);
    assert_string_equal(text, "0-2,");
}

static void cpu_lists_are_read(void **state)
{
    (void)state;
    struct failure failure;
    cpu_set_t allowed, got;
    char list[4096], text[4096];
    assert_int_equal(cpus_allowed(&allowed), 0);
    cpus_format(&allowed, list, sizeof(list));
    assert_int_equal(cpus_parse(list, &got, &failure), 0);
    assert_true(CPU_EQUAL(&allowed, &got));

    unsigned first = 0;
    while (!CPU_ISSET(first, &allowed))
        first++;
    snprintf(list, sizeof(list), "%u,%u-%u", first, first, first);
    assert_int_equal(cpus_parse(list, &got, &failure), 0);
    assert_int_equal(CPU_COUNT(&got), 1);
    cpus_format(&got, text, sizeof(text));
    snprintf(list, sizeof(list), "%u", first);
    assert_string_equal(text, list);
}

static void bad_cpu_lists_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",    ",",  "0,", ",0",   "0,,1",          "a",     "0x0", "-1", "+0", "0-",
                                       "2-1", "0 ", " 0", "1024", "0-99999999999", "0-1-2", "0.5", "0;1"};
    cpu_set_t set;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct failure failure = {.text = ""};
        assert_int_equal(cpus_parse(rows[i], &set, &failure), -1);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_non_null(strstr(failure.text, "not a list"));
    }
}

static void cpus_out_of_reach_are_named(void **state)
{
    (void)state;
    struct failure failure = {.text = ""};
    cpu_set_t set;
    assert_int_equal(cpus_allowed(&set), 0);
    if (CPU_ISSET(1023, &set))
        skip();
    assert_int_equal(cpus_parse("1023", &set, &failure), -1);
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_non_null(strstr(failure.text, "CPU 1023 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_parts_equal_the_whole),
        cmocka_unit_test(body_fill_stays_in_its_buffer),
        cmocka_unit_test(body_is_lines_of_letters),
        cmocka_unit_test(body_hashes_are_pinned),
        cmocka_unit_test(targets_are_read),
        cmocka_unit_test(targets_seed_their_bodies),
        cmocka_unit_test(stats_reset_is_asked_for_exactly),
        cmocka_unit_test(quantiles_are_within_resolution),
        cmocka_unit_test(quantiles_are_nearest_rank),
        cmocka_unit_test(lateness_takes_any_value),
        cmocka_unit_test(counters_are_summed_over_loops),
        cmocka_unit_test(cpu_time_is_counted_by_loop),
        cmocka_unit_test(heads_are_written),
        cmocka_unit_test(cpu_lists_are_canonical),
        cmocka_unit_test(cpu_lists_are_read),
        cmocka_unit_test(bad_cpu_lists_are_refused),
        cmocka_unit_test(cpus_out_of_reach_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
