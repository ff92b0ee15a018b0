/* What the harness itself costs: said beside the results, and warned of where a job costs little more. */
#include <math.h>
#include <string.h>
#include "../../runners.h"
#include "../report.h"
#include "parts.h"
#include "../../output/units.h"

/* Below this the harness is a fifth of a figure or more, and its own scatter decides between runners. */
#define LEAST_TIMES 5

enum { MOST_NAMED = 3 };

/* Empty jobs with nothing in them: the workload `null`, and nothing else that defines the cell. */
static bool is_empty_lane(const struct summary_record *lane)
{
    return strcmp(lane->workload, "null") == 0 && !lane->params[0] && isfinite(lane->cpu_us_per_job_median);
}

/* Microseconds a job under this runner, the least where several cells tell; under another one, the most, where this one
 * has no such cell. NAN: nobody knows. */
static double cost_us(const struct run_data *run, const char *runner)
{
    double own = NAN, most = NAN;
    for (size_t i = 0; i < run->lane_count; i++) {
        const struct summary_record *lane = &run->lanes[i];
        if (!is_empty_lane(lane))
            continue;
        most = fmax(most, lane->cpu_us_per_job_median);
        if (strcmp(lane->runner, runner) == 0)
            own = fmin(own, lane->cpu_us_per_job_median);
    }
    return isfinite(own) ? own : most;
}

static bool is_first_of_runner(const struct run_data *run, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_empty_lane(&run->lanes[i]) && strcmp(run->lanes[i].runner, run->lanes[at].runner) == 0)
            return false;
    return true;
}

const char *table_harness_cost(struct table_maker *maker)
{
    const struct run_data *run = maker->run;
    const char *text = "";
    for (size_t i = 0; i < run->lane_count; i++) {
        const struct summary_record *lane = &run->lanes[i];
        if (!is_empty_lane(lane) || !is_first_of_runner(run, i))
            continue;
        text = pool_printf(maker->pool, "%s%s%s %s", text, text[0] ? ", " : "",
                           pool_clean(maker->pool, report_runner_label(lane->runner)),
                           units_duration(maker->pool, cost_us(run, lane->runner) / 1e6));
    }
    return text[0] ? pool_printf(maker->pool,
                                 "The harness itself, which takes and times the jobs, costs this much CPU a job (of "
                                 "empty ones): %s.",
                                 text)
                   : "";
}

static bool is_cheap(const struct run_data *run, const struct summary_record *lane)
{
    const struct runner *runner = runner_find(lane->runner);
    if (strcmp(lane->workload, "null") == 0 || (runner && runner->skips_jobs))
        return false;
    return lane->cpu_us_per_job_median < LEAST_TIMES * cost_us(run, lane->runner); /* false where one is NAN */
}

const char *table_harness_warning(struct table_maker *maker)
{
    const struct run_data *run = maker->run;
    const char *text = "";
    size_t count = 0;
    for (size_t i = 0; i < run->lane_count; i++) {
        const struct summary_record *lane = &run->lanes[i];
        if (!is_cheap(run, lane) || count++ >= MOST_NAMED)
            continue;
        text =
            pool_printf(maker->pool, "%s%s%s in %s (%s)", text, count > 1 ? ", " : "",
                        pool_clean(maker->pool, report_runner_label(lane->runner)), pool_clean(maker->pool, lane->cell),
                        units_duration(maker->pool, lane->cpu_us_per_job_median / 1e6));
    }
    if (count > MOST_NAMED)
        text = pool_printf(maker->pool, "%s, and %zu more", text, count - MOST_NAMED);
    return count
               ? pool_printf(maker->pool,
                             "Some jobs cost less than %d times what the harness itself does, so their CPU per job is "
                             "largely its own: %s.",
                             LEAST_TIMES, text)
               : "";
}
