#include "lateness.h"

enum { SUB_COUNT = 1 << LATENESS_SUB_BITS };

/* Values below 64 have a bucket each; above, the top six bits choose it. */
static unsigned bucket_of(uint64_t value)
{
    if (value >= UINT64_C(1) << LATENESS_TOP_BITS)
        return LATENESS_BUCKETS - 1;
    if (value < SUB_COUNT)
        return (unsigned)value;
    unsigned shift = (unsigned)(63 - __builtin_clzll(value)) - LATENESS_SUB_BITS;
    return (shift << LATENESS_SUB_BITS) + (unsigned)(value >> shift);
}

static int64_t bucket_middle(unsigned bucket)
{
    if (bucket < SUB_COUNT)
        return bucket;
    unsigned shift = (bucket >> LATENESS_SUB_BITS) - 1;
    int64_t low = (int64_t)(bucket - (shift << LATENESS_SUB_BITS)) << shift;
    return low + ((INT64_C(1) << shift) - 1) / 2;
}

void lateness_record(struct lateness *lateness, int64_t late_ns)
{
    if (late_ns < 0)
        late_ns = 0;
    /* Additions, not load and store: a reader may be setting the very bucket to zero. */
    atomic_fetch_add_explicit(&lateness->buckets[bucket_of((uint64_t)late_ns)], 1, memory_order_relaxed);
    int64_t max_ns = atomic_load_explicit(&lateness->max_ns, memory_order_relaxed);
    while (late_ns > max_ns && !atomic_compare_exchange_weak_explicit(&lateness->max_ns, &max_ns, late_ns,
                                                                      memory_order_relaxed, memory_order_relaxed))
        ;
}

void lateness_collect(struct lateness *lateness, bool reset, struct lateness_sum *sum)
{
    for (unsigned i = 0; i < LATENESS_BUCKETS; i++) {
        uint64_t count = atomic_load_explicit(&lateness->buckets[i], memory_order_relaxed);
        if (count > 0 && reset)
            count = atomic_exchange_explicit(&lateness->buckets[i], 0, memory_order_relaxed);
        sum->buckets[i] += count;
        sum->count += count;
    }
    int64_t max_ns = reset ? atomic_exchange_explicit(&lateness->max_ns, 0, memory_order_relaxed)
                           : atomic_load_explicit(&lateness->max_ns, memory_order_relaxed);
    if (max_ns > sum->max_ns)
        sum->max_ns = max_ns;
}

int64_t lateness_quantile_ns(const struct lateness_sum *sum, double share)
{
    if (sum->count == 0)
        return -1;
    /* Nearest rank: the ceiling, without libm. */
    double exact = share * (double)sum->count;
    uint64_t rank = (uint64_t)exact;
    if ((double)rank < exact || rank == 0)
        rank++;

    uint64_t seen = 0;
    for (unsigned i = 0; i < LATENESS_BUCKETS; i++) {
        seen += sum->buckets[i];
        if (seen >= rank) {
            int64_t value = bucket_middle(i);
            return value < sum->max_ns ? value : sum->max_ns;
        }
    }
    return sum->max_ns;
}
