#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "atomic_file.h"
#include "output_file.h"

bool output_is_standard(const char *path)
{
    struct stat named, standard;
    return strcmp(path, "-") == 0 || (stat(path, &named) == 0 && fstat(STDOUT_FILENO, &standard) == 0 &&
                                      named.st_dev == standard.st_dev && named.st_ino == standard.st_ino);
}

static int write_directly(const char *path, output_write_fn write, const void *context, struct failure *ret_failure)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s: %s", path, strerror(errno));
    write(out, context);
    errno = 0;
    bool failed = fflush(out) != 0 || ferror(out);
    int error = errno ? errno : EIO;
    if (fclose(out) != 0 && !failed) {
        failed = true;
        error = errno;
    }
    return failed ? failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s: %s", path, strerror(error)) : 0;
}

static int write_whole(const char *path, output_write_fn write, const void *context, struct failure *ret_failure)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!name[0])
        return failure_set(ret_failure, EXIT_USAGE, "cannot write %s: a directory; wanted a file", path);
    char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!dir)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    struct atomic_file file;
    int result = atomic_file_open(&file, dir, name, ret_failure);
    if (result == 0) {
        write(file.stream, context);
        result = atomic_file_commit(&file, ret_failure);
    }
    free(dir);
    return result;
}

int output_file_write(const char *path, output_write_fn write, const void *context, struct failure *ret_failure)
{
    if (output_is_standard(path)) {
        write(stdout, context);
        return 0;
    }
    /* A link is written through: to put a file in the place of /dev/stderr would be a surprise. */
    struct stat status;
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_directly(path, write, context, ret_failure);
    return write_whole(path, write, context, ret_failure);
}
