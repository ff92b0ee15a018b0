/* Files: contents, ends, limits, what is left after a failure, and that the loop goes on. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "rt_test.h"

static char directory[] = "/tmp/iort-files-XXXXXX";

static const char *path(const char *name)
{
    static char paths[4][128];
    static int next;
    char *text = paths[next++ % 4];
    snprintf(text, sizeof(paths[0]), "%s/%s", directory, name);
    return text;
}

static int entries(void)
{
    char command[160], digits[16] = "";
    snprintf(command, sizeof(command), "ls -A %s | wc -l", directory);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    assert_non_null(fgets(digits, sizeof(digits), list));
    pclose(list);
    return atoi(digits);
}

TASK_TEST(what_is_written_is_read_back_at_its_place)
{
    char bytes[32];
    int fd = rt_file_open(path("places"), O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(rt_file_write(fd, "0123456789", 10, 0), 10);
    assert_int_equal(rt_file_write(fd, "abc", 3, 4), 3);
    assert_int_equal(rt_file_sync(fd), 0);
    assert_int_equal(rt_file_read(fd, bytes, 6, 2), 6);
    assert_memory_equal(bytes, "23abc7", 6);
    assert_int_equal(rt_file_read(fd, bytes, sizeof(bytes), 8), 2); /* the end */
    assert_int_equal(rt_file_read(fd, bytes, sizeof(bytes), 10), 0);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    assert_int_equal(rt_file_close(fd), 0);
    assert_int_equal(rt_file_close(fd), -EBADF);
    assert_int_equal(rt_file_open(path("places"), O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
    unlink(path("places"));
}

TASK_TEST(errors_are_those_of_the_system_calls)
{
    char byte = 'x';
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(rt_file_open(path("missing"), O_RDONLY, 0), -ENOENT);
    assert_int_equal(rt_file_read(ends[0], &byte, 1, 0), -ESPIPE);
    assert_int_equal(rt_file_write(ends[1], &byte, 1, 0), -ESPIPE);
    assert_int_equal(rt_file_read(-1, &byte, 1, 0), -EBADF);
    assert_int_equal(rt_file_write(-1, &byte, 1, 0), -EBADF);
    assert_int_equal(rt_file_sync(-1), -EBADF);
    close(ends[0]);
    close(ends[1]);
    int full = rt_file_open("/dev/full", O_WRONLY, 0);
    assert_true(full >= 0);
    assert_int_equal(rt_file_write(full, &byte, 1, 0), -ENOSPC);
    assert_int_equal(rt_file_close(full), 0);
}

TASK_TEST(a_whole_file_comes_with_a_zero_byte_after_it_unless_it_is_too_large)
{
    void *data = NULL;
    size_t size = 99;
    assert_int_equal(rt_file_write_all(path("whole"), "contents", 8, 0640), 0);
    assert_int_equal(rt_file_read_all(path("whole"), 8, &data, &size), 0);
    assert_int_equal(size, 8);
    assert_string_equal(data, "contents");
    free(data);
    data = NULL;
    assert_int_equal(rt_file_read_all(path("whole"), 7, &data, &size), -EFBIG);
    assert_int_equal(rt_file_read_all("/dev/zero", 100000, &data, &size), -EFBIG); /* it tells no size */
    assert_int_equal(rt_file_read_all(path("missing"), 7, &data, &size), -ENOENT);
    assert_int_equal(rt_file_read_all(directory, 7, &data, &size), -EISDIR);
    assert_null(data);
    assert_int_equal(rt_file_read_all("/proc/self/status", 100000, &data, &size), 0); /* nor does this */
    assert_int_equal(strlen(data), size);
    assert_true(size > 100);
    free(data);
    assert_int_equal(rt_file_write_all(path("whole"), "", 0, 0640), 0);
    assert_int_equal(rt_file_read_all(path("whole"), 0, &data, &size), 0);
    assert_int_equal(size, 0);
    assert_string_equal(data, "");
    free(data);
    unlink(path("whole"));
}

TASK_TEST(a_file_is_replaced_as_a_whole_and_a_failure_leaves_the_old_one)
{
    enum { SIZE = 1 << 20 };
    char *bytes = calloc(1, SIZE);
    void *data;
    size_t size;
    struct stat status;
    assert_non_null(bytes);
    memset(bytes, 'b', SIZE);
    mode_t mask = umask(022);
    assert_int_equal(rt_file_write_all(path("replaced"), "old", 3, 0666), 0);
    assert_int_equal(symlink("replaced", path("link")), 0);
    assert_int_equal(rt_file_write_all(path("replaced"), bytes, SIZE, 0666), 0);
    assert_int_equal(rt_file_write_all(path("link"), "other", 5, 0600), 0); /* the link, not what it points to */
    umask(mask);
    assert_int_equal(stat(path("replaced"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    assert_int_equal(rt_file_read_all(path("replaced"), SIZE, &data, &size), 0);
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, bytes, SIZE);
    free(data);
    free(bytes);
    assert_int_equal(entries(), 2); /* no temporary name is left */
    assert_int_equal(rt_file_write_all(path("missing/name"), "x", 1, 0600), -ENOENT);
    assert_int_equal(mkdir(path("inside"), 0700), 0);
    assert_int_equal(rt_file_write_all(path("inside"), "x", 1, 0600), -EISDIR); /* at the rename */
    assert_int_equal(entries(), 3);
    rmdir(path("inside"));
    unlink(path("link"));
    unlink(path("replaced"));
    assert_int_equal(entries(), 0);
}

static int open_fifo(void *arg)
{
    return rt_file_open(arg, O_RDONLY, 0);
}

TASK_TEST(the_loop_goes_on_while_a_call_blocks_and_a_cancel_does_not_lose_its_result)
{
    char name[128];
    strcpy(name, path("fifo"));
    assert_int_equal(mkfifo(name, 0600), 0);
    struct rt_task *task = spawn(open_fifo, name);
    for (int i = 0; i < 200; i++) /* long enough for a thread to have taken the call, on any machine */
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    rt_task_cancel(task);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING); /* its buffer and its result are still needed */
    int writer = open(name, O_WRONLY | O_CLOEXEC);
    int fd = join(task);
    assert_true(fd >= 0);
    assert_int_equal(rt_file_close(fd), 0);
    close(writer);
    unlink(name);
}

static int close_cancelled(void *arg)
{
    rt_task_cancel(rt_task_self());
    return rt_file_close(*(int *)arg);
}

TASK_TEST(a_cancelled_task_closes_all_the_same)
{
    int fd = dup(0);
    assert_int_equal(join(spawn(close_cancelled, &fd)), 0);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static int read_parked(void *arg)
{
    char byte;
    return (int)rt_file_read(*(int *)arg, &byte, 1, 0);
}

TASK_TEST(a_parkable_task_is_refused)
{
    struct rt_task *task;
    int fd = rt_file_open("/dev/zero", O_RDONLY, 0);
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, read_parked, &fd, &options), 0);
    int result = join(task);
    assert_true(result == -ENOTSUP || result == 1); /* 1: nothing is parked in this build */
    assert_int_equal(rt_file_close(fd), 0);
}

static void outside_a_task_there_is_nobody_to_wait(void **state)
{
    (void)state;
    void *data;
    size_t size;
    char byte = 0;
    assert_int_equal(rt_file_open("/", O_RDONLY, 0), -EINVAL);
    assert_int_equal(rt_file_read(0, &byte, 1, 0), -EINVAL);
    assert_int_equal(rt_file_write(0, &byte, 1, 0), -EINVAL);
    assert_int_equal(rt_file_sync(0), -EINVAL);
    assert_int_equal(rt_file_read_all("/", 1, &data, &size), -EINVAL);
    assert_int_equal(rt_file_write_all("/", &byte, 1, 0), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_at_its_place),
        cmocka_unit_test(errors_are_those_of_the_system_calls),
        cmocka_unit_test(a_whole_file_comes_with_a_zero_byte_after_it_unless_it_is_too_large),
        cmocka_unit_test(a_file_is_replaced_as_a_whole_and_a_failure_leaves_the_old_one),
        cmocka_unit_test(the_loop_goes_on_while_a_call_blocks_and_a_cancel_does_not_lose_its_result),
        cmocka_unit_test(a_cancelled_task_closes_all_the_same),
        cmocka_unit_test(a_parkable_task_is_refused),
        cmocka_unit_test(outside_a_task_there_is_nobody_to_wait),
    };
    if (!mkdtemp(directory))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(directory);
    return failed;
}
