/* What the page gets to show a run again: which lanes, and every job's start and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "../report/page/replay.h"
#include "../output/sha256.h"
#include "fixtures/made_up_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Keep jobs of a lane as if the run's file had them: run_data_finish frees them. */
static void keep(struct run_data *run, const char *cell, const char *runner, const struct sample *jobs, size_t count)
{
    run->sample_sets = reallocarray(run->sample_sets, run->sample_set_count + 1, sizeof(*run->sample_sets));
    assert_non_null(run->sample_sets);
    struct sample *copy = calloc(count, sizeof(*copy));
    assert_non_null(copy);
    if (jobs)
        memcpy(copy, jobs, count * sizeof(*copy));
    for (size_t i = 0; !jobs && i < count; i++)
        copy[i] = (struct sample){.start_ns = (int64_t)i, .end_ns = (int64_t)i + 1, .ok = true};
    run->sample_sets[run->sample_set_count++] = (struct sample_set){.cell = strdup(cell),
                                                                    .runner = strdup(runner),
                                                                    .block = 1,
                                                                    .jobs = (int64_t)count,
                                                                    .samples = copy,
                                                                    .sample_count = count};
}

static json_t *replay_json(const struct run_data *run, char **ret_text)
{
    struct replay replay;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(replay_make(&replay, run), 0);
    assert_int_equal(replay_write_json(out, &replay), 0);
    assert_int_equal(fclose(out), 0);
    replay_finish(&replay);
    json_t *cells = json_loads(text, 0, NULL);
    assert_non_null(cells);
    if (ret_text)
        *ret_text = text;
    else
        free(text);
    return cells;
}

static const json_t *lane_of(const json_t *cells, size_t cell, size_t lane)
{
    return json_array_get(json_object_get(json_array_get(cells, cell), "lanes"), lane);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The page's way back (scripts/report/replay.js): digits of five bits, the lowest first, the sixth bit: more follow. */
static size_t unpack(int64_t *numbers, const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t count = 0;
    int64_t number = 0;
    for (unsigned shift = 0; *text; text++) {
        int64_t digit = strchr(letters, *text) - letters;
        number |= (digit & 31) << shift;
        shift += 5;
        if (digit < 32) {
            numbers[count++] = number;
            number = 0;
            shift = 0;
        }
    }
    return count;
}

static void jobs_are_packed_by_their_starts(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {{.runner = "coroutines", .wall_s = 1, .jobs = 4}};
    static const struct sample jobs[] = {{.start_ns = 2000, .end_ns = 65535, .ok = false},
                                         {.start_ns = 0, .end_ns = 31, .ok = true},
                                         {.start_ns = 1000, .end_ns = 1032, .ok = true},
                                         {.start_ns = 5000, .end_ns = 5000, .ok = false}};
    struct run_data run;
    int64_t numbers[16];
    made_up_read(&run, lanes, COUNT(lanes), 1);
    keep(&run, "sleep", "coroutines", jobs, COUNT(jobs));
    json_t *cells = replay_json(&run, NULL);
    const json_t *lane = lane_of(cells, 0, 0);
    assert_int_equal(json_integer_value(json_object_get(lane, "tick")), 1);
    assert_int_equal(json_integer_value(json_object_get(lane, "end")), 65535);
    assert_int_equal(json_integer_value(json_object_get(lane, "jobs")), 4);
    assert_int_equal(json_integer_value(json_object_get(lane, "look")), 3);
    assert_string_equal(text_of(lane, "runner"), "coroutines");
    assert_int_equal(unpack(numbers, text_of(lane, "bars")), 8);
    static const int64_t bars[] = {0, 31, 1000, 32, 1000, 63535, 3000, 0};
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(numbers[i], bars[i]);
    assert_int_equal(unpack(numbers, text_of(lane, "failed")), 2);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(numbers[1], 1);
    json_decref(cells);
    made_up_finish(&run);
}

/* A tick is longer then, and rounding does not add up: the last start is where it was. */
static void long_runs_have_longer_ticks(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1, .jobs = 1000}};
    struct sample jobs[1000];
    int64_t numbers[2000], at = 0;
    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] =
            (struct sample){.start_ns = (int64_t)i * 6999999, .end_ns = (int64_t)i * 6999999 + 6999000, .ok = true};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    keep(&run, "sleep", "serial", jobs, COUNT(jobs));
    json_t *cells = replay_json(&run, NULL);
    const json_t *lane = lane_of(cells, 0, 0);
    int64_t tick = json_integer_value(json_object_get(lane, "tick"));
    assert_int_equal(tick, jobs[999].end_ns / 65536 + 1);
    assert_int_equal(unpack(numbers, text_of(lane, "bars")), 2000);
    for (size_t i = 0; i < COUNT(jobs); i++) {
        at += numbers[2 * i];
        assert_in_range(jobs[i].start_ns - at * tick, 0, tick);
        assert_in_range(jobs[i].end_ns - (at + numbers[2 * i + 1]) * tick, 0, tick);
    }
    json_decref(cells);
    made_up_finish(&run);
}

