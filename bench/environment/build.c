#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "build.h"
#include "../program.h"

__attribute__((format(printf, 2, 3))) static int unknown(struct build_reason *reason, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reason->text, sizeof(reason->text), format, args);
    va_end(args);
    return -1;
}

/* Run a program that must succeed. Returns 0, or -1 with the reason in its own words where it has any. */
static int ask(const char *const *argv, int stdin_fd, struct program_said *said, struct build_reason *ret_reason)
{
    int rc = program_run(argv, stdin_fd, said);
    if (rc == 0)
        return 0;
    if (rc == -ENOENT)
        return unknown(ret_reason, "%s is not installed", argv[0]);
    if (rc == -ETIMEDOUT)
        return unknown(ret_reason, "%s did not end in time", argv[0]);
    if (rc < 0)
        return unknown(ret_reason, "cannot run %s: %s", argv[0], strerror(-rc));
    size_t line = strcspn(said->err, "\n");
    return unknown(ret_reason, "%s failed (status %d)%s%.*s", argv[0], rc, line ? ": " : "", (int)line, said->err);
}

static bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

int build_file_sha256(const char *path, char *buffer, size_t size, struct build_reason *ret_reason)
{
    static const char *const argv[] = {"sha256sum", NULL};
    struct program_said said;
    /* Opened here: in the child, /proc/self/exe would be sha256sum. */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return unknown(ret_reason, "cannot open %s: %s", path, strerror(errno));
    int rc = ask(argv, fd, &said, ret_reason);
    close(fd);
    if (rc < 0)
        return -1;
    said.out[strcspn(said.out, " ")] = '\0'; /* "HASH  -" */
    if (!is_hex(said.out, 64) || size < 65)
        return unknown(ret_reason, "sha256sum did not answer with a hash");
    strcpy(buffer, said.out);
    return 0;
}

int build_binary_sha256(char *buffer, size_t size, struct build_reason *ret_reason)
{
    return build_file_sha256("/proc/self/exe", buffer, size, ret_reason);
}

int build_parse_gnuplot(const char *text, char *buffer, size_t size)
{
    char version[32], patch[32];
    int found = sscanf(text, "gnuplot %31s patchlevel %31s", version, patch);
    if (found < 1 || !isdigit((unsigned char)version[0]))
        return -EINVAL;
    int length = found == 2 ? snprintf(buffer, size, "%s.%s", version, patch) : snprintf(buffer, size, "%s", version);
    return (size_t)length < size ? 0 : -EINVAL;
}

int build_gnuplot_version(char *buffer, size_t size, struct build_reason *ret_reason)
{
    static const char *const argv[] = {"gnuplot", "--version", NULL};
    struct program_said said;
    if (ask(argv, -1, &said, ret_reason) < 0)
        return -1;
    if (build_parse_gnuplot(said.out, buffer, size) < 0)
        return unknown(ret_reason, "gnuplot did not answer with a version");
    return 0;
}
