/* Which lanes stand together: a cell's under its runners, or a sweep's points that differ in nothing but what is swept.
 */
#include "charts.h"
#include "../../stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool lane_group_is_open(const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (isfinite(group->lanes[i]->offered_per_s))
            return true;
    return false;
}

int runner_slot(const char *runner)
{
    /* The order is that of style.gp's table. */
    static const char *const known[] = {"serial",    "threads",  "coroutines",      "null", "blocking-coroutines",
                                        "processes", "executor", "coroutines-multi"};
    enum { KNOWN = sizeof(known) / sizeof(known[0]) };
    for (int i = 0; i < KNOWN; i++)
        if (strcmp(runner, known[i]) == 0)
            return i + 1;
    return KNOWN + 1;
}

/* The section that a lane's cell was swept from, or NULL: said in the run's first line only. */
static const char *section_of(const struct run_data *run, size_t lane)
{
    const json_t *planned = json_object_get(run->run, "lanes");
    const char *cell = run->lanes[lane].cell, *runner = run->lanes[lane].runner;
    /* The lanes are in that line's order; looking further is for a file that somebody has edited. */
    size_t count = json_array_size(planned);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(planned, (lane + i) % count);
        const char *its_cell = json_string_value(json_object_get(item, "cell"));
        const char *its_runner = json_string_value(json_object_get(item, "runner"));
        if (its_cell && its_runner && strcmp(its_cell, cell) == 0 && strcmp(its_runner, runner) == 0)
            return json_string_value(json_object_get(item, "sweep"));
    }
    return NULL;
}

/*
 * Take `key=value` out of what follows the section in a cell's name: "concurrency=30,body-bytes=10" without its
 * concurrency is "body-bytes=10". Returns the value, NAN if there is none; `rest` has room for the whole name.
 */
static double take_key(const char *name, const char *key, char *rest)
{
    double value = NAN;
    size_t key_length = key ? strlen(key) : 0;
    rest[0] = '\0';
    while (*name) {
        size_t length = strcspn(name, "/,");
        if (key && length > key_length && strncmp(name, key, key_length) == 0 && name[key_length] == '=') {
            char *end;
            value = strtod(name + key_length + 1, &end);
            if (end == name + key_length + 1 || !isfinite(value) || value < 0)
                value = NAN;
        } else if (length > 0) {
            if (rest[0])
                strcat(rest, ", ");
            strncat(rest, name, length);
        }
        name += length;
        name += *name != '\0';
    }
    return value;
}

/* What a section sweeps: concurrency if it does, else the first key of its cells' names. malloc'ed, NULL: no memory. */
static char *swept_key(const struct run_data *run, const char *const *sections, const char *section)
{
    const char *first = NULL;
    size_t first_length = 0;
    for (size_t i = 0; i < run->lane_count; i++) {
        const char *cell = run->lanes[i].cell;
        if (!sections[i] || strcmp(sections[i], section) != 0 || strncmp(cell, section, strlen(section)) != 0)
            continue;
        for (const char *p = cell + strlen(section); *p; p += strcspn(p, "/,")) {
            p += strspn(p, "/,");
            size_t length = strcspn(p, "=/,");
            if (p[length] != '=' || length == 0)
                continue;
            if (strncmp(p, "concurrency=", length + 1) == 0)
                return strdup("concurrency");
            if (!first) {
                first = p;
                first_length = length;
            }
        }
    }
    return first ? strndup(first, first_length) : strdup("concurrency");
}

static struct lane_group *find_group(struct lane_group *groups, size_t count, const char *name, const char *swept)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(groups[i].name, name) == 0 && (swept != NULL) == (groups[i].swept != NULL))
            return &groups[i];
    return NULL;
}

/*
 * The name of the group that a lane belongs to, and in a sweep the key and the lane's value of it.
 * Returns the name (malloc'ed), or NULL: no memory.
 */
