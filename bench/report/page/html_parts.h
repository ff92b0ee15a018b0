/* The sections of report.html. All write to the stream; its errors are looked at when the file is committed. */
#ifndef BENCH_REPORT_HTML_PARTS_H
#define BENCH_REPORT_HTML_PARTS_H

#include "replay.h"
#include "../../stored/run_data.h"
#include "../tables/tables.h"

void html_write_tables(FILE *out, const struct report_tables *tables);

/** The charts that DIR/charts/index.json names, each as a picture inside the page, with its NAME-narrow.svg for phones
 * where there is one. Charts that cannot be read are left out. */
void html_write_charts(FILE *out, const struct run_data *run);

/** The replay with its data and its script (of scripts/report/replay.js); nothing where no cell has samples. Returns 0
 * or -1 (memory). */
int html_write_replay(FILE *out, const struct replay *replay, const char *script);

/** The machine and the build, and the command that makes such a run again. */
void html_write_environment(FILE *out, const struct run_data *run);
void html_write_reproduction(FILE *out, const struct run_data *run);

#endif
