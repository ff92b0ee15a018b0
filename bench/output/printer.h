/* Text on its way to a person: what the terminal can show, how wide it is, and nothing that would drive it. */
#ifndef BENCH_REPORT_PRINTER_H
#define BENCH_REPORT_PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct printer {
    FILE *out;
    bool utf8;    /**< the locale's character set; else ASCII stand-ins are printed: x for ×, - for – */
    bool styled;  /**< bold: a terminal, and no NO_COLOR */
    size_t width; /**< columns; 0: as long as it gets (not a terminal) */
};

/** Look at the stream, the locale and the environment. */
struct printer printer_for(FILE *out);

/** Returns how many columns a (clean, UTF-8) text takes when it is printed. */
size_t printer_width(const struct printer *printer, const char *text);

void printer_text(const struct printer *printer, const char *text);
void printer_bold(const struct printer *printer, const char *text);
void printer_spaces(const struct printer *printer, size_t count);

/** Print from the column `indent` on, wrapped between words, the other lines indented as deep. A figure and its unit are one
 * word. */
void printer_wrapped(const struct printer *printer, size_t indent, const char *text);

/** Print a paragraph, wrapped between words; `first` starts its first line, the others are indented as deep. */
void printer_paragraph(const struct printer *printer, const char *first, const char *text);

#endif
