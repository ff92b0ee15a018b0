/* Scenario files: what is understood, and row 34 of the faults: what is refused, with file, line and key. */
#include <sys/stat.h>
#include "test_plan_support.h"
#include "../plan/ini_lines.h"
#include "../plan/plan.h"
#include "../plan/scenario.h"

static struct scenario read_whole(const char *text)
{
    struct scenario scenario;
    struct failure failure = {0};
    write_text("s.ini", text);
    if (scenario_read(&scenario, "s.ini", &failure))
        fail_msg("%s", failure.text);
    return scenario;
}

static void test_whole_file(void **state)
{
    (void)state;
    struct scenario scenario = read_whole("# Why it is here.\n"
                                          "# More words.\n"
                                          "\n"
                                          "[run]\n"
                                          "title = Threads: fast or not? #1\n"
                                          "blocks = 3\n"
                                          "runner = serial, threads\n"
                                          "quick-jobs = 5\n"
                                          "\n"
                                          "; another comment\n"
                                          "  # an indented one\n"
                                          "[cell one]   # behind a section\n"
                                          "concurrency: 1,10\n"
                                          "quick-concurrency=1\n"
                                          "   \t\n"
                                          "[cell two]\n"
                                          "header = A: 1\n"
                                          "header = B: x=y;z\n"
                                          "[cell empty]");
    assert_string_equal(scenario.name, "s");
    assert_string_equal(scenario.why, "Why it is here.");
    assert_string_equal(scenario.title, "Threads: fast or not? #1");
    assert_int_equal(scenario.run.line, 4);
    assert_int_equal(scenario.run.entry_count, 3);
    assert_string_equal(scenario.run.entries[0].key->name, "blocks");
    assert_int_equal(scenario.run.entries[0].line, 6);
    assert_true(scenario.run.entries[2].quick);
    assert_int_equal(scenario.cell_count, 3);
    assert_string_equal(scenario.cells[0].name, "one");
    assert_int_equal(scenario.cells[0].line, 12);
    assert_string_equal(scenario.cells[0].entries[0].value, "1,10");
    assert_false(scenario.cells[0].entries[0].quick);
    assert_true(scenario.cells[0].entries[1].quick);
    assert_int_equal(scenario.cells[1].entry_count, 1);
    assert_string_equal(scenario.cells[1].entries[0].value, "A: 1\nB: x=y;z");
    /* inih alone would not know of a section without keys. */
    assert_string_equal(scenario.cells[2].name, "empty");
    scenario_finish(&scenario);
}

static void test_bom_and_crlf(void **state)
{
    (void)state;
    struct scenario scenario = read_whole("\xef\xbb\xbf# Why.\r\n[run]\r\nblocks = 3\r\n\r\n[cell a]\r\njobs = 7\r\n");
    assert_string_equal(scenario.why, "Why.");
    assert_string_equal(scenario.run.entries[0].value, "3");
    assert_string_equal(scenario.cells[0].entries[0].value, "7");
    assert_int_equal(scenario.cells[0].entries[0].line, 6);
    scenario_finish(&scenario);
}

static void test_why_must_open_the_file(void **state)
{
    (void)state;
    struct scenario scenario = read_whole("[cell a]\n# not why\njobs = 1\n");
    assert_null(scenario.why);
    scenario_finish(&scenario);
    scenario = read_whole("#\n# red \x1b[31m\n[cell a]\n");
    assert_string_equal(scenario.why, "red ?[31m");
    scenario_finish(&scenario);
}

static void test_files_are_beside_the_scenario(void **state)
{
    (void)state;
    char dir[PATH_SIZE], path[PATH_SIZE + 10], expected[PATH_SIZE + 10];
    struct scenario scenario;
    struct failure failure = {0};
    write_text("s.ini", "[cell a]\nurl-file = urls.txt\ndata-file = /abs/data\n");
    assert_non_null(getcwd(dir, sizeof(dir)));
    snprintf(path, sizeof(path), "%s/s.ini", dir);
    snprintf(expected, sizeof(expected), "%s/urls.txt", dir);
    assert_int_equal(scenario_read(&scenario, path, &failure), 0);
    assert_string_equal(scenario.cells[0].entries[0].value, expected);
    assert_string_equal(scenario.cells[0].entries[1].value, "/abs/data");
    scenario_finish(&scenario);
}

