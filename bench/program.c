#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <iort/clock.h>
#include "program.h"

extern char **environ;

static const int64_t PATIENCE_NS = 10 * RT_NS_PER_S;

/* Returns a malloc'ed array of borrowed texts, or NULL. */
static char **clean_environment(void)
{
    size_t count = 0, used = 0;
    while (environ && environ[count])
        count++;
    char **copy = calloc(count + 2, sizeof(*copy));
    if (!copy)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0)
            copy[used++] = environ[i];
    copy[used] = "LC_ALL=C";
    return copy;
}

/* Returns 0 or an errno value. */
static int spawn(struct program *program, const char *const *argv, int in, const char *dir, char **environment)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if ((error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(&actions, program->out, STDOUT_FILENO)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(&actions, program->err, STDERR_FILENO)) == 0 &&
        (!dir || (error = posix_spawn_file_actions_addchdir_np(&actions, dir)) == 0))
        error = posix_spawnp(&program->pid, argv[0], &actions, &attributes, (char *const *)argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void close_streams(const struct program *program)
{
    if (program->out >= 0)
        close(program->out);
    if (program->err >= 0)
        close(program->err);
}

int program_start(struct program *ret_program, const char *const *argv, int stdin_fd, const char *dir)
{
    /* Memory files, unlike pipes, never fill: nobody has to read while the program runs. */
    struct program program = {.out = memfd_create("output", MFD_CLOEXEC), .err = memfd_create("errors", MFD_CLOEXEC)};
    int in = stdin_fd >= 0 ? fcntl(stdin_fd, F_DUPFD_CLOEXEC, 3) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    char **environment = clean_environment();
    int rc = -ENOMEM;
    if (environment)
        rc = in < 0 || program.out < 0 || program.err < 0 ? -EMFILE : -spawn(&program, argv, in, dir, environment);
    if (rc == -EACCES && !program_exists(argv[0])) /* PATH names a directory that this user may not look into */
        rc = -ENOENT;
    free(environment);
    if (in >= 0)
        close(in);
    if (rc < 0)
        close_streams(&program);
    else
        *ret_program = program;
    return rc;
}

static int wait_for(pid_t pid, int64_t patience_ns)
{
    static const struct timespec pause = {.tv_nsec = RT_NS_PER_MS};
    int64_t deadline_ns = rt_deadline_ns(patience_ns);
    int state, late = 0;
    for (;;) {
        pid_t waited = waitpid(pid, &state, late || patience_ns == RT_FOREVER ? 0 : WNOHANG);
        if (waited < 0 && errno != EINTR)
            return -errno;
        if (waited == pid)
            break;
        if (rt_now_ns() < deadline_ns) {
            nanosleep(&pause, NULL);
        } else {
            kill(pid, SIGKILL);
            late = 1;
        }
    }
    if (late)
        return -ETIMEDOUT;
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

static void keep(int fd, bool end, char *buffer, size_t size)
{
    off_t bytes = lseek(fd, 0, SEEK_END), room = (off_t)size - 1;
    ssize_t length = pread(fd, buffer, size - 1, end && bytes > room ? bytes - room : 0);
    if (length < 0)
        length = 0;
    while (length > 0 && isspace((unsigned char)buffer[length - 1]))
        length--;
    buffer[length] = '\0';
}

int program_finish(struct program *program, int64_t patience_ns, struct program_said *ret_said)
{
    int rc = wait_for(program->pid, patience_ns);
    if (rc == 127) /* how a C library without an answer from the child says that the program is missing */
        rc = -ENOENT;
    if (rc >= 0) {
        keep(program->out, false, ret_said->out, sizeof(ret_said->out));
        keep(program->err, true, ret_said->err, sizeof(ret_said->err));
    }
    close_streams(program);
    return rc;
}

int program_run(const char *const *argv, int stdin_fd, struct program_said *ret_said)
{
    struct program program;
    int rc = program_start(&program, argv, stdin_fd, NULL);
    return rc < 0 ? rc : program_finish(&program, PATIENCE_NS, ret_said);
}

int program_exists(const char *name)
{
    const char *path = getenv("PATH");
    for (const char *dir = path ? path : "/usr/bin:/bin"; dir; dir = strchr(dir, ':')) {
        char candidate[PATH_MAX];
        dir += *dir == ':';
        int length = (int)strcspn(dir, ":");
        if (snprintf(candidate, sizeof(candidate), "%.*s/%s", length, length ? dir : ".", name) <
                (int)sizeof(candidate) &&
            access(candidate, X_OK) == 0)
            return 1;
    }
    return 0;
}
