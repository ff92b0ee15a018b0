/* What is written of a run: files that appear whole or not at all, CSV for a spreadsheet, a page that is inert. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../output/atomic_file.h"
#include "../output/markdown_text.h"
#include "../report/report.h"
#include "fixtures/made_up_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = made_up_directory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    made_up_remove(dir);
    free(dir);
    return 0;
}

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *stream = opendir(path);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    return count;
}

static void assert_holds(const char *name, const char *wanted)
{
    char *text = made_up_slurp(dir, name);
    assert_string_equal(text, wanted);
    free(text);
}

static void assert_failed(const struct failure *failure, const char *name, const char *why)
{
    char wanted[4200];
    snprintf(wanted, sizeof(wanted), "cannot write %s/%s: %s", dir, name, why);
    assert_string_equal(failure->text, wanted);
    assert_int_equal(failure->status, EXIT_JOBS_FAILED);
}

static void a_file_appears_when_it_is_committed(void **state)
{
    (void)state;
    struct atomic_file file;
    made_up_write(dir, "x", "old", 3);
    assert_int_equal(atomic_file_open(&file, dir, "x", NULL), 0);
    fputs("new", file.stream);
    fflush(file.stream);
    assert_holds("x", "old");
    assert_int_equal(atomic_file_commit(&file, NULL), 0);
    assert_holds("x", "new");
    assert_int_equal(count_entries(dir), 1);
    atomic_file_abandon(&file); /* closed already: nothing */
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    (void)state;
    struct atomic_file file = {0};
    atomic_file_abandon(&file);
    made_up_write(dir, "x", "old", 3);
    assert_int_equal(atomic_file_open(&file, dir, "x", NULL), 0);
    fputs("new", file.stream);
    atomic_file_abandon(&file);
    assert_holds("x", "old");
    assert_int_equal(count_entries(dir), 1);
}

/* The link is replaced; what it points to belongs to somebody else. */
static void a_symbolic_link_is_not_followed(void **state)
{
    (void)state;
    char path[4200];
    struct stat status;
    struct atomic_file file;
    made_up_write(dir, "theirs", "theirs", 6);
    snprintf(path, sizeof(path), "%s/x", dir);
    assert_int_equal(symlink("theirs", path), 0);
    assert_int_equal(atomic_file_open(&file, dir, "x", NULL), 0);
    fputs("mine", file.stream);
    assert_int_equal(atomic_file_commit(&file, NULL), 0);
    assert_holds("theirs", "theirs");
    assert_holds("x", "mine");
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
}

