/*
 * heap.h - deadlines of many modules: the earliest one at hand, each changed in O(log n). Nothing
 * is allocated after bench_heap_open().
 */
#ifndef FOTARIG_HARNESS_PORTS_HEAP_H
#define FOTARIG_HARNESS_PORTS_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct bench_heap_entry {
    uint64_t at_us;
    uint32_t id;
};

struct bench_heap {
    struct bench_heap_entry *entries; /* the earliest first, no child before its parent */
    uint32_t *places;                 /* of each id: index of its entry */
    uint32_t count;
};

/* Makes deadlines for the ids 0 to count - 1, all BENCH_NEVER. 0, or -1: no memory. */
int bench_heap_open(struct bench_heap *heap, uint32_t count);
void bench_heap_close(struct bench_heap *heap);

/* The deadline of `id` is now `at_us`; costs nothing where it is so already. */
void bench_heap_set(struct bench_heap *heap, uint32_t id, uint64_t at_us);

/* The earliest deadline, BENCH_NEVER when the heap is empty; *ret_id is whose it is. */
uint64_t bench_heap_first(const struct bench_heap *heap, uint32_t *ret_id);

#endif
