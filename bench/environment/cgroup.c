#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cgroup.h"
#include "sysfile.h"

enum { MOUNT_BYTES = 1024, PLACE_BYTES = 4096 };

/* Where one controller's files of this process are: a mounted tree and the path within it ("" is its top). */
struct place {
    bool v2;
    char mount[MOUNT_BYTES];
    char mounted_root[MOUNT_BYTES]; /* what of the hierarchy is mounted there; not "/" in many containers */
    char path[PLACE_BYTES];
};

/* Words are separated by commas: is `word` one of them? */
static bool names(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *p = list; p; p = strchr(p, ',')) {
        p += *p == ',';
        if (strncmp(p, word, length) == 0 && (p[length] == ',' || p[length] == '\0'))
            return true;
    }
    return false;
}

/* One line of mountinfo. Returns whether it mounts the controller; a v1 tree is preferred, since only one can have it.
 */
static bool take_mount(const char *line, const char *controller, struct place *place)
{
    char mounted_root[MOUNT_BYTES], mount[MOUNT_BYTES], type[32], options[MOUNT_BYTES];
    const char *dash = strstr(line, " - ");
    if (!dash || sscanf(line, "%*s %*s %*s %1023s %1023s", mounted_root, mount) != 2 ||
        sscanf(dash, " - %31s %*s %1023s", type, options) != 2)
        return false;
    bool v1 = strcmp(type, "cgroup") == 0 && names(options, controller);
    bool v2 = strcmp(type, "cgroup2") == 0 && place->mount[0] == '\0';
    if (!v1 && !v2)
        return false;
    place->v2 = v2;
    strcpy(place->mount, mount);
    strcpy(place->mounted_root, mounted_root);
    return v1;
}

static int find_mount(const char *root, const char *controller, struct place *place)
{
    char *text;
    int rc = sysfile_text(root, "/proc/self/mountinfo", &text);
    if (rc < 0)
        return rc;
    char *rest = text, *line;
    place->mount[0] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL && !take_mount(line, controller, place))
        ;
    free(text);
    return place->mount[0] ? 0 : -ENOENT;
}

/* The path that the kernel names is the hierarchy's; what we can open begins at what is mounted of it. */
static void set_path(struct place *place, const char *path)
{
    size_t length = strcmp(place->mounted_root, "/") == 0 ? 0 : strlen(place->mounted_root);
    bool within =
        strncmp(path, place->mounted_root, length) == 0 && (path[length] == '/' || path[length] == '\0') && path[0];
    /* "/../x" is a group outside of our namespace: its files are not to be seen, those at the top are. */
    if (!within || strncmp(path, "/..", 3) == 0 || strcmp(path + length, "/") == 0)
        path = "";
    else
        path += length;
    snprintf(place->path, sizeof(place->path), "%s", path);
}

static int find_path(const char *root, const char *controller, struct place *place)
{
    char *text;
    int rc = sysfile_text(root, "/proc/self/cgroup", &text);
    if (rc < 0)
        return rc;
    rc = -ENOENT;
    char *rest = text, *line;
    while (rc < 0 && (line = strsep(&rest, "\n")) != NULL) { /* "4:cpu,cpuacct:/user.slice", v2: "0::/user.slice" */
        strsep(&line, ":");
        char *controllers = line ? strsep(&line, ":") : NULL;
        if (!line || (place->v2 ? controllers[0] != '\0' : !names(controllers, controller)))
            continue;
        set_path(place, line);
        rc = 0;
    }
    free(text);
    return rc;
}

/* A number, or -1 for "max". A missing file is "max": the top group and groups without the controller have none. */
static int read_limit(const char *root, const char *dir, const char *file, int64_t *ret_number)
{
    char path[PLACE_BYTES + MOUNT_BYTES + 64], line[64];
    snprintf(path, sizeof(path), "%s/%s", dir, file);
    int rc = sysfile_number(root, path, ret_number);
    bool is_max = rc == -EINVAL && sysfile_line(root, path, line, sizeof(line)) == 0 && strcmp(line, "max") == 0;
    if (rc != -ENOENT && !is_max)
        return rc;
    *ret_number = -1;
    return 0;
}

/* The readers below look at one group: 1 and its value, 0 no limit, or -errno. */
typedef int (*level_fn)(const char *root, const char *dir, bool v2, double *ret_value);

