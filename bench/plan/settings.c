/* The table of settings, and what needs nothing but the table. Parsing is in settings_parse.c, JSON in settings_json.c.
 */
#include <stdlib.h>
#include <string.h>
#include "metrics.h"
#include "settings.h"
#include "../runners.h"
#include "../workloads/workload.h"

static const char *const *verify_words(void)
{
    static const char *const words[] = {"body", "length", "status", NULL};
    return words;
}

static const char *const *connection_words(void)
{
    static const char *const words[] = {"warm", "cold", NULL};
    return words;
}

static const char *const *method_words(void)
{
    static const char *const words[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL};
    return words;
}

static const char *const *arrivals_words(void)
{
    static const char *const words[] = {"fixed", "poisson", NULL};
    return words;
}

#define FIELD(member) .offset = offsetof(struct settings, member)

/* The order is that of --help and of a cell's params. A count without a fallback is 0 where it was not given. */
/* clang-format off */
const struct setting_key setting_keys[] = {
    {.name = "blocks", .kind = SETTING_COUNT, .scope = SETTING_RUN, FIELD(blocks), .min = 1, .max = 1000,
     .fallback = "7", .unit = "N",
     .help = "run every lane once in each of N blocks; an interval needs 6",
     .gate_help = "run base, head and base again in each of N blocks (12 to 1000; without it as many as the number of "
                  "cells needs, at least 12)"},
    {.name = "seed", .kind = SETTING_COUNT, .scope = SETTING_RUN, FIELD(seed), .min = 0, .max = INT64_MAX,
     .fallback = "1", .unit = "N",
     .help = "what the order of the trials and everything random is drawn from"},
    {.name = "max-time", .kind = SETTING_COUNT, .scope = SETTING_RUN, FIELD(max_time_s), .min = 0, .max = 604800,
     .fallback = "0", .unit = "S",
     .help = "stop after S seconds and keep what was measured; 0: no limit"},
    {.name = "allow-remote", .kind = SETTING_FLAG, .scope = SETTING_RUN, FIELD(allow_remote), .fallback = "no",
     .help = "permit requests to a server that is not on this machine; ask its owner first"},
    {.name = "per-host", .kind = SETTING_COUNT, .scope = SETTING_RUN, FIELD(per_host), .min = 1, .max = 1000000,
     .fallback = "32", .unit = "N",
     .help = "most requests at once to a server that is not on this machine; a cell with more is refused"},
    {.name = "save", .kind = SETTING_TEXT, .scope = SETTING_RUN, FIELD(save), .transfers_only = true,
     .in_params = true, .whether = true, .unit = "DIR",
     .help = "write the downloaded bodies below DIR"},

    {.name = "workload", .kind = SETTING_WORD, .scope = SETTING_CELL, FIELD(workload), .words = workload_names,
     .unit = "NAME",
     .help = "what a job is; without it download where a URL or --body-bytes is given, else sleep"},
    {.name = "runner", .kind = SETTING_WORD_LIST, .scope = SETTING_CELL, FIELD(runner), .words = runner_names,
     .fallback = "serial,threads,coroutines", .unit = "LIST", .help = "what runs the jobs"},
    {.name = "jobs", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(jobs), .sweeps = true, .min = 1,
     .max = 100000000, .unit = "N",
     .help = "jobs in a trial; without it as many as --delay-ms or --url-file lists, else 100"},
    {.name = "jobs-per-worker", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(jobs_per_worker), .sweeps = true,
     .min = 1, .max = 1000000, .unit = "N", .help = "jobs in a trial, for each unit of --concurrency"},
    {.name = "concurrency", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(concurrency), .sweeps = true, .min = 1,
     .max = 1000000, .fallback = "20", .unit = "N", .help = "jobs under way at once: threads or tasks"},
    {.name = "rate", .kind = SETTING_RATE, .scope = SETTING_CELL, FIELD(rate), .sweeps = true, .in_params = true,
     .min = 1, .max = 10000000, .unit = "N",
     .help = "open loop: start so many jobs a second, whether the earlier ones have ended or not; find searches the "
             "highest rate that is kept up with"},
    {.name = "arrivals", .kind = SETTING_WORD, .scope = SETTING_CELL, FIELD(arrivals), .open_loop_only = true,
     .in_params = true, .words = arrivals_words, .unit = "HOW",
     .help = "with --rate: fixed, at equal distances (the default), or poisson, as if by people who do not know of each "
             "other"},
    {.name = "duration-s", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(duration_s), .open_loop_only = true,
     .min = 1, .max = 86400, .unit = "S",
     .help = "with --rate: how long jobs arrive, which sets how many there are; without it 5, of each step of a search 2"},
    {.name = "delay-ms", .kind = SETTING_DELAYS, .scope = SETTING_CELL, FIELD(delay_ms), .busy_only = true,
     .in_params = true, .unit = "MS",
     .help = "how long a job waits: one number for all, or a list such as 10x500,10x200 that also sets the jobs"},
    {.name = "body-bytes", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(body_bytes), .transfers_only = true,
     .sweeps = true, .in_params = true, .min = 0, .max = 1000000000, .fallback = "10000", .unit = "N",
     .help = "size of each download from the test server"},
    {.name = "spin-us", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(spin_us), .busy_only = true,
     .sweeps = true, .in_params = true, .min = 0, .max = 10000000, .fallback = "0", .unit = "US",
     .help = "CPU work in each job, for the cost of a handler of one's own"},
    {.name = "url", .kind = SETTING_URL, .scope = SETTING_CELL, FIELD(url), .transfers_only = true, .in_params = true,
     .unit = "URL", .help = "fetch this instead of asking the test server"},
    {.name = "url-file", .kind = SETTING_FILE, .scope = SETTING_CELL, FIELD(url_file), .transfers_only = true,
     .in_params = true, .unit = "FILE", .help = "fetch the URLs of a file, one a line; behind one may stand the XXH3 (64 bits) that its body must have, as the "
             "16 hexadecimal digits of `xxhsum -H3`"},
    {.name = "header", .kind = SETTING_HEADERS, .scope = SETTING_CELL, FIELD(header), .transfers_only = true,
     .in_params = true, .unit = "LINE", .help = "send this header with each request; may be repeated"},
    {.name = "method", .kind = SETTING_WORD, .scope = SETTING_CELL, FIELD(method), .transfers_only = true,
     .in_params = true, .words = method_words, .fallback = "GET", .unit = "NAME",
     .help = "of each request; with --data-file POST unless said otherwise"},
    {.name = "data-file", .kind = SETTING_FILE, .scope = SETTING_CELL, FIELD(data_file), .transfers_only = true,
     .in_params = true, .unit = "FILE", .help = "send this file's bytes with each request"},
    {.name = "cacert", .kind = SETTING_FILE, .scope = SETTING_CELL, FIELD(cacert), .transfers_only = true,
     .in_params = true, .unit = "FILE", .help = "trust the certificates of this file"},
    {.name = "verify", .kind = SETTING_WORD, .scope = SETTING_CELL, FIELD(verify), .transfers_only = true,
     .in_params = true, .words = verify_words, .fallback = "body", .unit = "WHAT",
     .help = "what must be right in an answer"},
    {.name = "connections", .kind = SETTING_WORD, .scope = SETTING_CELL, FIELD(connections), .transfers_only = true,
     .words = connection_words, .fallback = "warm", .unit = "HOW",
     .help = "warm: each worker has connected before the clock starts"},
    {.name = "timeout-ms", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(timeout_ms), .transfers_only = true,
     .in_params = true, .min = 1, .max = 3600000, .fallback = "60000", .unit = "MS",
     .help = "a download that takes longer has failed"},
    {.name = "cpus", .kind = SETTING_CPUS, .scope = SETTING_CELL, FIELD(cpus), .unit = "LIST",
     .help = "CPUs that the jobs may use; without it all but the test server's"},
    {.name = "min-cpus", .kind = SETTING_COUNT, .scope = SETTING_CELL, FIELD(min_cpus), .min = 1, .max = 4096,
     .fallback = "1", .unit = "N", .help = "leave the cell out where fewer CPUs may be used"},
    {.name = "metric", .kind = SETTING_WORD, .scope = SETTING_CELL, FIELD(metric), .gate_only = true,
     .words = metric_names, .unit = "NAME", .help = "what is compared; without it what fits the cell and the arms"},
    {.name = NULL},
};
/* clang-format on */

