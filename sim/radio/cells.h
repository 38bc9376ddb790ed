/*
 * cells.h - the cells in reach as the module hears them: what sim/cell.h describes, worked out.
 */
#ifndef FOTARIG_SIM_RADIO_CELLS_H
#define FOTARIG_SIM_RADIO_CELLS_H

#include "sim/frame.h"

/* The order of the setting access, without any. */
enum sim_technology {
    SIM_TECHNOLOGY_CAT_M,
    SIM_TECHNOLOGY_NB_IOT,
    SIM_TECHNOLOGY_GSM,
    SIM_TECHNOLOGY_COUNT
};

/* How the setting registration says that a search ends at a cell. */
enum sim_service { SIM_SERVICE_HOME, SIM_SERVICE_ROAMING, SIM_SERVICE_DENIED, SIM_SERVICE_NONE };

/* One cell as the module hears it. Levels in dBm, RSRQ in dB. */
struct sim_reception {
    const char *operator_name; /* "" = it is told by its number */
    char network[8];           /* country and network, "26202" or "310410" */
    uint8_t technology;        /* enum sim_technology */
    uint8_t egprs;             /* 1: a GSM cell with EGPRS */
    uint8_t service;           /* enum sim_service */
    uint8_t measured;          /* 0: nobody knows how strong it is; no level counts */
    int32_t band;              /* LTE: its number; GSM: enum of the setting gsm-band */
    int32_t channel;           /* one of its band */
    int32_t area;
    int32_t identity; /* on GSM two bytes */
    int32_t physical; /* on GSM six bits, the base station identity code */
    int32_t signal_dbm, rsrp_dbm, rsrq_db;
    int32_t rssnr, bandwidth;
};

/* Cells that are described: at least one. */
unsigned sim_cell_count(const struct sim_context *ctx);
void sim_cell_read(const struct sim_context *ctx, unsigned cell, struct sim_reception *ret_cell);
/* The module's radio takes that cell: variant, CNMP, CMNB, CBANDCFG, CBAND and the locks of cells
   leave it. False: it is as if it were not there. */
bool sim_cell_is_heard(const struct sim_context *ctx, const struct sim_reception *cell);

/* The cell that a search finds, among those that COPS=1 leaves; -1 = none. */
int sim_cell_found(const struct sim_context *ctx);
/* The same among those of one network ("26202" as a number); `access` is an <AcT>, or -1. */
int sim_cell_of_network(const struct sim_context *ctx, int32_t network, int access);
/*
 * The cell whose signal is told: the serving one or, while there is none, the one that would be
 * found. False: the radio is off or nothing is in reach.
 */
bool sim_cell_now(const struct sim_context *ctx, struct sim_reception *ret_cell);
/* True when the module was turned away by that network: until then nobody knows. */
bool sim_cell_has_denied(const struct sim_context *ctx, const struct sim_reception *cell);
/* The serving one; false while not registered. */
bool sim_cell_serving(const struct sim_context *ctx, struct sim_reception *ret_cell);

/* <rssi> of CSQ; 99 when it is not known. */
int sim_cell_quality(const struct sim_reception *cell);
/* <AcT> of COPS and CREG; <stat> of CNSMOD. */
int sim_cell_access(const struct sim_reception *cell);
int sim_cell_system_mode(const struct sim_reception *cell);
/* "DCS 1800": the band of a GSM cell. */
const char *sim_cell_gsm_band(const struct sim_reception *cell);

/* What COPS=1 asked for, packed into sim_radio.operator_wanted: network, access + 1, and whether
   the module may fall back to any (COPS=4). */
enum { SIM_WANTED_NETWORK = 0xfffff, SIM_WANTED_ACCESS_SHIFT = 20, SIM_WANTED_FALLBACK = 1 << 24 };

#endif
