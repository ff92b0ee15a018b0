#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "run_file.h"
#include "../directories.h"
#include "../record/record.h"

enum { ID_BYTES_MOST = 200 }; /* as results/schema.json has it */

/* results/<UTC time>-<scenario>; a second run within the same second gets a number. */
static char *make_own_directory(const struct tm *utc, const char *scenario, struct failure *ret_failure)
{
    if (directories_make("results", ret_failure) < 0)
        return NULL;
    char stamp[32];
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", utc);
    for (int attempt = 1; attempt < 100; attempt++) {
        char *path, number[8] = "";
        if (attempt > 1)
            snprintf(number, sizeof(number), "-%d", attempt);
        if (asprintf(&path, "results/%s-%s%s", stamp, scenario, number) < 0)
            break;
        if (mkdir(path, 0777) == 0)
            return path;
        int error = errno;
        if (error != EEXIST)
            failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot make the directory %s: %s", path, strerror(error));
        free(path);
        if (error != EEXIST)
            return NULL;
    }
    failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot find a free name below results/");
    return NULL;
}

/* Replaced in one step: whoever looks finds the old run or the new one. */
static void point_latest_to(const char *id)
{
    char temporary[64];
    snprintf(temporary, sizeof(temporary), "results/.latest-%d", (int)getpid());
    if (symlink(id, temporary) == 0 && rename(temporary, "results/latest") < 0)
        unlink(temporary);
}

int run_file_open(struct run_file *ret_file, const char *name, const char *out, const char *scenario,
                  struct failure *ret_failure)
{
    struct run_file file = {.name = name, .fd = -1};
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(file.started, sizeof(file.started), "%Y-%m-%dT%H:%M:%SZ", &utc);

    char *path;
    if (out) {
        if (directories_make(out, ret_failure) < 0 || !(path = strdup(out)))
            return -1;
    } else if (!(path = make_own_directory(&utc, scenario, ret_failure))) {
        return -1;
    }
    file.dir = realpath(path, NULL);
    if (!file.dir) {
        failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot find %s: %s", path, strerror(errno));
        goto fail;
    }
    file.id = clean_text(strrchr(file.dir, '/') + 1, ID_BYTES_MOST); /* --out need not be UTF-8 */
    if (!file.id) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        goto fail;
    }
    int dir_fd = open(file.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd >= 0) {
        file.fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
        int error = errno;
        fsync(dir_fd);
        close(dir_fd);
        errno = error;
    }
    if (file.fd < 0) {
        if (errno == EEXIST)
            failure_set(ret_failure, EXIT_USAGE, "%s holds a run already: name another directory with --out", path);
        else
            failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s/%s: %s", path, name, strerror(errno));
        goto fail;
    }
    if (!out && strcmp(name, "run.ndjson") == 0)
        point_latest_to(file.id);
    free(path);
    *ret_file = file;
    return 0;

fail:
    free(path);
    free(file.dir);
    free(file.id);
    return -1;
}

int run_file_append_text(struct run_file *file, const char *text, struct failure *ret_failure)
{
    off_t before = lseek(file->fd, 0, SEEK_END);
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t n = write(file->fd, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int error = errno;
            if (ftruncate(file->fd, before) < 0) /* half a line is worse than none */
                error = errno;
            return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s/%s: %s; what was finished is kept",
                               file->dir, file->name, strerror(error));
        }
        text += n;
        left -= (size_t)n;
    }
    if (fdatasync(file->fd) < 0 && errno != EINVAL)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s/%s: %s", file->dir, file->name,
                           strerror(errno));
    return 0;
}

int run_file_append(struct run_file *file, json_t *line, struct failure *ret_failure)
{
    char *json = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(line);
    char *text = NULL;
    if (!json || asprintf(&text, "%s\n", json) < 0) {
        free(json);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    free(json);
    int error = run_file_append_text(file, text, ret_failure);
    free(text);
    return error;
}

void run_file_close(struct run_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->dir);
    free(file->id);
    *file = (struct run_file){.fd = -1};
}
