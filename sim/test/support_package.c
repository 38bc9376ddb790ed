/* support_package.c - writes zip archives of a few stored entries. */
#include "sim/test/support_package.h"

#include <stdio.h>
#include <string.h>

uint32_t reference_crc32(const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= from[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

struct writer {
    uint8_t *bytes;
    size_t size;
};

static void put(struct writer *writer, uint32_t value, unsigned bytes)
{
    while (bytes--) {
        writer->bytes[writer->size++] = (uint8_t)value;
        value >>= 8;
    }
}

static void put_bytes(struct writer *writer, const void *bytes, size_t size)
{
    memcpy(writer->bytes + writer->size, bytes, size);
    writer->size += size;
}

/* What local and central header have in common (APPNOTE 4.3.7, 4.3.12). */
static void put_common(struct writer *writer, const struct zip_entry *entry, int local)
{
    int later = local && (entry->flags & 8);
    put(writer, 20, 2);
    put(writer, entry->flags, 2);
    put(writer, entry->method, 2);
    put(writer, 0x6000, 2); /* 12:00:00 */
    put(writer, 0x4d2b, 2); /* 2018-09-11 */
    put(writer, later ? 0 : reference_crc32(entry->bytes, entry->size), 4);
    put(writer, later ? 0 : entry->size, 4);
    put(writer, later ? 0 : entry->size, 4);
    put(writer, (uint32_t)strlen(entry->name), 2);
    put(writer, 0, 2); /* extra field */
}

size_t zip_write(uint8_t *buffer, const struct zip_entry *entries, unsigned count, unsigned comment)
{
    struct writer writer = {buffer, 0};
    uint32_t offsets[32];
    for (unsigned i = 0; i < count; i++) {
        offsets[i] = (uint32_t)writer.size;
        put(&writer, 0x04034b50, 4);
        put_common(&writer, &entries[i], 1);
        put_bytes(&writer, entries[i].name, strlen(entries[i].name));
        put_bytes(&writer, entries[i].bytes, entries[i].size);
    }
    uint32_t directory = (uint32_t)writer.size;
    for (unsigned i = 0; i < count; i++) {
        put(&writer, 0x02014b50, 4);
        put(&writer, 0x0314, 2);
        put_common(&writer, &entries[i], 0);
        put(&writer, 0, 2); /* comment */
        put(&writer, 0, 2); /* disk */
        put(&writer, 0, 2); /* internal attributes */
        put(&writer, 0, 4); /* external attributes */
        put(&writer, offsets[i], 4);
        put_bytes(&writer, entries[i].name, strlen(entries[i].name));
    }
    uint32_t end = (uint32_t)writer.size;
    put(&writer, 0x06054b50, 4);
    put(&writer, 0, 4);
    put(&writer, count, 2);
    put(&writer, count, 2);
    put(&writer, end - directory, 4);
    put(&writer, directory, 4);
    put(&writer, comment, 2);
    memset(buffer + writer.size, '#', comment);
    return writer.size + comment;
}

uint32_t zip_directory(const uint8_t *zip, size_t size)
{
    const uint8_t *at = zip + size - 6;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint8_t payload_bytes[64 * 1024];

static void make_payload(uint32_t size)
{
    uint32_t state = 7;
    for (uint32_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        payload_bytes[i] = (uint8_t)(state >> 24);
    }
}

size_t package_write_manifest(uint8_t *buffer, const char *manifest, uint32_t payload,
                              int with_payload)
{
    make_payload(payload);
    struct zip_entry entries[] = {
        {.name = "fota-manifest.txt", .bytes = manifest, .size = (uint32_t)strlen(manifest)},
        {.name = "delta.bin", .bytes = payload_bytes, .size = payload},
    };
    return zip_write(buffer, entries, with_payload ? 2 : 1, 0);
}

size_t package_write(uint8_t *buffer, const char *variant, const char *from, const char *to,
                     uint32_t payload)
{
    char manifest[512];
    make_payload(payload);
    snprintf(manifest, sizeof manifest,
             "format: fotarig-delta-1\nvariant: %s\nfrom: %s\nto: %s\npayload: delta.bin\n"
             "payload-size: %lu\npayload-crc32: %08lx\n",
             variant, from, to, (unsigned long)payload,
             (unsigned long)reference_crc32(payload_bytes, payload));
    return package_write_manifest(buffer, manifest, payload, 1);
}
