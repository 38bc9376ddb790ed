/*
 * needs.h - what a case needs of a target, and why it cannot run on one. Worked out of the rows
 * (rows.h), word by word; nothing here knows a word.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_NEEDS_H
#define FOTARIG_HARNESS_SCENARIO_NEEDS_H

#include "harness/scenario/scenario.h"

/*
 * What targets can do, in bits of enum scenario_need. A target that can do more adds its bits: a
 * fixture with a power switch SCENARIO_NEED_POWER_HOOK, a rate at which no boot shows takes
 * SCENARIO_NEED_BOOT_LINE away.
 */
enum {
    /* Core and emulator in this process. */
    SCENARIO_CAN_ALL = SCENARIO_NEED_ALL,
    /* The emulator, for a client of somebody's own. */
    SCENARIO_CAN_SERVE =
        SCENARIO_NEED_ALL &
        ~(SCENARIO_NEED_CLIENT_STATE | SCENARIO_NEED_CLIENT_CONTROL | SCENARIO_NEED_CLIENT_RESTART |
          SCENARIO_NEED_CLIENT_END | SCENARIO_NEED_CLAIM | SCENARIO_NEED_CORE_MANNER),
    /* The emulator, for a program that the bench starts. */
    SCENARIO_CAN_START = SCENARIO_CAN_SERVE | SCENARIO_NEED_CLIENT_RESTART |
                         SCENARIO_NEED_CLIENT_END | SCENARIO_NEED_CLAIM,
    /* The emulator, for whoever comes to a port; when it is done, it leaves. */
    SCENARIO_CAN_ATTEND = SCENARIO_CAN_SERVE | SCENARIO_NEED_CLIENT_END,
    /* The core, with a real module that is reached by its bytes only. */
    SCENARIO_CAN_REACH = SCENARIO_NEED_WIRE | SCENARIO_NEED_COMMAND_LINE | SCENARIO_NEED_URC_LINE |
                         SCENARIO_NEED_BOOT_LINE | SCENARIO_NEED_CLIENT_STATE |
                         SCENARIO_NEED_CLIENT_CONTROL | SCENARIO_NEED_CLIENT_RESTART |
                         SCENARIO_NEED_CLIENT_END | SCENARIO_NEED_CLAIM |
                         SCENARIO_NEED_CORE_MANNER | SCENARIO_NEED_ASK_UPDATE
};

/* How well a case suits a target. */
enum scenario_fit {
    SCENARIO_FITS,
    SCENARIO_CANNOT_JUDGE, /* it would happen as written, but an expectation cannot be judged */
    SCENARIO_CANNOT_DO     /* a trigger is not seen, an action not done, the beginning is another */
};

enum { SCENARIO_LACK_TEXT_MAX = 200 };

/* One thing that a case needs and a target has not. */
struct scenario_lack {
    uint8_t fit;                 /* CANNOT_JUDGE, CANNOT_DO */
    uint32_t missing;            /* the bits of it, never 0 */
    struct scenario_place place; /* of the word in the file */
    const char *word;            /* "phase", "expect.revision", "module" */
    char
        text[SCENARIO_LACK_TEXT_MAX]; /* "line 14: 'phase' needs the module's own state, which …" */
};

/* All needs of a case together: of what happens in it and of what is judged. */
uint32_t scenario_needs(const struct scenario_case *one);

/*
 * Writes up to `capacity` of the lacks, those of CANNOT_DO first, each in the order of the file.
 * Returns how many there are; 0 = the case can run.
 */
size_t scenario_lacks(const struct scenario_case *one, uint32_t abilities,
                      struct scenario_lack *lacks, size_t capacity);

/* Whether a case can run; *ret_lack (may be NULL) is the first reason, if it can't. */
enum scenario_fit scenario_fits(const struct scenario_case *one, uint32_t abilities,
                                struct scenario_lack *ret_lack);

/*
 * Whether an expectation of the case, or a rule (enum scenario_rule), can be judged. A target that
 * cannot judge a rule still runs the case: the rule is left out.
 */
uint32_t scenario_expectation_needs(const struct scenario_case *one,
                                    const struct scenario_expectation *expectation);
bool scenario_rule_is_judged(unsigned rule, uint32_t abilities);

/* "module-state"; "?" when there is no such bit. The first of several. */
const char *scenario_need_name(uint32_t need);

#endif