static int cpu_level(const char *root, const char *dir, bool v2, double *ret_value)
{
    int64_t quota_us, period_us;
    int rc;
    if (v2) {
        char path[PLACE_BYTES + MOUNT_BYTES + 64], line[64], quota[32];
        snprintf(path, sizeof(path), "%s/cpu.max", dir);
        rc = sysfile_line(root, path, line, sizeof(line));
        if (rc < 0)
            return rc == -ENOENT ? 0 : rc;
        if (sscanf(line, "%31s %" SCNd64, quota, &period_us) != 2)
            return -EINVAL;
        if (strcmp(quota, "max") == 0)
            return 0;
        if (sscanf(quota, "%" SCNd64, &quota_us) != 1 || quota_us < 0)
            return -EINVAL;
    } else {
        if ((rc = read_limit(root, dir, "cpu.cfs_quota_us", &quota_us)) < 0 ||
            (rc = read_limit(root, dir, "cpu.cfs_period_us", &period_us)) < 0)
            return rc;
        if (quota_us < 0)
            return 0;
    }
    if (period_us <= 0)
        return -EINVAL;
    *ret_value = (double)quota_us / (double)period_us;
    return 1;
}

static int tasks_level(const char *root, const char *dir, bool v2, double *ret_value)
{
    (void)v2; /* the same in both */
    int64_t most, now;
    int rc = read_limit(root, dir, "pids.max", &most);
    if (rc < 0 || most < 0)
        return rc;
    rc = read_limit(root, dir, "pids.current", &now);
    if (rc < 0)
        return rc;
    *ret_value = (double)(most - (now < 0 ? 0 : now));
    return 1;
}

/* Page cache that nobody touched for a while: the kernel gives it up before it refuses memory. */
static int64_t idle_cache_bytes(const char *root, const char *dir, bool v2)
{
    char path[PLACE_BYTES + MOUNT_BYTES + 64];
    char *text;
    snprintf(path, sizeof(path), "%s/memory.stat", dir);
    if (sysfile_text(root, path, &text) < 0)
        return 0;
    int64_t bytes = 0;
    const char *found = strstr(text, v2 ? "\ninactive_file " : "\ntotal_inactive_file ");
    if (found)
        sscanf(found, " %*s %" SCNd64, &bytes);
    free(text);
    return bytes;
}

static int memory_level(const char *root, const char *dir, bool v2, double *ret_value)
{
    int64_t most, used;
    int rc = read_limit(root, dir, v2 ? "memory.max" : "memory.limit_in_bytes", &most);
    /* Version 1 has no word for "no limit": it is the largest number of whole pages. */
    if (rc < 0 || most < 0 || most > INT64_MAX / 2)
        return rc;
    rc = read_limit(root, dir, v2 ? "memory.current" : "memory.usage_in_bytes", &used);
    if (rc < 0)
        return rc;
    used -= idle_cache_bytes(root, dir, v2);
    *ret_value = (double)(most - (used < 0 ? 0 : used));
    return 1;
}

/* The smallest value from the process's own group up to the top of what is mounted. */
static int smallest(const char *root, const char *controller, level_fn level, double *ret_value)
{
    struct place place;
    int rc = find_mount(root, controller, &place);
    if (rc < 0 || (rc = find_path(root, controller, &place)) < 0)
        return rc;
    bool found = false;
    double least = 0;
    for (;;) {
        char dir[PLACE_BYTES + MOUNT_BYTES];
        double value;
        snprintf(dir, sizeof(dir), "%s%s", place.mount, place.path);
        rc = level(root, dir, place.v2, &value);
        if (rc < 0)
            return rc;
        if (rc == 1 && (!found || value < least))
            least = value;
        found |= rc == 1;
        char *slash = strrchr(place.path, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    if (found)
        *ret_value = least;
    return found;
}

int cgroup_cpu_quota(const char *root, double *ret_cpus)
{
    return smallest(root, "cpu", cpu_level, ret_cpus);
}

static int whole(int rc, double value, int64_t *ret_value)
{
    if (rc == 1)
        *ret_value = value > 0 ? (int64_t)value : 0;
    return rc;
}

int cgroup_tasks_left(const char *root, int64_t *ret_left)
{
    double left = 0;
    int rc = smallest(root, "pids", tasks_level, &left);
    return whole(rc, left, ret_left);
}

int cgroup_memory_left(const char *root, int64_t *ret_bytes)
{
    double bytes = 0;
    int rc = smallest(root, "memory", memory_level, &bytes);
    return whole(rc, bytes, ret_bytes);
}
