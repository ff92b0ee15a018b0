#include <endian.h>
#include <xxhash.h>
#include "draws.h"

uint64_t stats_draw_bits(struct stats_draws *draws)
{
    uint64_t count = htole64(draws->drawn++);
    return XXH3_64bits_withSeed(&count, sizeof(count), draws->seed);
}

uint32_t stats_draw_below(struct stats_draws *draws, uint32_t bound)
{
    return (uint32_t)((stats_draw_bits(draws) >> 32) * bound >> 32);
}
