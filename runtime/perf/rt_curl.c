/* How fast are tasks that await their transfers? To be compared with bare_curl, which has no tasks. */
#include "curl_common.h"
#include <iort/curl.h>
#include <iort/iort.h>

struct run {
    const struct settings *settings;
    struct download *downloads;
    struct rt_event go;
    int primed;
    long to_begin, failed;
};

struct worker {
    struct run *run;
    struct download *download;
    struct rt_task *task;
};

static bool fetch(struct download *download)
{
    CURLcode code;
    download_begin(download);
    return rt_curl_perform(download->easy, &code) == 0 && download_good(download, code);
}

static int work(void *arg)
{
    struct worker *worker = arg;
    struct run *run = worker->run;
    if (run->settings->warm)
        fetch(worker->download);
    run->primed++;
    int error = rt_event_wait(&run->go, RT_FOREVER);
    if (error < 0)
        return error;
    while (run->to_begin > 0) {
        run->to_begin--;
        run->failed += !fetch(worker->download);
    }
    return 0;
}

static int run_all(void *arg)
{
    struct run *run = arg;
    int count = run->settings->connections;
    struct worker *workers = calloc((size_t)count, sizeof(*workers));
    if (!workers)
        return -1;
    rt_event_init(&run->go);
    for (int i = 0; i < count; i++) {
        workers[i] = (struct worker){.run = run, .download = &run->downloads[i]};
        if (rt_task_spawn(&workers[i].task, work, &workers[i]) < 0)
            return -1;
    }
    while (run->primed < count)
        if (rt_sleep_ns(RT_NS_PER_MS) < 0)
            return -1;
    struct perf_span begin = perf_begin();
    run->to_begin = run->settings->requests;
    rt_event_set(&run->go);
    for (int i = 0; i < count; i++)
        rt_task_join(workers[i].task, NULL);
    downloads_report("rt_curl", run->settings, perf_end(begin), run->failed);
    free(workers);
    return run->failed > 0;
}

int main(int argc, char **argv)
{
    struct settings settings = parse_settings(argc, argv);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct run run = {.settings = &settings};
    run.downloads = calloc((size_t)settings.connections, sizeof(*run.downloads));
    if (!run.downloads)
        return 1;
    for (int i = 0; i < settings.connections; i++)
        download_init(&run.downloads[i], settings.url);
    int result = rt_run(run_all, &run, NULL);
    for (int i = 0; i < settings.connections; i++)
        download_finish(&run.downloads[i]);
    free(run.downloads);
    curl_global_cleanup();
    return result;
}
