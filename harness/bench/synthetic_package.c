/* synthetic_package.c - update packages as zip files in memory; what is in them, the emulator's
 * catalogue says. Loading libzip, and with it libcrypto, would take longer than a whole run; a test
 * holds the bytes against those that libzip writes. */
#include "harness/bench/synthetic_package.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"
#include "sim/sim.h"

enum { MANIFEST_MAX = 512, SIZE_TRIES = 8 };

/* 1980-01-01 00:00 in the form zip files keep, so that neither clock nor time zone get in. */
enum {
    DOS_DATE = 1 << 5 | 1,
    DOS_TIME = 0,
    UNIX_REGULAR_0644 = 0100644,
    UNIX_VERSION_6_3 = 3 << 8 | 63
};

struct parts {
    const struct bench_package *package;
    uint8_t *payload;
    uint32_t payload_size;
    bool comment; /* one byte, for sizes that the payload alone cannot reach */
    char *reterr_text;
    size_t reterr_capacity;
};

uint32_t bench_package_crc32(const void *bytes, size_t size)
{
    return sim_crc32(0, bytes, size);
}

static void fill_payload(const struct bench_package *package, uint8_t *payload, size_t size)
{
    uint64_t state = SIM_DIGEST;

    state = sim_digest(state, package->variant, strlen(package->variant) + 1);
    state = sim_digest(state, package->from, strlen(package->from) + 1);
    state = sim_digest(state, package->to, strlen(package->to) + 1);
    state |= 1;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13; /* xorshift64, Marsaglia 2003 */
        state ^= state >> 7;
        state ^= state << 17;
        payload[i] = (uint8_t)(state >> 32);
    }
}

static bool fail(const struct parts *parts, const char *what, const char *why)
{
    snprintf(parts->reterr_text, parts->reterr_capacity, "%s: %s", what, why);
    return false;
}

/* ---- a zip file of stored entries (PKWARE APPNOTE 4.3) --------------------------------------- */

enum { LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22 };

struct entry {
    const char *name;
    const void *bytes;
    uint32_t size;
    uint32_t crc;
};

enum { ENTRIES = 2 };

