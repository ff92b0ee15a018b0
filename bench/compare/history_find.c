#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "history_find.h"

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

static bool is_same_directory(const char *left, const struct stat *right)
{
    struct stat status;
    return stat(left, &status) == 0 && status.st_dev == right->st_dev && status.st_ino == right->st_ino;
}

/* Takes the path. One that is there already is not added again. */
static int add(struct found_runs *found, char *dir, bool named, struct failure *ret_failure)
{
    struct stat status;
    bool known = stat(dir, &status) != 0;
    for (size_t i = 0; i < found->count && !known; i++)
        known = is_same_directory(found->runs[i].dir, &status);
    if (known) {
        free(dir);
        return 0;
    }
    if (found->count == found->room) {
        size_t room = found->room ? 2 * found->room : 64;
        struct found_run *runs = reallocarray(found->runs, room, sizeof(*runs));
        if (!runs) {
            free(dir);
            return no_memory(ret_failure);
        }
        found->runs = runs;
        found->room = room;
    }
    found->runs[found->count++] = (struct found_run){dir, named};
    return 0;
}

/* Returns whether DIR/run.ndjson is there, whatever it is: what cannot be read is to be said later. */
static bool holds_run(const char *dir)
{
    char *path;
    struct stat status;
    if (asprintf(&path, "%s/run.ndjson", dir) < 0)
        return false;
    bool there = lstat(path, &status) == 0;
    free(path);
    return there;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Below a directory, in the order of the names: that of results/ is the order of time. */
static int add_below(struct found_runs *found, const char *dir, struct failure *ret_failure)
{
    struct dirent **entries;
    size_t before = found->count;
    int count = scandir(dir, &entries, is_shown, alphasort), result = 0;
    if (count < 0)
        return failure_set(ret_failure, EXIT_USAGE, "cannot read %s: %s", dir, strerror(errno));
    bool any = false;
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        struct stat status;
        if (result == 0 &&
            asprintf(&path, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", entries[i]->d_name) < 0) {
            path = NULL;
            result = no_memory(ret_failure);
        }
        if (path && lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && holds_run(path)) {
            any = true;
            result = add(found, path, false, ret_failure);
        } else {
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
    if (result == 0 && !any && found->count == before)
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s: no run.ndjson in it nor in a directory below it; wanted the directory of a run, or one "
                           "that holds some, such as results",
                           dir);
    return result;
}

static int add_named(struct found_runs *found, const char *dir, struct failure *ret_failure)
{
    struct stat status;
    int error = !dir[0] ? ENOENT : stat(dir, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (error)
        return failure_set(ret_failure, EXIT_USAGE, "%s: %s; wanted the directory of a run, or one that holds some",
                           dir, strerror(error));
    if (!holds_run(dir))
        return add_below(found, dir, ret_failure);
    char *copy = strdup(dir);
    return copy ? add(found, copy, true, ret_failure) : no_memory(ret_failure);
}

int history_find(struct found_runs *ret_found, const char *const *dirs, size_t count, struct failure *ret_failure)
{
    struct found_runs found = {0};
    for (size_t i = 0; i < count; i++) {
        if (add_named(&found, dirs[i], ret_failure) != 0) {
            found_runs_finish(&found);
            return -1;
        }
    }
    *ret_found = found;
    return 0;
}

void found_runs_finish(struct found_runs *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->runs[i].dir);
    free(found->runs);
    *found = (struct found_runs){0};
}
