/* A stack that overflows into its guard page: say whose it was, then let the program end as it would have. */
#ifndef RT_OVERFLOW_H
#define RT_OVERFLOW_H

struct rt_loop;
struct rt_task;

/* For the thread that begins and ends to run a loop: a stack for the handler to run on, since the task's has no room.
 */
void rt__overflow_begin(struct rt_loop *loop);
void rt__overflow_end(struct rt_loop *loop);

/* The line on stderr; allocates nothing. */
void rt__overflow_say(const struct rt_task *task);

#endif
