/* From a scenario and options to cells and lanes. */
#include "test_plan_made.h"
#include "../plan/cells.h"
#include "../plan/scenario.h"

static const struct cell *cell_of(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->cell_count; i++)
        if (strcmp(plan->cells[i].name, name) == 0)
            return &plan->cells[i];
    fail_msg("no cell '%s'", name);
    return NULL;
}

static void test_one_cell(void **state)
{
    (void)state;
    struct plan plan = make_plan("[run]\ntitle = T\nblocks = 2\nseed = 5\nconcurrency = 3\nspin-us = 9\n"
                                 "[cell a]\nworkload = sleep\ndelay-ms = 2x500, 3x0.5\nspin-us = 4\n",
                                 false, NULL);
    assert_string_equal(plan.scenario, "s");
    assert_string_equal(plan.title, "T");
    assert_int_equal(plan.run.blocks, 2);
    assert_int_equal(plan.run.seed, 5);
    assert_int_equal(plan.cell_count, 1);
    const struct cell *cell = &plan.cells[0];
    assert_string_equal(cell->name, "a");
    assert_null(cell->sweep);
    assert_false(cell->transfers);
    assert_int_equal(cell->settings.jobs, 5);        /* the list sets them */
    assert_int_equal(cell->settings.concurrency, 3); /* [run] gives what the cell does not say */
    assert_int_equal(cell->settings.spin_us, 4);     /* and the cell wins */
    assert_string_equal(cell->params, "delay-ms=2x500,3x0.5 spin-us=4");
    assert_int_equal(plan.lane_count, 3);
    assert_string_equal(plan.lanes[0].runner, "serial");
    assert_string_equal(plan.lanes[1].runner, "threads");
    assert_string_equal(plan.lanes[2].runner, "coroutines");
    assert_ptr_equal(plan.lanes[2].cell, cell);
    assert_int_equal(plan.trial_count, 6);
    plan_finish(&plan);
}

static void test_where_the_jobs_come_from(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        const char *option, *value;
        int64_t jobs;
    } cases[] = {
        {"workload = download", NULL, NULL, 100},
        {"workload = sleep\ndelay-ms = 5", NULL, NULL, 100},
        {"jobs = 7", NULL, NULL, 7},
        {"jobs = 7\ndelay-ms = 2x5", NULL, NULL, 7}, /* the list begins anew */
        {"jobs-per-worker = 4\nconcurrency = 5", NULL, NULL, 20},
        {"jobs-per-worker = 4\ndelay-ms = 2x5", NULL, NULL, 80},
        {"delay-ms = 2x5,1x3", NULL, NULL, 3},
        {"delay-ms = 1x5", NULL, NULL, 1},
        {"workload = download\nurl-file = urls.txt", NULL, NULL, 3},
        {"workload = download\nurl-file = urls.txt\njobs = 8", NULL, NULL, 8},
        /* With a rate, as many as arrive in its time. */
        {"rate = 50", NULL, NULL, 250},
        {"rate = 50\nduration-s = 10", NULL, NULL, 500},
        {"rate = 50\njobs = 7", NULL, NULL, 7},
        {"rate = 50\ndelay-ms = 2x5", NULL, NULL, 2}, /* the list sets them */
        {"rate = 50\ndelay-ms = 2x5\nduration-s = 10", NULL, NULL, 500},
        {"rate = 50\nduration-s = 10", "jobs", "9", 9},
        {"rate = 50\njobs = 9", "duration-s", "2", 100},
        {"rate = 50\nduration-s = 10", "delay-ms", "2x5", 2},
        {"jobs = 9", "rate", "50", 9},
        /* What is said later counts. */
        {"jobs = 7", "jobs", "9", 9},
        {"jobs = 7", "jobs-per-worker", "2", 40},
        {"jobs-per-worker = 4", "jobs", "9", 9},
        {"jobs = 7", "delay-ms", "2x5", 2},
        {"jobs = 7", "delay-ms", "5", 7},
        {"delay-ms = 2x5", "jobs", "9", 9},
        {"workload = download\njobs = 9", "url-file", "urls.txt", 3},
        {"workload = download\ndelay-ms = 2x5", "url-file", "urls.txt", 3},
        /* An option that does not concern the workload changes nothing. */
        {"workload = null\njobs = 7\n[cell b]\nworkload = sleep", "delay-ms", "2x5", 7},
    };
    write_text("urls.txt", "http://127.0.0.1/1\nhttp://127.0.0.1/2\nhttp://127.0.0.1/3\n");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[300];
        snprintf(text, sizeof(text), "[cell a]\n%s\n", cases[i].cell);
        const char *const pairs[] = {cases[i].option, cases[i].value, NULL};
        struct plan plan = make_plan(text, false, pairs);
        if (plan.cells[0].settings.jobs != cases[i].jobs)
            fail_msg("%s: %lld jobs", text, (long long)plan.cells[0].settings.jobs);
        plan_finish(&plan);
    }
}

