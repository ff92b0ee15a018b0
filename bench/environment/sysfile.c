#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sysfile.h"

enum { FIRST_BYTES = 4096, MOST_BYTES = 16 << 20 };

/* Files of /proc have no size to ask for: read until the end. Returns the length or -errno. */
static ssize_t read_all(int fd, char **text)
{
    size_t room = FIRST_BYTES, used = 0;
    char *buffer = malloc(room);
    if (!buffer)
        return -ENOMEM;
    for (;;) {
        ssize_t got = read(fd, buffer + used, room - used - 1);
        int error = got < 0 ? errno : 0;
        if (got > 0)
            used += (size_t)got;
        if (got == 0)
            break;
        if (error && error != EINTR) {
            free(buffer);
            return -error;
        }
        if (used + 1 < room)
            continue;
        char *larger = room < MOST_BYTES ? realloc(buffer, room * 2) : NULL;
        if (!larger) {
            free(buffer);
            return room < MOST_BYTES ? -ENOMEM : -EFBIG;
        }
        buffer = larger;
        room *= 2;
    }
    *text = buffer;
    return (ssize_t)used;
}

int sysfile_text(const char *root, const char *path, char **ret_text)
{
    char whole[PATH_MAX];
    if (snprintf(whole, sizeof(whole), "%s%s", root, path) >= (int)sizeof(whole))
        return -ENAMETOOLONG;
    int fd = open(whole, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    char *text = NULL;
    ssize_t length = read_all(fd, &text);
    close(fd);
    if (length < 0)
        return (int)length;
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    *ret_text = text;
    return 0;
}

int sysfile_line(const char *root, const char *path, char *buffer, size_t size)
{
    char *text;
    int rc = sysfile_text(root, path, &text);
    if (rc < 0)
        return rc;
    size_t length = strlen(text);
    if (length == 0 || length >= size || strchr(text, '\n'))
        rc = -EINVAL;
    else
        memcpy(buffer, text, length + 1);
    free(text);
    return rc;
}

int sysfile_number(const char *root, const char *path, int64_t *ret_number)
{
    char line[32], *end;
    int rc = sysfile_line(root, path, line, sizeof(line));
    if (rc < 0)
        return rc;
    errno = 0;
    long long number = strtoll(line, &end, 10);
    if (errno || end == line || *end != '\0')
        return -EINVAL;
    *ret_number = number;
    return 0;
}

int sysfile_choice(const char *root, const char *path, char *buffer, size_t size)
{
    char line[256];
    int rc = sysfile_line(root, path, line, sizeof(line));
    if (rc < 0)
        return rc;
    const char *word = strchr(line, '[');
    size_t length = word ? strcspn(++word, "]") : 0;
    if (length == 0 || word[length] != ']' || length >= size)
        return -EINVAL;
    memcpy(buffer, word, length);
    buffer[length] = '\0';
    return 0;
}

/* Returns where the value begins if this line is the key's, else NULL. */
static const char *value_of(const char *line, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0)
        return NULL;
    const char *p = line + length;
    p += strspn(p, " \t");
    if (*p++ != ':')
        return NULL;
    return p + strspn(p, " \t");
}

int sysfile_value(const char *text, const char *key, char *buffer, size_t size)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *value = value_of(line, key);
        if (!value)
            continue;
        size_t length = strcspn(value, "\n");
        while (length > 0 && isspace((unsigned char)value[length - 1]))
            length--;
        if (length == 0)
            return -ENOENT;
        if (length >= size)
            length = size - 1;
        memcpy(buffer, value, length);
        buffer[length] = '\0';
        return 0;
    }
    return -ENOENT;
}
