/*
 * sim_holds.h - what must hold between calls, held against the module: in tests, fuzzers and debug
 * builds (FOTARIG_HOLDS), not in a release. The core has one of its own.
 *
 * For states, ranges, order and ownership that a mistake elsewhere would break; not for what stands
 * a line above. What comes from outside is checked by code, never by this.
 */
#ifndef FOTARIG_SIM_SIM_HOLDS_H
#define FOTARIG_SIM_SIM_HOLDS_H

/* Stops the program where `condition` is false; a debugger and the sanitizers show the place. */
#ifdef FOTARIG_HOLDS
#define SIM_HOLDS(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define SIM_HOLDS(condition) ((void)0)
#endif

#endif
