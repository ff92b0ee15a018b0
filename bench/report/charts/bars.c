/* Pictures made of bars: laid out here, drawn by bars.gp. */
#include "bars.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define PANEL_GUTTER 70.0
#define PANEL_HEAD   82.0 /* the cell's name and description, above the bars */
#define HEAD_LINE    27.0 /* a second line of the description */
#define HEAD_NARROW  108.0
#define PANEL_FOOT   86.0 /* ticks and the axis' name, below */
#define ROW_LEAST    56.0 /* a name may have two lines */
#define ROW_MOST     112.0
#define ROW_NARROW   82.0 /* the name above the bar */
#define NAME_NARROW  34.0
#define BEYOND_MOST  12.0

double bars_longest(const struct bar_panel *panel)
{
    double longest = 0;
    for (size_t i = 0; i < panel->group->count; i++)
        if (isfinite(panel->bars[i].value))
            longest = fmax(longest, fmax(panel->bars[i].value, isfinite(panel->bars[i].hi) ? panel->bars[i].hi : 0));
    return longest;
}

struct bar bar_of_nothing(struct text_pool *words, const struct summary_record *lane)
{
    char why[600];
    text_nothing(why, sizeof(why), lane);
    return (struct bar){.value = NAN,
                        .lo = NAN,
                        .hi = NAN,
                        .least = NAN,
                        .bold = "",
                        .figure = "",
                        .note = pool_printf(words, "%s", why),
                        .alarm = lane->state && strcmp(lane->state, "failed") == 0};
}

/* What the harness itself costs is in the tables: beside real work it would be the least of bars. */
bool bars_want(const struct lane_group *groups, size_t count, size_t which)
{
    bool harness = strcmp(groups[which].lanes[0]->workload, "null") == 0;
    if (lane_group_is_open(&groups[which])) /* how long it took was given */
        return false;
    if (groups[which].swept || !harness)
        return !groups[which].swept;
    for (size_t i = 0; i < count; i++)
        if (!groups[i].swept && strcmp(groups[i].lanes[0]->workload, "null") != 0)
            return false;
    return true;
}

/* All panels' heads are as high as the highest, so that their bars begin on one line. */
static double head_height(const struct chart_form *form, const struct bar_panel *panels, size_t count, double width)
{
    if (form->narrow)
        return HEAD_NARROW;
    for (size_t i = 0; i < count; i++) {
        char text[600];
        lane_group_describe(panels[i].group, text, sizeof(text));
        if (text_width(text, TEXT_NOTE) > width)
            return PANEL_HEAD + HEAD_LINE;
    }
    return PANEL_HEAD;
}

/* What the bold figure takes before the other. */
static double bold_room(const struct bar *bar)
{
    return bar->bold[0] ? text_width(bar->bold, TEXT_NUMBER) + 16 : 0;
}

/* Make the axis just so long that what stands behind each bar has room, and the last tick is at the longest bar's end or
 * beyond. */
static void scale_panel(struct bar_panel *panel)
{
    double width = panel->right - panel->left;
    axis_from_zero(&panel->axis, bars_longest(panel) * panel->scale, width < 450 ? 3 : width < 800 ? 5 : 8);
    /* The last tick's label may stand half beyond the panel, but not the picture. */
    double xmax = panel->axis.hi / (1 - fmax(0, panel->axis.label_width / 2 - BEYOND_MOST) / width);
    for (size_t i = 0; i < panel->group->count; i++) {
        const struct bar *bar = &panel->bars[i];
        if (!isfinite(bar->value))
            continue;
        double room = 14 + bold_room(bar) + text_width(bar->figure, TEXT_BODY);
        if (bar->note[0])
            room += 14 + text_width(bar->note, TEXT_ALARM);
        room = fmin(room, width * 0.7);
        xmax = fmax(xmax, fmax(bar->value, isfinite(bar->hi) ? bar->hi : 0) * panel->scale / (1 - room / width));
    }
    panel->xmax = xmax;
}

