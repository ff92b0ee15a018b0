#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "history.h"
#include "history_series.h"

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

static void leave_out(struct history *history, const char *dir, const char *reason)
{
    history->left_out[history->left_out_count++] =
        (struct history_left_out){pool_clean(history->pool, dir), pool_clean(history->pool, reason)};
}

/* "Intel(R) Xeon(R) Processor, 2 CPUs, x86_64, release build, sanitizers: address" */
static const char *kind_words(struct text_pool *pool, const char *const *facts)
{
    const char *sanitizers = facts[4];
    bool sanitized = sanitizers[0] && strcmp(sanitizers, "none") != 0;
    return pool_printf(pool, "%s, %s CPU%s, %s, %s build%s%s", facts[0][0] ? facts[0] : "unknown CPU",
                       facts[1][0] ? facts[1] : "unknown number of", strcmp(facts[1], "1") == 0 ? "" : "s",
                       facts[2][0] ? facts[2] : "unknown architecture", facts[3][0] ? facts[3] : "unknown",
                       sanitized ? ", sanitizers: " : "", sanitized ? sanitizers : "");
}

static size_t find_kind(struct history *history, const struct run_data *run)
{
    const char *facts[RUN_FACTS_PARTING];
    for (size_t f = 0; f < RUN_FACTS_PARTING; f++)
        facts[f] = run_fact_text(history->pool, run, &run_facts[f]);
    for (size_t k = 0; k < history->kind_count; k++) {
        bool same = true;
        for (size_t f = 0; f < RUN_FACTS_PARTING; f++)
            same = same && strcmp(history->kinds[k].facts[f], facts[f]) == 0;
        if (same)
            return k;
    }
    struct history_kind *kind = &history->kinds[history->kind_count];
    memcpy(kind->facts, facts, sizeof(facts));
    kind->words = kind_words(history->pool, facts);
    return history->kind_count++;
}

static const char *asked_words(const struct history *history)
{
    return (history->asked ? history->asked : compare_metrics)->of->words;
}

static void name_metrics(struct history *history)
{
    history->words = "";
    for (const struct compare_metric *metric = compare_metrics; metric->of; metric++) {
        bool shown = false;
        for (size_t s = 0; s < history->series_count; s++)
            shown = shown || history->series[s].metric == metric;
        if (shown)
            history->words = pool_printf(history->pool, "%s%s%s", history->words, history->words[0] ? ", and " : "",
                                         metric->of->words);
    }
}

/* A run's id is its directory's name, which another may have; not in the same second. */
static bool is_known(const struct history *history, const char *id, const char *started)
{
    for (size_t i = 0; i < history->run_count; i++)
        if (strcmp(history->runs[i].id, id) == 0 && strcmp(history->runs[i].started, started) == 0)
            return true;
    return false;
}

/* Takes what is needed of a run. Returns 0 or -1 (memory). */
static int take_run(struct history *history, const struct run_data *run)
{
    const char *id = pool_clean(history->pool, json_string_value(json_object_get(run->run, "id")));
    const char *started = json_string_value(json_object_get(run->run, "started"));
    struct history_series_list list = {.series = history->series, .count = history->series_count};
    if (run->partial) {
        leave_out(history, run->dir, "it was stopped early");
        return 0;
    }
    if (is_known(history, id, pool_clean(history->pool, started))) {
        leave_out(history, run->dir, "a copy of a run that is there");
        return 0;
    }
    size_t kinds_before = history->kind_count;
    struct history_run *taken = &history->runs[history->run_count];
    *taken = (struct history_run){
        .dir = pool_clean(history->pool, run->dir),
        .id = id,
        .scenario = pool_clean(history->pool, json_string_value(json_object_get(run->run, "scenario"))),
        .started = pool_clean(history->pool, started),
        .date = run_date_text(history->pool, started),
        .commit = run_commit_text(history->pool, run),
        .kind = find_kind(history, run)};
    int points = history_series_add(&list, history->pool, run, taken, history->asked);
    history->series = list.series;
    history->series_count = list.count;
    if (points == 0) {
        leave_out(history, run->dir, pool_printf(history->pool, "it has no %s", asked_words(history)));
        history->kind_count = kinds_before;
    }
    if (points > 0) {
        history->run_count++;
        history->kinds[taken->kind].run_count++;
    }
    return points < 0 ? -1 : 0;
}

/* The order in which runs were started, whatever the order in which they were found: series grow at their end. */
struct dated_run {
    const struct found_run *found;
    char *started;
    struct failure failure;
};

static int by_start(const void *left, const void *right)
{
    const struct dated_run *a = left, *b = right;
    int order = strcmp(a->started, b->started);
    return order ? order : strcmp(a->found->dir, b->found->dir);
}

/* Looks at the first line only: runs may be large, and are read whole one after another. What is no file of ours has no
 * start; run_data_read will say why. */
