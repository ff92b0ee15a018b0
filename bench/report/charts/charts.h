/*
 * What the kinds of charts share (wall.c, sweep.c, timeline.c ...; charts.c runs them). What those
 * made of bars share is in bars.h, of lines in lines.h.
 *
 * A chart is laid out here, in pixels from the top left corner, and drawn by a template (scripts/charts/). What is ours
 * goes into the script: numbers, and words we chose. What may come from a user or a server goes into data files, as
 * text drawn by `with labels noenhanced`, and is nowhere near a script.
 */
#ifndef BENCH_REPORT_CHARTS_H
#define BENCH_REPORT_CHARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "../../stored/run_data.h"
#include "../../stored/paired.h"
#include "../../stored/trial_index.h"
#include "../../output/units.h"

#define CHART_WIDTH  1600.0
#define CHART_HEIGHT 900.0
#define CHART_MARGIN 40.0

/**
 * A chart is drawn twice: wide, for a page or a slide, and narrow, for a phone. Both are shown as wide as the page is,
 * 1,100 px and 340 px, so with letters of one size (style.gp: 21 px at least) both have 14 px on the screen.
 */
struct chart_form {
    double width, margin;
    bool narrow; /**< panels one under another, names below the axes; SVG only, called NAME-narrow */
};
extern const struct chart_form chart_wide, chart_narrow;

/** Cells that are drawn, and lanes of one: a file may have any number, a picture (and the PNG format) has its limits.
 */
#define CHART_MOST_PANELS 60
#define CHART_MOST_ROWS   24

/** The numbers are those of style.gp, which says how each looks; px says how high. */
enum text_style { TEXT_TITLE = 1, TEXT_HEADING, TEXT_NUMBER, TEXT_BODY, TEXT_NOTE, TEXT_CAPTION, TEXT_ALARM };
enum text_align { TEXT_LEFT, TEXT_CENTER, TEXT_RIGHT };

struct chart_text {
    double x, y;
    enum text_style style;
    enum text_align align;
    char *text;
};

/** A runner's marker at (x, y), or with slot 0 a thin line from there to (to_x, to_y), with CHART_DOTTED a dotted one. */
#define CHART_DOTTED (-1)
struct chart_mark {
    double x, y, to_x, to_y;
    int slot;
};

struct chart {
    char name[40]; /**< "sweep-2", "sweep-2-narrow": what its files are called */
    const struct chart_form *form;
    double height; /**< may change until chart_end */
    FILE *script;  /**< the variables that the template reads */
    FILE *data;    /**< the figures */
    struct chart_text *texts;
    size_t text_count;
    struct chart_mark *marks;
    size_t mark_count;
    bool out_of_memory; /**< kept until chart_end, so that no caller has to look at every text */
    char *title, *caption;
};

/** The charts of a run, in the order in which they are shown. */
struct chart_list {
    const struct run_data *run;
    const struct chart_form *form; /**< of the charts that are begun now */
    struct trial_index trials;     /**< of the run */
    char *dir;                     /**< where the files are made; they are moved to their place once all are whole */
    struct chart *charts;
    size_t count;
    struct text_pool *words; /**< figures as texts, as the tables have them (units.h) */
};

/* file.c: from a chart to its files. */

/**
 * Begin a chart: opens NAME.gp and NAME.dat in the list's directory.
 *
 * @param template  "wall": what its files are called
 * @param number    from 1, makes the name "template-number"; 0: the name is the template's
 * Returns the chart (the list's; valid until the next chart_begin), or NULL.
 */
struct chart *chart_begin(struct chart_list *list, const char *template, int number, double height,
                          struct failure *ret_failure);

/** Write the texts and marks, the style and the template, and close the files. Returns 0 or -1. */
int chart_end(struct chart_list *list, struct chart *chart, const char *template, struct failure *ret_failure);

/** Free everything; the files stay. */
void chart_list_finish(struct chart_list *list);

/* charts.c: all charts of a directory, drawn and moved to their place at once. */

/** Adds charts to the list. Returns 0 or -1. */
typedef int (*charts_make_fn)(struct chart_list *list, const void *context, struct failure *ret_failure);

/** Make, draw and publish charts in DIR/charts/. `run` may hold no more than dir and what captions say. As
 * report_write_charts. */
int charts_write(const struct run_data *run, charts_make_fn make, const void *context, struct failure *ret_failure);

/** Add a text, its left, middle or right at x, its middle at y. */
void chart_text(struct chart *chart, double x, double y, enum text_style style, enum text_align align,
                const char *text);
