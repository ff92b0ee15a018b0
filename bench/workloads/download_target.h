/* Which URL a download job fetches, and what must come of it. */
#ifndef BENCH_DOWNLOAD_TARGET_H
#define BENCH_DOWNLOAD_TARGET_H

#include "../plan/plan.h"
#include "../plan/url_file.h"

/* Beyond so many hosts connections are neither warmed nor all kept, under any runner. */
enum { DOWNLOAD_URL_ROOM = 160, HOSTS_MOST = 16 };

struct expected_body {
    int64_t bytes; /**< -1: unknown */
    bool has_hash;
    uint64_t hash; /**< XXH3, 64 bits */
};

struct download_targets {
    /* One URL of each host, to open a connection with before the clock; no more than HOSTS_MOST. */
    char **warmup_urls;
    size_t host_count;
    /* Of the test server: URLs are made as they are needed, and come round after `distinct` jobs. */
    char *server_url; /* NULL: the user's URLs */
    struct delay_list delays;
    int64_t body_bytes;
    /* Of a user. */
    struct url_list list;
    /* Of both. */
    size_t distinct;
    struct expected_body *expected;
};

/** Work out the URLs, and with `hashes` those of the test server's bodies. Returns 0 or -1. */
int download_targets_init(struct download_targets *targets, const struct trial_spec *spec, bool hashes,
                          struct failure *ret_failure);
void download_targets_finish(struct download_targets *targets);

/** Returns the URL of a job: `room`, or a text of the targets' own. */
const char *download_targets_url(const struct download_targets *targets, int64_t index, char room[DOWNLOAD_URL_ROOM]);

/** Returns what the job's body must be. */
struct expected_body download_targets_expected(const struct download_targets *targets, int64_t index);

#endif
