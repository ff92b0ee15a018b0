/* A trial's lines: the record worked out from what was measured, what failed and why, and the samples. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "../record/trial_record.h"
#include "../stats/stats.h"
#include "../text_stream.h"
#include "held.h"
#include "process_status.h"
#include "job_times.h"
#include "open_loop.h"
#include "trial.h"

enum { FAILURES_MOST = 20, SAMPLES_MOST = 10000 };

static void set_latencies(struct trial_record *record, const struct trial *trial)
{
    double *ms = malloc((size_t)trial->spec->settings.jobs * sizeof(*ms));
    if (!ms)
        return;
    size_t n = job_times_gather(ms, trial, job_service_ns);
    job_times_sort(ms, n);
    record->latency_p50_ms = stats_quantile_sorted(ms, n, 0.50);
    record->latency_p90_ms = stats_quantile_sorted(ms, n, 0.90);
    record->latency_p99_ms = stats_quantile_sorted(ms, n, 0.99);
    free(ms);
}

/* "3 of 200 jobs failed (2 refused, 1 timeout); job 7: http://...: HTTP 503" */
static char *failure_reason(const struct trial *trial, int64_t failed, const int64_t *by_class, int64_t first)
{
    char *text = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    fprintf(out, "%" PRId64 " of %" PRId64 " jobs failed (", failed, trial->spec->settings.jobs);
    const char *comma = "";
    for (int i = 1; i < JOB_ERROR_COUNT; i++) {
        if (by_class[i]) {
            fprintf(out, "%s%" PRId64 " %s", comma, by_class[i], job_error_name(i));
            comma = ", ";
        }
    }
    fputc(')', out);
    if (trial->workload->describe) {
        char detail[512];
        trial->workload->describe(trial->state, first, &trial->results[first], detail, sizeof(detail));
        fprintf(out, "; job %" PRId64 ": %s", first + 1, detail);
    }
    fclose(out);
    return text;
}

/* 0 stands for none: no transfer failed, nothing was answered. */
static json_t *code_json(int code)
{
    return code ? json_integer(code) : json_null();
}

static json_t *failure_json(const struct trial *trial, int64_t index)
{
    const struct job_result *result = &trial->results[index];
    char detail[512] = "";
    if (trial->workload->describe)
        trial->workload->describe(trial->state, index, result, detail, sizeof(detail));
    return json_pack("{s:I, s:s, s:o, s:o, s:o}", "job", (json_int_t)(index + 1), "class",
                     job_error_name(result->error), "curl_code", code_json(result->curl_code), "http_status",
                     code_json(result->http_status), "detail", record_json_text(detail, RECORD_TEXT_BYTES));
}

static void count_results(struct trial_record *record, const struct trial *trial, json_t *failures)
{
    int64_t by_class[JOB_ERROR_COUNT] = {0}, first = -1;
    record->ok = record->failed = record->bytes = 0;
    for (int64_t i = 0; i < trial->spec->settings.jobs; i++) {
        const struct job_result *result = &trial->results[i];
        by_class[result->error]++;
        record->bytes += result->bytes;
        if (result->error == JOB_OK) {
            record->ok++;
            continue;
        }
        if (first < 0)
            first = i;
        if (record->failed++ < FAILURES_MOST)
            json_array_append_new(failures, failure_json(trial, i));
    }
    if (record->failed)
        record->reason = failure_reason(trial, record->failed, by_class, first);
    bool unsupported = record->failed && by_class[JOB_UNSUPPORTED] == record->failed;
    const char *state = unsupported ? "unsupported" : record->failed ? "failed" : "ok";
    record->state = strdup(state);
}

