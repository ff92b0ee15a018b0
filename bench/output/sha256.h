/* SHA-256, for what a page's policy names by its hash. */
#ifndef BENCH_REPORT_SHA256_H
#define BENCH_REPORT_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32

/** Hash a text, by sha256sum. Returns 0 with *ret_hash written, or -1 where that program is not there or fails. */
int sha256(unsigned char ret_hash[SHA256_BYTES], const void *bytes, size_t size);

#endif
