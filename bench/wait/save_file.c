#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include "wait.h"

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

int wait_save_file(int dir_fd, const char *name, const void *bytes, size_t size)
{
    static atomic_ulong counter;
    char temporary[64];
    snprintf(temporary, sizeof(temporary), ".part-%d-%lu", (int)getpid(), atomic_fetch_add(&counter, 1));
    int fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    int error = write_all(fd, bytes, size);
    if (close(fd) < 0 && error == 0) /* a full disk may show only here */
        error = -errno;
    if (error == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
        error = -errno;
    if (error < 0)
        unlinkat(dir_fd, temporary, 0);
    return error;
}
