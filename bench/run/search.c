#include "search.h"

#include <math.h>
#include <stdlib.h>
#include "../plan/cells.h"
#include "../plan/knee.h"
#include "../plan/order.h"

enum { MOST_JOBS = 100000000 };

struct search {
    const struct lane *home;
    struct knee knee;
    struct cell cell; /* of the rate being tried; no name: not made yet */
    struct lane lane; /* of that cell */
};

struct searches {
    struct search *all;
    size_t count;
    struct planned_trial *round; /* the lanes whose searches go on, in the order of this round */
    bool stopped;
    search_trial_fn make_trial;
    void *context;
};

static int make_point(struct search *search, struct failure *ret_failure)
{
    if (search->cell.name && search->cell.settings.rate == search->knee.rate)
        return 0;
    cell_finish(&search->cell);
    if (cell_at_rate(&search->cell, search->home->cell, search->knee.rate, ret_failure))
        return -1;
    search->lane = (struct lane){.cell = &search->cell, .runner = search->home->runner};
    return 0;
}

static int make_step(struct searches *searches, struct search *search, struct failure *ret_failure)
{
    if (make_point(search, ret_failure))
        return -1;
    int64_t attempt = knee_attempt(&search->knee);
    struct search_trial trial = {
        .trial = {.lane = &search->lane, .block = attempt},
        .home = search->home,
        .is_new = attempt == 1 && search->knee.rate != search->home->cell->settings.rate,
    };
    struct search_outcome outcome = {.response_p99_ms = NAN};
    if (searches->make_trial(searches->context, &trial, &outcome, ret_failure))
        return -1;
    searches->stopped = outcome.stopped;
    if (!outcome.stopped)
        knee_tell(&search->knee, outcome.piled_up, outcome.response_p99_ms);
    return 0;
}

static struct search *search_of(struct searches *searches, const struct lane *home)
{
    struct search *search = searches->all;
    while (search->home != home)
        search++;
    return search;
}

/* One trial of each search that goes on. Returns how many there were, or -1. */
static int make_round(struct searches *searches, int64_t seed, int64_t number, struct failure *ret_failure)
{
    size_t count = 0;
    for (size_t i = 0; i < searches->count; i++)
        if (searches->all[i].knee.rate)
            searches->round[count++] = (struct planned_trial){.lane = searches->all[i].home};
    order_block(searches->round, count, seed, number);
    for (size_t i = 0; i < count && !searches->stopped; i++)
        if (make_step(searches, search_of(searches, searches->round[i].lane), ret_failure))
            return -1;
    return (int)count;
}

static void begin(struct searches *searches, const struct plan *plan)
{
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct lane *lane = &plan->lanes[i];
        if (!lane->cell->find)
            continue;
        struct search *search = &searches->all[searches->count++];
        *search = (struct search){.home = lane};
        knee_begin(&search->knee, MOST_JOBS / lane->cell->settings.duration_s);
    }
}

int search_all(const struct plan *plan, search_trial_fn make_trial, void *context, struct failure *ret_failure)
{
    if (plan->search_count == 0)
        return 0;
    struct searches searches = {
        .all = calloc(plan->search_count, sizeof(*searches.all)),
        .round = calloc(plan->search_count, sizeof(*searches.round)),
        .make_trial = make_trial,
        .context = context,
    };
    int made = -1;
    if (searches.all && searches.round) {
        begin(&searches, plan);
        int64_t number = 1;
        do
            made = make_round(&searches, plan->run.seed, number++, ret_failure);
        while (made > 0 && !searches.stopped);
    } else {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for a search");
    }
    for (size_t i = 0; i < searches.count; i++)
        cell_finish(&searches.all[i].cell);
    free(searches.all);
    free(searches.round);
    return made < 0 ? -1 : 0;
}
