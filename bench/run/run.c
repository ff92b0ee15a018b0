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
#include "preview.h"
#include "progress.h"
#include "run_lines.h"
#include "search.h"
#include "stage.h"
#include "trial_process.h"
#include "../directories.h"
#include "../plan/knee.h"
#include "../stored/trial_index.h"

struct run {
    const struct run_request *request;
    const struct plan *plan;
    struct run_result result;
    struct run_file file;
    struct stage stage;
    bool needs_server;
    struct origin origin;
    struct kept_samples kept;
    struct progress progress;
    const struct planned_trial *search; /* its trial that runs; NULL: a planned one does */
    int64_t begin_ns;
};

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

/* --- before the first trial --- */

static int prepare(struct run *run, struct failure *ret_failure)
{
    const struct plan *plan = run->plan;
    run->needs_server = plan_uses_server(plan);
    if (stage_prepare(&run->stage, plan, run->needs_server, true, ret_failure) < 0)
        return -1;
    if (plan->run.save && directories_make(plan->run.save, ret_failure) < 0)
        return -1;
    return kept_samples_init(&run->kept, plan->lane_count, (size_t)plan->run.blocks, ret_failure);
}

/* --- one trial --- */

/* One lane and one block: the directory itself. */
static char *save_directory(const struct run *run, const struct planned_trial *trial, struct failure *ret_failure)
{
    char *path;
    const char *base = run->plan->run.save;
    int n = run->plan->trial_count == 1 ? asprintf(&path, "%s", base)
                                        : asprintf(&path, "%s/%s/%s/%lld", base, trial->lane->cell->name,
                                                   trial->lane->runner, (long long)trial->block);
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
    stage_fill_spec(spec, &run->stage, trial->lane, home, trial->block, &run->origin);
    spec->run = run->file.id ? run->file.id : (char *)"dry-run";
    spec->position = (int64_t)position + 1;
    spec->all_samples = run->request && run->request->all_samples;
}

static bool out_of_time(const struct run *run)
{
    int64_t limit_s = run->plan->run.max_time_s;
    return limit_s > 0 && rt_now_ns() - run->begin_ns > limit_s * RT_NS_PER_S;
}

static void show_progress(struct run *run, int64_t jobs_done)
{
    const struct plan *plan = run->plan;
    if (!progress_is_due(&run->progress) || (!run->search && run->progress.trial >= plan->trial_count))
        return;
    const struct planned_trial *trial = run->search ? run->search : &plan->trials[run->progress.trial];
    const struct cell *cell = trial->lane->cell;
    if (run->search)
        progress_say(&run->progress, "[search] %s under %s, attempt %lld  %lld/%lld jobs", cell->name,
                     trial->lane->runner, (long long)trial->block, (long long)jobs_done,
                     (long long)cell->settings.jobs);
    else
        progress_show(&run->progress, "block %lld of %lld  %s under %s  %lld/%lld jobs", (long long)trial->block,
                      (long long)plan->run.blocks, cell->name, trial->lane->runner, (long long)jobs_done,
                      (long long)cell->settings.jobs);
}

static bool watch_trial(void *context, int64_t jobs_done)
{
    struct run *run = context;
    show_progress(run, jobs_done);
    return interrupted() || out_of_time(run);
}

/* That jobs fail at a rate that is too high is what a search is after. */
static bool is_probe(const struct cell *cell)
{
    return cell->find && cell->settings.rate > KNEE_FIRST_RATE;
}

