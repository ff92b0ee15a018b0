#include <stdlib.h>
#include <string.h>
#include "../cpus.h"
#include "../runners.h"
#include "cells.h"
#include "knee.h"
#include "order.h"
#include "plan.h"
#include "scenario.h"

enum { MOST_TRIALS = 1000000, QUICK_BLOCKS = 6, INTERVAL_BLOCKS = 6 };

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the plan");
}

/* --- settings of the whole run --- */

static int take_run_section(struct settings *run, const struct scenario *scenario, struct failure *ret_failure)
{
    for (size_t i = 0; i < scenario->run.entry_count; i++) {
        const struct scenario_entry *entry = &scenario->run.entries[i];
        char where[512];
        snprintf(where, sizeof(where), "%.400s:%d: %s", scenario->path, entry->line, entry->key->name);
        if (entry->key->scope == SETTING_RUN && setting_parse(run, entry->key, entry->value, where, ret_failure))
            return -1;
    }
    return 0;
}

static int take_run_options(struct settings *run, const struct plan_override *overrides, size_t count, bool quick,
                            struct failure *ret_failure)
{
    if (quick)
        run->blocks = QUICK_BLOCKS;
    for (size_t i = 0; i < count; i++) {
        char where[64];
        snprintf(where, sizeof(where), "--%s", overrides[i].key->name);
        if (overrides[i].key->scope == SETTING_RUN &&
            setting_parse(run, overrides[i].key, overrides[i].value, where, ret_failure))
            return -1;
    }
    return 0;
}

/* --- cells --- */

static int add_section(struct plan *plan, struct cell_list *list, const struct cell_source *source,
                       struct failure *ret_failure)
{
    int64_t needed;
    if (cells_add(list, source, &needed, ret_failure))
        return -1;
    if (!needed)
        return 0;
    return notes_add(&plan->left_out, ret_failure, "%s is left out: it needs %lld CPUs, here are %lld.",
                     source->section ? source->section->name : "the cell", (long long)needed,
                     (long long)source->cpu_count);
}

static int make_cells(struct plan *plan, struct cell_source *source, struct failure *ret_failure)
{
    struct cell_list list = {0};
    int result = 0;
    if (!source->scenario)
        result = add_section(plan, &list, source, ret_failure);
    for (size_t i = 0; source->scenario && result == 0 && i < source->scenario->cell_count; i++) {
        source->section = &source->scenario->cells[i];
        result = add_section(plan, &list, source, ret_failure);
    }
    /* Also on failure: plan_finish frees them. */
    plan->cells = list.cells;
    plan->cell_count = list.count;
    if (result == 0 && list.count == 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "%s: nothing to run; %s", plan->scenario,
                           plan->left_out.texts[0]);
    return result;
}

/* An option that no cell can use is a mistake, not a wish to be passed over. */
static int check_options_used(const struct plan *plan, const struct cell_source *source, struct failure *ret_failure)
{
    bool transfers = false, busy = false, rates = false, counted = false;
    for (size_t i = 0; i < plan->cell_count; i++) {
        transfers = transfers || plan->cells[i].transfers;
        busy = busy || !plan->cells[i].idle;
        rates = rates || plan->cells[i].settings.rate;
        counted = counted || !plan->cells[i].find;
    }
    for (size_t i = 0; i < source->override_count; i++) {
        const struct setting_key *key = source->overrides[i].key;
        if (key->transfers_only && !transfers)
            return failure_set(
                ret_failure, EXIT_USAGE,
                "--%s: means nothing here, since no cell makes requests; leave it out, or say --workload "
                "download",
                key->name);
        if (key->busy_only && !busy)
            return failure_set(ret_failure, EXIT_USAGE,
                               "--%s: means nothing here, since no cell's jobs do anything; leave it out, or say "
                               "--workload sleep",
                               key->name);
        if (key->open_loop_only && !rates)
            return failure_set(ret_failure, EXIT_USAGE,
                               "--%s: means nothing here, since no cell has a rate; leave it out, or say --rate",
                               key->name);
        if (strncmp(key->name, "jobs", 4) == 0 && !counted)
            return failure_set(
                ret_failure, EXIT_USAGE,
                "--%s: means nothing to a search, whose steps are as long as --duration-s says; leave it out",
                key->name);
    }
    return 0;
}

static int count_cpus(int64_t *ret_count, struct failure *ret_failure)
{
    cpu_set_t allowed;
    if (cpus_allowed(&allowed))
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "the CPUs of this machine cannot be counted");
    *ret_count = CPU_COUNT(&allowed);
    return 0;
}

/* --- lanes and trials --- */

static size_t count_runners(const struct cell *cell)
{
    size_t count = 1;
    for (const char *p = cell->settings.runner; *p; p++)
        count += *p == ',';
    return count;
}

static int make_lanes(struct plan *plan, struct failure *ret_failure)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        count += count_runners(&plan->cells[i]);
    plan->lanes = calloc(count, sizeof(*plan->lanes));
    if (!plan->lanes)
        return no_memory(ret_failure);
    for (size_t i = 0; i < plan->cell_count; i++) {
        char *names = strdup(plan->cells[i].settings.runner), *rest = names;
        if (!names)
            return no_memory(ret_failure);
        for (char *name; (name = strsep(&rest, ","));)
            plan->lanes[plan->lane_count++] = (struct lane){.cell = &plan->cells[i], .runner = runner_find(name)->name};
        free(names);
    }
    return 0;
}