static void set_measured(struct trial_record *record, const struct trial *trial)
{
    const struct bracket_point *open = &trial->open, *close = &trial->close;
    double cpu_us = (double)(close->cpu_user_us - open->cpu_user_us + close->cpu_sys_us - open->cpu_sys_us);
    record->wall_s = (double)(close->wall_ns - open->wall_ns) / 1e9;
    record->setup_s = (double)trial->setup_ns / 1e9;
    record->jobs_per_s = record->wall_s > 0 ? (double)record->ok / record->wall_s : NAN;
    record->cpu_user_s = (double)(close->cpu_user_us - open->cpu_user_us) / 1e6;
    record->cpu_sys_s = (double)(close->cpu_sys_us - open->cpu_sys_us) / 1e6;
    record->cpu_us_per_job = cpu_us / (double)trial->spec->settings.jobs;
    record->ctx_voluntary = close->ctx_voluntary - open->ctx_voluntary;
    record->ctx_involuntary = close->ctx_involuntary - open->ctx_involuntary;
    if (open->server_cpu_ns >= 0 && close->server_cpu_ns >= 0)
        record->server_cpu_s = (double)(close->server_cpu_ns - open->server_cpu_ns) / 1e9;
    set_latencies(record, trial);
    if (trial->intended_ns)
        open_loop_set(record, trial);
}

static void set_identity(struct trial_record *record, const struct trial_spec *spec)
{
    const struct runner *runner = runner_find(spec->runner);
    const struct workload *workload = workload_find(spec->settings.workload);
    record->run = strdup(spec->run);
    record->cell = strdup(spec->cell);
    record->block = spec->block;
    record->position = spec->position;
    record->workload = strdup(spec->settings.workload);
    record->params = strdup(spec->params);
    record->runner = strdup(spec->runner);
    record->concurrency = runner && runner->concurrent ? spec->settings.concurrency : 1;
    if (workload && workload->transfers)
        record->connections = strdup(spec->settings.connections);
    record->cpus = strdup(spec->client_cpus ? spec->client_cpus : "");
    record->jobs = spec->settings.jobs;
    if (spec->settings.rate > 0)
        record->offered_per_s = (double)spec->settings.rate;
    record->flags = strdup("");
}

static void set_flags(struct trial_record *record, const struct trial *trial)
{
    if (!trial->outcome.stacks_parked)
        return;
    free(record->flags);
    record->flags = strdup("stacks_parked");
}

