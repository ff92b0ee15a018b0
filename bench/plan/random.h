/*
 * Streams of random numbers, each derived from what it is for. Nothing about a runner goes in, so that every lane of a
 * block draws the same, and a runner more or less changes nothing for the others.
 */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdint.h>

struct random_stream {
    uint64_t state[4];
};

/** Begin a stream. `purpose` ("order", "delay") keeps streams apart that agree in everything else. */
void random_start(struct random_stream *stream, int64_t seed, const char *purpose, int64_t block, int64_t job);

/** Returns the next 64 bits. Source: xoshiro256** 1.0, Blackman and Vigna (2018), public domain. */
uint64_t random_next(struct random_stream *stream);

/** Returns a number from 0 to bound - 1, each equally likely; bound is at least 1. */
uint64_t random_below(struct random_stream *stream, uint64_t bound);

#endif