static void lanes_run_beside_each_other(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {
        {.cell = "quick", .runner = "null", .workload = "null", .wall_s = 1},
        {.cell = "one", .runner = "threads", .wall_s = 1},
        {.cell = "two", .runner = "serial", .wall_s = 1},
        {.cell = "two", .runner = "null", .wall_s = 1},
        {.cell = "one", .runner = "coroutines", .state = "unsupported", .reason = "no <room>"},
        {.cell = "two", .runner = "coroutines", .wall_s = 1},
        {.cell = "three", .runner = "coroutines", .wall_s = 1},
    };
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    keep(&run, "quick", "null", NULL, 5);
    keep(&run, "one", "threads", NULL, 5);
    keep(&run, "two", "serial", NULL, 5);
    keep(&run, "two", "null", NULL, 5);
    json_t *cells = replay_json(&run, NULL);
    assert_int_equal(json_array_size(cells), 2);
    assert_string_equal(text_of(json_array_get(cells, 0), "name"), "one");
    assert_string_equal(text_of(json_array_get(cells, 0), "about"), "10 jobs, concurrency 10, 1 CPU");
    assert_string_equal(text_of(lane_of(cells, 0, 0), "runner"), "thread pool");
    assert_null(text_of(lane_of(cells, 0, 0), "why"));
    assert_string_equal(text_of(lane_of(cells, 0, 1), "why"), "not supported: no <room>");
    assert_null(text_of(lane_of(cells, 0, 1), "bars"));
    assert_string_equal(text_of(lane_of(cells, 1, 0), "runner"), "one after another (serial)");
    assert_string_equal(text_of(lane_of(cells, 1, 1), "why"), "its jobs' times were not kept");
    assert_null(lane_of(cells, 1, 2));
    json_decref(cells);
    made_up_finish(&run);
}

/* One serial lane is that of all points; but no race on its own, and none where the jobs are others. */
static void a_sweep_s_serial_lane_runs_beside_its_points(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {
        {.cell = "s", .sweep = "s", .runner = "serial", .wall_s = 1, .jobs = 10},
        {.cell = "s/concurrency=2", .sweep = "s", .runner = "threads", .wall_s = 1, .jobs = 10, .concurrency = 2},
        {.cell = "s/concurrency=3", .sweep = "s", .runner = "threads", .wall_s = 1, .jobs = 20, .concurrency = 3},
        {.cell = "s/concurrency=4", .sweep = "s", .runner = "threads", .wall_s = 1, .jobs = 10, .concurrency = 4},
    };
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    keep(&run, "s", "serial", NULL, 10);
    keep(&run, "s/concurrency=2", "threads", NULL, 10);
    keep(&run, "s/concurrency=3", "threads", NULL, 20);
    json_t *cells = replay_json(&run, NULL);
    assert_int_equal(json_array_size(cells), 2);
    assert_string_equal(text_of(lane_of(cells, 0, 0), "runner"), "one after another (serial)");
    assert_string_equal(text_of(lane_of(cells, 0, 1), "runner"), "thread pool");
    assert_string_equal(text_of(lane_of(cells, 1, 0), "runner"), "thread pool");
    json_decref(cells);
    made_up_finish(&run);
}