void chart_textf(struct chart *chart, double x, double y, enum text_style style, enum text_align align,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));
/** The same in up to two lines of `width`, the middle of both at y. */
void chart_label(struct chart *chart, double x, double y, enum text_style style, enum text_align align, double width,
                 const char *text);
void chart_mark(struct chart *chart, double x, double y, int slot);
void chart_line(struct chart *chart, double x, double y, double to_x, double to_y);
void chart_dotted_line(struct chart *chart, double x, double y, double to_x, double to_y);

/** Add a text in up to `most` lines, below y. Returns the y below it. */
double chart_paragraph(struct chart *chart, double x, double y, enum text_style style, double width, size_t most,
                       const char *text);

/** Define a variable, or an array of one value a panel, for the template. */
void chart_number(struct chart *chart, const char *name, double value);
void chart_array(struct chart *chart, const char *name, const double *values, size_t count);
/** An array of texts of ours: what `set xtics (...)` takes, runners' numbers. */
void chart_words(struct chart *chart, const char *name, const char *const *words, size_t count);

/**
 * The title at the top. Returns the y below it.
 *
 * @param of  what tells the chart from others of its kind, for index.json; NULL: it is the only one
 */
double chart_title(struct chart *chart, const char *title, const char *of, const char *subtitle);

/**
 * The caption in the last CHART_CAPTION_HEIGHT pixels: what the marks mean and, where there is the width for it, the
 * machine. A long one makes the chart higher.
 */
void chart_caption(struct chart *chart, const struct run_data *run, const char *meaning);

/** Pixels that the caption takes at the bottom. */
#define CHART_CAPTION_HEIGHT 76.0

/* text.c: texts for people. All return or fill UTF-8. */

/** Returns a malloc'ed copy in which what is invalid, invisible or a control character is written as \xNN or \u{NNNN}.
 */
char *text_clean(const char *raw);

/** Returns a malloc'ed copy with boxes for the characters that no common font has; of a clean text. */
char *text_common(const char *clean);

/** Returns how wide a (clean) text is drawn, px. An estimate: gnuplot knows no better. */
double text_width(const char *text, enum text_style style);
double text_height(enum text_style style);

/** A runner's label in one line: whole where it is no wider than `width`, else the name that the command line knows it by,
 * cut if that has no room either. Cleans it. */
void text_runner(char *buffer, size_t size, const char *runner, enum text_style style, double width);

/** Copy as much of a text as is no wider than `width`, with an ellipsis where it was cut. Cleans it. */
void text_fit(char *buffer, size_t size, const char *text, enum text_style style, double width);

/** The same in up to two lines, the first broken at a space; lines[1] is "" where one is enough. */
#define TEXT_LINE_SIZE 400
void text_fit_lines(char lines[2][TEXT_LINE_SIZE], const char *text, enum text_style style, double width);

/** The same in up to `most` lines, all but the last broken at a space. Returns how many it takes; 0: of "". */
size_t text_wrap(char (*lines)[TEXT_LINE_SIZE], size_t most, const char *text, enum text_style style, double width);

/** A unit of time for values up to `max_s`: s, ms or us; *ret_scale is what seconds are multiplied by. */
const char *text_time_unit(double max_s, double *ret_scale);

/** Why a lane has no figure: "not supported: ...", "23 of 200 jobs failed: timeout", "no data". */
void text_nothing(char *buffer, size_t size, const struct summary_record *lane);

/** "delay 20 ms, body 10,000 bytes" from "delay-ms=20 body-bytes=10000"; without the key `but`, unless that is NULL. */
void text_params(char *buffer, size_t size, const char *params, const char *but);

/* group.c: which lanes belong on one chart or panel. */

/** A cell with its lanes, or a sweep: the points of a section that differ only in what is swept. */
struct lane_group {
    char *name;  /**< "sleep"; of a sweep the section's, with what else tells it from its neighbours */
    char *swept; /**< "concurrency"; NULL: not a sweep */
    const struct summary_record **lanes; /**< in the run's order */
    double *x;                           /**< the swept value of each lane; NAN where it has none (serial) */
    size_t count;
};

/** Returns 0 and a new array (lane_groups_free), or -1. */
int lane_groups_make(struct lane_group **ret_groups, size_t *ret_count, const struct run_data *run,
                     struct failure *ret_failure);
void lane_groups_free(struct lane_group *groups, size_t count);

/** Whether its jobs arrived at a rate (open loop): then its wall time says nothing. */
bool lane_group_is_open(const struct lane_group *group);

