/*
 * core_holds.h - what must hold between calls, held against the client: in tests, fuzzers and debug
 * builds (FOTARIG_HOLDS), not in a release nor on a microcontroller. The emulator has one of its
 * own.
 *
 * For states, ranges, order and ownership that a mistake elsewhere would break; not for what stands
 * a line above. What comes from outside is checked by code, never by this.
 */
#ifndef FOTARIG_CORE_CORE_HOLDS_H
#define FOTARIG_CORE_CORE_HOLDS_H

/* Stops the program where `condition` is false; a debugger and the sanitizers show the place. */
#ifdef FOTARIG_HOLDS
#define CORE_HOLDS(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define CORE_HOLDS(condition) ((void)0)
#endif

#ifdef FOTARIG_HOLDS
#include <stdbool.h>

struct at_engine;
struct fota;

/* Every rule of the engine; of the client, of which the engine is a part. */
bool at_state_holds(const struct at_engine *at);
bool fota_state_holds(const struct fota *fota);
#endif

#endif