/* Each line: the file, and what its message must hold. All are EXIT_USAGE. */
static const struct {
    const char *text, *said;
} bad_files[] = {
    {"[cell a]\njobs = 10x\n", "s.ini:2: jobs: '10x' is not a whole number; 1 to 100000000 is accepted"},
    {"[cell a]\n\n# c\njobs = 0\n", "s.ini:4: jobs: '0' is out of range; 1 to 100000000"},
    {"[cell a]\njobs = -3\n", "s.ini:2: jobs: '-3' is negative"},
    {"[cell a]\njobs = 9223372036854775808\n", "s.ini:2: jobs: '9223372036854775808' is out of range"},
    {"[cell a]\njobs =\n", "s.ini:2: jobs: '' is not a whole number"},
    {"[cell a]\njobs = 100 # many\n", "s.ini:2: jobs: '100 # many' is not a whole number"},
    {"[cell a]\njobs = 100 ; many\n", "s.ini:2: ' ;' begins a comment"},
    {"[cell a]\nheader = A: b ; c\n", "s.ini:2: ' ;' begins a comment"},
    {"[cell a]\nconcurrency = 1,2,x\n", "s.ini:2: concurrency: 'x' is not a whole number"},
    {"[cell a]\nconcurrency = 1,2,1\n", "s.ini:2: concurrency: 1 is there twice"},
    {"[cell a]\nquick-concurrency = 0\n", "s.ini:2: quick-concurrency: '0' is out of range"},
    {"[cell a]\nrunner = serial,thraeds\n", "s.ini:2: runner: 'thraeds' is unknown"},
    {"[cell a]\nrunner = serial,thraeds\n", "did you mean 'threads'?"},
    {"[cell a]\ndelay-ms = 5x\n", "s.ini:2: delay-ms: '5x' is not a delay"},
    {"[cell a]\nurl = http://a/ b\n", "s.ini:2: url: 'http://a/ b' holds a space"},
    {"[cell a]\nurl = http://a/\x07\n", "s.ini:2: url: "},
    {"[run]\nallow-remote = maybe\n", "s.ini:2: allow-remote: 'maybe'"},
    {"[cell a]\njbos = 3\n", "s.ini:2: jbos: unknown key; did you mean 'jobs'?"},
    {"[cell a]\nquick-jbos = 3\n", "did you mean 'quick-jobs'?"},
    {"[cell a]\nxyzzy = 3\n", "s.ini:2: xyzzy: unknown key; `iorace run --help` lists the keys"},
    {"[cell a]\nJobs = 3\n", "s.ini:2: Jobs: unknown key"},
    {"[cell a]\n= 3\n", "s.ini:2: : unknown key"},
    {"[cell a]\nblocks = 3\n", "s.ini:2: blocks: holds for the whole run; it is accepted in [run]"},
    {"[run]\nquick-blocks = 3\n", "s.ini:2: quick-blocks: unknown key"},
    {"[cell a]\ntitle = x\n", "s.ini:2: title: belongs in [run]"},
    {"[run]\ntitle = x\ntitle = y\n", "s.ini:3: title: is there twice"},
    {"[run]\ntitle = \xff\n", "s.ini:2: title: "},
    {"[run]\ntitle = \x1b[2J\n", "s.ini:2: title: '\\x1b[2J'"},
    {"[cell a]\njobs = 3\njobs = 4\n", "s.ini:3: jobs: is there twice, in line 2 too"},
    {"[cell a]\nquick-jobs = 3\njobs = 3\nquick-jobs = 4\n", "s.ini:4: quick-jobs: is there twice, in line 2 too"},
    {"[cell a]\n[cell b]\n[cell a]\n", "s.ini:3: [cell a] stands in line 1 already"},
    {"[run]\n[cell a]\n[run]\n", "s.ini:3: [run] stands in line 1 already"},
    {"[cell A]\n", "s.ini:1: [cell A]: a cell's name has 1 to 40 of a-z, 0-9 and -"},
    {"[cell a/b]\n", "s.ini:1: [cell a/b]: a cell's name"},
    {"[cell ]\n", "s.ini:1: [cell ]: a cell's name"},
    {"[cell aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n", "a cell's name has 1 to 40"},
    {"[cell]\n", "s.ini:1: [cell] is unknown; [run] or [cell NAME] is accepted"},
    {"[Run]\n", "s.ini:1: [Run] is unknown"},
    {"[cell a\n", "s.ini:1: a section's line ends with ']'"},
    {"[cell a] b\n", "s.ini:1: a section's line ends with ']'"},
    {"jobs = 3\n[cell a]\n", "s.ini:1: jobs: stands before any section"},
    {"[cell a]\njobs\n", "s.ini:2: the line is neither; `key = value`, a [section] or a # comment is accepted"},
    {"[cell a]\njobs\n[cell a]\n", "s.ini:2: the line is neither"},
    {"[cell a]\njobs\njobs = x\n", "s.ini:2: the line is neither"},
    {"[cell a]\njobs = 3\n  4\n", "s.ini:3: the line begins with a space"},
    {"[cell a]\n\tjobs = 3\n", "s.ini:2: the line begins with a space"},
    {"", "the file ends without a [cell NAME] section"},
    {"\n\n# nothing\n", "the file ends without a [cell NAME] section"},
    {"[run]\nblocks = 3\n", "the file ends without a [cell NAME] section"},
};