/* The page opens with the first choice. */
static void races_come_first(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {
        {.cell = "alone", .runner = "threads", .wall_s = 1}, {.cell = "half", .runner = "serial", .wall_s = 1},
        {.cell = "half", .runner = "threads", .wall_s = 1},  {.cell = "race", .runner = "serial", .wall_s = 1},
        {.cell = "race", .runner = "threads", .wall_s = 1},  {.cell = "race 2", .runner = "serial", .wall_s = 1},
        {.cell = "race 2", .runner = "threads", .wall_s = 1}};
    static const char *const wanted[] = {"race", "race 2", "alone", "half"};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    for (size_t i = 0; i < COUNT(lanes); i++)
        if (i != 2) /* of "half" one lane has samples */
            keep(&run, lanes[i].cell, lanes[i].runner, NULL, 5);
    json_t *cells = replay_json(&run, NULL);
    assert_int_equal(json_array_size(cells), COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_string_equal(text_of(json_array_get(cells, i), "name"), wanted[i]);
    json_decref(cells);
    made_up_finish(&run);
}

/* The lower one of two. */
static void of_several_blocks_the_median_is_shown(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1}};
    static const int64_t ends[] = {500, 100, 400, 300};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 4);
    for (size_t i = 0; i < COUNT(ends); i++)
        keep(&run, "sleep", "serial", &(struct sample){.end_ns = ends[i], .ok = true}, 1);
    json_t *cells = replay_json(&run, NULL);
    assert_int_equal(json_integer_value(json_object_get(lane_of(cells, 0, 0), "end")), 300);
    json_decref(cells);
    made_up_finish(&run);
}

static void a_page_has_room_for_so_many_jobs(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {{.cell = "a", .runner = "serial", .wall_s = 1},
                                                {.cell = "b", .runner = "serial", .wall_s = 1},
                                                {.cell = "c", .runner = "serial", .wall_s = 1}};
    struct run_data run;
    struct replay replay;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    keep(&run, "a", "serial", NULL, 150000);
    keep(&run, "b", "serial", NULL, 50001);
    keep(&run, "c", "serial", NULL, 50000);
    assert_int_equal(replay_make(&replay, &run), 0);
    assert_int_equal(replay.count, 2);
    assert_int_equal(replay.left_out, 1);
    assert_string_equal(replay.cells[1].name, "c");
    replay_finish(&replay);
    made_up_finish(&run);
}

static void without_samples_there_is_none(void **state)
{
    (void)state;
    static const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1}};
    struct run_data run;
    struct replay replay;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    assert_int_equal(replay_make(&replay, &run), 0);
    assert_int_equal(replay.count, 0);
    replay_finish(&replay);
    keep(&run, "sleep", "serial", &(struct sample){.ok = true}, 1); /* over before it began */
    assert_int_equal(replay_make(&replay, &run), 0);
    assert_int_equal(replay.count, 0);
    replay_finish(&replay);
    made_up_finish(&run);
}

static void names_cannot_end_the_script_element(void **state)
{
    (void)state;
    static const char hostile[] = "</script><!-- & \"' \\u003c";
    static const struct made_up_lane lanes[] = {{.cell = hostile, .runner = "<b>", .wall_s = 1}};
    struct run_data run;
    char *text;
    made_up_read(&run, lanes, COUNT(lanes), 1);
    keep(&run, hostile, "<b>", NULL, 3);
    json_t *cells = replay_json(&run, &text);
    assert_null(strpbrk(text, "<>&"));
    assert_string_equal(text_of(json_array_get(cells, 0), "name"), hostile);
    assert_string_equal(text_of(lane_of(cells, 0, 0), "runner"), "<b>");
    free(text);
    json_decref(cells);
    made_up_finish(&run);
}

static void assert_hash(const char *bytes, size_t size, const char *wanted)
{
    unsigned char hash[SHA256_BYTES];
    char text[2 * SHA256_BYTES + 1];
    assert_int_equal(sha256(hash, bytes, size), 0);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    assert_string_equal(text, wanted);
}

/* The examples of FIPS 180-2, appendix B, and the empty text. */
static void hashes_are_sha256(void **state)
{
    (void)state;
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    assert_hash("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_hash("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hash(two_blocks, strlen(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    assert_hash(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_packed_by_their_starts),
        cmocka_unit_test(long_runs_have_longer_ticks),
        cmocka_unit_test(lanes_run_beside_each_other),
        cmocka_unit_test(a_sweep_s_serial_lane_runs_beside_its_points),
        cmocka_unit_test(races_come_first),
        cmocka_unit_test(of_several_blocks_the_median_is_shown),
        cmocka_unit_test(a_page_has_room_for_so_many_jobs),
        cmocka_unit_test(without_samples_there_is_none),
        cmocka_unit_test(names_cannot_end_the_script_element),
        cmocka_unit_test(hashes_are_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