/** "100 jobs, concurrency 100, delay 50 ms, 1 CPU": what a cell's lanes have in common. */
void lane_group_describe(const struct lane_group *group, char *buffer, size_t size);

/** The median of a figure over a lane's runs of state ok, and its exact interval (NAN below 6). */
struct lane_estimate {
    size_t n;
    double median, lo, hi, least;
};
/** Returns 0 or -1 (memory). Without a run that has the figure n is 0, and the others are NAN. */
int lane_estimate_make(struct lane_estimate *ret_estimate, const struct chart_list *list,
                       const struct summary_record *lane, trial_figure_fn figure);

/** How many runs figures are made of (least and most; zeroed: none yet), and whether any has an interval. */
struct run_count {
    long min, max;
    bool intervals;
};
/** Count one figure, the median of `n` runs (0: there is none). */
void run_count_add(struct run_count *runs, long n, bool interval);
/** "7 runs"; "5 to 7 runs". */
void run_count_text(struct run_count count, char *buffer, size_t size);

/** The runner's place in the fixed table of colours and markers, from 1; the last is for runners that it does not know.
 */
int runner_slot(const char *runner);

/* scale.c: axes and room. Pure functions. Any axis but those of given points has at least three ticks. */

/** An axis: from where to where, and its ticks as gnuplot's `set xtics (...)` takes them. */
struct chart_axis {
    double lo, hi;
    bool log;
    double label_width; /**< of the widest tick's label, px */
    char ticks[1024];
};

/** An axis of differences: "+1 %", "0", "−1 %". */
void axis_percent(struct chart_axis *ret_axis, double lo, double hi, int wanted);

/** An axis of shares: "0 %", "25 %" ... "100 %". */
void axis_share(struct chart_axis *ret_axis);

/** A linear axis from lo to about hi, with ticks at 1, 2 or 5 times a power of ten, about `wanted` of them. */
void axis_linear(struct chart_axis *ret_axis, double lo, double hi, int wanted);

/** A linear axis from zero to a tick at `most` or the first one beyond. */
void axis_from_zero(struct chart_axis *ret_axis, double most, int wanted);

/** An axis for amounts: from zero while the least can still be told from zero, else logarithmic. */
void axis_amount(struct chart_axis *ret_axis, double least, double most, int wanted);

/** An axis for times that may all be alike: logarithmic where they are far apart, and where they are close it begins
 * near the least of them and not at zero. */
void axis_near(struct chart_axis *ret_axis, double least, double most, int wanted);

/** An axis of percentiles as 1 / (1 - p), logarithmic: "p50" at 2, "p90" at 10, "p99" at 100. */
void axis_tail(struct chart_axis *ret_axis, double most, double width);

/** A logarithmic axis around lo..hi with ticks at powers of ten, between them where they are few, and at evenly spaced
 * values where less than a decade has too few of those. */
void axis_log(struct chart_axis *ret_axis, double lo, double hi);

/** A logarithmic axis with ticks at these values (ascending), as many as have room in `width` px. */
void axis_log_at(struct chart_axis *ret_axis, const double *values, size_t count, double width);

/** Where along the axis a value is: 0 at lo, 1 at hi. */
double axis_place(const struct chart_axis *axis, double value);

/**
 * Move positions (ascending), the middles of things of these heights, as little as possible in the sum of squares, so
 * that none touches its neighbour and all are within lo..hi; where there is no room for all, the last are beyond.
 */
void spread_apart(double *positions, const double *heights, size_t count, double lo, double hi);

/* samples.c: the jobs that were kept. */

/** Returns the samples of a lane's run with the median time (the lower of two); NULL where none were kept. */
const struct sample_set *samples_of(const struct chart_list *list, const struct summary_record *lane);

/** How long the jobs of a set took that did not fail. */
struct job_times {
    double *seconds; /**< ascending */
    size_t count, failed;
};
/** Returns 0 or -1 (memory); job_times_free accepts what is zeroed. */
int job_times_make(struct job_times *ret_times, const struct sample_set *set);
void job_times_free(struct job_times *times);

/* The kinds. Each adds its charts in the list's form: none where the run has nothing for it. Returns 0 or -1. */
int charts_wall(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure);
int charts_sweep(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure);
int charts_rate(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure);
int charts_timeline(struct chart_list *list, const struct lane_group *groups, size_t count,
                    struct failure *ret_failure);
int charts_latency(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure);
int charts_cost(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure);
int charts_sweep_cost(struct chart_list *list, const struct lane_group *groups, size_t count,
                      struct failure *ret_failure);
int charts_order(struct chart_list *list, struct failure *ret_failure);

#endif
