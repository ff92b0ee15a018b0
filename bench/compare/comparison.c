#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "comparison.h"
#include "comparison_warnings.h"

static const char caveat[] =
    "The two runs were made at different times, and neither against itself: a difference may be the machine's and not "
    "the program's. `iorace gate` runs both in turns, base against itself as well, and tells the two apart.";

struct maker {
    struct comparison *comparison;
    struct trial_index base_index, head_index;
    double *base_values, *head_values;
};

const char *lane_comparison_cell(const struct lane_comparison *lane)
{
    return lane->head ? lane->head->cell : lane->base->cell;
}

const char *lane_comparison_runner(const struct lane_comparison *lane)
{
    return lane->head ? lane->head->runner : lane->base->runner;
}

const struct compare_metric *lane_comparison_metric(const struct comparison *comparison,
                                                    const struct lane_comparison *lane, size_t m)
{
    return m == 0 ? lane->metric : comparison->request.metrics[m];
}

/* A new lane has only head's figures, a gone one only base's. */
static int fill_figures(struct maker *maker, struct lane_comparison *lane)
{
    const struct comparison_request *request = &maker->comparison->request;
    const char *cell = lane_comparison_cell(lane), *runner = lane_comparison_runner(lane);
    lane->figures = pool_array(maker->comparison->pool, request->metric_count, sizeof(*lane->figures));
    if (!lane->figures)
        return -1;
    lane->metric = compare_metric_of(request->metrics[0], lane->head ? lane->head : lane->base);
    for (size_t m = 0; m < request->metric_count; m++) {
        const struct compare_metric *metric = lane_comparison_metric(maker->comparison, lane, m);
        size_t base_count = 0, head_count = 0;
        if (lane->base)
            base_count = compare_metric_values(metric, &maker->base_index,
                                               trial_index_find(&maker->base_index, cell, runner), maker->base_values);
        if (lane->head)
            head_count = compare_metric_values(metric, &maker->head_index,
                                               trial_index_find(&maker->head_index, cell, runner), maker->head_values);
        if (compare_figures_make(&lane->figures[m], maker->base_values, base_count, maker->head_values, head_count))
            return -1;
    }
    return 0;
}

/* Why a run has no figure to speak of, "" where it has. */
static const char *lack(struct maker *maker, const struct metric *metric, const struct summary_record *lane,
                        size_t count)
{
    struct text_pool *pool = maker->comparison->pool;
    if (count >= 2)
        return "";
    if (count == 1)
        return "a single block that went well";
    if (strcmp(lane->state, "ok") != 0)
        return pool_printf(pool, "%s%s%s", lane->state, lane->reason ? ": " : "",
                           lane->reason ? pool_clean(pool, lane->reason) : "");
    if (lane->jobs >= 0 && lane->jobs < metric->least_jobs)
        return pool_printf(pool, "that takes %lld jobs in a block", (long long)metric->least_jobs);
    return pool_printf(pool, "no %s", metric->words);
}

static const char *why_no_data(struct maker *maker, const struct lane_comparison *lane)
{
    struct text_pool *pool = maker->comparison->pool;
    const char *base = lack(maker, lane->metric->of, lane->base, lane->figures[0].base_count);
    const char *head = lack(maker, lane->metric->of, lane->head, lane->figures[0].head_count);
    if (base[0] && head[0])
        return strcmp(base, head) == 0 ? base : pool_printf(pool, "base: %s; head: %s", base, head);
    return base[0] ? pool_printf(pool, "base: %s", base) : pool_printf(pool, "head: %s", head);
}

/* What would settle it. */
static const char *why_inconclusive(struct maker *maker, const struct compare_figures *figures)
{
    const struct comparison *comparison = maker->comparison;
    const struct compare_rules *rules = &comparison->request.rules;
    if (figures->base_count < COMPARE_LEAST_TRIALS || figures->head_count < COMPARE_LEAST_TRIALS)
        return pool_printf(comparison->pool, "an interval takes %d blocks in each run, here are %zu and %zu (--blocks)",
                           COMPARE_LEAST_TRIALS, figures->base_count, figures->head_count);
    double limit = log1p(rules->threshold), lo = log(figures->lo), hi = log(figures->hi);
    if (lo > limit || hi < -limit) {
        size_t needed = compare_trials_needed(comparison->judged, rules->alpha);
        if (figures->base_count < needed && figures->head_count < needed)
            return pool_printf(comparison->pool,
                               "the interval is beyond the threshold, but to be sure of one of %zu it takes %zu blocks "
                               "in each run (--blocks)",
                               comparison->judged, needed);
        return pool_printf(
            comparison->pool,
            "the interval is beyond the threshold, but one of %zu may be so by chance: more blocks would "
            "tell (--blocks)",
            comparison->judged);
    }
    return "the interval reaches across the threshold: more blocks (--blocks) or a quieter machine would narrow it";
}

static void judge(struct maker *maker, struct lane_comparison *lane)
{
    const struct comparison_request *request = &maker->comparison->request;
    lane->reason = "";
    if (!lane->base || !lane->head) {
        lane->verdict = lane->head ? COMPARE_NEW : COMPARE_GONE;
        return;
    }
    const struct compare_figures *figures = &lane->figures[0];
    lane->verdict = compare_judge(figures, lane->metric->of->larger_is_better, &request->rules);
    if (lane->verdict == COMPARE_NO_DATA) {
        lane->reason = why_no_data(maker, lane);
        lane->lost = figures->base_count > 0 || figures->head_count > 0;
    } else if (lane->verdict == COMPARE_INCONCLUSIVE) {
        lane->reason = why_inconclusive(maker, figures);
    }
}

