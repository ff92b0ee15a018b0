/* Pictures made of bars (scripts/charts/bars.gp): a panel a workload, a bar a runner with its interval, figures beside.
 */
#ifndef BENCH_REPORT_CHARTS_BARS_H
#define BENCH_REPORT_CHARTS_BARS_H

#include "charts.h"

struct bar {
    double value;     /**< NAN: none, and the note says why */
    double lo, hi;    /**< its interval; NAN: none */
    double least;     /**< of the runs, for the data file; NAN: not said */
    const char *bold; /**< "" or what stands first beside the bar */
    const char *figure;
    const char *note; /**< "" */
    bool alarm;       /**< how the note looks */
};

struct bar_panel {
    const struct lane_group *group; /**< a bar for each of its lanes */
    const char *heading;            /**< before the group's description */
    const char *axis_name;
    struct bar *bars;
    double scale; /**< from the bars' values to the axis' */

    /* Where it is: set by bars_draw. px */
    double outer_left; /* where the runners' names begin */
    double head;       /* how high what stands above the bars is */
    double left, right, top, bottom;
    double xmax;
    struct chart_axis axis;
};

struct bar_picture {
    const char *name; /**< what its files are called; the first has no number */
    int number;
    const char *title, *of, *subtitle; /**< chart_title */
    const char *meaning;               /**< chart_caption */
    const char *columns;               /**< value, interval and least with their units */
    struct bar_panel *panels;
    size_t count;
    bool pairs; /**< of panels, side by side */
};

/** Panels of a picture, at most. */
#define BARS_PAGE_MOST 4

/** Add a picture to the list. Returns 0 or -1. */
int bars_draw(struct chart_list *list, const struct bar_picture *picture, struct failure *ret_failure);

/** Returns the longest of a panel's bars, intervals included; 0: there is none. */
double bars_longest(const struct bar_panel *panel);

/** Returns a bar for a lane that has no figure, with a note that says why. */
struct bar bar_of_nothing(struct text_pool *words, const struct summary_record *lane);

/** Whether bars are drawn of a group: it is no sweep, and not the harness' own cost beside real work. */
bool bars_want(const struct lane_group *groups, size_t count, size_t which);

#endif
