/*
 * digest.h - a number for what a case means: two files that compile to the same tables have the
 * same one, whatever their comments, names, spelling of values and order of keys.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_DIGEST_H
#define FOTARIG_HARNESS_SCENARIO_DIGEST_H

#include "harness/scenario/scenario.h"

/*
 * Names, places, costs and what only `vary-assumed` asks for are left out. The same on every
 * machine.
 */
uint64_t scenario_digest(const struct scenario_case *one);

/* ---- for the test that no member is forgotten ------------------------------------------------ */

struct scenario_member {
    uint16_t offset, size;
    uint8_t kind; /* private */
};

/* A structure whose members are listed. */
struct scenario_listed {
    const char *name;
    size_t size;
    const struct scenario_member *members;
    size_t count;
};

/* The n-th of them; NULL past the last one. */
const struct scenario_listed *scenario_digest_listed(size_t index);

#endif
