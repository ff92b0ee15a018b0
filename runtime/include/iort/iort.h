/* iort: an asyncio for C. Everything at once; each header below also stands alone. (iort/curl.h is apart: it needs
 * libcurl's.) */
#ifndef IORT_IORT_H
#define IORT_IORT_H

#include <iort/call.h>
#include <iort/clock.h>
#include <iort/debug.h>
#include <iort/executor.h>
#include <iort/future.h>
#include <iort/gather.h>
#include <iort/group.h>
#include <iort/generator.h>
#include <iort/file.h>
#include <iort/io.h>
#include <iort/loop.h>
#include <iort/process.h>
#include <iort/process_executor.h>
#include <iort/queue.h>
#include <iort/rate_limiter.h>
#include <iort/resolve.h>
#include <iort/signal.h>
#include <iort/stream.h>
#include <iort/sync.h>
#include <iort/task.h>
#include <iort/timeout.h>

#endif
