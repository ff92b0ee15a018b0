#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <iort/clock.h>
#include "trial_process.h"
#include "../clean_text.h"
#include "../record/trial_record.h"
#include "../text_stream.h"
#include "../trial/trial.h"

enum { PROGRESS_FD = 3, WATCH_MS = 100, OUTPUT_MOST = 256 << 20 };

static volatile sig_atomic_t running_pid;

pid_t trial_process_pid(void)
{
    return (pid_t)running_pid;
}

struct process {
    pid_t pid;
    int in, out, errors, progress_fd;
    _Atomic int64_t *done;
    char *output;
    size_t output_bytes, output_room;
    int64_t begin_ns;
};

static int map_progress(struct process *process)
{
    process->progress_fd = memfd_create("iorace-progress", MFD_CLOEXEC);
    if (process->progress_fd < 0 || ftruncate(process->progress_fd, sizeof(*process->done)) < 0)
        return -1;
    process->done = mmap(NULL, sizeof(*process->done), PROT_READ | PROT_WRITE, MAP_SHARED, process->progress_fd, 0);
    if (process->done == MAP_FAILED) {
        process->done = NULL;
        return -1;
    }
    return 0;
}

/* posix_spawn: the parent may have grown fat with samples, and fork would copy its page tables. */
static int start(struct process *process, const char *binary, struct failure *ret_failure)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    /* A memory file, unlike a pipe, never fills: nobody has to read while the trial runs. */
    process->errors = memfd_create("iorace-errors", MFD_CLOEXEC);
    if (process->errors < 0 || map_progress(process) < 0 || pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) {
        int error = errno;
        close(in[0]);
        close(in[1]);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start a trial: %s", failure_cause(error));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int error = 0;
    const int fds[][2] = {{in[0], STDIN_FILENO},
                          {out[1], STDOUT_FILENO},
                          {process->errors, STDERR_FILENO},
                          {process->progress_fd, PROGRESS_FD}};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]) && !error; i++)
        error = posix_spawn_file_actions_adddup2(&actions, fds[i][0], fds[i][1]);
    posix_spawnattr_t attr;
    posix_spawnattr_init(&attr);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setpgroup(&attr, 0); /* Ctrl-C at the terminal is for the parent: it ends the trial in order */
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    char parent[24];
    snprintf(parent, sizeof(parent), "%d", (int)getpid());
    char *argv[] = {"iorace", "trial", "--with-parent", parent, NULL};
    process->begin_ns = rt_now_ns();
    if (!error)
        error = posix_spawn(&process->pid, binary ? binary : "/proc/self/exe", &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    process->in = in[1];
    process->out = out[0];
    if (error) {
        process->pid = 0;
        close(process->in);
        close(process->out);
        if (binary && (error == ENOENT || error == EACCES || error == ENOEXEC || error == ENOTDIR))
            return failure_set(ret_failure, EXIT_USAGE, "%s cannot be run: %s", binary, strerror(error));
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start a trial: posix_spawn: %s",
                           failure_cause(error));
    }
    running_pid = process->pid;
    return 0;
}

static void send_spec(struct process *process, const struct trial_spec *spec)
{
    json_t *object = trial_spec_to_json(spec);
    /* A child that has died already shows in what it did not write. */
    if (object)
        json_dumpfd(object, process->in, JSON_COMPACT);
    json_decref(object);
    close(process->in);
    process->in = -1;
}

/* Returns false at the end of the output, or when there is more than a trial can have to say. */
static bool read_output(struct process *process)
{
    if (process->output_room - process->output_bytes < 65536) {
        size_t room = process->output_room ? process->output_room * 2 : 1 << 18;
        char *output = room <= OUTPUT_MOST * 2UL ? realloc(process->output, room) : NULL;
        if (!output)
            return false;
        process->output = output;
        process->output_room = room;
    }
    ssize_t n =
        read(process->out, process->output + process->output_bytes, process->output_room - process->output_bytes - 1);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    process->output_bytes += (size_t)n;
    process->output[process->output_bytes] = '\0';
    return true;
}

enum ending { ENDED, HUNG, STOPPED };

static enum ending watch_output(struct process *process, double limit_s, trial_watch_fn watch, void *context)
{
    int64_t limit_ns = process->begin_ns + (int64_t)(limit_s * 1e9);
    for (;;) {
        struct pollfd fd = {.fd = process->out, .events = POLLIN};
        int n = poll(&fd, 1, WATCH_MS);
        if (watch(context, atomic_load(process->done)))
            return STOPPED;
        if (n > 0 && !read_output(process))
            return ENDED;
        if (rt_now_ns() > limit_ns)
            return HUNG;
    }
}

static void reap(struct process *process, int *ret_status, struct rusage *ret_usage)
{
    while (wait4(process->pid, ret_status, 0, ret_usage) < 0 && errno == EINTR)
        ;
    running_pid = 0;
}

/* --- what to make of it --- */

static char *next_line(char **at)
{
    char *line = *at, *end = line ? strchr(line, '\n') : NULL;
    if (!end)
        return NULL;
    *end = '\0';
    *at = end + 1;
    return line;
}

