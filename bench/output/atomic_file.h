/*
 * An output file that appears whole or not at all: written under a temporary name in the same directory, flushed to the
 * disk, then renamed. A reader, a full disk or a kill -9 in between sees the old file or the new one.
 */
#ifndef BENCH_REPORT_ATOMIC_FILE_H
#define BENCH_REPORT_ATOMIC_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include "../failure.h"

/** Zeroed, it is a file that was never opened: atomic_file_abandon may be called on it. */
struct atomic_file {
    FILE *stream; /**< write here; NULL when not open. Errors are kept: nothing has to be checked before commit */
    char *path;   /**< DIR/NAME, what messages name */
    char *name, *temporary;
    int dir_fd, fd;
    int write_errno; /**< of the first write that failed, 0 if none did */
};

/**
 * Open a file for writing. DIR must exist; NAME has no slash.
 *
 * The struct must stay where it is until commit or abandon (the stream points to it).
 * Returns 0, or -1 with "cannot write DIR/NAME: ..." (EXIT_JOBS_FAILED) and nothing left behind.
 */
int atomic_file_open(struct atomic_file *file, const char *dir, const char *name, struct failure *ret_failure);

/**
 * Flush, fsync, close and rename to DIR/NAME, replacing what was there (a symbolic link itself, not what it points to).
 *
 * Returns 0, or -1 with the first error of all writes, and the temporary removed. Either way the file is closed.
 */
int atomic_file_commit(struct atomic_file *file, struct failure *ret_failure);

/** Close and remove the temporary; DIR/NAME is as it was before. Not open: does nothing. */
void atomic_file_abandon(struct atomic_file *file);

#endif
