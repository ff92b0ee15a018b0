/* report.html: one page that needs nothing but itself. */
#include <stdlib.h>
#include <string.h>
#include "../../data_path.h"
#include "../../text_stream.h"
#include "../../output/atomic_file.h"
#include "html_parts.h"
#include "../../output/html_text.h"
#include "../labels.h"
#include "../report.h"
#include "../reproduce.h"
#include "../../output/sha256.h"

#define STYLE_FILE      "scripts/report/page.css"
#define SCRIPT_FILE     "scripts/report/replay.js"
#define MOST_PART_BYTES (256u << 10)

/* What a page is made of, beside the run itself. */
struct page {
    const struct run_data *run;
    struct report_tables tables;
    struct replay replay;
    char *style, *script, *sentences;
    char *charts; /**< their part of the page; "" without any */
};

static char *read_part(const char *file, struct failure *ret_failure)
{
    size_t size;
    char *path = data_path(file);
    if (!path) {
        failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot find %s; IORACE_DATADIR can say where it is", file);
        return NULL;
    }
    char *text = html_read_file(path, MOST_PART_BYTES, &size, ret_failure);
    free(path);
    return text;
}

static const char *run_text(const struct run_data *run, const char *key)
{
    return json_string_value(json_object_get(run->run, key));
}

static void write_hash(FILE *out, const char *kind, const char *text)
{
    unsigned char hash[SHA256_BYTES];
    if (sha256(hash, text, strlen(text)) < 0) { /* better a page with less of a promise than none */
        fprintf(out, "; %s 'unsafe-inline'", kind);
        return;
    }
    fprintf(out, "; %s 'sha256-", kind);
    html_base64(out, hash, sizeof(hash));
    fputs("'", out);
}

/*
 * The page promises to fetch nothing and to run nothing but its own script; this makes a browser keep the promise. Both
 * are named by their hashes, since 'unsafe-inline' would also let in whatever slipped through html_text.
 */
static void write_policy(FILE *out, const struct page *page)
{
    fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; "
          "form-action 'none'; img-src data:",
          out);
    write_hash(out, "style-src", page->style);
    if (page->replay.count > 0)
        write_hash(out, "script-src", page->script);
    fputs("\">\n", out);
}

static void write_head(FILE *out, const struct page *page)
{
    const struct run_data *run = page->run;
    char *title = label_run(run);
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n",
          out);
    write_policy(out, page);
    fputs("<title>", out);
    html_text(out, title);
    free(title);
    fputs(" \u2013 iorace</title>\n<style>", out);
    fputs(page->style, out);
    fputs("</style>\n</head>\n", out);
}

/* What a sentence speaks of, "Downloads (200 pages, 200 at once)", stands above what is said of it. */
static void write_sentence(FILE *out, char *sentence)
{
    char *said = strstr(sentence, "): ");
    fputs("<p>", out);
    if (said) {
        said[1] = '\0';
        fputs("<strong>", out);
        html_prose(out, sentence);
        fputs(":</strong> ", out);
        said += strlen("): ");
    }
    html_prose(out, said ? said : sentence);
    fputs("</p>\n", out);
}