/* @param why  what is wrong with a line that says it is one */
static bool is_trial_line(const json_t *line, struct failure *why)
{
    struct trial_record record;
    record_init(trial_fields, &record);
    const char *type = json_string_value(json_object_get(line, "type"));
    bool good = type && strcmp(type, "trial") == 0 && record_from_json(trial_fields, &record, line, why) == 0;
    record_finish(trial_fields, &record);
    return good;
}

static void understand(struct trial_outcome *outcome, struct process *process, struct failure *why)
{
    char *at = process->output, *line;
    while ((line = next_line(&at))) {
        if (strncmp(line, "{\"type\":\"sample\"", 16) == 0 && !outcome->samples) {
            if (asprintf(&outcome->samples, "%s\n", line) < 0)
                outcome->samples = NULL;
        } else if (!outcome->line) {
            json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
            if (is_trial_line(parsed, why))
                outcome->line = parsed;
            else
                json_decref(parsed);
        }
    }
}

static void keep_last_words(struct trial_outcome *outcome, const struct process *process)
{
    char tail[sizeof(outcome->said)];
    off_t bytes = lseek(process->errors, 0, SEEK_END), room = (off_t)sizeof(tail) - 1;
    ssize_t length = pread(process->errors, tail, sizeof(tail) - 1, bytes > room ? bytes - room : 0);
    while (length > 0 && isspace((unsigned char)tail[length - 1]))
        length--;
    if (length <= 0)
        return;
    tail[length] = '\0';
    const char *line = strrchr(tail, '\n');
    char *clean = clean_text(line ? line + 1 : tail, sizeof(outcome->said) - 1);
    snprintf(outcome->said, sizeof(outcome->said), "%s", clean ? clean : "");
    free(clean);
}

/* A line for a trial whose process did not tell. */
static json_t *line_for_silence(const struct trial_spec *spec, enum ending ending, int status, double limit_s,
                                const struct failure *bad_line, const char *said)
{
    struct failure why = {0};
    if (ending == HUNG)
        failure_set(&why, EXIT_JOBS_FAILED, "the trial's process hung: killed after %.0f s", limit_s);
    else if (WIFSIGNALED(status))
        failure_set(&why, EXIT_JOBS_FAILED, "the trial's process died of signal %d (%s)%s", WTERMSIG(status),
                    strsignal(WTERMSIG(status)), WTERMSIG(status) == SIGKILL ? "; out of memory?" : "");
    else
        failure_set(&why, EXIT_JOBS_FAILED, "the trial's process ended with status %d and no result%s%s",
                    WEXITSTATUS(status),
                    bad_line->text[0] ? " that could be read: "
                    : said[0]         ? ": "
                                      : "",
                    bad_line->text[0] ? bad_line->text : said);
    char *text = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    trial_write_failure(spec, &why, out);
    fclose(out);
    json_t *line = json_loads(text, 0, NULL);
    free(text);
    return line;
}

static void fill_in(json_t *line, const struct process *process, const struct rusage *usage, int64_t end_ns)
{
    json_object_set_new(line, "proc_user_s",
                        json_real((double)usage->ru_utime.tv_sec + (double)usage->ru_utime.tv_usec / 1e6));
    json_object_set_new(line, "proc_sys_s",
                        json_real((double)usage->ru_stime.tv_sec + (double)usage->ru_stime.tv_usec / 1e6));
    json_object_set_new(line, "proc_wall_s", json_real((double)(end_ns - process->begin_ns) / 1e9));
}

int trial_process_run(struct trial_outcome *ret_outcome, struct trial_spec *spec, const char *binary, double limit_s,
                      trial_watch_fn watch, void *context, struct failure *ret_failure)
{
    struct process process = {.in = -1, .out = -1, .errors = -1, .progress_fd = -1};
    spec->progress_fd = PROGRESS_FD;
    int error = start(&process, binary, ret_failure);
    if (!error) {
        send_spec(&process, spec);
        enum ending ending = watch_output(&process, limit_s, watch, context);
        if (ending != ENDED)
            kill(process.pid, SIGKILL);
        close(process.out);
        process.out = -1; /* if it still writes, SIGPIPE ends it */
        int status;
        struct rusage usage;
        reap(&process, &status, &usage);
        int64_t end_ns = rt_now_ns();

        memset(ret_outcome, 0, sizeof(*ret_outcome));
        ret_outcome->interrupted = ending == STOPPED;
        ret_outcome->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        keep_last_words(ret_outcome, &process);
        struct failure bad_line = {0};
        if (ending == ENDED && process.output)
            understand(ret_outcome, &process, &bad_line);
        if (!ret_outcome->line && ending != STOPPED) {
            ret_outcome->silent = true;
            ret_outcome->line = line_for_silence(spec, ending, status, limit_s, &bad_line, ret_outcome->said);
        }
        if (ret_outcome->line)
            fill_in(ret_outcome->line, &process, &usage, end_ns);
    }
    if (process.done)
        munmap(process.done, sizeof(*process.done));
    if (process.progress_fd >= 0)
        close(process.progress_fd);
    if (process.errors >= 0)
        close(process.errors);
    free(process.output);
    return error;
}

void trial_outcome_finish(struct trial_outcome *outcome)
{
    json_decref(outcome->line);
    free(outcome->samples);
    memset(outcome, 0, sizeof(*outcome));
}
