/* When a trial's figures are not to be believed: what others had of the CPUs, a test server that was busy or late. */
#include "made_up_machine.h"
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <iort/clock.h>
#include "../environment/other_cpu.h"
#include "../process_cpu.h"
#include "../run/trial_flags.h"

static cpu_set_t set_of(int first, int last)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int cpu = first; cpu <= last; cpu++)
        CPU_SET(cpu, &set);
    return set;
}

/* --- reading --- */

static void times_are_those_of_the_cpus_asked_for(void **state)
{
    (void)state;
    struct cpu_times times;
    cpu_set_t one = set_of(1, 1), both = set_of(0, 1), more = set_of(0, 3);
    put("/proc/stat", "cpu  999 999 999 999 999 999 999 999 99 99\n"
                      "cpu0 100 10 20 1000 5 3 2 1 50 5\n"
                      "cpu1 200 0 40 2000 7 0 1 9 50 5\n"
                      "intr 12345 0 0\nctxt 1\n");
    cpu_times_read_at(root, &one, &times);
    assert_int_equal(times.cpu_count, 1);
    assert_int_equal(times.idle_ticks, 2007);
    assert_int_equal(times.busy_ticks, 250); /* a guest's time is in user and nice already */
    cpu_times_read_at(root, &both, &times);
    assert_int_equal(times.cpu_count, 2);
    assert_int_equal(times.idle_ticks, 3012);
    assert_int_equal(times.busy_ticks, 386);
    cpu_times_read_at(root, &more, &times);
    assert_int_equal(times.cpu_count, 2);
    int64_t before_ns = rt_now_ns();
    cpu_times_read_at(root, &one, &times);
    assert_true(times.at_ns >= before_ns && times.at_ns <= rt_now_ns());
}

static void what_cannot_be_read_is_not_known(void **state)
{
    (void)state;
    static const char *const garbage[] = {"", "cpu\n", "cpu 1 2 3\ncpu0\n", "\n\n\ncpu0 1 2 3 4\n", "intr 5\n"};
    struct cpu_times before, after;
    cpu_set_t one = set_of(0, 0);
    cpu_times_read_at(root, &one, &before); /* no such file */
    assert_int_equal(before.cpu_count, 0);
    for (size_t i = 0; i < COUNT(garbage); i++) {
        put("/proc/stat", garbage[i]);
        cpu_times_read_at(root, &one, &after);
        assert_int_equal(after.cpu_count, 0);
        struct other_cpu others = other_cpu_measure(&before, &after, 0);
        assert_true(isnan(others.share) && !others.disturbed);
    }
}

static void times_of_this_machine_go_on(void **state)
{
    (void)state;
    struct cpu_times before, after;
    cpu_set_t all = set_of(0, CPU_SETSIZE - 1);
    cpu_times_read_at("", &all, &before);
    assert_true(before.cpu_count >= 1 && before.idle_ticks >= 0 && before.busy_ticks > 0);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    cpu_times_read_at("", &all, &after);
    assert_true(after.cpu_count == before.cpu_count && after.at_ns > before.at_ns);
    struct other_cpu others = other_cpu_measure(&before, &after, 0);
    assert_true(others.share >= 0 && others.share <= 1);
}

/* --- judging; ticks are hundredths of a second --- */

static const struct {
    const char *what;
    double wall_s;
    int cpus;
    int64_t idle_ticks, busy_ticks;
    double own_s, share;
    bool disturbed;
} judged[] = {
    {"nobody else", 2, 1, 0, 200, 2, 0, false},
    {"idle all the time", 2, 1, 200, 0, 0.001, 0, false},
    {"a hog beside a busy trial: each has half", 4, 1, 0, 400, 2, 0.5, true},
    {"a hog beside a trial that waits", 2, 1, 0, 200, 0.02, 0.99, true},
    {"a hog on one of two CPUs", 2, 2, 200, 200, 0.02, 0.495, true},
    /* 64 CPUs, of which one is taken: there is room elsewhere. */
    {"a hog on one of many CPUs", 2, 64, 12600, 200, 0.02, 0.0154688, false},
    /* Idle says that a tenth is missing, which is the kernel's waking up; the ticks never met anybody. */
    {"going to sleep and waking up", 2, 1, 100, 80, 0.8, 0, false},
    /* And the other way round: the ticks met us too often, but there is not so much time that was not idle. */
    {"unlucky ticks", 2, 1, 120, 110, 0.8, 0, false},
    /* 5 % of 2 s are 10 ticks; of 1 s of our own the ticks may be wrong by 2 sqrt(.5 + 100 / 2) = 14.2. */
    {"more than the threshold, but not more than the doubt", 2, 1, 80, 120, 1, 0.1, false},
    {"just less than both", 2, 1, 76, 124, 1, 0.12, false},
    {"more than both", 2, 1, 74, 126, 1, 0.13, true},
    /* The less there was of others, the less a tick could have missed of us: 10 + 2 sqrt(.5 + 180 / 10) = 18.6. */
    {"a busy trial, a little disturbed", 2, 1, 0, 200, 1.8, 0.1, true},
    {"a busy trial, hardly disturbed", 2, 1, 0, 200, 1.84, 0.08, false},
    {"a longer one shows less", 20, 1, 0, 2000, 18.7, 0.065, true},
    /* 20 ms: half of it is one tick, and nobody knows. */
    {"too short", 0.02, 1, 0, 2, 0.01, 0.5, false},
    {"the kernel's idle time steps back", 2, 1, -3, 200, 2, 0, false},
    {"more of our own than there was", 2, 1, 0, 200, 2.5, 0, false},
};

