#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lanes.h"
#include "server_command.h"
#include "../plan/params.h"

/* Starting a commanded server and ending it, seconds: most are interpreters. */
#define COMMAND_S 0.25

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the gate");
}

const char *gate_plan_scenario(const struct gate_plan *plan)
{
    return plan->plans[SIDE_BASE].scenario;
}

/* --- what the command line says of each side --- */

static const struct plan_override *find_said(const struct plan_words *words, const char *name)
{
    const struct plan_override *found = NULL;
    for (size_t i = 0; i < words->override_count; i++)
        if (strcmp(words->overrides[i].key->name, name) == 0)
            found = &words->overrides[i]; /* the last one counts */
    return found;
}

static bool of_servers(const struct arms *arms)
{
    return arms->kind == ARMS_URLS || arms->kind == ARMS_COMMANDS;
}

struct side_words {
    struct plan_override *overrides;
    size_t count;
};

static void say(struct side_words *words, const char *name, const char *value)
{
    words->overrides[words->count++] = (struct plan_override){.key = setting_find(name), .value = value};
}

/* In the order in which later ones win: ours, the command line's, the side's. */
static int collect_words(struct side_words *ret_words, const struct gate_plan *plan, const struct plan_words *words,
                         int side, bool one_cell, struct failure *ret_failure)
{
    enum { OURS = 2 };
    const struct arms *arms = plan->arms;
    const struct arm *arm = &arms->sides[side];
    *ret_words = (struct side_words){0};
    ret_words->overrides =
        calloc(words->override_count + arm->words.override_count + OURS, sizeof(*ret_words->overrides));
    if (!ret_words->overrides)
        return no_memory(ret_failure);
    if (one_cell)
        say(ret_words, "runner", "coroutines");
    for (size_t i = 0; i < words->override_count; i++) {
        const struct plan_override *override = &words->overrides[i];
        if (arms->kind == ARMS_COMMANDS && strcmp(override->key->name, "url") == 0)
            continue;
        ret_words->overrides[ret_words->count++] = *override;
    }
    for (size_t i = 0; i < arm->words.override_count; i++)
        ret_words->overrides[ret_words->count++] = arm->words.overrides[i];
    if (arms->kind == ARMS_URLS)
        say(ret_words, "url", arm->text);
    else if (arms->kind == ARMS_COMMANDS)
        say(ret_words, "url", plan->planned_url);
    return 0;
}

static int check_words(struct gate_plan *plan, const struct plan_words *words, struct failure *ret_failure)
{
    const struct plan_override *url = find_said(words, "url");
    if (find_said(words, "save"))
        return failure_set(ret_failure, EXIT_USAGE, "--save: a gate keeps no bodies; leave it out");
    if (plan->arms->kind == ARMS_URLS && (url || find_said(words, "url-file")))
        return failure_set(ret_failure, EXIT_USAGE,
                           "--url: --base-url and --head-url say what is fetched; leave it out");
    if (plan->arms->kind != ARMS_COMMANDS)
        return 0;
    if (find_said(words, "url-file"))
        return failure_set(
            ret_failure, EXIT_USAGE,
            "--url-file: a commanded server has another port in each trial; --url with {port} is accepted");
    if (url && !strstr(url->value, "{port}"))
        return failure_set(ret_failure, EXIT_USAGE,
                           "--url: '%.200s' does not say {port}, where the server's port is put in", url->value);
    plan->url_template = strdup(url ? url->value : "http://127.0.0.1:{port}/");
    plan->planned_url = plan->url_template ? server_command_fill(plan->url_template, 1) : NULL;
    return plan->planned_url ? 0 : no_memory(ret_failure);
}

/* --- lanes --- */

/* What a person shall see, and find again in another gate: not a port. */
static int put_template(struct gate_plan *plan, int side, struct failure *ret_failure)
{
    struct plan *side_plan = &plan->plans[side];
    for (size_t i = 0; i < side_plan->cell_count; i++) {
        struct cell *cell = &side_plan->cells[i];
        if (!cell->settings.url)
            continue;
        free(cell->settings.url);
        free(cell->params);
        cell->settings.url = strdup(plan->url_template);
        cell->params = cell->settings.url ? params_text(&cell->settings) : NULL;
        if (!cell->params)
            return no_memory(ret_failure);
    }
    return 0;
}

static bool waits(const struct cell *cell)
{
    struct delay_totals totals;
    return cell->settings.delay_ms && delay_list_measure(&totals, cell->settings.delay_ms, "delay-ms", NULL) == 0 &&
           totals.max_ms > 0;
}

