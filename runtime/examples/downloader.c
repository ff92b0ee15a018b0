/* Download every URL of the command line, at most eight at a time, and say how many bytes each had. */
#include <curl/curl.h>
#include <iort/curl.h>
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>

enum { AT_ONCE = 8 };

static struct rt_semaphore slots;

static size_t count_bytes(char *ignored, size_t size, size_t count, void *user)
{
    *(size_t *)user += size * count;
    return size * count;
}

static int download(void *arg)
{
    const char *url = arg;
    size_t bytes = 0;
    CURLcode code = CURLE_FAILED_INIT;
    int error = rt_semaphore_acquire(&slots, RT_FOREVER);
    if (error < 0)
        return error;
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes);
    error = rt_curl_perform(easy, &code); /* reads like curl_easy_perform; other tasks run meanwhile */
    printf("%s: %zu bytes (%s)\n", url, bytes, curl_easy_strerror(code));
    curl_easy_cleanup(easy);
    rt_semaphore_release(&slots);
    return error < 0 ? error : (int)code;
}

static int download_all(void *arg)
{
    char **urls = arg;
    int count = 0, failed = 0, result;
    while (urls[count])
        count++;
    struct rt_task **tasks = calloc((size_t)count, sizeof(*tasks));
    rt_semaphore_init(&slots, AT_ONCE);
    for (int i = 0; tasks && i < count; i++)
        if (rt_task_spawn(&tasks[i], download, urls[i]) < 0)
            tasks[i] = NULL;
    for (int i = 0; tasks && i < count; i++)
        failed += !tasks[i] || rt_task_join(tasks[i], &result) < 0 || result != 0;
    free(tasks);
    return failed > 0;
}

int main(int argc, char **argv)
{
    return argc > 1 ? rt_run(download_all, argv + 1, NULL) : 0;
}
