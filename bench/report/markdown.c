/* A run's result for a pull request: what the page says, without what Markdown has no place for. */
#include <stdlib.h>
#include <string.h>
#include "../output/atomic_file.h"
#include "labels.h"
#include "../output/markdown_text.h"
#include "report.h"
#include "reproduce.h"
#include "tables/markdown.h"

static const char *run_text(const struct run_data *run, const char *key)
{
    return json_string_value(json_object_get(run->run, key));
}

static const char *env_text(const struct run_data *run, const char *key)
{
    return json_string_value(json_object_get(run->env, key));
}

static void write_title(FILE *out, const struct run_data *run)
{
    char *title = label_run(run);
    const char *scenario = run_text(run, "scenario");
    fputs("## ", out);
    markdown_text(out, title);
    free(title);
    fputs("\n\niorace, ", out);
    if (strcmp(scenario, "custom") != 0) {
        fputs("scenario ", out);
        markdown_text(out, scenario);
        fputs(", ", out);
    }
    markdown_text(out, run_text(run, "started"));
    fputs("\n\n", out);
    if (run->partial)
        fputs("**This run was stopped early; what follows is what it had.**\n\n", out);
}

static void write_sentences(FILE *out, const char *sentences)
{
    for (const char *p = sentences; *p;) {
        size_t length = strcspn(p, "\n");
        char *line = strndup(p, length);
        fputs("- ", out);
        markdown_text(out, line);
        putc('\n', out);
        free(line);
        p += length + (p[length] == '\n');
    }
    putc('\n', out);
}

/* Those that say what failed stand above what was found, the others below. */
static void write_warnings(FILE *out, const char *const *warnings, size_t count)
{
    if (count == 0)
        return;
    fputs("> [!WARNING]\n", out);
    for (size_t i = 0; i < count; i++) {
        fputs("> - ", out);
        markdown_text(out, warnings[i]);
        putc('\n', out);
    }
    putc('\n', out);
}

/* Where it ran: what is known of it, in a line. */
static void write_machine(FILE *out, const struct run_data *run)
{
    const char *cpu = env_text(run, "cpu_model"), *kernel = env_text(run, "kernel");
    const char *virtualisation = env_text(run, "virtualisation"), *sanitizers = env_text(run, "sanitizers");
    json_int_t cpus = json_integer_value(json_object_get(run->env, "cpus_online"));
    if (cpu) {
        markdown_text(out, cpu);
        fputs(", ", out);
    }
    if (cpus > 0)
        fprintf(out, "%lld CPU%s, ", (long long)cpus, cpus == 1 ? "" : "s");
    if (virtualisation && strcmp(virtualisation, "none") != 0) {
        fputs("virtual machine (", out);
        markdown_text(out, virtualisation);
        fputs("), ", out);
    }
    fputs("Linux ", out);
    markdown_text(out, kernel ? kernel : "of unknown version");
    if (sanitizers && strcmp(sanitizers, "none") != 0)
        fputs(", built with sanitizers: not for timing", out);
    fputs(".\n", out);
}

static void write_reproduction(FILE *out, const struct run_data *run)
{
    char *command = report_command_line(run);
    const char *commit = env_text(run, "git_commit");
    fputs("<details><summary>How to reproduce, and where it ran</summary>\n\n", out);
    markdown_code_block(out, "sh", command);
    free(command);
    putc('\n', out);
    if (commit) {
        fputs("At commit ", out);
        markdown_text(out, commit);
        fputs(json_is_true(json_object_get(run->env, "git_dirty")) ? ", with uncommitted changes. " : ". ", out);
    }
    write_machine(out, run);
    fputs("\n</details>\n", out);
}

static void write_all(FILE *out, const struct run_data *run, const struct report_tables *tables, const char *sentences)
{
    size_t failures = tables->failure_count;
    write_title(out, run);
    write_warnings(out, tables->warnings, failures);
    write_sentences(out, sentences[0] ? sentences : report_why_silent(run));
    write_warnings(out, tables->warnings + failures, tables->warning_count - failures);
    for (size_t i = 0; i < tables->count; i++)
        tables_markdown_table(out, &tables->tables[i]);
    if (tables->legend[0]) {
        markdown_text(out, tables->legend);
        fputs("\n\n", out);
    }
    write_reproduction(out, run);
}

int report_print_markdown(const struct run_data *run, FILE *out, struct failure *ret_failure)
{
    struct report_tables tables;
    if (report_tables_make(&tables, run, ret_failure) != 0)
        return -1;
    char *sentences = report_sentences(run);
    if (sentences)
        write_all(out, run, &tables, sentences);
    report_tables_finish(&tables);
    if (!sentences)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    free(sentences);
    return 0;
}

int report_write_markdown(const struct run_data *run, const char *path, struct failure *ret_failure)
{
    struct atomic_file file = {0};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!name[0])
        return failure_set(ret_failure, EXIT_USAGE, "%s: wanted the name of a file", path);
    char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!dir)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    int result = atomic_file_open(&file, dir, name, ret_failure);
    free(dir);
    if (result == 0 && (result = report_print_markdown(run, file.stream, ret_failure)) != 0)
        atomic_file_abandon(&file);
    return result == 0 ? atomic_file_commit(&file, ret_failure) : -1;
}
