/* Loops: several in a process, run again and again, left with work, refused where they may not run. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "rt_test.h"

/* --- two loops, two threads --- */

enum { PAIRS = 8, ROUNDS = 100 };

struct pair {
    int ends[2];
    struct rt_queue *queue;
    struct rt_semaphore *semaphore;
};

static int talk(void *arg)
{
    struct pair *pair = arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (rt_write(pair->ends[0], &i, sizeof(i), SOON) != sizeof(i) ||
            rt_semaphore_acquire(pair->semaphore, SOON) < 0)
            return -1;
        rt_sleep_ns(i % 7 * 1000);
        rt_semaphore_release(pair->semaphore);
    }
    return 0;
}

static int listen_to(void *arg)
{
    struct pair *pair = arg;
    for (int i = 0; i < ROUNDS; i++) {
        int number = -1;
        if (rt_read(pair->ends[1], &number, sizeof(number), SOON) != sizeof(number) || number != i ||
            rt_queue_put(pair->queue, pair, SOON) < 0)
            return -1;
    }
    return 0;
}

static int run_pairs(void *arg)
{
    (void)arg;
    struct pair pairs[PAIRS];
    struct rt_task *tasks[PAIRS][2];
    struct rt_queue *queue;
    struct rt_semaphore semaphore;
    rt_semaphore_init(&semaphore, 3);
    if (rt_queue_create(&queue, 4) < 0)
        return -1;
    for (int i = 0; i < PAIRS; i++) {
        pairs[i].queue = queue;
        pairs[i].semaphore = &semaphore;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pairs[i].ends) < 0 ||
            rt_task_spawn(&tasks[i][0], talk, &pairs[i]) < 0 || rt_task_spawn(&tasks[i][1], listen_to, &pairs[i]) < 0)
            return -2;
    }
    int got = 0;
    for (void *item; got < PAIRS * ROUNDS; got++)
        if (rt_queue_get(queue, &item, SOON) < 0)
            return -3;
    for (int i = 0; i < PAIRS; i++) {
        int results[2] = {-1, -1};
        rt_task_join(tasks[i][0], &results[0]);
        rt_task_join(tasks[i][1], &results[1]);
        if (results[0] < 0 || results[1] < 0)
            return -4;
        rt_close(pairs[i].ends[0]);
        rt_close(pairs[i].ends[1]);
    }
    rt_queue_destroy(queue);
    return got;
}

static void *run_in_thread(void *arg)
{
    *(int *)arg = rt_run(run_pairs, NULL, NULL);
    return NULL;
}

static void two_loops_run_in_two_threads(void **state)
{
    (void)state;
    int results[2] = {0};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &results[i]), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(results[i], PAIRS * ROUNDS);
    }
}

/* --- one loop, run more than once --- */

static int count_turns(void *arg)
{
    for (;;) {
        if (rt_sleep_ns(RT_NS_PER_MS) < 0)
            return 0;
        ++*(int *)arg;
    }
}

static int leave_a_counter(void *arg)
{
    return rt_task_spawn(NULL, count_turns, arg);
}

static int wait_for_ten(void *arg)
{
    while (*(int *)arg < 10)
        if (rt_sleep_ns(RT_NS_PER_MS) < 0)
            return -1;
    return *(int *)arg;
}

static void what_one_run_leaves_goes_on_in_the_next(void **state)
{
    (void)state;
    int count = 0;
    struct rt_loop *loop;
    struct rt_loop_stats stats;
    assert_int_equal(rt_loop_create(&loop, NULL), 0);
    assert_int_equal(rt_loop_run(loop, leave_a_counter, &count), 0);
    assert_int_equal(count, 0);
    assert_in_range(rt_loop_run(loop, wait_for_ten, &count), 10, 1000);
    rt_loop_stats(loop, &stats);
    assert_int_equal(stats.tasks_now, 1);
    assert_int_equal(stats.tasks_spawned, 3);
    assert_string_equal(rt_loop_backend(loop), "epoll");
    rt_loop_destroy(loop);
}

static int sleep_for_ever_and_a_day(void *arg)
{
    (void)arg;
    return rt_sleep_ns(86400 * RT_NS_PER_S);
}

static int read_in_vain(void *arg)
{
    char byte;
    return (int)rt_read(*(int *)arg, &byte, 1, RT_FOREVER);
}

static int leave_them_waiting(void *arg)
{
    if (rt_task_spawn(NULL, sleep_for_ever_and_a_day, NULL) < 0 || rt_task_spawn(NULL, read_in_vain, arg) < 0)
        return -1;
    return rt_yield() == 0 ? 6 : -2;
}

static void a_run_ends_with_its_main_task_whatever_the_others_wait_for(void **state)
{
    (void)state;
    int ends[2];
    int64_t start = rt_now_ns();
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(rt_run(leave_them_waiting, &ends[0], NULL), 6);
    assert_true(rt_now_ns() - start < 30 * RT_NS_PER_S);
    close(ends[0]);
    close(ends[1]);
}

