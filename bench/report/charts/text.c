/* Texts from anywhere, made fit to be drawn: clean, measured, cut to the room there is. */
#include "charts.h"
#include "../report.h"
#include "../../record/record.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* More of a text is never shown. */
#define TEXT_BYTES_MOST 4000

/* Returns the next character and moves on behind it. Clean text is valid UTF-8; in any other it never runs past the
 * end. */
static int32_t next_character(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    int32_t character = p[0] < 0x80 ? p[0] : p[0] < 0xe0 ? p[0] & 0x1f : p[0] < 0xf0 ? p[0] & 0x0f : p[0] & 0x07;
    size_t length = 1;
    for (; length < 4 && p[0] >= 0xc0 && (p[length] & 0xc0) == 0x80; length++)
        character = character << 6 | (p[length] & 0x3f);
    *text += length;
    return character;
}

char *text_clean(const char *raw)
{
    char *clean = clean_text(raw ? raw : "", TEXT_BYTES_MOST);
    /* Two characters that XML cannot hold, so neither can an SVG: shown as a box of as many bytes. */
    for (char *p = clean; p && (p = strstr(p, "\xef\xbf")) != NULL; p += 3)
        if ((unsigned char)p[2] >= 0xbe)
            memcpy(p, "\u25a1", 3);
    return clean;
}

/*
 * Whether the fonts that are everywhere (DejaVu Sans, and what comes with other systems) have this character. Those
 * that no installed font has are drawn by the PNG terminal as boxes of hundreds of pixels, over everything else.
 * Source: the character sets of DejaVuSans.ttf and DejaVuSans-Bold.ttf 2.37, by `fc-query --format='%{charset}'`.
 */
static bool is_in_common_fonts(int32_t c)
{
    static const int32_t ranges[][2] = {
        {0x20, 0x7e},     {0xa0, 0x2e9},    {0x300, 0x34f},   {0x384, 0x38a},   {0x38e, 0x3a1},
        {0x3a3, 0x525},   {0x531, 0x556},   {0x561, 0x587},   {0x5d0, 0x5ea},   {0x621, 0x63a},
        {0x640, 0x655},   {0x660, 0x670},   {0x10d0, 0x10fc}, {0x1e00, 0x1efb}, {0x2010, 0x2027},
        {0x2030, 0x205e}, {0x2074, 0x208e}, {0x20a0, 0x20b5}, {0x2190, 0x2311}, {0x2500, 0x269c},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

char *text_common(const char *clean)
{
    char *common = malloc(3 * strlen(clean) + 1);
    if (!common)
        return NULL;
    char *to = common;
    for (const char *p = clean, *from = p; *p; from = p) {
        int32_t c = next_character(&p);
        if (is_in_common_fonts(c))
            to = mempcpy(to, from, (size_t)(p - from));
        else
            to = stpcpy(to, "\u25a1");
    }
    *to = '\0';
    return common;
}

/*
 * In hundredths of the letter size, from the space on: DejaVu Sans, the widest of the usual fonts, so that others have
 * room to spare. Source: the `hmtx` table of DejaVuSans.ttf 2.37.
 */
/* clang-format off */
static const unsigned char widths[] = {
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
    60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
    63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
};
/* clang-format on */

static double character_width(int32_t c)
{
    if (c >= ' ' && c <= '~')
        return widths[c - ' '] / 100.0;
    if (c >= 0x300 && c < 0x370)
        return 0; /* accents that stand on the letter before */
    return c == 0x2026 || (c >= 0x1100 && !(c >= 0x1e00 && c < 0x2e80)) ? 1.0 : 0.84;
}

double text_height(enum text_style style)
{
    static const double sizes[] = {[TEXT_TITLE] = 38, [TEXT_HEADING] = 28, [TEXT_NUMBER] = 29, [TEXT_BODY] = 24,
                                   [TEXT_NOTE] = 21,  [TEXT_CAPTION] = 21, [TEXT_ALARM] = 21};
    return sizes[style];
}

double text_width(const char *text, enum text_style style)
{
    double letters = 0;
    while (*text)
        letters += character_width(next_character(&text));
    bool bold = style == TEXT_TITLE || style == TEXT_HEADING || style == TEXT_NUMBER || style == TEXT_ALARM;
    return letters * text_height(style) * (bold ? 1.12 : 1.0);
}

void text_fit(char *buffer, size_t size, const char *text, enum text_style style, double width)
{
    static const char ellipsis[] = "\u2026";
    char *clean = text_clean(text);
    buffer[0] = '\0';
    if (!clean)
        return;
    if (width < text_width(ellipsis, style))
        clean[0] = '\0';
    if (!clean[0] || (strlen(clean) < size && text_width(clean, style) <= width)) {
        strcpy(buffer, clean);
        free(clean);
        return;
    }
    /* Grow by whole characters until the next would leave no room for the ellipsis. */
    size_t kept = 0;
    for (const char *p = clean; *p;) {
        next_character(&p);
        size_t length = (size_t)(p - clean);
        if (length + sizeof(ellipsis) > size)
            break;
        memcpy(buffer, clean, length);
        strcpy(buffer + length, ellipsis);
        if (text_width(buffer, style) > width)
            break;
        kept = length;
    }
    while (kept > 0 && clean[kept - 1] == ' ')
        kept--;
    memcpy(buffer, clean, kept);
    strcpy(buffer + kept, ellipsis);
    free(clean);
}

void text_runner(char *buffer, size_t size, const char *runner, enum text_style style, double width)
{
    char *label = text_clean(report_runner_label(runner));
    bool fits = label && strlen(label) < size && text_width(label, style) <= width;
    free(label);
    text_fit(buffer, size, fits ? report_runner_label(runner) : runner, style, width);
}

/* Returns how much of a clean text fits, up to a space; 0 where not even its first word does. */
static size_t fitting_words(const char *text, enum text_style style, double width)
{
    char part[TEXT_LINE_SIZE];
    size_t fits = 0;
    for (const char *space = strchr(text, ' '); space; space = strchr(space + 1, ' ')) {
        size_t length = (size_t)(space - text);
        if (length >= sizeof(part))
            break;
        memcpy(part, text, length);
        part[length] = '\0';
        if (text_width(part, style) > width)
            break;
        fits = length;
    }
    return fits;
}

size_t text_wrap(char (*lines)[TEXT_LINE_SIZE], size_t most, const char *text, enum text_style style, double width)
{
    char *clean = text_clean(text);
    const char *rest = clean ? clean : "";
    size_t count = 0;
    while (*rest && count < most) {
        bool last = count == most - 1 || (text_width(rest, style) <= width && strlen(rest) < TEXT_LINE_SIZE);
        size_t length = last ? 0 : fitting_words(rest, style, width);
        if (length == 0) {
            text_fit(lines[count++], TEXT_LINE_SIZE, rest, style, width);
            break;
        }
        memcpy(lines[count], rest, length);
        lines[count++][length] = '\0';
        rest += length + 1;
    }
    free(clean);
    return count;
}

void text_fit_lines(char lines[2][TEXT_LINE_SIZE], const char *text, enum text_style style, double width)
{
    for (size_t i = text_wrap(lines, 2, text, style, width); i < 2; i++)
        lines[i][0] = '\0';
}
