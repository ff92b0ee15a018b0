/* The notes below a table: each is said once, with all that it is said of, and what it is said of has its mark. A remark is
 * said of the table as a whole and has none. */
#include <string.h>
#include "parts.h"

/* One that a note is said of. */
struct table_subject {
    const char *text;      /**< the note's */
    const char *name, *at; /**< "thread pool", "500" or NULL; without a name it is a remark */
    const char **marked;
    bool repeats; /**< the note has been said of another before */
};

int table_notes_begin(struct table_maker *maker, size_t most)
{
    maker->subjects = pool_array(maker->pool, most, sizeof(*maker->subjects));
    maker->subject_room = most;
    maker->subject_count = maker->note_count = maker->remark_count = 0;
    return maker->subjects ? 0 : -1;
}

void table_note(struct table_maker *maker, const char *name, const char *at, const char *text, const char **marked)
{
    struct table_subject subject = {.text = text, .name = name, .at = at, .marked = marked};
    if (maker->subject_count == maker->subject_room)
        return;
    for (size_t i = 0; i < maker->subject_count && !subject.repeats; i++)
        subject.repeats = strcmp(maker->subjects[i].text, text) == 0;
    maker->note_count += !subject.repeats;
    maker->subjects[maker->subject_count++] = subject;
}

void table_remark(struct table_maker *maker, const char *text)
{
    if (maker->subject_count == maker->subject_room)
        return;
    maker->remark_count++;
    maker->subjects[maker->subject_count++] = (struct table_subject){.text = text};
}

/* The runners one after another, each with all its points: "thread pool at 5, 9; coroutines at 9". Marks them, too. */
static const char *name_subjects(struct table_maker *maker, const char *text, const char *mark)
{
    struct table_subject *subjects = maker->subjects;
    size_t count = 0;
    const struct table_subject **of_note = pool_array(maker->pool, maker->subject_count, sizeof(*of_note));
    for (size_t i = 0; of_note && i < maker->subject_count; i++)
        if (subjects[i].name && strcmp(subjects[i].text, text) == 0)
            of_note[count++] = &subjects[i];

    const char *names = "";
    for (size_t i = 0; i < count; i++) {
        bool named = false, has_mark = false;
        for (size_t j = 0; j < i; j++) {
            named = named || strcmp(of_note[j]->name, of_note[i]->name) == 0;
            has_mark = has_mark || of_note[j]->marked == of_note[i]->marked;
        }
        if (!has_mark)
            *of_note[i]->marked = pool_printf(maker->pool, "%s%s", *of_note[i]->marked, mark);
        if (named)
            continue;
        names =
            pool_printf(maker->pool, "%s%s%s", names, names[0] ? (of_note[i]->at ? "; " : ", ") : "", of_note[i]->name);
        const char *before = " at ";
        for (size_t j = i; j < count; j++) {
            if (!of_note[j]->at || strcmp(of_note[j]->name, of_note[i]->name) != 0)
                continue;
            names = pool_printf(maker->pool, "%s%s%s", names, before, of_note[j]->at);
            before = ", ";
        }
    }
    return names;
}

int table_notes_end(struct report_table *table, struct table_maker *maker)
{
    size_t marks = 0;
    table->notes = pool_array(maker->pool, maker->note_count + maker->remark_count, sizeof(*table->notes));
    table->marked = true;
    for (size_t i = 0; table->notes && i < maker->subject_count; i++) {
        const char *text = maker->subjects[i].text, *mark = "*";
        if (maker->subjects[i].repeats)
            continue;
        if (!maker->subjects[i].name) {
            table->notes[table->note_count++] = text;
            continue;
        }
        marks++;
        if (maker->note_count > 1) /* "**" and "***" are hard to tell apart */
            mark = pool_printf(maker->pool, "*%zu", marks);
        table->notes[table->note_count++] =
            pool_printf(maker->pool, "%s %s: %s", mark, name_subjects(maker, text, mark), text);
    }
    return table->notes ? 0 : -1;
}
