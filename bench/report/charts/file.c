/*
 * A chart's files: NAME.gp (variables, then the style, then the template, so that it needs nothing but its data),
 * NAME.dat (figures), NAME-text.dat and NAME-marks.dat (texts, markers and lines in pixels). The narrow form's are
 * called NAME-narrow.gp and so on.
 */
#include "charts.h"
#include "../../data_path.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct chart_form chart_wide = {.width = CHART_WIDTH, .margin = CHART_MARGIN};
/* A phone's 390 px less the page's margins show it at 0.7. */
const struct chart_form chart_narrow = {.width = 500, .margin = 14, .narrow = true};

static FILE *open_part(const struct chart_list *list, const char *name, const char *ending, struct failure *ret_failure)
{
    char *path;
    if (asprintf(&path, "%s/%s%s", list->dir, name, ending) < 0) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        return NULL;
    }
    FILE *file = fopen(path, "wxe");
    if (!file)
        failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s: %s", path, strerror(errno));
    free(path);
    return file;
}

/* Closes; every earlier error of the stream shows here. */
static int close_part(const struct chart_list *list, const char *name, FILE *file, struct failure *ret_failure)
{
    /* What could not be written is still there: trying again tells why. */
    int error = fflush(file) != 0 ? errno : ferror(file) ? EIO : 0;
    if (fclose(file) != 0 && !error)
        error = errno;
    if (!error)
        return 0;
    return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write the data of %s/charts/%s.svg: %s", list->run->dir,
                       name, strerror(error));
}

struct chart *chart_begin(struct chart_list *list, const char *template, int number, double height,
                          struct failure *ret_failure)
{
    struct chart *charts = reallocarray(list->charts, list->count + 1, sizeof(*charts));
    if (!charts) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        return NULL;
    }
    list->charts = charts;
    struct chart *chart = &charts[list->count];
    const char *form = list->form->narrow ? "-narrow" : "";
    *chart = (struct chart){.form = list->form, .height = height};
    if (number)
        snprintf(chart->name, sizeof(chart->name), "%s-%d%s", template, number, form);
    else
        snprintf(chart->name, sizeof(chart->name), "%s%s", template, form);
    chart->script = open_part(list, chart->name, ".gp", ret_failure);
    if (!chart->script)
        return NULL;
    chart->data = open_part(list, chart->name, ".dat", ret_failure);
    if (!chart->data) {
        fclose(chart->script);
        return NULL;
    }
    list->count++;
    fprintf(chart->script,
            "# %s: drawn by iorace from run.ndjson. `gnuplot %s.gp` in this directory draws it again.\n\n"
            "NAME = '%s'\nFORMATS = '%s'\n",
            chart->name, chart->name, chart->name, list->form->narrow ? "svg" : "svg png");
    chart_number(chart, "WIDTH", list->form->width);
    return chart;
}

void chart_number(struct chart *chart, const char *name, double value)
{
    if (isfinite(value))
        fprintf(chart->script, "%s = %.9g\n", name, value);
    else
        fprintf(chart->script, "%s = NaN\n", name);
}

void chart_array(struct chart *chart, const char *name, const double *values, size_t count)
{
    fprintf(chart->script, "array %s[%zu] = [", name, count);
    for (size_t i = 0; i < count; i++)
        fprintf(chart->script, isfinite(values[i]) ? "%s%.9g" : "%sNaN", i ? ", " : "", values[i]);
    fputs("]\n", chart->script);
}

void chart_words(struct chart *chart, const char *name, const char *const *words, size_t count)
{
    fprintf(chart->script, "array %s[%zu] = [", name, count);
    for (size_t i = 0; i < count; i++)
        fprintf(chart->script, "%s'%s'", i ? ", " : "", words[i]);
    fputs("]\n", chart->script);
}

