/* image_proof.c - an image is read before it replaces one that can be. */
#include "harness/cli/image_proof.h"

#include <stdio.h>
#include <stdlib.h>

/* A module like another, that tells nobody. */
struct twin {
    struct sim sim;
    struct sim_host host;
    struct sim_store store;
    struct sim_usb usb;
};

bool cli_image_proves(const struct bench_module *module, enum sim_image_kind kind,
                      const void *bytes, size_t size, struct sim_image_report *ret_report,
                      char *reterr_text, size_t reterr_capacity)
{
    const struct sim_host *host = &module->run.sim_host;
    struct twin *twin = calloc(1, sizeof *twin);
    /* pages of it are only used when files are moved in */
    uint8_t *store = twin ? malloc(host->store->capacity) : NULL;
    *ret_report = (struct sim_image_report){0};
    bool good = store != NULL;
    if (!good)
        snprintf(reterr_text, reterr_capacity, "no memory");
    if (good) {
        twin->store = (struct sim_store){.bytes = store, .capacity = host->store->capacity};
        twin->host = (struct sim_host){
            .config = host->config, .store = &twin->store, .usb = host->usb ? &twin->usb : NULL};
        sim_init(&twin->sim, &twin->host, 0);
        good = sim_image_read(&twin->sim, &twin->host, kind, bytes, size, ret_report);
        if (!good)
            snprintf(reterr_text, reterr_capacity, "it could not be loaded: %s (%s)",
                     sim_image_text(ret_report->verdict), ret_report->member);
    }
    free(store);
    free(twin);
    return good;
}
