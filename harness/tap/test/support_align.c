/* support_align.c - pairs what one told with what the other one read, in order. */
#include "harness/tap/test/support_align.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct align_item *align_add(struct align_list *list, uint64_t at_us, const void *text,
                             size_t length)
{
    if (list->count == ALIGN_ITEMS_MAX) {
        fprintf(stderr, "support_align: more than %d items\n", (int)ALIGN_ITEMS_MAX);
        exit(1);
    }
    struct align_item *item = &list->items[list->count++];
    memset(item, 0, offsetof(struct align_item, text));
    item->at_us = at_us;
    item->length = (uint16_t)(length < ALIGN_TEXT_MAX ? length : ALIGN_TEXT_MAX);
    memcpy(item->text, text, item->length);
    return item;
}

static bool same_text(const struct align_item *a, const struct align_item *b)
{
    const struct align_item *cut = a->is_cut ? a : b, *whole = a->is_cut ? b : a;
    bool fits = cut->is_cut ? cut->length < whole->length : cut->length == whole->length;
    return fits && memcmp(cut->text, whole->text, cut->length) == 0;
}

/* UINT64_MAX: they are not the same thing. */
static uint64_t distance_us(const struct align_item *earlier, const struct align_item *later,
                            uint64_t window_us)
{
    bool in_time = later->at_us >= earlier->at_us && later->at_us - earlier->at_us <= window_us;
    return in_time && same_text(earlier, later) ? later->at_us - earlier->at_us : UINT64_MAX;
}

#define COST(i, k) cost[(i) * (later->count + 1) + (k)]

static void fill(uint64_t *cost, struct align_list *earlier, struct align_list *later,
                 uint64_t window_us)
{
    for (size_t i = 0; i <= earlier->count; i++)
        for (size_t k = i == 0; k <= later->count; k++) {
            uint64_t best = i ? COST(i - 1, k) + window_us : UINT64_MAX, apart = UINT64_MAX;
            if (i && k)
                apart = distance_us(&earlier->items[i - 1], &later->items[k - 1], window_us);
            if (k && COST(i, k - 1) + window_us < best)
                best = COST(i, k - 1) + window_us;
            if (apart != UINT64_MAX && COST(i - 1, k - 1) + apart < best)
                best = COST(i - 1, k - 1) + apart;
            COST(i, k) = best;
        }
}

/* An alignment of least cost: a pair costs its distance, an item without one the whole window. */
void align(struct align_list *earlier, struct align_list *later, uint64_t window_us)
{
    uint64_t *cost = calloc((earlier->count + 1) * (later->count + 1), sizeof *cost);
    if (!cost)
        abort();
    fill(cost, earlier, later, window_us);
    for (size_t i = earlier->count, k = later->count; i > 0 && k > 0;) {
        struct align_item *a = &earlier->items[i - 1], *b = &later->items[k - 1];
        uint64_t apart = distance_us(a, b, window_us);
        if (apart != UINT64_MAX && COST(i, k) == COST(i - 1, k - 1) + apart) {
            a->pair = b;
            b->pair = a;
            i--;
            k--;
        } else if (COST(i, k) == COST(i - 1, k) + window_us) {
            i--;
        } else {
            k--;
        }
    }
    free(cost);
}