static void find_start(struct dated_run *dated)
{
    char *path = NULL, *line = NULL;
    size_t room = 0;
    int fd =
        asprintf(&path, "%s/run.ndjson", dated->found->dir) < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    ssize_t length = file ? getline(&line, &room, file) : -1;
    json_t *object = length > 0 ? json_loadb(line, (size_t)length, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    const char *started = json_string_value(json_object_get(object, "started"));
    dated->started = strdup(started ? started : "");
    json_decref(object);
    if (file)
        fclose(file);
    else if (fd >= 0)
        close(fd);
    free(line);
    free(path);
}

static int read_runs(struct history *history, const struct dated_run *dated, size_t count, struct failure *ret_failure)
{
    for (size_t i = 0; i < count; i++) {
        struct run_data run;
        struct failure failure = {0};
        if (run_data_read(&run, dated[i].found->dir, &failure) != 0) {
            if (dated[i].found->named || failure.status == EXIT_LOCAL_LIMIT) {
                *ret_failure = failure;
                return -1;
            }
            leave_out(history, dated[i].found->dir, failure.text);
            continue;
        }
        int result = take_run(history, &run);
        run_data_finish(&run);
        if (result != 0)
            return no_memory(ret_failure);
    }
    return 0;
}

static int read_in_order(struct history *history, const struct found_runs *found, struct failure *ret_failure)
{
    struct dated_run *dated = calloc(found->count + 1, sizeof(*dated));
    int result = dated ? 0 : no_memory(ret_failure);
    for (size_t i = 0; i < found->count && result == 0; i++) {
        dated[i].found = &found->runs[i];
        find_start(&dated[i]);
        if (!dated[i].started)
            result = no_memory(ret_failure);
    }
    if (result == 0) {
        qsort(dated, found->count, sizeof(*dated), by_start);
        result = read_runs(history, dated, found->count, ret_failure);
    }
    for (size_t i = 0; dated && i < found->count; i++)
        free(dated[i].started);
    free(dated);
    return result;
}

static void number_runs(struct history *history)
{
    for (size_t k = 0; k < history->kind_count; k++) {
        size_t place = 0;
        for (size_t i = 0; i < history->run_count; i++)
            if (history->runs[i].kind == k)
                history->runs[i].place = ++place;
    }
}

/* Unknown values look alike. A single run is joined with none. */
static int find_warnings(struct history *history)
{
    struct text_pool *pool = history->pool;
    history->warnings = pool_array(pool, history->kind_count * RUN_FACTS_PARTING, sizeof(*history->warnings));
    if (!history->warnings)
        return -1;
    for (size_t k = 0; k < history->kind_count; k++) {
        const struct history_kind *kind = &history->kinds[k];
        for (size_t f = 0; f < RUN_FACTS_PARTING; f++)
            if (kind->run_count > 1 && !kind->facts[f][0])
                history->warnings[history->warning_count++] =
                    pool_printf(pool, "%s: known of none of the %zu runs on %s, so they may be of different %s.",
                                run_facts[f].words, kind->run_count, kind->words, run_facts[f].parts);
    }
    return 0;
}

static int make(struct history *history, const struct found_runs *found, struct failure *ret_failure)
{
    history->runs = pool_array(history->pool, found->count, sizeof(*history->runs));
    history->kinds = pool_array(history->pool, found->count, sizeof(*history->kinds));
    history->left_out = pool_array(history->pool, found->count, sizeof(*history->left_out));
    if (!history->runs || !history->kinds || !history->left_out)
        return no_memory(ret_failure);
    if (read_in_order(history, found, ret_failure) != 0)
        return -1;
    if (history->run_count == 0)
        return failure_set(ret_failure, EXIT_NO_DATA, "no run has %s to show: %s: %s", asked_words(history),
                           history->left_out[0].dir, history->left_out[0].reason);
    number_runs(history);
    name_metrics(history);
    if (find_warnings(history) != 0 ||
        history_series_finish_points(history->series, history->series_count, history->threshold) != 0 ||
        pool_failed(history->pool))
        return no_memory(ret_failure);
    return 0;
}

int history_make(struct history *ret_history, const struct found_runs *found, const struct compare_metric *asked,
                 double threshold, struct failure *ret_failure)
{
    struct history history = {.asked = asked, .threshold = threshold, .pool = text_pool_create()};
    if (!history.pool)
        return no_memory(ret_failure);
    if (make(&history, found, ret_failure) != 0) {
        history_finish(&history);
        return -1;
    }
    *ret_history = history;
    return 0;
}

void history_finish(struct history *history)
{
    for (size_t s = 0; s < history->series_count; s++)
        free(history->series[s].points);
    free(history->series);
    text_pool_destroy(history->pool);
    *history = (struct history){0};
}