static int keep_a_handle(void *arg)
{
    struct rt_task **ret_task = arg;
    static int count;
    return rt_task_spawn(ret_task, count_turns, &count);
}

static void a_handle_outlives_its_loop(void **state)
{
    (void)state;
    struct rt_task *task;
    assert_int_equal(rt_run(keep_a_handle, &task, NULL), 0);
    assert_int_equal(rt_task_state(task), RT_TASK_DONE);
    rt_task_release(task);
}

struct second_run {
    struct rt_loop *loop, *other;
    int result, other_result;
};

static int run_again_inside(void *arg)
{
    struct second_run *second = arg;
    int count = 10;
    second->result = rt_loop_run(second->loop, wait_for_ten, &count);
    second->other_result = rt_loop_run(second->other, wait_for_ten, &count);
    return rt_run(wait_for_ten, NULL, NULL);
}

static void a_thread_runs_one_loop_at_a_time(void **state)
{
    (void)state;
    struct second_run second = {0};
    assert_int_equal(rt_loop_create(&second.loop, NULL), 0);
    assert_int_equal(rt_loop_create(&second.other, NULL), 0);
    assert_int_equal(rt_loop_run(second.loop, run_again_inside, &second), -EBUSY);
    assert_int_equal(second.result, -EBUSY);
    assert_int_equal(second.other_result, -EBUSY);
    rt_loop_destroy(second.loop);
    rt_loop_destroy(second.other);
    rt_loop_destroy(NULL);
}

/* --- every kind of dead end --- */

static int take_in_vain(void *arg)
{
    void *item;
    return rt_queue_get(arg, &item, RT_FOREVER);
}

static int everybody_waits(void *arg)
{
    (void)arg;
    struct rt_queue *queue;
    struct rt_semaphore semaphore;
    struct rt_event event;
    struct rt_task *task;
    rt_semaphore_init(&semaphore, 0);
    rt_event_init(&event);
    if (rt_queue_create(&queue, 1) < 0 || rt_task_spawn(&task, take_in_vain, queue) < 0)
        return -1;
    int told = 0;
    told += rt_task_await(task, NULL) == -EDEADLK;
    told += rt_semaphore_acquire(&semaphore, RT_FOREVER) == -EDEADLK;
    told += rt_event_wait(&event, RT_FOREVER) == -EDEADLK;
    told += rt_queue_get(queue, (void *[1]){0}, RT_FOREVER) == -EDEADLK;
    told += rt_sleep_until(RT_FOREVER) == -EDEADLK;
    told += rt_yield() == 0;
    told += rt_sleep_ns(1) == 0;
    rt_task_cancel(task);
    int result = 0;
    rt_task_join(task, &result);
    told += result == -ECANCELED;
    rt_queue_destroy(queue);
    return told;
}

static void the_main_task_is_told_of_every_dead_end(void **state)
{
    (void)state;
    assert_int_equal(rt_run(everybody_waits, NULL, NULL), 8);
}

/* --- limits --- */

static int use_a_little(void *arg)
{
    (void)arg;
    return rt_sleep_ns(RT_NS_PER_MS) == 0 ? 42 : 1;
}

