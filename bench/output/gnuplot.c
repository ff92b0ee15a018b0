#include "gnuplot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <iort/clock.h>
#include "../program.h"

enum { AT_ONCE = 4 };

struct drawing {
    const char *script;
    struct program program;
};

static int no_gnuplot(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT,
                       "gnuplot is not installed, and draws the charts: install the package gnuplot-nox (or gnuplot)");
}

static size_t online_cpus(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (cpus < 1)
        return 1;
    return cpus < AT_ONCE ? (size_t)cpus : AT_ONCE;
}

static int start(struct drawing *drawing, const char *dir, const char *script, struct failure *ret_failure)
{
    /* -d: without it ~/.gnuplot would be read, and a chart would depend on who draws it. */
    const char *argv[] = {"gnuplot", "-d", script, NULL};
    drawing->script = script;
    int error = program_start(&drawing->program, argv, -1, dir);
    if (error == 0)
        return 0;
    if (error == -ENOENT)
        return no_gnuplot(ret_failure);
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start gnuplot: %s", failure_cause(-error));
}

static int finish(struct drawing *drawing, struct failure *ret_failure)
{
    struct program_said said;
    int status = program_finish(&drawing->program, RT_FOREVER, &said);
    if (status == 0)
        return 0;
    if (status == -ENOENT)
        return no_gnuplot(ret_failure);
    if (status < 0)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot wait for gnuplot: %s", strerror(-status));
    if (status > 128)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "gnuplot was ended by signal %d (%s) while drawing %s",
                           status - 128, strsignal(status - 128), drawing->script);
    for (char *p = said.err; *p; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    return failure_set(ret_failure, EXIT_JOBS_FAILED, "gnuplot failed (status %d) on %s: %s", status, drawing->script,
                       said.err[0] ? said.err : "it said nothing");
}

int gnuplot_run(const char *dir, const char *const *scripts, size_t count, struct failure *ret_failure)
{
    /* Somebody's desktop's: gnuplot without windows fails on it before it reads the script, which names its own. */
    unsetenv("GNUTERM");
    struct drawing running[AT_ONCE];
    size_t at_once = online_cpus(), started = 0, finished = 0;
    int result = 0;
    /* Oldest first: a ring is enough, the charts cost about the same. */
    while (finished < started || (started < count && result == 0)) {
        if (result == 0 && started < count && started - finished < at_once) {
            if (start(&running[started % at_once], dir, scripts[started], ret_failure) == 0)
                started++;
            else
                result = -1;
        } else if (finish(&running[finished++ % at_once], result == 0 ? ret_failure : NULL) < 0) {
            result = -1;
        }
    }
    return result;
}
