/* Lists of delays: "20", "0.5", "10x500,10x200". Numbers are read digit by digit: no locale, and exact to the
 * nanosecond. */
#include <stdlib.h>
#include "settings.h"

enum {
    LARGEST_MS = 3600000,
    MOST_JOBS = 100000000,
    NS_PER_MS = 1000000,
};

struct part {
    int64_t count;
    int64_t delay_ns;
    bool counted; /* "10x" stood before it */
};

static const char *skip_spaces(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

/* Returns behind the digits, or NULL where there are none or they exceed `max`. */
static const char *read_digits(const char *text, int64_t max, int64_t *ret_number)
{
    int64_t number = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        number = number * 10 + (*p - '0');
        if (number > max)
            return NULL;
    }
    *ret_number = number;
    return p == text ? NULL : p;
}

/* Up to six decimals: what is finer than a nanosecond is not a delay. */
static const char *read_delay(const char *text, int64_t *ret_ns)
{
    int64_t ms;
    const char *p = read_digits(text, LARGEST_MS, &ms);
    if (!p)
        return NULL;
    int64_t ns = ms * NS_PER_MS;
    if (*p == '.') {
        int64_t unit = NS_PER_MS;
        const char *decimals = ++p;
        for (; *p >= '0' && *p <= '9'; p++) {
            unit /= 10;
            if (unit == 0)
                return NULL;
            ns += (*p - '0') * unit;
        }
        if (p == decimals)
            return NULL;
    }
    if (ns > (int64_t)LARGEST_MS * NS_PER_MS)
        return NULL;
    *ret_ns = ns;
    return p;
}

/* Read one part and the comma behind it; *text then stands on the next part or the end. */
static bool next_part(const char **text, struct part *ret_part, bool *ret_more)
{
    const char *p = skip_spaces(*text);
    struct part part = {.count = 1};
    const char *x = read_digits(p, MOST_JOBS, &part.count);
    if (x && *x == 'x') {
        part.counted = true;
        p = x + 1;
    } else {
        part.count = 1;
    }
    p = read_delay(p, &part.delay_ns);
    if (!p || part.count == 0)
        return false;
    p = skip_spaces(p);
    *ret_more = *p == ',';
    if (*p == ',')
        p++;
    else if (*p)
        return false;
    *text = p;
    *ret_part = part;
    return true;
}

int delay_list_measure(struct delay_totals *ret_totals, const char *text, const char *where,
                       struct failure *ret_failure)
{
    struct delay_totals totals = {0};
    const char *rest = text;
    bool more = text != NULL;
    for (size_t i = 0; more; i++) {
        struct part part;
        if (!next_part(&rest, &part, &more))
            return failure_set(ret_failure, EXIT_USAGE,
                               "%s: '%.80s' is not a delay in ms; a number from 0 to %d such as 20 or 0.5, or a list "
                               "such as 10x500,10x200 is accepted",
                               where, text, LARGEST_MS);
        totals.count += part.count;
        if (totals.count > MOST_JOBS)
            return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' lists more than %d jobs", where, text, MOST_JOBS);
        double ms = (double)part.delay_ns / NS_PER_MS;
        totals.sum_ms += ms * (double)part.count;
        if (ms > totals.max_ms)
            totals.max_ms = ms;
        if (part.counted || more || i > 0)
            totals.is_list = true;
    }
    *ret_totals = totals;
    return 0;
}

int delay_list_parse(struct delay_list *ret_list, const char *text, const char *where, struct failure *ret_failure)
{
    struct delay_totals totals;
    if (delay_list_measure(&totals, text, where, ret_failure))
        return -1;
    struct delay_list list = {.count = (size_t)totals.count};
    if (list.count == 0) {
        *ret_list = list;
        return 0;
    }
    list.delays_ns = malloc(list.count * sizeof(*list.delays_ns));
    if (!list.delays_ns)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "%s: out of memory for %zu delays", where, list.count);
    size_t filled = 0;
    struct part part;
    for (bool more = true; more && next_part(&text, &part, &more);)
        for (int64_t i = 0; i < part.count; i++)
            list.delays_ns[filled++] = part.delay_ns;
    *ret_list = list;
    return 0;
}

void delay_list_finish(struct delay_list *list)
{
    free(list->delays_ns);
    *list = (struct delay_list){0};
}
