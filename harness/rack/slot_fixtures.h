/*
 * slot_fixtures.h - what a slot can do around its module while a case runs: switch the supply by
 * its hooks, and serve its packages (http_server.h).
 */
#ifndef FOTARIG_HARNESS_RACK_SLOT_FIXTURES_H
#define FOTARIG_HARNESS_RACK_SLOT_FIXTURES_H

#include "harness/bench/fixtures.h"
#include "harness/rack/hook.h"
#include "harness/rack/http_server.h"
#include "harness/rack/now.h"
#include "harness/scenario/needs.h"

enum { RACK_POWER_CALLS_MOST = 5 /* of a power hook, until it has done what it is for */ };

/* Owned by the caller; must not move while it is open. */
struct rack_fixtures {
    struct bench_fixtures bench; /* for the target */
    struct rack_call call;       /* what a power hook is told; case and folder are the caller's */
    struct rack_hook_run hook;
    bool is_busy;         /* the hook runs */
    bool waits, wants_on; /* another one follows */
    unsigned calls;
    struct rack_doing *doing; /* is told the power; the caller's; NULL = nobody is */
    struct rack_http *http;   /* NULL = the slot serves nothing */
};

/* Bits of enum scenario_need that the slot's fixtures add; nothing is opened for it. */
uint32_t rack_fixture_abilities(const struct rack_slot *slot);

/* False with a message (RACK_TEXT_MAX bytes). To be closed in both cases. */
bool rack_fixtures_open(struct rack_fixtures *fixtures, const struct rack_slot *slot,
                        char *reterr_text);
/* A hook that runs is waited for. */
void rack_fixtures_close(struct rack_fixtures *fixtures);

#endif
