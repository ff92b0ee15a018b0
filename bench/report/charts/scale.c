/* Axes, and room on them. Pure functions. */
#include "charts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICKS_LEAST 3

/* gnuplot takes a label as a format: a percent sign is two. */
static void add_labelled(struct chart_axis *axis, double value, const char *label)
{
    char doubled[96], tick[128], *to = doubled;
    for (const char *p = label; *p && to < doubled + sizeof(doubled) - 2; p++) {
        *to++ = *p;
        if (*p == '%')
            *to++ = '%';
    }
    *to = '\0';
    size_t used = strlen(axis->ticks);
    snprintf(tick, sizeof(tick), "%s\"%s\" %.9g", used ? ", " : "", doubled, value);
    if (used + strlen(tick) >= sizeof(axis->ticks))
        return;
    strcat(axis->ticks, tick);
    axis->label_width = fmax(axis->label_width, text_width(label, TEXT_BODY));
}

static void tick_label(char *buffer, size_t size, double value)
{
    if (fabs(value) >= 999.5 || value == rint(value))
        units_write_count(buffer, size, value);
    else
        snprintf(buffer, size, "%.6g", value);
}

static void add_tick(struct chart_axis *axis, double value)
{
    char label[64];
    tick_label(label, sizeof(label), value);
    add_labelled(axis, value, label);
}

static void add_percent(struct chart_axis *axis, double value)
{
    char label[64], number[48];
    if (fabs(value) >= 999.5)
        units_write_count(number, sizeof(number), fabs(value));
    else
        snprintf(number, sizeof(number), "%.6g", fabs(value));
    snprintf(label, sizeof(label), value == 0 ? "%s%s" : "%s%s %%",
             value > 0   ? "+"
             : value < 0 ? "\u2212"
                         : "",
             number);
    add_labelled(axis, value, label);
}

static double ticks_between(double lo, double hi, double step)
{
    return floor(hi / step + 1e-9) - ceil(lo / step - 1e-9) + 1;
}

/* 1, 2 or 5 times a power of ten, about `wanted` of which are between lo and hi, and three at least: from fewer ticks
 * nothing can be read. */
static double round_step(double lo, double hi, int wanted)
{
    static const double steps[] = {0.2, 0.5, 1, 2, 5, 10};
    double rough = (hi - lo) / wanted, power = pow(10, floor(log10(rough)));
    size_t i = 2;
    while (i < sizeof(steps) / sizeof(steps[0]) - 1 && steps[i] * power < rough * 0.999)
        i++;
    while (i > 0 && ticks_between(lo, hi, steps[i] * power) < TICKS_LEAST)
        i--;
    return steps[i] * power;
}

/* By counting, so that no rounding error adds up and zero is zero. */
static void add_steps(struct chart_axis *axis, double step, void (*add)(struct chart_axis *axis, double value))
{
    for (double i = ceil(axis->lo / step - 1e-9); i * step <= axis->hi + step * 1e-9; i++)
        add(axis, i == 0 ? 0 : i * step);
}

static void add_linear(struct chart_axis *axis, double lo, double hi, int wanted,
                       void (*add)(struct chart_axis *axis, double value))
{
    *axis = (struct chart_axis){.lo = lo, .hi = hi > lo ? hi : lo + 1};
    add_steps(axis, round_step(lo, axis->hi, wanted), add);
}

void axis_from_zero(struct chart_axis *ret_axis, double most, int wanted)
{
    most = most > 0 ? most : 1;
    double step = round_step(0, most, wanted);
    *ret_axis = (struct chart_axis){.lo = 0, .hi = ceil(most / step - 1e-9) * step};
    add_steps(ret_axis, step, add_tick);
}

void axis_linear(struct chart_axis *ret_axis, double lo, double hi, int wanted)
{
    add_linear(ret_axis, lo, hi, wanted, add_tick);
}

void axis_percent(struct chart_axis *ret_axis, double lo, double hi, int wanted)
{
    add_linear(ret_axis, lo, hi, wanted, add_percent);
}

