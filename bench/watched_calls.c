/* What the program calls in place of malloc and its kin: out_of_memory.h says why. Only main is linked with it. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out_of_memory.h"

/* errno tells an allocation of nothing, which may be NULL, from one that failed; so does it where a size is absurd. */
static void *watched(void *memory)
{
    if (__builtin_expect(!memory, 0) && errno == ENOMEM)
        out_of_memory_note();
    return memory;
}

/* The linker's names: __wrap_x is what the program calls as x, __real_x what it would have called. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__real_fdopen(int fd, const char *mode);
DIR *__real_opendir(const char *path);
char *__real_realpath(const char *path, char *ret_path);
char *__real_strndup(const char *text, size_t most);
int __real_vasprintf(char **ret_text, const char *format, va_list args);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode);
DIR *__wrap_opendir(const char *path);
char *__wrap_realpath(const char *path, char *ret_path);
int __wrap_vasprintf(char **ret_text, const char *format, va_list args);
int __wrap_asprintf(char **ret_text, const char *format, ...);
int __wrap___vasprintf_chk(char **ret_text, int flag, const char *format, va_list args);
int __wrap___asprintf_chk(char **ret_text, int flag, const char *format, ...);

void *__wrap_malloc(size_t size)
{
    return watched(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return watched(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    return size ? watched(__real_realloc(old, size)) : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return count && size ? watched(__real_reallocarray(old, count, size)) : __real_reallocarray(old, count, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return watched(__real_aligned_alloc(alignment, size));
}

char *__wrap_strdup(const char *text)
{
    return watched(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t most)
{
    return watched(__real_strndup(text, most));
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return watched(__real_fopen(path, mode));
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
    return watched(__real_fdopen(fd, mode));
}

DIR *__wrap_opendir(const char *path)
{
    return watched(__real_opendir(path));
}

char *__wrap_realpath(const char *path, char *ret_path)
{
    return watched(__real_realpath(path, ret_path));
}

int __wrap_vasprintf(char **ret_text, const char *format, va_list args)
{
    errno = 0;
    int length = __real_vasprintf(ret_text, format, args);
    if (length < 0)
        watched(NULL);
    return length;
}

int __wrap_asprintf(char **ret_text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = __wrap_vasprintf(ret_text, format, args);
    va_end(args);
    return length;
}

/* Of _FORTIFY_SOURCE. */
int __wrap___vasprintf_chk(char **ret_text, int flag, const char *format, va_list args)
{
    (void)flag;
    return __wrap_vasprintf(ret_text, format, args);
}

int __wrap___asprintf_chk(char **ret_text, int flag, const char *format, ...)
{
    (void)flag;
    va_list args;
    va_start(args, format);
    int length = __wrap_vasprintf(ret_text, format, args);
    va_end(args);
    return length;
}
/* NOLINTEND(bugprone-reserved-identifier) */
