/* What was found, on a terminal or into a file: the sentence, the tables, the warnings. */
#include <stdlib.h>
#include <string.h>
#include "../../text_stream.h"
#include "../../output/printer.h"
#include "../report.h"
#include "tables.h"

#define INDENT     2
#define GAP        3   /* between columns */
#define SMALL_GAP  2   /* between a figure and its interval */
#define MOST_SHOWN 512 /* columns; a sweep that has more goes on in a second part */

/* The columns of one part of a table: those that fit. */
struct part {
    size_t columns[MOST_SHOWN];
    size_t count;
};

static const char *heading(const struct report_table *table)
{
    return table->heading ? table->heading : "runner";
}

static size_t label_width(const struct printer *printer, const struct report_table *table)
{
    size_t widest = printer_width(printer, heading(table));
    for (size_t r = 0; r < table->row_count; r++) {
        size_t width = printer_width(printer, table->rows[r].label);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t column_width(const struct printer *printer, const struct report_table *table, size_t column)
{
    size_t widest = printer_width(printer, table->columns[column].title);
    for (size_t r = 0; r < table->row_count; r++) {
        const struct table_cell *cells = table->rows[r].cells;
        size_t width = cells ? printer_width(printer, cells[column].text) : 0;
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t gap_before(const struct report_table *table, size_t column)
{
    return table->columns[column].continues ? SMALL_GAP : GAP;
}

static size_t part_width(const struct printer *printer, const struct report_table *table, const struct part *part)
{
    size_t width = INDENT + label_width(printer, table);
    for (size_t i = 0; i < part->count; i++)
        width += gap_before(table, part->columns[i]) + column_width(printer, table, part->columns[i]);
    return width;
}

/* Take away the column that is missed the least. Returns whether there was one that may go. */
static bool drop_column(const struct report_table *table, struct part *part)
{
    size_t least = part->count;
    for (size_t i = 0; i < part->count; i++) {
        int keep = table->columns[part->columns[i]].keep;
        if (keep > 0 && (least == part->count || keep < table->columns[part->columns[least]].keep))
            least = i;
    }
    if (least == part->count)
        return false;
    part->count--;
    memmove(&part->columns[least], &part->columns[least + 1], (part->count - least) * sizeof(part->columns[0]));
    return true;
}

/*
 * Choose the columns from `first` on that fit into the width. A sweep's points are all worth showing, so it is
 * continued; other tables are whole with fewer columns. Returns where the next part starts.
 */
static size_t choose_columns(const struct printer *printer, const struct report_table *table, size_t first,
                             struct part *part)
{
    part->count = 0;
    size_t column = first;
    for (; column < table->column_count && part->count < MOST_SHOWN; column++) {
        part->columns[part->count++] = column;
        if (table->sweep && printer->width && part->count > 1 && part_width(printer, table, part) > printer->width) {
            part->count--;
            break;
        }
    }
    while (!table->sweep && printer->width && part_width(printer, table, part) > printer->width)
        if (!drop_column(table, part))
            break;
    return column;
}

static void print_padded(const struct printer *printer, const char *text, size_t width, bool left, bool bold, bool last)
{
    size_t own = printer_width(printer, text), padding = width > own ? width - own : 0;
    if (!left)
        printer_spaces(printer, padding);
    if (bold)
        printer_bold(printer, text);
    else
        printer_text(printer, text);
    if (left && !last) /* no blanks at the end of a line */
        printer_spaces(printer, padding);
}

/* Returns how many of a row's cells to print: none after the last that is not empty, so that no line ends in blanks. */
static size_t shown_cells(const struct table_row *row, const struct part *part)
{
    size_t count = part->count;
    while (row && count > 0 && (!row->cells || !row->cells[part->columns[count - 1]].text[0]))
        count--;
    return count;
}

static void print_part(const struct printer *printer, const struct report_table *table, const struct part *part)
{
    size_t labels = label_width(printer, table), widths[MOST_SHOWN];
    for (size_t i = 0; i < part->count; i++)
        widths[i] = column_width(printer, table, part->columns[i]);

    for (size_t line = 0; line < table->row_count + 1; line++) {
        const struct table_row *row = line ? &table->rows[line - 1] : NULL;
        size_t count = shown_cells(row, part);
        printer_spaces(printer, INDENT);
        print_padded(printer, row ? row->label : heading(table), labels, true, false,
                     count == 0 && !(row && row->instead));
        if (row && !row->cells) {
            printer_spaces(printer, GAP);
            printer_wrapped(printer, INDENT + labels + GAP, row->instead);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            const struct table_column *column = &table->columns[part->columns[i]];
            const struct table_cell *cell = row ? &row->cells[part->columns[i]] : NULL;
            printer_spaces(printer, gap_before(table, part->columns[i]));
            print_padded(printer, cell ? cell->text : column->title, widths[i], column->left, cell && cell->best,
                         i + 1 == count);
        }
        putc('\n', printer->out);
    }
}

/* What a wider terminal would show. */
static void print_left_out(const struct printer *printer, const struct report_table *table, const struct part *part)
{
    char *text = NULL;
    size_t size, shown = 0, left_out = 0;
    FILE *out = table->sweep || part->count == table->column_count ? NULL : text_stream_open(&text, &size);
    if (!out)
        return;
    for (size_t c = 0; c < table->column_count; c++) {
        if (shown < part->count && part->columns[shown] == c) {
            shown++;
            continue;
        }
        fprintf(out, "%s%s", left_out++ ? ", " : "No room for: ", table->columns[c].title);
        if (table->columns[c].continues && c > 0)
            fprintf(out, " of %s", table->columns[c - 1].title);
    }
    if (fclose(out) == 0)
        printer_paragraph(printer, "  ", text);
    free(text);
}

static void print_table(const struct printer *printer, const struct report_table *table)
{
    printer_bold(printer, table->title);
    putc('\n', printer->out);
    if (table->subtitle[0])
        printer_paragraph(printer, "  ", table->subtitle);
    struct part *part = malloc(sizeof(*part));
    for (size_t first = 0; part && first < table->column_count;) {
        if (first > 0)
            putc('\n', printer->out);
        first = choose_columns(printer, table, first, part);
        print_part(printer, table, part);
        print_left_out(printer, table, part);
    }
    free(part);
    for (size_t i = 0; i < table->note_count; i++)
        printer_paragraph(printer, table->marked ? "  " : "  * ", table->notes[i]);
    putc('\n', printer->out);
}

static void print_sentences(const struct printer *printer, const char *sentences)
{
    if (!sentences || !sentences[0]) {
        return;
    }
    while (*sentences) {
        size_t length = strcspn(sentences, "\n");
        char *line = strndup(sentences, length);
        if (line)
            printer_paragraph(printer, "", line);
        free(line);
        sentences += length + (sentences[length] == '\n');
    }
}

void report_tables_print(const struct report_tables *tables, const struct printer *printer)
{
    for (size_t i = 0; i < tables->count; i++)
        print_table(printer, &tables->tables[i]);
    const char *legend = printer->styled || !tables->plain_legend ? tables->legend : tables->plain_legend;
    if (legend[0])
        printer_paragraph(printer, "", legend);
    for (size_t i = tables->failure_count; i < tables->warning_count; i++)
        printer_paragraph(printer, "Warning: ", tables->warnings[i]);
}

void report_print(const struct run_data *run, FILE *out)
{
    struct printer printer = printer_for(out);
    struct report_tables tables;
    struct failure failure = {0};
    int made = report_tables_make(&tables, run, &failure);
    for (size_t i = 0; made == 0 && i < tables.failure_count; i++)
        printer_paragraph(&printer, "Warning: ", tables.warnings[i]);
    if (made == 0 && tables.failure_count > 0)
        putc('\n', out);
    char *sentences = report_sentences(run);
    print_sentences(&printer, sentences && !sentences[0] ? report_why_silent(run) : sentences);
    free(sentences);
    putc('\n', out);
    if (made != 0) {
        fprintf(out, "(no table: %s)\n", failure.text);
        return;
    }
    report_tables_print(&tables, &printer);
    report_tables_finish(&tables);
}
