/*
 * profiles.h - which SIM7000 it is: what a variant's radio can do, what a revision's firmware has
 * and what it prints about itself (facts 7).
 */
#ifndef FOTARIG_SIM_KNOWLEDGE_PROFILES_H
#define FOTARIG_SIM_KNOWLEDGE_PROFILES_H

#include "sim/internal.h"

/* Radios of a variant, ored; the order is that of the setting access. */
enum sim_radios { SIM_CAT_M = 1, SIM_NB_IOT = 2, SIM_GSM = 4 };

struct sim_variant_row {
    const char *name;     /* "SIM7000C" */
    const char *revision; /* that it runs when nothing else is said */
    uint8_t radios;       /* enum sim_radios, ored */
    char tag;
    const char *source;
    const char *meaning;
};

/* The n-th known variant, or NULL. */
const struct sim_variant_row *sim_variant_row(size_t index);

/* What a firmware can't do. */
enum sim_trait {
    SIM_TRAIT_NO_SH = 1,  /* SHCONN is not allowed (T05) */
    SIM_TRAIT_NO_TLS = 2, /* HTTPACTION with HTTPSSL=1 ends with 603 (T05) */
    SIM_TRAIT_NO_SHS = 4, /* SHCONN is not allowed with https (facts 7, 1529B10) */
    /* What settings with the value by-revision go by. */
    SIM_TRAIT_NO_DIAL = 8,       /* ATD*99# is an error on LTE (data-call) */
    SIM_TRAIT_CREG_OFF = 16,     /* CREG reads 0 on NB-IoT (creg-on-nb-iot) */
    SIM_TRAIT_SHORT_CPSI = 32,   /* CPSI ends behind the mode (cpsi-form) */
    SIM_TRAIT_LONG_END = 64,     /* three numbers end CPSI on GSM (cpsi-gsm-end) */
    SIM_TRAIT_FEW_CONTEXTS = 128 /* no context 14 (contexts) */
};

struct sim_profile {
    const char *revision; /* "1351B05*": how it begins; without *: all of it */
    const char *variant;  /* NULL = any */
    uint16_t since;       /* version of the AT manual whose commands it has, times 100 */
    uint8_t traits;       /* enum sim_trait, ored */
    char tag;
    const char *source;
    const char *csub; /* "V01" */
    const char *qcn;  /* after "QCN:"; NULL = that of the variant */
    const char *meaning;
};

/* The n-th row, or NULL; the first that fits counts, the last fits all. */
const struct sim_profile *sim_profile_row(size_t index);
/* The row of a variant and a revision. */
const struct sim_profile *sim_profile_find(const char *variant, const char *revision);
/* The row of the firmware that runs now. */
const struct sim_profile *sim_profile(const struct sim_context *ctx);
bool sim_profile_has(const struct sim_context *ctx, enum sim_trait trait);
/* False: the firmware is older than the command (setting command-set). */
bool sim_profile_knows(const struct sim_context *ctx, const struct sim_command *command);
/* Radios that the module has: of its variant, or all (setting variant-radios). */
uint8_t sim_profile_radios(const struct sim_context *ctx);

#endif
