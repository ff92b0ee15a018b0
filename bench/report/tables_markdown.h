/* What is printed on a terminal, as Markdown: for a pull request, an issue, a job's summary. */
#ifndef BENCH_REPORT_TABLES_MARKDOWN_H
#define BENCH_REPORT_TABLES_MARKDOWN_H

#include <stdio.h>
#include "tables.h"

/** Write a (clean) text so that it is shown as it is: no markup, no HTML, no mention of anybody. */
void tables_markdown_text(FILE *out, const char *text);

/** Write a paragraph: the text, and an empty line. */
void tables_markdown_paragraph(FILE *out, const char *text);

/** Write the tables with their titles and notes, the legend and the warnings. */
void tables_markdown(FILE *out, const struct report_tables *tables);

#endif