static void where_it_cannot_be_written_it_says_why(void **state)
{
    (void)state;
    struct atomic_file file;
    struct failure failure = {0};
    char path[4200];
    snprintf(path, sizeof(path), "%s/missing", dir);
    assert_int_equal(atomic_file_open(&file, path, "x", &failure), -1);
    assert_failed(&failure, "missing/x", "No such file or directory");
    assert_null(file.stream);

    made_up_write(dir, "file", "", 0);
    snprintf(path, sizeof(path), "%s/file", dir);
    assert_int_equal(atomic_file_open(&file, path, "x", &failure), -1);
    assert_failed(&failure, "file/x", "Not a directory");

    snprintf(path, sizeof(path), "%s/directory", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(atomic_file_open(&file, dir, "directory", &failure), 0);
    assert_int_equal(atomic_file_commit(&file, &failure), -1);
    assert_failed(&failure, "directory", "Is a directory");
    assert_int_equal(count_entries(dir), 2);
    assert_int_equal(atomic_file_commit(&file, &failure), -1); /* not open */
}

static void a_directory_that_is_read_only(void **state)
{
    (void)state;
    struct atomic_file file;
    struct failure failure = {0};
    bool root = geteuid() == 0;
    assert_int_equal(chmod(dir, 0555), 0);
    if (root && seteuid(65534) != 0) {
        print_message("skipped: root may write everywhere\n");
        skip();
    }
    int result = atomic_file_open(&file, dir, "x", &failure);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(result, -1);
    chmod(dir, 0700);
    assert_failed(&failure, "x", "Permission denied");
}

/* A full disk, played by a limit on the size of files: met in the middle of writing, or only by the last flush. */
static void a_write_that_fails_is_named_and_the_old_file_stays(void **state)
{
    (void)state;
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    made_up_write(dir, "x", "old", 3);
    for (int bytes = 1001; bytes < 200000; bytes *= 190) {
        struct atomic_file file;
        struct failure failure = {0};
        assert_int_equal(atomic_file_open(&file, dir, "x", &failure), 0);
        setrlimit(RLIMIT_FSIZE, &small);
        for (int i = 0; i < bytes; i++)
            putc('a', file.stream);
        int result = atomic_file_commit(&file, &failure);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(result, -1);
        assert_failed(&failure, "x", "File too large");
        assert_holds("x", "old");
        assert_int_equal(count_entries(dir), 1);
    }
}

static const struct made_up_lane hostile[] = {
    {.cell = "=cmd|' /C calc'!A0", .runner = "serial", .wall_s = 1, .params = "a,\"b\""},
    {.cell = "=cmd|' /C calc'!A0",
     .runner = "<script>alert(1)</script>",
     .wall_s = 0.1,
     .params = "a,\"b\"",
     .state = "failed",
     .reason = "</td><img src=x onerror=alert(2)>\"'&",
     .bad_blocks = 1},
};

static void csv_has_a_row_for_each(void **state)
{
    (void)state;
    struct run_data run;
    struct failure failure = {0};
    made_up_read(&run, hostile, COUNT(hostile), 7);
    if (report_write_csv(&run, &failure) != 0)
        fail_msg("%s", failure.text);
    char *trials = made_up_slurp(run.dir, "trials.csv"), *summary = made_up_slurp(run.dir, "summary.csv");
    size_t rows = 0;
    for (const char *p = trials; *p; p++)
        rows += *p == '\n';
    assert_int_equal(rows, 1 + 14);
    assert_memory_equal(trials, "run,cell,block,position,workload,", 33);
    assert_non_null(
        strstr(trials, "\nmade-up,'=cmd|' /C calc'!A0,1,1,sleep,\"a,\"\"b\"\"\",serial,1,,0,10,10,0,1,,10,5,,,"));
    assert_memory_equal(summary, "cell,workload,params,runner,concurrency,connections,cpus,jobs,trials,wall_s_median,",
                        83);
    assert_non_null(strstr(summary, ",serial,1,,0,10,7,1,1,1,1,1,,,10,5,,20,8192,ok,"));
    free(trials);
    free(summary);
    made_up_finish(&run);
}

static char *make_page(struct run_data *run)
{
    struct failure failure = {0};
    if (report_write_html(run, &failure) != 0)
        fail_msg("%s", failure.text);
    return made_up_slurp(run->dir, "report.html");
}

static void assert_page_lacks(const char *page, const char *unwanted)
{
    if (strcasestr(page, unwanted))
        fail_msg("'%s' is in the page", unwanted);
}

static void the_page_is_inert_and_needs_nothing_else(void **state)
{
    (void)state;
    struct run_data run;
    made_up_read(&run, hostile, COUNT(hostile), 7);
    char *page = make_page(&run);
    assert_memory_equal(page, "<!doctype html>", 15);
    assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_non_null(strstr(page, "&lt;/td&gt;&lt;img src=x onerror=alert(2)&gt;&quot;&#39;&amp;"));
    assert_non_null(strstr(page, "default-src 'none'"));
    assert_non_null(strstr(page, "<span>iorace</span> <span>run</span> <span>--seed</span> <span>1</span></code>"));
    assert_page_lacks(page, "<script");
    assert_page_lacks(page, "<img");
    assert_page_lacks(page, "http://");
    assert_page_lacks(page, "https://");
    assert_page_lacks(page, "url(");
    assert_page_lacks(page, "@import");
    assert_page_lacks(page, ">Charts<");
    free(page);
    made_up_finish(&run);
}

/* A load says nothing of figures that there are not. */
static void without_figures_there_are_none_to_doubt(void **state)
{
    (void)state;
    static const struct made_up_lane fails[] = {{.runner = "threads", .state = "failed", .flags = "disturbed"}},
                                     works[] = {{.runner = "threads", .wall_s = 1, .flags = "disturbed"}};
    struct run_data run;
    for (int failed = 0; failed < 2; failed++) {
        made_up_read(&run, failed ? fails : works, 1, 7);
        json_decref(run.env);
        run.env = json_pack("{s: [s]}", "warnings", "The load was 4 on 2 CPUs.");
        char *page = make_page(&run);
        assert_int_equal(strstr(page, ">Before you believe these figures</h2>") != NULL, !failed);
        assert_int_equal(strstr(page, "The load was") != NULL, !failed);
        assert_int_equal(strstr(page, "7 of 7 runs failed") != NULL, failed);
        free(page);
        made_up_finish(&run);
    }
}

static void charts_are_inside_the_page_in_the_index_order(void **state)
{
    (void)state;
    struct run_data run;
    char path[4200];
    made_up_read(&run, hostile, 1, 7);
    snprintf(path, sizeof(path), "%s/charts", run.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    made_up_write(path, "a.svg", "<svg/>", 6);
    made_up_write(path, "b.svg", "<svg>\n", 6);
    made_up_write(run.dir, "secret.svg", "secret", 6);
    snprintf(path, sizeof(path), "%s/charts/sub", run.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    made_up_write(path, "c.svg", "<svg/>", 6);
    snprintf(path, sizeof(path), "%s/charts", run.dir);
    static const char index[] = "[{\"file\":\"b.svg\",\"title\":\"B <b>\",\"caption\":\"of "
                                "B\"},{\"file\":\"../secret.svg\",\"title\":\"S\",\"caption\":\"\"},"
                                "{\"file\":\"missing.svg\",\"title\":\"M\",\"caption\":\"\"},{\"file\":\"a.svg\","
                                "\"title\":\"A\"},7,{\"file\":[]},"
                                "{\"file\":\"/etc/passwd.svg\"},{\"file\":\"sub/c.svg\"},{\"file\":\".svg\"}]";
    made_up_write(path, "index.json", index, strlen(index));
    char *page = make_page(&run);
    /* base64 of "<svg>\n" and "<svg/>" */
    const char *b = strstr(page, "alt=\"B &lt;b&gt;\" src=\"data:image/svg+xml;base64,PHN2Zz4K\"");
    const char *a = strstr(page, "alt=\"A\" src=\"data:image/svg+xml;base64,PHN2Zy8+\"");
    assert_non_null(a);
    assert_non_null(b);
    assert_true(b < a);
    size_t pictures = 0;
    for (const char *p = page; (p = strstr(p, "<img")); p++)
        pictures++;
    assert_int_equal(pictures, 2);
    free(page);

    made_up_write(path, "index.json", "[{\"file\":\"missing.svg\"}]", 25); /* no chart, no heading */
    page = make_page(&run);
    assert_page_lacks(page, ">Charts<");
    free(page);
    made_up_write(path, "index.json", "[{", 2); /* damaged: the page is made without charts */
    page = make_page(&run);
    assert_page_lacks(page, "<img");
    free(page);
    made_up_finish(&run);
}

/* For phones; never a chart of its own, whether the index lists it or not. */
static void a_chart_s_narrow_form_stands_beside_it(void **state)
{
    (void)state;
    struct run_data run;
    char path[4200];
    made_up_read(&run, hostile, 1, 7);
    snprintf(path, sizeof(path), "%s/charts", run.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    made_up_write(path, "a.svg", "<svg/>", 6);
    made_up_write(path, "a-narrow.svg", "<svg>\n", 6);
    static const char index[] = "[{\"file\":\"a.svg\",\"title\":\"A\"},{\"file\":\"a-narrow.svg\",\"title\":\"N\"}]";
    made_up_write(path, "index.json", index, strlen(index));
    char *page = make_page(&run);
    assert_non_null(strstr(page, "<source media=\"(max-width: 78rem)\" "
                                 "srcset=\"data:image/svg+xml;base64,PHN2Zz4K\">"
                                 "<img alt=\"A\" src=\"data:image/svg+xml;base64,PHN2Zy8+\">"));
    assert_page_lacks(page, "alt=\"N\"");
    free(page);
    made_up_finish(&run);
}

static const char markdown_of_hostile[] =
    "## A made-up run\n\n"
    "iorace, scenario made-up, 2026-01-31T12:00:00Z\n\n"
    "> [!WARNING]\n"
    "> - 1 of 14 runs failed: \\<script\\>alert(1)\\</script\\> in =cmd\\|' /C calc'\\!A0 (1 of 7 runs). The first "
    "reason: \\</td\\>\\<img src=x onerror=alert(2)\\>\"'\\&\n\n"
    "- Some runners differ; the figures stand in the tables.\n\n"
    "### \\=cmd\\|' /C calc'\\!A0\n\n"
    "10 jobs, concurrency 10, a,\"b\", 1 CPU\n\n"
    "| runner | time | speed-up | jobs/s | half within | 99 % within | CPU per job | peak memory |\n"
    "| :-- | --: | --: | --: | --: | --: | --: | --: |\n"
    "| one after another (serial) | 1.00 s \\[1.00, 1.00\\] | 1 | 10.0 | 5.00 ms | needs 368 jobs | 20.0 \u00b5s | "
    "8.00 MiB |\n"
    "| \\<script\\>alert(1)\\</script\\>\\* | **0.100 s** \\[0.100, 0.100\\] | 10.0\u00d7 \\[10.0, 10.0\\] | 100 | "
    "5.00 "
    "ms | "
    "needs 368 jobs | 20.0 \u00b5s | 8.00 MiB |\n\n"
    "- \\* \\<script\\>alert(1)\\</script\\>: 1 of 7 runs failed: \\</td\\>\\<img src=x onerror=alert(2)\\>\"'\\&\n\n";

static char *make_markdown(const struct run_data *run)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(report_print_markdown(run, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void markdown_has_the_tables_and_names_do_nothing(void **state)
{
    (void)state;
    struct run_data run;
    made_up_read(&run, hostile, COUNT(hostile), 7);
    char *text = make_markdown(&run);
    assert_memory_equal(text, markdown_of_hostile, strlen(markdown_of_hostile));
    assert_non_null(strstr(text, "\n```sh\niorace run --seed 1\n```\n"));
    free(text);
    made_up_finish(&run);
}

/* "custom" is nobody's name for it: what was run is. */
static void a_run_without_a_scenario_is_called_by_its_workloads(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.cell = "a", .runner = "serial", .wall_s = 1},
                                         {.cell = "b", .runner = "serial", .wall_s = 1},
                                         {.cell = "c", .runner = "serial", .workload = "download", .wall_s = 1}};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 7);
    json_object_set_new(run.run, "title", json_null());
    char *page = make_page(&run);
    assert_non_null(strstr(page, "<h1>made-up</h1>"));
    free(page);
    json_object_set_new(run.run, "scenario", json_string("custom"));
    page = make_page(&run);
    assert_non_null(strstr(page, "<h1>Sleeps, Downloads</h1>"));
    assert_non_null(strstr(page, "<title>Sleeps, Downloads "));
    assert_page_lacks(page, "custom");
    free(page);
    char *text = make_markdown(&run);
    assert_non_null(strstr(text, "## Sleeps, Downloads\n\niorace, 2026-01-31"));
    free(text);
    made_up_finish(&run);
}

static void assert_markdown(const char *text, const char *wanted)
{
    char *written = NULL;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    assert_non_null(out);
    markdown_text(out, text);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, wanted);
    free(written);
}

static void markdown_texts_stand_for_themselves(void **state)
{
    (void)state;
    assert_markdown(NULL, "");
    assert_markdown("blocking-coroutines took 2.5 s: \"yes\" (1/9)", "blocking-coroutines took 2.5 s: \"yes\" (1/9)");
    assert_markdown("a*b_c`d|e~f", "a\\*b\\_c\\`d\\|e\\~f");
    assert_markdown("[x](y) <b> &amp; \\", "\\[x\\](y) \\<b\\> \\&amp; \\\\");
    assert_markdown("@team #12", "\\@<!-- -->team \\#<!-- -->12");
    assert_markdown("https://x www.y WWW.z :tada: a: b", "https\\://x www\\.y WWW\\.z \\:tada: a: b");
    assert_markdown("- x", "\\- x");
    assert_markdown("12. x", "12\\. x");
    assert_markdown("12.5 ms", "12.5 ms");
    assert_markdown("1) x. y) z", "1\\) x. y) z");
    assert_markdown("a\nb\xff", "a\\\\x0ab\\\\xff");
    assert_markdown("$x$", "\\$x\\$");
}

static void a_fence_is_longer_than_what_it_holds(void **state)
{
    (void)state;
    char *written = NULL;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    assert_non_null(out);
    markdown_code_block(out, "sh", "a ```` b");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, "`````sh\na ```` b\n`````\n");
    free(written);
}

static void without_its_style_there_is_no_page(void **state)
{
    (void)state;
    struct run_data run;
    struct failure failure = {0};
    made_up_read(&run, hostile, 1, 1);
    setenv("IORACE_DATADIR", "/nonexistent", 1);
    assert_int_equal(report_write_html(&run, &failure), -1);
    unsetenv("IORACE_DATADIR");
    assert_non_null(strstr(failure.text, "page.css"));
    assert_int_equal(count_entries(run.dir), 1);
    made_up_finish(&run);
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIR(a_file_appears_when_it_is_committed),
        WITH_DIR(an_abandoned_file_leaves_nothing),
        WITH_DIR(a_symbolic_link_is_not_followed),
        WITH_DIR(where_it_cannot_be_written_it_says_why),
        WITH_DIR(a_directory_that_is_read_only),
        WITH_DIR(a_write_that_fails_is_named_and_the_old_file_stays),
        cmocka_unit_test(csv_has_a_row_for_each),
        cmocka_unit_test(the_page_is_inert_and_needs_nothing_else),
        cmocka_unit_test(without_figures_there_are_none_to_doubt),
        cmocka_unit_test(charts_are_inside_the_page_in_the_index_order),
        cmocka_unit_test(a_chart_s_narrow_form_stands_beside_it),
        cmocka_unit_test(markdown_has_the_tables_and_names_do_nothing),
        cmocka_unit_test(a_run_without_a_scenario_is_called_by_its_workloads),
        cmocka_unit_test(markdown_texts_stand_for_themselves),
        cmocka_unit_test(a_fence_is_longer_than_what_it_holds),
        cmocka_unit_test(without_its_style_there_is_no_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
