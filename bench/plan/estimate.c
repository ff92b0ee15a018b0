/* Roughly how long a plan will take. */
#include <string.h>
#include "../runners.h"
#include "knee.h"
#include "plan.h"

/* Rough costs, in seconds; measured on a small machine of 2024. They only have to tell a minute from an hour. */
static const double start_s = 0.06;         /* a process, its libraries, the pool, reading the result */
static const double worker_s = 0.00003;     /* a thread or task */
static const double connection_s = 0.00015; /* a warm connection */
static const double transfer_s = 0.00006;   /* a request and its answer, on one CPU */
static const double job_s = 0.000005;       /* any other job */

/* A task that waits in the kernel holds up the loop's one thread, and with it all others. */
bool plan_waits_one_after_another(const struct lane *lane)
{
    const struct runner *runner = runner_find(lane->runner);
    if (!runner->concurrent)
        return true;
    return runner->wait && runner->sched && strcmp(runner->wait->name, "blocking") == 0 &&
           strcmp(runner->sched->name, "task") == 0;
}

static double delays_s(const struct settings *settings, double workers)
{
    struct delay_totals totals;
    if (!settings->delay_ms || delay_list_measure(&totals, settings->delay_ms, "delay-ms", NULL) || totals.count == 0)
        return 0;
    double jobs = (double)settings->jobs;
    double all_ms = totals.sum_ms / (double)totals.count * jobs;
    if (totals.is_list)
        return (all_ms / workers > totals.max_ms ? all_ms / workers : totals.max_ms) / 1000;
    int64_t rounds = (settings->jobs + (int64_t)workers - 1) / (int64_t)workers;
    return (double)rounds * totals.max_ms / 1000;
}

double plan_estimate_trial_s(const struct lane *lane)
{
    const struct settings *settings = &lane->cell->settings;
    const struct runner *runner = runner_find(lane->runner);
    double workers = runner->concurrent ? (double)settings->concurrency : 1;
    double jobs = (double)settings->jobs;
    double fixed_s = start_s + workers * (lane->cell->transfers ? worker_s + connection_s : worker_s);
    double arriving_s = settings->rate > 0 ? jobs / (double)settings->rate : 0;
    if (runner->skips_jobs)
        return fixed_s + arriving_s;
    double busy_s = jobs * ((lane->cell->transfers ? transfer_s : job_s) + (double)settings->spin_us / 1e6);
    double waiting_s = delays_s(settings, plan_waits_one_after_another(lane) ? 1 : workers);
    return fixed_s + (busy_s + waiting_s > arriving_s ? busy_s + waiting_s : arriving_s);
}

double plan_estimate_s(const struct plan *plan)
{
    double sum_s = 0;
    for (size_t i = 0; i < plan->lane_count; i++)
        sum_s += plan_estimate_trial_s(&plan->lanes[i]) *
                 (double)(plan->lanes[i].cell->find ? KNEE_USUAL_TRIALS : plan->run.blocks);
    return sum_s;
}