/* The widest of the panel's names in two lines, but no more than a third of its room. */
static double name_column(const struct bar_panel *panel, double outer_width)
{
    double widest = 0;
    for (size_t i = 0; i < panel->group->count; i++) {
        char lines[2][TEXT_LINE_SIZE];
        text_fit_lines(lines, report_runner_label(panel->group->lanes[i]->runner), TEXT_BODY, outer_width * 0.34);
        widest = fmax(widest, fmax(text_width(lines[0], TEXT_BODY), text_width(lines[1], TEXT_BODY)));
    }
    return widest + 14;
}

/* Rows of panels, each as high as its tallest: in one column while that is no higher than two panels, and on a phone;
 * else, and where pairs belong together, two side by side. Returns the y below. */
static double lay_out(const struct chart_form *form, double y, struct bar_panel *panels, size_t count, bool pairs)
{
    size_t columns = !form->narrow && (pairs || count > 2) ? 2 : 1, rows = (count + columns - 1) / columns;
    double outer_width = (form->width - 2 * form->margin - PANEL_GUTTER * (double)(columns - 1)) / (double)columns;
    size_t bars = 0; /* one under another, all rows of panels together */
    for (size_t r = 0; r < rows; r++) {
        size_t most = 0;
        for (size_t i = r * columns; i < (r + 1) * columns && i < count; i++)
            most = panels[i].group->count > most ? panels[i].group->count : most;
        bars += most;
    }
    double head = head_height(form, panels, count, outer_width);
    double around = y + (double)rows * (head + PANEL_FOOT) + CHART_CAPTION_HEIGHT;
    double pitch = fmax(ROW_LEAST, fmin(ROW_MOST, (CHART_HEIGHT - around) / (double)bars));
    if (form->narrow)
        pitch = ROW_NARROW;
    y += 8;
    for (size_t r = 0; r < rows; r++) {
        size_t most = 0;
        for (size_t i = r * columns; i < (r + 1) * columns && i < count; i++) {
            struct bar_panel *panel = &panels[i];
            panel->outer_left = form->margin + (double)(i % columns) * (outer_width + PANEL_GUTTER);
            panel->left = panel->outer_left + (form->narrow ? 2 : name_column(panel, outer_width));
            panel->right = panel->outer_left + outer_width;
            panel->head = head;
            panel->top = y + head;
            panel->bottom = panel->top + pitch * (double)panel->group->count;
            most = panel->group->count > most ? panel->group->count : most;
            scale_panel(panel);
        }
        y += head + PANEL_FOOT + pitch * (double)most;
    }
    return y;
}

static void write_head(struct chart *chart, const struct bar_panel *panel)
{
    double width = panel->right - panel->outer_left;
    double top = panel->top - panel->head;
    char text[600], fitted[600];
    text_fit(fitted, sizeof(fitted), panel->heading, TEXT_HEADING, width);
    chart_text(chart, panel->outer_left, top + 20, TEXT_HEADING, TEXT_LEFT, fitted);
    lane_group_describe(panel->group, text, sizeof(text));
    chart_paragraph(chart, panel->outer_left, top + 40, TEXT_NOTE, width, 2, text);
    chart_text(chart, panel->left, panel->bottom + 58, TEXT_NOTE, TEXT_LEFT, panel->axis_name);
}

