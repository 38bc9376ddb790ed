/* names.c - names that are readable, and a set that tells whether one was there before. */
#include "reports/internal.h"

#include <stdlib.h>
#include <string.h>

static size_t hash(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (size_t)(h ^ (h >> 32));
}

/* The slot where the string is or would be; the set must not be full. */
static struct report_slot *find_slot(const struct report_set *set, const char *text)
{
    size_t i = hash(text) & (set->slot_count - 1);
    while (set->slots[i].text && strcmp(set->slots[i].text, text) != 0)
        i = (i + 1) & (set->slot_count - 1);
    return &set->slots[i];
}

static bool grow_set(struct report_set *set)
{
    struct report_set larger = {0};
    larger.slot_count = set->slot_count ? set->slot_count * 2 : 64;
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < set->slot_count; i++)
        if (set->slots[i].text)
            *find_slot(&larger, set->slots[i].text) = set->slots[i];
    larger.used = set->used;
    free(set->slots);
    *set = larger;
    return true;
}

bool report_set_add(struct report_set *set, const char *text)
{
    if (set->used * 2 >= set->slot_count && !grow_set(set))
        return false;
    *find_slot(set, text) = (struct report_slot){.text = text};
    set->used++;
    return true;
}

void report_name_add(struct report_buffer *buffer, const char *text, const char *otherwise)
{
    struct report_buffer readable = {0};
    size_t start = buffer->size;
    report_buffer_prose(&readable, text);
    for (const char *c = report_buffer_text(&readable); *c; c++)
        if (*c != ' ' || (buffer->size > start && c[1] != ' ' && c[1] != '\0'))
            report_buffer_add(buffer, c, 1);
    if (buffer->size == start)
        report_buffer_add(buffer, otherwise, strlen(otherwise));
    buffer->failed |= readable.failed;
    report_buffer_free(&readable);
}

struct report_slot *report_set_find(const struct report_set *set, const char *text)
{
    struct report_slot *slot = set->slot_count ? find_slot(set, text) : NULL;
    return slot && slot->text ? slot : NULL;
}
