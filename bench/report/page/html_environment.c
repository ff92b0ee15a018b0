/* The machine, the build, and how to make such a run again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../../record/record.h"
#include "html_parts.h"
#include "../../output/html_text.h"
#include "../reproduce.h"

static const char *const env_labels[][2] = {
    {"cpu_model", "CPU"},
    {"cpus_online", "CPUs online"},
    {"affinity", "CPUs allowed"},
    {"client_cpus", "CPUs of the jobs"},
    {"server_cpus", "CPUs of the test server"},
    {"server", "Test server"},
    {"cgroup_cpu_quota", "CPU quota"},
    {"governor", "Frequency governor"},
    {"turbo", "Turbo"},
    {"virtualisation", "Virtualisation"},
    {"architecture", "Architecture"},
    {"kernel", "Kernel"},
    {"clocksource", "Clock source"},
    {"load_before", "Load before (1, 5, 15 min)"},
    {"load_after", "Load after (1, 5, 15 min)"},
    {"thp", "Transparent huge pages"},
    {"aslr", "Address randomisation"},
    {"nofile_soft", "Descriptors, soft limit"},
    {"nofile_hard", "Descriptors, hard limit"},
    {"somaxconn", "Listen backlog limit"},
    {"port_range", "Local ports"},
    {"timer_slack_ns", "Timer slack"},
    {"compiler", "Compiler"},
    {"cflags", "Extra compiler flags"},
    {"build_type", "Build type"},
    {"sanitizers", "Sanitizers"},
    {"context", "Context switch"},
    {"stack_guard", "Stack guard"},
    {"libcurl", "libcurl"},
    {"libev", "libev"},
    {"gnuplot", "gnuplot"},
    {"git_commit", "Commit"},
    {"git_dirty", "Uncommitted changes"},
    {"binary_sha256", "Binary, SHA-256"},
};

/* 1234567 as "1,234,567": a limit is read, not copied. */
static void write_integer(FILE *out, json_int_t number)
{
    char digits[32];
    int length = snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, number);
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
            putc(',', out);
        putc(digits[i], out);
    }
}

static void write_value(FILE *out, const json_t *value)
{
    char number[RECORD_REAL_SIZE];
    size_t i;
    const json_t *item;
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        html_text(out, json_string_length(value) > 0 ? json_string_value(value) : "none");
        break;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        fputs(record_format_real(number, json_real_value(value)), out);
        break;
    case JSON_TRUE:
        fputs("yes", out);
        break;
    case JSON_FALSE:
        fputs("no", out);
        break;
    case JSON_ARRAY:
        json_array_foreach(value, i, item)
        {
            fputs(i ? ", " : "", out);
            if (!json_is_array(item)) /* no deeper: our own are flat */
                write_value(out, item);
        }
        break;
    default:
        fputs("unknown", out);
    }
}

/* Returns whether it is one of those that are said in words of their own. */
static bool write_in_words(FILE *out, const json_t *env, const char *key, const json_t *value, const char *reason)
{
    bool of_server = strcmp(key, "server") == 0 || strcmp(key, "server_cpus") == 0;
    if (json_is_null(value) && reason && strcmp(reason, "no limit is set") == 0) { /* that is known */
        fputs("none", out);
    } else if (of_server && json_is_null(value) && json_is_null(json_object_get(env, "server")) && !reason) {
        /* No job asked it for anything. */
        fputs("none (not needed)", out);
    } else if (strcmp(key, "port_range") == 0 && json_array_size(value) == 2) { /* numbers of ports take no commas */
        fprintf(out, "%" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT, json_integer_value(json_array_get(value, 0)),
                json_integer_value(json_array_get(value, 1)));
    } else if (strcmp(key, "timer_slack_ns") == 0 && json_is_integer(value)) {
        write_integer(out, json_integer_value(value));
        fputs(" ns (each run of jobs sets 1)", out);
    } else {
        return false;
    }
    return true;
}

static void write_row(FILE *out, const struct run_data *run, const char *key, const char *label)
{
    bool at_the_end = strcmp(key, "load_after") == 0;
    const json_t *value = json_object_get(at_the_end ? run->end : run->env, key);
    const char *reason = json_string_value(json_object_get(json_object_get(run->env, "unknown"), key));
    if (at_the_end && !json_is_array(value)) /* it was stopped before */
        return;
    fprintf(out, "<tr><th scope=\"row\">%s</th><td>", label);
    if (!write_in_words(out, run->env, key, value, reason)) {
        write_value(out, value);
        if (reason && (!value || json_is_null(value))) {
            fputs(" (", out);
            html_text(out, reason);
            fputs(")", out);
        }
    }
    fputs("</td></tr>\n", out);
}

void html_write_environment(FILE *out, const struct run_data *run)
{
    if (!json_is_object(run->env))
        return;
    fputs("<section id=\"environment\">\n<h2>Environment</h2>\n<table class=\"facts\"><tbody>\n", out);
    for (size_t i = 0; i < sizeof(env_labels) / sizeof(env_labels[0]); i++)
        write_row(out, run, env_labels[i][0], env_labels[i][1]);
    fputs("</tbody></table>\n</section>\n", out);
}

/* Each word by itself: a browser would rather end a line behind an option's dashes than at a blank (page.css). */
static void write_command(FILE *out, const char *command)
{
    for (const char *p = command; *p;) {
        size_t length = strcspn(p, " \n");
        char *word = strndup(p, length);
        fputs("<span>", out);
        html_text(out, word);
        fputs("</span>", out);
        free(word);
        for (p += length; *p == ' ' || *p == '\n'; p++)
            putc(*p, out);
    }
}

void html_write_reproduction(FILE *out, const struct run_data *run)
{
    char *command = report_command_line(run);
    fputs("<section id=\"reproduce\">\n<h2>How to reproduce</h2>\n<pre><code>", out);
    if (command)
        write_command(out, command);
    free(command);
    fputs("</code></pre>\n<p class=\"note\">", out);
    const char *scenario = report_own_scenario(run);
    if (scenario) {
        fputs("The scenario <code>", out);
        html_text(out, scenario);
        fputs("</code> is a file of whoever ran it and is not in this page: the command needs it. ", out);
    }
    const char *commit = json_string_value(json_object_get(run->env, "git_commit"));
    if (commit) {
        fputs("At commit <code>", out);
        html_text(out, commit);
        fputs(json_is_true(json_object_get(run->env, "git_dirty")) ? "</code>, with uncommitted changes. "
                                                                   : "</code>. ",
              out);
    }
    fputs("The figures behind every table and chart are in <code>run.ndjson</code>, <code>trials.csv</code> and "
          "<code>summary.csv</code> beside this page.</p>\n</section>\n",
          out);
}
