#include <math.h>
#include <string.h>
#include "sparkline.h"

#define LEAST_SPAN 0.05 /* of the middle, to each side */

const char *sparkline_text(struct text_pool *pool, const double *values, size_t count, size_t most)
{
    static const char *const heights[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                          "\u2585", "\u2586", "\u2587", "\u2588"};
    enum { HEIGHTS = sizeof(heights) / sizeof(heights[0]), CHARACTER = 4 };
    size_t first = count > most ? count - most : 0;
    double lo = NAN, hi = NAN;
    for (size_t i = first; i < count; i++) {
        lo = fmin(lo, values[i]);
        hi = fmax(hi, values[i]);
    }
    double middle = lo / 2 + hi / 2;
    lo = fmin(lo, middle * (1 - LEAST_SPAN));
    hi = fmax(hi, middle * (1 + LEAST_SPAN));

    char *text = pool_array(pool, (count - first) * CHARACTER + 1, 1), *end = text;
    for (size_t i = first; text && i < count; i++) {
        /* In logarithms, since changes are ratios. */
        double height = log(values[i] / lo) / log(hi / lo) * HEIGHTS;
        const char *drawn =
            !isfinite(height) ? "\u00b7" : heights[height < HEIGHTS ? (size_t)fmax(0, height) : HEIGHTS - 1];
        end = stpcpy(end, drawn);
    }
    return text ? text : "";
}
