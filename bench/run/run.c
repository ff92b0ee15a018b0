#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <iort/clock.h>
#include "interrupt.h"
#include "kept_samples.h"
#include "others.h"
#include "preflight.h"
#include "preview.h"
#include "progress.h"
#include "run_lines.h"
#include "search.h"
#include "trial_flags.h"
#include "trial_process.h"
#include "../cpus.h"
#include "../directories.h"
#include "../origin/origin.h"
#include "../plan/knee.h"
#include "../report/trial_index.h"
#include "../runners.h"

struct run {
    const struct run_request *request;
    const struct plan *plan;
    struct run_result result;
    struct run_file file;
    struct cpu_split split;
    char (*cpus)[CPU_LIST_ROOM]; /* by cell */
    struct preflight *preflights; /* by cell */
    bool needs_server;
    struct origin origin;
    struct kept_samples kept;
    struct progress progress;
    int64_t begin_ns;
};

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

static bool uses_server(const struct cell *cell)
{
    return cell->transfers && !cell->settings.url && !cell->settings.url_file;
}

/* --- before the first trial --- */

static int prepare(struct run *run, struct failure *ret_failure)
{
    const struct plan *plan = run->plan;
    for (size_t i = 0; i < plan->cell_count; i++)
        run->needs_server |= uses_server(&plan->cells[i]);
    run->cpus = calloc(plan->cell_count, sizeof(*run->cpus));
    run->preflights = calloc(plan->cell_count, sizeof(*run->preflights));
    if (!run->cpus || !run->preflights)
        return no_memory(ret_failure);
    if (preflight_limits(plan, ret_failure) < 0 || cpu_split_make(&run->split, run->needs_server, ret_failure) < 0)
        return -1;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *cell = &plan->cells[i];
        if (cpu_split_client(&run->split, cell->settings.cpus, run->cpus[i], ret_failure) < 0 ||
            preflight_cell(&run->preflights[i], cell, ret_failure) < 0)
            return -1;
        if (uses_server(cell) && cpu_split_overlaps(&run->split, run->cpus[i]))
            run->split.shared = true;
        if (interrupted())
            return failure_set(ret_failure, EXIT_INTERRUPTED, "interrupted before the first run");
    }
    if (plan->run.save && directories_make(plan->run.save, ret_failure) < 0)
        return -1;
    return kept_samples_init(&run->kept, plan->lane_count, (size_t)plan->run.blocks, ret_failure);
}

static int start_server(struct run *run, struct failure *ret_failure)
{
    if (origin_start(&run->origin, run->split.server[0] ? run->split.server : NULL, ret_failure) < 0)
        return -1;
    interrupt_set_server(run->origin.pid);
    preflight_warm_server(run->origin.url);
    struct origin_stats ignored;
    return origin_take_stats(&run->origin, &ignored, ret_failure);
}

static const char *server_name(const struct run *run)
{
    if (run->needs_server)
        return "iorace serve";
    for (size_t i = 0; i < run->plan->cell_count; i++)
        if (run->plan->cells[i].transfers)
            return run->plan->cells[i].settings.url ? run->plan->cells[i].settings.url : run->plan->cells[i].settings.url_file;
    return NULL;
}

/* --- one trial --- */

/* One lane and one block: the directory itself. */
static char *save_directory(const struct run *run, const struct planned_trial *trial, struct failure *ret_failure)
{
    char *path;
    const char *base = run->plan->run.save;
    int n = run->plan->trial_count == 1
                ? asprintf(&path, "%s", base)
                : asprintf(&path, "%s/%s/%s/%lld", base, trial->lane->cell->name, trial->lane->runner, (long long)trial->block);
    if (n < 0) {
        no_memory(ret_failure);
        return NULL;
    }
    if (directories_make(path, ret_failure) < 0) {
        free(path);
        return NULL;
    }
    return path;
}

