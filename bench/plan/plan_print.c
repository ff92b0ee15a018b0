/* A plan as a table for a person: what `iorace run --dry-run` shows. */
#include <stdlib.h>
#include <string.h>
#include "plan.h"

enum { NUMBER_SIZE = 24 };

static double cell_estimate_s(const struct plan *plan, const struct cell *cell)
{
    double sum_s = 0;
    for (size_t i = 0; i < plan->lane_count; i++)
        if (plan->lanes[i].cell == cell)
            sum_s += plan_estimate_trial_s(&plan->lanes[i]);
    return sum_s;
}

/* Returns which CPUs a cell's jobs may use, for people: "one", "all", "0-2,4", or "default" (all but the test
 * server's). */
static const char *cell_cpus_text(const struct cell *cell)
{
    return cell->settings.cpus ? cell->settings.cpus : "default";
}

static int wider(int width, const char *text)
{
    int size = (int)strlen(text);
    return size > width ? size : width;
}

static void print_duration(double seconds, FILE *out)
{
    long long whole = (long long)(seconds + 0.5);
    if (whole < 120)
        fprintf(out, "about %lld s", whole < 1 ? 1 : whole);
    else if (whole < 7200)
        fprintf(out, "about %lld min %lld s", whole / 60, whole % 60);
    else
        fprintf(out, "about %lld h %lld min", whole / 3600, whole % 3600 / 60);
}

/* The names' columns are as wide as they must be; the parameters, which may be long, stand last. */
static void print_cells(const struct plan *plan, FILE *out)
{
    int name = (int)strlen("cell"), workload = (int)strlen("workload"), cpus = (int)strlen("CPUs"),
        runner = (int)strlen("runners");
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *cell = &plan->cells[i];
        name = wider(name, cell->name);
        workload = wider(workload, cell->settings.workload);
        cpus = wider(cpus, cell_cpus_text(cell));
        runner = wider(runner, cell->settings.runner);
    }
    fprintf(out, "%-*s  %-*s  %11s  %9s  %-*s  %-*s  %9s  %s\n", name, "cell", workload, "workload", "concurrency",
            "jobs", cpus, "CPUs", runner, "runners", "s a block", "parameters");
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *cell = &plan->cells[i];
        char concurrency[NUMBER_SIZE];
        snprintf(concurrency, sizeof(concurrency), "%lld", (long long)cell->settings.concurrency);
        fprintf(out, "%-*s  %-*s  %11s  %9lld  %-*s  %-*s  %9.1f  %s\n", name, cell->name, workload,
                cell->settings.workload, cell->without_workers ? "-" : concurrency, (long long)cell->settings.jobs,
                cpus, cell_cpus_text(cell), runner, cell->settings.runner, cell_estimate_s(plan, cell),
                cell->params[0] ? cell->params : "-");
    }
}

void plan_print(const struct plan *plan, FILE *out)
{
    fprintf(out, "%s%s%s\n", plan->scenario, plan->title ? ": " : "", plan->title ? plan->title : "");
    size_t lanes = plan->lane_count - plan->search_count;
    if (lanes > 0)
        fprintf(out, "%lld block%s of %zu run%s = %zu, ", (long long)plan->run.blocks, plan->run.blocks == 1 ? "" : "s",
                lanes, lanes == 1 ? "" : "s", plan->trial_count);
    if (plan->search_count > 0)
        fprintf(out, "%zu search%s, ", plan->search_count, plan->search_count == 1 ? "" : "es");
    fprintf(out, "seed %lld, expected to take ", (long long)plan->run.seed);
    print_duration(plan_estimate_s(plan), out);
    fputs("\n\n", out);
    print_cells(plan, out);
    if (plan->left_out.count + plan->notes.count > 0)
        putc('\n', out);
    notes_print(&plan->left_out, out);
    notes_print(&plan->notes, out);
}
