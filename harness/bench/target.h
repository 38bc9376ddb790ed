/*
 * target.h - the module that runs are for: the emulator in this process, or what stands behind a
 * port. What can run there, what is looked at before and after, and what a failure there means.
 *
 * A real module is looked at before the client gets it (model, revision, supply, status): a case
 * that was written for another one is skipped, and a module that must not be touched now is the
 * lab's error. It is asked again at the end, for what is expected of it then.
 */
#ifndef FOTARIG_HARNESS_BENCH_TARGET_H
#define FOTARIG_HARNESS_BENCH_TARGET_H

#include "harness/bench/host_library.h"
#include "harness/bench/host_outside.h"
#include "harness/bench/host_program.h"
#include "harness/bench/module_port.h"
#include "harness/scenario/needs.h"
#include "harness/scenario/override.h"

/* What stands behind the port: X(NAME, "name") */
#define BENCH_FAR_ENDS(X)                                                                          \
    X(MODULE, "module") /* a real one: it knows one speed, and is asked before it is touched */    \
    X(EMULATOR, "emulator") /* `fotarig sim` of the run's speed; this bench plays the events */    \
    X(SCENARIO, "scenario") /* `fotarig sim --scenario` of this very case: it plays its events */

enum bench_far_end {
#define X(name, text) BENCH_FAR_END_##name,
    BENCH_FAR_ENDS(X)
#undef X
};

enum { BENCH_REASON_MAX = BENCH_TEXT_MAX };

struct bench_target_options {
    const char *url;             /* of the port; NULL = the emulator in this process */
    const struct bench_end *end; /* another module in this process; NULL = none */
    void *end_context;           /* bench_run.module_context of it */
    /* Puts a recorded host at run->host, with its context; false with a message. NULL: it can't. */
    bool (*play_host)(struct bench_run *run, const char *path, char *reterr_text, size_t capacity);
    void (*stop_host)(struct bench_run *run); /* undoes it */
    const char *host_trace;                   /* played in each case; NULL = what the case says */
    uint8_t far_end;                          /* enum bench_far_end; of a port */
    bool allow_update;                        /* what starts an update may pass to a real module */
    double speed;                             /* of the far end */
    const struct bench_fixtures *fixtures;    /* around the module behind the port; NULL = none */
    uint32_t fixture_abilities;               /* bits of enum scenario_need that they add */
    const char *const *fixture_names;         /* what else stands around that module, by the free
                                                 names that cases ask for; NULL-terminated; NULL =
                                                 nothing */
    const struct scenario_override *override; /* NULL = as the files say */
    const char *program;        /* the command of a host of the user's own; NULL = the core */
    struct bench_claims claims; /* of the program */
    const char *library;        /* a client of the user's own, a shared object; NULL = none */
    bool library_is_core;       /* it is the core (library_client.h) */
    const char *outside;        /* a command, or a port to which a client comes; NULL = neither */
    uint8_t outside_kind;       /* enum bench_outside_kind */
    void (*waiting)(const char *where); /* told where a port's client is waited for; NULL = no */
    const char *port_name;              /* of program or outside: a link to the port; NULL = none */
    bool conduct;                       /* rules for any client are judged (conduct.h) */
    uint32_t conduct_left_out;          /* bit n: rule n of them is not */
};

struct bench_target {
    struct bench_target_options options;
    struct bench_loop loop;
    struct bench_module_port end;
    struct bench_survey before, after;
    struct bench_run *asker; /* the bench of the surveys */
    struct scenario_overridden *overridden;
    struct bench_program_host host;
    struct bench_library_host library;
    struct bench_outside_host outside;
    uint32_t abilities; /* bits of enum scenario_need */
};

/*
 * Works out what can be done there; opens nothing. Owned by the caller, must not move. False when
 * there is no memory.
 */
bool bench_target_init(struct bench_target *target, const struct bench_target_options *options);
/* Opens the port. False with a message: who holds it, or what is not there. */
bool bench_target_open(struct bench_target *target, char *reterr_text, size_t reterr_capacity);
void bench_target_done(struct bench_target *target);

/* What a case would come to on the target; `at` is the module's revision then, NULL = unknown. */
struct bench_plan {
    bool runs;
    bool destructive;              /* an update may start: the module is written */
    char reason[BENCH_REASON_MAX]; /* why it does not run */
    const char *leaves;            /* the revision that the module runs afterwards if all is as
                                      expected, NULL = as before */
};
void bench_target_plan(struct bench_target *target, const struct scenario_case *one,
                       const char *at_revision, struct bench_plan *ret_plan);

/*
 * Asks the module behind the port what the survey wants to know, at the rate of the case; nothing
 * of the case happens. False with `error` (BENCH_TEXT_MAX bytes): the port failed, or nobody
 * answers.
 */
bool bench_target_ask(struct bench_target *target, struct bench_survey *survey,
                      const struct scenario_case *one, const struct bench_options *options,
                      char *error);

/* A client of somebody's own, with its own manner. */
bool bench_target_is_external(const struct bench_target_options *options);

/* Puts the target's client at the host end of a run, which is then begun by the caller; the module
   is the emulator. The target is open. */
void bench_target_take_host(struct bench_target *target, struct bench_run *run);

/* The case without what is about the core's own manner, where the client is another one; `one` may
   be ret_case. */
void bench_target_prepare(const struct bench_target *target, const struct scenario_case *one,
                          struct scenario_case *ret_case);

/* Runs a case there, to its end, and judges. `run` is the caller's. */
void bench_target_run(struct bench_target *target, struct bench_run *run,
                      const struct scenario_case *one, const struct bench_options *options,
                      struct bench_result *ret_result);

#endif