static uint8_t *put_16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static uint8_t *put_32(uint8_t *at, uint32_t value)
{
    return put_16(put_16(at, value & 0xffff), value >> 16);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* What local header and directory say alike. */
static uint8_t *put_facts(uint8_t *at, const struct entry *entry)
{
    at = put_16(at, 10); /* version 1.0 is needed */
    at = put_32(at, 0);  /* no flags, stored */
    at = put_16(at, DOS_TIME);
    at = put_16(at, DOS_DATE);
    at = put_32(at, entry->crc);
    at = put_32(at, entry->size);
    at = put_32(at, entry->size);
    at = put_16(at, (unsigned)strlen(entry->name));
    return put_16(at, 0); /* nothing extra */
}

static uint8_t *put_local(uint8_t *at, const struct entry *entry)
{
    at = put_facts(put_bytes(at, "PK\3\4", 4), entry);
    at = put_bytes(at, entry->name, strlen(entry->name));
    return put_bytes(at, entry->bytes, entry->size);
}

static uint8_t *put_central(uint8_t *at, const struct entry *entry, uint32_t offset)
{
    at = put_16(put_bytes(at, "PK\1\2", 4), UNIX_VERSION_6_3);
    at = put_facts(at, entry);
    at = put_32(at, 0); /* no comment, first disk */
    at = put_16(at, 0); /* internal attributes */
    at = put_32(at, (uint32_t)UNIX_REGULAR_0644 << 16);
    at = put_32(at, offset);
    return put_bytes(at, entry->name, strlen(entry->name));
}

static uint8_t *put_end(uint8_t *at, size_t directory, size_t size, bool comment)
{
    at = put_32(put_bytes(at, "PK\5\6", 4), 0); /* one disk */
    at = put_16(put_16(at, ENTRIES), ENTRIES);
    at = put_32(put_32(at, (uint32_t)size), (uint32_t)directory);
    at = put_16(at, comment);
    return put_bytes(at, " ", comment);
}

static size_t zip_size(const struct entry *entries, bool comment)
{
    size_t size = END_BYTES + (size_t)comment;
    for (unsigned i = 0; i < ENTRIES; i++)
        size += LOCAL_BYTES + CENTRAL_BYTES + 2 * strlen(entries[i].name) + entries[i].size;
    return size;
}

/* malloc()ed; NULL: no memory. */
static uint8_t *make_zip(const struct entry *entries, bool comment, size_t size)
{
    uint8_t *bytes = malloc(size), *at = bytes;
    uint32_t offsets[ENTRIES];
    for (unsigned i = 0; bytes && i < ENTRIES; i++) {
        offsets[i] = (uint32_t)(at - bytes);
        at = put_local(at, &entries[i]);
    }
    uint8_t *directory = at;
    for (unsigned i = 0; bytes && i < ENTRIES; i++)
        at = put_central(at, &entries[i], offsets[i]);
    if (bytes)
        put_end(at, (size_t)(directory - bytes), (size_t)(at - directory), comment);
    return bytes;
}

/* ---- a package ------------------------------------------------------------------------------- */

/* With the checksums of its parts, or, where only the size is asked for, without. */
static bool set_entries(const struct parts *parts, bool checksums, char *manifest,
                        struct entry *ret_entries)
{
    const struct bench_package *package = parts->package;
    uint32_t size = parts->payload_size;
    uint32_t crc = checksums ? bench_package_crc32(parts->payload, size) : 0;
    size_t length = sim_manifest_write(manifest, MANIFEST_MAX, package->variant, package->from,
                                       package->to, size, crc);
    if (length == 0)
        return fail(parts, sim_manifest_entry, "a revision or the variant is too long");
    ret_entries[0] = (struct entry){sim_manifest_entry, manifest, (uint32_t)length, 0};
    ret_entries[1] = (struct entry){sim_payload_entry, parts->payload, size, crc};
    if (checksums)
        ret_entries[0].crc = bench_package_crc32(manifest, length);
    return true;
}

/* Of one package of these parts; 0 with a message. */
static size_t size_of(const struct parts *parts)
{
    char manifest[MANIFEST_MAX];
    struct entry entries[ENTRIES];
    return set_entries(parts, false, manifest, entries) ? zip_size(entries, parts->comment) : 0;
}

/* One package of these parts; malloc()ed, NULL with a message. */
static uint8_t *build(const struct parts *parts, size_t *ret_size)
{
    char manifest[MANIFEST_MAX];
    struct entry entries[ENTRIES];
    if (!set_entries(parts, true, manifest, entries))
        return NULL;
    *ret_size = zip_size(entries, parts->comment);
    uint8_t *bytes = make_zip(entries, parts->comment, *ret_size);
    if (!bytes)
        fail(parts, "package", "out of memory");
    return bytes;
}

/*
 * The manifest tells the payload's size in decimal, so the whole does not grow evenly: the payload
 * is corrected by what the last try was off, and the one size that is jumped over gets a comment.
 */
static uint8_t *build_exactly(struct parts *parts, uint32_t wanted, size_t *ret_size)
{
    int64_t off = 0;
    for (int i = 0; i < SIZE_TRIES; i++) {
        size_t size = size_of(parts);
        int64_t last_off = off;
        off = (int64_t)wanted - (int64_t)size;
        if (size == 0)
            return NULL;
        if (off == 0)
            return build(parts, ret_size);
        if (parts->payload_size + off < 0) {
            snprintf(parts->reterr_text, parts->reterr_capacity,
                     "a package of %lu bytes cannot be made; the smallest has %lu",
                     (unsigned long)wanted, (unsigned long)(size - parts->payload_size));
            return NULL;
        }
        if (off == 1 && last_off == -1)
            parts->comment = true;
        else
            parts->payload_size = (uint32_t)(parts->payload_size + off);
    }
    fail(parts, "package", "cannot be brought to this size");
    return NULL;
}

uint8_t *bench_package_make(const struct bench_package *package, size_t *ret_size,
                            char *reterr_text, size_t reterr_capacity)
{
    struct parts parts = {
        .package = package, .reterr_text = reterr_text, .reterr_capacity = reterr_capacity};
    uint8_t *bytes;

    *ret_size = 0;
    parts.payload = malloc(package->size_bytes + 1u);
    if (!parts.payload) {
        fail(&parts, "package", "out of memory");
        return NULL;
    }
    fill_payload(package, parts.payload, package->size_bytes);
    bytes = package->size_bytes ? build_exactly(&parts, package->size_bytes, ret_size)
                                : build(&parts, ret_size);
    free(parts.payload);
    return bytes;
}
