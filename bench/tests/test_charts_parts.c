/* What the charts are put together from: texts, axes, room for labels. Answers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../report/charts/charts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
        fail_msg("got %.17g, wanted %.17g", got, wanted);
}

static void texts_are_clean(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"plain \xc3\xa9", "plain \xc3\xa9"},
        {"a\tb\n", "a\\x09b\\x0a"},
        {"\x1b[31m", "\\x1b[31m"},
        {"bad \xff\xc3", "bad \\xff\\xc3"},
        {"\xe2\x80\xae", "\\u202e"},
        {"x\xef\xbf\xbfy", "x\u25a1y"}, /* U+FFFF is no character of XML's */
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *clean = text_clean(rows[i][0]);
        assert_string_equal(clean, rows[i][1]);
        free(clean);
    }
    char *nothing = text_clean(NULL);
    assert_string_equal(nothing, "");
    free(nothing);
}

static void rare_characters_are_boxes_in_png(void **state)
{
    (void)state;
    char *common = text_common("caf\u00e9 \u6f22\u5b57 \u00d7 \u03c0 \U0001f600");
    assert_string_equal(common, "caf\u00e9 \u25a1\u25a1 \u00d7 \u03c0 \u25a1");
    free(common);
}

static void texts_are_cut_to_their_room(void **state)
{
    (void)state;
    char text[64];
    text_fit(text, sizeof(text), "serial", TEXT_BODY, 1000);
    assert_string_equal(text, "serial");
    /* In hundredths of the height: a 61, b 63, the ellipsis 100. Room for "ab..." and no more. */
    double height = text_height(TEXT_BODY);
    text_fit(text, sizeof(text), "ababab", TEXT_BODY, height * 2.25);
    assert_string_equal(text, "ab\u2026");
    /* Between two characters, never within one; by bytes, too. */
    text_fit(text, 8, "\u00e9\u00e9\u00e9\u00e9\u00e9", TEXT_BODY, 1000);
    assert_string_equal(text, "\u00e9\u00e9\u2026");
    text_fit(text, sizeof(text), "word next", TEXT_BODY, height * 4.0);
    assert_string_equal(text, "word\u2026");
    text_fit(text, sizeof(text), "anything", TEXT_BODY, 3);
    assert_string_equal(text, "");
    text_fit(text, sizeof(text), "", TEXT_BODY, -1);
    assert_string_equal(text, "");
}

static void long_names_take_two_lines(void **state)
{
    (void)state;
    char lines[2][TEXT_LINE_SIZE];
    text_fit_lines(lines, "one after another (serial)", TEXT_BODY, 230);
    assert_string_equal(lines[0], "one after another");
    assert_string_equal(lines[1], "(serial)");
    text_fit_lines(lines, "serial", TEXT_BODY, 230);
    assert_string_equal(lines[0], "serial");
    assert_string_equal(lines[1], "");
    text_fit_lines(lines, "a-name-without-any-space-in-it", TEXT_BODY, 100);
    assert_true(text_width(lines[0], TEXT_BODY) <= 100);
    assert_string_equal(lines[1], "");
}

static void paragraphs_are_broken_at_spaces(void **state)
{
    (void)state;
    char lines[4][TEXT_LINE_SIZE];
    double width = text_width("three little", TEXT_BODY);
    assert_int_equal(text_wrap(lines, 4, "three little words are here", TEXT_BODY, width), 3);
    assert_string_equal(lines[0], "three little");
    assert_string_equal(lines[1], "words are");
    assert_string_equal(lines[2], "here");
    /* The last line allowed is cut. */
    assert_int_equal(text_wrap(lines, 2, "three little words are here", TEXT_BODY, width), 2);
    assert_string_equal(lines[0], "three little");
    assert_non_null(strstr(lines[1], "\u2026"));
    assert_true(text_width(lines[1], TEXT_BODY) <= width);
    assert_int_equal(text_wrap(lines, 4, "", TEXT_BODY, width), 0);
    /* Spaces in a row and at the end take no line of their own for ever. */
    assert_true(text_wrap(lines, 4, "     ", TEXT_BODY, 5) <= 4);
    /* A whole line's buffer of words without end. */
    char *endless = malloc(3001);
    for (size_t i = 0; i < 3000; i++)
        endless[i] = i % 3 == 2 ? ' ' : 'i';
    endless[3000] = '\0';
    assert_int_equal(text_wrap(lines, 4, endless, TEXT_BODY, 1e9), 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(strlen(lines[i]) < TEXT_LINE_SIZE);
    free(endless);
}

static void counts_have_thousands(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0, "0"}, {-0.5, "0"}, {7, "7"}, {999, "999"}, {999.6, "1,000"}, {12500, "12,500"}, {-1234567, "-1,234,567"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[64];
        units_write_count(text, sizeof(text), rows[i].value);
        assert_string_equal(text, rows[i].text);
    }
}

