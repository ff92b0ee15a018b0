#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../cpus.h"
#include "../workloads/workload.h"
#include "cells.h"
#include "knee.h"
#include "params.h"
#include "said.h"

enum { MOST_AXES = 8, NAME_SIZE = 400, PLAIN_JOBS = 100, PLAIN_SECONDS = 5, STEP_SECONDS = 2, MOST_JOBS = 100000000 };

/* What a bare `--workload sleep` does: sleeping for no time at all would measure nothing that anybody asked for. */
static const char plain_workload[] = "sleep", transfer_workload[] = "download", plain_delay_ms[] = "20",
                  idle_workload[] = "null";

/* A key with several values. */
struct axis {
    const struct setting_key *key;
    struct setting_values values;
    size_t at;
};

/* A section on its way to cells. */
struct making {
    const struct cell_source *source;
    struct cell_list *list;
    struct said_table said;
    struct settings base; /* what all its points share */
    bool transfers, idle;
    struct axis axes[MOST_AXES];
    size_t axis_count;
    char *concurrent; /* of the runners: those that take a number of workers, */
    char *single;     /* and those that do not; "" if none */
    struct failure *failure;
};

static int no_memory(struct making *making)
{
    return failure_set(making->failure, EXIT_LOCAL_LIMIT, "out of memory for the plan");
}

void cell_finish(struct cell *cell)
{
    settings_finish(&cell->settings);
    free(cell->name);
    free(cell->sweep);
    free(cell->params);
    *cell = (struct cell){0};
}

void cell_list_finish(struct cell_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cell_finish(&list->cells[i]);
    free(list->cells);
    *list = (struct cell_list){0};
}

static const char *section_name(const struct making *making)
{
    return making->source->section ? making->source->section->name : making->base.workload;
}

static const char *where_of(struct making *making, const char *key, char buffer[WHERE_SIZE])
{
    return said_where(&making->said, setting_find(key), buffer);
}

/* --- the part that all points share --- */

static int choose_workload(struct making *making)
{
    static const char *const of_transfers[] = {"url", "url-file", "body-bytes"};
    const struct said *said = said_of(&making->said, "workload");
    const char *name = said->value ? said->value : plain_workload;
    for (size_t i = 0; !said->value && i < 3; i++)
        if (said_of(&making->said, of_transfers[i])->place)
            name = transfer_workload;
    char where[WHERE_SIZE];
    if (setting_parse(&making->base, setting_find("workload"), name, where_of(making, "workload", where),
                      making->failure))
        return -1;
    making->transfers = workload_find(name)->transfers;
    making->idle = strcmp(name, idle_workload) == 0;
    if (!making->transfers) { /* of the whole run; this cell has nothing to save */
        free(making->base.save);
        making->base.save = NULL;
    }
    return said_settle(&making->said, making->transfers, making->idle, making->failure);
}

static int parse_base(struct making *making)
{
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        const struct said *said = said_of_key(&making->said, key);
        if (!said->place)
            continue;
        char where[WHERE_SIZE];
        said_where(&making->said, key, where);
        struct setting_values values;
        if (setting_values(&values, key, said->value, where, making->failure))
            return -1;
        if (values.count > 1) {
            making->axes[making->axis_count++] = (struct axis){.key = key, .values = values};
            continue;
        }
        int result = setting_parse(&making->base, key, values.texts[0], where, making->failure);
        setting_values_finish(&values);
        if (result)
            return -1;
    }
    return 0;
}

static int fill_in(struct making *making, const char *key, const char *text)
{
    if (said_of(&making->said, key)->place)
        return 0;
    return setting_parse(&making->base, setting_find(key), text, key, making->failure);
}

static int complete_base(struct making *making)
{
    if (making->base.data_file && fill_in(making, "method", "POST"))
        return -1;
    if (strcmp(making->base.workload, plain_workload) == 0 && fill_in(making, "delay-ms", plain_delay_ms))
        return -1;
    return 0;
}

static int check_file(struct making *making, const char *key, const char *path)
{
    struct stat status;
    char where[WHERE_SIZE];
    if (!path)
        return 0;
    int error = stat(path, &status) || access(path, R_OK) ? errno : 0;
    if (error)
        return failure_set(making->failure, EXIT_USAGE, "%s: %s cannot be read: %s", where_of(making, key, where), path,
                           strerror(error));
    if (!S_ISREG(status.st_mode))
        return failure_set(making->failure, EXIT_USAGE,
                           "%s: %s is no regular file; every trial reads it anew, so only such a file is accepted",
                           where_of(making, key, where), path);
    return 0;
}

static int check_cpus(struct making *making)
{
    const char *list = making->base.cpus;
    if (!list || strcmp(list, "one") == 0 || strcmp(list, "all") == 0)
        return 0;
    cpu_set_t set;
    struct failure cause;
    char where[WHERE_SIZE];
    if (cpus_parse(list, &set, &cause))
        return failure_set(making->failure, cause.status, "%s: %s", where_of(making, "cpus", where), cause.text);
    return 0;
}

