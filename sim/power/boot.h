/*
 * boot.h - between power.c and boot.c: the start of the module.
 */
#ifndef FOTARIG_SIM_POWER_BOOT_H
#define FOTARIG_SIM_POWER_BOOT_H

#include "sim/internal.h"

/* Arms the first row of the timeline; started_at_us and engine_at_us are set. */
void sim_boot_begin(struct sim_context *ctx);
/* The timeline is over: nothing counts from the start any more but what settings ask for. */
bool sim_boot_is_told(const struct sim *sim);
/* The AT engine answers: power.c changes the state and tells it. */
void sim_power_engine_up(struct sim_context *ctx);

#endif
