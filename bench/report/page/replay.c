#include <stdlib.h>
#include <string.h>
#include "../../runners.h"
#include "replay.h"
#include "../report.h"
#include "../../stored/summary.h"

/* A page is sent around: what it carries has a limit, at about four bytes a job. */
#define MOST_CELLS 60
#define MOST_JOBS  200000u

static int compare_ends(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t end_of(const struct sample_set *set)
{
    int64_t end_ns = 0;
    for (size_t i = 0; i < set->sample_count; i++)
        if (set->samples[i].end_ns > end_ns)
            end_ns = set->samples[i].end_ns;
    return end_ns;
}

static bool is_of(const struct sample_set *set, const struct summary_record *lane)
{
    return set->sample_count > 0 && strcmp(set->cell, lane->cell) == 0 && strcmp(set->runner, lane->runner) == 0;
}

/* A lane's samples; of several blocks', the one with the median end. NULL: none, or no memory. */
static const struct sample_set *median_samples(const struct run_data *run, const struct summary_record *lane)
{
    const struct sample_set *first = NULL;
    size_t count = 0, at = 0;
    for (size_t i = 0; i < run->sample_set_count; i++) {
        if (!is_of(&run->sample_sets[i], lane))
            continue;
        first = first ? first : &run->sample_sets[i];
        count++;
    }
    int64_t *ends = count > 1 ? malloc(count * sizeof(*ends)) : NULL;
    if (!ends)
        return count > 1 ? NULL : first;
    for (size_t i = 0; i < run->sample_set_count; i++)
        if (is_of(&run->sample_sets[i], lane))
            ends[at++] = end_of(&run->sample_sets[i]);
    qsort(ends, count, sizeof(*ends), compare_ends);
    int64_t median = ends[(count - 1) / 2];
    free(ends);
    for (size_t i = 0; i < run->sample_set_count; i++)
        if (is_of(&run->sample_sets[i], lane) && end_of(&run->sample_sets[i]) == median)
            return &run->sample_sets[i];
    return first;
}

static void add_lane(struct replay_cell *cell, const struct run_data *run, const struct summary_record *lane)
{
    const struct runner *runner = runner_find(lane->runner);
    if (cell->count < CHART_MOST_ROWS && !(runner && runner->skips_jobs))
        cell->lanes[cell->count++] = (struct replay_lane){lane, median_samples(run, lane)};
}

/* A sweep has one serial lane for all its points: it runs beside those that have as many jobs. */
static void add_serial_of_sweep(struct replay_cell *cell, const struct run_data *run,
                                const struct summary_record *first)
{
    const struct summary_record *serial = summary_serial_of(run, first);
    if (serial && strcmp(serial->cell, first->cell) != 0 && serial->jobs == first->jobs && median_samples(run, serial))
        add_lane(cell, run, serial);
}

static size_t shown_lanes(const struct replay_cell *cell)
{
    size_t count = 0;
    for (size_t i = 0; i < cell->count; i++)
        count += cell->lanes[i].set != NULL;
    return count;
}

/* A sweep's serial lane runs beside the points: alone it would be one more choice that shows nothing new. */
static bool is_serial_of_sweep(const struct replay_cell *cell, const struct run_data *run)
{
    return cell->count == 1 && strcmp(cell->lanes[0].lane->runner, "serial") == 0 &&
           run_data_sweep(run, cell->lanes[0].lane);
}

/* Returns how many jobs of the cell can be shown. */
static size_t fill_cell(struct replay_cell *cell, const struct run_data *run, const struct summary_record *first)
{
    size_t jobs = 0;
    int64_t end_ns = 0;
    *cell = (struct replay_cell){.name = first->cell};
    if (strcmp(first->workload, "null") == 0) /* jobs that do nothing show nothing */
        return 0;
    add_serial_of_sweep(cell, run, first);
    for (const struct summary_record *lane = first; lane < run->lanes + run->lane_count; lane++)
        if (strcmp(lane->cell, first->cell) == 0)
            add_lane(cell, run, lane);
    if (is_serial_of_sweep(cell, run))
        return 0;
    for (size_t i = 0; i < cell->count; i++) {
        if (!cell->lanes[i].set || cell->lanes[i].lane != run_data_lane(run, cell->name, cell->lanes[i].lane->runner))
            continue; /* the serial lane of the sweep counts where it is at home */
        jobs += cell->lanes[i].set->sample_count;
        end_ns = end_of(cell->lanes[i].set) > end_ns ? end_of(cell->lanes[i].set) : end_ns;
    }
    return end_ns > 0 ? jobs : 0;
}

static bool is_first_of_cell(const struct run_data *run, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(run->lanes[j].cell, run->lanes[i].cell) == 0)
            return false;
    return true;
}

/* Those where lanes race come first: the page opens with one. Otherwise the run's order. */
static void put_races_first(struct replay *replay)
{
    size_t races = 0;
    for (size_t i = 0; i < replay->count; i++) {
        struct replay_cell cell = replay->cells[i];
        if (shown_lanes(&cell) < 2)
            continue;
        memmove(&replay->cells[races + 1], &replay->cells[races], (i - races) * sizeof(cell));
        replay->cells[races++] = cell;
    }
}

int replay_make(struct replay *ret_replay, const struct run_data *run)
{
    struct replay replay = {.cells = calloc(MOST_CELLS, sizeof(*replay.cells))};
    size_t total = 0;
    if (!replay.cells)
        return -1;
    for (size_t i = 0; run->sample_set_count > 0 && i < run->lane_count; i++) {
        struct replay_cell cell;
        size_t jobs = is_first_of_cell(run, i) ? fill_cell(&cell, run, &run->lanes[i]) : 0;
        if (jobs == 0)
            continue;
        if (replay.count == MOST_CELLS || total + jobs > MOST_JOBS) {
            replay.left_out++;
            continue;
        }
        total += jobs;
        replay.cells[replay.count++] = cell;
    }
    put_races_first(&replay);
    *ret_replay = replay;
    return 0;
}

void replay_finish(struct replay *replay)
{
    free(replay->cells);
    *replay = (struct replay){0};
}
