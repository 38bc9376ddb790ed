/*
 * image_internal.h - between image.c, which knows the bytes, and image_check.c, which knows what a
 * state must be like to be one.
 */
#ifndef FOTARIG_SIM_STORAGE_IMAGE_INTERNAL_H
#define FOTARIG_SIM_STORAGE_IMAGE_INTERNAL_H

#include "sim/image.h"
#include "sim/internal.h"

/* About 35 years: the sum of two such times is far from the end of 64 bits. */
#define SIM_IMAGE_TIME_LIMIT_US (UINT64_C(1) << 50)

/* A file as it stands in the image. */
struct sim_image_file {
    const uint8_t *bytes; /* NULL = no file of that number */
    uint32_t size_bytes;
};

/* The module that an image makes, until it is found good. */
struct sim_image_reading {
    const struct sim_host *host;
    uint64_t now_us;
    uint64_t body; /* digest of the blob that a download brings */
    bool has_body;
    char variant[16];
    struct sim_image_file files[SIM_FILES];
    struct sim sim;
    struct sim_usb usb; /* the tail, zero when the image has none */
};

/* A record "file": name and place go into the state, contents are noted. False: it cannot be. */
bool sim_image_take_file(struct sim_image_reading *reading, const uint8_t *value, size_t size);
/* Whether the members fit each other; of BAD_VALUE the member's name goes to `reterr_member`. */
enum sim_image_verdict sim_image_check(struct sim_image_reading *reading, char *reterr_member,
                                       size_t capacity);
/* Puts the files into the store and the state into `sim`; after a good check it cannot fail. */
void sim_image_install(struct sim_image_reading *reading, struct sim *sim);

#endif
