/*
 * Transfers. A task leaves its easy handle with the loop and parks; the loop, on its own roomy stack, gives it to a
 * multi handle, feeds that with events, and wakes the task when the transfer is complete. Nothing here calls libcurl
 * from a task's stack, nor from within one of libcurl's callbacks.
 */
#include "curl_internal.h"
#include <errno.h>
#include <iort/curl.h>
#include <stdlib.h>

enum { MULTI_SIZE_DEFAULT = 16, CONNECTIONS_DEFAULT = 5 };

static unsigned multi_size(const struct rt_loop *loop)
{
    return loop->options.curl_multi_size ? loop->options.curl_multi_size : MULTI_SIZE_DEFAULT;
}

/* --- lists of what was asked for --- */

static void list_push(struct transfer_list *list, struct transfer *transfer)
{
    transfer->asked_in = list;
    transfer->next = NULL;
    if (list->last)
        list->last->next = transfer;
    else
        list->first = transfer;
    list->last = transfer;
}

static struct transfer *list_pop(struct transfer_list *list)
{
    struct transfer *transfer = list->first;
    list->first = transfer->next;
    if (!list->first)
        list->last = NULL;
    return transfer;
}

static void list_remove(struct transfer *transfer)
{
    struct transfer_list *list = transfer->asked_in;
    struct transfer *before = NULL;
    for (struct transfer *at = list->first; at != transfer; at = at->next)
        before = at;
    if (before)
        before->next = transfer->next;
    else
        list->first = transfer->next;
    if (list->last == transfer)
        list->last = before;
}

/* --- what libcurl asks of us (of sockets: see curl_sockets.c) --- */

static void timer_fired(struct rt_timer *timer)
{
    struct rt__multi *multi = (struct rt__multi *)((char *)timer - offsetof(struct rt__multi, timer));
    multi->kick = true;
}

static int on_timer(CURLM *handle, long timeout_ms, void *user)
{
    (void)handle;
    struct rt__multi *multi = user;
    struct rt__timers *timers = &multi->loop->timers;
    if (timeout_ms <= 0) {
        rt__timers_clear(timers, &multi->timer);
        /* "Now" must not be answered from in here: libcurl is not reentrant. */
        if (timeout_ms == 0)
            multi->kick = true;
        return 0;
    }
    /* No memory: libcurl is called at every turn and asks again, rather than never. An error from here would end all
     * transfers of the multi. */
    if (rt__timers_set(timers, &multi->timer, rt_now_ns() + timeout_ms * RT_NS_PER_MS) < 0)
        multi->kick = true;
    return 0;
}

/* --- multi handles, and which task stays with which --- */

static struct rt__multi *multi_create(struct rt_loop *loop)
{
    struct rt__multi *multi = calloc(1, sizeof(*multi) + multi_size(loop) * sizeof(multi->transfers[0]));
    if (!multi)
        return NULL;
    multi->handle = curl_multi_init();
    if (!multi->handle) {
        free(multi);
        return NULL;
    }
    multi->loop = loop;
    multi->timer.fire = timer_fired;
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, rt__curl_on_socket);
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    long kept = loop->options.curl_connections ? loop->options.curl_connections : CONNECTIONS_DEFAULT;
    curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, kept * (long)multi_size(loop));
    return multi;
}

/* The first with room: tasks that come and go share the connections of few multis rather than opening new ones in many.
 */
static struct rt__multi *multi_for(struct rt_task *task)
{
    if (task->multi)
        return task->multi;
    struct rt_loop *loop = task->loop;
    struct rt__multi **at = &loop->curl->multis;
    while (*at && (*at)->bound == multi_size(loop))
        at = &(*at)->next;
    if (!*at)
        *at = multi_create(loop);
    if (*at) {
        (*at)->bound++;
        task->multi = *at;
    }
    return *at;
}

void rt__curl_forget_task(struct rt_task *task)
{
    task->multi->bound--;
    task->multi = NULL;
}

/* --- the loop's part --- */

static void transfer_over(struct transfer *transfer, int status, CURLcode code)
{
    transfer->state = TRANSFER_OVER;
    transfer->code = code;
    rt__wake(transfer->task, status);
}

static void transfer_forget(struct rt__multi *multi, unsigned i)
{
    multi->transfers[i] = multi->transfers[--multi->running];
}

static void transfer_begin(struct rt__multi *multi, struct transfer *transfer)
{
    if (curl_multi_add_handle(multi->handle, transfer->easy) != CURLM_OK) {
        transfer_over(transfer, -ENOMEM, CURLE_OUT_OF_MEMORY);
        return;
    }
    transfer->state = TRANSFER_RUNNING;
    multi->transfers[multi->running].easy = transfer->easy;
    multi->transfers[multi->running++].transfer = transfer;
    multi->kick = true;
}