/* @param home  the trial's lane, or of a search the plan's lane that it began with */
static void fill_spec(struct trial_spec *spec, const struct run *run, const struct planned_trial *trial,
                      const struct lane *home, size_t position)
{
    const struct cell *cell = trial->lane->cell;
    size_t cell_index = (size_t)(home->cell - run->plan->cells);
    *spec = (struct trial_spec){
        .run = run->file.id ? run->file.id : (char *)"dry-run",
        .cell = cell->name,
        .runner = (char *)trial->lane->runner,
        .params = cell->params,
        .sweep = cell->sweep,
        .block = trial->block,
        .position = (int64_t)position + 1,
        .seed = run->plan->run.seed,
        .settings = cell->settings, /* borrowed */
        .client_cpus = run->cpus[cell_index],
        .all_samples = run->request && run->request->all_samples,
        .progress_fd = -1,
    };
    if (uses_server(cell) && run->origin.pid) {
        spec->server_url = (char *)run->origin.url;
        spec->server_pid = run->origin.pid;
    }
    if (run->preflights) {
        spec->resolve = run->preflights[cell_index].resolve;
        spec->expect = run->preflights[cell_index].expect;
    }
}

/* No trial can take longer: every wait of a job, and of a worker that opens its connections, has a limit. */
static double hang_limit_s(const struct lane *lane)
{
    const struct settings *settings = &lane->cell->settings;
    bool one_by_one = plan_waits_one_after_another(lane);
    double workers = one_by_one ? 1 : (double)settings->concurrency;
    double warmups = one_by_one ? (double)settings->concurrency : 1;
    double rounds = (double)settings->jobs / workers + warmups;
    double limit_s = 60 + 10 * plan_estimate_trial_s(lane);
    return lane->cell->transfers ? limit_s + rounds * (double)settings->timeout_ms / 1000 : limit_s;
}

static bool out_of_time(const struct run *run)
{
    int64_t limit_s = run->plan->run.max_time_s;
    return limit_s > 0 && rt_now_ns() - run->begin_ns > limit_s * RT_NS_PER_S;
}

static bool watch_trial(void *context, int64_t jobs_done)
{
    struct run *run = context;
    progress_show(&run->progress, jobs_done);
    return interrupted() || out_of_time(run);
}

