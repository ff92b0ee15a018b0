/* Pictures made of lines: laid out here, drawn by lines.gp. */
#include "lines.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define PANEL_HEAD    98.0 /* a heading and a description, where the panel has them */
#define AXIS_HEAD     58.0 /* the vertical axis' name, above it */
#define AXIS_FOOT     92.0 /* ticks and the axis' name, below */
#define NAME_MOST     280.0
#define NAME_HEIGHT   34.0 /* at the right edge, a line; of two lines: */
#define NAME_HEIGHT_2 60.0
#define GAP_PITCH     26.0 /* from one row of marks for what could not be done to the next */
#define GAPS_MOST     6    /* runners with gaps that are shown */

struct line *line_of(struct line_panel *panel, struct text_pool *pool, const char *runner, size_t most)
{
    for (size_t i = 0; i < panel->count; i++)
        if (strcmp(panel->lines[i].runner, runner) == 0)
            return &panel->lines[i];
    if (panel->count == CHART_MOST_ROWS)
        return NULL;
    struct line *line = &panel->lines[panel->count];
    *line = (struct line){.runner = runner, .figure = "", .points = pool_array(pool, most, sizeof(*line->points))};
    if (!line->points)
        return NULL;
    panel->count++;
    return line;
}

/* The last point that has a figure, or NULL. */
static const struct line_point *last_point(const struct line *line)
{
    for (size_t i = line->count; i-- > 0;)
        if (isfinite(line->points[i].y))
            return &line->points[i];
    return NULL;
}

bool line_panel_measure(struct line_panel *panel)
{
    panel->x_least = panel->y_least = INFINITY;
    panel->x_most = panel->y_most = -INFINITY;
    bool any = false;
    for (size_t i = 0; i < panel->count; i++)
        for (size_t p = 0; p < panel->lines[i].count; p++) {
            const struct line_point *point = &panel->lines[i].points[p];
            if (!isfinite(point->y))
                continue;
            any = true;
            panel->x_least = fmin(panel->x_least, point->x);
            panel->x_most = fmax(panel->x_most, point->x);
            panel->y_least = fmin(panel->y_least, isfinite(point->lo) ? fmin(point->lo, point->y) : point->y);
            panel->y_most = fmax(panel->y_most, isfinite(point->hi) ? fmax(point->hi, point->y) : point->y);
        }
    return any;
}

void line_say_gap(struct line *line, struct text_pool *words, const struct summary_record *first)
{
    char at[256] = "", why[1000];
    size_t listed = 0, all = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct line_point *point = &line->points[i];
        if (isfinite(point->y) || !isfinite(point->x) || all++ >= 6)
            continue;
        char number[32];
        units_write_count(number, sizeof(number), fmin(point->x, 1e15));
        strcat(strcat(at, listed++ ? ", " : " at "), number);
    }
    text_nothing(why, sizeof(why), first);
    line->gap_at = pool_printf(words, "%s%s", at, all > listed ? " and more" : "");
    line->gap = pool_printf(words, "%s", why);
}

static int by_x(const void *a, const void *b)
{
    double left = ((const struct line_point *)a)->x, right = ((const struct line_point *)b)->x;
    return (left > right) - (left < right);
}

void line_sort(struct line *line)
{
    qsort(line->points, line->count, sizeof(line->points[0]), by_x);
}

/* Where a panel is, and its axes. */
struct frame {
    double left, right, top, bottom; /* px, of the axes */
    double figure_at;                /* where the figures end, px */
    struct chart_axis x, y;
    double y_lo; /* of the frame: lower than the axis' where there are rows of marks */
    size_t gap_rows;
};

static double x_px(const struct frame *frame, double x)
{
    return frame->left + axis_place(&frame->x, x) * (frame->right - frame->left);
}

static double y_px(const struct frame *frame, double y)
{
    double floor_px = frame->bottom - GAP_PITCH * (double)frame->gap_rows;
    return floor_px - axis_place(&frame->y, y) * (floor_px - frame->top);
}

/* Whether there is an x at which the runner has no figure. */
static bool has_marks(const struct line *line)
{
    for (size_t i = 0; i < line->count; i++)
        if (!isfinite(line->points[i].y) && isfinite(line->points[i].x))
            return true;
    return false;
}

/* How wide the column of names is, and that of their figures. */
static double name_column(const struct line_panel *panel, double *ret_figures)
{
    double names = 0, figures = 0;
    for (size_t i = 0; i < panel->count; i++) {
        char lines[2][TEXT_LINE_SIZE];
        if (!last_point(&panel->lines[i]))
            continue;
        text_fit_lines(lines, report_runner_label(panel->lines[i].runner), TEXT_BODY, NAME_MOST);
        names = fmax(names, fmax(text_width(lines[0], TEXT_BODY), text_width(lines[1], TEXT_BODY)));
        figures = fmax(figures, text_width(panel->lines[i].figure, TEXT_BODY));
    }
    *ret_figures = figures;
    return names;
}

