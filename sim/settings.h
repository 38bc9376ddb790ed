/*
 * settings.h - every behaviour of the module that can be set, with its default and its evidence.
 *
 * A row is the only place where such a constant stands. Tags: D documented, O observed, S seen on a
 * sibling module, I inferred (nobody knows; the default is the fact sheet's).
 */
#ifndef FOTARIG_SIM_SETTINGS_H
#define FOTARIG_SIM_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

/* How a setting is written in a scenario. */
enum sim_unit {
    SIM_UNIT_MS,      /* a duration with a unit, kept in milliseconds: 50ms, 6s, 3min */
    SIM_UNIT_BYTES,   /* a size with a unit: 109285B, 10KiB */
    SIM_UNIT_RATE,    /* bytes per second: 11000B/s */
    SIM_UNIT_BPS,     /* bits per second, bare: 115200 */
    SIM_UNIT_MV,      /* a voltage, kept in millivolts: 3800mV, 3.8V */
    SIM_UNIT_PERCENT, /* 5% */
    SIM_UNIT_COUNT,   /* a bare number */
    SIM_UNIT_FLAG,    /* yes, no */
    SIM_UNIT_CHOICE   /* one word of `choices`, kept as its index */
};

/*
 * X(NAME, "name", UNIT, default, minimum, maximum, "choice|choice" or NULL, 'tag', "source",
 *   "what it does")
 */
#define SIM_SETTINGS(X)                                                                            \
    X(ANSWER_DELAY, "answer-delay", MS, 20, 0, 60000, NULL, 'O', "T06, T22",                       \
      "time from the end of a command line to its answer")

enum sim_setting_id {
#define X(name, ...) SIM_SETTING_##name,
    SIM_SETTINGS(X)
#undef X
        SIM_SETTING_COUNT
};

struct sim_setting_info {
    const char *name;
    uint8_t unit; /* enum sim_unit */
    char tag;     /* 'D', 'O', 'S', 'I' */
    int32_t initial, minimum, maximum;
    const char *choices; /* words separated by '|', CHOICE only, else NULL */
    const char *source;
    const char *summary;
};

/* The row of a setting; NULL when `setting` is not below SIM_SETTING_COUNT. */
const struct sim_setting_info *sim_setting_info(unsigned setting);

/* The setting with that name; -1 when there is none. */
int sim_setting_find(const char *name, size_t length);

#endif
