#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include "printer.h"
#include "units.h"

/* A paragraph that goes to a file is still to be read. */
#define PARAGRAPH_WIDTH 110

/* Narrower than this no terminal can be asked to be. */
#define LEAST_WIDTH 20

struct printer printer_for(FILE *out)
{
    struct printer printer = {.out = out, .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
    int fd = fileno(out);
    if (fd < 0 || !isatty(fd))
        return printer;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    struct winsize size;
    printer.styled = !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0;
    printer.width = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    if (printer.width < LEAST_WIDTH)
        printer.width = LEAST_WIDTH;
    return printer;
}

/* Returns the length of the UTF-8 character at `p`; the texts are clean, so its bytes are there. */
static size_t character_length(const char *p)
{
    size_t length = 1;
    while (((unsigned char)p[length] & 0xc0) == 0x80)
        length++;
    return length;
}

/* Returns what to print instead of a character that the locale cannot show. */
static const char *stand_in(const char *p, size_t length)
{
    static const char *const rows[][2] = {{"\u00d7", "x"}, {"\u2013", "-"}, {"\u00b5", "u"}, {"\u2019", "'"},
                                          {"\u00b7", "."}, {"\u2581", "1"}, {"\u2582", "2"}, {"\u2583", "3"},
                                          {"\u2584", "4"}, {"\u2585", "5"}, {"\u2586", "6"}, {"\u2587", "7"},
                                          {"\u2588", "8"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strlen(rows[i][0]) == length && strncmp(rows[i][0], p, length) == 0)
            return rows[i][1];
    return "?";
}

static size_t character_width(const struct printer *printer, const char *p, size_t length)
{
    wchar_t wide;
    mbstate_t state = {0};
    if (!printer->utf8 || length == 1)
        return 1;
    if (mbrtowc(&wide, p, length, &state) != length)
        return 1;
    int width = wcwidth(wide);
    return width < 0 ? 1 : (size_t)width;
}

size_t printer_width(const struct printer *printer, const char *text)
{
    size_t width = 0;
    for (size_t length; *text; text += length) {
        length = character_length(text);
        width += character_width(printer, text, length);
    }
    return width;
}

static void print_bytes(const struct printer *printer, const char *text, size_t size)
{
    for (const char *p = text; p < text + size;) {
        size_t length = character_length(p);
        if (printer->utf8 || length == 1)
            fwrite(p, 1, length, printer->out);
        else
            fputs(stand_in(p, length), printer->out);
        p += length;
    }
}

void printer_text(const struct printer *printer, const char *text)
{
    print_bytes(printer, text, strlen(text));
}

void printer_bold(const struct printer *printer, const char *text)
{
    if (printer->styled)
        fputs("\033[1m", printer->out);
    printer_text(printer, text);
    if (printer->styled)
        fputs("\033[0m", printer->out);
}

void printer_spaces(const struct printer *printer, size_t count)
{
    fprintf(printer->out, "%*s", (int)count, "");
}

/* Returns how many bytes of the text, up to a blank or its end, fit into `room` columns; at least one word. */
static size_t line_length(const struct printer *printer, const char *text, size_t room)
{
    size_t best = 0, width = 0;
    for (size_t at = 0;;) {
        if ((text[at] == ' ' && !units_is_glue(text, at)) || text[at] == '\0') {
            if (best > 0 && width > room)
                return best;
            best = at;
            if (text[at] == '\0')
                return best;
        }
        size_t length = character_length(text + at);
        width += character_width(printer, text + at, length);
        at += length;
    }
}

void printer_wrapped(const struct printer *printer, size_t indent, const char *text)
{
    size_t width = printer->width && printer->width < PARAGRAPH_WIDTH ? printer->width : PARAGRAPH_WIDTH;
    size_t room = width > indent + LEAST_WIDTH ? width - indent : LEAST_WIDTH;
    for (;;) {
        size_t length = line_length(printer, text, room);
        print_bytes(printer, text, length);
        putc('\n', printer->out);
        text += length;
        while (*text == ' ')
            text++;
        if (!*text)
            return;
        printer_spaces(printer, indent);
    }
}

void printer_paragraph(const struct printer *printer, const char *first, const char *text)
{
    printer_text(printer, first);
    printer_wrapped(printer, printer_width(printer, first), text);
}