static void lay_out(struct frame *frame, const struct line_panel *panel, const struct chart_form *form, double top,
                    double height)
{
    *frame = (struct frame){.top = top, .bottom = top + height};
    for (size_t i = 0; i < panel->count; i++)
        frame->gap_rows += has_marks(&panel->lines[i]);
    if (frame->gap_rows > GAPS_MOST)
        frame->gap_rows = GAPS_MOST;
    panel->y_axis(&frame->y, panel, height);
    frame->left = form->margin + 16 + frame->y.label_width;
    double names, figures;
    names = name_column(panel, &figures);
    frame->figure_at = form->width - form->margin;
    frame->right = form->narrow ? frame->figure_at - 10 : frame->figure_at - 62 - names - 16 - figures;
    panel->x_axis(&frame->x, panel, frame->right - frame->left);
    double below = GAP_PITCH * (double)frame->gap_rows, share = below / (height - below);
    frame->y_lo = frame->y.log ? frame->y.lo / pow(frame->y.hi / frame->y.lo, share)
                               : frame->y.lo - share * (frame->y.hi - frame->y.lo);
}

static void write_point(struct chart *chart, const struct line *line, const struct line_point *point, double x,
                        int marker)
{
    fprintf(chart->data, "%d\t%.9g\t%.9g\t%.9g\t%.9g\t%d\n", runner_slot(line->runner), x, point->y, point->lo,
            point->hi, marker);
}

/* An empty line ends a curve, so that the next does not start from its end. A level goes from edge to edge, without
 * markers: it was not measured at any of these x. */
static void write_line(struct chart *chart, const struct line *line, const struct frame *frame)
{
    const struct line_point *last = last_point(line);
    if (line->level && last) {
        write_point(chart, line, last, frame->x.lo, 0);
        write_point(chart, line, last, frame->x.hi, 0);
    }
    for (size_t i = 0; !line->level && i < line->count; i++)
        if (isfinite(line->points[i].x))
            write_point(chart, line, &line->points[i], line->points[i].x, line->points[i].marked);
}

struct end_label {
    const struct line *line;
    double x, y; /* of the line's end, px */
    size_t order;
};

