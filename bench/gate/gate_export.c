#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "gate_export.h"
#include "gate_words.h"
#include "judge.h"
#include "../plan/nearest.h"
#include "../record/record.h"
#include "../output/atomic_file.h"
#include "../stats/stats.h"

/* What a lane gives to a history. */
struct figure {
    double value;
    struct stats_interval interval;
};

static bool find_figure(struct figure *ret_figure, const struct gate_lane *lane)
{
    double *figures;
    size_t n = lane_figures(&figures, lane, ARM_HEAD);
    if (n > 0) {
        ret_figure->value = stats_median(figures, n);
        ret_figure->interval = stats_median_interval(figures, n);
    }
    free(figures);
    return n > 0 && lane->state == LANE_GATED && lane->decision.verdict != GATE_NO_DATA;
}

static const char *name_of(struct text_pool *pool, const struct gate_plan *plan, const struct gate_lane *lane)
{
    return pool_printf(pool, "%s/%s", gate_plan_scenario(plan), lane->label);
}

/* --- github-action-benchmark --- */

static json_t *github_json(const struct gate_plan *plan, struct text_pool *pool)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        struct figure figure;
        if (!find_figure(&figure, lane))
            continue;
        const char *unit = lane->metric->unit;
        double ratio = lane->decision.ratio, lo = lane->decision.lo, hi = lane->decision.hi;
        if (lane->metric->larger_is_better) { /* its reader takes smaller for better */
            ratio = 1 / ratio;
            lo = 1 / lane->decision.hi;
            hi = 1 / lane->decision.lo;
            figure.value = 1e6 / figure.value;
            figure.interval = (struct stats_interval){1e6 / figure.interval.hi, 1e6 / figure.interval.lo};
            unit = "us/job";
        }
        double half = fmax(figure.interval.hi - figure.value, figure.value - figure.interval.lo);
        const char *name = pool_printf(pool, "%s: %s", name_of(pool, plan, lane),
                                       lane->metric->larger_is_better ? "us_per_job" : lane->metric->name);
        const char *extra = pool_printf(pool, "against the base %s %s; verdict: %s; %zu blocks",
                                        words_change(pool, ratio), words_interval(pool, lo, hi), lane_verdict(lane),
                                        lane->decision.blocks + lane->decision.confirmation_blocks);
        json_t *item = json_pack("{s:o, s:s, s:f, s:o}", "name", record_json_text(name, RECORD_TEXT_BYTES), "unit",
                                 unit, "value", figure.value, "extra", record_json_text(extra, RECORD_TEXT_BYTES));
        if (isfinite(half))
            json_object_set_new(item, "range", json_string(pool_printf(pool, "\u00b1 %.3g", half)));
        json_array_append_new(list, item);
    }
    return list;
}

/* --- Bencher --- */

static json_t *bencher_json(const struct gate_plan *plan, struct text_pool *pool)
{
    json_t *whole = json_object();
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        struct figure figure;
        if (!find_figure(&figure, lane))
            continue;
        json_t *metric = json_pack("{s:f}", "value", figure.value);
        if (isfinite(figure.interval.lo) && isfinite(figure.interval.hi)) {
            json_object_set_new(metric, "lower_value", json_real(figure.interval.lo));
            json_object_set_new(metric, "upper_value", json_real(figure.interval.hi));
        }
        json_object_set_new(whole, name_of(pool, plan, lane), json_pack("{s:o}", lane->metric->name, metric));
    }
    return whole;
}

static const struct format {
    const char *name;
    json_t *(*make)(const struct gate_plan *plan, struct text_pool *pool);
} formats[] = {{"github-action-benchmark", github_json}, {"bencher", bencher_json}};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static const struct format *find_format(const char *said)
{
    size_t length = strcspn(said, "=");
    for (int i = 0; i < FORMATS; i++)
        if (strlen(formats[i].name) == length && strncmp(formats[i].name, said, length) == 0)
            return &formats[i];
    return NULL;
}

int gate_export_check(const char *said, struct failure *ret_failure)
{
    const char *file = strchr(said, '=');
    if (find_format(said) && file && file[1] && file[strlen(file) - 1] != '/') {
        char *copy = strdup(file + 1);
        int error = !copy ? ENOMEM : access(dirname(copy), W_OK | X_OK) < 0 ? errno : 0;
        free(copy);
        return error ? failure_set(ret_failure, EXIT_JOBS_FAILED, "--export: cannot write %s: %s", file + 1,
                                   strerror(error))
                     : 0;
    }
    return failure_set(ret_failure, EXIT_USAGE,
                       "--export: '%.200s': github-action-benchmark=FILE or bencher=FILE is accepted", said);
}

int gate_export_write(const struct gate_plan *plan, const char *said, struct failure *ret_failure)
{
    const char *path = strchr(said, '=') + 1;
    struct atomic_file file = {0};
    struct text_pool *pool = text_pool_create();
    char *for_dir = strdup(path), *for_name = strdup(path);
    json_t *json = pool ? find_format(said)->make(plan, pool) : NULL;
    int result = -1;
    if (!for_dir || !for_name || !json) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    } else if (atomic_file_open(&file, dirname(for_dir), basename(for_name), ret_failure) == 0) {
        json_dumpf(json, file.stream, RECORD_PRETTY_FLAGS);
        putc('\n', file.stream);
        result = atomic_file_commit(&file, ret_failure);
    }
    json_decref(json);
    free(for_dir);
    free(for_name);
    if (pool)
        text_pool_destroy(pool);
    return result;
}
