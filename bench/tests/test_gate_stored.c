/* A gate's file as it may be found, and what is exported of one: what no gate reaches is refused, with line and cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../gate/gate_export.h"
#include "../gate/gate_stored.h"
#include "../gate/judge.h"
#include "../record/record.h"
#include "fixtures/made_up_run.h"

#define HEAD "{\"type\":\"gate\",\"schema\":\"" GATE_SCHEMA "\"}\n{\"type\":\"env\"}\n{\"type\":\"trial\"}\n"

#define CELL                                                                                                           \
    "{\"label\":\"one\",\"metric\":\"wall_s\",\"verdict\":\"regression\",\"base_median\":1.0,\"head_median\":1.2,"     \
    "\"again_median\":1.0,\"ratio\":1.2,\"ratio_lo\":1.1,\"ratio_hi\":1.3,\"p\":0.0005,\"p_holm\":0.0005,"             \
    "\"aa_ratio\":1.0,\"aa_lo\":0.99,\"aa_hi\":1.01,\"aa_p_holm\":1.0,\"aa_spread\":0.02,\"limit\":0.05,"              \
    "\"confirmed_ratio\":1.2,\"confirmed_lo\":1.1,\"confirmed_hi\":1.3,\"blocks\":12,\"confirmation_blocks\":12,"      \
    "\"blocks_to_settle\":null,\"reason\":\"twice\"}"

#define VERDICTS                                                                                                       \
    "{\"type\":\"verdicts\",\"partial\":false,\"rules\":{\"threshold\":0.05,\"alpha\":0.05,\"strict\":false},"         \
    "\"cells\":[" CELL "]}"

static char *dir;

static int make_dir(void **state)
{
    (void)state;
    dir = made_up_directory();
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    made_up_remove(dir);
    free(dir);
    return 0;
}

/* Returns the verdicts line with other values, of the line or of its cell; a key that begins with "-" is taken away. */
static char *changed_line(bool of_cell, const char *changes)
{
    json_t *line = json_loads(VERDICTS, 0, NULL), *others = json_loads(changes, 0, NULL), *value;
    assert_true(line && others);
    json_t *object = of_cell ? json_array_get(json_object_get(line, "cells"), 0) : line;
    const char *key;
    json_object_foreach(others, key, value)
    {
        if (key[0] == '-')
            assert_int_equal(json_object_del(object, key + 1), 0);
        else
            json_object_set(object, key, value);
    }
    char *text = json_dumps(line, RECORD_DUMP_FLAGS);
    json_decref(others);
    json_decref(line);
    return text;
}

static int read_gate(const char *verdicts, struct failure *ret_failure)
{
    struct gate_stored stored;
    char *text;
    assert_true(asprintf(&text, "%s%s\n", HEAD, verdicts) > 0);
    made_up_write(dir, GATE_FILE, text, strlen(text));
    free(text);
    int result = gate_stored_read(&stored, dir, ret_failure);
    if (result == 0) {
        assert_non_null(stored.verdicts);
        gate_stored_finish(&stored);
    }
    return result;
}

static void assert_refused(const char *verdicts, const char *cause)
{
    struct failure failure = {0};
    assert_int_equal(read_gate(verdicts, &failure), -1);
    assert_int_equal(failure.status, EXIT_NO_DATA);
    if (!strstr(failure.text, cause))
        fail_msg("'%s' does not say '%s'", failure.text, cause);
}

static void assert_read(bool of_cell, const char *changes)
{
    struct failure failure = {0};
    char *line = changed_line(of_cell, changes);
    if (read_gate(line, &failure) != 0)
        fail_msg("%s: %s", changes, failure.text);
    free(line);
}

