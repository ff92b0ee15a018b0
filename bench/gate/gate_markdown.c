#include <math.h>
#include <errno.h>
#include <string.h>
#include "gate_markdown.h"
#include "gate_words.h"
#include "judge.h"
#include "../clean_text.h"
#include "../output/atomic_file.h"
#include "../output/markdown_text.h"
#include "../run/argv_json.h"

static const char *heading(enum gate_outcome outcome)
{
    static const char *const words[] = {
        [OUTCOME_INTERRUPTED] = "interrupted",    [OUTCOME_LOCAL_LIMIT] = "no verdict (infrastructure)",
        [OUTCOME_HEAD_FAILED] = "the head fails", [OUTCOME_FAILED] = "no verdict (infrastructure)",
        [OUTCOME_REGRESSION] = "regression",      [OUTCOME_NO_DATA] = "no verdict (no data)",
        [OUTCOME_INCONCLUSIVE] = "inconclusive",  [OUTCOME_PASSED] = "no regression",
    };
    return words[outcome];
}

static void write_row(FILE *out, struct text_pool *pool, const struct gate_lane *lane)
{
    const struct gate_decision *decision = &lane->decision;
    const char *mark =
        lane_is_red(lane) || lane->state == LANE_FAILED || decision->verdict == GATE_INCONCLUSIVE ? "**" : "";
    fputs("| ", out);
    markdown_text(out, lane->label);
    fprintf(out, " | `%s` | ", lane->metric->name);
    if (lane->state == LANE_GATED)
        fprintf(out, "%s | %s | %s | %s | %s | %s", words_figure(pool, lane->metric, lane_median(lane, ARM_BASE)),
                words_figure(pool, lane->metric, lane_median(lane, ARM_HEAD)), words_change(pool, decision->ratio),
                words_interval(pool, decision->lo, decision->hi), words_change(pool, decision->aa_ratio),
                words_share(pool, expm1(decision->aa_spread)));
    else
        fputs(" | | | | | ", out);
    fprintf(out, " | %s%s%s |\n", mark, lane_verdict(lane), mark);
}

static void write_command(FILE *out, const struct gate_request *request)
{
    json_t *argv = argv_json(request->argc, request->argv, false), *word;
    size_t i;
    fputs("\n~~~~sh\n", out);
    json_array_foreach(argv, i, word)
    {
        const char *text = json_is_string(word) ? json_string_value(word) : "(out of memory)";
        bool plain =
            text[0] &&
            strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_") == strlen(text);
        fputs(i ? " " : "", out);
        if (plain) {
            fputs(text, out);
            continue;
        }
        putc('\'', out);
        for (const char *p = text; *p; p++)
            fputs(*p == '\'' ? "'\\''" : (char[]){*p, '\0'}, out);
        putc('\'', out);
    }
    fputs("\n~~~~\n", out);
    json_decref(argv);
}

static void write_details(FILE *out, struct text_pool *pool, const struct gate_request *request,
                          const struct gate_result *result)
{
    const struct gate_plan *plan = request->plan;
    size_t i;
    const json_t *warning;
    json_array_foreach(json_object_get(result->json, "warnings"), i, warning)
    {
        fputs(i ? "- Warning: " : "\n- Warning: ", out);
        markdown_text(out, json_string_value(warning));
        putc('\n', out);
    }
    fprintf(out, "\n<details><summary>What was compared, and how</summary>\n\n");
    for (int side = 0; side < SIDES; side++) {
        fputs("- ", out);
        markdown_text(out, words_arm(pool, plan->arms, side));
        putc('\n', out);
    }
    fprintf(out, "- %lld blocks of base, head and base again; %zu trials in %.0f s; threshold %g %%\n",
            (long long)plan->blocks, result->trials, result->seconds, 100 * request->rules.threshold);
    fputs(
        "- Change: the head against the base, the ratio within each block (Hodges-Lehmann, signed-rank interval), over "
        "the blocks of both phases. A/A: the base against itself, run as often; spread: by how much two such trials "
        "differ. A cell is a regression only if the whole interval is past the threshold and past the spread, chance "
        "is "
        "excluded over all cells (Holm), and a second phase in reversed order finds it again.\n",
        out);
    write_command(out, request);
    fputs("\n</details>\n", out);
}

/* Write it: the sentence, the table, what would settle what is not, the arms and how to do it again. Errors show in
 * ferror(out). */
static void gate_markdown_print(const struct gate_request *request, const struct gate_result *result, FILE *out)
{
    const struct gate_plan *plan = request->plan;
    struct text_pool *pool = text_pool_create();
    char sentence[600];
    if (!pool)
        return;
    outcome_sentence(sentence, sizeof(sentence), plan, result);
    fprintf(out, "### iorace gate: %s\n\n", heading(result->outcome));
    markdown_text(out, sentence);
    fputs("\n\n| cell | metric | base | head | change | 95 % interval | A/A | spread | verdict |\n"
          "|---|---|---:|---:|---:|---|---:|---:|---|\n",
          out);
    for (size_t i = 0; i < plan->lane_count; i++)
        write_row(out, pool, &plan->lanes[i]);
    bool first = true;
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        const char *words = words_of_lane(pool, lane);
        if (!*words || (lane->state == LANE_GATED && lane->decision.verdict == GATE_SAME))
            continue;
        fputs(first ? "\n- " : "- ", out);
        first = false;
        markdown_text(out, lane->label);
        fputs(": ", out);
        markdown_text(out, words);
        putc('\n', out);
    }
    write_details(out, pool, request, result);
    text_pool_destroy(pool);
}

int gate_markdown_write(const struct gate_request *request, const struct gate_result *result,
                        struct failure *ret_failure)
{
    struct atomic_file file = {0};
    if (atomic_file_open(&file, result->dir, "gate.md", ret_failure) < 0)
        return -1;
    gate_markdown_print(request, result, file.stream);
    return atomic_file_commit(&file, ret_failure);
}

int gate_markdown_append(const struct gate_request *request, const struct gate_result *result, const char *path,
                         struct failure *ret_failure)
{
    FILE *out = fopen(path, "ae");
    if (!out)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s: %s", path, strerror(errno));
    gate_markdown_print(request, result, out);
    bool failed = ferror(out);
    if (fclose(out) != 0 || failed)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s: %s", path, strerror(errno ? errno : EIO));
    return 0;
}
