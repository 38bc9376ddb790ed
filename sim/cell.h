/*
 * cell.h - a cell of a mobile network, described by what can be set of it.
 *
 * A module without a list of cells hears one, which is what the settings below say. In a list each
 * cell names those in which it differs; what it leaves out is as the setting says. From this one
 * description follow CSQ, CESQ, CPSI, CENG, CREG, CGREG, CEREG, COPS, CNSMOD and the rest.
 */
#ifndef FOTARIG_SIM_CELL_H
#define FOTARIG_SIM_CELL_H

#include <stdint.h>

/* X(NAME): the setting with that name (sim/settings.h) describes a cell. */
#define SIM_CELL_FIELDS(X)                                                                         \
    X(ACCESS)                                                                                      \
    X(REGISTRATION)                                                                                \
    X(NETWORK)                                                                                     \
    X(BAND)                                                                                        \
    X(GSM_BAND)                                                                                    \
    X(CHANNEL)                                                                                     \
    X(TRACKING_AREA)                                                                               \
    X(CELL)                                                                                        \
    X(PHYSICAL_CELL)                                                                               \
    X(RSSI)                                                                                        \
    X(SIGNAL)                                                                                      \
    X(RSRQ)                                                                                        \
    X(RSSNR)                                                                                       \
    X(BANDWIDTH)

enum sim_cell_field {
#define X(name) SIM_CELL_##name,
    SIM_CELL_FIELDS(X)
#undef X
        SIM_CELL_FIELD_COUNT
};

enum { SIM_CELLS = 7 }; /* the serving one and six neighbours (AT106 5.2.35) */

struct sim_cell {
    char operator_name[32];               /* "" = that of the card's own network, or its number */
    uint32_t named;                       /* bit n: the field n is described here */
    int32_t values[SIM_CELL_FIELD_COUNT]; /* as the setting of that name keeps it */
};

/* enum sim_setting_id of a field. */
unsigned sim_cell_setting(enum sim_cell_field field);
/* The field of a setting; -1 when it does not describe a cell. */
int sim_cell_field(unsigned setting);

#endif
