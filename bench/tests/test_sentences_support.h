/* What a report says of runs that are made up: sentence by sentence. */
#ifndef TEST_SENTENCES_SUPPORT_H
#define TEST_SENTENCES_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fixtures/made_up_run.h"
#include "../report/report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline void assert_says(const struct made_up_lane *lanes, size_t count, int blocks, const char *wanted)
{
    struct run_data run;
    made_up_read(&run, lanes, count, blocks);
    char *sentences = report_sentences(&run);
    assert_non_null(sentences);
    assert_string_equal(sentences, wanted);
    free(sentences);
    made_up_finish(&run);
}

#define SAYS(blocks, wanted, ...)                                                                                      \
    do {                                                                                                               \
        const struct made_up_lane lanes[] = {__VA_ARGS__};                                                             \
        assert_says(lanes, COUNT(lanes), blocks, wanted);                                                              \
    } while (0)

#endif
