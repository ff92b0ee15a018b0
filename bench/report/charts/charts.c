/* The charts of a run: made in a directory of their own, drawn by gnuplot, looked at, and only then moved to
 * DIR/charts/. */
#include "charts.h"
#include "../../output/gnuplot.h"
#include "../report.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The narrow form has all but the last. */
static const char *const endings[] = {".gp", ".dat", "-text.dat", "-marks.dat", ".svg", ".png"};
enum { ENDINGS = sizeof(endings) / sizeof(endings[0]) };

static size_t ending_count(bool narrow)
{
    return narrow ? ENDINGS - 1 : ENDINGS;
}

static int cannot_write(const struct run_data *run, const char *name, struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s/charts%s%s: %s", run->dir, name[0] ? "/" : "",
                       name, strerror(errno));
}

/* Make DIR/charts, and in it the directory where the files are made. Returns a descriptor of DIR/charts, or -1. */
static int open_directories(struct chart_list *list, struct failure *ret_failure)
{
    char *path;
    if (asprintf(&path, "%s/charts", list->run->dir) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    int fd = -1;
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(path);
    if (fd < 0)
        return cannot_write(list->run, "", ret_failure);
    if (asprintf(&list->dir, "%s/charts/.drawing-XXXXXX", list->run->dir) < 0)
        list->dir = NULL;
    if (list->dir && mkdtemp(list->dir))
        return fd;
    if (list->dir)
        cannot_write(list->run, "", ret_failure);
    else
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    close(fd);
    free(list->dir);
    list->dir = NULL;
    return -1;
}

/* Remove the directory where the files were made, and what a failure has left in it. */
static void remove_drawing(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(path);
}

/* gnuplot does not say when a full disk cuts its output: a whole file ends as its format ends. */
static bool is_whole(int fd, const char *ending)
{
    char tail[16];
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < (off_t)sizeof(tail) || pread(fd, tail, sizeof(tail), size - (off_t)sizeof(tail)) != sizeof(tail))
        return strstr(ending, ".svg") == NULL && strstr(ending, ".png") == NULL && size >= 0;
    if (strcmp(ending, ".svg") == 0)
        return memmem(tail, sizeof(tail), "</svg>", 6) != NULL;
    if (strcmp(ending, ".png") == 0)
        return memmem(tail, sizeof(tail), "IEND", 4) != NULL;
    return true;
}

static int publish_file(const struct chart_list *list, int charts_fd, const char *name, const char *ending,
                        struct failure *ret_failure)
{
    char *file, *from;
    if (asprintf(&file, "%s%s", name, ending) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (asprintf(&from, "%s/%s", list->dir, file) < 0) {
        free(file);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    int result = 0, fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        result = cannot_write(list->run, file, ret_failure);
    else if (!is_whole(fd, ending))
        result = failure_set(ret_failure, EXIT_JOBS_FAILED,
                             "gnuplot wrote only a part of %s/charts/%s: is the disk full?", list->run->dir, file);
    else if (fsync(fd) < 0 || renameat(AT_FDCWD, from, charts_fd, file) < 0)
        result = cannot_write(list->run, file, ret_failure);
    if (fd >= 0)
        close(fd);
    free(from);
    free(file);
    return result;
}

/* Whether there is a chart of this name. */
static bool has_chart(const struct chart_list *list, const char *name, size_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->charts[i].name) == length && strncmp(list->charts[i].name, name, length) == 0)
            return true;
    return false;
}

/* The charts' titles and captions in the order in which they are shown, for the page; `narrow` is the file for phones.
 */
static int write_index(const struct chart_list *list, int charts_fd, struct failure *ret_failure)
{
    json_t *index = json_array();
    int result = index ? 0 : -1;
    for (size_t i = 0; result == 0 && i < list->count; i++) {
        const struct chart *chart = &list->charts[i];
        char file[48], narrow[48];
        if (chart->form->narrow)
            continue;
        snprintf(file, sizeof(file), "%s.svg", chart->name);
        size_t length = (size_t)snprintf(narrow, sizeof(narrow), "%s-narrow", chart->name);
        bool both = has_chart(list, narrow, length);
        strcat(narrow, ".svg");
        result = json_array_append_new(index,
                                       json_pack("{s:s, s:s*, s:s, s:s}", "file", file, "narrow", both ? narrow : NULL,
                                                 "title", chart->title, "caption", chart->caption));
    }
    char *path = NULL;
    if (result == 0 && asprintf(&path, "%s/index.json", list->dir) < 0)
        path = NULL;
    if (!path) {
        json_decref(index);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    FILE *out = fopen(path, "wxe");
    bool written = out && json_dumpf(index, out, JSON_INDENT(2)) == 0 && putc('\n', out) != EOF;
    if (out && fclose(out) != 0)
        written = false;
    json_decref(index);
    free(path);
    return written ? publish_file(list, charts_fd, "index", ".json", ret_failure)
                   : cannot_write(list->run, "index.json", ret_failure);
}

/* Whether a name is one that we give: "sweep-12-text.dat" is, of the chart "sweep-12". */
static bool is_ours(const char *name, size_t *ret_chart_length)
{
    static const char *const kinds[] = {"wall", "sweep", "rate",   "timeline", "percentiles", "cdf",
                                        "cost", "cpu",   "memory", "order",    "history"};
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        size_t length = strlen(kinds[k]);
        if (strncmp(name, kinds[k], length) != 0)
            continue;
        if (name[length] == '-' && isdigit((unsigned char)name[length + 1]))
            for (length++; isdigit((unsigned char)name[length]);)
                length++;
        bool narrow = strncmp(name + length, "-narrow", 7) == 0;
        length += narrow ? 7 : 0;
        *ret_chart_length = length;
        for (size_t e = 0; e < ending_count(narrow); e++)
            if (strcmp(name + length, endings[e]) == 0)
                return true;
    }
    return false;
}

