/* Descriptors: a table of who waits on what, and calls that try first and wait if they must. */
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <iort/io.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* Calls of one task that succeed at once before others have their turn: few enough that nobody waits for long, enough
 * that the look at the kernel which it costs does not show. */
enum { PAGE_FDS = 64, SUCCESSES_IN_A_ROW = 64 };

const char rt__waits_read[] = "read of descriptor", rt__waits_write[] = "write of descriptor";

/* A side's watcher stays active after its event, so that a task which reads again and again costs no epoll_ctl; an
 * event that nobody waits for stops it. */
struct rt__fd {
    ev_io read_io, write_io;
    struct rt_task *reader, *writer;
    unsigned closes; /* times the number was given up: a waiter compares */
    bool used;
    bool drained; /* the last read got less than it had room for: the next one waits before it asks */
};

static void side_ready(struct ev_loop *ev, ev_io *io, struct rt_task **waiter, int events)
{
    struct rt_task *task = *waiter;
    *waiter = NULL;
    int status = 0;
    if (events &
        EV_ERROR) { /* libev could not watch it, and does not say why: closed, or the kernel is out of memory */
        status = fcntl(io->fd, F_GETFD) < 0 ? -EBADF : -ENOMEM;
        ev_io_stop(ev, io);
    }
    if (!task || !rt__wake(task, status))
        ev_io_stop(ev, io);
}

static void read_ready(struct ev_loop *ev, ev_io *io, int events)
{
    side_ready(ev, io, &((struct rt__fd *)io->data)->reader, events);
}

static void write_ready(struct ev_loop *ev, ev_io *io, int events)
{
    side_ready(ev, io, &((struct rt__fd *)io->data)->writer, events);
    ev_io_stop(ev, io); /* writable again and again is no news */
}

static struct rt__fd *fd_find(struct rt_loop *loop, int fd)
{
    size_t page = (size_t)fd / PAGE_FDS;
    if (page >= loop->fd_page_count || !loop->fd_pages[page])
        return NULL;
    struct rt__fd *entry = &loop->fd_pages[page][fd % PAGE_FDS];
    return entry->used ? entry : NULL;
}

static int fd_use(struct rt_loop *loop, int fd, struct rt__fd **ret_entry)
{
    struct rt__fd *entry = fd_find(loop, fd);
    if (entry) {
        *ret_entry = entry;
        return 0;
    }
    size_t page = (size_t)fd / PAGE_FDS;
    /* Before the table grows: a wild number would make it huge. */
    if ((page >= loop->fd_page_count || !loop->fd_pages[page]) && fcntl(fd, F_GETFD) < 0)
        return -EBADF;
    if (page >= loop->fd_page_count) {
        size_t count = page + 1 > loop->fd_page_count * 2 ? page + 1 : loop->fd_page_count * 2;
        struct rt__fd **pages = realloc(loop->fd_pages, count * sizeof(*pages));
        if (!pages)
            return -ENOMEM;
        for (size_t i = loop->fd_page_count; i < count; i++)
            pages[i] = NULL;
        loop->fd_pages = pages;
        loop->fd_page_count = count;
    }
    if (!loop->fd_pages[page]) {
        loop->fd_pages[page] = calloc(PAGE_FDS, sizeof(struct rt__fd));
        if (!loop->fd_pages[page])
            return -ENOMEM;
    }
    entry = &loop->fd_pages[page][fd % PAGE_FDS];
    ev_io_init(&entry->read_io, read_ready, fd, EV_READ);
    ev_io_init(&entry->write_io, write_ready, fd, EV_WRITE);
    entry->read_io.data = entry->write_io.data = entry;
    entry->drained = false;
    entry->used = true;
    *ret_entry = entry;
    return 0;
}

static void fd_forget(struct rt_loop *loop, struct rt__fd *entry)
{
    ev_io_stop(loop->ev, &entry->read_io);
    ev_io_stop(loop->ev, &entry->write_io);
    entry->used = false;
    entry->closes++;
    struct rt_task *reader = entry->reader, *writer = entry->writer;
    entry->reader = entry->writer = NULL;
    if (reader)
        rt__wake(reader, -EBADF);
    if (writer)
        rt__wake(writer, -EBADF);
}

/* For a descriptor just made: what is known under its number is of one that was closed behind the loop's back. */
static int fd_fresh(int fd)
{
    struct rt_loop *loop = rt_loop_current();
    struct rt__fd *entry = loop ? fd_find(loop, fd) : NULL;
    if (entry)
        fd_forget(loop, entry);
    return fd;
}

void rt__io_finish(struct rt_loop *loop)
{
    for (size_t page = 0; page < loop->fd_page_count; page++) {
        if (!loop->fd_pages[page])
            continue;
        for (size_t i = 0; i < PAGE_FDS; i++)
            if (loop->fd_pages[page][i].used)
                fd_forget(loop, &loop->fd_pages[page][i]);
        free(loop->fd_pages[page]);
    }
    free(loop->fd_pages);
}