static json_t *begin_line(struct trial_record *record, json_t *failures, json_t *held)
{
    json_t *line = record_to_json(trial_fields, record);
    if (!line) {
        json_decref(failures);
        json_decref(held);
        return NULL;
    }
    struct timespec now;
    struct tm utc;
    char started[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(started + used, sizeof(started) - used, ".%03ldZ", now.tv_nsec / 1000000);
    json_object_set_new(line, "type", json_string("trial"));
    json_object_set_new(line, "started", json_string(started)); /* the parent puts the true start in */
    json_object_set_new(line, "failures", failures);
    json_object_set_new(line, "held", held);
    json_object_set_new(line, "server", json_null());
    return line;
}

static int write_line(json_t *line, FILE *out)
{
    int error = line ? json_dumpf(line, out, JSON_COMPACT) : -1;
    json_decref(line);
    return error < 0 || fputc('\n', out) == EOF ? -1 : 0;
}

/* The last figure to be read, after all that takes memory, writing included: so it is what one sees who looks at the
 * process from outside, such as time(1). */
static void set_memory(json_t *line)
{
    free(json_dumps(line, JSON_COMPACT));
    int64_t kib = process_rss_peak_kib();
    if (kib >= 0)
        json_object_set_new(line, "rss_peak_kib", json_integer(kib));
}

/* What is known from inside, for a trial that is run by hand: a run sees the whole process, and puts that in. */
static void set_process(json_t *line)
{
    struct rusage usage;
    int64_t age_ns = process_age_ns();
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        json_object_set_new(line, "proc_user_s",
                            json_real((double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6));
        json_object_set_new(line, "proc_sys_s",
                            json_real((double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6));
    }
    if (age_ns >= 0)
        json_object_set_new(line, "proc_wall_s", json_real((double)age_ns / 1e9));
}

static void write_samples(const struct trial *trial, FILE *out)
{
    int64_t jobs = trial->spec->settings.jobs;
    int64_t step = trial->spec->all_samples ? 1 : (jobs + SAMPLES_MOST - 1) / SAMPLES_MOST;
    json_t *head = json_pack("{s:s, s:o, s:s, s:I, s:I}", "type", "sample", "cell",
                             record_json_text(trial->spec->cell, RECORD_NAME_BYTES), "runner", trial->spec->runner,
                             "block", (json_int_t)trial->spec->block, "jobs", (json_int_t)jobs);
    char *text = json_dumps(head, JSON_COMPACT);
    json_decref(head);
    if (!text)
        return;
    text[strlen(text) - 1] = '\0'; /* a million small JSON objects would only be made to be printed: print them */
    fprintf(out, "%s,\"samples\":[", text);
    free(text);
    for (int64_t i = 0; i < jobs; i += step) {
        const struct job_result *result = &trial->results[i];
        fprintf(out, "%s[%" PRId64 ",%" PRId64 ",%d,%d]", i ? "," : "", result->start_ns - trial->open.wall_ns,
                result->end_ns - trial->open.wall_ns, result->worker, result->error == JOB_OK);
    }
    fputs("],\"intended\":", out);
    for (int64_t i = 0; trial->intended_ns && i < jobs; i += step)
        fprintf(out, "%s%" PRId64, i ? "," : "[", trial->intended_ns[i]);
    fputs(trial->intended_ns ? "]}\n" : "null}\n", out);
}

/* Why the pool did not run: the system call, and how far it got. */
static char *pool_reason(const struct trial *trial)
{
    char *text = NULL;
    int n;
    if (trial->outcome.started < trial->worker_count)
        n = asprintf(&text, "%s: %s after %u of %u workers",
                     trial->outcome.loop_refused ? "the event loop" : trial->runner->sched->worker_call,
                     strerror(-trial->pool_error), trial->outcome.started, trial->worker_count);
    else
        n = asprintf(&text, "a worker could not be made ready: %s", strerror(-trial->pool_error));
    return n < 0 ? NULL : text;
}

int trial_write(struct trial *trial, FILE *out, struct failure *ret_failure)
{
    struct trial_record record;
    record_init(trial_fields, &record);
    set_identity(&record, trial->spec);
    set_flags(&record, trial);
    record.warmup_requests = trial->warmups;
    record.threads_peak = trial->threads_peak;
    json_t *failures = json_array();
    if (trial->pool_error) {
        record.ok = record.failed = 0;
        record.state = strdup(trial->outcome.started < trial->worker_count ? "unsupported" : "failed");
        record.reason = pool_reason(trial);
    } else {
        count_results(&record, trial, failures);
        set_measured(&record, trial);
    }
    json_t *held = held_json();
    json_object_set_new(held, "curl_options",
                        trial->workload->held ? trial->workload->held(trial->state) : json_null());
    json_t *line = begin_line(&record, failures, held);
    set_process(line);
    set_memory(line);
    int error = write_line(line, out);
    if (!error && !trial->pool_error)
        write_samples(trial, out);
    record_finish(trial_fields, &record);
    if (error < 0 || fflush(out) == EOF || ferror(out))
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write the result: %s", strerror(errno));
    return 0;
}

int trial_write_failure(const struct trial_spec *spec, const struct failure *failure, FILE *out)
{
    struct trial_record record;
    record_init(trial_fields, &record);
    set_identity(&record, spec);
    record.ok = record.failed = 0;
    record.state = strdup("failed");
    record.reason = strdup(failure->text);
    json_t *held = held_json();
    json_object_set_new(held, "curl_options", json_null());
    int error = write_line(begin_line(&record, json_array(), held), out);
    record_finish(trial_fields, &record);
    return error;
}
