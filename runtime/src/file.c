/* Files: what a thread does for each call, and handing it over. */
#include <errno.h>
#include <fcntl.h>
#include <iort/clock.h>
#include <iort/executor.h>
#include <iort/file.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- on the thread --- */

/* One call's arguments and its result, on the stack of the task that awaits it. */
struct work {
    const char *path;
    int fd, flags;
    mode_t mode;
    void *data;
    const void *contents;
    size_t size;
    off_t offset;
    ssize_t result;
};

static int do_open(void *arg)
{
    struct work *work = arg;
    do
        work->result = open(work->path, work->flags | O_CLOEXEC, work->mode);
    while (work->result < 0 && errno == EINTR);
    return work->result < 0 ? -errno : 0;
}

static int do_read(void *arg)
{
    struct work *work = arg;
    size_t done = 0;
    while (done < work->size) {
        ssize_t n = pread(work->fd, (char *)work->data + done, work->size - done, work->offset + (off_t)done);
        if (n == 0)
            break;
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return -errno;
    }
    work->result = (ssize_t)done;
    return 0;
}

static int do_write(void *arg)
{
    struct work *work = arg;
    size_t done = 0;
    while (done < work->size) {
        ssize_t n =
            pwrite(work->fd, (const char *)work->contents + done, work->size - done, work->offset + (off_t)done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return -errno;
    }
    work->result = (ssize_t)done;
    return 0;
}

static int do_sync(void *arg)
{
    const struct work *work = arg;
    int result;
    do
        result = fsync(work->fd);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

/* EINTR is no reason to try again: on Linux the descriptor is gone by then. */
static int do_close(void *arg)
{
    const struct work *work = arg;
    return close(work->fd) < 0 && errno != EINTR ? -errno : 0;
}

/* The size that the file tells is a hint: those under /proc tell 0, others grow. */
static int read_contents(struct work *work, size_t most_bytes)
{
    struct stat status;
    if (fstat(work->fd, &status) < 0)
        return -errno;
    if (S_ISDIR(status.st_mode))
        return -EISDIR;
    if (status.st_size > 0 && (uint64_t)status.st_size > most_bytes)
        return -EFBIG;
    size_t room = status.st_size > 0 ? (size_t)status.st_size + 1 : 4096; /* one more, to see the end */
    char *data = NULL;
    size_t size = 0;
    for (;;) {
        char *larger = realloc(data, room + 1);
        if (!larger) {
            free(data);
            return -ENOMEM;
        }
        data = larger;
        ssize_t n;
        while (size < room && ((n = read(work->fd, data + size, room - size)) > 0 || (n < 0 && errno == EINTR)))
            size += n > 0 ? (size_t)n : 0;
        int error = size < room && n < 0 ? -errno : size > most_bytes ? -EFBIG : 0;
        if (error < 0) {
            free(data);
            return error;
        }
        if (size < room)
            break;
        room *= 2;
    }
    data[size] = '\0';
    work->data = data;
    work->size = size;
    return 0;
}

static int do_read_all(void *arg)
{
    struct work *work = arg;
    size_t most_bytes = work->size;
    work->flags = O_RDONLY;
    int error = do_open(work);
    if (error < 0)
        return error;
    work->fd = (int)work->result;
    error = read_contents(work, most_bytes);
    close(work->fd);
    return error;
}

/* A rename is on the disk once its directory is. Not every file system can do it: what matters is that it was asked. */
static void sync_directory(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    int fd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static int do_write_all(void *arg)
{
    struct work *work = arg;
    size_t path_bytes = strlen(work->path);
    char *name = malloc(path_bytes + sizeof(".XXXXXX"));
    if (!name)
        return -ENOMEM;
    /* Not mkostemp: its mode is fixed, and the umask, which is to apply, cannot be read without changing it. */
    int error = -EEXIST;
    for (unsigned i = 0; error == -EEXIST && i < 100; i++) {
        unsigned salt = ((unsigned)getpid() * 2654435761u ^ (unsigned)rt_now_ns()) + i;
        snprintf(name, path_bytes + sizeof(".XXXXXX"), "%s.%06x", work->path, salt & 0xffffff);
        work->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, work->mode);
        error = work->fd < 0 ? -errno : 0;
    }
    if (error < 0)
        goto free_name;
    error = do_write(work);
    if (error == 0)
        error = do_sync(work);
    int closed = do_close(work);
    if (error == 0)
        error = closed;
    if (error == 0 && rename(name, work->path) < 0)
        error = -errno;
    if (error < 0)
        unlink(name);
    else
        sync_directory(name);
free_name:
    free(name);
    return error;
}

/* --- in the task --- */

/* Returns the executor's error, or the call's. */
static int hand_over(rt_executor_fn fn, struct work *work)
{
    int result;
    int error = rt_executor_call(NULL, fn, work, &result);
    return error < 0 ? error : result;
}

int rt_file_open(const char *path, int flags, mode_t mode)
{
    struct work work = {.path = path, .flags = flags, .mode = mode};
    int error = hand_over(do_open, &work);
    return error < 0 ? error : (int)work.result;
}

ssize_t rt_file_read(int fd, void *buffer, size_t size, off_t offset)
{
    struct work work = {.fd = fd, .data = buffer, .size = size, .offset = offset};
    int error = hand_over(do_read, &work);
    return error < 0 ? error : work.result;
}

ssize_t rt_file_write(int fd, const void *buffer, size_t size, off_t offset)
{
    struct work work = {.fd = fd, .contents = buffer, .size = size, .offset = offset};
    int error = hand_over(do_write, &work);
    return error < 0 ? error : work.result;
}

int rt_file_sync(int fd)
{
    struct work work = {.fd = fd};
    return hand_over(do_sync, &work);
}

int rt_file_close(int fd)
{
    struct work work = {.fd = fd};
    int result;
    int error = rt_executor_call(NULL, do_close, &work, &result);
    return error < 0 ? do_close(&work) : result;
}

int rt_file_read_all(const char *path, size_t most_bytes, void **ret_data, size_t *ret_size)
{
    struct work work = {.path = path, .size = most_bytes};
    int error = hand_over(do_read_all, &work);
    if (error < 0)
        return error;
    *ret_data = work.data;
    *ret_size = work.size;
    return 0;
}

int rt_file_write_all(const char *path, const void *data, size_t size, mode_t mode)
{
    struct work work = {.path = path, .contents = data, .size = size, .mode = mode};
    return hand_over(do_write_all, &work);
}