static void test_figures_are_what_a_gate_reaches(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"ratio\":-1}", "gate.ndjson:4: cells[0]: ratio: -1 is not within 1e-17 to 1e+17"},
        {"{\"ratio\":0}", "cells[0]: ratio: 0 is not within"},
        {"{\"ratio\":1e300}", "cells[0]: ratio: 1e+300 is not within"},
        {"{\"ratio\":\"1\"}", "cells[0]: ratio: wanted a number or null, found a text"},
        {"{\"ratio_hi\":1e308}", "cells[0]: ratio_hi: 1e+308 is not within"},
        {"{\"ratio_lo\":1.3,\"ratio_hi\":1.1}", "cells[0]: ratio: '1.2' with an interval from '1.3' to '1.1'"},
        {"{\"ratio\":1.4}", "cells[0]: ratio: '1.4' with an interval from '1.1' to '1.3'"},
        {"{\"ratio_lo\":null}", "cells[0]: ratio: '1.2' with an interval from '' to '1.3'"},
        {"{\"ratio_hi\":null}", "cells[0]: ratio: '1.2' with an interval from '1.1' to ''"},
        {"{\"-ratio_lo\":0,\"-ratio_hi\":0}", "cells[0]: ratio: '1.2' with an interval from '' to ''"},
        {"{\"aa_lo\":1.005}", "cells[0]: aa_ratio: '1' with an interval from '1.005' to '1.01'"},
        {"{\"confirmed_ratio\":null}", "cells[0]: confirmed_ratio: '' with an interval from '1.1' to '1.3'"},
        {"{\"p\":1.5}", "cells[0]: p: 1.5 is not within 0 to 1"},
        {"{\"aa_spread\":-0.1}", "cells[0]: aa_spread: -0.1 is not within"},
        {"{\"aa_spread\":1e300}", "cells[0]: aa_spread: 1e+300 is not within"},
        {"{\"limit\":-5}", "cells[0]: limit: -5 is not within"},
        {"{\"limit\":1e300}", "cells[0]: limit: 1e+300 is not within"},
        {"{\"base_median\":-1}", "cells[0]: base_median: -1 is not within"},
        {"{\"blocks\":-3}", "cells[0]: blocks: -3 is not within"},
        {"{\"blocks\":1.5}", "cells[0]: blocks: wanted an integer or null, found a number"},
        {"{\"verdict\":\"great\"}", "cells[0]: verdict: unknown word 'great'"},
        {"{\"-verdict\":0}", "cells[0]: verdict is missing"},
        {"{\"-label\":0}", "cells[0]: label is missing"},
        {"{\"metric\":7}", "cells[0]: metric: wanted a text, found an integer"},
        {"{\"ratio\":null,\"ratio_lo\":null,\"ratio_hi\":null}", "cells[0]: verdict: 'regression' without ratio"},
        {"{\"limit\":null}", "cells[0]: verdict: 'regression' without ratio, aa_ratio, limit or blocks"},
        {"{\"blocks\":0}", "cells[0]: verdict: 'regression' without"},
        {"{\"verdict\":\"no data\"}", "cells[0]: verdict: 'no data' with a ratio"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *line = changed_line(true, rows[i][0]);
        assert_refused(line, rows[i][1]);
        free(line);
    }
}

static void test_the_line_is_whole(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"-rules\":0}", "gate.ndjson:4: rules: wanted an object"},
        {"{\"rules\":{\"alpha\":0.05}}", "gate.ndjson:4: rules: threshold is missing"},
        {"{\"rules\":{\"threshold\":1e308,\"alpha\":0.05}}", "rules: threshold: 1e+308 is not within 0.001 to 1"},
        {"{\"rules\":{\"threshold\":0,\"alpha\":0.05}}", "rules: threshold: 0 is not within"},
        {"{\"rules\":{\"threshold\":0.05,\"alpha\":7}}", "rules: alpha: 7 is not within 0 to 1"},
        {"{\"-cells\":0}", "gate.ndjson:4: cells: wanted an array"},
        {"{\"cells\":{}}", "gate.ndjson:4: cells: wanted an array"},
        {"{\"cells\":[]}", "gate.ndjson:4: cells: wanted an array"},
        {"{\"cells\":[null]}", "gate.ndjson:4: cells[0]: is not an object"},
        {"{\"partial\":7}", "gate.ndjson:4: partial: wanted true or false"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *line = changed_line(false, rows[i][0]);
        assert_refused(line, rows[i][1]);
        free(line);
    }
    assert_refused(VERDICTS "\n" VERDICTS, "gate.ndjson:5: a line after the verdicts, which are the last");
    assert_refused("{\"type\":\"env\"}\n" VERDICTS, "gate.ndjson:4: a second line of type env");
}