void chart_text(struct chart *chart, double x, double y, enum text_style style, enum text_align align, const char *text)
{
    struct chart_text *texts = reallocarray(chart->texts, chart->text_count + 1, sizeof(*texts));
    char *clean = text_clean(text);
    if (texts)
        chart->texts = texts;
    if (!texts || !clean) {
        chart->out_of_memory = true;
        free(clean);
        return;
    }
    if (!clean[0]) {
        free(clean);
        return;
    }
    texts[chart->text_count++] = (struct chart_text){x, y, style, align, clean};
}

void chart_textf(struct chart *chart, double x, double y, enum text_style style, enum text_align align,
                 const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0) {
        chart->out_of_memory = true;
        return;
    }
    chart_text(chart, x, y, style, align, text);
    free(text);
}

void chart_label(struct chart *chart, double x, double y, enum text_style style, enum text_align align, double width,
                 const char *text)
{
    char lines[2][TEXT_LINE_SIZE];
    text_fit_lines(lines, text, style, width);
    double half = lines[1][0] ? text_height(style) * 0.58 : 0;
    chart_text(chart, x, y - half, style, align, lines[0]);
    chart_text(chart, x, y + half, style, align, lines[1]);
}

double chart_paragraph(struct chart *chart, double x, double y, enum text_style style, double width, size_t most,
                       const char *text)
{
    enum { LINES_MOST = 12 };
    char lines[LINES_MOST][TEXT_LINE_SIZE];
    size_t count = text_wrap(lines, most < LINES_MOST ? most : LINES_MOST, text, style, width);
    double pitch = text_height(style) * 1.3;
    for (size_t i = 0; i < count; i++)
        chart_text(chart, x, y + ((double)i + 0.5) * pitch, style, TEXT_LEFT, lines[i]);
    return y + (double)count * pitch;
}

static void add_mark(struct chart *chart, struct chart_mark mark)
{
    struct chart_mark *marks = reallocarray(chart->marks, chart->mark_count + 1, sizeof(*marks));
    if (!marks) {
        chart->out_of_memory = true;
        return;
    }
    chart->marks = marks;
    marks[chart->mark_count++] = mark;
}

void chart_mark(struct chart *chart, double x, double y, int slot)
{
    add_mark(chart, (struct chart_mark){x, y, x, y, slot});
}

void chart_line(struct chart *chart, double x, double y, double to_x, double to_y)
{
    add_mark(chart, (struct chart_mark){x, y, to_x, to_y, 0});
}

void chart_dotted_line(struct chart *chart, double x, double y, double to_x, double to_y)
{
    add_mark(chart, (struct chart_mark){x, y, to_x, to_y, CHART_DOTTED});
}

/*
 * gnuplot reads \n, \t and octal escapes in data, where a doubled backslash is one; and it writes > as it is, but XML
 * does not allow ]]> in a text: the last of these is drawn as a character that looks like it. So is a quote at the
 * beginning, from which gnuplot would read on to the next.
 */
static void write_escaped(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '>' && p - text >= 2 && p[-1] == ']' && p[-2] == ']') {
            fputs("\u203a", out);
            continue;
        }
        if (*p == '"' && p == text) {
            fputs("\u201c", out);
            continue;
        }
        if (*p == '\\')
            putc('\\', out);
        putc(*p, out);
    }
}

/*
 * One block of lines for each style and alignment in use: gnuplot takes neither from the data. The first text column is
 * for SVG, whose reader brings fonts; the second is for PNG.
 */
