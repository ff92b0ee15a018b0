/* Count the bytes of files: one producer for each pattern of the command line ('*.c'), three consumers, a queue. */
#include <errno.h>
#include <glob.h>
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONSUMERS = 3, PATHS_MOST = 4, FILE_BYTES_MOST = 64 << 20 };
static struct rt_queue *paths;
static size_t bytes;

static int produce(void *pattern)
{
    glob_t found;
    int error = glob(pattern, 0, NULL, &found) == 0 ? 0 : -ENOENT;
    for (size_t i = 0; error == 0 && i < found.gl_pathc; i++)
        error = rt_queue_put(paths, found.gl_pathv[i], RT_FOREVER); /* waits while the queue is full */
    rt_queue_join(paths, RT_FOREVER);                               /* until all that was put in is dealt with */
    globfree(&found);
    return error;
}

static int consume(void *count)
{
    void *path, *data;
    size_t size;
    while (rt_queue_get(paths, &path, RT_FOREVER) == 0) { /* -EPIPE: it is closed, and empty */
        if (rt_file_read_all(path, FILE_BYTES_MOST, &data, &size) == 0) {
            bytes += size; /* no lock: between two waits nobody else runs */
            ++*(int *)count;
            free(data);
        }
        rt_queue_task_done(paths);
    }
    return 0;
}

static int count_all(void *patterns)
{
    struct rt_group producers, consumers;
    int counts[CONSUMERS] = {0}, error = rt_queue_create(&paths, PATHS_MOST);
    if (error < 0 || rt_group_init(&producers) < 0 || rt_group_init(&consumers) < 0)
        return 1;
    for (int i = 0; error == 0 && i < CONSUMERS; i++)
        error = rt_group_spawn(&consumers, NULL, consume, &counts[i]);
    for (char **pattern = patterns; error == 0 && *pattern; pattern++)
        error = rt_group_spawn(&producers, NULL, produce, *pattern);
    int failed = rt_group_wait(&producers);
    rt_queue_close(paths); /* no more will come: the consumers end */
    rt_group_wait(&consumers);
    rt_queue_destroy(paths);
    printf("%d + %d + %d files, %zu bytes\n", counts[0], counts[1], counts[2], bytes);
    return error < 0 || failed < 0;
}

int main(int argc, char **argv)
{
    return rt_run(count_all, argv + 1, NULL);
}
