/* Sockets of transfers: what libcurl wants to know of them, and telling it so. */
#include <errno.h>
#include <stdlib.h>
#include "curl_internal.h"

/*
 * Between two transfers libcurl takes its interest in a connection back, and asks anew for the same with the next. If
 * both come before the kernel is asked for events, and the watcher is started as it was, libev finds that nothing has
 * changed: two system calls less for each transfer.
 */
struct socket_watch {
    ev_io io;
    struct rt__multi *multi;
    struct socket_watch *prev, *next;             /* of the multi's */
    struct socket_watch *fired_prev, *fired_next; /* of those that libcurl has not been told of yet */
    int events; /* what was asked for last; libev adds marks of its own to io.events */
    int fired;  /* what happened: CURL_CSELECT_..., 0: it is not among those */
};

/*
 * Of the sockets for which something happened, libcurl is told of so many before their tasks go on and the next
 * requests leave: while all that belongs to one transfer is still in the cache, and the server has something to do
 * meanwhile.
 */
enum { FEED_MOST = 32 };

/* --- those for which something happened --- */

static void fired_push(struct rt__curl_sockets *sockets, struct socket_watch *watch)
{
    watch->fired_next = NULL;
    watch->fired_prev = sockets->fired_last;
    if (sockets->fired_last)
        sockets->fired_last->fired_next = watch;
    else
        sockets->fired_first = watch;
    sockets->fired_last = watch;
}

/* Take a watch off the list; returns what happened. */
static int fired_take(struct rt__curl_sockets *sockets, struct socket_watch *watch)
{
    int fired = watch->fired;
    if (!fired)
        return 0;
    watch->fired = 0;
    if (watch->fired_prev)
        watch->fired_prev->fired_next = watch->fired_next;
    else
        sockets->fired_first = watch->fired_next;
    if (watch->fired_next)
        watch->fired_next->fired_prev = watch->fired_prev;
    else
        sockets->fired_last = watch->fired_prev;
    return fired;
}

static void socket_ready(struct ev_loop *ev, ev_io *io, int events)
{
    (void)ev;
    struct socket_watch *watch = io->data;
    if (!watch->fired)
        fired_push(&watch->multi->loop->curl->sockets, watch);
    watch->fired |= (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0) |
                    (events & EV_ERROR ? CURL_CSELECT_ERR : 0);
}

void rt__curl_feed(struct rt__curl *curl)
{
    for (int fed = 0; curl->sockets.fired_first && fed < FEED_MOST; fed++) {
        struct socket_watch *watch = curl->sockets.fired_first;
        struct rt__multi *multi = watch->multi; /* the call may free the watch */
        int running, fd = watch->io.fd, fired = fired_take(&curl->sockets, watch);
        curl_multi_socket_action(multi->handle, fd, fired, &running);
        multi->active = true;
    }
}

/* --- watches, by their descriptor --- */

static int make_room(struct rt__curl_sockets *sockets, curl_socket_t fd)
{
    if ((size_t)fd < sockets->count)
        return 0;
    size_t count = (size_t)fd + 1 > sockets->count * 2 ? (size_t)fd + 1 : sockets->count * 2;
    struct socket_watch **by_fd = realloc(sockets->by_fd, count * sizeof(struct socket_watch *));
    if (!by_fd)
        return -ENOMEM;
    for (size_t i = sockets->count; i < count; i++)
        by_fd[i] = NULL;
    sockets->by_fd = by_fd;
    sockets->count = count;
    return 0;
}

static struct socket_watch *watch_create(struct rt__multi *multi, curl_socket_t fd)
{
    struct rt__curl_sockets *sockets = &multi->loop->curl->sockets;
    struct socket_watch *watch = make_room(sockets, fd) == 0 ? calloc(1, sizeof(*watch)) : NULL;
    if (!watch)
        return NULL;
    watch->multi = multi;
    ev_init(&watch->io, socket_ready);
    ev_io_set(&watch->io, fd, 0);
    watch->io.data = watch;
    watch->next = multi->watches;
    if (multi->watches)
        multi->watches->prev = watch;
    multi->watches = watch;
    sockets->by_fd[fd] = watch;
    return watch;
}

static void watch_destroy(struct socket_watch *watch)
{
    struct rt__multi *multi = watch->multi;
    struct rt__curl_sockets *sockets = &multi->loop->curl->sockets;
    fired_take(sockets, watch);
    ev_io_stop(multi->loop->ev, &watch->io);
    sockets->by_fd[watch->io.fd] = NULL;
    if (watch->prev)
        watch->prev->next = watch->next;
    else
        multi->watches = watch->next;
    if (watch->next)
        watch->next->prev = watch->prev;
    free(watch);
}

void rt__curl_sockets_forget(struct rt__multi *multi)
{
    while (multi->watches)
        watch_destroy(multi->watches);
}

/* --- what libcurl asks for --- */

/* Whether the transfer has opened a connection: then its descriptor may have been another one's before, and what the
 * kernel was told of that one does not hold any more. */
static bool has_connected(CURL *easy)
{
    long connects = 1;
    return curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects) != CURLE_OK || connects > 0;
}

int rt__curl_on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *of_socket)
{
    (void)of_socket;
    struct rt__multi *multi = user;
    struct rt__curl_sockets *sockets = &multi->loop->curl->sockets;
    struct ev_loop *ev = multi->loop->ev;
    struct socket_watch *watch = (size_t)fd < sockets->count ? sockets->by_fd[fd] : NULL;
    if (watch && watch->multi != multi) { /* closed there, and opened again here */
        if (what == CURL_POLL_REMOVE)
            return 0;
        watch_destroy(watch);
        watch = NULL;
    }
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            fired_take(sockets, watch);
            ev_io_stop(ev, &watch->io);
        }
        return 0;
    }
    if (!watch && !(watch = watch_create(multi, fd))) {
        multi->broken = multi->kick = true;
        return 0; /* libcurl (7.88) does not survive it where this fails */
    }
    int events = (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0);
    if (ev_is_active(&watch->io) || watch->events != events || has_connected(easy)) {
        ev_io_stop(ev, &watch->io);
        ev_io_set(&watch->io, fd, events); /* the kernel is told in any case */
        watch->events = events;
    }
    ev_io_start(ev, &watch->io);
    return 0;
}