static void write_texts(struct chart *chart, FILE *out)
{
    double styles[32], aligns[32];
    size_t used = 0;
    fputs("# px from the left\tpx from the top\ttext\ttext in common characters\n", out);
    for (int style = TEXT_TITLE; style <= TEXT_ALARM; style++)
        for (int align = TEXT_LEFT; align <= TEXT_RIGHT; align++) {
            bool begun = false;
            for (size_t i = 0; i < chart->text_count; i++) {
                const struct chart_text *text = &chart->texts[i];
                if ((int)text->style != style || (int)text->align != align)
                    continue;
                char *common = text_common(text->text);
                if (!common) {
                    chart->out_of_memory = true;
                    return;
                }
                if (!begun && used > 0)
                    fputs("\n\n", out);
                begun = true;
                fprintf(out, "%.1f\t%.1f\t", text->x, text->y);
                write_escaped(out, text->text);
                putc('\t', out);
                write_escaped(out, common);
                putc('\n', out);
                free(common);
            }
            if (begun) {
                styles[used] = style;
                aligns[used++] = align;
            }
        }
    chart_number(chart, "TEXT_BLOCKS", (double)used);
    chart_array(chart, "TEXT_STYLE", styles, used);
    chart_array(chart, "TEXT_ALIGN", aligns, used);
}

static void write_marks(struct chart *chart, FILE *out)
{
    fputs(
        "# px from the left\tpx from the top\tto x\tto y\trunner's number in the style (0: a line, -1: a dotted one)\n",
        out);
    double markers = 0, dotted = 0;
    for (size_t i = 0; i < chart->mark_count; i++) {
        const struct chart_mark *mark = &chart->marks[i];
        fprintf(out, "%.1f\t%.1f\t%.1f\t%.1f\t%d\n", mark->x, mark->y, mark->to_x, mark->to_y, mark->slot);
        markers += mark->slot > 0;
        dotted += mark->slot == CHART_DOTTED;
    }
    chart_number(chart, "MARKERS", markers);
    chart_number(chart, "DOTTED", dotted);
    chart_number(chart, "LINES", (double)chart->mark_count - markers - dotted);
}

/* Append scripts/charts/NAME.gp. */
static int append_template(struct chart *chart, const char *name, struct failure *ret_failure)
{
    char relative[128], buffer[4096];
    snprintf(relative, sizeof(relative), "scripts/charts/%s.gp", name);
    char *path = data_path(relative);
    if (!path)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "%s is missing: this installation is not whole", relative);
    FILE *in = fopen(path, "re");
    int error = in ? 0 : errno;
    if (in) {
        putc('\n', chart->script);
        for (size_t n; (n = fread(buffer, 1, sizeof(buffer), in)) > 0;)
            fwrite(buffer, 1, n, chart->script);
        if (ferror(in))
            error = EIO;
        fclose(in);
    }
    if (error)
        failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot read %s: %s", path, strerror(error));
    free(path);
    return error ? -1 : 0;
}

int chart_end(struct chart_list *list, struct chart *chart, const char *template, struct failure *ret_failure)
{
    int result = 0;
    chart_number(chart, "HEIGHT", chart->height);
    FILE *texts = open_part(list, chart->name, "-text.dat", ret_failure);
    if (texts) {
        write_texts(chart, texts);
        result |= close_part(list, chart->name, texts, ret_failure);
    }
    FILE *marks = texts ? open_part(list, chart->name, "-marks.dat", ret_failure) : NULL;
    if (marks) {
        write_marks(chart, marks);
        result |= close_part(list, chart->name, marks, ret_failure);
        result |= append_template(chart, "style", ret_failure);
        result |= append_template(chart, template, ret_failure);
    }
    result |= close_part(list, chart->name, chart->script, ret_failure);
    result |= close_part(list, chart->name, chart->data, ret_failure);
    chart->script = chart->data = NULL;
    if (chart->out_of_memory)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    return texts && marks && result == 0 ? 0 : -1;
}

void chart_list_finish(struct chart_list *list)
{
    for (size_t c = 0; c < list->count; c++) {
        struct chart *chart = &list->charts[c];
        if (chart->script)
            fclose(chart->script);
        if (chart->data)
            fclose(chart->data);
        for (size_t i = 0; i < chart->text_count; i++)
            free(chart->texts[i].text);
        free(chart->texts);
        free(chart->marks);
        free(chart->title);
        free(chart->caption);
    }
    trial_index_finish(&list->trials);
    free(list->charts);
    free(list->dir);
    *list = (struct chart_list){0};
}
