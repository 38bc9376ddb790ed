/*
 * package.h - checking an update package wherever its bytes are; inside sim/ only. The format is
 * described in package.c, the names of its parts are in sim/catalogue.h.
 */
#ifndef FOTARIG_SIM_UPDATE_PACKAGE_H
#define FOTARIG_SIM_UPDATE_PACKAGE_H

#include "sim/internal.h"

/* The bytes of a package. */
struct sim_package_source {
    /* Copies `size` bytes from `offset`, both within size_bytes; returns how many. */
    size_t (*read)(const struct sim_package_source *source, uint32_t offset, void *buffer,
                   size_t size);
    const void *context; /* the reader's own */
    const struct sim_host *host;
    uint32_t size_bytes;
    uint8_t file;
};

/* sim_package_check() for bytes that do not lie in one piece. */
void sim_package_check_source(const struct sim_package_source *source,
                              struct sim_package *ret_package);

#endif