static void test_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
        struct scenario scenario;
        struct failure failure = {0};
        write_text("s.ini", bad_files[i].text);
        if (scenario_read(&scenario, "s.ini", &failure) != -1)
            fail_msg("accepted: %s", bad_files[i].text);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_holds(failure.text, bad_files[i].said);
        assert_null(strchr(failure.text, '\n'));
    }
}

static void test_nul_byte(void **state)
{
    (void)state;
    struct scenario scenario;
    struct failure failure = {0};
    static const char text[] = "[cell a]\njobs = 3\0 0\n";
    write_bytes("s.ini", text, sizeof(text) - 1);
    assert_int_equal(scenario_read(&scenario, "s.ini", &failure), -1);
    assert_holds(failure.text, "s.ini:2: the line holds a NUL byte");
}

/* inih has a buffer of 200 bytes and by itself would cut what does not fit, in silence. */
static void test_long_lines(void **state)
{
    (void)state;
    char text[3000], words[2001];
    struct scenario scenario;
    struct failure failure = {0};
    memset(words, 'w', sizeof(words));
    words[2000] = '\0';

    snprintf(text, sizeof(text), "[cell a]\n# %s\njobs = 3\n", words);
    scenario = read_whole(text);
    assert_int_equal(scenario.cells[0].entries[0].line, 3);
    scenario_finish(&scenario);

    snprintf(text, sizeof(text), "[cell a]\nurl = http://localhost/%s\njobs = 3\n", words);
    write_text("s.ini", text);
    assert_int_equal(scenario_read(&scenario, "s.ini", &failure), -1);
    assert_holds(failure.text, "s.ini:2: url: the line is longer than ");
    assert_holds(failure.text, "url-file");

    snprintf(text, sizeof(text), "[cell %s]\n", words);
    write_text("s.ini", text);
    assert_int_equal(scenario_read(&scenario, "s.ini", &failure), -1);
    assert_holds(failure.text, "s.ini:1: ");
    assert_int_equal(failure.status, EXIT_USAGE);
}

