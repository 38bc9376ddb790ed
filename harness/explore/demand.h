/*
 * demand.h - what a sweep demands of a run besides its end, in the words of the one table: which
 * rule of the judge and of conduct belongs to which oracle, and those that only a sweep can ask.
 *
 * What only a sweep can ask: whether a new start succeeds once the faults are over, and whether the
 * run cost more of module and network than the undisturbed one and its faults explain.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_DEMAND_H
#define FOTARIG_HARNESS_EXPLORE_DEMAND_H

#include <stdio.h>

#include "harness/bench/run.h"
#include "harness/explore/fault.h"

/* X(NAME, "name", "what it demands") */
#define EXPLORE_ORACLES(X)                                                                         \
    X(HONEST, "honest", "what the client says at its end is true, and was read from the module")   \
    X(SAFE, "safe",                                                                                \
      "a whole package is started, once; nothing restarts or cuts a module that updates")          \
    X(LIVE, "live", "it comes to an end, within its time, from every world")                       \
    X(RECOVERING, "recovering", "the faults are over: a new start ends updated")                   \
    X(TIDY, "tidy", "what was left of the update is cleared away")                                 \
    X(BOUNDED, "bounded", "it asks no more of module and network than its faults explain")         \
    X(GENTLE, "gentle", "it pauses between tries, and floods nobody")

enum explore_oracle {
#define X(name, ...) EXPLORE_ORACLE_##name,
    EXPLORE_ORACLES(X)
#undef X
        EXPLORE_ORACLE_COUNT
};

/* Rules that only a sweep asks: X(NAME, "name", ORACLE, "what it demands") */
#define EXPLORE_RULES(X)                                                                           \
    X(RECOVERS, "recovers", RECOVERING, "the faults are over: a new start ends updated")           \
    X(COMMANDS, "costs-commands", BOUNDED, "no more commands than the faults explain")             \
    X(DOWNLOADS, "costs-downloads", BOUNDED, "no more downloads than the faults explain")          \
    X(RESTARTS, "costs-restarts", BOUNDED, "no more restarts by the client than they explain")     \
    X(TIME, "costs-time", LIVE, "no more time than the faults explain")

enum explore_rule {
#define X(name, ...) EXPLORE_RULE_##name,
    EXPLORE_RULES(X)
#undef X
        EXPLORE_RULE_COUNT
};

/* The rule of that name that only a sweep asks (enum explore_rule), -1 = there is none. */
int explore_rule_find(const char *name);
const char *explore_oracle_name(unsigned oracle);
const char *explore_oracle_demand(unsigned oracle);
/* The oracle of a finding: "rule start-once" is SAFE; an end that is worse than excused is LIVE. */
enum explore_oracle explore_oracle_of(const struct scenario_finding *finding);
/* Prints each oracle with its rules, and what each demands; tabs between the columns. */
void explore_oracles_list(FILE *out);

/* What a run asked of module, network and board, and how long it took. */
struct explore_cost {
    uint32_t count[EXPLORE_RULE_COUNT]; /* TIME: in seconds; RECOVERS: not used */
};

/* Of a run that is over, whose journal has all of it (MEMORY). */
struct explore_cost explore_cost_of(const struct bench_run *run);
/* Counts one record more of its journal; all but TIME. */
void explore_cost_add(struct explore_cost *cost, const struct bench_record *record);

/*
 * What a story of its own explains besides: where it differs from the plain run of the same job
 * (explore_case_make_plain()), a fault may make dear a second time what it makes dear, and bring
 * back what it spares. What it does by itself to module, line or host (`has_faults`) is a fault
 * more, of which nobody knows the class: it explains as much as a command that is lost, at least.
 */
struct explore_cost explore_cost_apart(const struct explore_cost *base,
                                       const struct explore_cost *plain, bool has_faults);

/*
 * Holds it against the undisturbed run's, what the story explains (all 0 = there is none) and what
 * the faults explain; adds findings behind those that there are.
 */
void explore_cost_judge(const struct explore_cost *base, const struct explore_cost *story,
                        const struct explore_cost *cost, const struct explore_choice *choices,
                        size_t count, struct bench_result *result);

/*
 * The faults are over: the host starts anew, without a checkpoint, in the world in which a run
 * ended. Adds a finding when that does not end `updated` or `already-current`. The run can't be
 * judged any more.
 */
void explore_try_again(struct bench_run *run, struct bench_result *result);

#endif