static void transfer_remove(struct transfer *transfer)
{
    struct rt__multi *multi = transfer->task->multi;
    for (unsigned i = 0; i < multi->running; i++) {
        if (multi->transfers[i].transfer == transfer) {
            curl_multi_remove_handle(multi->handle, transfer->easy);
            transfer_forget(multi, i);
            break;
        }
    }
    transfer_over(transfer, 0, CURLE_ABORTED_BY_CALLBACK);
}

static void multi_collect(struct rt__multi *multi)
{
    multi->active = false;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi->handle, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        /* A handful of pointers; CURLOPT_PRIVATE, which would spare the search, is the user's. */
        for (unsigned i = 0; i < multi->running; i++) {
            if (multi->transfers[i].easy != easy)
                continue;
            struct transfer *transfer = multi->transfers[i].transfer;
            curl_multi_remove_handle(multi->handle, easy);
            transfer_forget(multi, i);
            if (transfer->state == TRANSFER_RUNNING)
                transfer_over(transfer, 0, code);
            break;
        }
    }
}

/* There was no memory to watch a socket of one of them: which one libcurl does not say. */
static void multi_give_up(struct rt__multi *multi)
{
    multi->broken = false;
    while (multi->running > 0) {
        struct transfer *transfer = multi->transfers[0].transfer;
        curl_multi_remove_handle(multi->handle, multi->transfers[0].easy);
        transfer_forget(multi, 0);
        if (transfer->state == TRANSFER_RUNNING)
            transfer_over(transfer, 0, CURLE_OUT_OF_MEMORY);
    }
}

static void multi_kick(struct rt__multi *multi)
{
    int running;
    multi->kick = false;
    if (multi->broken) {
        multi_give_up(multi);
        return;
    }
    curl_multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running);
    multi->active = true;
}

bool rt__curl_has_fired(const struct rt_loop *loop)
{
    return loop->curl->sockets.fired_first;
}

void rt__curl_collect(struct rt_loop *loop)
{
    rt__curl_feed(loop->curl);
    for (struct rt__multi *multi = loop->curl->multis; multi; multi = multi->next)
        if (multi->active)
            multi_collect(multi);
}

bool rt__curl_turn(struct rt_loop *loop)
{
    struct rt__curl *curl = loop->curl;
    while (curl->to_remove) {
        struct transfer *transfer = curl->to_remove;
        curl->to_remove = transfer->next;
        transfer_remove(transfer);
    }
    while (curl->unbound.first) {
        struct transfer *transfer = list_pop(&curl->unbound);
        struct rt__multi *multi = multi_for(transfer->task);
        if (multi)
            list_push(&multi->asked, transfer);
        else
            transfer_over(transfer, -ENOMEM, CURLE_OUT_OF_MEMORY);
    }
    /* One multi after another, each with all it has to do, while its handles are in the cache and the server of those
     * before it is at work already. */
    bool again = false;
    for (struct rt__multi *multi = curl->multis; multi; multi = multi->next) {
        while (multi->asked.first)
            transfer_begin(multi, list_pop(&multi->asked));
        if (multi->kick)
            multi_kick(multi);
        if (multi->active)
            multi_collect(multi);
        again = again || multi->kick; /* asked for meanwhile: nothing but the next turn would do it */
    }
    return again;
}

void rt__curl_finish(struct rt_loop *loop)
{
    if (!loop->curl)
        return;
    while (loop->curl->multis) {
        struct rt__multi *multi = loop->curl->multis;
        loop->curl->multis = multi->next;
        rt__curl_sockets_forget(multi);
        curl_multi_cleanup(multi->handle);
        rt__timers_clear(&loop->timers, &multi->timer);
        free(multi);
    }
    free(loop->curl->sockets.by_fd);
    free(loop->curl);
    loop->curl = NULL;
}

/* --- the task's part --- */

int rt_curl_perform(CURL *easy, CURLcode *ret_code)
{
    struct rt_task *self;
    int error = rt__wait_enter_with_stack(&self);
    if (error < 0)
        return error;
    struct rt_loop *loop = self->loop;
    if (!loop->curl) {
        loop->curl = calloc(1, sizeof(*loop->curl));
        if (!loop->curl)
            return -ENOMEM;
    }

    struct transfer transfer = {.task = self, .easy = easy};
    list_push(self->multi ? &self->multi->asked : &loop->curl->unbound, &transfer);
    loop->outside++;
    error = rt__wait(self, RT_FOREVER, "transfer");
    if (transfer.state == TRANSFER_ASKED) {
        list_remove(&transfer);
    } else if (transfer.state == TRANSFER_RUNNING) {
        transfer.state = TRANSFER_TO_REMOVE;
        transfer.next = loop->curl->to_remove;
        loop->curl->to_remove = &transfer;
        while (transfer.state != TRANSFER_OVER)
            rt__wait_held(self, "end of a transfer");
    } else if (error == -ECANCELED || error == -ETIMEDOUT) {
        /* It was complete before this task could run again: the result stands, the cancel meets the next wait. */
        self->cancel_requested |= error == -ECANCELED;
        error = 0;
    }
    loop->outside--;
    if (error == 0)
        *ret_code = transfer.code;
    return error;
}
