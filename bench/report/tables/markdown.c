/* GitHub's dialect, which has tables. Source: GitHub Flavored Markdown Spec 0.29, 4.10. */
#include "../../output/markdown_text.h"
#include "markdown.h"

void tables_markdown_paragraph(FILE *out, const char *text)
{
    markdown_text(out, text);
    fputs("\n\n", out);
}

static void write_head(FILE *out, const struct report_table *table)
{
    fputs("| ", out);
    markdown_text(out, table->heading ? table->heading : "runner");
    fputs(" |", out);
    for (size_t c = 0; c < table->column_count; c += table_columns_of(table, c)) {
        putc(' ', out);
        markdown_text(out, table->columns[c].title);
        fputs(" |", out);
    }
    fputs("\n| :-- |", out);
    for (size_t c = 0; c < table->column_count; c += table_columns_of(table, c))
        fputs(table->columns[c].left ? " :-- |" : " --: |", out);
    putc('\n', out);
}

static void write_cell(FILE *out, const struct report_table *table, const struct table_row *row, size_t c)
{
    const struct table_cell *cell = &row->cells[c];
    bool bold = cell->best && cell->text[0];
    fputs(bold ? " **" : " ", out);
    markdown_text(out, cell->text);
    fputs(bold ? "**" : "", out);
    if (table_columns_of(table, c) == 2 && row->cells[c + 1].text[0]) {
        putc(' ', out);
        markdown_text(out, row->cells[c + 1].text);
    }
    fputs(" |", out);
}

static void write_row(FILE *out, const struct report_table *table, const struct table_row *row)
{
    fputs("| ", out);
    markdown_text(out, row->label);
    fputs(" |", out);
    if (!row->cells) {
        putc(' ', out);
        markdown_text(out, row->instead);
        fputs(" |", out);
    }
    for (size_t c = 0; row->cells && c < table->column_count; c += table_columns_of(table, c))
        write_cell(out, table, row, c);
    putc('\n', out);
}

void tables_markdown_table(FILE *out, const struct report_table *table)
{
    fputs("### ", out);
    tables_markdown_paragraph(out, table->title);
    if (table->subtitle[0])
        tables_markdown_paragraph(out, table->subtitle);
    write_head(out, table);
    for (size_t r = 0; r < table->row_count; r++)
        write_row(out, table, &table->rows[r]);
    putc('\n', out);
    for (size_t i = 0; i < table->note_count; i++) {
        fputs("- ", out);
        markdown_text(out, table->notes[i]);
        putc('\n', out);
    }
    if (table->note_count > 0)
        putc('\n', out);
}

void tables_markdown(FILE *out, const struct report_tables *tables)
{
    for (size_t i = 0; i < tables->count; i++)
        tables_markdown_table(out, &tables->tables[i]);
    if (tables->legend[0])
        tables_markdown_paragraph(out, tables->legend);
    for (size_t i = 0; i < tables->warning_count; i++) {
        fputs("**Warning:** ", out);
        tables_markdown_paragraph(out, tables->warnings[i]);
    }
}
