/*
 * Buffered streams over a descriptor, and a server of them: asyncio's StreamReader, StreamWriter and start_server.
 *
 * One task may read from a stream and another write to it; a second one is refused with -EBUSY as long as the first is in a call
 * on that side. Deadlines are CLOCK_MONOTONIC, ns; the errors of every call that waits are those listed in io.h.
 *
 * Nothing read is lost by an error: what has arrived stays in the stream's buffer for the next call, but for the part that
 * rt_stream_read has already handed out.
 */
#ifndef IORT_STREAM_H
#define IORT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <iort/task.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_stream;

/** All zeros is the default of every field. */
struct rt_stream_options {
    size_t line_most;   /**< the most bytes of a line, its end counted; 0: 65536, as asyncio's limit */
    size_t write_bytes; /**< of the buffer for writing; 0: 16384 */
};

/**
 * Make a stream of a descriptor. Buffers come with the first use.
 *
 * @param ret_stream  written on success only; rt_stream_close frees it
 * @param fd          the stream's on success, and made non-blocking; the caller's on failure
 * @param options     NULL for the defaults; copied
 * Returns 0, -ENOMEM, or the -errno of fcntl(2). Context: any thread. Source: asyncio.open_connection(sock=...).
 */
int rt_stream_open(struct rt_stream **ret_stream, int fd, const struct rt_stream_options *options);

/**
 * Resolve a name, and connect to its addresses, one after the other, until one accepts.
 *
 * @param deadline_ns  of all together: what is left is shared out evenly, so that one address that does not answer leaves time
 *                     for the next
 * @param ret_eai      as in rt_getaddrinfo
 * Returns 0, -ENOENT (the name), the error of the last address that was tried, or as rt_getaddrinfo and rt_connect.
 * Context: a task that is not parkable (-ENOTSUP); suspends. Source: asyncio.open_connection.
 */
int rt_stream_connect(struct rt_stream **ret_stream, const char *host, const char *service, int64_t deadline_ns,
                      int *ret_eai);

/** Returns the descriptor, which stays the stream's: for getpeername and the like. Context: the thread of the loop. */
int rt_stream_fd(const struct rt_stream *stream);

/**
 * Read what is there, waiting for at least one byte.
 *
 * Returns bytes read, 0 at the end, or an error. Source: StreamReader.read(n).
 */
ssize_t rt_stream_read(struct rt_stream *stream, void *buffer, size_t size, int64_t deadline_ns);

/**
 * Read `size` bytes, or as many as come before the end.
 *
 * Returns bytes read, fewer than `size` only at the end, or an error (-ENOMEM: they are gathered in the stream's buffer first, which
 * keeps them for the next call if this one is cut short). Source: StreamReader.readexactly; there an early end is an exception.
 */
ssize_t rt_stream_read_exactly(struct rt_stream *stream, void *buffer, size_t size, int64_t deadline_ns);

/**
 * Read up to and with a separator.
 *
 * @param ret_bytes  written if the result is above 0: the bytes, in the stream's buffer, valid until the next call that reads
 * Returns their count, with the separator; at the end what is left without one, then 0; -EMSGSIZE (line_most bytes are there
 * and no separator: as for a datagram that does not fit its buffer; they stay, and rt_stream_read takes them), -EINVAL (an
 * empty separator), or an error. Source: StreamReader.readuntil.
 */
ssize_t rt_stream_read_until(struct rt_stream *stream, const void *separator, size_t separator_bytes,
                             int64_t deadline_ns, const char **ret_bytes);

/** rt_stream_read_until a newline, which is part of what is returned. Source: StreamReader.readline. */
ssize_t rt_stream_read_line(struct rt_stream *stream, int64_t deadline_ns, const char **ret_bytes);

/**
 * Write into the buffer; what does not fit is sent, and only then does it suspend.
 *
 * @param bytes  copied or sent by the time the call returns
 * Returns 0 or an error. After an error of sending it is unknown what of this and earlier writes was sent, and every
 * later write, flush and close returns that error. One task at a time: a second one that would have to send gets -EBUSY, so
 * tasks that write to the same stream take turns by a lock. Source: StreamWriter.write followed by drain.
 */
int rt_stream_write(struct rt_stream *stream, const void *bytes, size_t size, int64_t deadline_ns);

/** Send what is buffered. Nothing else does: an answer is not on its way before. Returns as rt_stream_write. Source: StreamWriter.drain. */
int rt_stream_flush(struct rt_stream *stream, int64_t deadline_ns);

/** Flush, then tell the peer that no more comes. Returns as rt_stream_flush, or the -errno of shutdown(2). Source: StreamWriter.write_eof. */
int rt_stream_write_end(struct rt_stream *stream, int64_t deadline_ns);

/**
 * Flush, close and free. NULL is allowed. A task that still waits on the stream gets -EBADF.
 *
 * A task that was cancelled gets no wait, so nothing is sent: flush before, or within rt_shield_begin.
 * Returns 0, or the first error of sending or closing (-EBUSY: another task was sending, and what it had not sent is lost); the
 * stream is gone in any case. Context: a task of the loop; suspends
 * if there is something to flush. Elsewhere what is buffered is dropped. Source: StreamWriter.close, wait_closed.
 */
int rt_stream_close(struct rt_stream *stream, int64_t deadline_ns);

/* --- serving --- */

/** One connection's task. The stream is the server's, which flushes (within 5 s) and closes it afterwards; the result is dropped. */
typedef int (*rt_serve_fn)(struct rt_stream *stream, void *arg);

/** All zeros is the default of every field. */
struct rt_serve_options {
    unsigned connections_most; /**< at once; further ones wait in the backlog; 0: no limit */
    int64_t grace_ns;          /**< at the end: how long handlers may go on before they are cancelled */
    struct rt_stream_options stream;
    bool parkable; /**< the handlers' tasks are (see rt_task_options): a million idle connections */
};

/**
 * Accept connections and run a task for each, until cancelled or the descriptor is closed; then end them.
 *
 * Where descriptors or memory have run out, the connection stays in the backlog (one that was accepted before memory ran out is
 * closed), and the server waits until one of its own ends, or for 100 ms, before it tries again: it does not spin.
 *
 * Returns only when every handler has returned: after accepting has stopped they have grace_ns, then they are cancelled and
 * awaited, which a cancel does not cut short.
 *
 * @param listen_fd  non-blocking (rt_listen), the caller's
 * @param arg        handed to every handler; until the call returns
 * @param options    NULL for the defaults; copied
 * Returns never 0, but -ECANCELED, -ETIMEDOUT (a timeout scope), -EBADF (closed), -ENOTSUP (the caller is parkable), -EINVAL, -EBUSY
 * or another -errno of accept4(2). Context: a task; suspends. Source: asyncio.start_server, Server.serve_forever.
 */
int rt_serve(int listen_fd, rt_serve_fn handler, void *arg, const struct rt_serve_options *options);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
