#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "argv_json.h"
#include "run_lines.h"
#include "../cpus.h"
#include "../environment/cpu.h"
#include "../stored/run_data.h"
#include "../runners.h"

static json_t *name(const char *text)
{
    return record_json_text(text, RECORD_NAME_BYTES);
}

static json_t *lane_json(const struct lane *lane, const char *cpus)
{
    const struct cell *cell = lane->cell;
    const struct runner *runner = runner_find(lane->runner);
    return json_pack("{s:o, s:s, s:o, s:s, s:I, s:o, s:s, s:I, s:o}", "cell", name(cell->name), "workload",
                     cell->settings.workload, "params", record_json_text(cell->params, RECORD_TEXT_BYTES), "runner",
                     lane->runner, "concurrency", (json_int_t)(runner->concurrent ? cell->settings.concurrency : 1),
                     "connections", name(cell->transfers ? cell->settings.connections : NULL), "cpus", cpus, "jobs",
                     (json_int_t)cell->settings.jobs, "sweep", name(cell->sweep));
}

json_t *run_lane_line(const struct lane *lane, const char *cpus)
{
    json_t *line = lane_json(lane, cpus);
    json_object_set_new(line, "type", json_string("lane"));
    return line;
}

json_t *run_line(const struct run_request *request, const struct run_file *file, char (*cpus)[CPU_LIST_ROOM])
{
    const struct plan *plan = request->plan;
    json_t *argv = argv_json(request->argc, request->argv, true), *lanes = json_array();
    for (size_t i = 0; i < plan->lane_count; i++)
        json_array_append_new(lanes, lane_json(&plan->lanes[i], cpus[plan->lanes[i].cell - plan->cells]));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:s, s:I, s:o}", "type", "run", "schema", "iorace.run/1",
                     "id", name(file->id), "scenario", name(plan->scenario), "title", name(plan->title), "argv", argv,
                     "seed", (json_int_t)plan->run.seed, "blocks", (json_int_t)plan->run.blocks, "started",
                     file->started, "planned_trials", (json_int_t)(plan->trial_count + plan->search_count), "lanes",
                     lanes);
}

/* More connections at once than the kernel queues for the test server: some wait a second or longer for it to try again. */
static void warn_of_backlog(json_t *line, const struct plan *plan)
{
    int64_t most = 0, room = json_integer_value(json_object_get(line, "somaxconn"));
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].transfers && !plan->cells[i].without_workers && plan->cells[i].settings.concurrency > most)
            most = plan->cells[i].settings.concurrency;
    if (room <= 0 || most <= room)
        return;
    char text[256];
    snprintf(text, sizeof(text),
             "somaxconn is %lld and up to %lld connections are opened at once: some wait a second or longer for the "
             "kernel to "
             "try again.",
             (long long)room, (long long)most);
    json_array_append_new(json_object_get(line, "warnings"), json_string(text));
}

static bool share_a_core(const struct cpu_split *split)
{
    cpu_set_t client, server;
    return cpus_parse(split->client, &client, NULL) == 0 && cpus_parse(split->server, &server, NULL) == 0 &&
           cpu_sets_share_core("", &client, &server);
}

json_t *run_env_line(const struct plan *plan, const struct cpu_split *split, const char *server)
{
    json_t *line = environment_collect();
    if (!line)
        return NULL;
    json_object_set_new(line, "type", json_string("env"));
    json_object_set_new(line, "client_cpus", json_string(split->client));
    json_object_set_new(line, "server_cpus",
                        record_json_text(split->server[0] ? split->server : NULL, RECORD_TEXT_BYTES));
    json_object_set_new(line, "server", record_json_text(server, RECORD_TEXT_BYTES));
    notes_append_json(&plan->left_out, json_object_get(line, "warnings"));
    warn_of_backlog(line, plan);
    if (split->shared && split->server[0])
        json_array_append_new(
            json_object_get(line, "warnings"),
            json_string("The jobs and the test server share a CPU: each slows the other, and times of downloads are "
                        "those of both together."));
    else if (split->server[0] && share_a_core(split))
        json_array_append_new(
            json_object_get(line, "warnings"),
            json_string("The jobs and the test server run on threads of one core: each slows the other, "
                        "more in some lanes than in others."));
    return line;
}

json_t *run_summary_line(const struct run_file *file, const struct run_result *result, bool partial,
                         const struct load_now *before, struct failure *ret_failure)
{
    struct run_data data;
    if (run_data_read(&data, file->dir, ret_failure) < 0)
        return NULL;
    json_t *lanes = json_array();
    for (size_t i = 0; i < data.lane_count; i++)
        json_array_append_new(lanes, record_to_json(summary_fields, &data.lanes[i]));
    run_data_finish(&data);

    struct load_now after;
    load_read(&after);
    json_t *warnings = json_array();
    environment_warnings(warnings, NULL, before, &after);
    double steal = load_steal_percent(before, &after);
    char finished[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(finished, sizeof(finished), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_pack("{s:s, s:s, s:b, s:I, s:[f,f,f], s:o, s:o, s:o}", "type", "summary", "finished", finished,
                     "partial", partial, "trials", (json_int_t)result->trials, "load_after", after.average[0],
                     after.average[1], after.average[2], "steal_percent", steal >= 0 ? json_real(steal) : json_null(),
                     "warnings", warnings, "lanes", lanes);
}
