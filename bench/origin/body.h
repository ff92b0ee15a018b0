/* What the test server answers to a URL: a function of the URL alone, so that the client can check every byte. */
#ifndef BENCH_ORIGIN_BODY_H
#define BENCH_ORIGIN_BODY_H

#include <stddef.h>
#include <stdint.h>

/** Body length where the URL names none, bytes. */
#define ORIGIN_DEFAULT_BODY_BYTES 200

/** Returns the seed of a request target ("/delay/20/bytes/10000?job=7"): its XXH3 hash. */
uint64_t origin_body_seed(const char *target, size_t target_bytes);

/**
 * Write a part of a body: letters in lines of 64 (the 64th is a newline), so that it can be read in a terminal.
 *
 * @param offset  where in the body the part begins, bytes; any value: parts may be made in any order
 */
void origin_body_fill(uint64_t seed, uint64_t offset, void *buffer, size_t buffer_bytes);

/** Returns the XXH3 (64 bit) hash of the first body_bytes of a body. */
uint64_t origin_body_hash(uint64_t seed, uint64_t body_bytes);

#endif