/* Around the buffer's end every length either comes back whole or is refused. */
static void test_no_length_is_cut(void **state)
{
    (void)state;
    size_t accepted = 0, refused = 0;
    for (size_t length = 150; length < 260; length++) {
        char text[400], title[300];
        struct scenario scenario;
        struct failure failure = {0};
        memset(title, 't', length);
        title[length] = '\0';
        snprintf(text, sizeof(text), "[run]\ntitle = %s\n[cell a]", title);
        write_text("s.ini", text);
        if (scenario_read(&scenario, "s.ini", &failure)) {
            assert_holds(failure.text, "s.ini:2: title: the line is longer than");
            refused++;
            continue;
        }
        assert_string_equal(scenario.title, title);
        assert_int_equal(refused, 0);
        accepted++;
        scenario_finish(&scenario);
    }
    assert_true(accepted > 30);
}

/* The same from below: of every size of buffer nothing behind its end is touched, and a line is whole or refused. */
static void test_buffer_is_respected(void **state)
{
    (void)state;
    write_text("s.ini", "abcdefgh");
    for (int size = 3; size < 14; size++) {
        char buffer[20];
        struct failure failure = {0};
        struct ini_lines lines = {.file = fopen("s.ini", "r"), .path = "s.ini", .failure = &failure};
        memset(buffer, '!', sizeof(buffer));
        const char *line = ini_lines_next(buffer, size, &lines);
        assert_int_equal(line != NULL, size >= 10); /* 8, the end of the line, the end of the text */
        assert_int_equal(failure.text[0] != 0, line == NULL);
        if (line)
            assert_string_equal(line, "abcdefgh\n");
        for (size_t i = (size_t)size; i < sizeof(buffer); i++)
            assert_int_equal(buffer[i], '!');
        fclose(lines.file);
    }
}

static void test_unreadable(void **state)
{
    (void)state;
    struct scenario scenario;
    struct failure failure = {0};
    assert_int_equal(scenario_read(&scenario, "absent.ini", &failure), -1);
    assert_holds(failure.text, "absent.ini: cannot be read: No such file");
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_int_equal(scenario_read(&scenario, ".", &failure), -1);
    assert_holds(failure.text, ".: cannot be read: Is a directory");
}

static void test_find(void **state)
{
    (void)state;
    struct failure failure = {0};
    write_text("t.ini", "[cell a]\n");
    char *path = scenario_find("t.ini", &failure);
    assert_string_equal(path, "t.ini");
    free(path);
    assert_null(scenario_find("absent.ini", &failure));
    assert_holds(failure.text, "absent.ini: cannot be read");
    assert_null(scenario_find("./t", &failure));
    assert_int_equal(failure.status, EXIT_USAGE);

    path = scenario_find("default", &failure);
    assert_non_null(path);
    free(path);
    assert_null(scenario_find("defualt", &failure));
    assert_holds(failure.text, "did you mean 'default'?");
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_null(scenario_find("", &failure));
    assert_null(scenario_find("..", &failure));

    char **names;
    int count = scenario_names(&names, &failure);
    assert_true(count >= 1);
    bool found = false;
    for (int i = 0; i < count; i++) {
        found = found || strcmp(names[i], "default") == 0;
        free(names[i]);
    }
    free(names);
    assert_true(found);
}

/* All that come with the program can be read, and say why they are there. */
static void test_own_scenarios(void **state)
{
    (void)state;
    char **names;
    struct failure failure = {0};
    int count = scenario_names(&names, &failure);
    for (int i = 0; i < count; i++) {
        struct scenario scenario;
        char *path = scenario_find(names[i], &failure);
        assert_non_null(path);
        if (scenario_read(&scenario, path, &failure))
            fail_msg("%s", failure.text);
        assert_true(scenario.why && scenario.why[0]);
        assert_string_equal(scenario.name, names[i]);
        scenario_finish(&scenario);
        free(path);
        free(names[i]);
    }
    free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_file),
        cmocka_unit_test(test_bom_and_crlf),
        cmocka_unit_test(test_why_must_open_the_file),
        cmocka_unit_test(test_files_are_beside_the_scenario),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_nul_byte),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_no_length_is_cut),
        cmocka_unit_test(test_buffer_is_respected),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_own_scenarios),
    };
    return cmocka_run_group_tests_name("scenario", tests, enter_directory, leave_directory);
}
