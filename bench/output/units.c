#include <math.h>
#include <stdio.h>
#include <string.h>
#include "units.h"

#define MOST_DIGITS 6

void units_write_count(char *buffer, size_t size, double count)
{
    char digits[400];
    int length = snprintf(digits, sizeof(digits), "%.0f", fabs(count));
    size_t used = 0;
    buffer[0] = '\0';
    if (count < 0 && strcmp(digits, "0") != 0 && size > 1)
        buffer[used++] = '-';
    for (int i = 0; i < length && used + 2 < size; i++) {
        buffer[used++] = digits[i];
        if ((length - i) % 3 == 1 && i + 1 < length)
            buffer[used++] = ',';
    }
    if (used < size)
        buffer[used] = '\0';
}

/* As many decimals as leave `digits` figures; whole numbers are grouped in thousands. */
static void format_digits(char *buffer, size_t size, double value, int digits)
{
    double magnitude = fabs(value);
    int decimals = 0;
    if (isfinite(value) && magnitude > 0) {
        decimals = digits - 1 - (int)floor(log10(magnitude));
        if (decimals > 0 && round(magnitude * pow(10, decimals)) >= pow(10, digits))
            decimals--; /* 9.996 is 10.0, not 10.00 */
    }
    if (decimals <= 0)
        units_write_count(buffer, size, value);
    else
        snprintf(buffer, size, "%.*f", decimals < 12 ? decimals : 12, value);
}

/* An interval has the digits of its value, and one more until its ends no longer look alike. */
static struct units_estimate format_estimate(struct text_pool *pool, double value, double lo, double hi,
                                             const char *unit)
{
    struct units_estimate estimate = {UNITS_UNKNOWN, ""};
    char texts[3][64];
    if (!isfinite(value))
        return estimate;
    for (int digits = 3; digits <= MOST_DIGITS; digits++) {
        format_digits(texts[0], sizeof(texts[0]), value, digits);
        format_digits(texts[1], sizeof(texts[1]), lo, digits);
        format_digits(texts[2], sizeof(texts[2]), hi, digits);
        if (!isfinite(lo) || !isfinite(hi) || lo == hi || strcmp(texts[1], texts[2]) != 0)
            break;
    }
    estimate.value = pool_printf(pool, "%s%s", texts[0], unit);
    if (isfinite(lo) && isfinite(hi))
        estimate.interval = pool_printf(pool, "[%s, %s]", texts[1], texts[2]);
    return estimate;
}

/* Seconds down to a tenth, as people say them; then the unit in which the figure has a digit before its point. */
static const char *time_unit(double seconds, double *ret_scale)
{
    *ret_scale = seconds >= 0.0995 ? 1 : seconds >= 0.9995e-3 ? 1e3 : seconds >= 0.9995e-6 ? 1e6 : 1e9;
    return *ret_scale == 1 ? " s" : *ret_scale == 1e3 ? " ms" : *ret_scale == 1e6 ? " \u00b5s" : " ns";
}

struct units_estimate units_time(struct text_pool *pool, double seconds, double lo, double hi)
{
    double scale;
    const char *unit = time_unit(seconds, &scale);
    return format_estimate(pool, seconds * scale, lo * scale, hi * scale, unit);
}

struct units_estimate units_times(struct text_pool *pool, double ratio, double lo, double hi)
{
    return format_estimate(pool, ratio, lo, hi, "\u00d7");
}

struct units_estimate units_rate_estimate(struct text_pool *pool, double per_s, double lo, double hi)
{
    return format_estimate(pool, per_s, lo, hi, "");
}

const char *units_rate(struct text_pool *pool, double per_s)
{
    return units_rate_estimate(pool, per_s, NAN, NAN).value;
}

struct units_estimate units_memory_estimate(struct text_pool *pool, double kib, double lo, double hi)
{
    static const struct {
        double kib;
        const char *unit;
    } units[] = {{1024.0 * 1024, " GiB"}, {1024, " MiB"}, {1, " KiB"}};
    size_t i = 0;
    while (i < 2 && !(kib >= 0.9995 * units[i].kib))
        i++;
    return format_estimate(pool, kib / units[i].kib, lo / units[i].kib, hi / units[i].kib, units[i].unit);
}

const char *units_memory(struct text_pool *pool, double kib)
{
    return units_memory_estimate(pool, kib, NAN, NAN).value;
}

const char *units_duration(struct text_pool *pool, double seconds)
{
    return units_time(pool, seconds, NAN, NAN).value;
}

const char *units_count(struct text_pool *pool, double count)
{
    char text[64];
    units_write_count(text, sizeof(text), count);
    return pool_printf(pool, "%s", text);
}

bool units_is_glue(const char *text, size_t at)
{
    static const char *const units[] = {"%",   "ns",  "\u00b5s", "us", "ms", "s",  "min",
                                        "KiB", "MiB", "GiB",     "B",  "kB", "MB", "GB"};
    if (text[at] != ' ' || at == 0 || text[at - 1] < '0' || text[at - 1] > '9')
        return false;
    size_t length = strcspn(text + at + 1, " .,;:)]");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strlen(units[i]) == length && strncmp(text + at + 1, units[i], length) == 0)
            return true;
    return false;
}
