#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <iort/clock.h>
#include "interrupt.h"
#include "stage.h"
#include "trial_flags.h"

bool cell_uses_server(const struct cell *cell)
{
    return cell->transfers && !cell->settings.url && !cell->settings.url_file;
}

bool plan_uses_server(const struct plan *plan)
{
    for (size_t i = 0; i < plan->cell_count; i++)
        if (cell_uses_server(&plan->cells[i]))
            return true;
    return false;
}

const char *plan_server_name(const struct plan *plan)
{
    if (plan_uses_server(plan))
        return "iorace serve";
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].transfers)
            return plan->cells[i].settings.url ? plan->cells[i].settings.url : plan->cells[i].settings.url_file;
    return NULL;
}

/* --- before the first trial --- */

int stage_prepare(struct stage *stage, const struct plan *plan, bool with_server, bool look,
                  struct failure *ret_failure)
{
    *stage = (struct stage){.plan = plan};
    stage->cpus = calloc(plan->cell_count, sizeof(*stage->cpus));
    stage->preflights = calloc(plan->cell_count, sizeof(*stage->preflights));
    if (!stage->cpus || !stage->preflights)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (preflight_limits(plan, ret_failure) < 0 || cpu_split_make(&stage->split, with_server, ret_failure) < 0)
        return -1;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *cell = &plan->cells[i];
        if (cpu_split_client(&stage->split, cell->settings.cpus, stage->cpus[i], ret_failure) < 0 ||
            (look && preflight_cell(&stage->preflights[i], cell, ret_failure) < 0))
            return -1;
        if (cell_uses_server(cell) && cpu_split_overlaps(&stage->split, stage->cpus[i]))
            stage->split.shared = true;
        if (interrupted())
            return failure_set(ret_failure, EXIT_INTERRUPTED, "interrupted before the first run");
    }
    return 0;
}

void stage_finish(struct stage *stage)
{
    for (size_t i = 0; stage->preflights && i < stage->plan->cell_count; i++)
        preflight_finish(&stage->preflights[i]);
    free(stage->preflights);
    free(stage->cpus);
    *stage = (struct stage){0};
}

int stage_start_server(const struct stage *stage, struct origin *server, struct failure *ret_failure)
{
    if (origin_alive(server))
        return 0;
    if (origin_start(server, stage->split.server[0] ? stage->split.server : NULL, ret_failure) < 0)
        return -1;
    interrupt_set_server(server->pid);
    preflight_warm_server(server->url);
    struct origin_stats ignored;
    return origin_take_stats(server, &ignored, ret_failure);
}

/* --- one trial --- */

void stage_fill_spec(struct trial_spec *ret_spec, const struct stage *stage, const struct lane *lane,
                     const struct lane *home, int64_t block, const struct origin *server)
{
    const struct cell *cell = lane->cell;
    size_t cell_index = (size_t)(home->cell - stage->plan->cells);
    *ret_spec = (struct trial_spec){
        .cell = cell->name,
        .runner = (char *)lane->runner,
        .params = cell->params,
        .sweep = cell->sweep,
        .block = block,
        .seed = stage->plan->run.seed,
        .settings = cell->settings, /* borrowed */
        .client_cpus = stage->cpus[cell_index],
        .resolve = stage->preflights[cell_index].resolve,
        .expect = stage->preflights[cell_index].expect,
        .progress_fd = -1,
    };
    if (cell_uses_server(cell) && server->pid) {
        ret_spec->server_url = (char *)server->url;
        ret_spec->server_pid = server->pid;
    }
}

double stage_hang_limit_s(const struct lane *lane)
{
    const struct settings *settings = &lane->cell->settings;
    bool one_by_one = plan_waits_one_after_another(lane);
    double workers = one_by_one ? 1 : (double)settings->concurrency;
    double warmups = one_by_one ? (double)settings->concurrency : 1;
    double rounds = (double)settings->jobs / workers + warmups;
    double limit_s = 60 + 10 * plan_estimate_trial_s(lane);
    return lane->cell->transfers ? limit_s + rounds * (double)settings->timeout_ms / 1000 : limit_s;
}

/* --- after it --- */

bool trial_line_failed(const json_t *line)
{
    const char *state = json_string_value(json_object_get(line, "state"));
    return state && strcmp(state, "failed") == 0;
}

bool trial_line_hit_limit(const json_t *line)
{
    size_t i;
    json_t *failure;
    json_array_foreach(json_object_get(line, "failures"), i, failure)
    {
        const char *class = json_string_value(json_object_get(failure, "class"));
        if (class && strcmp(class, "local_limit") == 0)
            return true;
    }
    return false;
}

static void fail_line(json_t *line, const char *reason)
{
    json_object_set_new(line, "state", json_string("failed"));
    json_object_set_new(line, "reason", json_string(reason));
}

static json_t *microseconds(int64_t ns)
{
    return ns < 0 ? json_null() : json_real((double)ns / 1e3);
}

void stage_note_server(struct origin *server, const struct cell *cell, json_t *line)
{
    struct origin_stats stats;
    struct failure why = {0};
    if (!origin_alive(server)) {
        fail_line(line, "the test server died");
        return;
    }
    if (origin_take_stats(server, &stats, &why) < 0) {
        /* Jobs that failed may have done so for the same reason, and say more about it. */
        if (!trial_line_failed(line))
            fail_line(line, why.text);
        return;
    }
    json_object_set_new(line, "server",
                        json_pack("{s:I, s:I, s:o, s:o, s:o}", "requests", (json_int_t)stats.requests,
                                  "warmup_requests", (json_int_t)stats.warmup_requests, "late_p50_us",
                                  microseconds(stats.late_p50_ns), "late_p99_us", microseconds(stats.late_p99_ns),
                                  "late_max_us", microseconds(stats.late_max_ns)));
    double wall_s = json_number_value(json_object_get(line, "wall_s"));
    double cpu_s = json_number_value(json_object_get(line, "server_cpu_s"));
    if (stats.late_p99_ns >= 0)
        json_object_set_new(line, "server_late_p99_ms", json_real((double)stats.late_p99_ns / 1e6));
    double busy_share = trial_server_busy_share(cpu_s, wall_s, stats.cpu_ns, stats.busiest_cpu_ns);
    if (isfinite(busy_share))
        json_object_set_new(line, "server_busy_share", json_real(busy_share));
    if (trial_saturated_server(busy_share))
        trial_flag_add(line, "origin_saturated");
    if (trial_had_late_server(cell->settings.delay_ms, stats.late_p99_ns))
        trial_flag_add(line, "origin_late");
}

void stage_note_others(const struct others_watch *watch, const struct cell *cell, json_t *line)
{
    double user_s = json_number_value(json_object_get(line, "proc_user_s"));
    double sys_s = json_number_value(json_object_get(line, "proc_sys_s"));
    struct other_cpu others = others_end(watch, user_s + sys_s);
    if (isfinite(others.share))
        json_object_set_new(line, "other_cpu_share", json_real(others.share));
    if (others.disturbed && (cell_uses_server(cell) || !cell->transfers))
        trial_flag_add(line, "disturbed");
}