static int by_y(const void *a, const void *b)
{
    const struct end_label *left = a, *right = b;
    if (left->y != right->y)
        return left->y < right->y ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* Where each line ends, from the top. */
static size_t find_ends(struct end_label labels[CHART_MOST_ROWS], const struct line_panel *panel,
                        const struct frame *frame)
{
    size_t count = 0;
    for (size_t i = 0; i < panel->count; i++) {
        const struct line *line = &panel->lines[i];
        const struct line_point *last = last_point(line);
        if (!last)
            continue;
        double x = line->level ? frame->right : x_px(frame, last->x);
        labels[count] = (struct end_label){line, x, panel->stacked ? frame->top : y_px(frame, last->y), count};
        count++;
    }
    qsort(labels, count, sizeof(labels[0]), by_y);
    return count;
}

/* Each line's name and figure at the right edge, moved apart where they would touch. */
static void write_names(struct chart *chart, const struct line_panel *panel, const struct frame *frame)
{
    struct end_label labels[CHART_MOST_ROWS];
    double places[CHART_MOST_ROWS], heights[CHART_MOST_ROWS];
    size_t count = find_ends(labels, panel, frame);
    for (size_t i = 0; i < count; i++) {
        char lines[2][TEXT_LINE_SIZE];
        text_fit_lines(lines, report_runner_label(labels[i].line->runner), TEXT_BODY, NAME_MOST);
        places[i] = labels[i].y;
        heights[i] = lines[1][0] ? NAME_HEIGHT_2 : NAME_HEIGHT;
    }
    spread_apart(places, heights, count, frame->top - NAME_HEIGHT / 2,
                 frame->bottom - GAP_PITCH * (double)frame->gap_rows);
    for (size_t i = 0; i < count; i++) {
        /* From far away a whole one would look like a line of the chart's. */
        if (!panel->stacked && labels[i].x > frame->left + (frame->right - frame->left) / 2)
            chart_line(chart, labels[i].x + 14, labels[i].y, frame->right + 32, places[i]);
        else if (!panel->stacked)
            chart_dotted_line(chart, labels[i].x + 18, labels[i].y, frame->right + 32, places[i]);
        chart_mark(chart, frame->right + 46, places[i], runner_slot(labels[i].line->runner));
        chart_label(chart, frame->right + 62, places[i], TEXT_BODY, TEXT_LEFT, NAME_MOST,
                    report_runner_label(labels[i].line->runner));
        chart_text(chart, frame->figure_at, places[i], TEXT_BODY, TEXT_RIGHT, labels[i].line->figure);
    }
    chart_text(chart, frame->figure_at, places[0] - heights[0] / 2 - 14, TEXT_NOTE, TEXT_RIGHT, panel->figure_name);
}

/* The same below the axes, a row each. Returns the y below them. */
static double write_key(struct chart *chart, const struct line_panel *panel, const struct frame *frame, double y)
{
    struct end_label labels[CHART_MOST_ROWS];
    size_t count = find_ends(labels, panel, frame);
    double left = chart->form->margin, figures, fitted_width;
    name_column(panel, &figures);
    fitted_width = frame->figure_at - figures - 16 - left - 30;
    chart_text(chart, frame->figure_at, y + 12, TEXT_NOTE, TEXT_RIGHT, panel->figure_name);
    y += 26;
    for (size_t i = 0; i < count; i++) {
        char name[TEXT_LINE_SIZE];
        text_runner(name, sizeof(name), labels[i].line->runner, TEXT_BODY, fitted_width);
        chart_mark(chart, left + 12, y + NAME_HEIGHT / 2, runner_slot(labels[i].line->runner));
        chart_text(chart, left + 30, y + NAME_HEIGHT / 2, TEXT_BODY, TEXT_LEFT, name);
        chart_text(chart, frame->figure_at, y + NAME_HEIGHT / 2, TEXT_BODY, TEXT_RIGHT, labels[i].line->figure);
        y += NAME_HEIGHT;
    }
    return y + 8;
}

/* A row of marks at the foot for each runner that has gaps. */
static void write_gap_marks(struct chart *chart, const struct line_panel *panel, const struct frame *frame)
{
    size_t row = 0;
    for (size_t i = 0; i < panel->count && row < frame->gap_rows; i++) {
        const struct line *line = &panel->lines[i];
        if (!has_marks(line))
            continue;
        double y = frame->bottom - GAP_PITCH * ((double)row++ + 0.5);
        for (size_t p = 0; p < line->count; p++)
            if (!isfinite(line->points[p].y) && isfinite(line->points[p].x))
                chart_text(chart, x_px(frame, line->points[p].x), y, TEXT_ALARM, TEXT_CENTER, "\u00d7");
        if (chart->form->narrow)
            continue;
        chart_mark(chart, frame->right + 46, y, runner_slot(line->runner));
        chart_text(chart, frame->right + 62, y, TEXT_NOTE, TEXT_LEFT, "\u00d7 see below");
    }
}

/* "thread pool at 400, coroutines: 7 of 60 jobs failed": of all lines that have the reason of the one at `first`; NULL
 * where a line before it has said that. */
static const char *gap_note(const struct line_panel *panel, size_t first, struct text_pool *words)
{
    const char *names = "";
    for (size_t i = 0; i < panel->count; i++) {
        const struct line *line = &panel->lines[i];
        if (!line->gap || strcmp(line->gap, panel->lines[first].gap) != 0)
            continue;
        if (i < first)
            return NULL;
        char name[600];
        text_fit(name, sizeof(name), report_runner_label(line->runner), TEXT_NOTE, 560);
        names = pool_printf(words, "%s%s%s%s", names, names[0] ? ", " : "", name, line->gap_at ? line->gap_at : "");
    }
    return pool_printf(words, "%s: %s", names, panel->lines[first].gap);
}

/* And in words, why. Returns the y below. */
static double write_gap_notes(struct chart *chart, const struct line_panel *panel, double y, struct text_pool *words)
{
    double margin = chart->form->margin;
    size_t noted = 0;
    for (size_t i = 0; i < panel->count && noted < GAPS_MOST; i++) {
        const char *note = panel->lines[i].gap ? gap_note(panel, i, words) : NULL;
        if (!note)
            continue;
        noted++;
        chart_text(chart, margin, y + text_height(TEXT_NOTE) * 0.65, TEXT_ALARM, TEXT_LEFT, "\u00d7");
        y = chart_paragraph(chart, margin + 26, y, TEXT_NOTE, chart->form->width - 2 * margin - 26,
                            chart->form->narrow ? 4 : 2, note);
    }
    return y;
}

/* Returns the y below the panel. */
static double write_panel(struct chart *chart, const struct line_panel *panel, struct frame *frame, double y,
                          double height, struct text_pool *words)
{
    const struct chart_form *form = chart->form;
    double room = form->width - 2 * form->margin;
    if (panel->heading) {
        double head = y;
        y = chart_paragraph(chart, form->margin, y + 22, TEXT_HEADING, room, form->narrow ? 2 : 1, panel->heading);
        y = chart_paragraph(chart, form->margin, y, TEXT_NOTE, room, form->narrow ? 3 : 1, panel->description);
        y = form->narrow ? y : head + PANEL_HEAD;
    }
    if (form->narrow) {
        y = chart_paragraph(chart, form->margin, y + 8, TEXT_BODY, room, 3, panel->y_name);
        lay_out(frame, panel, form, y + 18, height);
    } else {
        lay_out(frame, panel, form, y + AXIS_HEAD, height);
        chart_text(chart, frame->left, frame->top - 32, TEXT_BODY, TEXT_LEFT, panel->y_name);
    }
    double middle = form->narrow ? form->width / 2 : (frame->left + frame->right) / 2;
    chart_text(chart, middle, frame->bottom + 64, TEXT_BODY, TEXT_CENTER, panel->x_name);
    write_gap_marks(chart, panel, frame);
    y = frame->bottom + AXIS_FOOT;
    if (form->narrow)
        y = write_key(chart, panel, frame, y);
    else
        write_names(chart, panel, frame);
    return write_gap_notes(chart, panel, y, words);
}

/* Panels are blocks of lines two empty lines apart, which gnuplot counts. */
static void write_data(struct chart *chart, const struct line_picture *picture, const struct frame *frames)
{
    fprintf(chart->data, "# runner's number in the style\t%s\tmarked\n", picture->columns);
    for (size_t i = 0; i < picture->count; i++) {
        bool first = true;
        for (size_t l = 0; l < picture->panels[i]->count; l++) {
            const struct line *line = &picture->panels[i]->lines[l];
            if (!last_point(line))
                continue;
            if (!first || i > 0)
                fputs(first ? "\n\n" : "\n", chart->data);
            first = false;
            write_line(chart, line, &frames[i]);
        }
    }
}

static void write_variables(struct chart *chart, const struct line_picture *picture, const struct frame *frames,
                            struct text_pool *words)
{
    static const char *const names[10] = {"LEFT", "RIGHT", "TOP",  "BOTTOM", "XMIN",
                                          "XMAX", "YMIN",  "YMAX", "LOG_X",  "LOG_Y"};
    double values[10][CHART_MOST_PANELS];
    const char *texts[3][CHART_MOST_PANELS];
    for (size_t i = 0; i < picture->count; i++) {
        const struct frame *frame = &frames[i];
        const double own[10] = {frame->left, frame->right, frame->top,  frame->bottom, frame->x.lo,
                                frame->x.hi, frame->y_lo,  frame->y.hi, frame->x.log,  frame->y.log};
        for (size_t v = 0; v < 10; v++)
            values[v][i] = own[v];
        texts[0][i] = frame->x.ticks;
        texts[1][i] = frame->y.ticks;
        texts[2][i] = "";
        for (size_t l = 0; l < picture->panels[i]->count; l++)
            if (last_point(&picture->panels[i]->lines[l]))
                texts[2][i] =
                    pool_printf(words, "%s %d ", texts[2][i], runner_slot(picture->panels[i]->lines[l].runner));
    }
    chart_number(chart, "PANELS", (double)picture->count);
    chart_number(chart, "THICKNESS", picture->thickness);
    for (size_t v = 0; v < 10; v++)
        chart_array(chart, names[v], values[v], picture->count);
    chart_words(chart, "XTICS", texts[0], picture->count);
    chart_words(chart, "YTICS", texts[1], picture->count);
    chart_words(chart, "SHOWN", texts[2], picture->count);
}

int lines_draw(struct chart_list *list, const struct line_picture *picture, struct failure *ret_failure)
{
    struct frame *frames = pool_array(list->words, picture->count, sizeof(*frames));
    if (!frames)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    struct chart *chart = chart_begin(list, picture->name, picture->number, CHART_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    double y = chart_title(chart, picture->title, picture->of, picture->subtitle);
    for (size_t i = 0; i < picture->count; i++)
        y = write_panel(chart, picture->panels[i], &frames[i], y, picture->panel_height, list->words);
    write_variables(chart, picture, frames, list->words);
    write_data(chart, picture, frames);
    chart->height = rint(y + CHART_CAPTION_HEIGHT);
    chart_caption(chart, list->run, picture->meaning);
    return chart_end(list, chart, "lines", ret_failure);
}
