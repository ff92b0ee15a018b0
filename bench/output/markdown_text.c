#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "../clean_text.h"
#include "markdown_text.h"

/* What begins a list, a heading or a rule where it stands first: also "1." and "1)". */
static bool begins_block(const char *text, const char *at)
{
    if (at == text)
        return strchr("-+=", *at) != NULL;
    return (*at == '.' || *at == ')') && (at[1] == ' ' || !at[1]) && strspn(text, "0123456789") == (size_t)(at - text);
}

/* ":tada:" is a picture, "https://" and "www." are links without any brackets. */
static bool begins_link(const char *text, const char *at)
{
    if (*at == ':')
        return (at[1] == '/' && at[2] == '/') || isalpha((unsigned char)at[1]) || at[1] == '+' || at[1] == '-';
    return *at == '.' && at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0;
}

void markdown_text(FILE *out, const char *text)
{
    char *clean = text ? clean_text(text, SIZE_MAX) : NULL;
    for (const char *p = clean ? clean : ""; *p; p++) {
        if (strchr("\\`*_{}[]<>|~$&!@#", *p) || begins_block(clean, p) || begins_link(clean, p))
            putc('\\', out);
        putc(*p, out);
        if (*p == '@' ||
            *p == '#') /* GitHub looks for names and numbers after the Markdown is gone: an empty comment parts them */
            fputs("<!-- -->", out);
    }
    free(clean);
}

void markdown_code_block(FILE *out, const char *language, const char *line)
{
    char *clean = line ? clean_text(line, SIZE_MAX) : NULL;
    size_t longest = 2;
    for (const char *p = clean ? clean : ""; *p;) {
        size_t run = strspn(p, "`");
        longest = run > longest ? run : longest;
        p += run ? run : 1;
    }
    for (size_t i = 0; i <= longest; i++)
        putc('`', out);
    fprintf(out, "%s\n%s\n", language, clean ? clean : "");
    for (size_t i = 0; i <= longest; i++)
        putc('`', out);
    putc('\n', out);
    free(clean);
}
