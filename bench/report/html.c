/* report.html: one page that needs nothing but itself. */
#include <stdlib.h>
#include <string.h>
#include "../data_path.h"
#include "atomic_file.h"
#include "html_parts.h"
#include "html_text.h"
#include "report.h"

#define STYLE_FILE       "scripts/report/page.css"
#define MOST_STYLE_BYTES (256u << 10)

static char *read_style(struct failure *ret_failure)
{
    size_t size;
    char *path = data_path(STYLE_FILE);
    if (!path) {
        failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot find %s; IORACE_DATADIR can say where it is", STYLE_FILE);
        return NULL;
    }
    char *style = html_read_file(path, MOST_STYLE_BYTES, &size, ret_failure);
    free(path);
    return style;
}

static const char *run_text(const struct run_data *run, const char *key)
{
    return json_string_value(json_object_get(run->run, key));
}

static void write_head(FILE *out, const struct run_data *run, const char *style)
{
    const char *title = run_text(run, "title");
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          /* The page promises to fetch and run nothing; this makes a browser keep the promise. */
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "img-src data:\">\n<title>",
          out);
    html_text(out, title ? title : run_text(run, "scenario"));
    fputs(" \u2013 iorace</title>\n<style>\n", out);
    fputs(style, out);
    fputs("</style>\n</head>\n", out);
}

static void write_sentences(FILE *out, const char *sentences)
{
    fputs("<div class=\"lead\">\n", out);
    if (!sentences[0])
        fputs("<p>No runner can be told from another by these figures.</p>\n", out);
    for (const char *p = sentences; *p;) {
        size_t length = strcspn(p, "\n");
        char *line = strndup(p, length);
        fputs("<p>", out);
        html_text(out, line);
        fputs("</p>\n", out);
        free(line);
        p += length + (p[length] == '\n');
    }
    fputs("</div>\n", out);
}

/* "2026-01-31 12:00 UTC" from the stored form, and anything else as it is. */
static void write_started(FILE *out, const char *started)
{
    if (strlen(started) == strlen("2026-01-31T12:00:00Z") && started[10] == 'T') {
        char text[40];
        snprintf(text, sizeof(text), "%.10s %.5s UTC", started, started + 11);
        html_text(out, text);
    } else {
        html_text(out, started);
    }
}

static void write_title(FILE *out, const struct run_data *run, const char *sentences)
{
    const char *title = run_text(run, "title"), *started = run_text(run, "started");
    fputs("<header>\n<p class=\"kicker\">iorace &middot; ", out);
    html_text(out, run_text(run, "scenario"));
    fputs(" &middot; <time>", out);
    write_started(out, started);
    fputs("</time></p>\n<h1>", out);
    html_text(out, title ? title : run_text(run, "scenario"));
    fputs("</h1>\n", out);
    if (run->partial)
        fputs("<p class=\"alarm\">This run was stopped early; what follows is what it had.</p>\n", out);
    write_sentences(out, sentences);
    fputs("</header>\n", out);
}

static void write_warnings(FILE *out, const struct report_tables *tables)
{
    if (tables->warning_count == 0)
        return;
    fputs("<h2>Warnings</h2>\n<ul class=\"warnings\">\n", out);
    for (size_t i = 0; i < tables->warning_count; i++) {
        fputs("<li>", out);
        html_text(out, tables->warnings[i]);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void write_page(FILE *out, const struct run_data *run, const char *style, const char *sentences,
                       const struct report_tables *tables)
{
    write_head(out, run, style);
    fputs("<body>\n<main>\n", out);
    write_title(out, run, sentences);
    fputs("<h2>Results</h2>\n", out);
    html_write_tables(out, tables);
    html_write_charts(out, run);
    write_warnings(out, tables);
    html_write_environment(out, run);
    html_write_reproduction(out, run);
    fputs("</main>\n</body>\n</html>\n", out);
}

int report_write_html(const struct run_data *run, struct failure *ret_failure)
{
    struct report_tables tables;
    struct atomic_file file = {0};
    char *style = read_style(ret_failure);
    if (!style)
        return -1;
    if (report_tables_make(&tables, run, ret_failure) != 0) {
        free(style);
        return -1;
    }
    int result = -1;
    char *sentences = report_sentences(run);
    if (!sentences) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    } else if (atomic_file_open(&file, run->dir, "report.html", ret_failure) == 0) {
        write_page(file.stream, run, style, sentences, &tables);
        result = atomic_file_commit(&file, ret_failure);
    }
    free(sentences);
    report_tables_finish(&tables);
    free(style);
    return result;
}