/* A directory of files being made whose maker was killed: nobody draws for an hour. */
static void remove_abandoned(const struct chart_list *list, int charts_fd, const char *name)
{
    struct stat status;
    char *path;
    if (strncmp(name, ".drawing-", 9) != 0 || fstatat(charts_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISDIR(status.st_mode) || status.st_mtime > time(NULL) - 3600)
        return;
    if (asprintf(&path, "%s/charts/%s", list->run->dir, name) < 0)
        return;
    remove_drawing(path);
    free(path);
}

/* Remove charts of an earlier drawing that this one does not have. */
static void remove_stale(const struct chart_list *list, int charts_fd)
{
    int fd = openat(charts_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        size_t length;
        if (!is_ours(entry->d_name, &length)) {
            remove_abandoned(list, charts_fd, entry->d_name);
            continue;
        }
        if (!has_chart(list, entry->d_name, length))
            unlinkat(charts_fd, entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
}

static int draw(const struct chart_list *list, struct failure *ret_failure)
{
    char(*scripts)[48] = calloc(list->count + 1, sizeof(*scripts));
    const char **names = calloc(list->count + 1, sizeof(*names));
    int result = scripts && names ? 0 : failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    for (size_t i = 0; result == 0 && i < list->count; i++) {
        snprintf(scripts[i], sizeof(scripts[i]), "%s.gp", list->charts[i].name);
        names[i] = scripts[i];
    }
    if (result == 0)
        result = gnuplot_run(list->dir, names, list->count, ret_failure);
    free(names);
    free(scripts);
    return result;
}

static int publish(const struct chart_list *list, int charts_fd, struct failure *ret_failure)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t e = 0; e < ending_count(list->charts[i].form->narrow); e++)
            if (publish_file(list, charts_fd, list->charts[i].name, endings[e], ret_failure) < 0)
                return -1;
    if (write_index(list, charts_fd, ret_failure) < 0)
        return -1;
    remove_stale(list, charts_fd);
    fsync(charts_fd);
    return 0;
}

/* The charts that have both forms, in one of them: how long the jobs took, then what they cost, then how it was run. */
static int make_form(struct chart_list *list, const struct lane_group *groups, size_t count,
                     struct failure *ret_failure)
{
    int result = charts_wall(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_sweep(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_rate(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_timeline(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_latency(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_cost(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_sweep_cost(list, groups, count, ret_failure);
    if (result == 0)
        result = charts_order(list, ret_failure);
    return result;
}

static int make_of_run(struct chart_list *list, const void *context, struct failure *ret_failure)
{
    (void)context;
    struct lane_group *groups;
    size_t count;
    if (trial_index_make(&list->trials, list->run->trials, list->run->trial_count) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (lane_groups_make(&groups, &count, list->run, ret_failure) < 0)
        return -1;
    int result = make_form(list, groups, count, ret_failure);
    list->form = &chart_narrow;
    if (result == 0)
        result = make_form(list, groups, count, ret_failure);
    lane_groups_free(groups, count);
    if (result == 0 && pool_failed(list->words))
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    return result;
}

int charts_write(const struct run_data *run, charts_make_fn make, const void *context, struct failure *ret_failure)
{
    struct chart_list list = {.run = run, .form = &chart_wide, .words = text_pool_create()};
    if (!list.words)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    int charts_fd = open_directories(&list, ret_failure);
    if (charts_fd < 0) {
        text_pool_destroy(list.words);
        return -1;
    }
    /* Numbers have a dot in our files whatever the program's locale is. */
    locale_t dot = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    locale_t before = dot ? uselocale(dot) : (locale_t)0;

    int result = make(&list, context, ret_failure);
    if (result == 0)
        result = draw(&list, ret_failure);
    if (result == 0)
        result = publish(&list, charts_fd, ret_failure);

    if (dot) {
        uselocale(before);
        freelocale(dot);
    }
    text_pool_destroy(list.words);
    remove_drawing(list.dir);
    close(charts_fd);
    chart_list_finish(&list);
    return result;
}

int report_write_charts(const struct run_data *run, struct failure *ret_failure)
{
    return charts_write(run, make_of_run, NULL, ret_failure);
}
