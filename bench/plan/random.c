#include <assert.h>
#include "random.h"

/* splitmix64: what its authors recommend to fill xoshiro's state from one number. */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Fold one more number in, so that (1, 2) and (2, 1) end up far apart. */
static void fold(uint64_t *state, uint64_t number)
{
    *state ^= number;
    *state = mix(state);
}

void random_start(struct random_stream *stream, int64_t seed, const char *purpose, int64_t block, int64_t job)
{
    uint64_t state = 0;
    fold(&state, (uint64_t)seed);
    for (const char *p = purpose; *p; p++)
        fold(&state, (unsigned char)*p);
    fold(&state, (uint64_t)block);
    fold(&state, (uint64_t)job);
    for (int i = 0; i < 4; i++)
        stream->state[i] = mix(&state);
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t random_next(struct random_stream *stream)
{
    uint64_t *s = stream->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t random_below(struct random_stream *stream, uint64_t bound)
{
    assert(bound > 0);
    /* The lowest 2^64 mod bound draws would make small numbers likelier: draw again. */
    uint64_t uneven = -bound % bound, draw;
    do {
        draw = random_next(stream);
    } while (draw < uneven);
    return draw % bound;
}
