/*
 * conduct.h - rules for a client that is nobody's but its author's, judged by the wire: what it
 * sent, in which phase of the module, and what it left behind. A view of the journal of a run that
 * is over, and of the module as it is then; so it works whatever the client is.
 */
#ifndef FOTARIG_HARNESS_BENCH_CONDUCT_H
#define FOTARIG_HARNESS_BENCH_CONDUCT_H

#include "harness/bench/run.h"

/*
 * X(NAME, "name", "what it demands"); each is judged with the line that shows it. What the client
 * could not know (a module that never answers again) breaks none.
 */
#define BENCH_CONDUCT(X)                                                                           \
    X(PACKAGE_COMPLETE, "package-complete",                                                        \
      "the update is started when the whole package lies in the module, not before")               \
    X(ONE_START, "one-start",                                                                      \
      "the update is started again only after the module's status has said that none goes on")     \
    X(NO_RESTART, "no-restart-while-updating",                                                     \
      "nothing that restarts the module is sent while it updates or restores, before its worst "   \
      "time is over")                                                                              \
    X(STATUS_READ, "status-read",                                                                  \
      "the update's status is read after it was started, before the client ends")                  \
    X(FLAG_CLEARED, "flag-cleared", "the result of an update is cleared before the client ends")   \
    X(REVISION_READ, "revision-read",                                                              \
      "an update is claimed only after the target revision was read from the module")              \
    X(APPEND_ONCE, "append-once",                                                                  \
      "no piece of the package is appended twice: it never gets longer than it is")                \
    X(PAUSES, "pauses", "one command is not sent more than 20 times within 10 s")                  \
    X(BOUNDED, "commands-bounded", "a job takes no more than 20000 commands")                      \
    X(NOTICES, "notices-return",                                                                   \
      "a module that is back after an update is spoken to within 15 minutes")                      \
    X(PACKAGE_REMOVED, "package-removed",                                                          \
      "no package is left in the module when the client has ended")

enum bench_conduct {
#define X(name, text, demand) BENCH_CONDUCT_##name,
    BENCH_CONDUCT(X)
#undef X
        BENCH_CONDUCT_COUNT
};

const char *bench_conduct_name(unsigned rule);
const char *bench_conduct_demand(unsigned rule);
/* The rule of that name, -1 = there is none. */
int bench_conduct_find(const char *name, size_t length);

/*
 * Judges a run that is over, whose journal has all of it (MEMORY). `left_out`: bit n, rule n is not
 * judged. Writes up to `capacity` findings and returns how many there are.
 */
size_t bench_conduct_judge(const struct bench_run *run, const struct scenario_observed *observed,
                           uint32_t left_out, struct scenario_finding *findings, size_t capacity);

#endif
