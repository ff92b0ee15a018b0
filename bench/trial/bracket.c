#include <sys/resource.h>
#include <time.h>
#include <iort/clock.h>
#include "bracket.h"
#include "../session.h"

static void read_usage(struct bracket_point *point)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    point->cpu_user_us = (int64_t)usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec;
    point->cpu_sys_us = (int64_t)usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
    point->ctx_voluntary = usage.ru_nvcsw;
    point->ctx_involuntary = usage.ru_nivcsw;
}

static int64_t process_cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (pid < 0)
        return session_cpu_ns(-pid);
    if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
        return -1;
    return (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec;
}

void bracket_open(struct bracket_point *ret_point, pid_t server_pid)
{
    ret_point->server_cpu_ns = process_cpu_ns(server_pid);
    read_usage(ret_point);
    ret_point->wall_ns = rt_now_ns();
}

void bracket_close(struct bracket_point *ret_point, pid_t server_pid)
{
    ret_point->wall_ns = rt_now_ns();
    read_usage(ret_point);
    ret_point->server_cpu_ns = process_cpu_ns(server_pid);
}
