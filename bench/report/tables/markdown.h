/* What is printed on a terminal, as Markdown: for a pull request, an issue, a job's summary. */
#ifndef BENCH_REPORT_TABLES_MARKDOWN_H
#define BENCH_REPORT_TABLES_MARKDOWN_H

#include <stdio.h>
#include "tables.h"

/** Write a paragraph: the text as it stands (markdown_text.h), and an empty line. */
void tables_markdown_paragraph(FILE *out, const char *text);

/** Write one table with its title and notes. */
void tables_markdown_table(FILE *out, const struct report_table *table);

/** Write the tables with their titles and notes, the legend and the warnings. */
void tables_markdown(FILE *out, const struct report_tables *tables);

#endif