static void note_failures(struct run *run, const struct cell *cell, const json_t *line)
{
    if (is_probe(cell) || !trial_line_failed(line))
        return;
    run->result.jobs_failed = true;
    run->result.local_limit |= trial_line_hit_limit(line);
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
    bool with_server = cell_uses_server(trial->lane->cell);
    if (with_server && stage_start_server(&run->stage, &run->origin, ret_failure) < 0)
        return -1;
    struct trial_spec spec;
    fill_spec(&spec, run, trial, home, run->result.trials);
    if (run->plan->run.save && trial->lane->cell->transfers &&
        !(spec.save_dir = save_directory(run, trial, ret_failure)))
        return -1;

    struct trial_outcome outcome = {0};
    struct others_watch others;
    others_begin(&others, spec.client_cpus, with_server ? run->stage.split.server : "",
                 with_server ? run->origin.pid : 0);
    int error =
        trial_process_run(&outcome, &spec, NULL, stage_hang_limit_s(trial->lane), watch_trial, run, ret_failure);
    if (!error && !outcome.interrupted) {
        stage_note_others(&others, trial->lane->cell, outcome.line);
        if (with_server)
            stage_note_server(&run->origin, trial->lane->cell, outcome.line);
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
        show_progress(run, 0);
        const struct planned_trial *trial = &run->plan->trials[i];
        if (run_trial(run, trial, trial->lane, NULL, ret_failure) < 0)
            return interrupted() ? 0 : -1;
        progress_next(&run->progress, plan_estimate_trial_s(run->plan->trials[i].lane));
        bool first_block_done =
            i + 1 < run->plan->trial_count && run->plan->trials[i + 1].block == 2 && run->plan->trials[i].block == 1;
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
    const char *cpus = run->stage.cpus[wanted->home->cell - run->plan->cells];
    ret_outcome->stopped = true;
    run->result.out_of_time = out_of_time(run);
    if (interrupted() || run->result.out_of_time)
        return 0;
    if (wanted->is_new && run_file_append(&run->file, run_lane_line(wanted->trial.lane, cpus), ret_failure) < 0)
        return -1;
    run->search = &wanted->trial;
    int error = run_trial(run, &wanted->trial, wanted->home, ret_outcome, ret_failure);
    run->result.out_of_time = ret_outcome->stopped && out_of_time(run);
    run->search = NULL;
    return error && !interrupted() ? -1 : 0;
}

/* --- the whole --- */

static int write_begin(struct run *run, struct failure *ret_failure)
{
    json_t *env = run_env_line(run->plan, &run->stage.split, plan_server_name(run->plan));
    if (!env)
        return no_memory(ret_failure);
    if (run_file_append(&run->file, run_line(run->request, &run->file, run->stage.cpus), ret_failure) < 0) {
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
    stage_finish(&run->stage);
}

int run_execute(struct run_result *ret_result, const struct run_request *request, struct failure *ret_failure)
{
    struct run run = {.request = request, .plan = request->plan, .file = {.fd = -1}, .begin_ns = rt_now_ns()};
    struct load_now before;
    load_read(&before);
    interrupt_watch();
    int error = prepare(&run, ret_failure);
    if (!error && run.needs_server)
        error = stage_start_server(&run.stage, &run.origin, ret_failure);
    if (!error)
        error = run_file_open(&run.file, "run.ndjson", request->out, run.plan->scenario, ret_failure);
    if (!error) {
        error = write_begin(&run, ret_failure);
        if (!error) {
            progress_begin(&run.progress, run.plan->trial_count, plan_estimate_s(run.plan), request->show_progress);
            error = run_trials(&run, ret_failure);
            if (!error && !run.result.out_of_time)
                error = search_all(run.plan, run_search_trial, &run, ret_failure);
            progress_end(&run.progress);
            run.result.interrupted = interrupted();
            /* After a failed write another may still succeed, and says what is there. */
            struct failure second = {0};
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
    struct run run = {.plan = plan};
    int error = prepare(&run, ret_failure);
    for (size_t i = 0; !error && i < plan->trial_count; i++)
        error = print_spec(&run, &plan->trials[i], i, out, ret_failure);
    for (size_t i = 0; !error && i < plan->lane_count; i++)
        if (plan->lanes[i].cell->find)
            error = print_spec(&run, &(struct planned_trial){&plan->lanes[i], 1}, plan->trial_count, out, ret_failure);
    finish(&run);
    return error;
}
