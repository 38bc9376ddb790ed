/*
 * files.h - the module's flash file system as a value (AT106 15.2, FS101).
 *
 * A file is a chain of extents: pieces of immutable blobs of the configuration or of the store.
 * Contents are never copied into the state; a file carries a running digest of them. All zero is
 * an empty file system. The functions are in sim/internal.h.
 */
#ifndef FOTARIG_SIM_FILES_H
#define FOTARIG_SIM_FILES_H

#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

enum {
    SIM_FILES = 24,
    SIM_EXTENTS = 64,
    SIM_FILE_NAME = 51,          /* 50 characters and NUL (AT106 15.2) */
    SIM_FILE_PATH = 64,          /* "/customer/", a name and NUL fit */
    SIM_DIRECTORIES = 4,         /* 0 /custapp/, 1 /fota/, 2 /datatx/, 3 /customer/ */
    SIM_DIRECTORY_FOTA = 1,      /* where the updater looks (FOTA101 5.2) */
    SIM_DIRECTORY_CUSTOMER = 3,  /* certificates and assistance data */
    SIM_DIRECTORY_KEPT = 254,    /* short messages, stored values; no command shows it */
    SIM_DIRECTORY_HIDDEN = 255,  /* of a file that is being sent over the port */
    SIM_NO_FILE = 255,           /* in place of an index of sim_files.entries */
    SIM_EXTENT_IN_STORE = 0xffff /* in place of the index of a blob */
};

/* One piece of a file. All zero = not in use. Chains hold index + 1, 0 = end. */
struct sim_extent {
    uint64_t digest_before; /* of the file's contents up to this piece */
    uint32_t offset;        /* into the blob or the store */
    uint32_t size_bytes;    /* of the piece */
    uint16_t blob;          /* index into sim_config.blobs, or SIM_EXTENT_IN_STORE */
    uint8_t next;           /* piece of the same file */
    uint8_t reserved[5];    /* zero */
};

/* One file. An empty name = not in use. */
struct sim_file_entry {
    uint64_t
        digest; /* of the contents: sim_digest() of the bytes if they came in order and whole */
    uint32_t size_bytes;      /* of all its pieces */
    uint8_t directory;        /* the folder, SIM_DIRECTORY_... where it is not shown */
    uint8_t first;            /* piece: index + 1 into extents, 0 = empty */
    uint8_t last;             /* the same */
    char name[SIM_FILE_NAME]; /* without its folder, with NUL */
    uint8_t reserved[6];      /* zero */
};

struct sim_files {
    struct sim_extent extents[SIM_EXTENTS];   /* pieces of all files */
    struct sim_file_entry entries[SIM_FILES]; /* shown and hidden ones */
    uint32_t upload_size_bytes;               /* of the file before a CFSWFILE that appends to it */
    uint8_t upload_file;      /* index + 1 of the file being sent over the port, 0 = none */
    uint8_t upload_directory; /* where it belongs when it is complete */
    uint8_t upload_failed;    /* 1: the flash was full, the rest is swallowed */
    uint8_t open;             /* 1 between CFSINIT and CFSTERM; RAM */
};

_Static_assert(sizeof(struct sim_extent) == 24, "padding in struct sim_extent");
_Static_assert(sizeof(struct sim_file_entry) == 72, "padding in struct sim_file_entry");
_Static_assert(sizeof(struct sim_files) == SIM_EXTENTS * 24 + SIM_FILES * 72 + 8,
               "padding in struct sim_files");

#ifdef __cplusplus
}
#endif

#endif
