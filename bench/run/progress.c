#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <iort/clock.h>
#include "progress.h"

void progress_begin(struct progress *progress, const struct plan *plan, bool wanted)
{
    memset(progress, 0, sizeof(*progress));
    progress->on = wanted && isatty(STDERR_FILENO);
    progress->plan = plan;
    progress->begin_ns = rt_now_ns();
    progress->expected_s = plan_estimate_s(plan);
}

/* The plan's own estimate, corrected by how the trials so far have compared with it. */
static double seconds_left(const struct progress *progress)
{
    double elapsed_s = (double)(rt_now_ns() - progress->begin_ns) / 1e9;
    double pace = progress->behind_s > 0.5 ? elapsed_s / progress->behind_s : 1;
    double left_s = (progress->expected_s - progress->behind_s) * pace;
    return left_s > 0 ? left_s : 0;
}

void progress_show(struct progress *progress, int64_t jobs_done)
{
    int64_t now_ns = rt_now_ns();
    bool planned = progress->trial < progress->plan->trial_count;
    if (!progress->on || (!planned && !progress->search) || now_ns - progress->last_ns < 100 * RT_NS_PER_MS)
        return;
    progress->last_ns = now_ns;
    const struct planned_trial *trial = progress->search ? progress->search : &progress->plan->trials[progress->trial];
    const struct cell *cell = trial->lane->cell;
    int left_s = (int)(seconds_left(progress) + 0.5);
    char line[512];
    if (progress->search)
        snprintf(line, sizeof(line), "[search] %s under %s, attempt %lld  %lld/%lld jobs", cell->name, trial->lane->runner,
                 (long long)trial->block, (long long)jobs_done, (long long)cell->settings.jobs);
    else
        snprintf(line, sizeof(line), "[%zu/%zu] block %lld of %lld  %s under %s  %lld/%lld jobs  %d:%02d left",
             progress->trial + 1, progress->plan->trial_count, (long long)trial->block,
             (long long)progress->plan->run.blocks, cell->name, trial->lane->runner, (long long)jobs_done,
             (long long)cell->settings.jobs, left_s / 60, left_s % 60);
    fprintf(stderr, "\r\033[K%.*s", progress_width() - 1, line);
    fflush(stderr);
}

void progress_search(struct progress *progress, const struct planned_trial *trial)
{
    progress->search = trial;
}

void progress_next(struct progress *progress)
{
    progress->behind_s += plan_estimate_trial_s(progress->plan->trials[progress->trial].lane);
    progress->trial++;
}

int progress_width(void)
{
    struct winsize window = { 0 };
    ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    return window.ws_col > 1 ? window.ws_col : 80;
}

void progress_clear(const struct progress *progress)
{
    if (progress->on)
        fputs("\r\033[K", stderr);
}

void progress_end(struct progress *progress)
{
    progress_clear(progress);
    progress->on = false;
}