static void settings_are_said_in_words(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"delay-ms=20 body-bytes=10000", NULL, "delay 20 ms, body 10,000 bytes"},
        {"delay_ms=50", NULL, "delay 50 ms"},
        {"spin-us=2000 method=POST", NULL, "spin 2,000 \u00b5s, method POST"},
        {"delay-ms=20 body-bytes=10000", "delay-ms", "body 10,000 bytes"},
        {"delay-ms=10x500,10x200", NULL, "delay 10 \u00d7 500 ms and 10 \u00d7 200 ms"},
        {"delay-ms=2x50,20,0.5", NULL, "delay 2 \u00d7 50 ms, 20 ms and 0.5 ms"},
        {"delay-ms=x5", NULL, "delay x5 ms"},
        {"delay-ms=5x", NULL, "delay 5x ms"},
        {"word =x  y=", NULL, "word, =x, y "},
        {"", NULL, ""},
        {NULL, NULL, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[200];
        text_params(text, sizeof(text), rows[i][0], rows[i][1]);
        assert_string_equal(text, rows[i][2]);
    }
    char small[12];
    text_params(small, sizeof(small), "delay-ms=20 body-bytes=10000", NULL);
    assert_true(strlen(small) < sizeof(small));
}

static void linear_axes_have_round_ticks(void **state)
{
    (void)state;
    struct chart_axis axis;
    axis_linear(&axis, 0, 4.2, 5);
    assert_string_equal(axis.ticks, "\"0\" 0, \"1\" 1, \"2\" 2, \"3\" 3, \"4\" 4");
    axis_linear(&axis, 0, 0.7, 4);
    assert_string_equal(axis.ticks, "\"0\" 0, \"0.2\" 0.2, \"0.4\" 0.4, \"0.6\" 0.6");
    axis_linear(&axis, 0, 12000, 3);
    assert_string_equal(axis.ticks, "\"0\" 0, \"5,000\" 5000, \"10,000\" 10000");
    axis_linear(&axis, 1, 114, 4); /* and three of them at least */
    assert_string_equal(axis.ticks, "\"20\" 20, \"40\" 40, \"60\" 60, \"80\" 80, \"100\" 100");
    axis_from_zero(&axis, 0.702, 6); /* the last is at the longest or beyond */
    assert_non_null(strstr(axis.ticks, "\"0.8\" 0.8"));
    assert_near(axis.hi, 0.8);
    axis_from_zero(&axis, 0.6, 6);
    assert_near(axis.hi, 0.6);
    axis_from_zero(&axis, 0, 6);
    assert_true(axis.hi > 0);
    axis_linear(&axis, 0, 0, 3); /* nothing to show is still an axis */
    assert_true(axis.hi > axis.lo);
    axis_percent(&axis, -6, 11, 4);
    assert_string_equal(axis.ticks, "\"\u22125 %%\" -5, \"0\" 0, \"+5 %%\" 5, \"+10 %%\" 10");
}

static size_t count_ticks(const struct chart_axis *axis)
{
    size_t quotes = 0;
    for (const char *p = axis->ticks; *p; p++)
        quotes += *p == '"';
    return quotes / 2;
}

