/*
 * probe.h - what really stands in the slots of a rack: each module is asked what it is, side by
 * side, and nothing is done to it.
 */
#ifndef FOTARIG_HARNESS_RACK_PROBE_H
#define FOTARIG_HARNESS_RACK_PROBE_H

#include "harness/bench/target.h"
#include "harness/rack/rack.h"

enum rack_found {
    RACK_FOUND_AS_WRITTEN,
    RACK_FOUND_ANOTHER,       /* another module than the file says */
    RACK_FOUND_NOTHING,       /* nobody answers, or the port is not there, or another has it */
    RACK_FOUND_OUT_OF_SERVICE /* not asked: the file says so */
};

enum { RACK_PROBE_TEXT_MAX = 64 };

struct rack_probe {
    enum rack_found found;
    /* As the module says it; "" = it did not say. */
    char model[RACK_PROBE_TEXT_MAX], revision[RACK_PROBE_TEXT_MAX], imei[RACK_PROBE_TEXT_MAX];
    char supply_mv[RACK_PROBE_TEXT_MAX], status[RACK_PROBE_TEXT_MAX];
    char text[BENCH_TEXT_MAX]; /* what is wrong; "" = nothing */
};

/* Asks one; takes up to 30 s of the module's time when nobody answers. */
void rack_probe(const struct rack_slot *slot, struct rack_probe *ret_probe);

/*
 * Asks so many at the same time, each in a process of its own. False with errno when no process
 * could be started; one that broke off is RACK_FOUND_NOTHING.
 */
bool rack_probe_all(const struct rack_slot *slots, size_t count, struct rack_probe *ret_probes);

/* Asks a slot, in a process of its own. */
typedef void rack_asks(const struct rack_slot *slot, struct rack_probe *ret_probe);
/* The same with another way to ask; of the slots only those that are wanted (NULL = all). */
bool rack_ask_all(const struct rack_slot *slots, size_t count, rack_asks *way, const bool *wanted,
                  struct rack_probe *ret_probes);

/* The variant that a model's name ends with ("SIMCOM_SIM7000E": "SIM7000E"), or the model itself.
 */
const char *rack_variant(const char *model);

#endif
