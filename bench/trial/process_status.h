/* What /proc says of this process. */
#ifndef BENCH_PROCESS_STATUS_H
#define BENCH_PROCESS_STATUS_H

#include <stdint.h>

/** Returns the number of threads now, and remembers the most it ever returned; -1 if unknown. */
int64_t process_threads(void);

/** Returns the most threads process_threads() has seen. */
int64_t process_threads_seen(void);

/** Returns the peak of resident memory, KiB (VmHWM: unlike ru_maxrss it begins anew at exec); -1 if unknown. */
int64_t process_rss_peak_kib(void);

/** Returns how long ago this process was started, ns, to a hundredth of a second; -1 if unknown. */
int64_t process_age_ns(void);

#endif
