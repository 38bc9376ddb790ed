/*
 * accepted.h - findings that a fact excuses: a file of at most ten entries, each with its fact.
 *
 *     in:    small-update        begins the name of the scenario; several stand apart by a space
 *     fault: host-forgets        one of the choice; "hang+host-forgets": of several, both
 *     rule:  no-disturbance      or `outcome`
 *     fact:  why nobody could do better
 *
 * Entries stand apart by an empty line; a line that begins with # is no part of them. One that
 * excuses nothing, although all of the table was tried in its scenarios, is stale; one of several
 * faults, when so many were tried in a run.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_ACCEPTED_H
#define FOTARIG_HARNESS_EXPLORE_ACCEPTED_H

#include "harness/explore/explore.h"

enum { EXPLORE_ACCEPTED_MAX = 10, EXPLORE_FACT_MAX = 256 };

struct explore_accepted_entry {
    char in[64], fault[32], rule[32], fact[EXPLORE_FACT_MAX];
    unsigned line;
    uint32_t hits;  /* runs that it excused */
    bool was_asked; /* all of the table was tried where it counts */
};

struct explore_accepted {
    const char *path; /* of the caller */
    struct explore_accepted_entry entries[EXPLORE_ACCEPTED_MAX];
    size_t count;
};

/* Reads the text of such a file; false with a message "path:line: error: ..." (512 bytes). */
bool explore_accepted_parse(struct explore_accepted *accepted, const char *path, const char *text,
                            size_t length, char *reterr_text);
/* The entry that excuses a finding of the scenario, NULL = none; its hits grow. */
const struct explore_accepted_entry *explore_accepted_find(struct explore_accepted *accepted,
                                                           const char *scenario,
                                                           const struct explore_finding *finding);
/* All of the table was tried in this scenario, with `depth` faults a run at most; 1 at least. */
void explore_accepted_asked(struct explore_accepted *accepted, const char *scenario,
                            unsigned depth);
/* The first stale entry, NULL = none. */
const struct explore_accepted_entry *
explore_accepted_stale(const struct explore_accepted *accepted);

#endif