/* In a process of its own, with `spare` descriptors left. Returns what rt_run returned. */
static int run_with_few_descriptors(int spare)
{
    int results[2], result = 1;
    assert_int_equal(pipe2(results, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {64, 64};
        setrlimit(RLIMIT_NOFILE, &limit);
        while (dup(0) >= 0)
            ;
        for (int fd = 63, left = spare; fd > 2 && left > 0; fd--)
            if (fd != results[1] && close(fd) == 0)
                left--;
        result = rt_run(use_a_little, NULL, NULL);
        ssize_t n = write(results[1], &result, sizeof(result));
        _exit(n == sizeof(result) ? 0 : 1);
    }
    close(results[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(read(results[0], &result, sizeof(result)), sizeof(result));
    close(results[0]);
    return result;
}

static void a_loop_without_descriptors_is_an_error_and_not_an_abort(void **state)
{
    (void)state;
    /* epoll, a timer, an event. */
    for (int spare = 0; spare < 3; spare++)
        assert_int_equal(run_with_few_descriptors(spare), -EMFILE);
    assert_int_equal(run_with_few_descriptors(3), 42);
}

static void a_stack_that_cannot_be_is_refused(void **state)
{
    (void)state;
    const struct rt_loop_options options[] = {
        {.stack_bytes = SIZE_MAX},
        {.stack_bytes = SIZE_MAX / 2},
        {.stack_bytes = SIZE_MAX / 17},
        {.stack_bytes = (size_t)1 << 48},
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        assert_int_equal(rt_run(use_a_little, NULL, &options[i]), -ENOMEM);
}

/* Linked in place of libc's (mmap64 where offsets have 64 bits by an option): address space that is short. */
static size_t largest_mapping = SIZE_MAX;

void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset);

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (size > largest_mapping) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return __real_mmap(address, size, protection, flags, fd, offset);
}

void *__wrap_mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return __wrap_mmap(address, size, protection, flags, fd, offset);
}

static void where_no_slab_of_stacks_fits_a_smaller_one_does(void **state)
{
    (void)state;
    largest_mapping = 3 * 65536;
    assert_int_equal(rt_run(use_a_little, NULL, NULL), 42);
    assert_int_equal(rt_run(run_pairs, NULL, NULL), PAIRS * ROUNDS);
    largest_mapping = 65536;
    assert_int_equal(rt_run(use_a_little, NULL, NULL), -ENOMEM);
    largest_mapping = SIZE_MAX;
}

static int sleep_20_ms_in_the_way_of_nobody(void *arg)
{
    (void)arg;
    usleep(20000);
    return 0;
}

/* Returns how many turns three idle stretches of 20 ms took. */
static int count_idle_turns(void *arg)
{
    int ends[2];
    char byte = 'x';
    struct rt_loop_stats before, after;
    (void)arg;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    rt_loop_stats(rt_loop_current(), &before);
    rt_sleep_ns(20 * RT_NS_PER_MS);
    /* The alarm has rung: it may not keep the loop awake, nor may descriptors that were waited for. */
    if (rt_executor_call(NULL, sleep_20_ms_in_the_way_of_nobody, NULL, NULL) < 0)
        return -3;
    if (rt_io_wait(ends[0], RT_WRITE, SOON) < 0 || rt_write(ends[1], &byte, 1, SOON) < 0 ||
        rt_io_wait(ends[0], RT_READ, SOON) < 0)
        return -2;
    if (rt_executor_call(NULL, sleep_20_ms_in_the_way_of_nobody, NULL, NULL) < 0)
        return -3;
    rt_loop_stats(rt_loop_current(), &after);
    rt_close(ends[0]);
    rt_close(ends[1]);
    return (int)(after.turns - before.turns);
}

static void an_idle_loop_sleeps_in_the_kernel(void **state)
{
    (void)state;
    assert_in_range(rt_run(count_idle_turns, NULL, NULL), 1, 40);
}

/* --- backends --- */

static int sleep_and_write(void *arg)
{
    int error = rt_sleep_ns(RT_NS_PER_MS);
    return error < 0 ? error : (int)rt_write(*(int *)arg, "x", 1, SOON);
}

static int read_after_a_sleep(void *arg)
{
    int ends[2], result;
    char byte;
    struct rt_task *writer;
    (void)arg;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    int error = rt_task_spawn(&writer, sleep_and_write, &ends[1]);
    if (error == 0)
        error = (int)rt_read(ends[0], &byte, 1, SOON);
    if (error >= 0 && rt_task_join(writer, &result) == 0 && result != 1)
        error = -EPROTO;
    rt_close(ends[0]);
    rt_close(ends[1]);
    return error;
}

static void every_backend_that_there_is_tells_of_descriptors_and_deadlines(void **state)
{
    static const struct {
        enum rt_backend backend;
        const char *name;
        bool is_everywhere;
    } backends[] = {
        {RT_BACKEND_AUTO, "epoll", true},         {RT_BACKEND_EPOLL, "epoll", true},
        {RT_BACKEND_POLL, "poll", true},          {RT_BACKEND_SELECT, "select", true},
        {RT_BACKEND_LINUXAIO, "linuxaio", false}, {RT_BACKEND_IO_URING, "io_uring", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
        struct rt_loop_options options = {.backend = backends[i].backend};
        struct rt_loop *loop = NULL;
        int error = rt_loop_create(&loop, &options);
        if (error == -ENOTSUP && !backends[i].is_everywhere) {
            assert_null(loop);
            continue;
        }
        assert_int_equal(error, 0);
        assert_string_equal(rt_loop_backend(loop), backends[i].name);
        assert_int_equal(rt_loop_run(loop, read_after_a_sleep, NULL), 1);
        rt_loop_destroy(loop);
    }
    struct rt_loop_options none = {.backend = (enum rt_backend)99};
    assert_int_equal(rt_run(read_after_a_sleep, NULL, &none), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_loops_run_in_two_threads),
        cmocka_unit_test(what_one_run_leaves_goes_on_in_the_next),
        cmocka_unit_test(a_run_ends_with_its_main_task_whatever_the_others_wait_for),
        cmocka_unit_test(a_handle_outlives_its_loop),
        cmocka_unit_test(a_thread_runs_one_loop_at_a_time),
        cmocka_unit_test(the_main_task_is_told_of_every_dead_end),
        cmocka_unit_test(a_loop_without_descriptors_is_an_error_and_not_an_abort),
        cmocka_unit_test(a_stack_that_cannot_be_is_refused),
        cmocka_unit_test(where_no_slab_of_stacks_fits_a_smaller_one_does),
        cmocka_unit_test(an_idle_loop_sleeps_in_the_kernel),
        cmocka_unit_test(every_backend_that_there_is_tells_of_descriptors_and_deadlines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
