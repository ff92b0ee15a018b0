/* What stands around a chart: its title, what its figures are made of, and the machine. */
#include "charts.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* How many CPUs a list such as "0-2,4" names; 0 if it is none. */
static long count_cpus(const char *list)
{
    long count = 0;
    while (list && *list) {
        char *end;
        long from = strtol(list, &end, 10), to = from;
        if (end == list)
            return 0;
        if (*end == '-') {
            list = end + 1;
            to = strtol(list, &end, 10);
            if (end == list)
                return 0;
        }
        if (from < 0 || to < from || to > 1000000 || (*end && *end != ','))
            return 0;
        count += to - from + 1;
        list = end + (*end == ',');
    }
    return count;
}

/* Append after a comma; what has no room is left out. */
static void add_part(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add_part(char *buffer, size_t size, const char *format, ...)
{
    char part[600];
    va_list args;
    va_start(args, format);
    vsnprintf(part, sizeof(part), format, args);
    va_end(args);
    size_t used = strlen(buffer);
    if (part[0] && used + strlen(part) + 3 < size)
        snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", part);
}

void lane_group_describe(const struct lane_group *group, char *buffer, size_t size)
{
    const struct summary_record *first = group->lanes[0];
    int64_t concurrency = 0;
    bool same_jobs = true;
    for (size_t i = 0; i < group->count; i++) {
        if (group->lanes[i]->concurrency > concurrency)
            concurrency = group->lanes[i]->concurrency;
        same_jobs = same_jobs && group->lanes[i]->jobs == first->jobs;
    }
    char text[500];
    long cpus = count_cpus(first->cpus);
    buffer[0] = '\0';
    units_write_count(text, sizeof(text), (double)first->jobs);
    if (same_jobs && first->jobs > 0)
        add_part(buffer, size, "%s job%s", text, first->jobs == 1 ? "" : "s");
    units_write_count(text, sizeof(text), (double)concurrency);
    if (concurrency > 0 && (!group->swept || strcmp(group->swept, "concurrency") != 0))
        add_part(buffer, size, "concurrency %s", text);
    text_params(text, sizeof(text), first->params, group->swept);
    add_part(buffer, size, "%s", text);
    if (first->connections && strcmp(first->connections, "cold") == 0)
        add_part(buffer, size, "cold connections");
    if (cpus > 0)
        add_part(buffer, size, "%ld CPU%s", cpus, cpus == 1 ? "" : "s");
}

void run_count_add(struct run_count *runs, long n, bool interval)
{
    if (n <= 0)
        return;
    if (runs->max == 0 || n < runs->min)
        runs->min = n;
    if (n > runs->max)
        runs->max = n;
    runs->intervals |= interval;
}

void run_count_text(struct run_count count, char *buffer, size_t size)
{
    if (count.min == count.max)
        snprintf(buffer, size, "%ld run%s", count.max, count.max == 1 ? "" : "s");
    else
        snprintf(buffer, size, "%ld to %ld runs", count.min, count.max);
}

double chart_title(struct chart *chart, const char *title, const char *of, const char *subtitle)
{
    char fitted[600];
    double margin = chart->form->margin, room = chart->form->width - 2 * margin, below;
    if (chart->form->narrow) {
        below = chart_paragraph(chart, margin, 14, TEXT_NUMBER, room, 3, title);
        below = chart_paragraph(chart, margin, below + 4, TEXT_NOTE, room, 4, subtitle);
    } else {
        text_fit(fitted, sizeof(fitted), title, TEXT_TITLE, room);
        chart_text(chart, margin, 48, TEXT_TITLE, TEXT_LEFT, fitted);
        below = chart_paragraph(chart, margin, 94 - 0.65 * text_height(TEXT_BODY), TEXT_BODY, room, 2, subtitle);
        below = fmax(112, rint(below + 2));
    }
    char whole[1000];
    snprintf(whole, sizeof(whole), of ? "%s: %s" : "%s", title, of);
    free(chart->title);
    chart->title = text_clean(whole);
    chart->out_of_memory |= !chart->title;
    return below;
}

/* The machine in a line; what is not known is left out. */
static void describe_machine(const struct run_data *run, char *buffer, size_t size)
{
    const json_t *env = run->env;
    const char *cpu = json_string_value(json_object_get(env, "cpu_model"));
    const char *kernel = json_string_value(json_object_get(env, "kernel"));
    const char *virtual = json_string_value(json_object_get(env, "virtualisation"));
    const char *libcurl = json_string_value(json_object_get(env, "libcurl"));
    const char *sanitizers = json_string_value(json_object_get(env, "sanitizers"));
    const char *scenario = json_string_value(json_object_get(run->run, "scenario"));
    const char *started = json_string_value(json_object_get(run->run, "started"));
    json_int_t cpus = json_integer_value(json_object_get(env, "cpus_online"));
    buffer[0] = '\0';
    /* First what a reader must know before any figure. */
    if (run->partial)
        add_part(buffer, size, "This run was stopped early");
    if (sanitizers && sanitizers[0] && strcmp(sanitizers, "none") != 0)
        add_part(buffer, size, "%s with sanitizers: not for timing", buffer[0] ? "built" : "Built");
    if (cpu)
        add_part(buffer, size, "%s", cpu);
    if (cpus > 0)
        add_part(buffer, size, "%lld CPU%s", (long long)cpus, cpus == 1 ? "" : "s");
    if (virtual && strcmp(virtual, "none") != 0)
        add_part(buffer, size, "virtual machine (%s)", virtual);
    if (kernel)
        add_part(buffer, size, "Linux %s", kernel);
    if (libcurl)
        add_part(buffer, size, "libcurl %s", libcurl);
    if (scenario && strcmp(scenario, "custom") != 0) /* no scenario at all */
        add_part(buffer, size, "scenario %s", scenario);
    if (started && strlen(started) >= 10)
        add_part(buffer, size, "%.10s", started);
}

void chart_caption(struct chart *chart, const struct run_data *run, const char *meaning)
{
    char machine[1000], *caption = NULL;
    double margin = chart->form->margin, room = chart->form->width - 2 * margin;
    describe_machine(run, machine, sizeof(machine));
    double y = chart->height - CHART_CAPTION_HEIGHT + 10;
    y = chart_paragraph(chart, margin, y, TEXT_CAPTION, room, chart->form->narrow ? 12 : 3, meaning);
    /* On a phone the page says it, once. */
    if (!chart->form->narrow)
        y = chart_paragraph(chart, margin, y, TEXT_CAPTION, room, 2, machine);
    chart->height = fmax(chart->height, rint(y + 12));
    if (asprintf(&caption, machine[0] ? "%s %s." : "%s", meaning, machine) < 0)
        caption = NULL;
    free(chart->caption);
    chart->caption = caption ? text_clean(caption) : NULL;
    chart->out_of_memory |= !chart->caption;
    free(caption);
}
