/*
 * support_watch.h - what must hold whatever a module says, watched over the client's events. Free
 * of any test library, so that fuzz targets can use it.
 */
#ifndef FOTARIG_CORE_TEST_SUPPORT_WATCH_H
#define FOTARIG_CORE_TEST_SUPPORT_WATCH_H

#include "core/fota_internal.h"

struct watch {
    const char *broken; /* the first rule that was broken, NULL = none */
    unsigned attempts, starts, outcomes;
    uint8_t status; /* last value of AT+CFOTA?, UINT8_MAX = none */
    unsigned commands;
    char command[64]; /* the last command line, or its beginning */
};

/* Forgets everything; `attempts` were begun before. */
void watch_begin(struct watch *watch, unsigned attempts);

/* Takes an event of the client. */
void watch_event(struct watch *watch, const struct fota_event *event);

/* Lets the client's time pass to now_us and checks that it will not wait for ever. Returns the next
 * deadline. */
uint64_t watch_advance(struct watch *watch, struct fota *fota, const struct fota_host *host,
                       uint64_t now_us);

/* The line that a module as documented would give to the last command, "" = none. */
const char *watch_expected_information(const struct watch *watch);

/* Answers the outstanding request, if any; bytes of the package are all 'P'. Returns its kind. */
unsigned watch_serve(struct fota *fota, const struct fota_host *host, bool done, uint64_t now_us,
                     uint8_t *checkpoint);

#endif
