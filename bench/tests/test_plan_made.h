/* Plans for tests, made of a scenario's text and of options. */
#ifndef TEST_PLAN_MADE_H
#define TEST_PLAN_MADE_H

#include "test_plan_support.h"
#include "../plan/plan.h"

enum { MOST_OVERRIDES = 8 };

/* Options as `key, value` pairs, NULL at the end. */
static inline int make_from(struct plan *plan, const char *path, bool quick, const char *const *pairs,
                            struct failure *failure)
{
    struct plan_override overrides[MOST_OVERRIDES] = {0};
    size_t count = 0;
    for (; pairs && *pairs; pairs += 2) {
        overrides[count].key = setting_find(pairs[0]);
        overrides[count++].value = pairs[1];
    }
    memset(failure, 0, sizeof(*failure));
    return plan_make(plan, path, overrides, count, quick, failure);
}

#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline struct plan make_plan(const char *text, bool quick, const char *const *pairs)
{
    struct plan plan;
    struct failure failure;
    if (text)
        write_text("s.ini", text);
    if (make_from(&plan, text ? "s.ini" : NULL, quick, pairs, &failure))
        fail_msg("%s", failure.text);
    return plan;
}

static inline void assert_refused(const char *text, const char *const *pairs, const char *said)
{
    struct plan plan;
    struct failure failure;
    if (text)
        write_text("s.ini", text);
    if (make_from(&plan, text ? "s.ini" : NULL, false, pairs, &failure) != -1)
        fail_msg("accepted: %s", text ? text : said);
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_holds(failure.text, said);
}

#endif
