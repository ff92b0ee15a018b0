/* The scenarios that come with the program. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../data_path.h"
#include "nearest.h"
#include "plan.h"
#include "scenario.h"

static const char directory[] = "bench/scenarios";
static const char ending[] = ".ini";

static bool ends_in_ini(const char *name)
{
    size_t size = strlen(name), end = strlen(ending);
    return size > end && strcmp(name + size - end, ending) == 0;
}

static int is_scenario(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && ends_in_ini(entry->d_name);
}

/* alphasort follows the locale; a list should be the same everywhere. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int scenario_names(char ***ret_names, struct failure *ret_failure)
{
    errno = ENOENT;
    char *path = data_path(directory);
    struct dirent **found = NULL;
    int count = path ? scandir(path, &found, is_scenario, by_bytes) : -1;
    if (count < 0) {
        failure_set(ret_failure, EXIT_JOBS_FAILED, "%s: cannot be read: %s; name a scenario's file instead",
                    path ? path : directory, strerror(errno));
        free(path);
        return -1;
    }
    free(path);
    char **names = calloc((size_t)count + 1, sizeof(*names));
    bool complete = names != NULL;
    for (int i = 0; i < count; i++) {
        if (names)
            names[i] = strndup(found[i]->d_name, strlen(found[i]->d_name) - strlen(ending));
        complete = complete && names[i];
        free(found[i]);
    }
    free(found);
    if (!complete) {
        for (int i = 0; names && i < count; i++)
            free(names[i]);
        free(names);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the scenarios' names");
    }
    *ret_names = names;
    return count;
}

static void unknown_name(const char *name, struct failure *ret_failure)
{
    char **names;
    int count = scenario_names(&names, ret_failure);
    if (count < 0)
        return;
    char listed[512] = "", hint[80];
    size_t used = 0;
    struct nearest nearest = {0};
    for (int i = 0; i < count; i++) {
        nearest_consider(&nearest, name, names[i]);
        if (used < sizeof(listed))
            used += (size_t)snprintf(listed + used, sizeof(listed) - used, "%s%s", i ? ", " : "", names[i]);
    }
    failure_set(ret_failure, EXIT_USAGE,
                "no scenario is named '%.80s'%s There are: %s; a file's name ends in .ini or holds a slash", name,
                nearest.word ? nearest_hint(&nearest, hint, sizeof(hint)) : ".", listed);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

char *scenario_find(const char *name_or_path, struct failure *ret_failure)
{
    if (strchr(name_or_path, '/') || ends_in_ini(name_or_path)) {
        if (access(name_or_path, F_OK)) {
            failure_set(ret_failure, EXIT_USAGE, "%s: cannot be read: %s", name_or_path, strerror(errno));
            return NULL;
        }
        char *path = strdup(name_or_path);
        if (!path)
            no_memory(ret_failure);
        return path;
    }
    char *relative = NULL;
    if (asprintf(&relative, "%s/%s%s", directory, name_or_path, ending) < 0) {
        no_memory(ret_failure);
        return NULL;
    }
    char *path = data_path(relative);
    free(relative);
    if (!path)
        unknown_name(name_or_path, ret_failure);
    return path;
}
