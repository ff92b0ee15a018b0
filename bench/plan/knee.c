#include "knee.h"

#include <math.h>

int64_t knee_step_jobs(int64_t rate, int64_t duration_s)
{
    int64_t jobs = rate * duration_s;
    return jobs > KNEE_LEAST_JOBS ? jobs : KNEE_LEAST_JOBS;
}

double knee_limit_ms(double unloaded_ms)
{
    return 3 * unloaded_ms + 1;
}

void knee_begin(struct knee *knee, int64_t highest)
{
    *knee = (struct knee){
        .highest = highest < KNEE_MOST_RATE ? highest : KNEE_MOST_RATE,
        .rate = KNEE_FIRST_RATE,
        .unloaded_ms = NAN,
    };
}

/* Returns the rate to try next, 0 if there is none. */
static int64_t next_rate(const struct knee *knee)
{
    if (!knee->too_much) {
        int64_t next = knee->kept_up * 2 < knee->highest ? knee->kept_up * 2 : knee->highest;
        return next > knee->kept_up ? next : 0;
    }
    if (!knee->kept_up)
        return knee->too_much / 2 >= KNEE_LEAST_RATE ? knee->too_much / 2 : 0;
    if ((double)knee->too_much <= (double)knee->kept_up * KNEE_RESOLUTION)
        return 0;
    int64_t middle = (int64_t)(sqrt((double)knee->kept_up * (double)knee->too_much) + 0.5);
    return middle > knee->kept_up && middle < knee->too_much ? middle : 0;
}

void knee_tell(struct knee *knee, bool piled_up, double response_p99_ms)
{
    bool late = !isnan(knee->unloaded_ms) && response_p99_ms > knee_limit_ms(knee->unloaded_ms);
    if (piled_up || late || isnan(response_p99_ms))
        knee->bad++;
    else
        knee->good++;
    knee->trials++;
    bool kept_up = knee->good == 2 || (knee->good == 1 && knee->bad == 0);
    if (!kept_up && knee->bad < 2) {
        if (knee->trials >= KNEE_MOST_TRIALS)
            knee->rate = 0;
        return; /* once more */
    }
    if (kept_up) {
        knee->kept_up = knee->rate;
        if (isnan(knee->unloaded_ms))
            knee->unloaded_ms = response_p99_ms;
    } else {
        knee->too_much = knee->rate;
    }
    knee->good = knee->bad = 0;
    knee->rate = knee->trials < KNEE_MOST_TRIALS ? next_rate(knee) : 0;
}