static int make_trials(struct plan *plan, struct failure *ret_failure)
{
    size_t blocks = (size_t)plan->run.blocks;
    for (size_t i = 0; i < plan->lane_count; i++)
        plan->search_count += plan->lanes[i].cell->find;
    if (plan->lane_count * blocks > MOST_TRIALS)
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s: %zu lanes in %zu blocks make more than %d trials; fewer --blocks or shorter lists are "
                           "accepted",
                           plan->scenario, plan->lane_count, blocks, MOST_TRIALS);
    plan->trials = calloc(plan->lane_count * blocks, sizeof(*plan->trials));
    if (!plan->trials)
        return no_memory(ret_failure);
    for (size_t block = 1; block <= blocks; block++) {
        struct planned_trial *first = &plan->trials[plan->trial_count];
        for (size_t i = 0; i < plan->lane_count; i++)
            if (!plan->lanes[i].cell->find)
                plan->trials[plan->trial_count++] =
                    (struct planned_trial){.lane = &plan->lanes[i], .block = (int64_t)block};
        order_block(first, plan->lane_count - plan->search_count, plan->run.seed, (int64_t)block);
    }
    return 0;
}

/* --- what a reader should know --- */

static int note_cell(struct plan *plan, const struct cell *cell, struct failure *ret_failure)
{
    struct delay_totals totals;
    if (cell->find &&
        notes_add(&plan->notes, ret_failure, "%s: a search, of up to %d trials of about %lld s under each runner",
                  cell->sweep, KNEE_MOST_TRIALS, (long long)cell->settings.duration_s))
        return -1;
    if (!cell->transfers || delay_list_measure(&totals, cell->settings.delay_ms, "delay-ms", NULL))
        return 0;
    if (totals.count && totals.max_ms >= (double)cell->settings.timeout_ms)
        return notes_add(&plan->notes, ret_failure, "%s: jobs are delayed by %g ms and time out after %lld ms",
                         cell->name, totals.max_ms, (long long)cell->settings.timeout_ms);
    return 0;
}

static int add_notes(struct plan *plan, struct failure *ret_failure)
{
    if (plan->run.blocks < INTERVAL_BLOCKS &&
        notes_add(&plan->notes, ret_failure, "no interval can be given below %d blocks", INTERVAL_BLOCKS))
        return -1;
    bool foreign = false;
    for (size_t i = 0; i < plan->cell_count; i++) {
        foreign = foreign || plan->cells[i].settings.url || plan->cells[i].settings.url_file;
        if (note_cell(plan, &plan->cells[i], ret_failure))
            return -1;
    }
    if (foreign)
        return notes_add(&plan->notes, ret_failure,
                         "how long a server of your own takes is not known: it is missing from the expected time");
    return 0;
}

static int make(struct plan *plan, struct cell_source *source, struct failure *ret_failure)
{
    struct settings *run = &plan->run;
    if (settings_init(run))
        return no_memory(ret_failure);
    if (source->scenario && take_run_section(run, source->scenario, ret_failure))
        return -1;
    if (take_run_options(run, source->overrides, source->override_count, source->quick, ret_failure))
        return -1;
    plan->scenario = strdup(source->scenario ? source->scenario->name : "custom");
    if (source->scenario && source->scenario->title)
        plan->title = strdup(source->scenario->title);
    if (!plan->scenario || (source->scenario && source->scenario->title && !plan->title))
        return no_memory(ret_failure);
    if (count_cpus(&source->cpu_count, ret_failure) || make_cells(plan, source, ret_failure) ||
        check_options_used(plan, source, ret_failure) || make_lanes(plan, ret_failure) ||
        make_trials(plan, ret_failure))
        return -1;
    return add_notes(plan, ret_failure);
}

int plan_make(struct plan *ret_plan, const char *scenario_path, const struct plan_override *overrides,
              size_t override_count, bool quick, struct failure *ret_failure)
{
    struct scenario scenario = {0};
    if (scenario_path && scenario_read(&scenario, scenario_path, ret_failure))
        return -1;
    struct plan plan = {0};
    struct targets targets = {0};
    struct cell_source source = {
        .scenario = scenario_path ? &scenario : NULL,
        .overrides = overrides,
        .override_count = override_count,
        .quick = quick,
        .run = &plan.run,
        .targets = &targets,
    };
    int result = make(&plan, &source, ret_failure);
    targets_finish(&targets);
    scenario_finish(&scenario);
    if (result) {
        plan_finish(&plan);
        return -1;
    }
    *ret_plan = plan;
    return 0;
}

void plan_finish(struct plan *plan)
{
    struct cell_list list = {.cells = plan->cells, .count = plan->cell_count};
    cell_list_finish(&list);
    notes_finish(&plan->left_out);
    notes_finish(&plan->notes);
    free(plan->lanes);
    free(plan->trials);
    free(plan->scenario);
    free(plan->title);
    settings_finish(&plan->run);
    *plan = (struct plan){0};
}
