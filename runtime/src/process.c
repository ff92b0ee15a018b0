/* Subprocesses: starting them, their pipes, their end. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <iort/clock.h>
#include <iort/io.h>
#include <iort/process.h>
#include <iort/sync.h>
#include <iort/task.h>
#include <iort/timeout.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>
#include "child.h"
#include "internal.h"

struct rt_process {
    struct rt__child child;
    struct rt_lock waiting; /* one task watches the child, the others watch that one */
    int fds[3];             /* this side's ends, or -1 */
};

/* --- starting --- */

/* Where the child's descriptors come from, all above 2, so that putting one in its place overwrites no other; -1:
 * inherited. */
struct sources {
    int fds[3];
};

static void close_all(const int fds[3])
{
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int move_up(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return moved < 0 ? -errno : moved;
}

/* Returns the child's end, and sets this side's. */
static int open_pipe(int number, int *ret_ours)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int ours = ends[number == 0], theirs = ends[number != 0];
    int result = move_up(theirs);
    close(theirs);
    /* Of the pipe's two ends only this one: programs do not expect a non-blocking output. */
    if (result < 0 || fcntl(ours, F_SETFL, O_NONBLOCK) < 0) {
        int error = result < 0 ? result : -errno;
        if (result >= 0)
            close(result);
        close(ours);
        return error;
    }
    *ret_ours = ours;
    return result;
}

