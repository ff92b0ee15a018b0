#include <math.h>
#include <iort/clock.h>
#include "../plan/settings.h"
#include "trial_flags.h"

#define SATURATED_SHARE 0.9
#define LATE_SHARE      0.1
#define LATE_LEAST_NS   (RT_NS_PER_MS / 2)

void trial_flag_add(json_t *line, const char *flag)
{
    const char *before = json_string_value(json_object_get(line, "flags"));
    char flags[256];
    snprintf(flags, sizeof(flags), "%s%s%s", before ? before : "", before && *before ? " " : "", flag);
    json_object_set_new(line, "flags", json_string(flags));
}

double trial_server_busy_share(double server_cpu_s, double wall_s, int64_t cpu_ns, int64_t busiest_ns)
{
    if (!(wall_s > 0) || cpu_ns <= 0)
        return NAN;
    return fmin(1, server_cpu_s / wall_s * (double)busiest_ns / (double)cpu_ns);
}

bool trial_saturated_server(double busy_share)
{
    return busy_share > SATURATED_SHARE; /* false for NAN */
}

bool trial_had_late_server(const char *delay_ms, int64_t late_p99_ns)
{
    struct delay_list delays;
    if (!delay_ms || delay_list_parse(&delays, delay_ms, "delay-ms", NULL) < 0)
        return false;
    int64_t shortest_ns = INT64_MAX;
    for (size_t i = 0; i < delays.count; i++)
        if (delays.delays_ns[i] < shortest_ns)
            shortest_ns = delays.delays_ns[i];
    delay_list_finish(&delays);
    return late_p99_ns > LATE_LEAST_NS && (double)late_p99_ns > LATE_SHARE * (double)shortest_ns;
}
