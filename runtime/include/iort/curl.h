/* libcurl, awaited. */
#ifndef IORT_CURL_H
#define IORT_CURL_H

#include <curl/curl.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * curl_easy_perform for tasks: run a transfer, suspending the calling task until it is complete.
 *
 * The handle's callbacks run on the loop's own stack, between tasks: they must not wait. Transfers of one loop are
 * spread over several multi handles (rt_loop_options.curl_multi_size each), because libcurl looks for a reusable
 * connection by walking all those of a multi; a task stays with one multi for its life, so it finds its own connections
 * again.
 *
 * @param easy      the caller's, not in use elsewhere; CURLOPT_PRIVATE is left alone. Set CURLOPT_NOSIGNAL. Give
 * numeric addresses or CURLOPT_RESOLVE where a hidden resolver thread would be in the way.
 * @param ret_code  written when 0 is returned: the transfer's CURLcode
 *
 * Returns 0 (the transfer ended, see *ret_code), or
 *   -ECANCELED  the task was cancelled; the transfer was stopped, its connection closed, and the handle is free again
 *   -ETIMEDOUT  the same, by the deadline of a timeout scope
 *   -ENOTSUP    the task is parkable
 *   -EINVAL     outside a task
 *   -ENOMEM     no multi handle could be made, or libcurl refused the handle
 * Ownership: none taken; the handle is free for reuse in every case. Context: a task; suspends.
 * Source: libcurl's curl_easy_perform(3), libcurl-multi(3) "MULTI_SOCKET".
 */
int rt_curl_perform(CURL *easy, CURLcode *ret_code);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
