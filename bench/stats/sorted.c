#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "sorted.h"

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double *stats_sorted_copy(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return NULL;
    double *copy = n ? malloc(n * sizeof(*copy)) : NULL;
    if (copy) {
        memcpy(copy, values, n * sizeof(*copy));
        qsort(copy, n, sizeof(*copy), compare_doubles);
    }
    return copy;
}

double *stats_sorted_finite(const double *values, size_t n)
{
    double *sorted = stats_sorted_copy(values, n);
    if (sorted && (isinf(sorted[0]) || isinf(sorted[n - 1]))) {
        free(sorted);
        return NULL;
    }
    return sorted;
}

double stats_midpoint(double a, double b)
{
    return a / 2 + b / 2;
}
