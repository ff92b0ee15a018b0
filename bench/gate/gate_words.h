/* A gate's figures as a person reads them. Texts are the pool's. */
#ifndef BENCH_GATE_GATE_WORDS_H
#define BENCH_GATE_GATE_WORDS_H

#include "../output/text_pool.h"
#include "lanes.h"

/** "0.252 s", "18.1 µs", "10.2 MiB", "12,693 /s". */
const char *words_figure(struct text_pool *pool, const struct metric *metric, double value);

/** "+10.2 %", "-0.3 %"; "–" where it is not known. @param ratio  1.102 */
const char *words_change(struct text_pool *pool, double ratio);

/** "[+9.8, +10.6] %"; "" where it is not known. */
const char *words_interval(struct text_pool *pool, double lo, double hi);

/** "0.4 %": of a share. */
const char *words_share(struct text_pool *pool, double share);

/** What a person should be told of a lane beside its row: why, what would settle it, until when it is accepted; or "".
 */
const char *words_of_lane(struct text_pool *pool, const struct gate_lane *lane);

/** "base: /path (sha256 1234abcd...)": what an arm is. */
const char *words_arm(struct text_pool *pool, const struct arms *arms, int side);

#endif
