/* fault.h - faults that explore puts into a run, one at a time, each with a name that repeats it.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_FAULT_H
#define FOTARIG_HARNESS_EXPLORE_FAULT_H

#include "harness/scenario/scenario.h"

/* X(NAME, "name", "what it does when the n-th line from the module passes the wire") */
#define EXPLORE_FAULTS(X)                                                                          \
    X(LOSE_TO_HOST, "lose-to-host", "the line is lost")                                            \
    X(LOSE_TO_MODULE, "lose-to-module", "the next line of the host is lost")                       \
    X(POWER_CUT, "power-cut", "the module's supply is cut for 5 s")                                \
    X(HOST_RESET, "host-reset", "the host restarts, 3 s later, with its last checkpoint")

enum explore_fault {
#define X(name, text, effect) EXPLORE_FAULT_##name,
    EXPLORE_FAULTS(X)
#undef X
        EXPLORE_FAULT_COUNT
};

const char *explore_fault_name(unsigned fault);

/* Longest name of a fault and its point, "lose-to-module@123456", with the NUL. */
enum { EXPLORE_CHOICE_MAX = 48 };

/*
 * Makes a copy of a case with the fault as one more event, behind those of the file. What a
 * scenario's author expects is said of a run without it, so expectations and the marks of durations
 * are left out. There is always room.
 */
void explore_fault_add(const struct scenario_case *one, enum explore_fault fault, uint32_t line,
                       struct scenario_case *ret_case);

/* Writes "power-cut@17". */
void explore_choice_format(enum explore_fault fault, uint32_t line, char *buffer, size_t capacity);
/* Reads it; false when it is none. */
bool explore_choice_parse(const char *text, enum explore_fault *ret_fault, uint32_t *ret_line);

#endif
