/* A time of each job that was ok, in ms: what percentiles are taken of. */
#ifndef BENCH_JOB_TIMES_H
#define BENCH_JOB_TIMES_H

#include <stddef.h>
#include <stdint.h>

struct trial;

/** Returns a time of a job, ns. */
typedef int64_t (*job_time_fn)(const struct trial *trial, int64_t index);

/** Fill `ms` (room for all jobs) with the time of each job that was ok, in the jobs' order. Returns how many there are.
 */
size_t job_times_gather(double *ms, const struct trial *trial, job_time_fn time);

/** Sort ascending. */
void job_times_sort(double *ms, size_t count);

/** From its own start to its own end. */
int64_t job_service_ns(const struct trial *trial, int64_t index);

#endif