static void write_panel(struct chart *chart, const struct bar_panel *panel, size_t number)
{
    const struct lane_group *group = panel->group;
    bool narrow = chart->form->narrow;
    double width = panel->right - panel->left, pitch = (panel->bottom - panel->top) / (double)group->count;
    char fitted[600];
    write_head(chart, panel);
    for (size_t i = 0; i < group->count; i++) {
        const struct bar *bar = &panel->bars[i];
        const char *name = report_runner_label(group->lanes[i]->runner);
        double from = panel->top + (double)i * pitch, x = panel->left + 12;
        double y = narrow ? from + NAME_NARROW + (pitch - NAME_NARROW) * 0.4 : from + pitch / 2;
        if (narrow) {
            text_runner(fitted, sizeof(fitted), group->lanes[i]->runner, TEXT_BODY, width - 8);
            chart_text(chart, panel->left + 8, from + NAME_NARROW / 2, TEXT_BODY, TEXT_LEFT, fitted);
        } else {
            chart_label(chart, panel->left - 12, y, TEXT_BODY, TEXT_RIGHT, panel->left - panel->outer_left - 12, name);
        }
        if (isfinite(bar->value)) {
            fprintf(chart->data, "%zu\t%zu\t%d\t%.9g\t%.9g\t%.9g\t%.9g\n", number, i + 1,
                    runner_slot(group->lanes[i]->runner), bar->value, bar->lo, bar->hi, bar->least);
            double end = fmax(bar->value, isfinite(bar->hi) ? bar->hi : 0);
            x += end * panel->scale / panel->xmax * width;
            chart_text(chart, x, y, TEXT_NUMBER, TEXT_LEFT, bar->bold);
            x += bold_room(bar);
            chart_text(chart, x, y, TEXT_BODY, TEXT_LEFT, bar->figure);
            x += text_width(bar->figure, TEXT_BODY) + 14;
        }
        enum text_style style = bar->alarm ? TEXT_ALARM : TEXT_NOTE;
        if (isfinite(bar->value)) {
            text_fit(fitted, sizeof(fitted), bar->note, style, panel->right - x);
            chart_text(chart, x, y, style, TEXT_LEFT, fitted);
        } else {
            chart_label(chart, x, y, style, TEXT_LEFT, panel->right - x, bar->note);
        }
    }
}

static void write_variables(struct chart *chart, const struct bar_panel *panels, size_t count)
{
    static const char *const names[7] = {"LEFT", "RIGHT", "TOP", "BOTTOM", "SCALE", "XMAX", "ROWS"};
    double values[7][BARS_PAGE_MOST];
    const char *ticks[BARS_PAGE_MOST];
    for (size_t i = 0; i < count; i++) {
        const struct bar_panel *panel = &panels[i];
        const double own[7] = {panel->left,
                               panel->right,
                               panel->top,
                               panel->bottom,
                               panel->scale,
                               panel->xmax,
                               (double)panel->group->count};
        for (size_t v = 0; v < 7; v++)
            values[v][i] = own[v];
        ticks[i] = panel->axis.ticks;
    }
    chart_number(chart, "PANELS", (double)count);
    for (size_t v = 0; v < 7; v++)
        chart_array(chart, names[v], values[v], count);
    chart_words(chart, "XTICS", ticks, count);
    /* Where in its row a bar is, as shares of it from the row's middle. */
    double middle = NAME_NARROW / ROW_NARROW + (1 - NAME_NARROW / ROW_NARROW) * 0.4 - 0.5;
    bool narrow = chart->form->narrow;
    chart_number(chart, "BAR_FROM", narrow ? middle - 17 / ROW_NARROW : -0.34);
    chart_number(chart, "BAR_MIDDLE", narrow ? middle : 0);
    chart_number(chart, "BAR_TO", narrow ? middle + 17 / ROW_NARROW : 0.34);
}

int bars_draw(struct chart_list *list, const struct bar_picture *picture, struct failure *ret_failure)
{
    /* The first has no number whether or not others follow. */
    struct chart *chart =
        chart_begin(list, picture->name, picture->number > 1 ? picture->number : 0, CHART_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    double y = chart_title(chart, picture->title, picture->of, picture->subtitle);
    y = lay_out(chart->form, y, picture->panels, picture->count, picture->pairs);
    write_variables(chart, picture->panels, picture->count);
    fprintf(chart->data, "# panel\trow\trunner's number in the style\t%s\n", picture->columns);
    for (size_t i = 0; i < picture->count; i++)
        write_panel(chart, &picture->panels[i], i + 1);
    chart->height = rint(y + CHART_CAPTION_HEIGHT);
    chart_caption(chart, list->run, picture->meaning);
    return chart_end(list, chart, "bars", ret_failure);
}
