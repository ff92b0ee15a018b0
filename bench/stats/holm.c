/* Several tests at once: p-values that may each be held against alpha, though all were looked at. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "stats.h"

struct ranked_p {
    double p;
    size_t index;
};

static int compare_p(const void *left, const void *right)
{
    double a = ((const struct ranked_p *)left)->p, b = ((const struct ranked_p *)right)->p;
    return (a > b) - (a < b);
}

int stats_holm(double *ret_adjusted, const double *p, size_t count)
{
    struct ranked_p *ranked = malloc((count + 1) * sizeof(*ranked));
    if (!ranked)
        return -ENOMEM;
    size_t tests = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(p[i]))
            ranked[tests++] = (struct ranked_p){p[i], i};
    qsort(ranked, tests, sizeof(*ranked), compare_p);

    for (size_t i = 0; i < count; i++)
        if (isnan(p[i]))
            ret_adjusted[i] = NAN;
    double adjusted = 0;
    for (size_t rank = 0; rank < tests; rank++) {
        adjusted = fmin(1, fmax(adjusted, (double)(tests - rank) * ranked[rank].p));
        ret_adjusted[ranked[rank].index] = adjusted;
    }
    free(ranked);
    return 0;
}
