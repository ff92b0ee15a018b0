/*
 * The kernel's small files (/proc, /sys), read under a prefix: "" is this machine, a directory of made-up files is any
 * other, which is how odd machines are tested.
 */
#ifndef BENCH_ENVIRONMENT_SYSFILE_H
#define BENCH_ENVIRONMENT_SYSFILE_H

#include <stddef.h>
#include <inttypes.h>

/**
 * Read a whole file.
 *
 * @param root      prefix of the path; "" for none
 * @param path      absolute, such as "/proc/cpuinfo"
 * @param ret_text  written on success only; terminated, white space at its end removed; the caller frees it
 *
 * Returns 0, -EFBIG (above 16 MiB: not one of the kernel's), -ENOMEM, or the -errno of open(2) or read(2).
 */
int sysfile_text(const char *root, const char *path, char **ret_text);

/**
 * Read a file that holds one short line.
 *
 * @param buffer  written on success only
 * Returns 0, -EINVAL (empty, more than a line, or longer than the buffer), or an error of sysfile_text.
 */
int sysfile_line(const char *root, const char *path, char *buffer, size_t size);

/** Read a file that holds one decimal number and nothing else. Returns 0, -EINVAL (something else), or as sysfile_text.
 */
int sysfile_number(const char *root, const char *path, int64_t *ret_number);

/**
 * Read a file that lists what there is to choose from, with the choice in brackets: "always [madvise] never".
 *
 * @param buffer  written on success only: the word in brackets
 * Returns 0, -EINVAL (no such word), or an error of sysfile_line.
 */
int sysfile_choice(const char *root, const char *path, char *buffer, size_t size);

/**
 * Find the value of the first line "KEY : VALUE" (or "KEY: VALUE"), as in /proc/cpuinfo and /proc/meminfo.
 *
 * @param buffer  written on success only; the value is cut to fit
 * Returns 0, or -ENOENT where no line has that key or its value is empty.
 */
int sysfile_value(const char *text, const char *key, char *buffer, size_t size);

#endif
