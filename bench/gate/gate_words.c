#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "gate_words.h"
#include "judge.h"
#include "../output/units.h"

const char *words_figure(struct text_pool *pool, const struct metric *metric, double value)
{
    if (!isfinite(value))
        return UNITS_UNKNOWN;
    if (strcmp(metric->unit, "s") == 0)
        return units_duration(pool, value);
    if (strcmp(metric->unit, "us") == 0)
        return units_duration(pool, value / 1e6);
    if (strcmp(metric->unit, "ms") == 0)
        return units_duration(pool, value / 1e3);
    if (strcmp(metric->unit, "KiB") == 0)
        return units_memory(pool, value);
    return pool_printf(pool, "%s /s", units_rate(pool, value));
}

/* One decimal, two where that is needed to see anything. */
static const char *percent(struct text_pool *pool, double value, bool with_sign)
{
    int decimals = fabs(value) < 0.0995 && value != 0 ? 2 : fabs(value) < 999.5 ? 1 : 0;
    return with_sign ? pool_printf(pool, "%+.*f", decimals, value) : pool_printf(pool, "%.*f", decimals, value);
}

const char *words_change(struct text_pool *pool, double ratio)
{
    return isfinite(ratio) ? pool_printf(pool, "%s %%", percent(pool, 100 * (ratio - 1), true)) : UNITS_UNKNOWN;
}

const char *words_interval(struct text_pool *pool, double lo, double hi)
{
    if (!isfinite(lo) || !isfinite(hi))
        return "";
    return pool_printf(pool, "[%s, %s] %%", percent(pool, 100 * (lo - 1), true), percent(pool, 100 * (hi - 1), true));
}

const char *words_share(struct text_pool *pool, double share)
{
    return isfinite(share) ? pool_printf(pool, "%s %%", percent(pool, 100 * share, false)) : UNITS_UNKNOWN;
}

static const char *of_failed(struct text_pool *pool, const struct gate_lane *lane)
{
    return pool_printf(pool, "failed trials: %zu of %zu of the base, %zu of %zu of the head; %s",
                       lane->failed[SIDE_BASE], lane->trials[SIDE_BASE], lane->failed[SIDE_HEAD],
                       lane->trials[SIDE_HEAD], lane->reason ? lane->reason : "");
}

const char *words_of_lane(struct text_pool *pool, const struct gate_lane *lane)
{
    const struct allowed *allowed = lane->allowed;
    const char *reason = lane->decision.reason;
    switch (lane->state) {
    case LANE_FAILED:
        return of_failed(pool, lane);
    case LANE_NEW:
        return pool_printf(pool, "the base does not know it: not gated (%s)", lane->reason ? lane->reason : "");
    case LANE_GONE:
        return pool_printf(pool, "the head does not know it any more: not gated (%s)",
                           lane->reason ? lane->reason : "");
    case LANE_UNSUPPORTED:
        return pool_printf(pool, "not gated: %s", lane->reason ? lane->reason : "");
    case LANE_GATED:
        break;
    }
    if (lane_is_accepted(lane))
        return pool_printf(pool, "%s. Accepted until %s: %s", reason, allowed->until, allowed->reason);
    if (lane_is_red(lane) && allowed)
        return pool_printf(pool, "%s. It was accepted until %s (%s); that has expired", reason, allowed->until,
                           allowed->reason);
    return pool_printf(pool, "%s", reason);
}

const char *words_arm(struct text_pool *pool, const struct arms *arms, int side)
{
    char *shown = arm_shown(arms, side);
    const char *hash = arms->sides[side].sha256, *words;
    if (hash[0])
        words = pool_printf(pool, "%s: %s (sha256 %.12s)", side_name(side), shown ? shown : "", hash);
    else
        words = pool_printf(pool, "%s: %s", side_name(side), shown ? shown : "");
    free(shown);
    return words;
}
