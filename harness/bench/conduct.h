/*
 * conduct.h - rules for a client that is nobody's but its author's, judged by the wire: what it
 * sent, in which phase of the module, and what it left behind. A view of the journal of a run that
 * is over, and of the module as it is then; so it works whatever the client is.
 */
#ifndef FOTARIG_HARNESS_BENCH_CONDUCT_H
#define FOTARIG_HARNESS_BENCH_CONDUCT_H

#include "harness/bench/tapped.h"

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

enum { BENCH_CONDUCT_SAME_MAX = 20 };

/*
 * How far a journal has been read, and what was seen: a value, so that who goes back to a snapshot
 * goes back in it as well.
 */
struct bench_conduct_watch {
    const struct bench_run *run;
    size_t offset; /* of the journal: what lies before has been read */
    struct bench_tapping tapping;
    uint64_t now_us;
    unsigned job; /* that the client does now */
    /* The module, as it was. */
    uint8_t phase, status;
    uint32_t package_bytes;
    bool package_spoilt;   /* by the scenario, and the client has not looked at it since */
    uint64_t result_at_us; /* the status has been a result since then */
    uint64_t
        fault_at_us; /* the scenario did something last; what it prevents is not the client's */
    uint64_t restarted_at_us; /* the scenario restarted the host last */
    uint64_t spoken_at_us;    /* bytes reached it last */
    uint64_t heard_at_us;     /* it understood a command last */
    uint64_t back_at_us; /* it is up again after an update, and nobody has spoken since; 0 = not */
    /* The client. */
    uint64_t started_at_us; /* the last start of an update; 0 = none */
    uint8_t status_since;   /* that it read since then */
    bool asked_since;       /* it asked for it at least */
    bool asks_status;       /* its last command does */
    bool cleared;           /* it has tried to clear the result */
    bool target_since;      /* the target revision, the same */
    uint32_t commands;
    char last[TAP_LINE_BYTES];
    uint64_t same_at_us[BENCH_CONDUCT_SAME_MAX];
    uint32_t same;
    uint32_t crowds;         /* how often half of what PAUSES allows was sent in its time */
    uint32_t excused_starts; /* on a package that is not whole, because of a fault just before */
    uint32_t broken;         /* bit n: rule n is, as its evidence says */
    char evidence[BENCH_CONDUCT_COUNT][160]; /* of those alone */
};

/* Stands at the begin of the run's journal (MEMORY). */
void bench_conduct_begin(struct bench_conduct_watch *watch, const struct bench_run *run);
/* Reads on, to the end of the journal as it is now. */
void bench_conduct_read(struct bench_conduct_watch *watch);
/* Reads one record, for somebody who reads it as well: *ret_record points into the journal, and is
   valid until that grows. False: it stands at the end. */
bool bench_conduct_read_one(struct bench_conduct_watch *watch, struct bench_record *ret_record);
/* A rule is broken already, of those that are not left out. */
bool bench_conduct_is_broken(const struct bench_conduct_watch *watch, uint32_t left_out);

/*
 * The form in which two watches are equal bytes that find the same in the same rest of a journal,
 * whenever that comes, if no rule is broken yet and the rest
 *  - comes to its end before worst_at_us and silent_at_us (UINT64_MAX: never);
 *  - holds a result of the module (`result_at_us` moves), unless `is_spoilt` is equal as well;
 *  - excuses no start by a fault just before (`excused_starts` moves), unless `fault_ago_us` is
 *    equal as well, or the rest was seen to break no rule without;
 *  - has no more commands than are left of COMMANDS_MAX;
 *  - is crowded nowhere (`crowds` moves), nor either place, unless `repeats` is equal as well.
 * It can't be read on.
 */
struct bench_conduct_form {
    struct bench_conduct_watch watch;
    uint64_t worst_at_us;
    uint64_t silent_at_us;
    uint64_t repeats; /* digest of the last command and of when it was sent */
    uint32_t commands_left;
    bool is_crowded;
    uint64_t fault_ago_us; /* the last fault; what is long ago, or none: 0 */
    bool is_spoilt;        /* a fault came behind the last result */
};
void bench_conduct_form(const struct bench_conduct_watch *watch, uint64_t now_us,
                        struct bench_conduct_form *ret_form);

/*
 * Judges a run that is over, whose journal has all of it (MEMORY); it is read on from where
 * run->watch stands, if there is one. `left_out`: bit n, rule n is not judged. Writes up to
 * `capacity` findings and returns how many there are.
 */
size_t bench_conduct_judge(const struct bench_run *run, const struct scenario_observed *observed,
                           uint32_t left_out, struct scenario_finding *findings, size_t capacity);

#endif
