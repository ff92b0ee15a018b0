/* A comparison for programs. */
#include "../report/report.h"
#include "comparison_output.h"
#include "comparison_record.h"

static json_t *text_or_null(const json_t *value)
{
    return json_is_string(value) ? json_string(json_string_value(value)) : json_null();
}

static json_t *run_json(const struct run_data *run)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:O?, s:b}", "dir", record_json_text(run->dir, 4096), "id",
                     text_or_null(json_object_get(run->run, "id")), "started",
                     text_or_null(json_object_get(run->run, "started")), "git_commit",
                     text_or_null(json_object_get(run->env, "git_commit")), "git_dirty",
                     json_object_get(run->env, "git_dirty"), "partial", run->partial);
}

static json_t *differences_json(const struct run_differences *differences)
{
    json_t *array = json_array();
    for (size_t i = 0; i < differences->count; i++) {
        const struct run_difference *item = &differences->items[i];
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:b}", "what", item->what, "base", item->base, "head",
                                               item->head, "must_not_be_compared", item->parts));
    }
    return array;
}

static json_t *warnings_json(const struct comparison *comparison)
{
    json_t *array = json_array();
    for (size_t i = 0; i < comparison->warning_count; i++)
        json_array_append_new(array, json_string(comparison->warnings[i]));
    return array;
}

/* The texts are borrowed: the record is not to be finished. */
static json_t *lane_json(const struct comparison *comparison, const struct lane_comparison *lane, size_t m)
{
    const struct compare_figures *figures = &lane->figures[m];
    bool decides = m == 0;
    struct comparison_record record = {
        .cell = (char *)lane_comparison_cell(lane),
        .runner = (char *)lane_comparison_runner(lane),
        .metric = (char *)lane_comparison_metric(comparison, lane, m)->of->name,
        .base_trials = lane->base ? (int64_t)figures->base_count : -1,
        .head_trials = lane->head ? (int64_t)figures->head_count : -1,
        .base_median = figures->base_median,
        .head_median = figures->head_median,
        .ratio = figures->ratio,
        .ratio_ci_lo = figures->lo,
        .ratio_ci_hi = figures->hi,
        .p = figures->p,
        .p_holm = figures->p_holm,
        .verdict = decides ? (char *)compare_verdict_words[lane->verdict] : NULL,
        .reason = decides && lane->reason[0] ? (char *)lane->reason : NULL,
    };
    return record_to_json(comparison_fields, &record);
}

json_t *comparison_json(const struct comparison *comparison, enum exit_status status)
{
    const struct comparison_request *request = &comparison->request;
    json_t *lanes = json_array(), *counts = json_object();
    for (size_t i = 0; i < comparison->lane_count; i++)
        for (size_t m = 0; m < request->metric_count; m++)
            json_array_append_new(lanes, lane_json(comparison, &comparison->lanes[i], m));
    for (size_t v = 0; v < COMPARE_VERDICTS; v++)
        json_object_set_new(counts, compare_verdict_words[v], json_integer((json_int_t)comparison->counts[v]));
    return json_pack("{s:s, s:i, s:o, s:o, s:s, s:f, s:f, s:b, s:o, s:o, s:s, s:o, s:o}", "schema", "iorace.compare/1",
                     "status", (int)status, "base", run_json(request->base), "head", run_json(request->head), "metric",
                     (request->metrics[0] ? request->metrics[0] : compare_metrics)->of->name, "threshold",
                     request->rules.threshold, "alpha", request->rules.alpha, "forced",
                     comparison->differences.parting > 0, "differences", differences_json(&comparison->differences),
                     "warnings", warnings_json(comparison), "caveat", comparison->caveat, "counts", counts, "lanes",
                     lanes);
}
