/* synthetic_package.h - synthetic update packages, written with libzip after the emulator's
 * catalogue. */
#ifndef FOTARIG_HARNESS_BENCH_SYNTHETIC_PACKAGE_H
#define FOTARIG_HARNESS_BENCH_SYNTHETIC_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

struct bench_package {
    const char *variant; /* "SIM7000C" */
    const char *from;    /* "1351B03SIM7000C" */
    const char *to;
    uint32_t size_bytes; /* of the whole zip; 0 = as small as it gets */
};

/*
 * Makes a package in memory: the same bytes for the same arguments, on every machine. Entries are
 * stored uncompressed; the payload is pseudo-random. Returns malloc()ed bytes that the caller
 * frees, or NULL with a message (size too small, libzip's error).
 */
uint8_t *bench_package_make(const struct bench_package *package, size_t *ret_size,
                            char *reterr_text, size_t reterr_capacity);

/* CRC-32 as in zip files (ISO 3309, 0xEDB88320), of a whole buffer. */
uint32_t bench_package_crc32(const void *bytes, size_t size);

#endif
