/* What curl.c (transfers) and curl_sockets.c (what libcurl wants to know of its sockets) share. */
#ifndef RT_CURL_INTERNAL_H
#define RT_CURL_INTERNAL_H

#include <curl/curl.h>
#include "internal.h"

struct socket_watch;

struct rt__curl_sockets {
    struct socket_watch **by_fd;
    size_t count;
    struct socket_watch *fired_first, *fired_last; /* something happened, and libcurl has not been told */
};

enum transfer_state { TRANSFER_ASKED, TRANSFER_RUNNING, TRANSFER_TO_REMOVE, TRANSFER_OVER };

/* On the stack of the task that awaits it. */
struct transfer {
    struct transfer *next; /* asked for, or to be removed */
    struct transfer_list *asked_in;
    struct rt_task *task;
    CURL *easy;
    CURLcode code;
    enum transfer_state state;
};

struct transfer_list {
    struct transfer *first, *last;
};

struct rt__multi {
    struct rt__multi *next;
    struct rt_loop *loop;
    CURLM *handle;
    struct rt_timer timer;
    unsigned bound; /* tasks that stay with it */
    bool kick;      /* libcurl wants to be called without an event: it said so, or its timer has fired */
    bool active;    /* something was done to it: there may be completed transfers */
    bool broken;    /* a socket could not be watched: all transfers are given up */
    struct socket_watch *watches;
    struct transfer_list asked;
    unsigned running;
    struct {
        CURL *easy; /* beside it, so that the search for a completed one does not touch the stacks of all tasks */
        struct transfer *transfer;
    } transfers[]; /* those it has: at most one for each bound task */
};

struct rt__curl {
    struct rt__multi *multis;
    struct transfer_list unbound; /* asked for by tasks that have no multi yet */
    struct transfer *to_remove;
    struct rt__curl_sockets sockets;
};

/* CURLMOPT_SOCKETFUNCTION, with the struct rt__multi as its data. */
int rt__curl_on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *of_socket);

/* Tell libcurl of some of the sockets for which something happened. */
void rt__curl_feed(struct rt__curl *curl);

/* Forget all sockets of a multi. */
void rt__curl_sockets_forget(struct rt__multi *multi);

#endif
