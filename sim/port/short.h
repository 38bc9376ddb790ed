/* short.h - copies and wipes what is mostly a line or less, for which a call costs more than it
   does: two pieces that may overlap. */
#ifndef FOTARIG_SIM_PORT_SHORT_H
#define FOTARIG_SIM_PORT_SHORT_H

#include <stddef.h>
#include <string.h>

enum { SIM_SHORT_HALF = 8, SIM_SHORT_WHOLE = 16 };

/* On its own: a compiler that sees it within takes small buffers for ones that are overrun. */
__attribute__((noinline)) static void sim_long_copy(char *to, const char *from, size_t size)
{
    memcpy(to, from, size);
}

static inline void sim_short_copy(char *to, const char *from, size_t size)
{
    if (size > 2 * SIM_SHORT_WHOLE) {
        sim_long_copy(to, from, size);
    } else if (size >= SIM_SHORT_WHOLE) {
        memcpy(to, from, SIM_SHORT_WHOLE);
        memcpy(to + size - SIM_SHORT_WHOLE, from + size - SIM_SHORT_WHOLE, SIM_SHORT_WHOLE);
    } else if (size >= SIM_SHORT_HALF) {
        memcpy(to, from, SIM_SHORT_HALF);
        memcpy(to + size - SIM_SHORT_HALF, from + size - SIM_SHORT_HALF, SIM_SHORT_HALF);
    } else if (size >= SIM_SHORT_HALF / 2) {
        memcpy(to, from, SIM_SHORT_HALF / 2);
        memcpy(to + size - SIM_SHORT_HALF / 2, from + size - SIM_SHORT_HALF / 2,
               SIM_SHORT_HALF / 2);
    } else if (size > 0) {
        to[0] = from[0];
        to[size / 2] = from[size / 2];
        to[size - 1] = from[size - 1];
    }
}

static inline void sim_short_wipe(char *at, size_t size)
{
    if (size > 2 * SIM_SHORT_WHOLE || size < SIM_SHORT_HALF) {
        memset(at, 0, size);
    } else if (size >= SIM_SHORT_WHOLE) {
        memset(at, 0, SIM_SHORT_WHOLE);
        memset(at + size - SIM_SHORT_WHOLE, 0, SIM_SHORT_WHOLE);
    } else {
        memset(at, 0, SIM_SHORT_HALF);
        memset(at + size - SIM_SHORT_HALF, 0, SIM_SHORT_HALF);
    }
}

#endif
