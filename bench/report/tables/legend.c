/* The text under the tables: what stands in them is explained, and nothing else. */
#include <string.h>
#include "../report.h"
#include "parts.h"
#include "../../output/units.h"

/* What there is to explain. */
struct content {
    bool closed, open; /**< kinds of tables */
    bool intervals, speedups, best, keeps_up, saturated;
};

static void look_at_row(struct content *content, const struct report_table *table, const struct table_row *row)
{
    content->speedups = content->speedups || (table->sweep && strstr(row->label, ": speed-up"));
    for (size_t c = 0; row->cells && c < table->column_count; c++) {
        const char *text = row->cells[c].text;
        content->intervals = content->intervals || (table->columns[c].continues && text[0]);
        content->speedups = content->speedups || strcmp(table->columns[c].title, "speed-up") == 0;
        content->best = content->best || row->cells[c].best;
        content->keeps_up =
            content->keeps_up || (strcmp(table->columns[c].title, "keeps up") == 0 && strcmp(text, "yes") == 0);
        content->saturated = content->saturated || strncmp(text, "saturated", strlen("saturated")) == 0;
    }
}

static struct content look_at(const struct report_tables *tables)
{
    struct content content = {0};
    for (size_t t = 0; t < tables->count; t++) {
        const struct report_table *table = &tables->tables[t];
        bool open = table->column_count > 0 && strcmp(table->columns[0].title, "offered/s") == 0;
        content.open = content.open || open;
        content.closed = content.closed || !open;
        for (size_t r = 0; r < table->row_count; r++)
            look_at_row(&content, table, &table->rows[r]);
    }
    return content;
}

/* "6 runs", "5 to 7 runs" of each lane that has a result; "" where none has. */
static const char *count_runs(struct table_maker *maker)
{
    const struct run_data *run = maker->run;
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < run->lane_count; i++) {
        int64_t trials = run->lanes[i].trials;
        if (trials > 0 && trials < least)
            least = trials;
        if (trials > most)
            most = trials;
    }
    if (most == 0)
        return "";
    return least == most ? pool_printf(maker->pool, "%lld run%s", (long long)most, most == 1 ? "" : "s")
                         : pool_printf(maker->pool, "%lld to %lld runs", (long long)least, (long long)most);
}

bool table_is_left_out(const char *warning)
{
    return strstr(warning, " is left out: ") != NULL;
}

static const char *left_out(struct table_maker *maker, const json_t *line)
{
    const char *text = "";
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(line, "warnings"), i, item)
    {
        if (json_is_string(item) && table_is_left_out(json_string_value(item)))
            text = pool_printf(maker->pool, "%s %s", text, pool_clean(maker->pool, json_string_value(item)));
    }
    return text;
}

void table_say_limit(struct table_maker *maker, const struct lane_group *group, const struct summary_record *lane,
                     double limit_ms)
{
    const char *before = maker->limits ? maker->limits : "";
    const char *text =
        pool_printf(maker->pool, "%s for %s in %s", units_duration(maker->pool, limit_ms / 1e3),
                    pool_clean(maker->pool, report_runner_label(lane->runner)), pool_clean(maker->pool, group->name));
    if (!strstr(before, text))
        maker->limits = pool_printf(maker->pool, "%s%s%s", before, before[0] ? ", " : "", text);
}

/* What the words of the column mean: of which there are any. `done/s` counts the wait for the last job as well, so that
 * it alone tells nothing. */
static const char *explain_keeping_up(struct table_maker *maker, const struct content *content)
{
    const char *keeps_up = content->keeps_up
                               ? " Keeps up: 99 in 100 of the jobs offered were done, not counting how long the last "
                                 "took (done/s does), and they did not take longer and longer."
                               : "";
    const char *late = maker->limits ? pool_printf(maker->pool,
                                                   " Too late: 99 %% of the jobs were not done within three times the "
                                                   "response at the lowest rate that was kept up with, and 1 ms more "
                                                   "(%s).",
                                                   maker->limits)
                                     : "";
    return pool_printf(maker->pool, "%s%s%s", keeps_up, content->saturated ? " Saturated: jobs piled up." : "", late);
}

const char *table_legend(const struct report_tables *tables, struct table_maker *maker, bool bold)
{
    struct content content = look_at(tables);
    const char *runs = count_runs(maker), *harness = runs[0] ? table_harness_cost(maker) : "", *figures = "";
    if (runs[0])
        figures = pool_printf(
            maker->pool, "Figures are medians of %s of each%s.%s%s%s%s%s%s%s", runs,
            content.intervals                     ? "; brackets hold the 95 % interval"
            : content.closed && !maker->intervals ? "; no interval: fewer than 6 blocks"
                                                  : "",
            content.speedups ? " Speed-up: how many times sooner than one after another, compared within each block."
                             : "",
            content.best && bold
                ? " Bold: the fastest, and those within 5 % of it or not told from it, compared within "
                  "each block."
                : "",
            content.best ? " As fast as: within 5 %." : "",
            content.open ? " Response: from when a job was due to its end; service: from its start to its end; queue: "
                           "what lies between."
                         : "",
            explain_keeping_up(maker, &content), harness[0] ? " " : "", harness);
    const char *missing =
        pool_printf(maker->pool, "%s%s", left_out(maker, maker->run->env), left_out(maker, maker->run->end));
    return pool_printf(maker->pool, "%s%s", figures, figures[0] || !missing[0] ? missing : missing + 1);
}