/* What nobody chose: waiting shows in time, work in CPU, which is steadier; of jobs that arrive at a rate the schedule
 * sets the time, and what gets worse is the response. */
static const struct metric *usual_metric(const struct cell *cell, const struct arms *arms)
{
    if (cell->settings.rate > 0)
        return metric_of_rate(cell->settings.jobs);
    return &metrics[of_servers(arms) || waits(cell) ? METRIC_WALL_S : METRIC_CPU_US_PER_JOB];
}

static int choose_metric(struct gate_lane *lane, const struct arms *arms, struct failure *ret_failure)
{
    const struct cell *cell = lane->sides[SIDE_BASE]->cell;
    const struct metric *metric = cell->settings.metric ? metric_find(cell->settings.metric) : usual_metric(cell, arms);
    lane->metric = metric;
    if (arms->kind == ARMS_URLS && metric->of_process)
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s: with URLs as arms the CPU and memory of the jobs say nothing about the servers, so %s "
                           "cannot be their metric; a time or jobs_per_s is accepted (or --base-cmd)",
                           cell->name, metric->name);
    if (metric->of_rate && cell->settings.rate <= 0)
        return failure_set(
            ret_failure, EXIT_USAGE,
            "%s: %s is of jobs that arrive at a rate (--rate); here a worker begins its next job when the "
            "last has ended, so wall_s or latency_p99_ms is accepted",
            cell->name, metric->name);
    if (cell->settings.jobs < metric->least_jobs)
        return failure_set(ret_failure, EXIT_USAGE, "%s: %s needs %lld jobs in a trial, and here are %lld", cell->name,
                           metric->name, (long long)metric->least_jobs, (long long)cell->settings.jobs);
    return 0;
}

/* With arguments as arms the runners may differ, too. */
static int name_lane(struct gate_lane *lane, struct failure *ret_failure)
{
    const char *base = lane->sides[SIDE_BASE]->runner, *head = lane->sides[SIDE_HEAD]->runner;
    const char *cell = lane->sides[SIDE_BASE]->cell->name;
    int size = 0;
    if (strcmp(base, head) != 0)
        size = asprintf(&lane->label, "%s under %s, then %s", cell, base, head);
    else if (strchr(lane->sides[SIDE_BASE]->cell->settings.runner, ','))
        size = asprintf(&lane->label, "%s under %s", cell, base);
    else
        lane->label = strdup(cell);
    return size < 0 || !lane->label ? no_memory(ret_failure) : 0;
}

static int make_lanes(struct gate_plan *plan, struct failure *ret_failure)
{
    const struct plan *base = &plan->plans[SIDE_BASE], *head = &plan->plans[SIDE_HEAD];
    bool alike = base->lane_count == head->lane_count;
    for (size_t i = 0; alike && i < base->lane_count; i++)
        alike = strcmp(base->lanes[i].cell->name, head->lanes[i].cell->name) == 0;
    if (!alike)
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s and %s make other cells; lists that make cells are accepted outside of them, or in both",
                           arms_option(plan->arms->kind, SIDE_BASE), arms_option(plan->arms->kind, SIDE_HEAD));
    plan->lanes = calloc(base->lane_count, sizeof(*plan->lanes));
    if (!plan->lanes)
        return no_memory(ret_failure);
    size_t silent = 0;
    for (size_t i = 0; i < base->lane_count; i++) {
        if (of_servers(plan->arms) && !base->lanes[i].cell->transfers) {
            silent++;
            continue;
        }
        if (base->lanes[i].cell->find || head->lanes[i].cell->find)
            return failure_set(ret_failure, EXIT_USAGE,
                               "%s: a gate does not search for the highest rate (rate = find): say a rate, such as 100",
                               base->lanes[i].cell->name);
        struct gate_lane *lane = &plan->lanes[plan->lane_count++];
        lane->sides[SIDE_BASE] = &base->lanes[i];
        lane->sides[SIDE_HEAD] = &head->lanes[i];
        lane->estimate_s = plan_estimate_trial_s(lane->sides[SIDE_BASE]);
        if (plan->arms->kind == ARMS_COMMANDS)
            lane->estimate_s += COMMAND_S;
        if (choose_metric(lane, plan->arms, ret_failure) < 0 || name_lane(lane, ret_failure) < 0)
            return -1;
    }
    if (plan->lane_count == 0)
        return failure_set(ret_failure, EXIT_USAGE, "%s: no cell makes requests, so no server can be compared by it",
                           base->scenario);
    if (silent)
        return notes_add(&plan->notes, ret_failure, "%zu cell%s without requests %s left out: servers are compared.",
                         silent, silent == 1 ? "" : "s", silent == 1 ? "is" : "are");
    return 0;
}

