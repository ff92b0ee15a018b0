/* How far values lie apart, unmoved by the outermost, which a disturbance may have thrown far off. */
#include <math.h>
#include <stdlib.h>
#include "sorted.h"
#include "stats.h"

double stats_spread(const double *values, size_t n)
{
    double *sorted = n >= 2 ? stats_sorted_finite(values, n) : NULL;
    if (!sorted)
        return NAN;
    size_t outer = n < 6 ? 0 : n < 20 ? 1 : n / 10;
    double mean = 0, squares = 0;
    for (size_t i = 0; i < outer; i++) {
        sorted[i] = sorted[outer];
        sorted[n - 1 - i] = sorted[n - 1 - outer];
    }
    for (size_t i = 0; i < n; i++)
        mean += sorted[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (sorted[i] - mean) * (sorted[i] - mean);
    free(sorted);
    return sqrt(squares / ((double)n - 1)) / (1 - 2 * (double)outer / (double)n);
}
