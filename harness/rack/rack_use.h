/*
 * rack_use.h - a campaign over the slots of a rack: a process a slot, each case on a slot that it
 * fits, and what became of the slots.
 *
 * A module that took B is at B: each case begins at the revision that its slot runs now, with the
 * package of the slot that leads on from there (A to B, then B to A). A slot that errs twice in a
 * row, can't be brought back, holds another module than the file says or ends at a third revision
 * is quarantined: it gets no more cases, and the reason is told.
 */
#ifndef FOTARIG_HARNESS_RACK_RACK_USE_H
#define FOTARIG_HARNESS_RACK_RACK_USE_H

#include "harness/campaign/case_use.h"
#include "harness/rack/now.h"
#include "harness/rack/probe.h"
#include "harness/rack/rack.h"
#include "harness/rack/rehearsal.h"

/* What is known of a slot, in the process that reports. */
struct rack_state {
    const struct rack_slot *slot;
    struct bench_target target;         /* for plans; never opened */
    struct scenario_override package;   /* of the case that was planned last */
    char revision[RACK_PROBE_TEXT_MAX]; /* that it runs now; "" = not known */
    uint32_t case_count, update_count, errors_in_row;
    const struct campaign_case *now; /* that it does; NULL = none */
    struct campaign_case given; /* what `now` points at: a round more moves the list of cases */
    uint64_t since_us;          /* real time at which it got that */
    uint64_t since_ms;          /* the same, since 1970 */
    struct rack_doing *doing;   /* what its process is about; NULL = nobody knows */
    uint8_t last;               /* enum report_verdict of the case before, if there was one */
    char quarantine[BENCH_TEXT_MAX]; /* why it gets no more cases; "" = it does */
};

/* Owned by the caller, must not move. */
struct rack_campaign {
    const struct rack *rack;
    const struct rack_slot *slots; /* that take part; owned by the caller */
    size_t slot_count;
    bool allow_update;
    bool may_act; /* hooks may be called and modules changed: it is not only a plan */
    struct campaign_case_context base; /* as `run` has it; its target is not used */
    struct rack_state *states;
    struct rack_rehearsals rehearsals; /* private */
    const char *const *details;        /* private: of the case that was concluded last */
    struct rack_doing *doing;          /* private: of all slots */
    struct rack_now_list written;      /* private: as slots.json has it */
};

/*
 * Asks all modules what they are; the power of one that does not answer is cycled (may_act). The
 * slots that are not as written are quarantined at once. False
 * when there is no memory or no process. To be freed with rack_campaign_done() in both cases.
 */
bool rack_campaign_begin(struct rack_campaign *campaign);
void rack_campaign_done(struct rack_campaign *campaign);

/* Nothing runs any more: slots.json says so. */
void rack_campaign_rest(struct rack_campaign *campaign);

/* Writes which slots a case would run on now, or why on none: `run --plan`. True: on one. */
bool rack_campaign_plan(struct rack_campaign *campaign, const struct scenario_case *one,
                        const struct rack_slot **ret_slot, char text[CAMPAIGN_TEXT_MAX]);

/* Prints a line a slot: cases, updates, revision, and why it is quarantined. */
void rack_campaign_print(const struct rack_campaign *campaign, FILE *out);
/* Slots that are quarantined. */
size_t rack_campaign_quarantined(const struct rack_campaign *campaign);

/* The use; its context is a struct rack_campaign, its jobs are the slots. */
extern const struct campaign_use rack_use;

#endif