static void test_sweep_of_concurrency(void **state)
{
    (void)state;
    struct plan plan = make_plan("[cell sweep]\nworkload = download\nconcurrency = 1,3,1k\njobs-per-worker = 20\n"
                                 "runner = threads,serial,coroutines\nbody-bytes = 1000\n",
                                 false, NULL);
    /* One worker is one worker at every point: one lane for all, of a cell named after the section. */
    assert_int_equal(plan.cell_count, 4);
    assert_int_equal(plan.lane_count, 7);
    const struct cell *serial = cell_of(&plan, "sweep");
    assert_true(serial->without_workers);
    assert_string_equal(serial->settings.runner, "serial");
    assert_string_equal(serial->sweep, "sweep");
    assert_int_equal(serial->settings.jobs, 20);
    assert_int_equal(serial->settings.concurrency, 1);
    const struct cell *three = cell_of(&plan, "sweep/concurrency=3");
    assert_false(three->without_workers);
    assert_string_equal(three->settings.runner, "threads,coroutines");
    assert_string_equal(three->sweep, "sweep");
    assert_int_equal(three->settings.jobs, 60);
    assert_int_equal(three->settings.concurrency, 3);
    assert_string_equal(three->params, "body-bytes=1000");
    assert_int_equal(cell_of(&plan, "sweep/concurrency=1000")->settings.jobs, 20000);
    plan_finish(&plan);

    /* With the jobs given, serial does just as many. */
    plan = make_plan("[cell s]\nworkload = sleep\nconcurrency = 1,3\njobs = 9\n", false, NULL);
    assert_int_equal(cell_of(&plan, "s")->settings.jobs, 9);
    assert_int_equal(cell_of(&plan, "s/concurrency=3")->settings.jobs, 9);
    plan_finish(&plan);

    /* Serial alone has no points; a list of one is no sweep. */
    plan = make_plan("[cell s]\nconcurrency = 1,3\nrunner = serial,null\n", false, NULL);
    assert_int_equal(plan.cell_count, 1);
    assert_int_equal(plan.lane_count, 2);
    plan_finish(&plan);
    plan = make_plan("[cell s]\nconcurrency = 3\n", false, NULL);
    assert_int_equal(plan.cell_count, 1);
    assert_null(plan.cells[0].sweep);
    assert_int_equal(plan.lane_count, 3);
    plan_finish(&plan);
}

