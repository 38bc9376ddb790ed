/*
 * fixtures.h - what can be done around a module behind a port: a switch for its supply, a server
 * for its downloads. Who has them (a rack) hands their functions in; the bench knows no more of
 * them.
 *
 * None may block: what takes its time is begun, and looked at until it is done. A fixture that
 * fails is the lab's error, never one of client or module.
 */
#ifndef FOTARIG_HARNESS_BENCH_FIXTURES_H
#define FOTARIG_HARNESS_BENCH_FIXTURES_H

#include "harness/scenario/scenario.h"

struct bench_fixtures {
    void *context;
    /* Begins to switch the supply, when what was begun before is done. NULL: there is no switch. */
    void (*power)(void *context, bool on);
    /* Looks at what was begun: true = it goes on. False with a text in reterr_text (of `capacity`
       bytes, "" before): it failed. NULL: there is no switch. */
    bool (*is_switching)(void *context, char *reterr_text, size_t capacity);
    /* A run of this case begins: what its package's server gives from now on. NULL: no server. */
    void (*serve_case)(void *context, const struct scenario_case *one);
    /* What the next request gets instead, as the word of the action `server`, counted from 0. */
    void (*serve_next)(void *context, unsigned serving);
};

#endif
