#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <iort/clock.h>
#include "progress.h"

void progress_begin(struct progress *progress, size_t count, double expected_s, bool wanted)
{
    memset(progress, 0, sizeof(*progress));
    progress->on = wanted && isatty(STDERR_FILENO);
    progress->count = count;
    progress->begin_ns = rt_now_ns();
    progress->expected_s = expected_s;
}

/* The plan's own estimate, corrected by how the trials so far have compared with it. */
static double seconds_left(const struct progress *progress)
{
    double elapsed_s = (double)(rt_now_ns() - progress->begin_ns) / 1e9;
    double pace = progress->behind_s > 0.5 ? elapsed_s / progress->behind_s : 1;
    double left_s = (progress->expected_s - progress->behind_s) * pace;
    return left_s > 0 ? left_s : 0;
}

bool progress_is_due(const struct progress *progress)
{
    return progress->on && rt_now_ns() - progress->last_ns >= 100 * RT_NS_PER_MS;
}

static void draw(struct progress *progress, const char *line)
{
    progress->last_ns = rt_now_ns();
    fprintf(stderr, "\r\033[K%.*s", progress_width() - 1, line);
    fflush(stderr);
}

void progress_show(struct progress *progress, const char *format, ...)
{
    if (!progress->on || progress->trial >= progress->count)
        return;
    int left_s = (int)(seconds_left(progress) + 0.5);
    char line[512], words[400];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    snprintf(line, sizeof(line), "[%zu/%zu] %s  %d:%02d left", progress->trial + 1, progress->count, words, left_s / 60,
             left_s % 60);
    draw(progress, line);
}

void progress_say(struct progress *progress, const char *format, ...)
{
    char line[512];
    if (!progress->on)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    draw(progress, line);
}

void progress_next(struct progress *progress, double expected_s)
{
    progress->behind_s += expected_s;
    progress->trial++;
}

int progress_width(void)
{
    struct winsize window = {0};
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