/* Whatever the range, there are enough ticks to read a value, and not too many. */
static void axes_have_three_ticks_at_least(void **state)
{
    (void)state;
    struct chart_axis axis;
    for (double lo = 0.013; lo < 5000; lo *= 1.7)
        for (double factor = 1.05; factor < 1e7; factor *= 1.37) {
            axis_log(&axis, lo, lo * factor);
            assert_true(axis.log && count_ticks(&axis) >= 3 && count_ticks(&axis) <= 14);
            for (int wanted = 3; wanted < 9; wanted++) {
                axis_linear(&axis, lo, lo * factor, wanted);
                assert_true(count_ticks(&axis) >= 3 && count_ticks(&axis) <= 16);
                axis_from_zero(&axis, lo * factor, wanted);
                assert_true(count_ticks(&axis) >= 3 && axis.hi >= lo * factor * 0.999);
            }
        }
    /* What the powers of ten leave a single tick of. */
    axis_log(&axis, 3.6, 9.8);
    assert_string_equal(axis.ticks, "\"4\" 4, \"6\" 6, \"8\" 8");
}

static void units_agree_with_the_figures(void **state)
{
    (void)state;
    static const double seconds[] = {20, 1, 0.702, 0.0996, 0.0994, 0.005, 0.001, 0.0004};
    struct text_pool *pool = text_pool_create();
    for (size_t i = 0; i < COUNT(seconds); i++) {
        double scale;
        const char *unit = text_time_unit(seconds[i], &scale), *figure = units_duration(pool, seconds[i]);
        assert_string_equal(strchr(figure, ' ') + 1, unit);
        assert_near(scale, strcmp(unit, "s") == 0 ? 1 : strcmp(unit, "ms") == 0 ? 1e3 : 1e6);
    }
    text_pool_destroy(pool);
}

static void labels_without_room_are_short(void **state)
{
    (void)state;
    char text[200];
    text_runner(text, sizeof(text), "serial", TEXT_BODY, 1000);
    assert_string_equal(text, "one after another (serial)");
    text_runner(text, sizeof(text), "serial", TEXT_BODY, 200);
    assert_string_equal(text, "serial");
    text_runner(text, sizeof(text), "no-such-runner-but-a-long-name", TEXT_BODY, 200);
    assert_true(text_width(text, TEXT_BODY) <= 200 && strstr(text, "\u2026"));
}

static void log_axes_have_the_points_as_ticks(void **state)
{
    (void)state;
    struct chart_axis axis;
    static const double few[] = {1, 30, 500};
    axis_log_at(&axis, few, 3, 1000);
    assert_non_null(strstr(axis.ticks, "\"1\" 1"));
    assert_non_null(strstr(axis.ticks, "\"30\" 30"));
    assert_non_null(strstr(axis.ticks, "\"500\" 500"));
    assert_near(axis_place(&axis, sqrt(axis.lo * axis.hi)), 0.5);
    /* Crowded: the ends and the round ones stay. */
    static const double many[] = {1, 90, 95, 100, 105, 110, 1000};
    axis_log_at(&axis, many, 7, 600);
    assert_string_equal(axis.ticks, "\"1\" 1, \"1,000\" 1000, \"100\" 100");
    static const double one[] = {20};
    axis_log_at(&axis, one, 1, 600);
    assert_near(axis_place(&axis, 20), 0.5);
}

static void amounts_begin_at_zero_while_that_shows_something(void **state)
{
    (void)state;
    struct chart_axis axis;
    axis_amount(&axis, 10, 299, 6);
    assert_false(axis.log);
    assert_near(axis.lo, 0);
    assert_true(axis.hi > 299);
    axis_amount(&axis, 10, 301, 6);
    assert_true(axis.log && axis.lo > 0 && axis.lo < 10 && axis.hi > 301);
    /* Times that are all alike fill the height, and those far apart are told apart. */
    axis_near(&axis, 20, 21, 6);
    assert_true(!axis.log && axis.lo > 19 && axis.lo < 20 && axis.hi > 21 && axis.hi < 22);
    axis_near(&axis, 20, 20, 6);
    assert_true(!axis.log && axis.lo < 20 && axis.hi > 20);
    axis_near(&axis, 10, 20, 6);
    assert_true(!axis.log && axis.lo == 0 && axis.hi > 20);
    axis_near(&axis, 10, 51, 6);
    assert_true(axis.log && axis.lo < 10 && axis.hi > 51);
    axis_share(&axis);
    assert_string_equal(axis.ticks, "\"0 %%\" 0, \"25 %%\" 0.25, \"50 %%\" 0.5, \"75 %%\" 0.75, \"100 %%\" 1");
    assert_true(axis.label_width >= text_width("100 %", TEXT_BODY));
}

