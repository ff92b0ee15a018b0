/* The machine, the build, and how to make such a run again. */
#include <inttypes.h>
#include <stdlib.h>
#include "../record/record.h"
#include "html_parts.h"
#include "html_text.h"
#include "reproduce.h"

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
    {"thp", "Transparent huge pages"},
    {"aslr", "Address randomisation"},
    {"nofile_soft", "Descriptors, soft limit"},
    {"nofile_hard", "Descriptors, hard limit"},
    {"somaxconn", "Listen backlog limit"},
    {"port_range", "Local ports"},
    {"timer_slack_ns", "Timer slack, ns"},
    {"compiler", "Compiler"},
    {"cflags", "Compiler flags"},
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
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
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

static void write_row(FILE *out, const struct run_data *run, const char *key, const char *label)
{
    const json_t *value = json_object_get(run->env, key);
    const char *reason = json_string_value(json_object_get(json_object_get(run->env, "unknown"), key));
    fprintf(out, "<tr><th scope=\"row\">%s</th><td>", label);
    write_value(out, value);
    if (reason && (!value || json_is_null(value))) {
        fputs(" (", out);
        html_text(out, reason);
        fputs(")", out);
    }
    fputs("</td></tr>\n", out);
}

void html_write_environment(FILE *out, const struct run_data *run)
{
    if (!json_is_object(run->env))
        return;
    fputs("<section id=\"environment\">\n<h2>Environment</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Environment\">"
          "<table class=\"facts\"><tbody>\n",
          out);
    for (size_t i = 0; i < sizeof(env_labels) / sizeof(env_labels[0]); i++)
        write_row(out, run, env_labels[i][0], env_labels[i][1]);
    fputs("</tbody></table></div>\n</section>\n", out);
}

void html_write_reproduction(FILE *out, const struct run_data *run)
{
    char *command = report_command_line(run);
    fputs("<section id=\"reproduce\">\n<h2>How to reproduce</h2>\n<pre class=\"scroll\" tabindex=\"0\"><code>", out);
    html_text(out, command);
    free(command);
    fputs("</code></pre>\n<p class=\"note\">", out);
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
