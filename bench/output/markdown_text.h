/* Texts on their way into Markdown (CommonMark with GitHub's tables), where nothing they hold may act. */
#ifndef BENCH_REPORT_MARKDOWN_TEXT_H
#define BENCH_REPORT_MARKDOWN_TEXT_H

#include <stdio.h>

/**
 * Write a text that stands for itself: no emphasis, link, HTML, table cell or list begins in it, nobody is mentioned
 * and no issue is linked; control characters and what is not UTF-8 as \xNN. One line. NULL: nothing.
 */
void markdown_text(FILE *out, const char *text);

/** Write a fenced block of code: a line as it is, cleaned, with a fence longer than any in it. */
void markdown_code_block(FILE *out, const char *language, const char *line);

#endif
