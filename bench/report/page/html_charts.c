#include <stdlib.h>
#include <string.h>
#include "html_parts.h"
#include "../../output/html_text.h"

#define MOST_INDEX_BYTES (1u << 20)
#define MOST_CHART_BYTES (32u << 20)

/* Only a plain name of ours: the index may come from somebody else's results. */
static bool is_chart_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t length = strlen(name);
    return length > 4 && length < 100 && name[0] != '.' && strspn(name, letters) == length &&
           strcmp(name + length - 4, ".svg") == 0;
}

static char *read_in_charts(const struct run_data *run, const char *name, size_t most, size_t *ret_size)
{
    char *path = NULL;
    if (asprintf(&path, "%s/charts/%s", run->dir, name) < 0)
        return NULL;
    char *bytes = html_read_file(path, most, ret_size, NULL);
    free(path);
    return bytes;
}

static char *read_chart(const struct run_data *run, const char *file, size_t *ret_size)
{
    return file && is_chart_name(file) ? read_in_charts(run, file, MOST_CHART_BYTES, ret_size) : NULL;
}

#define NARROW "-narrow.svg"

static bool is_narrow(const char *file)
{
    size_t length = file ? strlen(file) : 0;
    return length > strlen(NARROW) && strcmp(file + length - strlen(NARROW), NARROW) == 0;
}

/* A chart's form for phones, wall-narrow.svg of wall.svg; NULL: it has none. */
static char *read_narrow(const struct run_data *run, const char *file, size_t *ret_size)
{
    char *name = NULL;
    if (asprintf(&name, "%.*s" NARROW, (int)(strlen(file) - strlen(".svg")), file) < 0)
        return NULL;
    char *svg = read_chart(run, name, ret_size);
    free(name);
    return svg;
}

static void write_data_url(FILE *out, const char *svg, size_t size)
{
    fputs("data:image/svg+xml;base64,", out);
    html_base64(out, (const unsigned char *)svg, size);
}

/*
 * As a picture and not as elements of the page: what an SVG file could do (scripts, styles, names that clash with
 * another chart's) stays in it. Title and caption stand in the picture; here they are for those who do not see it. The
 * width at which the forms change is page.css's, too.
 */
static bool write_chart(FILE *out, const struct run_data *run, const json_t *item, bool first)
{
    const char *file = json_string_value(json_object_get(item, "file"));
    const char *title = json_string_value(json_object_get(item, "title"));
    const char *caption = json_string_value(json_object_get(item, "caption"));
    size_t size = 0, narrow_size = 0;
    char *svg = is_narrow(file) ? NULL : read_chart(run, file, &size);
    if (!svg)
        return false;
    char *narrow = read_narrow(run, file, &narrow_size);
    if (first)
        fputs("<section id=\"charts\">\n<h2>Charts</h2>\n", out);
    fputs("<figure>\n<figcaption class=\"unseen\">", out);
    html_text(out, title ? title : file);
    if (caption) {
        fputs(". ", out);
        html_text(out, caption);
    }
    fputs("</figcaption>\n<div class=\"scroll card\">", out);
    fputs(narrow ? "<picture class=\"two-forms\"><source media=\"(max-width: 78rem)\" srcset=\"" : "<picture>", out);
    if (narrow) {
        write_data_url(out, narrow, narrow_size);
        fputs("\">", out);
    }
    fputs("<img alt=\"", out);
    html_text(out, title ? title : file);
    fputs("\" src=\"", out);
    write_data_url(out, svg, size);
    fputs("\"></picture></div>\n</figure>\n", out);
    free(narrow);
    free(svg);
    return true;
}

void html_write_charts(FILE *out, const struct run_data *run)
{
    size_t size = 0, i;
    char *text = read_in_charts(run, "index.json", MOST_INDEX_BYTES, &size);
    json_t *index = text ? json_loadb(text, size, 0, NULL) : NULL;
    const json_t *item;
    bool first = true;
    json_array_foreach(index, i, item)
    {
        if (write_chart(out, run, item, first))
            first = false;
    }
    if (!first)
        fputs("</section>\n", out);
    json_decref(index);
    free(text);
}
