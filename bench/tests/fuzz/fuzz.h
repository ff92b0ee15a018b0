/* What the fuzz targets share: the input as a text or as a file, and what must be true of whatever comes out. */
#ifndef BENCH_TESTS_FUZZ_H
#define BENCH_TESTS_FUZZ_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../failure.h"

/** The target. libFuzzer's name; replay.c calls it as well. Source: llvm.org/docs/LibFuzzer.html */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Abort with file and line: also where assert is compiled out. */
#define FUZZ_DEMAND(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/** Returns the input as a text that ends where its memory does (free it). A NUL in the input ends it early. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    FUZZ_DEMAND(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static char fuzz_dir_name[64], fuzz_file_path[128];

static inline void fuzz_remove_dir(void)
{
    unlink(fuzz_file_path);
    rmdir(fuzz_dir_name);
}

/* The file is in memory: some millions of small ones would wear out a disk, and be slow. */
static inline int fuzz_make_file(const char *name)
{
    char target[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    strcpy(fuzz_dir_name, "/tmp/iorace-fuzz-XXXXXX");
    FUZZ_DEMAND(fd >= 0 && mkdtemp(fuzz_dir_name));
    snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
    snprintf(fuzz_file_path, sizeof(fuzz_file_path), "%s/%s", fuzz_dir_name, name);
    FUZZ_DEMAND(symlink(target, fuzz_file_path) == 0);
    atexit(fuzz_remove_dir);
    return fd;
}

/**
 * Write the input into a file of this process's own directory, which goes when the process does.
 *
 * @param name  the same each time
 * Returns the directory; fuzz_file_path is the file's path.
 */
static inline const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0)
        fd = fuzz_make_file(name);
    FUZZ_DEMAND(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return fuzz_dir_name;
}

/** A refusal says why, in one line that a terminal can be shown. */
static inline void fuzz_check_cause(const struct failure *failure)
{
    FUZZ_DEMAND(failure->text[0] && strlen(failure->text) < sizeof(failure->text));
    for (const char *p = failure->text; *p; p++)
        FUZZ_DEMAND((unsigned char)*p >= ' ' && *p != 0x7f);
}

/** And it blames the input, not the machine: no small input may need more memory than there is. */
static inline void fuzz_check_failure(const struct failure *failure)
{
    FUZZ_DEMAND(failure->status == EXIT_USAGE || failure->status == EXIT_NO_DATA);
    fuzz_check_cause(failure);
}

#endif