static void test_sweep_of_several_keys(void **state)
{
    (void)state;
    struct plan plan = make_plan("[cell s]\nworkload = download\nbody-bytes = 10,1k\nconcurrency = 1,5\n", false, NULL);
    static const char *const names[] = {
        "s/body-bytes=10",
        "s/body-bytes=1000",
        "s/concurrency=1/body-bytes=10",
        "s/concurrency=1/body-bytes=1000",
        "s/concurrency=5/body-bytes=10",
        "s/concurrency=5/body-bytes=1000",
    };
    assert_int_equal(plan.cell_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(plan.cells[i].name, names[i]);
    assert_string_equal(plan.cells[5].sweep, "s/body-bytes=1000");
    assert_string_equal(plan.cells[1].sweep, "s/body-bytes=1000");
    assert_int_equal(plan.cells[5].settings.body_bytes, 1000);
    assert_int_equal(plan.cells[5].settings.concurrency, 5);
    plan_finish(&plan);

    /* What one worker feels as well is a point for serial too. */
    plan = make_plan("[cell s]\nworkload = download\nbody-bytes = 10,1k\n", false, NULL);
    assert_int_equal(plan.cell_count, 2);
    assert_int_equal(plan.lane_count, 6);
    assert_string_equal(plan.cells[0].sweep, "s");
    plan_finish(&plan);
}

static void test_rates(void **state)
{
    (void)state;
    struct plan plan = make_plan("[run]\nduration-s = 3\narrivals = poisson\n"
                                 "[cell open]\nrate = 50,1k\n[cell closed]\njobs = 7\n",
                                 false, NULL);
    assert_int_equal(plan.cell_count, 3);
    const struct cell *fast = cell_of(&plan, "open/rate=1000");
    assert_string_equal(fast->sweep, "open");
    assert_int_equal(fast->settings.rate, 1000);
    assert_int_equal(fast->settings.jobs, 3000);
    assert_string_equal(fast->params, "rate=1000 arrivals=poisson delay-ms=20");
    assert_false(fast->find);
    /* What [run] says of arrivals does not concern a closed loop. */
    assert_int_equal(cell_of(&plan, "closed")->settings.rate, 0);
    assert_string_equal(cell_of(&plan, "closed")->params, "delay-ms=20");
    assert_null(cell_of(&plan, "closed")->settings.arrivals);
    assert_int_equal(plan.search_count, 0);
    plan_finish(&plan);
}

/* The first point of a search is planned, none of its trials is; the others are made of it. */
static void test_search(void **state)
{
    (void)state;
    struct plan plan =
        make_plan("[run]\nblocks = 6\njobs = 9\n[cell s]\nrate = find\nconcurrency = 1,5\n[cell a]\n", false, NULL);
    assert_int_equal(plan.cell_count, 4);
    assert_int_equal(plan.search_count, 5); /* serial once, two runners at two concurrencies */
    assert_int_equal(plan.trial_count, 3 * 6);
    for (size_t i = 0; i < plan.trial_count; i++)
        assert_string_equal(plan.trials[i].lane->cell->name, "a");
    const struct cell *first = cell_of(&plan, "s/concurrency=5/rate=100");
    assert_true(first->find);
    assert_string_equal(first->sweep, "s/concurrency=5");
    assert_int_equal(first->settings.rate, 100);
    assert_int_equal(first->settings.jobs, 400); /* 2 s would be 200, of which no 99th percentile is known */
    assert_string_equal(cell_of(&plan, "s/rate=100")->settings.runner, "serial");

    struct cell point;
    struct failure failure;
    assert_int_equal(cell_at_rate(&point, first, 800, &failure), 0);
    assert_string_equal(point.name, "s/concurrency=5/rate=800");
    assert_string_equal(point.sweep, "s/concurrency=5");
    assert_string_equal(point.params, "rate=800 delay-ms=20");
    assert_int_equal(point.settings.jobs, 1600);
    assert_int_equal(point.settings.concurrency, 5);
    assert_true(point.find);
    cell_finish(&point);
    plan_finish(&plan);

    /* Told as what it is. */
    char *shown = NULL;
    size_t size;
    plan = make_plan("[run]\nblocks = 6\n[cell s]\nrate = find\nrunner = threads\n[cell a]\n", false, NULL);
    FILE *out = open_memstream(&shown, &size);
    plan_print(&plan, out);
    fclose(out);
    assert_holds(shown, "6 blocks of 3 runs = 18, 1 search, seed 1, expected to take about ");
    free(shown);
    plan_finish(&plan);

    plan = make_plan(NULL, false, PAIRS("rate", "find", "duration-s", "9"));
    assert_string_equal(plan.cells[0].name, "sleep/rate=100");
    assert_int_equal(plan.cells[0].settings.jobs, 900);
    assert_int_equal(plan.trial_count, 0);
    assert_holds(plan.notes.texts[plan.notes.count - 1], "sleep: a search, of up to 40 trials of about 9 s");
    plan_finish(&plan);
}

static void test_options_win(void **state)
{
    (void)state;
    struct plan plan =
        make_plan("[run]\nblocks = 3\n[cell a]\nworkload = sleep\ndelay-ms = 5\nconcurrency = 1,2\n"
                  "[cell b]\nworkload = download\nbody-bytes = 5\n",
                  false, PAIRS("concurrency", "9", "body-bytes", "6", "blocks", "8", "runner", "threads"));
    assert_int_equal(plan.run.blocks, 8);
    assert_int_equal(plan.cell_count, 2);
    assert_int_equal(plan.lane_count, 2);
    assert_int_equal(plan.cells[0].settings.concurrency, 9);
    assert_string_equal(plan.cells[0].params, "delay-ms=5"); /* a sleep has no body */
    assert_int_equal(plan.cells[1].settings.body_bytes, 6);
    plan_finish(&plan);
}

static void test_quick(void **state)
{
    (void)state;
    static const char text[] = "[run]\nblocks = 20\nquick-timeout-ms = 77\n"
                               "[cell a]\nworkload = download\njobs-per-worker = 20\nquick-jobs = 5\n"
                               "concurrency = 1,2,3\nquick-concurrency = 4,5\ntimeout-ms = 9\n"
                               "[cell b]\nworkload = download\njobs = 50\nquick-delay-ms = 3x1\n";
    struct plan plan = make_plan(text, true, NULL);
    assert_int_equal(plan.run.blocks, 6);
    assert_int_equal(plan.cell_count, 4);
    const struct cell *five = cell_of(&plan, "a/concurrency=5");
    assert_int_equal(five->settings.jobs, 5);
    assert_int_equal(five->settings.timeout_ms, 9); /* the cell wins over [run], quick or not */
    assert_int_equal(cell_of(&plan, "b")->settings.timeout_ms, 77);
    assert_int_equal(cell_of(&plan, "b")->settings.jobs, 3);
    plan_finish(&plan);

    plan = make_plan(text, true, PAIRS("blocks", "9", "concurrency", "7"));
    assert_int_equal(plan.run.blocks, 9);
    assert_int_equal(cell_of(&plan, "a")->settings.concurrency, 7);
    plan_finish(&plan);

    plan = make_plan(text, false, NULL);
    assert_int_equal(plan.run.blocks, 20);
    assert_int_equal(plan.cell_count, 5);
    assert_int_equal(cell_of(&plan, "b")->settings.jobs, 50);
    plan_finish(&plan);
}

static void test_without_a_file(void **state)
{
    (void)state;
    struct plan plan = make_plan(NULL, false, PAIRS("jobs", "50"));
    assert_string_equal(plan.scenario, "custom");
    assert_string_equal(plan.cells[0].name, "sleep");
    assert_string_equal(plan.cells[0].settings.delay_ms, "20"); /* no delay at all is nobody's question */
    assert_int_equal(plan.lane_count, 3);
    plan_finish(&plan);

    plan = make_plan(NULL, false, PAIRS("body-bytes", "50"));
    assert_string_equal(plan.cells[0].name, "download");
    assert_true(plan.cells[0].transfers);
    assert_null(plan.cells[0].settings.delay_ms);
    plan_finish(&plan);

    plan = make_plan(NULL, false, PAIRS("url", "http://127.0.0.1:8080/", "concurrency", "1,500"));
    assert_string_equal(plan.cells[1].name, "download/concurrency=1");
    plan_finish(&plan);

    write_text("data.bin", "x");
    plan = make_plan(NULL, false, PAIRS("workload", "download", "data-file", "data.bin"));
    assert_string_equal(plan.cells[0].settings.method, "POST");
    plan_finish(&plan);
    plan = make_plan(NULL, false, PAIRS("workload", "download", "data-file", "data.bin", "method", "PUT"));
    assert_string_equal(plan.cells[0].settings.method, "PUT");
    plan_finish(&plan);
}

static void test_params(void **state)
{
    (void)state;
    struct plan plan = make_plan(NULL, false,
                                 PAIRS("url", "http://127.0.0.1/?q=1", "header", "Authorization: secret\nX-A: 1",
                                       "timeout-ms", "5", "verify", "length", "connections", "cold", "method", "GET"));
    const char *params = plan.cells[0].params;
    assert_int_equal(strncmp(params, "url=http://127.0.0.1/?q=1 header=Authorization,X-A:", 51), 0);
    assert_holds(params, " verify=length timeout-ms=5");
    assert_null(strstr(params, "secret"));
    assert_null(strstr(params, "connections")); /* a column of its own */
    assert_null(strstr(params, "method"));      /* the default */
    plan_finish(&plan);
}

/* What a file holds is a setting, and so is whether bodies are written; where to is not. */
static void test_params_of_files(void **state)
{
    (void)state;
    char *params[2];
    for (int i = 0; i < 2; i++) {
        write_text("urls.txt", i ? "http://127.0.0.1/other\n" : "http://127.0.0.1/one\n");
        struct plan plan = make_plan(NULL, false, PAIRS("url-file", "urls.txt", "save", i ? "x" : "y"));
        params[i] = strdup(plan.cells[0].params);
        plan_finish(&plan);
        assert_int_equal(strncmp(params[i], "save=yes url-file=urls.txt:", 27), 0);
    }
    assert_string_not_equal(params[0], params[1]);
    free(params[0]);
    free(params[1]);

    struct plan plan = make_plan("[cell a]\nworkload = download\n[cell b]\n", false, PAIRS("save", "x"));
    assert_string_equal(cell_of(&plan, "a")->params, "save=yes");
    assert_string_equal(cell_of(&plan, "b")->params, "delay-ms=20");
    plan_finish(&plan);
}

static void test_refused(void **state)
{
    (void)state;
    assert_refused("[cell a]\njobs = 3\njobs-per-worker = 4\n", NULL, "s.ini:2: jobs: excludes jobs-per-worker");
    assert_refused("[cell a]\nurl = http://127.0.0.1/\nurl-file = urls.txt\n", NULL, "s.ini:2: url: excludes url-file");
    assert_refused("[cell a]\nworkload = sleep\nbody-bytes = 4\n", NULL,
                   "s.ini:3: body-bytes: means nothing here, since this cell's workload makes no requests");
    assert_refused("[cell a]\nrate = 9\njobs = 3\nduration-s = 4\n", NULL, "s.ini:4: duration-s: excludes jobs");
    assert_refused("[cell a]\nrate = 9\njobs-per-worker = 3\nduration-s = 4\n", NULL,
                   "s.ini:4: duration-s: excludes jobs-per-worker");
    assert_refused("[cell a]\nduration-s = 4\n", NULL,
                   "s.ini:2: duration-s: means nothing here, since this cell has no rate");
    assert_refused("[cell a]\narrivals = poisson\n", NULL,
                   "s.ini:2: arrivals: means nothing here, since this cell has no rate");
    assert_refused("[cell a]\n", PAIRS("arrivals", "poisson"),
                   "--arrivals: means nothing here, since no cell has a rate");
    assert_refused("[cell a]\nrate = find\njobs = 3\n", NULL,
                   "s.ini:3: jobs: means nothing here, since this cell is a search");
    assert_refused("[cell a]\nrate = find\n", PAIRS("jobs", "3"), "--jobs: means nothing to a search");
    assert_refused("[cell a]\nrate = 5,find\n", NULL, "s.ini:2: rate: find in a list");
    assert_refused("[cell a]\nrate = fast\n", NULL,
                   "s.ini:2: rate: 'fast' is not a whole number; 1 to 10000000, or find");
    assert_refused("[cell a]\nrate = 1M\nduration-s = 101\n", NULL,
                   "s.ini:3: duration-s: 1000000 jobs a second for 101 s make 101000000 jobs; at most 100000000");
    assert_refused("[cell a]\nworkload = null\ndelay-ms = 4\n", NULL, "s.ini:3: delay-ms: means nothing here");
    assert_refused(NULL, PAIRS("workload", "null", "spin-us", "4"), "--spin-us: means nothing here");
    assert_refused("[cell a]\nurl = http://127.0.0.1/\ndelay-ms = 4\n", NULL,
                   "s.ini:3: delay-ms: only the test server can be asked for it, and url aims elsewhere");
    assert_refused("[cell a]\nworkload = download\nurl-file = absent.txt\n", NULL,
                   "s.ini:3: url-file: absent.txt cannot be read: No such file");
    assert_refused("[cell a]\nworkload = download\nurl-file = .\n", NULL, "s.ini:3: url-file: . is no regular file");
    assert_refused("[cell a]\nworkload = download\ndata-file = absent.bin\n", NULL, "s.ini:3: data-file: absent.bin");
    assert_refused("[cell a]\nworkload = download\ncacert = absent.pem\n", NULL, "s.ini:3: cacert: absent.pem");
    assert_refused("[cell a]\ncpus = 1023\n", NULL, "s.ini:2: cpus: ");
    assert_refused("[cell a]\njobs-per-worker = 1M\nconcurrency = 1k\n", NULL,
                   "s.ini:2: jobs-per-worker: with concurrency 1000 that makes 1000000000 jobs; at most 100000000");
    assert_refused("[cell a]\n", PAIRS("jobs", "10x"), "--jobs: '10x' is not a whole number; 1 to 100000000");
    assert_refused("[cell a]\n", PAIRS("blocks", "0"), "--blocks: '0' is out of range; 1 to 1000");
    assert_refused("[cell a]\nworkload = sleep\n", PAIRS("url", "http://127.0.0.1/"),
                   "--url: means nothing here, since no cell makes requests");
    assert_refused(NULL, PAIRS("workload", "sleep", "header", "A: 1"), "--header: means nothing here");
    assert_refused(NULL, PAIRS("workload", "sleep", "save", "x"), "--save: means nothing here");
    assert_refused(NULL, PAIRS("url", "http://127.0.0.1/", "delay-ms", "3"), "--delay-ms: only the test server");

    char list[4000] = "1";
    for (int i = 2; i <= 101; i++)
        sprintf(list + strlen(list), ",%d", i);
    assert_refused(NULL, PAIRS("body-bytes", list, "spin-us", list), "the lists make more than 10000 cells");
    assert_refused(NULL, PAIRS("body-bytes", list, "spin-us", "1,2,3,4,5", "blocks", "1000"),
                   "make more than 1000000 trials");
}

static void test_too_few_cpus(void **state)
{
    (void)state;
    struct plan plan = make_plan("[cell a]\nmin-cpus = 4k\n"
                                 "cpus = 1000-1023\n"
                                 "[cell b]\n",
                                 false, PAIRS("min-cpus", "1", "cpus", "one"));
    assert_int_equal(plan.cell_count, 2);
    plan_finish(&plan);
    plan = make_plan("[cell a]\nmin-cpus = 4000\ncpus = 1000-1023\n[cell b]\n", false, NULL);
    assert_int_equal(plan.cell_count, 1);
    assert_string_equal(plan.cells[0].name, "b");
    assert_int_equal(plan.left_out.count, 1);
    assert_holds(plan.left_out.texts[0], "a is left out: it needs 4000 CPUs, here ");
    plan_finish(&plan);

    struct failure failure;
    write_text("s.ini", "[cell a]\nmin-cpus = 4000\n");
    assert_int_equal(make_from(&plan, "s.ini", false, NULL, &failure), -1);
    assert_int_equal(failure.status, EXIT_LOCAL_LIMIT);
    assert_holds(failure.text, "s: nothing to run; a is left out: it needs 4000 CPUs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_cell),
        cmocka_unit_test(test_where_the_jobs_come_from),
        cmocka_unit_test(test_sweep_of_concurrency),
        cmocka_unit_test(test_sweep_of_several_keys),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_options_win),
        cmocka_unit_test(test_quick),
        cmocka_unit_test(test_without_a_file),
        cmocka_unit_test(test_params),
        cmocka_unit_test(test_params_of_files),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_few_cpus),
    };
    return cmocka_run_group_tests_name("plan", tests, enter_directory, leave_directory);
}
