/* The replay's place in the page: its controls, its data and its script. Without the script, a word instead. */
#include "html_parts.h"
#include "../../output/html_text.h"

static void write_controls(FILE *out)
{
    static const struct {
        const char *value, *label;
    } speeds[] = {
        {"fit", "all of it in 10 s"},
        {"0.001", "1/1000 of real speed"},
        {"0.01", "1/100 of real speed"},
        {"0.1", "0.1\u00d7"},
        {"0.5", "0.5\u00d7"},
        {"1", "real speed"},
        {"2", "2\u00d7"},
        {"5", "5\u00d7"},
        {"10", "10\u00d7"},
    };
    fputs("<div class=\"choices\">\n"
          "<label id=\"replay-cells\">Jobs <select id=\"replay-cell\"></select></label>\n"
          "<label>Time axis up to the end of <select id=\"replay-span\"></select></label>\n"
          "<label>Speed <select id=\"replay-speed\">",
          out);
    for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
        fprintf(out, "<option value=\"%s\">%s</option>", speeds[i].value, speeds[i].label);
    fputs("</select></label>\n</div>\n<p class=\"about\" id=\"replay-told\"></p>\n<div class=\"player\">\n"
          "<button type=\"button\" id=\"replay-play\">Play</button>\n"
          "<input type=\"range\" id=\"replay-slider\" min=\"0\" max=\"1000\" step=\"2\" value=\"1000\" "
          "aria-label=\"Time since the start\">\n"
          "<output id=\"replay-clock\" for=\"replay-slider\"></output>\n</div>\n",
          out);
}

static bool has_failures(const struct replay *replay)
{
    for (size_t i = 0; i < replay->count; i++)
        for (size_t k = 0; k < replay->cells[i].count; k++) {
            const struct sample_set *set = replay->cells[i].lanes[k].set;
            for (size_t job = 0; set && job < set->sample_count; job++)
                if (!set->samples[job].ok)
                    return true;
        }
    return false;
}

int html_write_replay(FILE *out, const struct replay *replay, const char *script)
{
    if (replay->count == 0)
        return 0;
    fputs("<section id=\"replay\" aria-labelledby=\"replay-heading\">\n<h2 id=\"replay-heading\">Replay</h2>\n"
          "<p class=\"about\"><span id=\"replay-bar\">Each bar is a job</span> and grows from its start to its end, as "
          "it was measured in the run with "
          "the median time; the first job is at the bottom. Pale: under way. Full: done.",
          out);
    if (has_failures(replay))
        fputs(" Striped: failed.", out);
    fputs(
        "</p>\n"
        "<noscript><p class=\"note\">The replay needs the script that is inside this page. The charts of when each job "
        "ran show the same, standing still.</p></noscript>\n<div id=\"replay-stage\" hidden>\n",
        out);
    write_controls(out);
    fputs("<div id=\"replay-lanes\"></div>\n<div id=\"replay-axis\" aria-hidden=\"true\"></div>\n"
          "<p id=\"replay-status\" class=\"unseen\" role=\"status\"></p>\n</div>\n",
          out);
    if (replay->left_out)
        fprintf(out, "<p class=\"note\">%zu more cells have too many jobs for a page.</p>\n", replay->left_out);
    fputs("<script type=\"application/json\" id=\"replay-data\">", out);
    if (replay_write_json(out, replay) != 0)
        return -1;
    fputs("</script>\n<script>", out);
    fputs(script, out);
    fputs("</script>\n</section>\n", out);
    return 0;
}
