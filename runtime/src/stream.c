/* Buffered streams: one buffer that is read into, one that is written from. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <fcntl.h>
#include <iort/clock.h>
#include <iort/io.h>
#include <iort/resolve.h>
#include <iort/stream.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LINE_MOST_DEFAULT = 65536, WRITE_BYTES_DEFAULT = 16384, READ_BYTES_FIRST = 4096 };

struct rt_stream {
    int fd;
    uint8_t busy; /* the sides that a task works on: the last one to leave frees a closed stream */
    bool closed, at_end;
    int write_error;
    size_t line_most, write_size;
    char *in; /* what has been read stands from in_first to in_end */
    size_t in_first, in_end, in_size;
    char *out;
    size_t out_bytes;
};

int rt_stream_open(struct rt_stream **ret_stream, int fd, const struct rt_stream_options *options)
{
    static const struct rt_stream_options defaults;
    if (!options)
        options = &defaults;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (!(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0))
        return -errno;
    struct rt_stream *stream = malloc(sizeof(*stream));
    if (!stream)
        return -ENOMEM;
    *stream = (struct rt_stream){
        .fd = fd,
        .line_most = options->line_most ? options->line_most : LINE_MOST_DEFAULT,
        .write_size = options->write_bytes ? options->write_bytes : WRITE_BYTES_DEFAULT,
    };
    *ret_stream = stream;
    return 0;
}

int rt_stream_fd(const struct rt_stream *stream)
{
    return stream->fd;
}

/* Two tasks on one side would find the buffer changed under them. */
static int enter(struct rt_stream *stream, int side)
{
    if (stream->busy & side)
        return -EBUSY;
    stream->busy |= (uint8_t)side;
    return 0;
}

static void leave(struct rt_stream *stream, int side)
{
    stream->busy &= (uint8_t)~side;
    if (stream->busy || !stream->closed)
        return;
    free(stream->in);
    free(stream->out);
    free(stream);
}

/* --- reading --- */

/* Have room behind in_end, for `size` bytes in all. */
static int make_room(struct rt_stream *stream, size_t size)
{
    if (stream->in_first == stream->in_end)
        stream->in_first = stream->in_end = 0;
    if (stream->in_size - stream->in_first >= size && stream->in_end < stream->in_size)
        return 0;
    if (stream->in_first > 0) {
        memmove(stream->in, stream->in + stream->in_first, stream->in_end - stream->in_first);
        stream->in_end -= stream->in_first;
        stream->in_first = 0;
    }
    if (stream->in_size >= size && stream->in_end < stream->in_size)
        return 0;
    size_t larger = stream->in_size ? stream->in_size * 2 : READ_BYTES_FIRST;
    if (larger < size)
        larger = size;
    char *in = realloc(stream->in, larger);
    if (!in)
        return -ENOMEM;
    stream->in = in;
    stream->in_size = larger;
    return 0;
}

/* Read once into the buffer. Returns 1, 0 at the end, or an error. */
static int fill(struct rt_stream *stream, size_t size, int64_t deadline_ns)
{
    if (stream->at_end)
        return 0;
    int error = make_room(stream, size);
    if (error < 0)
        return error;
    ssize_t n = rt_read(stream->fd, stream->in + stream->in_end, stream->in_size - stream->in_end, deadline_ns);
    if (stream->closed)
        return -EBADF;
    if (n > 0)
        stream->in_end += (size_t)n;
    stream->at_end = n == 0;
    return n < 0 ? (int)n : n > 0;
}

static size_t buffered(const struct rt_stream *stream)
{
    return stream->in_end - stream->in_first;
}

static ssize_t take(struct rt_stream *stream, void *buffer, size_t size)
{
    size_t n = size < buffered(stream) ? size : buffered(stream);
    if (n > 0)
        memcpy(buffer, stream->in + stream->in_first, n);
    stream->in_first += n;
    return (ssize_t)n;
}

ssize_t rt_stream_read(struct rt_stream *stream, void *buffer, size_t size, int64_t deadline_ns)
{
    ssize_t result = enter(stream, RT_READ);
    if (result < 0)
        return result;
    if (buffered(stream) > 0 || stream->at_end || size == 0) {
        result = take(stream, buffer, size);
    } else if (size >= READ_BYTES_FIRST) {
        result = rt_read(stream->fd, buffer, size, deadline_ns); /* no copy is worth it */
        if (!stream->closed && result == 0)
            stream->at_end = true;
    } else {
        int filled = fill(stream, 1, deadline_ns);
        result = filled < 0 ? filled : take(stream, buffer, size);
    }
    leave(stream, RT_READ);
    return result;
}

ssize_t rt_stream_read_exactly(struct rt_stream *stream, void *buffer, size_t size, int64_t deadline_ns)
{
    int filled = 1, error = enter(stream, RT_READ);
    if (error < 0)
        return error;
    while (filled > 0 && buffered(stream) < size)
        filled = fill(stream, size, deadline_ns);
    ssize_t result = filled < 0 ? filled : take(stream, buffer, size);
    leave(stream, RT_READ);
    return result;
}

/* Returns the bytes up to and with the separator, found behind the first `seen` ones; 0 if it is not there. */
static size_t find_separator(const struct rt_stream *stream, const void *separator, size_t size, size_t seen)
{
    /* It may have come in parts. */
    size_t from = seen >= size ? seen - size + 1 : 0;
    const char *start = stream->in + stream->in_first;
    if (from >= buffered(stream))
        return 0;
    const char *found = size == 1 ? memchr(start + from, *(const char *)separator, buffered(stream) - from)
                                  : memmem(start + from, buffered(stream) - from, separator, size);
    return found ? (size_t)(found - start) + size : 0;
}

