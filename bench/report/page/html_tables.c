#include "html_parts.h"
#include "../../output/html_text.h"

static void write_head(FILE *out, const struct report_table *table)
{
    fputs("<thead role=\"rowgroup\"><tr role=\"row\"><th role=\"columnheader\" scope=\"col\">", out);
    html_text(out, table->heading ? table->heading : "runner");
    fputs("</th>", out);
    for (size_t c = 0; c < table->column_count; c += table_columns_of(table, c)) {
        fputs("<th role=\"columnheader\" scope=\"col\">", out);
        html_text(out, table->columns[c].title);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n", out);
}

/* On a phone each figure has its heading beside it (page.css). The roles are for browsers to which a table that is
 * shown as blocks is none. */
static void write_cell(FILE *out, const struct report_table *table, const struct table_row *row, size_t c)
{
    fputs(row->cells[c].best ? "<td role=\"cell\" class=\"best\" data-label=\"" : "<td role=\"cell\" data-label=\"",
          out);
    fputs(table->sweep ? "at " : "", out); /* a bare 16 would say nothing */
    html_text(out, table->columns[c].title);
    fputs("\">", out);
    html_text(out, row->cells[c].text);
    if (table_columns_of(table, c) == 2 && row->cells[c + 1].text[0]) {
        fputs(" <span class=\"interval\">", out);
        html_text(out, row->cells[c + 1].text);
        fputs("</span>", out);
    }
    fputs("</td>", out);
}

static void write_row(FILE *out, const struct report_table *table, const struct table_row *row)
{
    fputs("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", out);
    html_text(out, row->label);
    fputs("</th>", out);
    if (!row->cells) {
        fprintf(out, "<td role=\"cell\" class=\"instead\" colspan=\"%zu\">", table->column_count);
        html_text(out, row->instead);
        fputs("</td>", out);
    }
    for (size_t c = 0; row->cells && c < table->column_count; c += table_columns_of(table, c))
        write_cell(out, table, row, c);
    fputs("</tr>\n", out);
}

static void write_table(FILE *out, const struct report_table *table)
{
    fputs("<section>\n<h3>", out);
    html_text(out, table->title);
    fputs("</h3>\n<p class=\"about\">", out);
    html_prose(out, table->subtitle);
    fprintf(out, "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_text(out, table->title);
    fprintf(out, "\"><table role=\"table\" class=\"%s\">\n", table->sweep ? "sweep" : "cell");
    write_head(out, table);
    fputs("<tbody role=\"rowgroup\">\n", out);
    for (size_t r = 0; r < table->row_count; r++)
        write_row(out, table, &table->rows[r]);
    fputs("</tbody></table></div>\n", out);
    for (size_t i = 0; i < table->note_count; i++) {
        fputs(table->marked ? "<p class=\"note\">" : "<p class=\"note\">* ", out);
        html_prose(out, table->notes[i]);
        fputs("</p>\n", out);
    }
    fputs("</section>\n", out);
}

void html_write_tables(FILE *out, const struct report_tables *tables)
{
    for (size_t i = 0; i < tables->count; i++)
        write_table(out, &tables->tables[i]);
    if (tables->legend[0]) {
        fputs("<p class=\"legend\">", out);
        html_prose(out, tables->legend);
        fputs("</p>\n", out);
    }
}