static void write_sentences(FILE *out, const char *sentences)
{
    fputs("<div class=\"lead\">\n", out);
    for (const char *p = sentences; *p;) {
        size_t length = strcspn(p, "\n");
        char *line = strndup(p, length);
        if (line)
            write_sentence(out, line);
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

static void write_title(FILE *out, const struct page *page)
{
    const struct run_data *run = page->run;
    const char *sentences = page->sentences;
    const char *scenario = run_text(run, "scenario"), *started = run_text(run, "started");
    char *title = label_run(run);
    fputs("<header>\n<p class=\"kicker\">iorace &middot; ", out);
    if (strcmp(scenario, "custom") != 0) {
        html_text(out, scenario);
        fputs(report_is_quick(run) ? ", quick: fewer or shorter jobs than in a full run &middot; " : " &middot; ", out);
    }
    fputs("<time>", out);
    write_started(out, started);
    fputs("</time></p>\n<h1>", out);
    html_text(out, title);
    free(title);
    fputs("</h1>\n", out);
    if (run->partial)
        fputs("<p class=\"alarm\">This run was stopped early; what follows is what it had.</p>\n", out);
    for (size_t i = 0; i < page->tables.failure_count; i++) {
        fputs("<p class=\"alarm\">", out);
        html_text(out, page->tables.warnings[i]);
        fputs("</p>\n", out);
    }
    write_sentences(out, sentences[0] ? sentences : report_why_silent(run));
    fputs("</header>\n", out);
}

static void write_warnings(FILE *out, const struct report_tables *tables)
{
    if (tables->warning_count == tables->failure_count)
        return;
    fprintf(out,
            "<section class=\"warnings\" aria-labelledby=\"warnings-heading\">\n"
            "<h2 id=\"warnings-heading\">%s</h2>\n<ul>\n",
            tables->has_figures ? "Before you believe these figures" : "There are no figures");
    for (size_t i = tables->failure_count; i < tables->warning_count; i++) {
        fputs("<li>", out);
        html_prose(out, tables->warnings[i]);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n</section>\n", out);
}

static void write_contents(FILE *out, const struct page *page)
{
    fputs("<nav class=\"contents\" aria-label=\"Contents\"><a href=\"#results\">Results</a>", out);
    if (page->replay.count > 0)
        fputs(" <a href=\"#replay\">Replay</a>", out);
    if (page->charts[0])
        fputs(" <a href=\"#charts\">Charts</a>", out);
    fputs(" <a href=\"#environment\">Environment</a> <a href=\"#reproduce\">How to reproduce</a></nav>\n", out);
}

/* Returns 0 or -1 (memory). */
static int write_page(FILE *out, const struct page *page)
{
    write_head(out, page);
    fputs("<body>\n<main>\n", out);
    write_title(out, page);
    write_contents(out, page);
    write_warnings(out, &page->tables);
    fputs("<section id=\"results\">\n<h2>Results</h2>\n", out);
    html_write_tables(out, &page->tables);
    fputs("</section>\n", out);
    if (html_write_replay(out, &page->replay, page->script) != 0)
        return -1;
    fputs(page->charts, out);
    html_write_environment(out, page->run);
    html_write_reproduction(out, page->run);
    fputs("</main>\n</body>\n</html>\n", out);
    return 0;
}

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

/* Returns NULL: out of memory. */
static char *make_charts(const struct run_data *run)
{
    char *text = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    html_write_charts(out, run);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Collect what the page is made of. Returns 0 or -1; page_finish frees it either way. */
static int page_make(struct page *page, const struct run_data *run, struct failure *ret_failure)
{
    *page = (struct page){.run = run};
    if (replay_make(&page->replay, run) != 0)
        return no_memory(ret_failure);
    if (!(page->style = read_part(STYLE_FILE, ret_failure)) ||
        (page->replay.count > 0 && !(page->script = read_part(SCRIPT_FILE, ret_failure))) ||
        report_tables_make(&page->tables, run, ret_failure) != 0)
        return -1;
    page->sentences = report_sentences(run);
    page->charts = make_charts(run);
    return page->sentences && page->charts ? 0 : no_memory(ret_failure);
}

static void page_finish(struct page *page)
{
    free(page->charts);
    free(page->sentences);
    if (page->tables.pool)
        report_tables_finish(&page->tables);
    replay_finish(&page->replay);
    free(page->script);
    free(page->style);
}

int report_write_html(const struct run_data *run, struct failure *ret_failure)
{
    struct page page;
    struct atomic_file file = {0};
    int result = page_make(&page, run, ret_failure);
    if (result == 0)
        result = atomic_file_open(&file, run->dir, "report.html", ret_failure);
    if (result == 0 && write_page(file.stream, &page) != 0) {
        atomic_file_abandon(&file);
        result = no_memory(ret_failure);
    }
    if (result == 0)
        result = atomic_file_commit(&file, ret_failure);
    page_finish(&page);
    return result;
}