static ssize_t read_until(struct rt_stream *stream, const void *separator, size_t separator_bytes, int64_t deadline_ns)
{
    size_t seen = 0, found;
    while (!(found = find_separator(stream, separator, separator_bytes, seen))) {
        seen = buffered(stream);
        if (seen >= stream->line_most)
            return -EMSGSIZE;
        int filled = fill(stream, seen + 1, deadline_ns);
        if (filled < 0)
            return filled;
        if (filled == 0)
            return (ssize_t)buffered(stream);
    }
    return found > stream->line_most ? -EMSGSIZE : (ssize_t)found;
}

ssize_t rt_stream_read_until(struct rt_stream *stream, const void *separator, size_t separator_bytes,
                             int64_t deadline_ns, const char **ret_bytes)
{
    if (separator_bytes == 0)
        return -EINVAL;
    int error = enter(stream, RT_READ);
    if (error < 0)
        return error;
    ssize_t result = read_until(stream, separator, separator_bytes, deadline_ns);
    if (result > 0) {
        *ret_bytes = stream->in + stream->in_first;
        stream->in_first += (size_t)result;
    }
    leave(stream, RT_READ);
    return result;
}

ssize_t rt_stream_read_line(struct rt_stream *stream, int64_t deadline_ns, const char **ret_bytes)
{
    return rt_stream_read_until(stream, "\n", 1, deadline_ns, ret_bytes);
}

/* --- writing --- */

static int send_all(struct rt_stream *stream, const void *bytes, size_t size, int64_t deadline_ns)
{
    ssize_t n = rt_write(stream->fd, bytes, size, deadline_ns);
    if (n < 0)
        stream->write_error = (int)n;
    return n < 0 ? (int)n : stream->closed ? -EBADF : 0;
}

static int flush(struct rt_stream *stream, int64_t deadline_ns)
{
    if (stream->write_error < 0)
        return stream->write_error;
    if (stream->out_bytes == 0)
        return 0;
    int error = send_all(stream, stream->out, stream->out_bytes, deadline_ns);
    stream->out_bytes = 0;
    return error;
}

static int write_buffered(struct rt_stream *stream, const void *bytes, size_t size, int64_t deadline_ns)
{
    if (stream->write_error < 0)
        return stream->write_error;
    if (size > stream->write_size - stream->out_bytes) {
        int error = flush(stream, deadline_ns);
        if (error < 0)
            return error;
        if (size >= stream->write_size)
            return send_all(stream, bytes, size, deadline_ns);
    }
    if (size == 0)
        return 0;
    if (!stream->out && !(stream->out = malloc(stream->write_size)))
        return -ENOMEM;
    memcpy(stream->out + stream->out_bytes, bytes, size);
    stream->out_bytes += size;
    return 0;
}

int rt_stream_write(struct rt_stream *stream, const void *bytes, size_t size, int64_t deadline_ns)
{
    int error = enter(stream, RT_WRITE);
    if (error < 0)
        return error;
    error = write_buffered(stream, bytes, size, deadline_ns);
    leave(stream, RT_WRITE);
    return error;
}

int rt_stream_flush(struct rt_stream *stream, int64_t deadline_ns)
{
    int error = enter(stream, RT_WRITE);
    if (error < 0)
        return error;
    error = flush(stream, deadline_ns);
    leave(stream, RT_WRITE);
    return error;
}

int rt_stream_write_end(struct rt_stream *stream, int64_t deadline_ns)
{
    int error = rt_stream_flush(stream, deadline_ns);
    if (error < 0)
        return error;
    return shutdown(stream->fd, SHUT_WR) < 0 ? -errno : 0;
}

int rt_stream_close(struct rt_stream *stream, int64_t deadline_ns)
{
    if (!stream)
        return 0;
    /* While another task sends, what it has not sent yet is lost as that one is woken. */
    bool may_flush = enter(stream, RT_WRITE) == 0;
    int error = may_flush ? flush(stream, deadline_ns) : -EBUSY;
    stream->closed = true;
    int closed = rt_close(stream->fd);
    leave(stream, may_flush ? RT_WRITE : 0);
    return error < 0 ? error : closed;
}

/* --- connecting --- */

static int connect_to_any(const struct addrinfo *addresses, int64_t deadline_ns)
{
    int count = 0, fd = -EADDRNOTAVAIL;
    for (const struct addrinfo *address = addresses; address; address = address->ai_next)
        count++;
    for (const struct addrinfo *address = addresses; address; address = address->ai_next, count--) {
        int64_t now_ns = rt_now_ns();
        int64_t until_ns = deadline_ns == RT_FOREVER ? RT_FOREVER : now_ns + (deadline_ns - now_ns) / count;
        fd = rt_connect(address->ai_addr, address->ai_addrlen, until_ns);
        if (fd >= 0 || fd == -ECANCELED || fd == -EINVAL || fd == -ENOMEM || fd == -EMFILE || fd == -ENFILE)
            break; /* no other address would change that */
    }
    return fd;
}

int rt_stream_connect(struct rt_stream **ret_stream, const char *host, const char *service, int64_t deadline_ns,
                      int *ret_eai)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int error = rt_getaddrinfo(host, service, &hints, deadline_ns, &addresses, ret_eai);
    if (error < 0)
        return error;
    int fd = connect_to_any(addresses, deadline_ns);
    freeaddrinfo(addresses);
    if (fd < 0)
        return fd;
    error = rt_stream_open(ret_stream, fd, NULL);
    if (error < 0)
        rt_close(fd);
    return error;
}
