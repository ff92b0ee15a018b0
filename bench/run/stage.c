#include <stdlib.h>
#include <string.h>
#include <iort/clock.h>
#include "interrupt.h"
#include "stage.h"

/* When the test server was so busy that it is what was measured, and when its answers came so late that the delays were
 * not those asked for: one in a hundred by more than a tenth of the shortest, and by more than a timer's usual error.
 */
#define SATURATED_SHARE 0.9
#define LATE_SHARE      0.1
#define LATE_LEAST_NS   (RT_NS_PER_MS / 2)

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

void stage_fill_spec(struct trial_spec *ret_spec, const struct stage *stage, const struct lane *lane, int64_t block,
                     const struct origin *server)
{
    const struct cell *cell = lane->cell;
    size_t cell_index = (size_t)(cell - stage->plan->cells);
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

static void add_flag(json_t *line, const char *flag)
{
    const char *before = json_string_value(json_object_get(line, "flags"));
    char flags[256];
    snprintf(flags, sizeof(flags), "%s%s%s", before ? before : "", before && *before ? " " : "", flag);
    json_object_set_new(line, "flags", json_string(flags));
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

static bool is_late(const struct cell *cell, int64_t late_p99_ns)
{
    struct delay_list delays;
    if (!cell->settings.delay_ms || delay_list_parse(&delays, cell->settings.delay_ms, "delay-ms", NULL) < 0)
        return false;
    int64_t shortest_ns = INT64_MAX;
    for (size_t i = 0; i < delays.count; i++)
        if (delays.delays_ns[i] < shortest_ns)
            shortest_ns = delays.delays_ns[i];
    delay_list_finish(&delays);
    return late_p99_ns > LATE_LEAST_NS && (double)late_p99_ns > LATE_SHARE * (double)shortest_ns;
}

void stage_note_server(struct origin *server, const struct cell *cell, json_t *line)
{
    struct origin_stats stats;
    struct failure why = {0};
    if (!origin_alive(server) || origin_take_stats(server, &stats, &why) < 0) {
        fail_line(line, why.text[0] ? why.text : "the test server died");
        return;
    }
    json_object_set_new(line, "server",
                        json_pack("{s:I, s:I, s:o, s:o, s:o}", "requests", (json_int_t)stats.requests,
                                  "warmup_requests", (json_int_t)stats.warmup_requests, "late_p50_us",
                                  microseconds(stats.late_p50_ns), "late_p99_us", microseconds(stats.late_p99_ns),
                                  "late_max_us", microseconds(stats.late_max_ns)));
    double wall_s = json_number_value(json_object_get(line, "wall_s"));
    double cpu_s = json_number_value(json_object_get(line, "server_cpu_s"));
    if (wall_s > 0 && cpu_s > SATURATED_SHARE * wall_s * server->loop_count)
        add_flag(line, "origin_saturated");
    if (is_late(cell, stats.late_p99_ns))
        add_flag(line, "origin_late");
}

bool trial_line_failed(const json_t *line, bool *ret_local_limit)
{
    const char *state = json_string_value(json_object_get(line, "state"));
    if (!state || strcmp(state, "failed") != 0)
        return false;
    size_t i;
    json_t *failure;
    json_array_foreach(json_object_get(line, "failures"), i, failure)
    {
        const char *class = json_string_value(json_object_get(failure, "class"));
        if (class && strcmp(class, "local_limit") == 0)
            *ret_local_limit = true;
    }
    return true;
}