static void tails_have_named_percentiles(void **state)
{
    (void)state;
    struct chart_axis axis;
    axis_tail(&axis, 100.26, 1200);
    assert_non_null(strstr(axis.ticks, "\"p50\" 2"));
    assert_non_null(strstr(axis.ticks, "\"p75\" 4"));
    assert_non_null(strstr(axis.ticks, "\"p90\" 10"));
    assert_non_null(strstr(axis.ticks, "\"p95\" 20"));
    assert_non_null(strstr(axis.ticks, "\"p99\" 100"));
    assert_null(strstr(axis.ticks, "p99.9"));
    /* The first marker is not on the other axis' labels. */
    assert_true(axis_place(&axis, 2) * 1200 >= 12 && axis_place(&axis, 2) * 1200 < 30);
    /* Where there is little room the tail's names are kept. */
    axis_tail(&axis, 1e5, 500);
    assert_non_null(strstr(axis.ticks, "\"p99.9\" 1000"));
    assert_null(strstr(axis.ticks, "p75"));
    axis_tail(&axis, 2.2, 300);
    assert_string_equal(axis.ticks, "\"p50\" 2, \"p75\" 4");
}

static void labels_move_apart_as_little_as_possible(void **state)
{
    (void)state;
    static const double tens[] = {10, 10, 10, 10};
    double apart[] = {0, 20, 50};
    spread_apart(apart, tens, 3, -100, 100);
    assert_near(apart[0], 0);
    assert_near(apart[1], 20);
    assert_near(apart[2], 50);
    /* Two in one place: half the height each way. */
    double same[] = {30, 30};
    spread_apart(same, tens, 2, -100, 100);
    assert_near(same[0], 25);
    assert_near(same[1], 35);
    /* The third is pushed into by the first two, so all three share the move. */
    double pushed[] = {0, 0, 8};
    spread_apart(pushed, tens, 3, -100, 100);
    assert_near(pushed[0], -22.0 / 3);
    assert_near(pushed[1], -22.0 / 3 + 10);
    assert_near(pushed[2], -22.0 / 3 + 20);
    /* At the edge. */
    double edge[] = {2, 3, 99};
    spread_apart(edge, tens, 3, 0, 100);
    assert_near(edge[0], 5);
    assert_near(edge[1], 15);
    assert_near(edge[2], 95);
    static const double heights[] = {20, 10, 40};
    double mixed[] = {0, 0, 0};
    spread_apart(mixed, heights, 3, -100, 100);
    assert_near(mixed[1] - mixed[0], 15);
    assert_near(mixed[2] - mixed[1], 25);
    spread_apart(NULL, NULL, 0, 0, 1);
}

static void runners_have_fixed_places(void **state)
{
    (void)state;
    assert_int_equal(runner_slot("serial"), 1);
    assert_int_equal(runner_slot("threads"), 2);
    assert_int_equal(runner_slot("coroutines"), 3);
    assert_int_equal(runner_slot("coroutines-multi"), 8);
    assert_int_equal(runner_slot("`touch EVIL`"), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_clean),
        cmocka_unit_test(rare_characters_are_boxes_in_png),
        cmocka_unit_test(texts_are_cut_to_their_room),
        cmocka_unit_test(long_names_take_two_lines),
        cmocka_unit_test(paragraphs_are_broken_at_spaces),
        cmocka_unit_test(counts_have_thousands),
        cmocka_unit_test(settings_are_said_in_words),
        cmocka_unit_test(linear_axes_have_round_ticks),
        cmocka_unit_test(log_axes_have_the_points_as_ticks),
        cmocka_unit_test(axes_have_three_ticks_at_least),
        cmocka_unit_test(units_agree_with_the_figures),
        cmocka_unit_test(labels_without_room_are_short),
        cmocka_unit_test(amounts_begin_at_zero_while_that_shows_something),
        cmocka_unit_test(tails_have_named_percentiles),
        cmocka_unit_test(labels_move_apart_as_little_as_possible),
        cmocka_unit_test(runners_have_fixed_places),
    };
    return cmocka_run_group_tests_name("charts_parts", tests, NULL, NULL);
}
