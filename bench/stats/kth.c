#include <string.h>
#include "kth.h"

/* An integer that orders as the double does: halving the distance of two ends at a double, in 64 steps. */
static int64_t ordered_key(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_ordered_key(int64_t key)
{
    int64_t bits = key < 0 ? INT64_MIN - key : key;
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

double stats_kth_smallest(stats_count_fn count_at_or_below, const void *context, double lowest, double highest,
                          uint64_t k)
{
    int64_t low = ordered_key(lowest), high = ordered_key(highest);
    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        if (count_at_or_below(context, from_ordered_key(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return from_ordered_key(low);
}
