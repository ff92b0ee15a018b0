#include <ctype.h>
#include <string.h>
#include "../cpus.h"
#include "run_facts.h"

const struct run_fact run_facts[] = {
    {"cpu_model", "CPU model", "machines"},
    {"cpus_online", "number of CPUs", "machines"},
    {"architecture", "architecture", "machines"},
    {"build_type", "build type", "builds"},
    {"sanitizers", "sanitizers", "builds"},
    {"kernel", "kernel", NULL},
    {"virtualisation", "virtualisation", NULL},
    {"cgroup_cpu_quota", "CPU quota", NULL},
    {"governor", "CPU frequency governor", NULL},
    {"turbo", "turbo", NULL},
    {"thp", "transparent huge pages", NULL},
    {"aslr", "address randomisation", NULL},
    {"clocksource", "clock source", NULL},
    {"server_cpus", "CPUs of the test server", NULL},
    {"server", "server", NULL},
    {"compiler", "compiler", NULL},
    {"cflags", "compiler flags", NULL},
    {"context", "context switch", NULL},
    {"stack_guard", "stack guard", NULL},
    {"libcurl", "libcurl", NULL},
    {"libev", "libev", NULL},
    {0},
};

const char *const lane_fact_words[LANE_FACTS] = {"workload", "settings", "concurrency", "connections", "jobs", "CPUs"};

const char *run_fact_text(struct text_pool *pool, const struct run_data *run, const struct run_fact *fact)
{
    const json_t *value = json_object_get(run->env, fact->key);
    if (json_is_string(value))
        return pool_clean(pool, json_string_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "on" : "off";
    if (json_is_integer(value))
        return pool_printf(pool, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value))
        return pool_printf(pool, "%g", json_real_value(value));
    return "";
}

/* How many CPUs a lane may use; which of them is another run's choice. Of a list that is none: the list. */
static const char *cpus_text(struct text_pool *pool, const char *list)
{
    int count = 0;
    for (const char *p = list ? list : ""; *p;) {
        int from, to, length = 0;
        if (sscanf(p, "%9d-%9d%n", &from, &to, &length) != 2) {
            if (sscanf(p, "%9d%n", &from, &length) != 1)
                return pool_clean(pool, list);
            to = from;
        }
        if (from < 0 || to < from || to > CPU_SETSIZE || (p[length] && p[length] != ','))
            return pool_clean(pool, list);
        count += to - from + 1;
        p += length + (p[length] == ',');
    }
    return count ? pool_printf(pool, "%d", count) : "";
}

void lane_fact_texts(struct text_pool *pool, const struct summary_record *lane, const char *ret_texts[LANE_FACTS])
{
    ret_texts[0] = pool_clean(pool, lane->workload);
    ret_texts[1] = pool_clean(pool, lane->params);
    ret_texts[2] = pool_printf(pool, "%lld", (long long)lane->concurrency);
    ret_texts[3] = pool_clean(pool, lane->connections);
    ret_texts[4] = lane->jobs >= 0 ? pool_printf(pool, "%lld", (long long)lane->jobs) : "";
    ret_texts[5] = cpus_text(pool, lane->cpus);
}

const char *run_commit_text(struct text_pool *pool, const struct run_data *run)
{
    const char *commit = json_string_value(json_object_get(run->env, "git_commit"));
    if (!commit || !commit[0])
        return "";
    bool dirty = json_is_true(json_object_get(run->env, "git_dirty"));
    return pool_clean(pool, pool_printf(pool, "%.9s%s", commit, dirty ? "+" : ""));
}

const char *run_date_text(struct text_pool *pool, const char *started)
{
    static const char pattern[] = "0000-00-00T00:00";
    size_t i = 0;
    while (pattern[i] && (pattern[i] == '0' ? isdigit((unsigned char)started[i]) : started[i] == pattern[i]))
        i++;
    if (pattern[i])
        return pool_clean(pool, started);
    return pool_printf(pool, "%.10s %.5s", started, started + 11);
}

const char *run_name_text(struct text_pool *pool, const struct run_data *run)
{
    const char *commit = run_commit_text(pool, run);
    return pool_printf(pool, "%s, %s UTC%s%s", pool_clean(pool, json_string_value(json_object_get(run->run, "id"))),
                       run_date_text(pool, json_string_value(json_object_get(run->run, "started"))),
                       commit[0] ? ", commit " : "", commit);
}
