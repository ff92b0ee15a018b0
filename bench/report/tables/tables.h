/*
 * The run's tables before they are drawn: the same for the terminal (table.c) and the page (html.c). Texts are UTF-8,
 * clean of control characters, not escaped for HTML.
 */
#ifndef BENCH_REPORT_TABLES_H
#define BENCH_REPORT_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include "../../stored/run_data.h"

struct table_column {
    const char *title;
    bool left;      /**< set to the left; numbers stand to the right */
    bool continues; /**< belongs to the column before it (an interval to its figure) */
    int keep;       /**< on a narrow terminal the column with the smallest goes first; 0: stays */
};

struct table_cell {
    const char *text; /**< never NULL */
    bool best;
};

struct table_row {
    const char *label;        /**< the runner */
    struct table_cell *cells; /**< one a column; NULL: `instead` says why there are none */
    const char *instead;
};

struct report_table {
    const char *title, *subtitle;
    const char *heading;          /**< of the rows' labels; NULL: "runner" */
    bool sweep;                   /**< one column a point; any split of the columns is still a table */
    struct table_column *columns; /**< without the runner's */
    size_t column_count;
    struct table_row *rows;
    size_t row_count;
    const char **notes; /**< what failed or is not supported, in sentences */
    size_t note_count;
    bool marked; /**< a note begins with its mark, which stands where it belongs; otherwise it has a mere asterisk */
};

struct report_tables {
    struct report_table *tables;
    size_t count;
    const char *legend;       /**< what the figures and brackets mean */
    const char *plain_legend; /**< the same where nothing is bold; NULL: no other */
    const char **warnings;
    size_t warning_count;
    bool has_figures;       /**< of some lane: otherwise there is nothing to be warned of but what failed */
    size_t failure_count;   /**< so many of the first warnings say what failed */
    struct text_pool *pool; /**< owns every text and array above */
};

/** Returns 0 or -1 (memory); report_tables_finish frees it. The run may be freed before. */
int report_tables_make(struct report_tables *ret_tables, const struct run_data *run, struct failure *ret_failure);
void report_tables_finish(struct report_tables *tables);

struct printer;

/** Print tables, legend and warnings but those of failures, which stand at the top, as wide as the printer is. */
void report_tables_print(const struct report_tables *tables, const struct printer *printer);

/** Returns how many columns stand in one cell from column c on: an interval stands in that of its figure, where a table
 * would be too wide otherwise. */
size_t table_columns_of(const struct report_table *table, size_t c);

#endif