/* Ticks at powers of ten, every `each`th, and with `between` at 2 and 5 times them. Returns how many. */
static size_t add_powers(struct chart_axis *axis, int each, bool between)
{
    size_t count = 0;
    for (int exponent = (int)floor(log10(axis->lo)); exponent <= (int)ceil(log10(axis->hi)); exponent++) {
        if (exponent % each)
            continue;
        for (const double *m = (const double[]){1, 2, 5, 0}; *m; m++) {
            double tick = *m * pow(10, exponent);
            if ((*m > 1 && !between) || tick < axis->lo * 0.9999 || tick > axis->hi * 1.0001)
                continue;
            add_tick(axis, tick);
            count++;
        }
    }
    return count;
}

static void forget_ticks(struct chart_axis *axis)
{
    axis->ticks[0] = '\0';
    axis->label_width = 0;
}

void axis_log(struct chart_axis *ret_axis, double lo, double hi)
{
    *ret_axis = (struct chart_axis){.lo = lo, .hi = hi > lo ? hi : lo * 10, .log = true};
    double decades = log10(ret_axis->hi / lo);
    int each = decades > 12 ? 3 : decades > 6 ? 2 : 1;
    if (add_powers(ret_axis, each, decades <= 2.5) >= TICKS_LEAST)
        return;
    forget_ticks(ret_axis);
    if (add_powers(ret_axis, 1, true) >= TICKS_LEAST)
        return;
    /* Less than a decade: evenly spaced values, each in its logarithmic place. */
    struct chart_axis even;
    axis_linear(&even, ret_axis->lo, ret_axis->hi, 5);
    memcpy(ret_axis->ticks, even.ticks, sizeof(even.ticks));
    ret_axis->label_width = even.label_width;
}

void axis_share(struct chart_axis *ret_axis)
{
    /* A little above the top, so that a line along it is whole. */
    *ret_axis = (struct chart_axis){.lo = 0, .hi = 1.03};
    for (int percent = 0; percent <= 100; percent += 25) {
        char label[16];
        snprintf(label, sizeof(label), "%d %%", percent);
        add_labelled(ret_axis, percent / 100.0, label);
    }
}

void axis_amount(struct chart_axis *ret_axis, double least, double most, int wanted)
{
    if (most > 30 * least)
        axis_log(ret_axis, least / 1.4, most * 1.4);
    else
        axis_linear(ret_axis, 0, most * 1.05, wanted);
}

void axis_near(struct chart_axis *ret_axis, double least, double most, int wanted)
{
    if (most > 5 * least) {
        axis_log(ret_axis, least / 1.15, most * 1.15);
    } else if (least < 0.6 * most) {
        axis_linear(ret_axis, 0, most * 1.05, wanted);
    } else {
        /* Differences of less than a hundredth are not worth the whole height. */
        double room = fmax(0.12 * (most - least), 0.01 * most);
        axis_linear(ret_axis, least - room, most + room, wanted);
    }
}

/* A tick that may have a label, and how gladly it is given one. */
struct candidate {
    double value;
    int rank;
    char label[24];
};

/* Label those that have room on an axis of `width` px, the gladly labelled ones before the others. */
static void label_where_room(struct chart_axis *axis, const struct candidate *candidates, size_t count, double width)
{
    enum { LABELS_MOST = 64, APART = 10 };
    double from[LABELS_MOST], to[LABELS_MOST];
    size_t used = 0;
    for (int wanted = 3; wanted >= 0; wanted--)
        for (size_t i = 0; i < count && used < LABELS_MOST; i++) {
            double at = axis_place(axis, candidates[i].value) * width;
            double half = text_width(candidates[i].label, TEXT_BODY) / 2;
            bool free = candidates[i].rank == wanted;
            for (size_t k = 0; k < used; k++)
                free = free && (at + half + APART < from[k] || at - half - APART > to[k]);
            if (!free)
                continue;
            from[used] = at - half;
            to[used++] = at + half;
            add_labelled(axis, candidates[i].value, candidates[i].label);
        }
}

