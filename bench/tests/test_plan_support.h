/* Files for the tests of scenarios and plans: each test gets a directory of its own. */
#ifndef TEST_PLAN_SUPPORT_H
#define TEST_PLAN_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATH_SIZE = 300 };

/* Every setup of a test: go to a fresh directory. */
static inline int enter_directory(void **state)
{
    const char *base = getenv("TMPDIR");
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/iorace-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path) || chdir(path))
        return -1;
    *state = strdup(path);
    return *state ? 0 : -1;
}

/* Its teardown: the files that the tests write have these names only. */
static inline int leave_directory(void **state)
{
    static const char *const names[] = {"s.ini", "t.ini", "urls.txt", "data.bin", "fifo"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    int result = chdir("/") || rmdir(*state);
    free(*state);
    return result;
}

static inline void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/* cmocka shows no texts when a substring is missing; this does. */
static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' does not hold '%s'", text, part);
}

#endif