/* Returns how many lanes both runs have. */
static size_t match_lanes(struct comparison *comparison)
{
    const struct run_data *base = comparison->request.base, *head = comparison->request.head;
    size_t both = 0;
    for (size_t i = 0; i < head->lane_count; i++) {
        struct lane_comparison *lane = &comparison->lanes[comparison->lane_count++];
        lane->head = &head->lanes[i];
        lane->base = run_data_lane(base, lane->head->cell, lane->head->runner);
        both += lane->base != NULL;
    }
    for (size_t i = 0; i < base->lane_count; i++)
        if (!run_data_lane(head, base->lanes[i].cell, base->lanes[i].runner))
            comparison->lanes[comparison->lane_count++].base = &base->lanes[i];
    return both;
}

/* The metric that decides is adjusted over its lanes; each of the others, which only inform, over its own. */
static int adjust(struct comparison *comparison)
{
    struct compare_figures **figures = pool_array(comparison->pool, comparison->lane_count, sizeof(*figures));
    if (!figures)
        return -1;
    for (size_t m = comparison->request.metric_count; m-- > 0;) {
        for (size_t i = 0; i < comparison->lane_count; i++)
            figures[i] = &comparison->lanes[i].figures[m];
        long judged = compare_adjust(figures, comparison->lane_count);
        if (judged < 0)
            return -1;
        comparison->judged = (size_t)judged;
    }
    return 0;
}

static void name_metrics(struct comparison *comparison)
{
    comparison->words = "";
    for (const struct compare_metric *metric = compare_metrics; metric->of; metric++) {
        bool decides = false;
        for (size_t i = 0; i < comparison->lane_count; i++)
            decides = decides || comparison->lanes[i].metric == metric;
        if (decides)
            comparison->words = pool_printf(comparison->pool, "%s%s%s", comparison->words,
                                            comparison->words[0] ? ", and " : "", metric->of->words);
    }
}

static int fill(struct maker *maker)
{
    struct comparison *comparison = maker->comparison;
    const struct run_data *base = comparison->request.base, *head = comparison->request.head;
    maker->base_values = calloc(base->trial_count + 1, sizeof(double));
    maker->head_values = calloc(head->trial_count + 1, sizeof(double));
    if (!maker->base_values || !maker->head_values ||
        trial_index_make(&maker->base_index, base->trials, base->trial_count) != 0 ||
        trial_index_make(&maker->head_index, head->trials, head->trial_count) != 0)
        return -1;
    for (size_t i = 0; i < comparison->lane_count; i++)
        if (fill_figures(maker, &comparison->lanes[i]) != 0)
            return -1;
    name_metrics(comparison);
    if (adjust(comparison) != 0)
        return -1;
    for (size_t i = 0; i < comparison->lane_count; i++) {
        judge(maker, &comparison->lanes[i]);
        comparison->counts[comparison->lanes[i].verdict]++;
    }
    return 0;
}

static int make(struct comparison *comparison, struct failure *ret_failure)
{
    const struct comparison_request *request = &comparison->request;
    comparison->caveat = caveat;
    comparison->lanes =
        pool_array(comparison->pool, request->base->lane_count + request->head->lane_count, sizeof(*comparison->lanes));
    if (!comparison->lanes ||
        run_differences_find(&comparison->differences, comparison->pool, request->base, request->head) != 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (match_lanes(comparison) == 0)
        return failure_set(ret_failure, EXIT_NO_DATA, "%s and %s have no workload under the same runner in common",
                           request->base->dir, request->head->dir);
    if (comparison->differences.parting > 0 && !request->force)
        return run_differences_refuse(&comparison->differences, ret_failure);
    struct maker maker = {.comparison = comparison};
    int result = fill(&maker);
    trial_index_finish(&maker.base_index);
    trial_index_finish(&maker.head_index);
    free(maker.base_values);
    free(maker.head_values);
    if (result == 0)
        result = comparison_warnings_find(comparison);
    if (result != 0 || pool_failed(comparison->pool))
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    return 0;
}

int comparison_make(struct comparison *ret_comparison, const struct comparison_request *request,
                    struct failure *ret_failure)
{
    struct comparison comparison = {.request = *request, .pool = text_pool_create()};
    if (!comparison.pool)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (make(&comparison, ret_failure) != 0) {
        comparison_finish(&comparison);
        return -1;
    }
    *ret_comparison = comparison;
    return 0;
}

void comparison_finish(struct comparison *comparison)
{
    text_pool_destroy(comparison->pool);
    *comparison = (struct comparison){0};
}

enum exit_status comparison_status(const struct comparison *comparison, bool strict)
{
    size_t lost = 0, with_data = 0;
    for (size_t i = 0; i < comparison->lane_count; i++) {
        lost += comparison->lanes[i].lost;
        with_data += comparison->lanes[i].verdict <= COMPARE_INCONCLUSIVE;
    }
    if (comparison->counts[COMPARE_REGRESSION] > 0)
        return EXIT_REGRESSION;
    if (with_data == 0)
        return EXIT_NO_DATA;
    if (strict && (comparison->counts[COMPARE_INCONCLUSIVE] > 0 || lost > 0))
        return EXIT_INCONCLUSIVE;
    return EXIT_DONE;
}
