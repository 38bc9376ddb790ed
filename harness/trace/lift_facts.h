/* lift_facts.h - what a dialogue says of the job and of the client. */
#ifndef FOTARIG_HARNESS_TRACE_LIFT_FACTS_H
#define FOTARIG_HARNESS_TRACE_LIFT_FACTS_H

#include "harness/trace/lift.h"

void lift_facts(const struct dialogue *dialogue, struct lift_facts *ret_facts);

/* The revision that comes after that: one more in its number. */
void lift_next_revision(const char *revision, char next[LIFT_NAME_MAX]);

/* A rule of every run that the client of the trace broke. */
struct lift_broken {
    const char *rule; /* name of the scenario's rule */
    uint64_t at_us;
    char what[160];
};
/* Writes up to `capacity`; returns how many. Only what a log can show. */
size_t lift_broken_rules(const struct dialogue *dialogue, struct lift_broken *broken,
                         size_t capacity);

#endif
