/*
 * updater.h - AT+CFOTA and the updater as a value (sim7000-fota.md, 4). What is marked NV lies in
 * flash and outlives a loss of power. The functions are in sim/internal.h.
 */
#ifndef FOTARIG_SIM_UPDATER_H
#define FOTARIG_SIM_UPDATER_H

#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

/* X(NAME): what the updater's timer is for. */
#define SIM_UPDATER_STAGES(X)                                                                      \
    X(NONE)                                                                                        \
    X(ANSWER)      /* OK of CFOTA=1 is due */                                                      \
    X(FIRST_RESET) /* the module resets into the updater */                                        \
    X(RUN)         /* the next point of the running phase */                                       \
    X(LAST_RESET)  /* the result was told, the module resets out of the updater */                 \
    X(GO_ON)       /* booted with status 2 or 4; the restore goes on by itself */

enum sim_updater_stage {
#define X(name) SIM_UPDATER_STAGE_##name,
    SIM_UPDATER_STAGES(X)
#undef X
        SIM_UPDATER_STAGE_COUNT
};

/* Values of CFOTA? (FOTA100, D): X(NAME, number, "meaning"). */
#define SIM_STATUSES(X)                                                                            \
    X(UPDATING, 1, "updating")                                                                     \
    X(RESTORING_MODEM, 2, "modem recovery started")                                                \
    X(MODEM_FAILED, 3, "modem recovery failed")                                                    \
    X(RESTORING_AP, 4, "AP recovery started")                                                      \
    X(AP_FAILED, 5, "AP recovery failed")                                                          \
    X(UPDATED, 6, "updated well")                                                                  \
    X(FAILED, 7, "update failed")                                                                  \
    X(CLEAN, 8, "flag cleaned")

enum sim_status {
#define X(name, number, text) SIM_STATUS_##name = number,
    SIM_STATUSES(X)
#undef X
};

enum { SIM_REVISION = 40, SIM_FLASH_STEPS_PER_PHASE = 100 };

struct sim_updater {
    uint64_t phase_at_us;         /* the running phase would have begun then at 0 percent */
    uint64_t phase_us;            /* its whole length */
    char revision[SIM_REVISION];  /* NV: of the firmware that runs (GMR, view) */
    char target[SIM_REVISION];    /* NV: of the package that is being installed */
    uint8_t status;               /* NV: enum sim_status */
    uint8_t flag;                 /* NV: 1: the next boot belongs to the updater */
    uint8_t resume_phase;         /* NV: enum sim_phase cut short by a loss of power, or IDLE */
    uint8_t resume_percent;       /* NV: how far it was */
    uint8_t failing;              /* NV: 1: the package is not for this module's firmware */
    uint8_t functionality_forced; /* NV: CFUN + 1 that the next start takes, 0 = as saved */
    uint8_t going_on;             /* 1: the next boot resumes, whatever power-cut-in-restore says */
    uint8_t phase;                /* enum sim_phase that runs; IDLE = the firmware runs */
    uint8_t percent;              /* last one handled */
    uint8_t stage;                /* enum sim_updater_stage */
    uint8_t torn;                 /* 1: the step being written is lost: the phase begins anew */
    uint8_t reserved[5];          /* zero */
};

_Static_assert(sizeof(struct sim_updater) == 16 + 2 * SIM_REVISION + 16,
               "padding in struct sim_updater");

#ifdef __cplusplus
}
#endif

#endif
