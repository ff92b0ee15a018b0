/*
 * How fast is libcurl on libev without any tasks? The yardstick for rt_curl: the least that a program with these two
 * can do for a request. Several multi handles of 64, since libcurl looks for a reusable connection by walking those of
 * a multi; and a handle whose transfer is complete goes back in at once.
 */
#include "curl_common.h"
#include <ev.h>

enum { MULTI_SIZE = 64 };

struct multi {
    CURLM *handle;
    ev_timer timer;
    bool active;
    bool kick; /* libcurl wants to be called without an event */
};

struct watch {
    ev_io io;
    struct multi *multi;
};

static struct ev_loop *ev;
static struct multi *multis;
static int multi_count;
static long to_begin, to_end, failed;

static void collect(struct multi *multi)
{
    CURLMsg *message;
    int left;
    multi->active = false;
    while ((message = curl_multi_info_read(multi->handle, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;
        struct download *download;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&download);
        failed += !download_good(download, code);
        curl_multi_remove_handle(multi->handle, easy);
        if (to_begin > 0) {
            to_begin--;
            download_begin(download);
            curl_multi_add_handle(multi->handle, easy);
            multi->kick = true;
        }
        if (--to_end == 0)
            ev_break(ev, EVBREAK_ALL);
    }
}

static void socket_ready(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    struct multi *multi = ((struct watch *)io)->multi;
    int mask = (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0), running;
    curl_multi_socket_action(multi->handle, io->fd, mask, &running);
    multi->active = true;
}

static void timer_fired(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct multi *multi = timer->data;
    multi->kick = true;
}

static void do_nothing(struct ev_loop *loop, ev_idle *idle, int events)
{
    (void)loop;
    (void)idle;
    (void)events;
}

/* Before libev asks the kernel: libcurl must not be called from within its own callbacks, and many requests go out at
 * once. */
static void before_poll(struct ev_loop *loop, ev_prepare *prepare, int events)
{
    static ev_idle idle;
    bool again = false;
    (void)prepare;
    (void)events;
    for (int i = 0; i < multi_count; i++) {
        struct multi *multi = &multis[i];
        if (multi->active)
            collect(multi);
        if (multi->kick) {
            int running;
            multi->kick = false;
            curl_multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running);
            collect(multi);
        }
        again = again || multi->kick;
    }
    /* While one is active, libev does not sleep in the kernel. */
    if (!ev_is_active(&idle))
        ev_idle_init(&idle, do_nothing);
    if (again)
        ev_idle_start(loop, &idle);
    else
        ev_idle_stop(loop, &idle);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *of_socket)
{
    (void)easy;
    struct multi *multi = user;
    struct watch *watch = of_socket;
    if (what == CURL_POLL_REMOVE) {
        ev_io_stop(ev, &watch->io);
        curl_multi_assign(multi->handle, fd, NULL);
        free(watch);
        return 0;
    }
    if (!watch) {
        watch = malloc(sizeof(*watch));
        if (!watch)
            return -1;
        watch->multi = multi;
        ev_init(&watch->io, socket_ready);
        curl_multi_assign(multi->handle, fd, watch);
    } else {
        ev_io_stop(ev, &watch->io);
    }
    ev_io_set(&watch->io, fd, (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    ev_io_start(ev, &watch->io);
    return 0;
}

static int on_timer(CURLM *handle, long timeout_ms, void *user)
{
    (void)handle;
    struct multi *multi = user;
    ev_timer_stop(ev, &multi->timer);
    if (timeout_ms == 0)
        multi->kick = true;
    if (timeout_ms > 0) {
        ev_timer_set(&multi->timer, (double)timeout_ms / 1000, 0.);
        ev_timer_start(ev, &multi->timer);
    }
    return 0;
}

static void multi_init(struct multi *multi)
{
    multi->handle = curl_multi_init();
    ev_init(&multi->timer, timer_fired);
    multi->timer.data = multi;
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, (long)MULTI_SIZE);
}

/* Runs `requests` of them, each connection's handle going back in as it completes. */
static void run(struct download *downloads, int connections, long requests)
{
    to_begin = to_end = requests;
    for (int i = 0; i < connections && to_begin > 0; i++, to_begin--) {
        struct multi *multi = &multis[i / MULTI_SIZE];
        download_begin(&downloads[i]);
        curl_multi_add_handle(multi->handle, downloads[i].easy);
        multi->kick = true;
    }
    ev_run(ev, 0);
}

int main(int argc, char **argv)
{
    struct settings settings = parse_settings(argc, argv);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    ev = ev_loop_new(EVBACKEND_EPOLL);
    multi_count = (settings.connections + MULTI_SIZE - 1) / MULTI_SIZE;
    multis = calloc((size_t)multi_count, sizeof(*multis));
    struct download *downloads = calloc((size_t)settings.connections, sizeof(*downloads));
    if (!ev || !multis || !downloads)
        return 1;
    for (int i = 0; i < multi_count; i++)
        multi_init(&multis[i]);
    for (int i = 0; i < settings.connections; i++) {
        download_init(&downloads[i], settings.url);
        curl_easy_setopt(downloads[i].easy, CURLOPT_PRIVATE, &downloads[i]);
    }
    ev_prepare prepare;
    ev_prepare_init(&prepare, before_poll);
    ev_prepare_start(ev, &prepare);

    if (settings.warm)
        run(downloads, settings.connections, settings.connections);
    failed = 0;
    struct perf_span begin = perf_begin();
    run(downloads, settings.connections, settings.requests);
    downloads_report("bare_curl", &settings, perf_end(begin), failed);

    for (int i = 0; i < settings.connections; i++)
        download_finish(&downloads[i]);
    for (int i = 0; i < multi_count; i++)
        curl_multi_cleanup(multis[i].handle);
    free(downloads);
    free(multis);
    ev_loop_destroy(ev);
    curl_global_cleanup();
    return failed > 0;
}
