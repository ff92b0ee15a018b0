/*
 * Subprocesses.
 *
 * The child begins with an empty signal mask, default dispositions, and no descriptors but 0, 1 and 2. Its end is awaited through a
 * pidfd; where the kernel has none, a thread of the loop's executor waits. The program must neither ignore SIGCHLD nor
 * collect children that are not its own (waitpid(-1)): then the end of a child is lost, and rt_process_wait returns -ECHILD.
 */
#ifndef IORT_PROCESS_H
#define IORT_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_process;

/** Where one of the child's first three descriptors comes from; any number above 0 is a descriptor of the caller's, who keeps it. */
enum {
    RT_PROCESS_INHERIT = 0, /**< the caller's own of the same number */
    RT_PROCESS_PIPE = -1,   /**< a pipe, whose other end is rt_process_fd */
    RT_PROCESS_NULL = -2,   /**< /dev/null */
    RT_PROCESS_OUTPUT = -3, /**< of `errors` only: where the output goes */
};

/** All zeros is the default of every field. */
struct rt_process_options {
    int input, output, errors; /**< of descriptors 0, 1 and 2 */
    char *const *environment;  /**< ends with NULL; NULL: the caller's */
    const char *directory;     /**< where it runs; NULL: where the caller does */
};

/**
 * Start a program.
 *
 * @param ret_process  written on success only; rt_process_destroy frees it
 * @param argv         argv[0] is looked for in PATH unless it has a slash; ends with NULL
 * @param options      NULL for the defaults
 *
 * Returns 0, or -errno, where the child's own failure to begin is told as such, not by an exit status of 127: -ENOENT (no such
 * program or directory), -EACCES, -ENOEXEC, -E2BIG, -EMFILE, -EAGAIN, -ENOMEM, -EBADF (a descriptor of the options is
 * none), -EINVAL (no argv[0], or an option that is none of the above).
 * Context: any thread, in a task or not; blocks it until the child has begun the program, as vfork does. Source:
 * asyncio.create_subprocess_exec; posix_spawnp(3).
 */
int rt_process_spawn(struct rt_process **ret_process, char *const argv[], const struct rt_process_options *options);

/** Returns the process's number; once its end was awaited, another process may have it. Context: the thread of the loop. */
pid_t rt_process_pid(const struct rt_process *process);

/**
 * Returns this side's end of a pipe, for rt_read or rt_write, or -1: non-blocking and close-on-exec; the process's, closed by
 * rt_process_close_fd or rt_process_destroy.
 *
 * @param number  0, 1 or 2, as the child has it
 */
int rt_process_fd(const struct rt_process *process, int number);

/** Close one end: of the input, to tell the child that there is no more. Returns 0, or -EBADF (none, or closed already). */
int rt_process_close_fd(struct rt_process *process, int number);

/**
 * Wait until the process has ended. Any number of tasks may, and again after it has. A process that writes to a pipe which
 * nobody reads never ends: see rt_process_communicate.
 *
 * @param deadline_ns  CLOCK_MONOTONIC, ns
 * @param ret_status   written on success only; as of waitpid(2): WIFEXITED, WEXITSTATUS, WTERMSIG; NULL if of no interest
 * Returns 0, -ETIMEDOUT, -ECANCELED, -ECHILD (see above), -ENOMEM, -EINVAL (outside a task), and where the kernel has no
 * pidfd as rt_executor_call. The process goes on in all those cases. Context: a task; suspends.
 * Source: asyncio.subprocess.Process.wait.
 */
int rt_process_wait(struct rt_process *process, int64_t deadline_ns, int *ret_status);

/**
 * Send a signal.
 *
 * Returns 0, -ESRCH (its end was awaited: never another process is hit), -EINVAL (no such signal) or -EPERM.
 * Context: the thread of the loop, in a task or not. Source: asyncio.subprocess.Process.send_signal.
 */
int rt_process_kill(struct rt_process *process, int number);

/** What a process wrote; from malloc, with a zero byte, not counted, after each. Free both. */
struct rt_process_output {
    char *output, *errors; /**< NULL without such a pipe */
    size_t output_bytes, errors_bytes;
};

/**
 * Feed a process through its input pipe and close that, collect what it writes to its output and error pipes until it has closed
 * them, and wait for its end: all at the same time, so that neither side waits for the other.
 *
 * @param input        input_bytes, until the call returns; without an input pipe there must be none (-EINVAL)
 * @param most_bytes   the most that is collected from each pipe
 * @param ret_output   written on success only; the caller's
 * @param ret_status   as in rt_process_wait
 *
 * Returns 0 (also if the process did not read all of its input), -EMSGSIZE (it wrote more than most_bytes), -ENOTSUP (a
 * parkable task), or as rt_process_wait and rt_read. After an error the process runs on, what was read is lost, and the
 * pipes should be read no more. Context: a task; suspends. Source: asyncio.subprocess.Process.communicate.
 */
int rt_process_communicate(struct rt_process *process, const void *input, size_t input_bytes, size_t most_bytes,
                           int64_t deadline_ns, struct rt_process_output *ret_output, int *ret_status);

/**
 * Close the pipes and free the handle; NULL is allowed. A process that still runs is killed (SIGKILL) and collected first, which
 * blocks for as long as a killed process takes to end: it is not left behind, neither running nor as a zombie. What it has
 * started itself goes on.
 *
 * Nobody may be waiting for it (asserted). Context: a task of the loop that waited for it, or after that loop is gone.
 */
void rt_process_destroy(struct rt_process *process);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
