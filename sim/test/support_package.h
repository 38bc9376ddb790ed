/*
 * support_package.h - small update packages made by hand, right ones and wrong ones. Shares
 * nothing with the code it tests: own zip writer, own CRC-32.
 */
#ifndef FOTARIG_SIM_TEST_SUPPORT_PACKAGE_H
#define FOTARIG_SIM_TEST_SUPPORT_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

struct zip_entry {
    const char *name;
    const void *bytes;
    uint32_t size;
    uint16_t method, flags;
};

uint32_t reference_crc32(const void *bytes, size_t size);

/* Writes a zip with stored entries and a comment of `comment` bytes; returns its length. */
size_t zip_write(uint8_t *buffer, const struct zip_entry *entries, unsigned count,
                 unsigned comment);
/* Offset of the central directory of a zip without comment. */
uint32_t zip_directory(const uint8_t *zip, size_t size);

/* A good package from `from` to `to` with a payload of `payload` bytes; returns its length. */
size_t package_write(uint8_t *buffer, const char *variant, const char *from, const char *to,
                     uint32_t payload);
/* The same around any manifest; with_payload 0: without the entry delta.bin. */
size_t package_write_manifest(uint8_t *buffer, const char *manifest, uint32_t payload,
                              int with_payload);

#endif