/* Of every verdict there is, with the figures that come with it. */
static void test_what_gates_say_is_read(void **state)
{
    (void)state;
    assert_read(true, "{}");
    assert_read(true, "{\"confirmed_ratio\":null,\"confirmed_lo\":null,\"confirmed_hi\":null,"
                      "\"confirmation_blocks\":0,\"blocks_to_settle\":40}");
    assert_read(true, "{\"verdict\":\"accepted\"}");
    assert_read(false, "{\"rules\":{\"threshold\":0.001,\"alpha\":0.05,\"strict\":true}}");
    assert_read(false, "{\"rules\":{\"threshold\":1.0,\"alpha\":0.05,\"strict\":true}}");
    for (int verdict = GATE_SAME; verdict < GATE_NO_DATA; verdict++) {
        char changes[60];
        snprintf(changes, sizeof(changes), "{\"verdict\":\"%s\"}", gate_verdict_name(verdict));
        assert_read(true, changes);
    }
    for (int lane_state = LANE_GATED; lane_state <= LANE_FAILED; lane_state++) {
        const struct gate_lane lane = {.state = lane_state, .decision = {.verdict = GATE_NO_DATA}};
        char changes[300];
        snprintf(changes, sizeof(changes),
                 "{\"cells\":[{\"label\":\"one\",\"metric\":\"wall_s\",\"verdict\":\"%s\",\"reason\":null%s}]}",
                 lane_verdict(&lane),
                 lane_state == LANE_GATED ? ",\"ratio\":null,\"ratio_lo\":null,\"ratio_hi\":null,\"limit\":0.05,"
                                            "\"base_median\":1.5,\"blocks\":0"
                                          : "");
        assert_read(false, changes);
    }
}

/* Too few blocks for a verdict are too few for a history. */
static void test_no_data_is_not_exported(void **state)
{
    (void)state;
    enum { BLOCKS = 12 };
    double values[BLOCKS];
    for (int i = 0; i < BLOCKS; i++)
        values[i] = 1 + i / 100.0;
    struct gate_lane lanes[2];
    for (int i = 0; i < 2; i++)
        lanes[i] = (struct gate_lane){.metric = metric_find("wall_s"),
                                      .label = i == 0 ? "told" : "untold",
                                      .values = {[PHASE_FIRST] = {values, values, values}},
                                      .blocks = {[PHASE_FIRST] = BLOCKS},
                                      .state = LANE_GATED,
                                      .decision = {.verdict = i == 0 ? GATE_SAME : GATE_NO_DATA, .ratio = 1}};
    struct gate_plan plan = {.plans = {[SIDE_BASE] = {.scenario = "s"}}, .lanes = lanes, .lane_count = 2};
    static const char *const formats[] = {"bencher", "github-action-benchmark"};
    for (int i = 0; i < 2; i++) {
        char said[4200];
        struct failure failure = {0};
        snprintf(said, sizeof(said), "%s=%s/exported.json", formats[i], dir);
        if (gate_export_write(&plan, said, &failure) != 0)
            fail_msg("%s", failure.text);
        char *text = made_up_slurp(dir, "exported.json");
        assert_non_null(strstr(text, "s/told"));
        assert_null(strstr(text, "untold"));
        free(text);
    }
}

/* What reads it takes less for better, so jobs per second are turned round, and with them the change. */
static void test_exported_changes_are_of_what_is_exported(void **state)
{
    (void)state;
    double values[] = {100, 100, 100, 100, 100, 100};
    struct gate_lane lane = {.metric = metric_find("jobs_per_s"),
                             .label = "c",
                             .values = {[PHASE_FIRST] = {values, values, values}},
                             .blocks = {[PHASE_FIRST] = 6},
                             .state = LANE_GATED,
                             .decision = {.verdict = GATE_REGRESSION, .ratio = 0.8, .lo = 0.5, .hi = 1}};
    struct gate_plan plan = {.plans = {[SIDE_BASE] = {.scenario = "s"}}, .lanes = &lane, .lane_count = 1};
    char said[4200];
    struct failure failure = {0};
    snprintf(said, sizeof(said), "github-action-benchmark=%s/turned.json", dir);
    if (gate_export_write(&plan, said, &failure) != 0)
        fail_msg("%s", failure.text);
    char *text = made_up_slurp(dir, "turned.json");
    assert_non_null(strstr(text, "10000"));
    assert_non_null(strstr(text, "+25.0 %"));
    assert_non_null(strstr(text, "+100.0] %"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_what_a_gate_reaches),
        cmocka_unit_test(test_the_line_is_whole),
        cmocka_unit_test(test_what_gates_say_is_read),
        cmocka_unit_test(test_no_data_is_not_exported),
        cmocka_unit_test(test_exported_changes_are_of_what_is_exported),
    };
    return cmocka_run_group_tests_name("gate_stored", tests, make_dir, remove_dir);
}