static char *group_of(const struct run_data *run, const char *const *sections, size_t i, char **ret_swept,
                      double *ret_x)
{
    const struct summary_record *lane = &run->lanes[i];
    const char *section = sections[i];
    *ret_swept = NULL;
    *ret_x = NAN;
    if (!section)
        return strdup(lane->cell);

    bool inside = strncmp(lane->cell, section, strlen(section)) == 0;
    const char *point = inside ? lane->cell + strlen(section) : "";
    char *rest = malloc(2 * strlen(point) + 1), *name = NULL;
    *ret_swept = swept_key(run, sections, section);
    if (rest && *ret_swept) {
        *ret_x = take_key(point, *ret_swept, rest);
        if (strcmp(*ret_swept, "concurrency") == 0) {
            /* One job after another has no concurrency: it is a level, not a point. */
            if (strcmp(lane->runner, "serial") == 0)
                *ret_x = NAN;
            else if (lane->concurrency > 0)
                *ret_x = (double)lane->concurrency;
        }
        if (asprintf(&name, rest[0] ? "%s, %s" : "%s", section, rest) < 0)
            name = NULL;
    }
    free(rest);
    if (!name) {
        free(*ret_swept);
        *ret_swept = NULL;
    }
    return name;
}

static int add_to_group(struct lane_group *group, const struct summary_record *lane, double x)
{
    if (!group->swept && group->count == CHART_MOST_ROWS)
        return 0;
    const struct summary_record **lanes = reallocarray(group->lanes, group->count + 1, sizeof(*lanes));
    if (lanes)
        group->lanes = lanes;
    double *xs = reallocarray(group->x, group->count + 1, sizeof(*xs));
    if (xs)
        group->x = xs;
    if (!lanes || !xs)
        return -1;
    lanes[group->count] = lane;
    xs[group->count++] = x;
    return 0;
}

int lane_groups_make(struct lane_group **ret_groups, size_t *ret_count, const struct run_data *run,
                     struct failure *ret_failure)
{
    size_t count = 0;
    struct lane_group *groups = calloc(run->lane_count + 1, sizeof(*groups));
    const char **sections = calloc(run->lane_count + 1, sizeof(*sections));
    bool whole = groups && sections;
    for (size_t i = 0; whole && i < run->lane_count; i++)
        sections[i] = section_of(run, i);
    for (size_t i = 0; whole && i < run->lane_count; i++) {
        char *swept;
        double x;
        char *name = group_of(run, sections, i, &swept, &x);
        struct lane_group *group = name ? find_group(groups, count, name, swept) : NULL;
        if (name && !group) {
            group = &groups[count++];
            *group = (struct lane_group){.name = name, .swept = swept};
        } else {
            free(name);
            free(swept);
        }
        whole = group && add_to_group(group, &run->lanes[i], x) == 0;
    }
    free(sections);
    if (!whole) {
        lane_groups_free(groups, count);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    *ret_groups = groups;
    *ret_count = count;
    return 0;
}

void lane_groups_free(struct lane_group *groups, size_t count)
{
    for (size_t i = 0; groups && i < count; i++) {
        free(groups[i].name);
        free(groups[i].swept);
        free(groups[i].lanes);
        free(groups[i].x);
    }
    free(groups);
}

int lane_estimate_make(struct lane_estimate *ret_estimate, const struct chart_list *list,
                       const struct summary_record *lane, trial_figure_fn figure)
{
    struct trial_span span = trial_index_find(&list->trials, lane->cell, lane->runner);
    struct lane_estimate estimate = {.least = NAN};
    double *figures = calloc(span.count + 1, sizeof(*figures));
    if (!figures)
        return -1;
    for (size_t i = 0; i < span.count; i++) {
        const struct trial_record *trial = &list->run->trials[span.order[i]];
        double value = strcmp(trial->state, "ok") == 0 ? figure(trial) : NAN;
        if (!isfinite(value) || value < 0)
            continue;
        figures[estimate.n++] = value;
        estimate.least = fmin(estimate.least, value);
    }
    struct stats_interval interval = stats_median_interval(figures, estimate.n);
    estimate.median = stats_median(figures, estimate.n);
    estimate.lo = interval.lo;
    estimate.hi = interval.hi;
    free(figures);
    *ret_estimate = estimate;
    return 0;
}
