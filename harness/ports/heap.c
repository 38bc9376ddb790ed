/* heap.c - a binary heap that knows where each id lies. */
#include "harness/ports/heap.h"

#include <stdlib.h>

#include "harness/ports/loop.h"

int bench_heap_open(struct bench_heap *heap, uint32_t count)
{
    heap->count = count;
    heap->entries = calloc(count ? count : 1, sizeof *heap->entries);
    heap->places = calloc(count ? count : 1, sizeof *heap->places);
    if (!heap->entries || !heap->places) {
        bench_heap_close(heap);
        return -1;
    }
    for (uint32_t id = 0; id < count; id++) {
        heap->entries[id] = (struct bench_heap_entry){BENCH_NEVER, id};
        heap->places[id] = id;
    }
    return 0;
}

void bench_heap_close(struct bench_heap *heap)
{
    free(heap->entries);
    free(heap->places);
    *heap = (struct bench_heap){0};
}

static void put(struct bench_heap *heap, uint32_t place, struct bench_heap_entry entry)
{
    heap->entries[place] = entry;
    heap->places[entry.id] = place;
}

static void rise(struct bench_heap *heap, uint32_t place, struct bench_heap_entry entry)
{
    while (place > 0) {
        uint32_t parent = (place - 1) / 2;
        if (heap->entries[parent].at_us <= entry.at_us)
            break;
        put(heap, place, heap->entries[parent]);
        place = parent;
    }
    put(heap, place, entry);
}

static void sink(struct bench_heap *heap, uint32_t place, struct bench_heap_entry entry)
{
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->entries[child + 1].at_us < heap->entries[child].at_us)
            child++;
        if (heap->entries[child].at_us >= entry.at_us)
            break;
        put(heap, place, heap->entries[child]);
        place = child;
    }
    put(heap, place, entry);
}

void bench_heap_set(struct bench_heap *heap, uint32_t id, uint64_t at_us)
{
    uint32_t place = heap->places[id];
    uint64_t old_us = heap->entries[place].at_us;
    struct bench_heap_entry entry = {at_us, id};

    if (at_us < old_us)
        rise(heap, place, entry);
    else if (at_us > old_us)
        sink(heap, place, entry);
}

uint64_t bench_heap_first(const struct bench_heap *heap, uint32_t *ret_id)
{
    if (heap->count == 0)
        return BENCH_NEVER;
    *ret_id = heap->entries[0].id;
    return heap->entries[0].at_us;
}
