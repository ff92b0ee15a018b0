/* What a run's tables make of a terminal: its width, and bold. */
#include "test_table_support.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "../output/units.h"

/* Print to a terminal of so many columns. Returns what arrived there. */
static char *print_on_terminal(const struct made_up_lane *lanes, size_t count, unsigned short columns)
{
    struct run_data run;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    struct winsize size = {.ws_row = 50, .ws_col = columns};
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);

    made_up_read(&run, lanes, count, 7);
    FILE *out = fdopen(slave, "w");
    report_print(&run, out);
    assert_int_equal(fflush(out), 0);
    made_up_finish(&run);

    char *text = calloc(1, 65536);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    size_t used = 0;
    for (ssize_t n; used < 65000 && (n = read(master, text + used, 65000 - used)) > 0;)
        used += (size_t)n;
    fclose(out);
    close(master);
    return text;
}

static void it_fits_the_terminal(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    for (unsigned short columns = 70; columns <= 160; columns += 15) {
        char *text = print_on_terminal(plain, COUNT(plain), columns);
        for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
            assert_in_range(strcspn(p, "\r\n"), 0, columns);
        assert_has(text, "runner                          time");
        assert_has(text, "speed-up");
        assert_null(strchr(text, '\033'));
        free(text);
    }
    char *text = print_on_terminal(sweep, COUNT(sweep), 40); /* goes on below */
    assert_has(text, "  runner                          1\r\n");
    assert_has(text, "  runner                           2\r\n");
    free(text);
    unsetenv("NO_COLOR");
}

/* What does not fit goes on below, and what is not shown is named. */
static void a_narrow_terminal_hides_nothing_silently(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "serial", .wall_s = 1},
        {.runner = "threads", .wall_s = 0.5},
        {.runner = "coroutines",
         .state = "failed",
         .reason =
             "a reason that is longer than any terminal of eighty columns, and longer still than the rest of a line "
             "that begins with the runner's name, by far"}};
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    char *text = print_on_terminal(lanes, COUNT(lanes), 80);
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
        assert_in_range(strcspn(p, "\r\n"), 0, 80);
    assert_has(text, "\r\n"
                     "                               "); /* as deep as the reason begins */
    assert_has(text, "by far\r\n");
    assert_has(text, "  No room for: 95 % interval of speed-up, ");
    free(text);
    text = print_on_terminal(lanes, COUNT(lanes), 200);
    assert_lacks(text, "No room");
    free(text);
    text = print_on_terminal(sweep, COUNT(sweep), 40);
    assert_lacks(text, "No room");
    free(text);
    unsetenv("NO_COLOR");
}

static void a_figure_and_its_unit_are_one_word(void **state)
{
    (void)state;
    static const char text[] = "took 60.9 ns, 97 % of 12 jobs, up to 3 \u00b5s";
    size_t glued = 0;
    for (size_t at = 0; text[at]; at++)
        glued += units_is_glue(text, at);
    assert_int_equal(glued, 3);
    assert_true(units_is_glue(text, strlen("took 60.9")));
    assert_false(units_is_glue(text, strlen("took")));
    for (unsigned short columns = 40; columns < 110; columns++) {
        char *printed = print_on_terminal(plain, COUNT(plain), columns);
        assert_lacks(printed, "95\r\n");
        assert_lacks(printed, "40\r\n");
        free(printed);
    }
}

static void the_best_is_bold_on_a_terminal_only(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    char *text = print_on_terminal(sweep, COUNT(sweep), 120);
    assert_has(text, "\033[1m25.0\033[0m");
    assert_has(text, "Bold: the fastest");
    assert_has(text, "   20.0  ");
    free(text);
    const struct made_up_lane with_null[] = {
        {.cell = "s", .sweep = "s", .runner = "null", .concurrency = 1, .wall_s = 0.0001},
        {.cell = "s", .sweep = "s", .runner = "serial", .wall_s = 1},
        {.cell = "s/concurrency=1", .sweep = "s", .runner = "threads", .concurrency = 1, .wall_s = 0.5},
        {.cell = "s/concurrency=2", .sweep = "s", .runner = "threads", .concurrency = 2, .wall_s = 0.5}};
    text = print_on_terminal(with_null, COUNT(with_null), 120);
    assert_has(text, "\033[1m20.0\033[0m");
    assert_has(text, "  100,000\r\n");
    free(text);
    setenv("TERM", "dumb", 1);
    text = print_on_terminal(sweep, COUNT(sweep), 120);
    assert_null(strchr(text, '\033'));
    assert_lacks(text, "Bold");
    free(text);
    text = print(sweep, COUNT(sweep), 7);
    assert_null(strchr(text, '\033'));
    free(text);
}

/* What a sentence calls as fast is bold with the fastest, though their own intervals are apart; and no more than that,
 * though they overlap. */
static void bold_and_sentences_agree(void **state)
{
    (void)state;
    const struct made_up_lane alike[] = {{.runner = "threads", .wall_s = 0.102, .noise = 0.001},
                                         {.runner = "coroutines", .wall_s = 0.1, .noise = 0.001}};
    const struct made_up_lane apart[] = {{.runner = "threads", .wall_s = 0.11, .noise = 0.2},
                                         {.runner = "coroutines", .wall_s = 0.1, .noise = 0.2}};
    const struct made_up_lane open[] = {{.runner = "threads", .wall_s = 0.1, .noise = 0.2},
                                        {.runner = "coroutines", .wall_s = 0.101},
                                        {.runner = "processes", .wall_s = 0.9, .state = "failed", .bad_blocks = 3}};
    setenv("TERM", "xterm", 1);
    char *text = print_on_terminal(open, COUNT(open), 160);
    assert_has(text, "  thread pool   \033[1m");
    assert_has(text, "  coroutines    \033[1m");
    assert_lacks(text, "  processes*    \033[1m"); /* four blocks tell nothing, not that it is as fast */
    assert_has(text, "  processes*    0.900 s");
    free(text);
    text = print_on_terminal(alike, COUNT(alike), 160);
    assert_has(text, "coroutines were as fast as a thread pool");
    assert_has(text, "  thread pool   \033[1m0.1019 s\033[0m");
    assert_has(text, "  coroutines    \033[1m");
    free(text);
    text = print_on_terminal(apart, COUNT(apart), 160);
    assert_has(text, "coroutines finished 1.1 times sooner than a thread pool");
    assert_lacks(text, "  thread pool    \033[1m");
    assert_has(text, "  coroutines    \033[1m");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_fits_the_terminal),
        cmocka_unit_test(a_narrow_terminal_hides_nothing_silently),
        cmocka_unit_test(a_figure_and_its_unit_are_one_word),
        cmocka_unit_test(the_best_is_bold_on_a_terminal_only),
        cmocka_unit_test(bold_and_sentences_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
