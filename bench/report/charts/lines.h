/*
 * Pictures made of lines (scripts/charts/lines.gp): a panel or a few, one under another; in each a line a runner, its
 * interval as a band, its name and a figure at its end. What a runner could not do is marked at the foot, and said in
 * words below.
 */
#ifndef BENCH_REPORT_CHARTS_LINES_H
#define BENCH_REPORT_CHARTS_LINES_H

#include "charts.h"

enum { LINE_MARKED = 1, LINE_HOLLOW = 2 };

struct line_point {
    double x, y;   /**< y NAN: the runner has no figure here */
    double lo, hi; /**< its interval; NAN: none */
    int marked;    /**< LINE_MARKED: has the runner's marker; LINE_HOLLOW: a hollow circle instead */
};

/** A runner's line. */
struct line {
    const char *runner;
    struct line_point *points; /**< by x */
    size_t count;
    bool level;         /**< one point that holds at every x */
    const char *figure; /**< at its end, beside the name */
    const char *gap;    /**< why figures are missing, in words; NULL: none is. Lines of one reason have one note */
    const char *gap_at; /**< " at 4,000, 8,000": what follows the runner's name before that; NULL: nothing */
};

struct line_panel;

/** Choose an axis from what the panel has on it. */
typedef void (*line_axis_fn)(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px);

struct line_panel {
    const char *heading, *description; /**< NULL: the chart's title says it */
    const char *x_name, *y_name;
    const char *figure_name; /**< "jobs/s": above the figures */
    line_axis_fn x_axis, y_axis;
    struct line lines[CHART_MOST_ROWS];
    size_t count;
    bool stacked;        /**< the lines end at one height: their names stand there from the top */
    const double *ticks; /**< of an axis that has the measured points */
    size_t tick_count;
    double x_least, x_most, y_least, y_most; /**< of all points, intervals included: line_panel_measure */
};

/** Returns the runner's line, made if it is not there yet with room for `most` points (the pool's memory); NULL when
 * there are too many, or no memory. */
struct line *line_of(struct line_panel *panel, struct text_pool *pool, const char *runner, size_t most);

/** Set the line's gap from its points, the first lane of which has no figure. */
void line_say_gap(struct line *line, struct text_pool *words, const struct summary_record *first);

/** Order the points by x. */
void line_sort(struct line *line);

/** Set the extremes. Returns whether there is anything to draw. */
bool line_panel_measure(struct line_panel *panel);

/** A picture of panels, of which line_panel_measure has said that there is something to draw. */
struct line_picture {
    const char *name; /**< what its files are called */
    int number;
    const char *title, *of, *subtitle; /**< chart_title */
    const char *meaning;               /**< chart_caption */
    const char *columns;               /**< x, y and interval with their units, for people who read the data */
    const struct line_panel *const *panels;
    size_t count;
    double panel_height; /**< of the axes, px */
    double thickness;    /**< of the lines: 1, or less for such as have many bends */
};

/** Add a picture to the list. Returns 0 or -1. */
int lines_draw(struct chart_list *list, const struct line_picture *picture, struct failure *ret_failure);

#endif
