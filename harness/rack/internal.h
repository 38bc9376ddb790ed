/* internal.h - what the files of rack/ share: a case on a slot, and the process of a slot. */
#ifndef FOTARIG_HARNESS_RACK_INTERNAL_H
#define FOTARIG_HARNESS_RACK_INTERNAL_H

#include "harness/rack/rack_use.h"

/* The target of a slot at the revision that it runs. */
struct bench_target_options rack_target_options(const struct rack_campaign *campaign,
                                                const struct rack_slot *slot,
                                                const struct scenario_override *override);
/* Fills what goes before the scenario: the package (NULL: just where the module is). */
void rack_take_package(const struct rack_slot *slot, const char *revision,
                       const struct rack_package *package, struct scenario_override *ret_override);
/*
 * What a case comes to on the slot, and whether it comes out there as with its own package: with
 * the package that leads on from where the module is, or, for a case that begins at its target,
 * with the one that leads there. `override` is the target's. Returns the revision to which the
 * slot's flash hook must bring the module first, NULL = none.
 */
const char *rack_plan_case(struct rack_campaign *campaign, const struct rack_slot *slot,
                           const char *revision, struct bench_target *target,
                           struct scenario_override *override, const struct scenario_case *one,
                           struct bench_plan *ret_plan);

/*
 * Switches the power of a module that does not answer off and on, and waits for it: a campaign that
 * was killed leaves it without power, or amid an update. rack_can_wake(): the lab has the means.
 */
void rack_wake(const struct rack_slot *slot, struct rack_probe *ret_probe);
bool rack_can_wake(const struct rack_slot *slot);

/* start, finish and work of the use (campaign.h), in the process of a slot. */
bool rack_slot_start(void *context, unsigned worker, void **ret_own, char *reterr_text);
void rack_slot_finish(void *context, void *own);
bool rack_slot_work(void *context, void *own, const struct campaign_case *planned, unsigned slice,
                    struct campaign_bytes *ret_bytes);

#endif
