#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include "atomic_file.h"

/* Leftovers of killed processes with our number that we step over before giving up. */
#define TEMPORARY_TRIES 100

/* stdio forgets why an early write failed (only ferror is left), so the descriptor is written by hand and the cause
 * kept. */
static ssize_t cookie_write(void *cookie, const char *bytes, size_t size)
{
    struct atomic_file *file = cookie;
    size_t done = 0;
    while (done < size) {
        ssize_t n = write(file->fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (!file->write_errno)
                file->write_errno = n < 0 ? errno : EIO;
            return 0; /* fopencookie: 0 is an error, a negative number is not allowed */
        }
        done += (size_t)n;
    }
    return (ssize_t)size;
}

static int failed(struct atomic_file *file, int error, struct failure *ret_failure)
{
    failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s: %s", file->path ? file->path : "a file",
                strerror(error));
    atomic_file_abandon(file);
    return -1;
}

/* Create the temporary under a name of our own: O_EXCL, so nothing that is there is followed, shared or cut. */
static int create_temporary(struct atomic_file *file)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        char *temporary = NULL;
        if (asprintf(&temporary, ".%s.%ld-%d.tmp", file->name, (long)getpid(), i) < 0)
            return ENOMEM;
        file->fd = openat(file->dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (file->fd >= 0) {
            file->temporary = temporary;
            return 0;
        }
        int error = errno;
        free(temporary);
        if (error != EEXIST)
            return error;
    }
    return EEXIST;
}

int atomic_file_open(struct atomic_file *file, const char *dir, const char *name, struct failure *ret_failure)
{
    assert(name[0] && !strchr(name, '/'));
    *file = (struct atomic_file){.dir_fd = -1, .fd = -1};
    file->name = strdup(name);
    if (asprintf(&file->path, "%s/%s", dir, name) < 0)
        file->path = NULL;
    if (!file->name || !file->path)
        return failed(file, ENOMEM, ret_failure);

    file->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->dir_fd < 0)
        return failed(file, errno, ret_failure);
    int error = create_temporary(file);
    if (error)
        return failed(file, error, ret_failure);
    file->stream = fopencookie(file, "w", (cookie_io_functions_t){.write = cookie_write});
    if (!file->stream)
        return failed(file, ENOMEM, ret_failure);
    return 0;
}

int atomic_file_commit(struct atomic_file *file, struct failure *ret_failure)
{
    if (!file->stream)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "a file was committed that is not open");

    bool written = !ferror(file->stream);
    written = fclose(file->stream) == 0 && written;
    file->stream = NULL;
    if (!written || file->write_errno)
        return failed(file, file->write_errno ? file->write_errno : EIO, ret_failure);
    if (fsync(file->fd) != 0)
        return failed(file, errno, ret_failure);
    int closed = close(file->fd);
    file->fd = -1;
    if (closed != 0)
        return failed(file, errno, ret_failure);
    if (renameat(file->dir_fd, file->temporary, file->dir_fd, file->name) != 0)
        return failed(file, errno, ret_failure);
    free(file->temporary);
    file->temporary = NULL;
    /* The new name is in place; where a file system refuses to sync a directory, nothing written is lost. */
    (void)fsync(file->dir_fd);
    atomic_file_abandon(file);
    return 0;
}

void atomic_file_abandon(struct atomic_file *file)
{
    if (!file->path && !file->name)
        return;
    if (file->stream)
        fclose(file->stream);
    if (file->fd >= 0)
        close(file->fd);
    if (file->temporary)
        unlinkat(file->dir_fd, file->temporary, 0);
    if (file->dir_fd >= 0)
        close(file->dir_fd);
    free(file->temporary);
    free(file->name);
    free(file->path);
    *file = (struct atomic_file){.dir_fd = -1, .fd = -1};
}
