#include "../record/field_table.h"
#include "history_record.h"

#define TEXT(...)   FIELD_TEXT(history_record, __VA_ARGS__)
#define REAL(...)   FIELD_REAL(history_record, __VA_ARGS__)
#define NUMBER(...) FIELD_COUNT(history_record, __VA_ARGS__)

#define MOST_FIGURE 1e15
#define MOST_KINDS  1e9
#define MOST_PATH   4096

const struct record_field history_fields[] = {
    NUMBER(kind, ALWAYS, 1, MOST_KINDS),
    TEXT(cell, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(runner, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(workload, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(params, ALWAYS, 0, MOST_TEXT, NULL),
    TEXT(concurrency, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(connections, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(jobs, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(cpus, OR_NULL, 1, MOST_TEXT, NULL),
    TEXT(metric, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(run, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(started, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(git_commit, OR_NULL, 1, MOST_NAME, NULL),
    NUMBER(trials, ALWAYS, 1, MOST_BLOCKS),
    REAL(median, ALWAYS, 0, MOST_FIGURE),
    REAL(ci_lo, OR_NULL, 0, MOST_FIGURE),
    REAL(ci_hi, OR_NULL, 0, MOST_FIGURE),
    REAL(change, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(change_ci_lo, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(change_ci_hi, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(step, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    TEXT(cpu_model, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(cpus_online, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(architecture, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(build_type, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(sanitizers, OR_NULL, 1, MOST_NAME, NULL),
    TEXT(dir, ALWAYS, 1, MOST_PATH, NULL),
    {0},
};

static char *or_null(const char *text)
{
    return text[0] ? (char *)text : NULL;
}

void history_record_fill(struct history_record *ret_record, const struct history *history,
                         const struct history_series *series, const struct history_point *point)
{
    const struct history_kind *kind = &history->kinds[series->kind];
    *ret_record = (struct history_record){
        .kind = (int64_t)series->kind + 1,
        .cell = (char *)series->cell,
        .runner = (char *)series->runner,
        .workload = (char *)series->facts[0],
        .params = (char *)series->facts[1],
        .concurrency = or_null(series->facts[2]),
        .connections = or_null(series->facts[3]),
        .jobs = or_null(series->facts[4]),
        .cpus = or_null(series->facts[5]),
        .metric = (char *)series->metric->of->name,
        .run = (char *)point->run->id,
        .started = (char *)point->run->started,
        .git_commit = or_null(point->run->commit),
        .trials = (int64_t)point->value_count,
        .median = point->median,
        .ci_lo = point->lo,
        .ci_hi = point->hi,
        .change = point->change,
        .change_ci_lo = point->change_lo,
        .change_ci_hi = point->change_hi,
        .step = point->step,
        .cpu_model = or_null(kind->facts[0]),
        .cpus_online = or_null(kind->facts[1]),
        .architecture = or_null(kind->facts[2]),
        .build_type = or_null(kind->facts[3]),
        .sanitizers = or_null(kind->facts[4]),
        .dir = (char *)point->run->dir,
    };
}