static int split_runners(struct making *making)
{
    size_t size = strlen(making->base.runner) + 1;
    char *names = strdup(making->base.runner), *rest = names;
    making->concurrent = calloc(1, size);
    making->single = calloc(1, size);
    if (!names || !making->concurrent || !making->single) {
        free(names);
        return no_memory(making);
    }
    for (char *name; (name = strsep(&rest, ","));) {
        char *to = runner_find(name)->concurrent ? making->concurrent : making->single;
        strcat(strcat(to, to[0] ? "," : ""), name);
    }
    free(names);
    return 0;
}

static int make_base(struct making *making)
{
    if (choose_workload(making) || parse_base(making) || complete_base(making))
        return -1;
    if (making->base.min_cpus > making->source->cpu_count)
        return 0; /* left out: what it names need not be here */
    if (check_cpus(making) || check_file(making, "url-file", making->base.url_file) ||
        check_file(making, "data-file", making->base.data_file) || check_file(making, "cacert", making->base.cacert))
        return -1;
    return split_runners(making);
}

/* --- one point --- */

/* Of an open loop: as many as arrive in its time. */
static int jobs_of_rate(struct making *making, struct settings *settings)
{
    char where[WHERE_SIZE];
    const char *blamed = settings->duration_s ? "duration-s" : "rate";
    settings->jobs = settings->rate * (settings->duration_s ? settings->duration_s : PLAIN_SECONDS);
    if (settings->jobs > MOST_JOBS)
        return failure_set(making->failure, EXIT_USAGE,
                           "%s: %lld jobs a second for %lld s make %lld jobs; at most %d are accepted",
                           where_of(making, blamed, where), (long long)settings->rate,
                           (long long)(settings->jobs / settings->rate), (long long)settings->jobs, MOST_JOBS);
    return 0;
}

static int resolve_jobs(struct making *making, struct settings *settings)
{
    char where[WHERE_SIZE];
    struct delay_totals totals;
    if (settings->jobs || settings->rate == RATE_FIND)
        return 0;
    if (settings->duration_s)
        return jobs_of_rate(making, settings);
    if (settings->jobs_per_worker) {
        settings->jobs = settings->jobs_per_worker * settings->concurrency;
        if (settings->jobs > MOST_JOBS)
            return failure_set(making->failure, EXIT_USAGE,
                               "%s: with concurrency %lld that makes %lld jobs; at most %d are accepted",
                               where_of(making, "jobs-per-worker", where), (long long)settings->concurrency,
                               (long long)settings->jobs, MOST_JOBS);
        return 0;
    }
    if (delay_list_measure(&totals, settings->delay_ms, where_of(making, "delay-ms", where), making->failure))
        return -1;
    settings->jobs = totals.is_list ? totals.count : PLAIN_JOBS;
    if (settings->url_file)
        return targets_count(making->source->targets, settings->url_file, &settings->jobs, making->failure);
    return settings->rate && !totals.is_list ? jobs_of_rate(making, settings) : 0;
}

/* Of a search's cell: the rate, and what follows from it. */
static int set_rate(struct cell *cell, int64_t rate, struct failure *ret_failure)
{
    cell->settings.rate = rate;
    cell->settings.jobs = knee_step_jobs(rate, cell->settings.duration_s);
    free(cell->name);
    free(cell->params);
    if (asprintf(&cell->name, "%s/rate=%lld", cell->sweep, (long long)rate) < 0)
        cell->name = NULL;
    cell->params = params_text(&cell->settings);
    if (!cell->name || !cell->params)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the plan");
    return 0;
}

int cell_at_rate(struct cell *ret_cell, const struct cell *first, int64_t rate, struct failure *ret_failure)
{
    struct cell cell = {
        .transfers = first->transfers, .idle = first->idle, .without_workers = first->without_workers, .find = true};
    if (settings_copy(&cell.settings, &first->settings, ret_failure))
        return -1;
    cell.sweep = strdup(first->sweep);
    if (!cell.sweep || set_rate(&cell, rate, ret_failure)) {
        cell_finish(&cell);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the plan");
    }
    *ret_cell = cell;
    return 0;
}

/* The points of a search differ in nothing but the rate, so that they are of one sweep whatever else is swept. */
static int begin_search(struct making *making, struct cell *cell)
{
    free(cell->sweep);
    cell->sweep = cell->name;
    cell->name = NULL;
    cell->find = true;
    if (!cell->settings.duration_s)
        cell->settings.duration_s = STEP_SECONDS;
    return set_rate(cell, KNEE_FIRST_RATE, making->failure);
}

static int check_targets(struct making *making, const struct settings *settings, bool without_workers)
{
    char where[WHERE_SIZE];
    int64_t at_once = without_workers || !making->concurrent[0] ? 1 : settings->concurrency;
    return targets_check(making->source->targets, settings, at_once,
                         where_of(making, settings->url ? "url" : "url-file", where), making->failure);
}

