#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../environment/build.h"
#include "sha256.h"

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written <= 0)
            return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

int sha256(unsigned char ret_hash[SHA256_BYTES], const void *bytes, size_t size)
{
    char path[40], text[2 * SHA256_BYTES + 1];
    struct build_reason why;
    int fd = memfd_create("iorace-hash", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int error = write_all(fd, bytes, size) < 0 || build_file_sha256(path, text, sizeof(text), &why) < 0;
    close(fd);
    for (size_t i = 0; !error && i < SHA256_BYTES; i++)
        sscanf(text + 2 * i, "%2hhx", &ret_hash[i]);
    return error ? -1 : 0;
}
