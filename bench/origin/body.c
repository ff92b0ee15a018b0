/*
 * Bodies made of nothing but a seed. Eight bytes come from one mixing step of (seed, index of the eight), so any part
 * can be made without the part before it, and a client checks gigabytes without having stored them.
 */
#include <endian.h>
#include <string.h>
/* Inlined: the state may live on the stack, and short targets are hashed without a call. */
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "body.h"

enum { WORD_BYTES = 8, LINE_WORDS = 8, PIECE_BYTES = 4096 };

uint64_t origin_body_seed(const char *target, size_t target_bytes)
{
    return XXH3_64bits(target, target_bytes);
}

/*
 * The finalizer of SplitMix64 (Steele, Lea, Flood 2014) over an arithmetic sequence; then five random bits of each byte
 * become one of A-P and a-p. No sum exceeds a byte, so the eight are done at once.
 */
static inline uint64_t make_word(uint64_t seed, uint64_t index)
{
    uint64_t x = seed + index * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    x = (x & UINT64_C(0x2f2f2f2f2f2f2f2f)) + UINT64_C(0x4141414141414141);
    if (index % LINE_WORDS == LINE_WORDS - 1)
        x = (x & UINT64_C(0x00ffffffffffffff)) | (uint64_t)'\n' << 56;
    return htole64(x);
}

void origin_body_fill(uint64_t seed, uint64_t offset, void *buffer, size_t buffer_bytes)
{
    char *out = buffer;
    uint64_t index = offset / WORD_BYTES;
    size_t skipped = offset % WORD_BYTES;

    if (skipped > 0 && buffer_bytes > 0) {
        uint64_t word = make_word(seed, index++);
        size_t part = WORD_BYTES - skipped < buffer_bytes ? WORD_BYTES - skipped : buffer_bytes;
        memcpy(out, (const char *)&word + skipped, part);
        out += part;
        buffer_bytes -= part;
    }
    for (; buffer_bytes >= WORD_BYTES; out += WORD_BYTES, buffer_bytes -= WORD_BYTES) {
        uint64_t word = make_word(seed, index++);
        memcpy(out, &word, WORD_BYTES);
    }
    if (buffer_bytes > 0) {
        uint64_t word = make_word(seed, index);
        memcpy(out, &word, buffer_bytes);
    }
}

uint64_t origin_body_hash(uint64_t seed, uint64_t body_bytes)
{
    char piece[PIECE_BYTES];
    if (body_bytes <= sizeof(piece)) {
        origin_body_fill(seed, 0, piece, (size_t)body_bytes);
        return XXH3_64bits(piece, (size_t)body_bytes);
    }

    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (uint64_t offset = 0; offset < body_bytes; offset += sizeof(piece)) {
        uint64_t left = body_bytes - offset;
        size_t part = left < sizeof(piece) ? (size_t)left : sizeof(piece);
        origin_body_fill(seed, offset, piece, part);
        XXH3_64bits_update(&state, piece, part);
    }
    return XXH3_64bits_digest(&state);
}
