#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <string.h>
#include "ini_lines.h"

enum { COMMENT_SIZE = 1000, KEY_SHOWN = 40 };

/* All return false, so that a reader can leave with them. */
static bool stop(struct ini_lines *lines)
{
    lines->failed = true;
    return false;
}

static bool refuse(struct ini_lines *lines, const char *what)
{
    failure_set(lines->failure, EXIT_USAGE, "%s:%d: %s", lines->path, lines->line, what);
    return stop(lines);
}

static bool refuse_long(struct ini_lines *lines, const char *start, int most)
{
    int key = (int)strcspn(start, "=: \t");
    failure_set(lines->failure, EXIT_USAGE,
                "%s:%d: %.*s: the line is longer than %d bytes; shorter ones are accepted (many URLs: url-file)",
                lines->path, lines->line, key > KEY_SHOWN ? KEY_SHOWN : key, start, most);
    return stop(lines);
}

static void skip_bom(FILE *file)
{
    static const int bom[] = {0xef, 0xbb, 0xbf};
    int c = getc(file);
    if (c != bom[0]) {
        ungetc(c, file);
        return;
    }
    /* A lone 0xef cannot begin a key either: nothing is lost by passing over it. */
    for (size_t i = 1; i < sizeof(bom) / sizeof(bom[0]); i++) {
        c = getc(file);
        if (c != bom[i]) {
            ungetc(c, file);
            return;
        }
    }
}

/* Read to the end of a comment, however long. */
static void read_comment(struct ini_lines *lines)
{
    char words[COMMENT_SIZE];
    size_t size = 0;
    int c;
    while ((c = getc(lines->file)) != EOF && c != '\n')
        if (size + 1 < sizeof(words) && c && (size > 0 || (c != ' ' && c != '\t')))
            words[size++] = (char)c;
    while (size > 0 && strchr(" \t\r", words[size - 1]))
        size--;
    words[size] = '\0';
    if (lines->on_comment)
        lines->on_comment(lines->context, words);
}

/* Returns whether a line was read into the buffer (without its end); false: the file's end, or a failure. */
static bool read_line(struct ini_lines *lines, char *buffer, size_t size)
{
    size_t used = 0;
    bool blank = true;
    int c = 0;
    buffer[0] = '\0';
    while ((c = getc(lines->file)) != EOF && c != '\n') {
        if (blank && (c == '#' || c == ';')) {
            read_comment(lines);
            buffer[0] = '\0';
            return true;
        }
        if (c == '\0')
            return refuse(lines, "the line holds a NUL byte; text is accepted");
        /* Two more are needed, for inih must see an end of line: without one it would think the line goes on. */
        if (used + 2 >= size)
            return refuse_long(lines, buffer, (int)size - 2);
        blank = blank && (c == ' ' || c == '\t' || c == '\r');
        buffer[used++] = (char)c;
        buffer[used] = '\0';
    }
    if (ferror(lines->file)) {
        failure_set(lines->failure, EXIT_USAGE, "%s: cannot be read: %s", lines->path, strerror(errno));
        return stop(lines);
    }
    while (used > 0 && strchr(" \t\r", buffer[used - 1]))
        buffer[--used] = '\0';
    return c != EOF || used > 0;
}

/* "[cell a]": hand out "cell a". */
static bool read_section(struct ini_lines *lines, const char *line)
{
    const char *end = strchr(line, ']');
    const char *rest = end ? end + 1 + strspn(end + 1, " \t") : NULL;
    if (!end || (*rest && *rest != ';' && *rest != '#'))
        return refuse(lines, "a section's line ends with ']'; [run] or [cell NAME] is accepted");
    char name[256];
    size_t size = (size_t)(end - line - 1);
    if (size >= sizeof(name))
        return refuse(lines, "the section's name is too long; [run] or [cell NAME] is accepted");
    memcpy(name, line + 1, size);
    name[size] = '\0';
    if (lines->on_section(lines->context, name))
        return stop(lines);
    return true;
}

/* What inih would take for a continued value or, in silence, for a comment. */
static bool check_line(struct ini_lines *lines, const char *line)
{
    if (line[0] == ' ' || line[0] == '\t')
        return refuse(lines, "the line begins with a space; each key stands at a line's beginning and has its value on "
                             "the same line");
    for (const char *p = strchr(line, ';'); p && line[0] != '['; p = strchr(p + 1, ';'))
        if (p > line && (p[-1] == ' ' || p[-1] == '\t'))
            return refuse(lines, "' ;' begins a comment behind a value; a comment on a line of its own is accepted");
    return true;
}

int ini_lines_open(struct ini_lines *lines)
{
    lines->file = fopen(lines->path, "re");
    if (!lines->file)
        return failure_set(lines->failure, failure_status(errno, EXIT_USAGE), "%s: cannot be read: %s", lines->path,
                           strerror(errno));
    return 0;
}

char *ini_lines_next(char *buffer, int size, void *stream)
{
    struct ini_lines *lines = stream;
    if (lines->failed || size < 3)
        return NULL;
    if (lines->line == 0)
        skip_bom(lines->file);
    lines->line++;
    if (!read_line(lines, buffer, (size_t)size))
        return NULL;
    if (!check_line(lines, buffer))
        return NULL;
    if (buffer[0] == '[') {
        if (!read_section(lines, buffer))
            return NULL;
        /* The caller keeps the section itself; inih need not see a name that it might cut. */
        buffer[0] = '\0';
    }
    strcat(buffer, "\n");
    return buffer;
}

struct keys {
    struct ini_lines *lines;
    int failed_line; /* of the first failure of a key; 0: none */
};

static int take_key(void *context, const char *section, const char *name, const char *value)
{
    (void)section; /* inih has not seen them */
    struct keys *keys = context;
    struct ini_lines *lines = keys->lines;
    if (lines->failed)
        return 0;
    if (lines->on_key(lines->context, name, value) == 0)
        return 1;
    lines->failed = true;
    keys->failed_line = lines->line;
    return 0;
}

int ini_lines_read(struct ini_lines *lines, const char *accepted)
{
    struct keys keys = {.lines = lines};
    int first_bad = ini_parse_stream(ini_lines_next, lines, take_key, &keys);
    if (first_bad < 0)
        return failure_set(lines->failure, EXIT_LOCAL_LIMIT, "%s: out of memory", lines->path);
    /* inih goes on behind a line that is no "key = value"; such a line comes before whatever failed later. */
    if (first_bad > 0 && first_bad != keys.failed_line)
        return failure_set(lines->failure, EXIT_USAGE, "%s:%d: the line is neither; %s is accepted", lines->path,
                           first_bad, accepted);
    return lines->failed ? -1 : 0;
}