static int open_source(int wanted, int number, const struct sources *sources, int *ret_ours)
{
    if (wanted > 0)
        return move_up(wanted);
    if (wanted == RT_PROCESS_PIPE)
        return open_pipe(number, ret_ours);
    if (wanted == RT_PROCESS_OUTPUT && number == 2)
        return move_up(sources->fds[1] >= 0 ? sources->fds[1] : 1);
    if (wanted != RT_PROCESS_NULL)
        return -EINVAL;
    int fd = open("/dev/null", (number == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
    if (fd < 0 || fd > 2)
        return fd < 0 ? -errno : fd;
    int moved = move_up(fd);
    close(fd);
    return moved;
}

static int open_sources(struct sources *sources, const struct rt_process_options *options, int ours[3])
{
    const int wanted[3] = {options->input, options->output, options->errors};
    for (int i = 0; i < 3; i++) {
        if (wanted[i] == RT_PROCESS_INHERIT)
            continue;
        int fd = open_source(wanted[i], i, sources, &ours[i]);
        if (fd < 0)
            return fd;
        sources->fds[i] = fd;
    }
    return 0;
}

/* posix_spawn reports the errno of every step in the child, exec's too. */
static int spawn_child(pid_t *ret_pid, char *const argv[], const struct rt_process_options *options,
                       const struct sources *sources)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return -error;
    error = posix_spawnattr_init(&attributes);
    if (error)
        goto destroy_actions;
    for (int i = 0; i < 3 && !error; i++)
        if (sources->fds[i] >= 0)
            error = posix_spawn_file_actions_adddup2(&actions, sources->fds[i], i);
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!error && options->directory)
        error = posix_spawn_file_actions_addchdir_np(&actions, options->directory);
    if (error)
        goto destroy_attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    error = posix_spawnp(ret_pid, argv[0], &actions, &attributes, argv,
                         options->environment ? options->environment : environ);
destroy_attributes:
    posix_spawnattr_destroy(&attributes);
destroy_actions:
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

int rt_process_spawn(struct rt_process **ret_process, char *const argv[], const struct rt_process_options *options)
{
    static const struct rt_process_options defaults;
    if (!argv[0])
        return -EINVAL;
    if (!options)
        options = &defaults;
    struct rt_process *process = malloc(sizeof(*process));
    if (!process)
        return -ENOMEM;
    *process = (struct rt_process){.fds = {-1, -1, -1}};
    rt_lock_init(&process->waiting);
    struct sources sources = {{-1, -1, -1}};
    pid_t pid;
    int error = open_sources(&sources, options, process->fds);
    if (error == 0)
        error = spawn_child(&pid, argv, options, &sources);
    close_all(sources.fds);
    if (error == 0)
        error = rt__child_init(&process->child, pid);
    if (error < 0) {
        close_all(process->fds);
        free(process);
        return error;
    }
    *ret_process = process;
    return 0;
}

/* --- while it runs --- */

pid_t rt_process_pid(const struct rt_process *process)
{
    return process->child.pid;
}

int rt_process_fd(const struct rt_process *process, int number)
{
    return number >= 0 && number < 3 ? process->fds[number] : -1;
}

int rt_process_close_fd(struct rt_process *process, int number)
{
    int fd = rt_process_fd(process, number);
    if (fd < 0)
        return -EBADF;
    process->fds[number] = -1;
    return rt_close(fd);
}

int rt_process_kill(struct rt_process *process, int number)
{
    return rt__child_kill(&process->child, number);
}

int rt_process_wait(struct rt_process *process, int64_t deadline_ns, int *ret_status)
{
    int error = rt_lock_acquire(&process->waiting, deadline_ns);
    if (error < 0)
        return error;
    error = rt__child_wait(&process->child, deadline_ns);
    rt_lock_release(&process->waiting);
    if (error == 0)
        error = process->child.error;
    if (error == 0 && ret_status)
        *ret_status = process->child.status;
    return error;
}

void rt_process_destroy(struct rt_process *process)
{
    if (!process)
        return;
    rt_lock_finish(&process->waiting);
    for (int i = 0; i < 3; i++)
        rt_process_close_fd(process, i);
    rt__child_finish(&process->child);
    free(process);
}

/* --- a conversation: a task for each pipe --- */

struct conversation {
    struct rt_event over; /* all pipes are, or one has failed */
    int left, error;
};

struct pipe_work {
    struct conversation *conversation;
    struct rt_process *process;
    int number;
    int64_t deadline_ns;
    const void *input;
    char *bytes;
    size_t size, most_bytes;
};

static int pipe_over(struct pipe_work *work, int error)
{
    struct conversation *conversation = work->conversation;
    if (error < 0 && conversation->error == 0)
        conversation->error = error;
    if (--conversation->left == 0 || error < 0)
        rt_event_set(&conversation->over);
    return error;
}

static int feed(void *arg)
{
    struct pipe_work *work = arg;
    ssize_t n = rt_write(work->process->fds[0], work->input, work->size, work->deadline_ns);
    rt_process_close_fd(work->process, 0);
    return pipe_over(work, n < 0 && n != -EPIPE ? (int)n : 0); /* one that does not want it all is no failure */
}

static int read_to_the_end(struct pipe_work *work)
{
    size_t room = 0;
    for (;;) {
        if (work->size == room) {
            room = room ? room * 2 : 4096;
            char *larger = realloc(work->bytes, room + 1);
            if (!larger)
                return -ENOMEM;
            work->bytes = larger;
        }
        ssize_t n =
            rt_read(work->process->fds[work->number], work->bytes + work->size, room - work->size, work->deadline_ns);
        if (n < 0)
            return (int)n;
        work->size += (size_t)n;
        if (work->size > work->most_bytes)
            return -EMSGSIZE;
        if (n == 0)
            break;
    }
    work->bytes[work->size] = '\0';
    return 0;
}

static int collect_output(void *arg)
{
    return pipe_over(arg, read_to_the_end(arg));
}

/* What they work on is on this task's stack: none of them outlives the call. */
static void end_tasks(struct rt_task *tasks[], int count)
{
    struct rt_timeout shield;
    rt_shield_begin(&shield);
    for (int i = 0; i < count; i++) {
        rt_task_cancel(tasks[i]);
        rt_task_join(tasks[i], NULL);
    }
    rt_shield_end(&shield);
}

int rt_process_communicate(struct rt_process *process, const void *input, size_t input_bytes, size_t most_bytes,
                           int64_t deadline_ns, struct rt_process_output *ret_output, int *ret_status)
{
    struct rt_task *self = rt__self();
    if (!self || (input_bytes > 0 && process->fds[0] < 0))
        return -EINVAL;
    if (self->parkable)
        return -ENOTSUP;
    struct conversation conversation = {0};
    struct pipe_work works[3];
    struct rt_task *tasks[3];
    int error = 0, status = 0;
    rt_event_init(&conversation.over);
    for (int i = 0; i < 3; i++) {
        works[i] = (struct pipe_work){
            .conversation = &conversation,
            .process = process,
            .number = i,
            .deadline_ns = deadline_ns,
            .input = input,
            .size = i == 0 ? input_bytes : 0,
            .most_bytes = most_bytes,
        };
        if (process->fds[i] < 0 || error < 0)
            continue;
        error = rt_task_spawn(&tasks[conversation.left], i == 0 ? feed : collect_output, &works[i]);
        if (error == 0)
            rt_task_set_name(tasks[conversation.left++], "communicate");
    }
    int count = conversation.left;
    if (error == 0 && count > 0)
        error = rt_event_wait(&conversation.over, RT_FOREVER);
    end_tasks(tasks, count);
    if (error == 0)
        error = conversation.error;
    if (error == 0)
        error = rt_process_wait(process, deadline_ns, &status);
    if (error < 0) {
        free(works[1].bytes);
        free(works[2].bytes);
        return error;
    }
    if (ret_status)
        *ret_status = status;
    *ret_output = (struct rt_process_output){works[1].bytes, works[2].bytes, works[1].size, works[2].size};
    return 0;
}