static bool is_failed(const json_t *line)
{
    const char *state = json_string_value(json_object_get(line, "state"));
    return state && strcmp(state, "failed") == 0;
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

/* What the test server says of itself, and what that means for the trial. */
static void note_server(struct run *run, const struct cell *cell, json_t *line)
{
    struct origin_stats stats;
    struct failure why = { 0 };
    if (!origin_alive(&run->origin)) {
        fail_line(line, "the test server died");
        return;
    }
    if (origin_take_stats(&run->origin, &stats, &why) < 0) {
        /* Jobs that failed may have done so for the same reason, and say more about it. */
        if (!is_failed(line))
            fail_line(line, why.text);
        return;
    }
    json_object_set_new(line, "server",
                        json_pack("{s:I, s:I, s:o, s:o, s:o}", "requests", (json_int_t)stats.requests, "warmup_requests",
                                  (json_int_t)stats.warmup_requests, "late_p50_us", microseconds(stats.late_p50_ns), "late_p99_us",
                                  microseconds(stats.late_p99_ns), "late_max_us", microseconds(stats.late_max_ns)));
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

/* What others had of the CPUs meanwhile. A server of somebody else's on this machine is among them, and is no disturbance:
 * it is what the jobs are for. */
static void note_others(const struct others_watch *watch, const struct cell *cell, json_t *line)
{
    double user_s = json_number_value(json_object_get(line, "proc_user_s"));
    double sys_s = json_number_value(json_object_get(line, "proc_sys_s"));
    struct other_cpu others = others_end(watch, user_s + sys_s);
    if (isfinite(others.share))
        json_object_set_new(line, "other_cpu_share", json_real(others.share));
    if (others.disturbed && (uses_server(cell) || !cell->transfers))
        trial_flag_add(line, "disturbed");
}

/* That jobs fail at a rate that is too high is what a search is after. */
static bool is_probe(const struct cell *cell)
{
    return cell->find && cell->settings.rate > KNEE_FIRST_RATE;
}

static void note_failures(struct run *run, const struct cell *cell, const json_t *line)
{
    if (is_probe(cell))
        return;
    if (!is_failed(line))
        return;
    run->result.jobs_failed = true;
    size_t i;
    json_t *failure;
    json_array_foreach(json_object_get(line, "failures"), i, failure)
    {
        const char *class = json_string_value(json_object_get(failure, "class"));
        if (class && strcmp(class, "local_limit") == 0)
            run->result.local_limit = true;
    }
}

/* Saved files must not be written out while the next trial is measured. */
static void settle_files(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    syncfs(fd);
    close(fd);
}

/* What a search wants to know. */
static void tell_search(struct search_outcome *ret_outcome, const struct trial_outcome *outcome)
{
    const char *state = json_string_value(json_object_get(outcome->line, "state"));
    const char *flags = json_string_value(json_object_get(outcome->line, "flags"));
    const json_t *response = json_object_get(outcome->line, "response_p99_ms");
    ret_outcome->stopped = outcome->interrupted;
    ret_outcome->piled_up = !state || strcmp(state, "ok") != 0 || (flags && trial_has_flag(flags, "saturated"));
    ret_outcome->response_p99_ms = json_is_number(response) ? json_number_value(response) : NAN;
}

/* @param home         as fill_spec's
 * @param ret_outcome  NULL: no search wants to know */
static int run_trial(struct run *run, const struct planned_trial *trial, const struct lane *home,
                     struct search_outcome *ret_outcome, struct failure *ret_failure)
{
    bool with_server = uses_server(trial->lane->cell);
    if (with_server && !origin_alive(&run->origin) && start_server(run, ret_failure) < 0)
        return -1;
    struct trial_spec spec;
    fill_spec(&spec, run, trial, home, run->result.trials);
    if (run->plan->run.save && trial->lane->cell->transfers &&
        !(spec.save_dir = save_directory(run, trial, ret_failure)))
        return -1;

    struct trial_outcome outcome = { 0 };
    struct others_watch others;
    others_begin(&others, spec.client_cpus, with_server ? run->split.server : "", with_server ? run->origin.pid : 0);
    int error = trial_process_run(&outcome, &spec, hang_limit_s(trial->lane), watch_trial, run, ret_failure);
    if (!error && !outcome.interrupted) {
        note_others(&others, trial->lane->cell, outcome.line);
        if (with_server)
            note_server(run, trial->lane->cell, outcome.line);
        note_failures(run, trial->lane->cell, outcome.line);
        double wall_s = json_number_value(json_object_get(outcome.line, "wall_s"));
        error = run_file_append(&run->file, json_incref(outcome.line), ret_failure);
        if (!trial->lane->cell->find) {
            kept_samples_add(&run->kept, (size_t)(home - run->plan->lanes), wall_s, outcome.samples);
            outcome.samples = NULL;
        }
        if (!error)
            run->result.trials++;
    }
    if (!error && spec.save_dir)
        settle_files(spec.save_dir);
    free(spec.save_dir);
    if (!error && ret_outcome)
        tell_search(ret_outcome, &outcome);
    trial_outcome_finish(&outcome);
    return error;
}

static int run_trials(struct run *run, struct failure *ret_failure)
{
    for (size_t i = 0; i < run->plan->trial_count; i++) {
        run->result.out_of_time = out_of_time(run);
        if (interrupted() || run->result.out_of_time)
            return 0;
        progress_show(&run->progress, 0);
        const struct planned_trial *trial = &run->plan->trials[i];
        if (run_trial(run, trial, trial->lane, NULL, ret_failure) < 0)
            return interrupted() ? 0 : -1;
        progress_next(&run->progress);
        bool first_block_done = i + 1 < run->plan->trial_count && run->plan->trials[i + 1].block == 2 && run->plan->trials[i].block == 1;
        if (first_block_done && run->progress.on) {
            progress_clear(&run->progress);
            preview_print(run->plan, &run->kept, progress_width(), stderr);
        }
    }
    return 0;
}

static int run_search_trial(void *context, const struct search_trial *wanted, struct search_outcome *ret_outcome,
                            struct failure *ret_failure)
{
    struct run *run = context;
    const char *cpus = run->cpus[wanted->home->cell - run->plan->cells];
    ret_outcome->stopped = true;
    run->result.out_of_time = out_of_time(run);
    if (interrupted() || run->result.out_of_time)
        return 0;
    if (wanted->is_new &&
        run_file_append(&run->file, run_lane_line(wanted->trial.lane, cpus), ret_failure) < 0)
        return -1;
    progress_search(&run->progress, &wanted->trial);
    int error = run_trial(run, &wanted->trial, wanted->home, ret_outcome, ret_failure);
    run->result.out_of_time = ret_outcome->stopped && out_of_time(run);
    progress_search(&run->progress, NULL);
    return error && !interrupted() ? -1 : 0;
}

/* --- the whole --- */

static int write_begin(struct run *run, struct failure *ret_failure)
{
    json_t *env = run_env_line(run->plan, &run->split, server_name(run));
    if (!env)
        return no_memory(ret_failure);
    if (run_file_append(&run->file, run_line(run->request, &run->file, run->cpus), ret_failure) < 0) {
        json_decref(env);
        return -1;
    }
    return run_file_append(&run->file, env, ret_failure);
}

static int write_end(struct run *run, const struct load_now *before, struct failure *ret_failure)
{
    if (kept_samples_write(&run->kept, &run->file, ret_failure) < 0)
        return -1;
    bool partial = run->result.interrupted || run->result.out_of_time ||
                   run->result.trials < run->plan->trial_count + run->plan->search_count;
    json_t *line = run_summary_line(&run->file, &run->result, partial, before, ret_failure);
    return line ? run_file_append(&run->file, line, ret_failure) : -1;
}

static void finish(struct run *run)
{
    progress_end(&run->progress);
    interrupt_set_server(0);
    origin_stop(&run->origin);
    run_file_close(&run->file);
    kept_samples_finish(&run->kept);
    for (size_t i = 0; run->preflights && i < run->plan->cell_count; i++)
        preflight_finish(&run->preflights[i]);
    free(run->preflights);
    free(run->cpus);
}

int run_execute(struct run_result *ret_result, const struct run_request *request, struct failure *ret_failure)
{
    struct run run = { .request = request, .plan = request->plan, .file = { .fd = -1 }, .begin_ns = rt_now_ns() };
    struct load_now before;
    load_read(&before);
    interrupt_watch();
    int error = prepare(&run, ret_failure);
    if (!error && run.needs_server)
        error = start_server(&run, ret_failure);
    if (!error)
        error = run_file_open(&run.file, request->out, run.plan->scenario, ret_failure);
    if (!error) {
        error = write_begin(&run, ret_failure);
        if (!error) {
            progress_begin(&run.progress, run.plan, request->show_progress);
            error = run_trials(&run, ret_failure);
            if (!error && !run.result.out_of_time)
                error = search_all(run.plan, run_search_trial, &run, ret_failure);
            progress_end(&run.progress);
            run.result.interrupted = interrupted();
            /* After a failed write another may still succeed, and says what is there. */
            struct failure second = { 0 };
            if (write_end(&run, &before, error ? &second : ret_failure) < 0)
                error = -1;
        }
        run.result.dir = strdup(run.file.dir);
        if (!error && !run.result.dir)
            error = no_memory(ret_failure);
    }
    finish(&run);
    if (error)
        free(run.result.dir);
    else
        *ret_result = run.result;
    return error;
}

static int print_spec(const struct run *run, const struct planned_trial *trial, size_t position, FILE *out,
                      struct failure *ret_failure)
{
    struct trial_spec spec;
    fill_spec(&spec, run, trial, trial->lane, position);
    json_t *object = trial_spec_to_json(&spec);
    bool printed = object && json_dumpf(object, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF;
    json_decref(object);
    return printed ? 0 : failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot print the specs");
}

int run_print_specs(const struct plan *plan, FILE *out, struct failure *ret_failure)
{
    struct run run = { .plan = plan };
    int error = prepare(&run, ret_failure);
    for (size_t i = 0; !error && i < plan->trial_count; i++)
        error = print_spec(&run, &plan->trials[i], i, out, ret_failure);
    for (size_t i = 0; !error && i < plan->lane_count; i++)
        if (plan->lanes[i].cell->find)
            error = print_spec(&run, &(struct planned_trial){ &plan->lanes[i], 1 }, plan->trial_count, out, ret_failure);
    finish(&run);
    return error;
}
