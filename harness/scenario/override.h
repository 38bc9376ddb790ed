/*
 * override.h - a case for another package than its file names: what a rack or a command line says
 * of the module at hand goes before what the story was written with.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_OVERRIDE_H
#define FOTARIG_HARNESS_SCENARIO_OVERRIDE_H

#include "harness/scenario/scenario.h"

enum { SCENARIO_OVERRIDE_TEXT_BYTES = 16384 };

/* What is said; NULL, 0 or a count = what the file says. Texts must outlive the cases made. */
struct scenario_override {
    const char *url; /* http://… or https://…, or ftp://[user[:password]@]… */
    const char *from_revision, *to_revision;
    const char *variant;        /* "SIM7000E" */
    uint8_t delivery;           /* enum fota_delivery; FOTA_DELIVERY_COUNT = the file's */
    bool allow_downgrade;       /* the target may be older than the base; false = the file's */
    uint32_t size_bytes, crc32; /* of the package that is really there; 0 = unknown */
    bool checksum_if_wanted;    /* it is compared where the case says so; false = always */
    bool remakes_package;       /* the package that the case's own server has is made anew for the
                                   job that comes of it: of its revisions, variant and length */
};

/* A case made so; texts that had to change lie in it. */
struct scenario_overridden {
    struct scenario_case one;
    size_t used;
    char texts[SCENARIO_OVERRIDE_TEXT_BYTES];
};

/*
 * Makes the case. Expectations that name the old package, revision or length name the new one;
 * where the new length is not known they are cut before it. False with a message: the URL can't be
 * read, or the texts have no room.
 */
bool scenario_override_case(const struct scenario_override *override,
                            const struct scenario_case *one, struct scenario_overridden *made,
                            char *reterr_text, size_t reterr_capacity);

#endif
