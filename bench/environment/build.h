/* The executable and the programs beside it: found out at run time. (What it was built from: scripts/built-from.) */
#ifndef BENCH_ENVIRONMENT_BUILD_H
#define BENCH_ENVIRONMENT_BUILD_H

#include <stdbool.h>
#include <stddef.h>

/** Why something is not known: a clause for people, such as "gnuplot is not installed". */
struct build_reason {
    char text[600];
};

/** The SHA-256 of the running executable, also where its file was replaced since. @param buffer  at least 65 bytes */
int build_binary_sha256(char *buffer, size_t size, struct build_reason *ret_reason);

/** The SHA-256 of a file. As build_binary_sha256. */
int build_file_sha256(const char *path, char *buffer, size_t size, struct build_reason *ret_reason);

/** The version of the gnuplot in PATH, "5.4.4". */
int build_gnuplot_version(char *buffer, size_t size, struct build_reason *ret_reason);

/** Turn "gnuplot 5.4 patchlevel 4" into "5.4.4". Returns 0, or -EINVAL where the text is no such thing. */
int build_parse_gnuplot(const char *text, char *buffer, size_t size);

#endif
