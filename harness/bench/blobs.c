/* blobs.c - packages of scenarios: made once, looked up afterwards. */
#include "harness/bench/blobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/synthetic_package.h"

struct bench_blob_entry {
    struct bench_blob_entry *next;
    struct scenario_package package;
    struct sim_blob blob;
    uint32_t crc32; /* of the blob, when has_crc32 */
    bool has_crc32;
};

static bool same(const struct scenario_package *a, const struct scenario_package *b)
{
    return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
           strcmp(a->variant, b->variant) == 0 && a->size_bytes == b->size_bytes &&
           a->sent_bytes == b->sent_bytes && a->damage_at == b->damage_at;
}

static struct bench_blob_entry *make(const struct scenario_package *package, char *reterr_text,
                                     size_t reterr_capacity)
{
    struct bench_package wanted = {.variant = package->variant,
                                   .from = package->from,
                                   .to = package->to,
                                   .size_bytes = package->size_bytes};
    size_t size;
    uint8_t *bytes = bench_package_make(&wanted, &size, reterr_text, reterr_capacity);
    if (!bytes)
        return NULL;
    struct bench_blob_entry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        free(bytes);
        snprintf(reterr_text, reterr_capacity, "no memory for a package of %zu bytes", size);
        return NULL;
    }
    if (package->sent_bytes < size)
        size = package->sent_bytes;
    if (package->damage_at < size)
        bytes[package->damage_at] ^= 0xff;
    entry->package = *package;
    entry->blob.bytes = bytes;
    entry->blob.size_bytes = (uint32_t)size;
    entry->blob.digest = sim_digest(SIM_DIGEST, bytes, size);
    sim_package_check(bytes, size, &entry->blob.package);
    return entry;
}

static struct bench_blob_entry *get(struct bench_blobs *blobs,
                                    const struct scenario_package *package, char *reterr_text,
                                    size_t reterr_capacity)
{
    for (struct bench_blob_entry *at = blobs->first; at; at = at->next)
        if (same(&at->package, package))
            return at;
    struct bench_blob_entry *entry = make(package, reterr_text, reterr_capacity);
    if (!entry)
        return NULL;
    entry->next = blobs->first;
    blobs->first = entry;
    return entry;
}

const struct sim_blob *bench_blobs_get(struct bench_blobs *blobs,
                                       const struct scenario_package *package, char *reterr_text,
                                       size_t reterr_capacity)
{
    struct bench_blob_entry *entry = get(blobs, package, reterr_text, reterr_capacity);
    return entry ? &entry->blob : NULL;
}

bool bench_blobs_crc32(struct bench_blobs *blobs, const struct scenario_package *package,
                       uint32_t *ret_crc32, char *reterr_text, size_t reterr_capacity)
{
    struct bench_blob_entry *entry = get(blobs, package, reterr_text, reterr_capacity);
    if (!entry)
        return false;
    if (!entry->has_crc32)
        entry->crc32 = bench_package_crc32(entry->blob.bytes, entry->blob.size_bytes);
    entry->has_crc32 = true;
    *ret_crc32 = entry->crc32;
    return true;
}

void bench_blobs_done(struct bench_blobs *blobs)
{
    while (blobs->first) {
        struct bench_blob_entry *next = blobs->first->next;
        free((void *)(uintptr_t)blobs->first->blob.bytes);
        free(blobs->first);
        blobs->first = next;
    }
}
