/* What was built, and from what: found out at run time, since a tree goes on changing after it was configured. */
#ifndef BENCH_ENVIRONMENT_BUILD_H
#define BENCH_ENVIRONMENT_BUILD_H

#include <stdbool.h>
#include <stddef.h>

/** Why something is not known: a clause for people, such as "git is not installed". */
struct build_reason {
    char text[600];
};

/**
 * Ask git for the commit that is checked out.
 *
 * @param source_dir  the top of a checkout. A directory somewhere below one is refused: that repository is another's
 * @param buffer      40 or 64 hex digits and the zero: at least 65 bytes
 * Returns 0, or -1 with the reason.
 */
int build_git_commit(const char *source_dir, char *buffer, size_t size, struct build_reason *ret_reason);

/** Ask git whether files differ from that commit (ones it ignores do not count). Takes no lock. As build_git_commit. */
int build_git_dirty(const char *source_dir, bool *ret_dirty, struct build_reason *ret_reason);

/** The SHA-256 of the running executable, also where its file was replaced since. @param buffer  at least 65 bytes */
int build_binary_sha256(char *buffer, size_t size, struct build_reason *ret_reason);

/** The SHA-256 of a file. As build_binary_sha256. */
int build_file_sha256(const char *path, char *buffer, size_t size, struct build_reason *ret_reason);

/** The version of the gnuplot in PATH, "5.4.4". */
int build_gnuplot_version(char *buffer, size_t size, struct build_reason *ret_reason);

/** Turn "gnuplot 5.4 patchlevel 4" into "5.4.4". Returns 0, or -EINVAL where the text is no such thing. */
int build_parse_gnuplot(const char *text, char *buffer, size_t size);

#endif
