/* How busy the machine is: /proc/loadavg and /proc/stat. Part of environment.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "environment.h"
#include "sysfile.h"

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice": a guest's time is in user and nice already.
 * Kernels before 2.6.11 end earlier; then nothing is known. Source: proc(5). */
static void take_ticks(const char *stat, struct load_now *load)
{
    int64_t user, nice, system, idle, iowait, irq, softirq, steal;
    if (sscanf(stat, "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
               &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
        return;
    load->steal_ticks = steal;
    load->idle_ticks = idle + iowait;
    load->total_ticks = user + nice + system + idle + iowait + irq + softirq + steal;
}

static void take_running(const char *stat, struct load_now *load)
{
    const char *line = strstr(stat, "\nprocs_running ");
    int64_t running;
    if (line && sscanf(line, " procs_running %" SCNd64, &running) == 1)
        load->running = running;
}

void load_read_at(const char *root, struct load_now *ret_load)
{
    struct load_now load = {{-1, -1, -1}, -1, -1, -1, -1};
    double average[3];
    char line[128], *stat;
    if (sysfile_line(root, "/proc/loadavg", line, sizeof(line)) == 0 &&
        sscanf(line, "%lf %lf %lf", &average[0], &average[1], &average[2]) == 3)
        memcpy(load.average, average, sizeof(average));
    if (sysfile_text(root, "/proc/stat", &stat) == 0) {
        take_ticks(stat, &load);
        take_running(stat, &load);
        free(stat);
    }
    *ret_load = load;
}

void load_read(struct load_now *ret_load)
{
    load_read_at("", ret_load);
}

double load_steal_percent(const struct load_now *before, const struct load_now *after)
{
    int64_t total = after->total_ticks - before->total_ticks;
    if (before->steal_ticks < 0 || after->steal_ticks < before->steal_ticks || total <= 0)
        return -1;
    return 100.0 * (double)(after->steal_ticks - before->steal_ticks) / (double)total;
}

double load_busy_percent(const struct load_now *before, const struct load_now *after)
{
    int64_t total = after->total_ticks - before->total_ticks;
    int64_t idle = after->idle_ticks - before->idle_ticks;
    if (before->idle_ticks < 0 || after->idle_ticks < 0 || total <= 0)
        return -1;
    /* The kernel's idle counters may step back a little. */
    if (idle < 0)
        idle = 0;
    return 100.0 * (double)(idle < total ? total - idle : 0) / (double)total;
}
