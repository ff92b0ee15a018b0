#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "sha256.h"

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8 };

struct constants {
    uint32_t start[WORDS], round[ROUNDS];
};

/* The standard takes the first 32 bits behind the point of the primes' square and cube roots; a double has 49 of them
 * and more. */
static struct constants make_constants(void)
{
    struct constants constants;
    int count = 0;
    for (int number = 2; count < ROUNDS; number++) {
        bool prime = true;
        for (int divisor = 2; prime && divisor * divisor <= number; divisor++)
            prime = number % divisor != 0;
        if (!prime)
            continue;
        if (count < WORDS)
            constants.start[count] = (uint32_t)(fmod(sqrt(number), 1) * 0x1p32);
        constants.round[count++] = (uint32_t)(fmod(cbrt(number), 1) * 0x1p32);
    }
    return constants;
}

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static uint32_t read_word(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void add_block(uint32_t state[WORDS], const unsigned char *block, const struct constants *constants)
{
    uint32_t w[ROUNDS], v[WORDS];
    for (int t = 0; t < 16; t++)
        w[t] = read_word(block + 4 * t);
    for (int t = 16; t < ROUNDS; t++) {
        uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(v, state, sizeof(v));
    for (int t = 0; t < ROUNDS; t++) {
        uint32_t a = v[0], e = v[4];
        uint32_t choice = (e & v[5]) ^ (~e & v[6]), majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
        uint32_t one = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + constants->round[t] + w[t];
        uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
        memmove(v + 1, v, (WORDS - 1) * sizeof(v[0]));
        v[4] += one;
        v[0] = one + two;
    }
    for (int i = 0; i < WORDS; i++)
        state[i] += v[i];
}

void sha256(unsigned char ret_hash[SHA256_BYTES], const void *bytes, size_t size)
{
    struct constants constants = make_constants();
    uint32_t state[WORDS];
    memcpy(state, constants.start, sizeof(state));
    size_t whole = size / BLOCK * BLOCK;
    for (size_t at = 0; at < whole; at += BLOCK)
        add_block(state, (const unsigned char *)bytes + at, &constants);

    /* A one bit, zeros, and the number of bits fill the last block, or the last two. */
    unsigned char tail[2 * BLOCK] = {0};
    size_t left = size - whole, length = left + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    memcpy(tail, (const unsigned char *)bytes + whole, left);
    tail[left] = 0x80;
    for (int i = 0; i < 8; i++)
        tail[length - 1 - (size_t)i] = (unsigned char)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < length; at += BLOCK)
        add_block(state, tail + at, &constants);
    for (int i = 0; i < SHA256_BYTES; i++)
        ret_hash[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
