/* Numbers and settings as a person reads them. */
#include "charts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *text_time_unit(double max_s, double *ret_scale)
{
    /* From where units_duration says seconds, so that an axis and the figures beside it agree. */
    *ret_scale = max_s >= 0.0995 ? 1 : max_s >= 0.9995e-3 ? 1e3 : 1e6;
    return *ret_scale == 1 ? "s" : *ret_scale == 1e3 ? "ms" : "\u00b5s";
}

void text_nothing(char *buffer, size_t size, const struct summary_record *lane)
{
    const char *state = lane->state ? lane->state : "no_data";
    const char *word = strcmp(state, "unsupported") == 0 ? "not supported"
                       : strcmp(state, "failed") == 0    ? "failed"
                       : strcmp(state, "partial") == 0   ? "stopped early"
                                                         : "no data";
    /* The reason of a failure says itself that it is one. */
    if (lane->reason && strcmp(state, "failed") == 0)
        snprintf(buffer, size, "%s", lane->reason);
    else
        snprintf(buffer, size, lane->reason ? "%s: %s" : "%s", word, lane->reason);
}

/* The word before the unit, and the unit as it is written after a number. */
static bool split_unit(char *key, const char **ret_unit)
{
    static const char *const units[][2] = {{"ms", " ms"},       {"us", " \u00b5s"}, {"ns", " ns"},    {"s", " s"},
                                           {"bytes", " bytes"}, {"per-s", "/s"},    {"percent", " %"}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t length = strlen(key), unit = strlen(units[i][0]);
        if (length > unit + 1 && key[length - unit - 1] == '-' && strcmp(key + length - unit, units[i][0]) == 0) {
            key[length - unit - 1] = '\0';
            *ret_unit = units[i][1];
            return true;
        }
    }
    return false;
}

/*
 * "10x50,20" of ms, delays that are given in turn and how often: "10 \u00d7 50 ms and 20 ms".
 * Returns whether it is such a list; a part that has no room is left out with all that follow.
 */
static bool print_repeats(char *buffer, size_t size, const char *value, const char *unit)
{
    size_t used = 0;
    if (!strpbrk(value, "x,") || strspn(value, "0123456789.x,") != strlen(value))
        return false;
    buffer[0] = '\0';
    for (const char *p = value; *p;) {
        size_t length = strcspn(p, ","), times = strcspn(p, "x,");
        const char *behind = p + length + (p[length] == ',');
        const char *before = !used ? "" : *behind ? ", " : " and ";
        if (length == 0 || times == 0 || (times < length && times + 1 == length))
            return false;
        int written = times < length ? snprintf(buffer + used, size - used, "%s%.*s \u00d7 %.*s%s", before, (int)times,
                                                p, (int)(length - times - 1), p + times + 1, unit)
                                     : snprintf(buffer + used, size - used, "%s%.*s%s", before, (int)length, p, unit);
        if (written < 0 || (size_t)written >= size - used) {
            buffer[used] = '\0';
            break;
        }
        used += (size_t)written;
        p = behind;
    }
    return true;
}

static void print_setting(char *buffer, size_t size, const char *setting, size_t length)
{
    char key[256], value[256], repeats[512];
    const char *equals = memchr(setting, '=', length), *unit = "";
    if (!equals || equals == setting || (size_t)(equals - setting) >= sizeof(key)) {
        snprintf(buffer, size, "%.*s", (int)length, setting);
        return;
    }
    snprintf(key, sizeof(key), "%.*s", (int)(equals - setting), setting);
    snprintf(value, sizeof(value), "%.*s", (int)(length - (size_t)(equals + 1 - setting)), equals + 1);
    for (char *p = key; *p; p++)
        if (*p == '_')
            *p = '-';
    split_unit(key, &unit);
    for (char *p = key; *p; p++)
        if (*p == '-')
            *p = ' ';
    if (print_repeats(repeats, sizeof(repeats), value, unit)) {
        snprintf(buffer, size, "%s %s", key, repeats);
        return;
    }
    if (value[0] && strspn(value, "0123456789") == strlen(value) && strlen(value) < 16) {
        units_write_count(value, sizeof(value), strtod(value, NULL));
    }
    snprintf(buffer, size, "%s %s%s", key, value, unit);
}

void text_params(char *buffer, size_t size, const char *params, const char *but)
{
    size_t but_length = but ? strlen(but) : 0;
    size_t used = 0;
    buffer[0] = '\0';
    for (const char *p = params ? params : ""; *p;) {
        while (isspace((unsigned char)*p))
            p++;
        size_t length = strcspn(p, " \t\r\n");
        char setting[600];
        if (length == 0)
            break;
        if (but_length && strncmp(p, but, but_length) == 0 && p[but_length] == '=') {
            p += length;
            continue;
        }
        print_setting(setting, sizeof(setting), p, length);
        int written = snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", setting);
        if (written < 0 || (size_t)written >= size - used)
            break; /* cut where the buffer ends: text_fit shows it, and cleans half a character */
        used += (size_t)written;
        p += length;
    }
}
