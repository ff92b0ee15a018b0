#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { AT_ONCE = 4 };

struct process {
    const char *script;
    pid_t pid;
    int said_fd; /* a memory file: unlike a pipe it never fills, so nobody has to read while the child runs */
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

/* The environment with the C locale in it. Returns a malloc'ed array of borrowed texts, or NULL. */
static char **c_locale_environment(void)
{
    static char lc_all[] = "LC_ALL=C";
    size_t count = 0, used = 0;
    while (environ && environ[count])
        count++;
    char **copy = calloc(count + 2, sizeof(*copy));
    if (!copy)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0)
            copy[used++] = environ[i];
    copy[used] = lc_all;
    return copy;
}

/* Returns 0 or an errno value. */
static int spawn(struct process *process, const char *dir, char **environment)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    /* The caller may have blocked signals to read them elsewhere; a Ctrl-C shall still end gnuplot. */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    /* -d: without it ~/.gnuplot would be read, and a chart would depend on who draws it. */
    char *argv[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char *)process->script, NULL};
    if ((error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(&actions, process->said_fd, STDOUT_FILENO)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(&actions, process->said_fd, STDERR_FILENO)) == 0 &&
        (error = posix_spawn_file_actions_addchdir_np(&actions, dir)) == 0)
        error = posix_spawnp(&process->pid, "gnuplot", &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int start(struct process *process, const char *dir, const char *script, char **environment,
                 struct failure *ret_failure)
{
    process->script = script;
    process->said_fd = memfd_create("gnuplot says", MFD_CLOEXEC);
    int error = process->said_fd < 0 ? errno : spawn(process, dir, environment);
    if (error == 0)
        return 0;
    if (process->said_fd >= 0)
        close(process->said_fd);
    if (error == ENOENT)
        return no_gnuplot(ret_failure);
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start gnuplot: %s", strerror(error));
}

static int finish(struct process *process, struct failure *ret_failure)
{
    int status;
    pid_t waited;
    do
        waited = waitpid(process->pid, &status, 0);
    while (waited < 0 && errno == EINTR);
    /* The error is the last that it says; warnings stand before it. */
    char said[500];
    off_t size = lseek(process->said_fd, 0, SEEK_END), skip = (off_t)sizeof(said) - 1;
    ssize_t length = pread(process->said_fd, said, sizeof(said) - 1, size > skip ? size - skip : 0);
    said[length > 0 ? length : 0] = '\0';
    close(process->said_fd);

    if (waited < 0)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot wait for gnuplot: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return no_gnuplot(ret_failure);
    if (WIFSIGNALED(status))
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "gnuplot was ended by signal %d (%s) while drawing %s",
                           WTERMSIG(status), strsignal(WTERMSIG(status)), process->script);
    for (char *p = said; *p; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    return failure_set(ret_failure, EXIT_JOBS_FAILED, "gnuplot failed (status %d) on %s: %s", WEXITSTATUS(status),
                       process->script, said[0] ? said : "it said nothing");
}

int gnuplot_run(const char *dir, const char *const *scripts, size_t count, struct failure *ret_failure)
{
    char **environment = c_locale_environment();
    if (!environment)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    struct process running[AT_ONCE];
    size_t at_once = online_cpus(), started = 0, finished = 0;
    int result = 0;
    /* Oldest first: a ring is enough, the charts cost about the same. */
    while (finished < started || (started < count && result == 0)) {
        if (result == 0 && started < count && started - finished < at_once) {
            if (start(&running[started % at_once], dir, scripts[started], environment, ret_failure) == 0)
                started++;
            else
                result = -1;
        } else if (finish(&running[finished++ % at_once], result == 0 ? ret_failure : NULL) < 0) {
            result = -1;
        }
    }
    free(environment);
    return result;
}
