/*
 * emulator.h - a module of the emulator, in virtual time, for dialogues: it boots, finds its
 * network, and stands there for each dialogue anew.
 */
#ifndef FOTARIG_HARNESS_CONFORM_EMULATOR_H
#define FOTARIG_HARNESS_CONFORM_EMULATOR_H

#include "harness/conform/talk.h"
#include "sim/sim.h"

enum { CONFORM_STORE_BYTES = 1024 * 1024 };

/* Owned by the caller; must not move. */
struct conform_emulator {
    struct sim sim, ready; /* as it is, and as it stood before the first dialogue */
    struct sim_config config;
    struct sim_store store;
    struct sim_host host;
    uint64_t now_us, ready_us;
    uint32_t ready_used;
    uint64_t settings_read[SIM_SETTING_WORDS]; /* since it was switched on */
    const char *url;    /* where the configuration's first blob is served; NULL = nowhere */
    const char *spoilt; /* a command that is answered with ERROR instead; NULL = none */
    uint8_t *bytes;     /* of the store */
};

/* False: no memory. */
bool conform_emulator_open(struct conform_emulator *emulator);
void conform_emulator_close(struct conform_emulator *emulator);

/* A new module with this configuration, switched on and left alone for a while; `first` is said to
   it then. */
void conform_emulator_start(struct conform_emulator *emulator, const struct sim_config *config,
                            const struct scenario_dialogue *first);

/* Says the dialogue to the module as it stood after the start. */
void conform_emulator_talk(struct conform_emulator *emulator,
                           const struct scenario_dialogue *dialogue, struct conform_heard *heard);

#endif
