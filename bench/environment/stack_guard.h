/* How coroutine stacks are guarded on this machine: found out by mapping some. */
#ifndef BENCH_ENVIRONMENT_STACK_GUARD_H
#define BENCH_ENVIRONMENT_STACK_GUARD_H

/**
 * @param ret_word  written on success only: "madvise", "mprotect" or "none"; static
 *
 * Returns 0, or the error of rt_run: -EBUSY where the thread runs a loop already, -ENOMEM, -EMFILE.
 */
int stack_guard_kind(const char **ret_word);

#endif