/* --- blocks --- */

static int choose_blocks(struct gate_plan *plan, const struct plan_words *words, double alpha,
                         struct failure *ret_failure)
{
    int64_t needed = (int64_t)gate_blocks_needed(plan->lane_count, alpha);
    int64_t said = plan->plans[SIDE_BASE].run.blocks;
    if (find_said(words, "blocks") && said < needed)
        return failure_set(
            ret_failure, EXIT_USAGE,
            "--blocks %lld: a gate of %zu cell%s needs %lld or more, or no change could be told from chance",
            (long long)said, plan->lane_count, plan->lane_count == 1 ? "" : "s", (long long)needed);
    plan->blocks = said > needed ? said : needed;
    for (size_t i = 0; i < plan->lane_count; i++)
        for (int phase = 0; phase < PHASES; phase++)
            for (int arm = 0; arm < ARM_COUNT; arm++) {
                double *values = malloc((size_t)plan->blocks * sizeof(*values));
                if (!values)
                    return no_memory(ret_failure);
                for (int64_t block = 0; block < plan->blocks; block++)
                    values[block] = NAN;
                plan->lanes[i].values[phase][arm] = values;
            }
    return 0;
}

/* --- all --- */

static int make(struct gate_plan *plan, const struct plan_words *words, double alpha, struct failure *ret_failure)
{
    const struct arms *arms = plan->arms;
    bool one_cell = !words->scenario && (of_servers(arms) || plan_words_make_cell(words));
    char *path = NULL;
    if (check_words(plan, words, ret_failure) < 0)
        return -1;
    if (!one_cell && !(path = scenario_find(words->scenario ? words->scenario : "gate", ret_failure)))
        return -1;
    int error = 0;
    for (int side = 0; !error && side < SIDES; side++) {
        struct side_words said;
        error = collect_words(&said, plan, words, side, one_cell, ret_failure);
        if (!error)
            error = plan_make(&plan->plans[side], path, said.overrides, said.count, false, ret_failure);
        free(said.overrides);
        if (!error && plan->url_template)
            error = put_template(plan, side, ret_failure);
    }
    free(path);
    if (error || make_lanes(plan, ret_failure) < 0)
        return -1;
    return choose_blocks(plan, words, alpha, ret_failure);
}

int gate_plan_make(struct gate_plan *ret_plan, const struct arms *arms, const struct plan_words *words, double alpha,
                   struct failure *ret_failure)
{
    /* In its place from the start: lanes point into the plans' own arrays, which stay where they are. */
    *ret_plan = (struct gate_plan){.arms = arms};
    if (make(ret_plan, words, alpha, ret_failure) == 0)
        return 0;
    gate_plan_finish(ret_plan);
    return -1;
}

void gate_plan_finish(struct gate_plan *plan)
{
    for (size_t i = 0; i < plan->lane_count; i++) {
        struct gate_lane *lane = &plan->lanes[i];
        for (int phase = 0; phase < PHASES; phase++)
            for (int arm = 0; arm < ARM_COUNT; arm++)
                free(lane->values[phase][arm]);
        free(lane->label);
        free(lane->reason);
    }
    free(plan->lanes);
    notes_finish(&plan->notes);
    free(plan->url_template);
    free(plan->planned_url);
    for (int side = 0; side < SIDES; side++)
        plan_finish(&plan->plans[side]);
    *plan = (struct gate_plan){0};
}

void gate_plan_allow(struct gate_plan *plan, const struct allow_list *list)
{
    for (size_t i = 0; i < plan->lane_count; i++) {
        struct gate_lane *lane = &plan->lanes[i];
        lane->allowed =
            allow_find(list, lane->sides[SIDE_BASE]->cell->name, lane->sides[SIDE_BASE]->runner, lane->metric->name);
    }
}

size_t gate_plan_trials(const struct gate_plan *plan, double *ret_estimate_s)
{
    double block_s = 0;
    for (size_t i = 0; i < plan->lane_count; i++)
        block_s += ARM_COUNT * plan->lanes[i].estimate_s;
    if (ret_estimate_s)
        *ret_estimate_s = block_s * (double)plan->blocks;
    return plan->lane_count * ARM_COUNT * (size_t)plan->blocks;
}
