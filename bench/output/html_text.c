#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../record/record.h"
#include "html_text.h"
#include "units.h"

void html_text(FILE *out, const char *text)
{
    char *clean = text ? clean_text(text, SIZE_MAX) : NULL;
    for (const char *p = clean ? clean : ""; *p; p++) {
        switch (*p) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            putc(*p, out);
        }
    }
    free(clean);
}

void html_prose(FILE *out, const char *text)
{
    char *prose = malloc(2 * strlen(text) + 1), *to = prose;
    if (!prose) { /* it may break where it should not */
        html_text(out, text);
        return;
    }
    for (size_t i = 0; text[i]; i++) {
        if (units_is_glue(text, i))
            to = stpcpy(to, "\u00a0");
        else
            *to++ = text[i];
    }
    *to = '\0';
    html_text(out, prose);
    free(prose);
}

void html_base64(FILE *out, const unsigned char *bytes, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t have = size - i < 3 ? size - i : 3;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= have > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= have > 2 ? bytes[i + 2] : 0;
        for (size_t k = 0; k < 4; k++)
            putc(k <= have ? letters[group >> (18 - 6 * k) & 63] : '=', out);
    }
}

static char *cannot_read(const char *path, const char *why, struct failure *ret_failure)
{
    failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot read %s: %s", path, why);
    return NULL;
}

static char *read_all(int fd, size_t size, size_t *ret_size)
{
    char *bytes = malloc(size + 1);
    size_t done = 0;
    while (bytes && done < size) {
        ssize_t n = read(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(bytes);
            return NULL;
        }
        if (n == 0)
            break; /* it became shorter */
        done += (size_t)n;
    }
    if (bytes) {
        bytes[done] = '\0';
        *ret_size = done;
    }
    return bytes;
}

char *html_read_file(const char *path, size_t most, size_t *ret_size, struct failure *ret_failure)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return cannot_read(path, strerror(errno), ret_failure);
    struct stat status;
    char *bytes = NULL;
    if (fstat(fd, &status) != 0)
        cannot_read(path, strerror(errno), ret_failure);
    else if (!S_ISREG(status.st_mode))
        cannot_read(path, "not a regular file", ret_failure);
    else if ((uintmax_t)status.st_size > most)
        cannot_read(path, "too large", ret_failure);
    else if (!(bytes = read_all(fd, (size_t)status.st_size, ret_size)))
        cannot_read(path, strerror(errno), ret_failure);
    close(fd);
    return bytes;
}
