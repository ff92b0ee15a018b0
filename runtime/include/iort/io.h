/*
 * Descriptors. Every call here works on a non-blocking descriptor and takes a deadline: CLOCK_MONOTONIC in ns,
 * RT_FOREVER for none. A descriptor that was waited on belongs to that loop until rt_close.
 *
 * One task may wait to read and another to write; a second one on the same side is refused with -EBUSY. rt_close wakes
 * whoever waits with -EBADF. Closing with close(2) instead leaves the waiters until their deadline.
 *
 * Errors of every call that waits: -ETIMEDOUT (the deadline passed; whatever arrived first stands), -ECANCELED, -EBUSY,
 * -EBADF, -EINVAL (outside a task), -ENOMEM, or the -errno of the system call. EINTR is retried inside.
 *
 * A call that succeeds at once does not suspend, but it sees a cancel, and after 64 such successes in a row the next call lets
 * other tasks run first (and notices the deadline of a timeout scope): a peer that is as fast as this loop cannot keep it to
 * itself.
 */
#ifndef IORT_IO_H
#define IORT_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum { RT_READ = 1, RT_WRITE = 2 };

/**
 * Wait until a descriptor can be read or written without blocking (or has an error or hang-up to report).
 *
 * @param events  RT_READ or RT_WRITE, not both
 * Returns 0 or an error as listed above (-EINVAL also for other events). Regular files are always ready.
 */
int rt_io_wait(int fd, int events, int64_t deadline_ns);

/**
 * Read what is there, waiting for at least one byte.
 *
 * @param buffer  the caller's, at least `size` bytes, until the call returns
 * Returns bytes read, 0 at the end of the stream, or an error as above. Source: read(2).
 */
ssize_t rt_read(int fd, void *buffer, size_t size, int64_t deadline_ns);

/**
 * Write all of a buffer. SIGPIPE is not raised (for a pipe that takes system calls of its own: a socket pair is cheaper).
 *
 * Returns `size`, or an error as above; after an error it is unknown how much was sent. Source: write(2), send(2).
 */
ssize_t rt_write(int fd, const void *buffer, size_t size, int64_t deadline_ns);

/**
 * Accept one connection; the new descriptor is non-blocking and close-on-exec and is the caller's.
 *
 * Returns the descriptor or an error as above (-EMFILE where descriptors ran out: sleep before trying again, since the
 * connection stays in the backlog). Source: accept4(2).
 */
int rt_accept(int listen_fd, int64_t deadline_ns);

/**
 * Connect a stream socket.
 *
 * Returns a connected descriptor, non-blocking and close-on-exec, the caller's; or -ECONNREFUSED, -ETIMEDOUT, ... as
 * above, and then there is nothing to close. Source: connect(2).
 */
int rt_connect(const struct sockaddr *address, socklen_t address_size, int64_t deadline_ns);

/**
 * Make a listening TCP socket: SO_REUSEADDR, non-blocking, close-on-exec.
 *
 * @param backlog     connections that may wait to be accepted; the kernel cuts it to somaxconn
 * @param reuse_port  1: several loops may listen on the same address and the kernel shares the connections out
 * Returns the descriptor, the caller's, or -errno. Context: any thread, in a task or not.
 * Source: socket(7), listen(2).
 */
int rt_listen(const struct sockaddr *address, socklen_t address_size, int backlog, int reuse_port);

/**
 * Close a descriptor and wake whoever waits on it with -EBADF.
 *
 * Returns 0 or the -errno of close(2); the descriptor is gone in either case. Context: the task's loop that waited on
 * it; outside a task it is close(2).
 */
int rt_close(int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
