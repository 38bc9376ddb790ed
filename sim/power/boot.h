/*
 * boot.h - between power.c and boot.c: the start of the module.
 */
#ifndef FOTARIG_SIM_POWER_BOOT_H
#define FOTARIG_SIM_POWER_BOOT_H

#include "sim/internal.h"

/* Arms the first row of the timeline; started_at_us and engine_at_us are set. */
void sim_boot_begin(struct sim_context *ctx);
/* A row of the timeline that has not been armed yet counts from the start. */
bool sim_boot_asks_for_start(const struct sim *sim);
/* The timeline is over: nothing counts from the start any more but what settings ask for. */
bool sim_boot_is_told(const struct sim *sim);
/* The way of this start as far as its boot tells it apart: those that it does not are POWER_ON. */
enum sim_reset sim_boot_told_way(const struct sim *sim);
/* The AT engine answers: power.c changes the state and tells it. */
void sim_power_engine_up(struct sim_context *ctx);

#endif
