/* The command line and the report that the sleepers in C share. */
#ifndef PEERS_SLEEPERS_H
#define PEERS_SLEEPERS_H

#include "perf.h"

static inline void sleepers_report(const char *program, long count, long delay_ms, long asleep_peak,
                                   struct perf_span span)
{
    char more[96];
    snprintf(more, sizeof(more), ",\"delay_ms\":%ld,\"beyond_s\":%.6f,\"asleep_peak\":%ld", delay_ms,
             (double)span.wall_ns / 1e9 - (double)delay_ms / 1e3, asleep_peak);
    perf_report(program, more, (double)count, span);
}

#endif
