#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#ifdef RT_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* Deeper stacks are kept whole: one that differs in depth from its fellows would find no template anyway. */
enum { TEMPLATE_BYTES_MOST = 4096, WHOLE = RT__TEMPLATES };

struct rt__parked {
    uint32_t bytes;         /* from the stack pointer to the top of the stage; a multiple of a word */
    uint32_t template_used; /* or WHOLE */
    /* With a template: a bit for each word that differs, and those words. Otherwise all words. */
    uint64_t words[];
};

bool rt__park_supported(void)
{
#if defined(RT_CONTEXT_UCONTEXT) || defined(RT_ASAN) || defined(RT_TSAN)
    return false;
#else
    return !RUNNING_ON_VALGRIND; /* each of these keeps notes of its own about what lies on a stack */
#endif
}

int rt__stage_prepare(struct rt_loop *loop)
{
    struct rt__stage *stage = &loop->stage;
    if (!stage->stack && !(stage->stack = rt__stack_acquire(&loop->stacks)))
        return -ENOMEM;
    if (!stage->reserve && !(stage->reserve = malloc(sizeof(*stage->reserve) + loop->stacks.stack_bytes)))
        return -ENOMEM;
    return 0;
}

bool rt__stage_holds(const struct rt_loop *loop, const void *address)
{
    const struct rt__stack *stack = loop->stage.stack;
    return stack && (const char *)address >= stack->low && (const char *)address < stack->top;
}

#ifndef RT_CONTEXT_UCONTEXT

/* Returns the template for stacks of this depth, made of this one if there is room for a new depth; or WHOLE. */
static unsigned find_template(struct rt__stage *stage, const uint64_t *words, size_t bytes)
{
    if (bytes > TEMPLATE_BYTES_MOST)
        return WHOLE;
    for (unsigned i = 0; i < RT__TEMPLATES; i++) {
        if (stage->templates[i].bytes == bytes)
            return i;
        if (stage->templates[i].bytes)
            continue;
        uint64_t *copy = malloc(bytes);
        if (!copy)
            return WHOLE;
        memcpy(copy, words, bytes);
        stage->templates[i].words = copy;
        stage->templates[i].bytes = bytes;
        return i;
    }
    return WHOLE;
}

static void put_aside(struct rt_loop *loop, struct rt_task *task)
{
    struct rt__stage *stage = &loop->stage;
    const uint64_t *words = task->context.sp;
    size_t bytes = (size_t)(stage->stack->top - (char *)task->context.sp);
    size_t count = bytes / sizeof(*words), mask_words = (count + 63) / 64, kept = 0;
    unsigned template = find_template(stage, words, bytes);
    uint64_t packed[TEMPLATE_BYTES_MOST / sizeof(uint64_t) * 65 / 64 + 1];
    const uint64_t *content = words;
    if (template != WHOLE) {
        const uint64_t *model = stage->templates[template].words;
        memset(packed, 0, mask_words * sizeof(*packed));
        for (size_t i = 0; i < count; i++) {
            if (words[i] != model[i]) {
                packed[i / 64] |= UINT64_C(1) << i % 64;
                packed[mask_words + kept++] = words[i];
            }
        }
        content = packed;
        count = mask_words + kept;
    }
    struct rt__parked *parked = malloc(sizeof(*parked) + count * sizeof(*content));
    if (!parked) {
        /* The next one that wants to wait makes a new reserve, or is refused. */
        parked = stage->reserve;
        stage->reserve = NULL;
    }
    parked->bytes = (uint32_t)bytes;
    parked->template_used = template;
    memcpy(parked->words, content, count * sizeof(*content));
    task->parked = parked;
    loop->stats.tasks_parked++;
}

static void put_back(struct rt_loop *loop, struct rt_task *task)
{
    struct rt__stage *stage = &loop->stage;
    struct rt__parked *parked = task->parked;
    uint64_t *words = task->context.sp;
    if (parked->template_used == WHOLE) {
        memcpy(words, parked->words, parked->bytes);
    } else {
        size_t count = parked->bytes / sizeof(*words), mask_words = (count + 63) / 64;
        const uint64_t *changed = parked->words + mask_words;
        memcpy(words, stage->templates[parked->template_used].words, parked->bytes);
        for (size_t w = 0; w < mask_words; w++)
            for (uint64_t mask = parked->words[w]; mask; mask &= mask - 1)
                words[w * 64 + (size_t)__builtin_ctzll(mask)] = *changed++;
    }
    free(parked);
    task->parked = NULL;
    loop->stats.tasks_parked--;
}

void rt__stage_enter(struct rt_loop *loop, struct rt_task *task)
{
    struct rt__stage *stage = &loop->stage;
    if (stage->occupant)
        put_aside(loop, stage->occupant);
    if (task->parked)
        put_back(loop, task);
    stage->occupant = task;
}

#else

void rt__stage_enter(struct rt_loop *loop, struct rt_task *task)
{
    (void)loop;
    (void)task;
    abort(); /* no task is parkable in this build */
}

#endif

void rt__stage_finish(struct rt_loop *loop)
{
    struct rt__stage *stage = &loop->stage;
    for (unsigned i = 0; i < RT__TEMPLATES; i++)
        free(stage->templates[i].words);
    free(stage->reserve);
    if (stage->stack)
        rt__stack_release(&loop->stacks, stage->stack);
    *stage = (struct rt__stage){0};
}
