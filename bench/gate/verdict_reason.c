/* The sentence beside a verdict. Changes are of the metric as measured, with their sign; a reader may not know which
 * way is worse, and the verdict says it. */
#include <math.h>
#include <stdio.h>
#include "../stats/stats.h"
#include "verdict_reason.h"

/* "+10.2 %". Huge ones are what broken programs give, and only have to fit. */
struct percent {
    char text[24];
};

static struct percent percent(double log_ratio)
{
    struct percent out;
    double change = expm1(log_ratio) * 100;
    if (fabs(change) < 0.05)
        change = 0;
    snprintf(out.text, sizeof(out.text), fabs(change) < 1e6 ? "%+.1f %%" : "%+.1e %%", change);
    return out;
}

/* "5 %", "2.5 %": a size, without a sign. */
static struct percent size_percent(double share)
{
    struct percent out;
    snprintf(out.text, sizeof(out.text), share < 1e4 ? "%.3g %%" : "%.1e %%", share * 100);
    return out;
}

/* "+10.2 % (+8.1 % to +12.0 %)" */
struct finding {
    char text[96];
};

static struct finding finding(const struct gate_contrast *contrast)
{
    struct finding out;
    snprintf(out.text, sizeof(out.text), "%s (%s to %s)", percent(contrast->estimate).text, percent(contrast->lo).text,
             percent(contrast->hi).text);
    return out;
}

/* What would settle it; a program can be run longer, a machine must be found. */
static void advise(char *text, size_t size, size_t blocks)
{
    if (blocks)
        snprintf(text, size, "about %zu blocks, or a quieter machine, would settle it", blocks);
    else
        snprintf(text, size, "a quieter machine would settle it");
}

static void write_undecided(struct gate_decision *decision, const struct gate_sample *all, const char *advice,
                            const struct gate_rules *rules)
{
    const struct gate_contrast *head = &all->head;
    double threshold = log1p(rules->threshold), away = fabs(head->estimate);
    struct finding found = finding(head);
    char *text = decision->reason;
    size_t size = sizeof(decision->reason);
    if (head->lo > decision->limit || head->hi < -decision->limit)
        snprintf(text, size, "%s, but p = %.2g over all cells is not below %.2g; %s", found.text, head->p_holm,
                 rules->alpha, advice);
    else if (away > threshold && away <= decision->limit)
        snprintf(text, size, "%s is no more than base differs from itself (%s from block to block); %s", found.text,
                 size_percent(expm1(all->aa_spread)).text, advice);
    else
        snprintf(text, size, "%s is neither within %s nor past %s; %s", found.text, size_percent(rules->threshold).text,
                 size_percent(expm1(decision->limit)).text, advice);
}

void gate_write_reason(struct gate_decision *decision, enum gate_grounds grounds, const struct gate_evidence *evidence,
                       const struct gate_rules *rules)
{
    const struct gate_sample *first = &evidence->first, *confirmation = &evidence->confirmation, *all = &evidence->all;
    char *text = decision->reason;
    size_t size = sizeof(decision->reason);
    const struct gate_sample *lost = confirmation->blocks < confirmation->given ? confirmation : first;
    struct finding found = finding(&all->head), at_first = finding(&first->head);
    struct percent limit = size_percent(expm1(decision->limit));
    char advice[96];
    advise(advice, sizeof(advice), decision->blocks_to_settle);

    switch (grounds) {
    case GROUNDS_TOO_FEW:
        snprintf(text, size, "%zu of %zu blocks gave a number in all three trials; 6 are needed", first->blocks,
                 first->given);
        break;
    case GROUNDS_LOST:
        snprintf(text, size, "%s, but %zu of %zu blocks gave no number, and those may be the slow ones", found.text,
                 lost->given - lost->blocks, lost->given);
        break;
    case GROUNDS_DIRTY:
        snprintf(text, size, "base differs from itself by %s: the machine was not steady; %s",
                 percent(all->again.estimate).text, advice);
        break;
    case GROUNDS_WITHIN:
        snprintf(text, size, "%s is within %s", found.text, size_percent(rules->threshold).text);
        break;
    case GROUNDS_UNDECIDED:
        write_undecided(decision, all, advice, rules);
        break;
    case GROUNDS_UNCONFIRMED:
        snprintf(text, size, "%s: its estimate is past %s, and wants to be confirmed", found.text, limit.text);
        break;
    case GROUNDS_CONFIRMATION_TOO_FEW:
        snprintf(text, size, "%s at first, but only %zu of %zu blocks of the confirmation gave a number; 6 are needed",
                 at_first.text, confirmation->blocks, confirmation->given);
        break;
    case GROUNDS_CONFIRMATION_DIRTY:
        snprintf(text, size, "%s at first, but in the confirmation base differs from itself by %s; %s", at_first.text,
                 percent(confirmation->again.estimate).text, advice);
        break;
    case GROUNDS_NOT_REPRODUCED:
        snprintf(text, size, "%s at first, but %s in the confirmation: one of them was disturbed; %s", at_first.text,
                 finding(&confirmation->head).text, advice);
        break;
    case GROUNDS_DIVIDED:
        snprintf(text, size, "%s, but head has more than base in %zu of %zu blocks: they do not agree", found.text,
                 all->above, all->blocks);
        break;
    case GROUNDS_CONFIRMED:
        snprintf(text, size, "%s is past %s: %s at first, and the confirmation finds %s", found.text, limit.text,
                 percent(first->head.estimate).text, percent(confirmation->head.estimate).text);
        break;
    }
}
