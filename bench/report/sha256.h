/* SHA-256, for what a page's policy names by its hash. */
#ifndef BENCH_REPORT_SHA256_H
#define BENCH_REPORT_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32

/** Hash bytes. Source: FIPS 180-4, 5.1.1 and 6.2. */
void sha256(unsigned char ret_hash[SHA256_BYTES], const void *bytes, size_t size);

#endif
