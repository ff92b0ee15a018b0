#include "ndjson.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A million kept samples are a line of 40 MB; beyond this it is no line of ours, and would take gigabytes to parse. */
#define MOST_LINE_BYTES (256u << 20)

struct lines {
    const char *dir, *name;
    ndjson_take_fn take;
    void *context;
};

int ndjson_at_line(const char *dir, const char *name, size_t line, const struct failure *cause,
                   struct failure *ret_failure)
{
    return failure_set(ret_failure, cause->status, "%s/%s:%zu: %s", dir, name, line, cause->text);
}

static int take_line(const struct lines *lines, size_t line, const char *text, size_t length,
                     struct failure *ret_failure)
{
    if (length > MOST_LINE_BYTES)
        return failure_set(ret_failure, EXIT_NO_DATA, "longer than %u MiB", MOST_LINE_BYTES >> 20);
    json_error_t error;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        return failure_set(ret_failure,
                           json_error_code(&error) == json_error_out_of_memory ? EXIT_LOCAL_LIMIT : EXIT_NO_DATA,
                           "not JSON: %s (byte %d)", error.text, error.position);
    int result = json_is_object(object) ? lines->take(lines->context, line, object, ret_failure)
                                        : failure_set(ret_failure, EXIT_NO_DATA, "not a JSON object");
    json_decref(object);
    return result;
}

static int read_lines(const struct lines *lines, FILE *file, struct failure *ret_failure)
{
    char *text = NULL;
    size_t room = 0, line = 0;
    ssize_t length;
    int result = 0;
    while (result == 0 && (errno = 0, length = getline(&text, &room, file)) > 0) {
        if (text[length - 1] != '\n')
            break; /* the writer was killed in the middle of it */
        line++;
        struct failure cause = {0};
        if (take_line(lines, line, text, (size_t)length - 1, &cause) != 0)
            result = ndjson_at_line(lines->dir, lines->name, line, &cause, ret_failure);
    }
    if (result == 0 && length < 0 && errno != 0)
        result = failure_set(ret_failure, failure_status(errno, EXIT_USAGE), "cannot read %s/%s: %s", lines->dir,
                             lines->name, strerror(errno));
    free(text);
    if (result == 0 && line == 0)
        result =
            failure_set(ret_failure, EXIT_NO_DATA, "%s/%s: no whole line in it, so no run", lines->dir, lines->name);
    return result;
}

/* Only a regular file: opening a pipe that somebody left there would wait for ever. */
static FILE *open_file(const char *dir, const char *path, struct failure *ret_failure)
{
    struct stat status;
    int error = stat(dir, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (error) {
        failure_set(ret_failure, EXIT_USAGE, "%s: %s; wanted the directory of a run, such as results/latest", dir,
                    strerror(error));
        return NULL;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        failure_set(ret_failure, failure_status(errno, EXIT_USAGE), "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    FILE *file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? fdopen(fd, "r") : NULL;
    if (!file) {
        close(fd);
        failure_set(ret_failure, EXIT_USAGE, "cannot read %s: not a regular file", path);
    }
    return file;
}

int ndjson_read(const char *dir, const char *name, ndjson_take_fn take, void *context, struct failure *ret_failure)
{
    struct lines lines = {.dir = dir, .name = name, .take = take, .context = context};
    char *path;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    FILE *file = open_file(dir, path, ret_failure);
    free(path);
    if (!file)
        return -1;
    int result = read_lines(&lines, file, ret_failure);
    fclose(file);
    return result;
}