/* "sweep/body-bytes=10/concurrency=30", with or without the concurrency. */
static void write_name(const struct making *making, bool with_concurrency, char name[NAME_SIZE])
{
    size_t used = (size_t)snprintf(name, NAME_SIZE, "%s", section_name(making));
    for (size_t i = 0; i < making->axis_count; i++) {
        const struct axis *axis = &making->axes[i];
        if (with_concurrency || strcmp(axis->key->name, "concurrency") != 0)
            used += (size_t)snprintf(name + used, NAME_SIZE - used, "/%s=%s", axis->key->name,
                                     axis->values.texts[axis->at]);
    }
}

static bool sweeps_concurrency(const struct making *making)
{
    for (size_t i = 0; i < making->axis_count; i++)
        if (strcmp(making->axes[i].key->name, "concurrency") == 0)
            return true;
    return false;
}

static int fill_point(struct making *making, struct cell *cell, const char *runner_list)
{
    char where[WHERE_SIZE], name[NAME_SIZE];
    if (settings_copy(&cell->settings, &making->base, making->failure))
        return -1;
    for (size_t i = 0; i < making->axis_count; i++) {
        const struct axis *axis = &making->axes[i];
        if (setting_parse(&cell->settings, axis->key, axis->values.texts[axis->at],
                          said_where(&making->said, axis->key, where), making->failure))
            return -1;
    }
    if (cell->without_workers)
        cell->settings.concurrency = 1;
    if (setting_parse(&cell->settings, setting_find("runner"), runner_list, "runner", making->failure))
        return -1;
    if (resolve_jobs(making, &cell->settings) || check_targets(making, &cell->settings, cell->without_workers))
        return -1;

    write_name(making, !cell->without_workers, name);
    cell->name = strdup(name);
    if (making->axis_count > 0) {
        if (sweeps_concurrency(making))
            write_name(making, false, name);
        cell->sweep = strdup(sweeps_concurrency(making) ? name : section_name(making));
    }
    cell->params = params_text(&cell->settings);
    if (!cell->name || !cell->params || (making->axis_count > 0 && !cell->sweep))
        return no_memory(making);
    return cell->settings.rate == RATE_FIND ? begin_search(making, cell) : 0;
}

static int add_point(struct making *making, const char *runner_list, bool without_workers)
{
    struct cell_list *list = making->list;
    if (list->count == MOST_CELLS_OF_PLAN)
        return failure_set(making->failure, EXIT_USAGE, "%s: the lists make more than %d cells", section_name(making),
                           MOST_CELLS_OF_PLAN);
    struct cell *grown = reallocarray(list->cells, list->count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(making);
    list->cells = grown;
    struct cell cell = {.without_workers = without_workers, .transfers = making->transfers, .idle = making->idle};
    if (fill_point(making, &cell, runner_list)) {
        cell_finish(&cell);
        return -1;
    }
    grown[list->count++] = cell;
    return 0;
}

/* --- all points --- */

/* Turn to the next point, the last key fastest. Returns false when all have been. `skip_concurrency`: that key stands
 * still. */
static bool next_point(struct making *making, bool skip_concurrency)
{
    for (size_t i = making->axis_count; i-- > 0;) {
        struct axis *axis = &making->axes[i];
        if (skip_concurrency && strcmp(axis->key->name, "concurrency") == 0)
            continue;
        if (++axis->at < axis->values.count)
            return true;
        axis->at = 0;
    }
    return false;
}

static int add_points(struct making *making, const char *runner_list, bool without_workers)
{
    do {
        if (add_point(making, runner_list, without_workers))
            return -1;
    } while (next_point(making, without_workers));
    return 0;
}

static int add_all(struct making *making)
{
    if (!sweeps_concurrency(making))
        return add_points(making, making->base.runner, false);
    /* One worker is one worker at every point of the sweep: measured once, for all. */
    if (making->single[0] && add_points(making, making->single, true))
        return -1;
    return making->concurrent[0] ? add_points(making, making->concurrent, false) : 0;
}

int cells_add(struct cell_list *list, const struct cell_source *source, int64_t *ret_needed_cpus,
              struct failure *ret_failure)
{
    struct making making = {.source = source, .list = list, .failure = ret_failure};
    *ret_needed_cpus = 0;
    if (settings_copy(&making.base, source->run, ret_failure))
        return -1;
    said_collect(&making.said, source);
    int result = make_base(&making);
    if (result == 0 && making.base.min_cpus > source->cpu_count)
        *ret_needed_cpus = making.base.min_cpus;
    else if (result == 0)
        result = add_all(&making);
    for (size_t i = 0; i < making.axis_count; i++)
        setting_values_finish(&making.axes[i].values);
    settings_finish(&making.base);
    free(making.concurrent);
    free(making.single);
    return result;
}
