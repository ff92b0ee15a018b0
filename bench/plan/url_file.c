#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "url.h"
#include "url_file.h"

/* A URL, a few spaces, a hash, CRLF. Longer lines are refused by their first bytes, so that an endless one ends here.
 */
enum { LINE_SIZE = URL_LONGEST + 64, HASH_DIGITS = 16, HEX = 16 };

struct reader {
    FILE *file;
    const char *path;
    int line;
    char text[LINE_SIZE];
    char where[512]; /* "urls.txt:12" */
};

static int refuse(struct reader *reader, struct failure *ret_failure, const char *what)
{
    return failure_set(ret_failure, EXIT_USAGE, "%s: %s; `URL` or `URL HASH` is accepted", reader->where, what);
}

/* Returns 1: there is a line (without its end); 0: the file's end; -1. */
static int read_line(struct reader *reader, struct failure *ret_failure)
{
    size_t size = 0;
    int c;
    reader->line++;
    snprintf(reader->where, sizeof(reader->where), "%.400s:%d", reader->path, reader->line);
    while ((c = getc(reader->file)) != EOF && c != '\n') {
        if (c == '\0')
            return refuse(reader, ret_failure, "the line holds a NUL byte");
        if (size + 1 == sizeof(reader->text))
            return refuse(reader, ret_failure, "the line is too long, a URL has at most 8192 bytes");
        reader->text[size++] = (char)c;
    }
    if (ferror(reader->file))
        return failure_set(ret_failure, EXIT_USAGE, "%s: cannot be read: %s", reader->path, strerror(errno));
    if (c == EOF && size == 0)
        return 0;
    if (size > 0 && reader->text[size - 1] == '\r')
        size--;
    reader->text[size] = '\0';
    return 1;
}

static bool read_hash(const char *text, uint64_t *ret_hash)
{
    static const char digits[] = "0123456789abcdef";
    if (strspn(text, "0123456789abcdefABCDEF") != HASH_DIGITS || text[HASH_DIGITS])
        return false;
    uint64_t hash = 0;
    for (const char *p = text; *p; p++)
        hash = hash * HEX + (uint64_t)(strchr(digits, *p >= 'A' && *p <= 'F' ? *p - 'A' + 'a' : *p) - digits);
    *ret_hash = hash;
    return true;
}

static int parse_line(struct url_entry *ret_entry, struct reader *reader, struct failure *ret_failure)
{
    char *url = reader->text + strspn(reader->text, " \t");
    size_t size = strlen(url);
    while (size > 0 && (url[size - 1] == ' ' || url[size - 1] == '\t'))
        url[--size] = '\0';
    struct url_entry entry = {.line = reader->line};
    char *gap = url + strcspn(url, " \t");
    if (*gap) {
        char *hash = gap + strspn(gap, " \t");
        *gap = '\0';
        if (!read_hash(hash, &entry.hash))
            return refuse(
                reader, ret_failure,
                "what follows the URL is not a hash, which has 16 hexadecimal digits (or the URL holds a space)");
        entry.has_hash = true;
    }
    if (url_check(url, reader->where, ret_failure))
        return -1;
    entry.url = strdup(url);
    if (!entry.url)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "%s: out of memory", reader->where);
    *ret_entry = entry;
    return 0;
}

static int add_line(struct url_list *list, size_t *capacity, struct reader *reader, struct failure *ret_failure)
{
    if (list->count == URL_LIST_LONGEST)
        return refuse(reader, ret_failure, "more than 1000000 URLs");
    if (list->count == *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 64;
        struct url_entry *grown = reallocarray(list->entries, wanted, sizeof(*grown));
        if (!grown)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "%s: out of memory", reader->where);
        list->entries = grown;
        *capacity = wanted;
    }
    if (parse_line(&list->entries[list->count], reader, ret_failure))
        return -1;
    list->count++;
    return 0;
}

static int read_lines(struct url_list *list, struct reader *reader, struct failure *ret_failure)
{
    size_t capacity = 0;
    int more;
    while ((more = read_line(reader, ret_failure)) > 0) {
        if (reader->line == 1 && strncmp(reader->text, "\xef\xbb\xbf", 3) == 0)
            memmove(reader->text, reader->text + 3, strlen(reader->text + 3) + 1);
        if (reader->text[0] == '#' || reader->text[strspn(reader->text, " \t")] == '\0')
            continue;
        if (add_line(list, &capacity, reader, ret_failure))
            return -1;
    }
    if (more < 0)
        return -1;
    if (list->count == 0)
        return failure_set(ret_failure, EXIT_USAGE, "%s: lists no URL; one a line is accepted", reader->path);
    return 0;
}

int url_list_read(struct url_list *ret_list, const char *path, struct failure *ret_failure)
{
    struct reader reader = {.file = fopen(path, "re"), .path = path};
    if (!reader.file)
        return failure_set(ret_failure, failure_status(errno, EXIT_USAGE), "%s: cannot be read: %s", path,
                           strerror(errno));
    struct url_list list = {0};
    int result = read_lines(&list, &reader, ret_failure);
    fclose(reader.file);
    if (result) {
        url_list_finish(&list);
        return -1;
    }
    *ret_list = list;
    return 0;
}

void url_list_finish(struct url_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->entries[i].url);
    free(list->entries);
    *list = (struct url_list){0};
}
