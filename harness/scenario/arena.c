/* arena.c - memory of one scenario: taken in pieces, given back as a whole. */
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/internal.h"

enum { CHUNK_BYTES = 16 * 1024 };

struct scenario_chunk {
    struct scenario_chunk *older;
    size_t used, size; /* of bytes[] */
    _Alignas(max_align_t) unsigned char bytes[];
};

void scenario_arena_init(struct scenario_arena *arena, size_t limit_bytes)
{
    *arena = (struct scenario_arena){.limit_bytes = limit_bytes};
}

static struct scenario_chunk *add_chunk(struct scenario_arena *arena, size_t size)
{
    size_t wanted = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    if (wanted > arena->limit_bytes - arena->taken_bytes)
        return NULL;
    struct scenario_chunk *chunk = calloc(1, sizeof *chunk + wanted);
    if (!chunk)
        return NULL;
    chunk->size = wanted;
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    arena->taken_bytes += wanted;
    return chunk;
}

void *scenario_arena_take(struct scenario_arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > arena->limit_bytes)
        return NULL;
    size = (size + align - 1) / align * align;
    struct scenario_chunk *chunk = arena->chunks;
    if (!chunk || size > chunk->size - chunk->used)
        chunk = add_chunk(arena, size);
    if (!chunk)
        return NULL;
    void *memory = chunk->bytes + chunk->used;
    chunk->used += size;
    return memory;
}

char *scenario_arena_text(struct scenario_arena *arena, const char *text, size_t length)
{
    char *copy = scenario_arena_take(arena, length + 1);
    if (copy && length > 0)
        memcpy(copy, text, length);
    return copy;
}

void scenario_arena_done(struct scenario_arena *arena)
{
    while (arena->chunks) {
        struct scenario_chunk *older = arena->chunks->older;
        free(arena->chunks);
        arena->chunks = older;
    }
    arena->taken_bytes = 0;
}
