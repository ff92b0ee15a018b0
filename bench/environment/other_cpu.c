#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <iort/clock.h>
#include "other_cpu.h"
#include "sysfile.h"

/* "cpu0 user nice system idle iowait irq softirq steal ...", as in load.c. Returns false where a line is none of these.
 */
static bool take_cpu(const char *line, const cpu_set_t *cpus, struct cpu_times *times)
{
    int cpu;
    int64_t user, nice, system, idle, iowait, irq, softirq, steal;
    if (sscanf(line,
               "cpu%d %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
               &cpu, &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 9)
        return false;
    if (cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, cpus))
        return true;
    times->idle_ticks += idle + iowait;
    times->busy_ticks += user + nice + system + irq + softirq + steal;
    times->cpu_count++;
    return true;
}

void cpu_times_read_at(const char *root, const cpu_set_t *cpus, struct cpu_times *ret_times)
{
    struct cpu_times times = {.at_ns = rt_now_ns()};
    char *stat;
    if (sysfile_text(root, "/proc/stat", &stat) == 0) {
        times.at_ns = rt_now_ns();
        /* The first line is the sum over all CPUs, then comes a line for each of them. */
        const char *line = strchr(stat, '\n');
        while (line && take_cpu(line + 1, cpus, &times))
            line = strchr(line + 1, '\n');
        free(stat);
    }
    *ret_times = times;
}

struct other_cpu other_cpu_measure(const struct cpu_times *before, const struct cpu_times *after, double own_s)
{
    double tick_s = 1.0 / (double)sysconf(_SC_CLK_TCK);
    double cpus = before->cpu_count;
    double all_s = (double)(after->at_ns - before->at_ns) / 1e9 * cpus;
    if (cpus == 0 || after->cpu_count != before->cpu_count || all_s <= 0)
        return (struct other_cpu){.share = NAN};

    double not_idle_s = all_s - (double)(after->idle_ticks - before->idle_ticks) * tick_s;
    double busy_s = (double)(after->busy_ticks - before->busy_ticks) * tick_s;
    double other_s = fmin(not_idle_s, busy_s) - own_s;
    if (other_s < 0)
        other_s = 0;
    if (other_s > all_s)
        other_s = all_s;

    /* Two standard deviations. Each CPU's figures are cut to whole ticks; and of our own time, taken off exactly, the
     * ticks saw a sample: binomial, and nothing to be unsure of where we had all of it or none. */
    double own_share = own_s < all_s ? own_s / all_s : 1;
    double doubt_s = 2 * tick_s * sqrt(cpus / 2 + own_s / tick_s * (1 - own_share));
    return (struct other_cpu){
        .share = other_s / all_s,
        .disturbed = other_s > OTHER_CPU_MOST_SHARE * all_s + doubt_s,
    };
}
