/* selection.h - the scenarios named on a command line, found and loaded. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_SELECTION_H
#define FOTARIG_HARNESS_CAMPAIGN_SELECTION_H

#include <stdio.h>

#include "harness/scenario/scenario.h"

/* A file that could not be loaded, or an operand that leads to none. */
struct campaign_invalid {
    char *path;
    char *message; /* of its first error, one line */
};

struct campaign_selection {
    struct scenario **scenarios;
    size_t count;
    size_t case_count; /* of all of them together */
    struct campaign_invalid *invalid;
    size_t invalid_count;
};

/*
 * Finds and loads all scenarios of the operands; what is invalid is listed, and every error of
 * every file goes to `errors` (FILE of the caller). False when there is no memory. Free with
 * campaign_selection_done() in both cases.
 */
bool campaign_selection_load(struct campaign_selection *selection, char *const *operands,
                             size_t operand_count, FILE *errors);
/*
 * Where a path of another folder, or of another machine, may lie here: what ends like it, looked
 * for in this folder and those above it; and the folder `scenarios` in one of them. Adds what there
 * is to the list. False: no memory.
 */
bool campaign_find_moved(const char *path, struct scenario_list *list);
/* Keeps those that `wanted` is true for; the others are freed. */
void campaign_selection_keep(struct campaign_selection *selection,
                             bool (*wanted)(const struct scenario *scenario, const char *text),
                             const char *text);
/* Of the first of these tags that no scenario has: one that is like it and some have; or NULL. */
const char *campaign_selection_near_tag(const struct campaign_selection *selection,
                                        const char *const *tags, size_t tag_count);
/* Keeps those that have all of the tags. */
void campaign_selection_keep_tagged(struct campaign_selection *selection, const char *const *tags,
                                    size_t tag_count);
void campaign_selection_done(struct campaign_selection *selection);

#endif
