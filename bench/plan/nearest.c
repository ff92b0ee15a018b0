#include <stdio.h>
#include <string.h>
#include "nearest.h"

enum { LONGEST = 48 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Optimal string alignment: insertions, deletions, replacements, and neighbours swapped, each at a cost of one. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        last[j] = j;
    memset(before, 0, sizeof(rows[0]));
    for (size_t i = 1; i <= a_size; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        size_t *freed = before;
        before = last;
        last = now;
        now = freed;
    }
    return last[b_size];
}

void nearest_consider(struct nearest *nearest, const char *typed, const char *candidate)
{
    size_t typed_size = strlen(typed), size = strlen(candidate);
    if (typed_size == 0 || typed_size > LONGEST || size > LONGEST)
        return;
    size_t tolerated = (typed_size > size ? typed_size : size) / 3;
    size_t d = distance(typed, typed_size, candidate, size);
    if (d > (tolerated ? tolerated : 1) || (nearest->word && d >= nearest->distance))
        return;
    nearest->word = candidate;
    nearest->distance = d;
}

const char *nearest_hint(const struct nearest *nearest, char *buffer, size_t size)
{
    if (nearest->word)
        snprintf(buffer, size, "; did you mean '%s'?", nearest->word);
    else
        snprintf(buffer, size, "%s", "");
    return buffer;
}
