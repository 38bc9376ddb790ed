/* synthetic_package.c - update packages with libzip, in memory; what is in them, the emulator's
 * catalogue says. */
#include "harness/bench/synthetic_package.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "sim/catalogue.h"
#include "sim/sim.h"

enum { MANIFEST_MAX = 512, SIZE_TRIES = 8 };

/* 1980-01-01 00:00 in the form zip files keep, so that neither clock nor time zone get in. */
enum { DOS_DATE = 1 << 5 | 1, DOS_TIME = 0, UNIX_REGULAR_0644 = 0100644 };

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
    static const uint32_t nibbles[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                         0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                         0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                         0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    const uint8_t *byte = bytes;
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < size; i++) {
        crc = crc >> 4 ^ nibbles[(crc ^ byte[i]) & 15];
        crc = crc >> 4 ^ nibbles[(crc ^ (uint32_t)byte[i] >> 4) & 15];
    }
    return ~crc;
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

static bool add_entry(const struct parts *parts, zip_t *zip, const char *name, const void *bytes,
                      size_t size)
{
    zip_source_t *source = zip_source_buffer(zip, bytes, size, 0);
    zip_int64_t index = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_GUESS) : -1;

    if (index < 0) {
        zip_source_free(source);
        return fail(parts, name, zip_strerror(zip));
    }
    if (zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) ||
        zip_file_set_dostime(zip, (zip_uint64_t)index, DOS_TIME, DOS_DATE, 0) ||
        zip_file_set_external_attributes(zip, (zip_uint64_t)index, 0, ZIP_OPSYS_UNIX,
                                         (zip_uint32_t)UNIX_REGULAR_0644 << 16))
        return fail(parts, name, zip_strerror(zip));
    return true;
}

static bool add_entries(const struct parts *parts, zip_t *zip, char *manifest)
{
    const struct bench_package *package = parts->package;
    uint32_t crc = bench_package_crc32(parts->payload, parts->payload_size);
    size_t length = sim_manifest_write(manifest, MANIFEST_MAX, package->variant, package->from,
                                       package->to, parts->payload_size, crc);

    if (length == 0)
        return fail(parts, sim_manifest_entry, "a revision or the variant is too long");
    if (!add_entry(parts, zip, sim_manifest_entry, manifest, length) ||
        !add_entry(parts, zip, sim_payload_entry, parts->payload, parts->payload_size))
        return false;
    if (parts->comment && zip_set_archive_comment(zip, " ", 1))
        return fail(parts, "comment", zip_strerror(zip));
    return true;
}

static uint8_t *read_all(const struct parts *parts, zip_source_t *source, size_t *ret_size)
{
    zip_stat_t stat;
    uint8_t *bytes = NULL;

    if (zip_source_stat(source, &stat) == 0 && zip_source_open(source) == 0) {
        bytes = malloc(stat.size ? stat.size : 1);
        if (bytes && zip_source_read(source, bytes, stat.size) != (zip_int64_t)stat.size) {
            free(bytes);
            bytes = NULL;
        }
        zip_source_close(source);
        *ret_size = stat.size;
    }
    if (!bytes)
        fail(parts, "package", "cannot be read back from memory");
    return bytes;
}

/* One package of these parts; malloc()ed, NULL with a message. */
static uint8_t *build(const struct parts *parts, size_t *ret_size)
{
    char manifest[MANIFEST_MAX];
    uint8_t *bytes = NULL;
    zip_error_t error;
    zip_source_t *source;
    zip_t *zip;

    zip_error_init(&error);
    source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip = source ? zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error) : NULL;
    if (!zip) {
        fail(parts, "package", zip_error_strerror(&error));
        zip_source_free(source);
    } else {
        zip_source_keep(source);
        if (!add_entries(parts, zip, manifest)) {
            zip_discard(zip);
        } else if (zip_close(zip)) {
            fail(parts, "package", zip_strerror(zip));
            zip_discard(zip);
        } else {
            bytes = read_all(parts, source, ret_size);
        }
        zip_source_free(source);
    }
    zip_error_fini(&error);
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
        uint8_t *bytes = build(parts, ret_size);
        int64_t last_off = off;

        off = (int64_t)wanted - (int64_t)*ret_size;

        if (!bytes || off == 0)
            return bytes;
        free(bytes);
        if (parts->payload_size + off < 0) {
            snprintf(parts->reterr_text, parts->reterr_capacity,
                     "a package of %lu bytes cannot be made; the smallest has %lu",
                     (unsigned long)wanted, (unsigned long)(*ret_size - parts->payload_size));
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