size_t setting_count(void)
{
    return sizeof(setting_keys) / sizeof(setting_keys[0]) - 1;
}

const struct setting_key *setting_find(const char *name)
{
    for (const struct setting_key *key = setting_keys; key->name; key++)
        if (strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

void *setting_field(struct settings *settings, const struct setting_key *key)
{
    return (char *)settings + key->offset;
}

const void *setting_field_const(const struct settings *settings, const struct setting_key *key)
{
    return (const char *)settings + key->offset;
}

bool setting_is_number(const struct setting_key *key)
{
    return key->kind == SETTING_COUNT || key->kind == SETTING_RATE;
}

static bool holds_text(const struct setting_key *key)
{
    return !setting_is_number(key) && key->kind != SETTING_FLAG;
}

int settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        /* The fallbacks are ours: nothing but memory can be wrong with them. */
        if (key->fallback && setting_parse(settings, key, key->fallback, key->name, NULL)) {
            settings_finish(settings);
            return -1;
        }
    }
    return 0;
}

void settings_finish(struct settings *settings)
{
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        if (!holds_text(key))
            continue;
        char **text = setting_field(settings, key);
        free(*text);
        *text = NULL;
    }
}

int settings_copy(struct settings *ret_copy, const struct settings *settings, struct failure *ret_failure)
{
    struct settings copy = *settings;
    for (const struct setting_key *key = setting_keys; key->name; key++)
        if (holds_text(key))
            *(char **)setting_field(&copy, key) = NULL;
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        if (!holds_text(key))
            continue;
        const char *text = *(char *const *)setting_field_const(settings, key);
        if (!text)
            continue;
        char *duplicate = strdup(text);
        if (!duplicate) {
            settings_finish(&copy);
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the plan");
        }
        *(char **)setting_field(&copy, key) = duplicate;
    }
    *ret_copy = copy;
    return 0;
}

bool setting_is_default(const struct settings *settings, const struct setting_key *key)
{
    const void *field = setting_field_const(settings, key);
    if (key->kind == SETTING_FLAG)
        return !*(const bool *)field;
    if (setting_is_number(key))
        return *(const int64_t *)field == (key->fallback ? strtoll(key->fallback, NULL, 10) : 0);
    const char *text = *(char *const *)field;
    return !text || (key->fallback && strcmp(text, key->fallback) == 0);
}