/* The ends before all, then 1, then 2 and 5 times a power of ten. */
static int roundness(const double *values, size_t count, size_t i)
{
    double digit = values[i] / pow(10, floor(log10(values[i]) + 1e-9));
    return i == 0 || i == count - 1 ? 3 : fabs(digit - 1) < 1e-6 ? 2 : fabs(digit - 2) < 1e-6 || fabs(digit - 5) < 1e-6;
}

void axis_log_at(struct chart_axis *ret_axis, const double *values, size_t count, double width)
{
    enum { VALUES_MOST = 500 };
    /* A little room on both sides, so that the outermost markers are whole. */
    double lo = values[0], hi = values[count - 1], room = hi > lo ? pow(hi / lo, 0.03) : 2;
    *ret_axis = (struct chart_axis){.lo = lo / room, .hi = hi * room, .log = true};
    struct candidate candidates[VALUES_MOST];
    size_t each = count / VALUES_MOST + 1, used = 0;
    for (size_t i = 0; i < count; i++) {
        if (i % each && i != count - 1)
            continue;
        struct candidate *candidate = &candidates[used < VALUES_MOST ? used++ : VALUES_MOST - 1];
        *candidate = (struct candidate){.value = values[i], .rank = roundness(values, count, i)};
        tick_label(candidate->label, sizeof(candidate->label), values[i]);
    }
    label_where_room(ret_axis, candidates, used, width);
}

void axis_tail(struct chart_axis *ret_axis, double most, double width)
{
    static const struct candidate named[] = {
        {2, 3, "p50"},     {4, 1, "p75"},      {10, 2, "p90"},       {20, 1, "p95"},      {100, 2, "p99"},
        {200, 0, "p99.5"}, {1000, 2, "p99.9"}, {10000, 2, "p99.99"}, {1e5, 2, "p99.999"}, {1e6, 2, "p99.9999"},
    };
    size_t count = 0;
    *ret_axis = (struct chart_axis){.hi = fmax(most, 4) * 1.02, .log = true};
    /* Room for the first marker, which would stand on the other axis' labels. */
    ret_axis->lo = 2 / pow(ret_axis->hi / 2, 16 / fmax(width, 100));
    while (count < sizeof(named) / sizeof(named[0]) && named[count].value <= ret_axis->hi)
        count++;
    label_where_room(ret_axis, named, count, width);
}

double axis_place(const struct chart_axis *axis, double value)
{
    if (axis->log)
        return log(value / axis->lo) / log(axis->hi / axis->lo);
    return (value - axis->lo) / (axis->hi - axis->lo);
}

/*
 * With p_i = position_i - offset_i, where the offset is what stands between the first and the i-th, the condition is
 * that p does not fall: least squares under that is isotonic regression, by pooling adjacent violators. Source: Barlow,
 * Bartholomew, Bremner & Brunk, Statistical Inference under Order Restrictions, 1972, 1.2.
 */
void spread_apart(double *positions, const double *heights, size_t count, double lo, double hi)
{
    struct pool {
        double mean;
        size_t members;
    } *pools = calloc(count + 1, sizeof(*pools));
    double offset = 0;
    size_t used = 0;
    if (!pools || count == 0) {
        free(pools);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        offset += i > 0 ? (heights[i - 1] + heights[i]) / 2 : 0;
        pools[used++] = (struct pool){positions[i] - offset, 1};
        while (used > 1 && pools[used - 2].mean >= pools[used - 1].mean) {
            struct pool *left = &pools[used - 2], *right = &pools[used - 1];
            size_t members = left->members + right->members;
            left->mean = (left->mean * (double)left->members + right->mean * (double)right->members) / (double)members;
            left->members = members;
            used--;
        }
    }
    double lowest = lo + heights[0] / 2, highest = hi - offset - heights[count - 1] / 2;
    offset = 0;
    for (size_t p = 0, i = 0; p < used; p++) {
        double at = fmax(lowest, fmin(pools[p].mean, highest));
        for (size_t m = 0; m < pools[p].members; m++, i++) {
            offset += i > 0 ? (heights[i - 1] + heights[i]) / 2 : 0;
            positions[i] = at + offset;
        }
    }
    free(pools);
}