int rt_io_wait(int fd, int events, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self || (events != RT_READ && events != RT_WRITE))
        return -EINVAL;
    if (fd < 0)
        return -EBADF;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    struct rt_loop *loop = self->loop;
    struct rt__fd *entry;
    error = fd_use(loop, fd, &entry);
    if (error < 0)
        return error;
    struct rt_task **waiter = events == RT_READ ? &entry->reader : &entry->writer;
    if (*waiter && (*waiter)->waiting) /* one that gave up and has not run since is not in the way */
        return -EBUSY;
    unsigned closes = entry->closes;
    *waiter = self;
    ev_io_start(loop->ev, events == RT_READ ? &entry->read_io : &entry->write_io);
    loop->outside++;
    self->wait_item = (void *)(intptr_t)fd;
    error = rt__wait(self, deadline_ns, events == RT_READ ? rt__waits_read : rt__waits_write);
    loop->outside--;
    /* Woken by a deadline or a cancel: still registered. */
    if (*waiter == self)
        *waiter = NULL;
    /* Ready, and closed before this task could run: the number may be another descriptor's by now. */
    return error == 0 && entry->closes != closes ? -EBADF : error;
}

/* Before a system call that may succeed at once: a cancel is seen, and who always has something to do lets others run.
 */
static inline int take_turn(struct rt_task *self)
{
    if (__builtin_expect(self->cancel_requested, 0)) {
        int error = rt__wait_begin(self);
        if (error < 0)
            return error;
    }
    if (__builtin_expect(++self->successes <= SUCCESSES_IN_A_ROW, 1))
        return 0;
    self->successes = 0;
    rt__turn_cut_short(self->loop); /* the kernel is asked, too: who else could run may not be known yet */
    return rt_yield();
}

ssize_t rt_read(int fd, void *buffer, size_t size, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (fd < 0)
        return -EBADF;
    int error = take_turn(self);
    if (error < 0)
        return error;
    for (;;) {
        struct rt__fd *entry = fd_find(self->loop, fd);
        if (!entry || !entry->drained) {
            ssize_t n = read(fd, buffer, size);
            if (n >= 0) {
                if (entry)
                    entry->drained = n > 0 && (size_t)n < size;
                return n;
            }
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN)
                return -errno;
        }
        error = rt_io_wait(fd, RT_READ, deadline_ns);
        if (error < 0)
            return error;
        entry = fd_find(self->loop, fd);
        if (entry)
            entry->drained = false;
    }
}

/* write(2) without SIGPIPE, for what is no socket: MSG_NOSIGNAL is only for those. */
static ssize_t write_quietly(int fd, const void *buffer, size_t size)
{
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE)) /* somebody else's, to be left alone; a second one adds nothing to it */
        return write(fd, buffer, size);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    ssize_t n = write(fd, buffer, size);
    int error = errno;
    if (n < 0 && error == EPIPE)
        sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return n;
}

static ssize_t send_or_write(int fd, const void *buffer, size_t size)
{
    ssize_t n = send(fd, buffer, size, MSG_NOSIGNAL);
    return n < 0 && errno == ENOTSOCK ? write_quietly(fd, buffer, size) : n;
}

ssize_t rt_write(int fd, const void *buffer, size_t size, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    size_t sent = 0;
    while (sent < size) {
        int error = take_turn(self);
        if (error < 0)
            return error;
        ssize_t n = send_or_write(fd, (const char *)buffer + sent, size - sent);
        if (n >= 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN) {
            error = rt_io_wait(fd, RT_WRITE, deadline_ns);
            if (error < 0)
                return error;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return (ssize_t)size;
}

int rt_accept(int listen_fd, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    for (;;) {
        int error = take_turn(self);
        if (error < 0)
            return error;
        int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            return fd_fresh(fd);
        if (errno == EAGAIN) {
            error = rt_io_wait(listen_fd, RT_READ, deadline_ns);
            if (error < 0)
                return error;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return -errno;
        }
    }
}

static int connect_begun(int fd, int64_t deadline_ns)
{
    int error = rt_io_wait(fd, RT_WRITE, deadline_ns);
    if (error < 0)
        return error;
    socklen_t size = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}

int rt_connect(const struct sockaddr *address, socklen_t address_size, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    int error = take_turn(self);
    if (error < 0)
        return error;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    fd_fresh(fd);
    if (connect(fd, address, address_size) < 0)
        error = errno == EINPROGRESS || errno == EINTR ? connect_begun(fd, deadline_ns) : -errno;
    if (error < 0) {
        rt_close(fd);
        return error;
    }
    return fd;
}

int rt_listen(const struct sockaddr *address, socklen_t address_size, int backlog, int reuse_port)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if ((reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0) ||
        bind(fd, address, address_size) < 0 || listen(fd, backlog) < 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    return fd_fresh(fd);
}

int rt_close(int fd)
{
    struct rt_loop *loop = rt_loop_current();
    struct rt__fd *entry = loop && fd >= 0 ? fd_find(loop, fd) : NULL;
    if (entry)
        fd_forget(loop, entry);
    return close(fd) < 0 ? -errno : 0;
}