static void others_are_judged(void **state)
{
    (void)state;
    if (sysconf(_SC_CLK_TCK) != 100)
        return; /* on every Linux it is */
    for (size_t i = 0; i < COUNT(judged); i++) {
        struct cpu_times before = {.at_ns = 5, .idle_ticks = 7000, .busy_ticks = 9000, .cpu_count = judged[i].cpus};
        struct cpu_times after = {.at_ns = 5 + (int64_t)(judged[i].wall_s * 1e9),
                                  .idle_ticks = 7000 + judged[i].idle_ticks,
                                  .busy_ticks = 9000 + judged[i].busy_ticks,
                                  .cpu_count = judged[i].cpus};
        struct other_cpu others = other_cpu_measure(&before, &after, judged[i].own_s);
        if (fabs(others.share - judged[i].share) > 1e-6 || others.disturbed != judged[i].disturbed)
            fail_msg("%s: share %g, %sdisturbed", judged[i].what, others.share, others.disturbed ? "" : "not ");
    }
}

static void readings_that_do_not_fit_say_nothing(void **state)
{
    (void)state;
    struct cpu_times two = {.at_ns = 5, .cpu_count = 2}, later = {.at_ns = 9, .cpu_count = 1};
    assert_true(isnan(other_cpu_measure(&two, &later, 0).share)); /* a CPU went off line */
    later.cpu_count = 2;
    assert_false(isnan(other_cpu_measure(&two, &later, 0).share));
    assert_true(isnan(other_cpu_measure(&later, &two, 0).share));
    assert_true(isnan(other_cpu_measure(&two, &two, 0).share));
}

/* --- the CPU time of a process --- */

static void cpu_time_of_a_process(void **state)
{
    (void)state;
    int64_t before_ns = process_cpu_ns(getpid()), now_ns;
    assert_true(before_ns > 0);
    while ((now_ns = process_cpu_ns(getpid())) < before_ns + 2 * RT_NS_PER_MS)
        ;
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    assert_true(now_ns <= (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec);
    assert_int_equal(process_cpu_ns(0), -1);
    assert_int_equal(process_cpu_ns(-5), -1);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(process_cpu_ns(child), -1);
}

/* --- the test server --- */

static void a_busy_server(void **state)
{
    (void)state;
    double share = trial_server_busy_share(0.9, 1, 500, 500);
    assert_true(share == 0.9);
    assert_false(trial_saturated_server(share));
    assert_true(trial_saturated_server(0.91));
    assert_true(trial_server_busy_share(0.9, 1, 400, 200) == 0.45);  /* two loops, half each */
    assert_true(trial_server_busy_share(1.5, 1, 400, 300) == 1);     /* more than there is: cut */
    assert_true(trial_server_busy_share(0.95, 1, 400, 400) == 0.95); /* two loops, and one does it all */
    assert_true(trial_server_busy_share(0, 1, 10, 10) == 0);
    assert_true(isnan(trial_server_busy_share(0.5, 0, 10, 10))); /* nothing was measured */
    assert_true(isnan(trial_server_busy_share(0.5, 1, 0, 0)));
    assert_false(trial_saturated_server(NAN));
}

static void a_late_server(void **state)
{
    (void)state;
    assert_true(trial_had_late_server("20", 2100000));
    assert_false(trial_had_late_server("20", 1900000));
    assert_false(trial_had_late_server("1", 400000)); /* any timer may be */
    assert_true(trial_had_late_server("1", 600000));
    assert_true(trial_had_late_server("10x500,10x20", 2100000)); /* the shortest counts */
    assert_false(trial_had_late_server("10x500,10x200", 2100000));
    assert_false(trial_had_late_server(NULL, 2100000));
    assert_false(trial_had_late_server("20", -1)); /* none was delayed */
    assert_false(trial_had_late_server("twenty", 2100000));
}

static void flags_are_words_with_spaces_between(void **state)
{
    (void)state;
    json_t *line = json_pack("{s:s}", "flags", "");
    trial_flag_add(line, "one");
    assert_string_equal(json_string_value(json_object_get(line, "flags")), "one");
    trial_flag_add(line, "two");
    assert_string_equal(json_string_value(json_object_get(line, "flags")), "one two");
    json_decref(line);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(times_are_those_of_the_cpus_asked_for, make_root, remove_root),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_not_known, make_root, remove_root),
        cmocka_unit_test(times_of_this_machine_go_on),
        cmocka_unit_test(others_are_judged),
        cmocka_unit_test(readings_that_do_not_fit_say_nothing),
        cmocka_unit_test(cpu_time_of_a_process),
        cmocka_unit_test(a_busy_server),
        cmocka_unit_test(a_late_server),
        cmocka_unit_test(flags_are_words_with_spaces_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
