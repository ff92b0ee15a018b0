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
enum { TEMPLATE_BYTES_MOST = 4096, TEMPLATE_WORDS_MOST = TEMPLATE_BYTES_MOST / 8, WHOLE = RT__TEMPLATES };

/* A template that leaves no more words than this is as good as can be hoped for. */
enum { KEPT_WORDS_GOOD = 3 };

/* Blocks are at least this large, so that one wait's fits another's and the heap does not fill with the holes of
 * smaller ones. */
enum { BLOCK_WORDS_LEAST = 4 };

struct rt__parked {
    uint32_t bytes;         /* from the stack pointer to the top of the stage; a multiple of a word */
    uint32_t template_used; /* or WHOLE */
    /* With a template: a bit for each word that differs, and those words. Otherwise all words. */
    uint64_t words[];
};

/*
 * What the stack of one task looked like, and so what those of others are expected to: a word is as in the template, or
 * lies as far from its own task as there, or repeats another word of the same stack.
 */
struct rt__template {
    size_t bytes;
    size_t typical; /* mask and words that it leaves of another's stack */
    uintptr_t task;
    struct {
        uint64_t word;
        uint64_t relative; /* all ones: an address within the task; otherwise 0 */
        size_t repeats;    /* the place of the word it repeats; its own if none */
    } places[];
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

static inline uint64_t expected_word(const struct rt__template *template, uintptr_t moved, const uint64_t *words,
                                     size_t i)
{
    size_t repeats = template->places[i].repeats;
    return repeats != i ? words[repeats] : template->places[i].word + (template->places[i].relative & moved);
}

/* Write a mask and the words that are not as expected; returns the number of all. */
static size_t pack(const struct rt__template *template, const struct rt_task *task, const uint64_t *words,
                   uint64_t *ret_packed)
{
    size_t count = template->bytes / sizeof(*words), used = (count + 63) / 64;
    uintptr_t moved = (uintptr_t)task - template->task;
    uint64_t mask = 0;
    for (size_t i = 0; i < count; i++) {
        bool differs = words[i] != expected_word(template, moved, words, i);
        mask |= (uint64_t)differs << i % 64;
        ret_packed[used] = words[i]; /* overwritten by the next one if it need not be kept */
        used += differs;
        if (i % 64 == 63 || i + 1 == count) {
            ret_packed[i / 64] = mask;
            mask = 0;
        }
    }
    return used;
}

static struct rt__template *template_make(const struct rt_task *task, const uint64_t *words, size_t bytes)
{
    size_t count = bytes / sizeof(*words);
    struct rt__template *template = malloc(sizeof(*template) + count * sizeof(template->places[0]));
    if (!template)
        return NULL;
    template->bytes = bytes;
    template->typical = SIZE_MAX;
    template->task = (uintptr_t)task;
    for (size_t i = 0; i < count; i++) {
        template->places[i].word = words[i];
        template->places[i].relative = words[i] - (uintptr_t)task < sizeof(*task) ? UINT64_MAX : 0;
        size_t same = i;
        for (size_t j = 0; words[i] > 1 && j < i && same == i; j++) /* 0 and 1 are equal by chance */
            if (words[j] == words[i])
                same = j;
        template->places[i].repeats = same;
    }
    return template;
}

static bool is_power_of_4(uint64_t n)
{
    return (n & (n - 1)) == 0 && (n & UINT64_C(0x5555555555555555)) != 0;
}

/* Make a template of this stack, if there is room. Now and then: the first tasks that wait somewhere are seldom
 * typical. */
static bool template_add(struct rt__stage *stage, const struct rt_task *task, size_t bytes)
{
    if (!is_power_of_4(++stage->misfits))
        return false;
    for (unsigned i = 0; i < RT__TEMPLATES; i++) {
        if (stage->templates[i])
            continue;
        stage->templates[i] = template_make(task, task->context.sp, bytes);
        if (stage->templates[i])
            stage->template_last = i;
        return stage->templates[i];
    }
    return false;
}

/* Pack with the template that fits; returns its place, or WHOLE. */
static unsigned pack_best(struct rt__stage *stage, const struct rt_task *task, size_t bytes, uint64_t *ret_packed,
                          size_t *ret_used)
{
    size_t good = (bytes / sizeof(uint64_t) + 63) / 64 + KEPT_WORDS_GOOD, least = SIZE_MAX;
    unsigned best = WHOLE, packed = WHOLE;
    if (bytes > TEMPLATE_BYTES_MOST)
        return WHOLE;
    for (unsigned n = 0; n < RT__TEMPLATES; n++) {
        /* The one that fitted last comes first: mostly it fits again. */
        unsigned i = (stage->template_last + n) % RT__TEMPLATES;
        struct rt__template *template = stage->templates[i];
        if (!template || template->bytes != bytes)
            continue;
        size_t used = pack(template, task, task->context.sp, ret_packed);
        packed = i;
        if (used < template->typical)
            template->typical = used;
        if (used < least) {
            least = used;
            best = i;
        }
        if (used <= good || used <= template->typical + 1)
            break;
    }
    if (least > good && template_add(stage, task, bytes))
        best = stage->template_last;
    if (best == WHOLE)
        return WHOLE;
    *ret_used = best == packed ? least : pack(stage->templates[best], task, task->context.sp, ret_packed);
    stage->template_last = best;
    return best;
}

static void put_aside(struct rt_loop *loop, struct rt_task *task)
{
    struct rt__stage *stage = &loop->stage;
    size_t bytes = (size_t)(stage->stack->top - (char *)task->context.sp), used = bytes / sizeof(uint64_t);
    uint64_t packed[TEMPLATE_WORDS_MOST + TEMPLATE_WORDS_MOST / 64 + 1];
    unsigned template = pack_best(stage, task, bytes, packed, &used);
    size_t room = used < BLOCK_WORDS_LEAST ? BLOCK_WORDS_LEAST : used;
    struct rt__parked *parked = malloc(sizeof(*parked) + room * sizeof(*packed));
    if (!parked) {
        /* The next one that wants to wait makes a new reserve, or is refused. */
        parked = stage->reserve;
        stage->reserve = NULL;
    }
    parked->bytes = (uint32_t)bytes;
    parked->template_used = template;
    memcpy(parked->words, template == WHOLE ? task->context.sp : packed, used * sizeof(*packed));
    task->parked = parked;
    if (++loop->stats.tasks_parked > loop->stats.tasks_parked_peak)
        loop->stats.tasks_parked_peak = loop->stats.tasks_parked;
}

static void put_back(struct rt_loop *loop, struct rt_task *task)
{
    struct rt__parked *parked = task->parked;
    uint64_t *words = task->context.sp;
    if (parked->template_used == WHOLE) {
        memcpy(words, parked->words, parked->bytes);
    } else {
        const struct rt__template *template = loop->stage.templates[parked->template_used];
        size_t count = parked->bytes / sizeof(*words);
        uintptr_t moved = (uintptr_t)task - template->task;
        const uint64_t *kept = parked->words + (count + 63) / 64;
        for (size_t i = 0; i < count; i++)
            words[i] = parked->words[i / 64] >> i % 64 & 1 ? *kept++ : expected_word(template, moved, words, i);
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
        free(stage->templates[i]);
    free(stage->reserve);
    if (stage->stack)
        rt__stack_release(&loop->stacks, stage->stack);
    *stage = (struct rt__stage){0};
}
