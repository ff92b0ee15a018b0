/*
 * Files: calls that block on a disk, run on the loop's own executor, so that the loop goes on meanwhile. (The kernel calls every
 * regular file ready at any time, so waiting for one as for a socket is no use.)
 *
 * Each call here awaits a call of a thread. A cancel, or the deadline of a timeout scope, that comes before a thread took it
 * returns -ECANCELED or -ETIMEDOUT, and nothing was done. Later it does not cut the call short: the buffer must outlive a
 * call that was begun, so the call ends first and its result stands; the cancel meets the next wait. On a file system
 * that hangs (or the open of a FIFO without a peer) that takes as long as it takes.
 *
 * Errors of every call: those of rt_executor_call (-ECANCELED, -ETIMEDOUT, -EAGAIN, -ENOMEM, -ENOTSUP in a parkable task, -EINVAL
 * outside a task), or the -errno of the system call. EINTR is retried inside. Context: a task; suspends.
 * Source: aiofiles; asyncio has no files but through loop.run_in_executor.
 */
#ifndef IORT_FILE_H
#define IORT_FILE_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * Open a file; close-on-exec.
 *
 * @param mode  of a file that is created; the umask applies
 * Returns the descriptor, the caller's (rt_file_close), or an error as above. Source: open(2).
 */
int rt_file_open(const char *path, int flags, mode_t mode);

/**
 * Read from a place in a file, until the buffer is full or the file ends.
 *
 * @param offset  bytes from the start; the file's own position is neither used nor moved
 * Returns bytes read, fewer than `size` only at the end of the file, or an error as above (-ESPIPE for a pipe: see rt_read).
 * After an error the buffer's contents are unknown. Source: pread(2).
 */
ssize_t rt_file_read(int fd, void *buffer, size_t size, off_t offset);

/**
 * Write all of a buffer to a place in a file (to its end if it was opened with O_APPEND).
 *
 * Returns `size`, or an error as above; after an error it is unknown how much was written. Source: pwrite(2).
 */
ssize_t rt_file_write(int fd, const void *buffer, size_t size, off_t offset);

/** Wait until what was written is on the disk. Returns 0 or an error as above. Source: fsync(2). */
int rt_file_sync(int fd);

/**
 * Close a file: here, since on some file systems that is where a write's error shows, and takes time.
 *
 * Returns 0 or an error as above. The descriptor is gone in any case: where no thread can be had, or the task is cancelled,
 * it is closed on the loop's thread, and the result is that of close(2). Source: close(2).
 */
int rt_file_close(int fd);

/**
 * Read a whole file into memory.
 *
 * @param most_bytes  a larger file is refused, however it grows meanwhile
 * @param ret_data    written on success only: from malloc, the caller's; a zero byte, not counted, follows the contents
 * @param ret_size    written on success only
 * Returns 0, -EFBIG (more than most_bytes), -EISDIR, or an error as above. Source: pathlib.Path.read_bytes.
 */
int rt_file_read_all(const char *path, size_t most_bytes, void **ret_data, size_t *ret_size);

/**
 * Write a whole file so that it is never seen half written, whatever happens: under a temporary name beside it, onto the disk,
 * then renamed, replacing what stood there (a symbolic link, too, not what it points to).
 *
 * @param mode  of the file; the umask applies
 * Returns 0 or an error as above; then the file is as it was, and the temporary one is gone. (A kill between the two leaves
 * a file named path.XXXXXX.) Source: rename(2), fsync(2).
 */
int rt_file_write_all(const char *path, const void *data, size_t size, mode_t mode);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
