/*
 * known_rest.h - worlds whose rest is known: a run that comes to one of them need not be run to its
 * end.
 *
 * At certain places of a run (a command was sent, a phase went on) its world and its monitors are
 * brought into the form in which equal ones are equal bytes (world.h, conduct.h), and looked up by
 * their digest. Only rests are stored that ended by themselves and in which nothing was wrong: what
 * is wrong is always run to its end. A rest is taken over when all of these hold:
 *  - the faults have been done, and none of their effects waits to be undone;
 *  - no rule is broken yet;
 *  - what the form leaves out (`struct merge_marks`) is the same here as where the rest was stored,
 *    or the rest does not look at it: a deadline comes due within it neither here nor there, the
 *    tail of a boot is over before a line of a boot comes;
 *  - the case has no event that counts bytes, lines or commands, whose counts the form leaves out.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_KNOWN_REST_H
#define FOTARIG_HARNESS_EXPLORE_KNOWN_REST_H

#include "harness/bench/conduct.h"
#include "harness/explore/demand.h"

/* Rounds of loops that were not run (known_loop.h). */
struct merge_left_out {
    uint64_t time_us, steps;
    uint32_t sent_bytes; /* by the host */
};

/* What reads a run while it goes: a value beside the world, for snapshots. */
struct merge_watch {
    struct bench_conduct_watch conduct;
    struct explore_cost cost;
    struct merge_left_out left_out; /* of this run */
};
void merge_watch_begin(struct merge_watch *watch, const struct bench_run *run);
/* Reads on, to the end of the journal as it is now. */
void merge_watch_read(struct merge_watch *watch);

/* Deadlines of minutes, which only matter when they come due. */
enum merge_due {
    MERGE_DUE_TOTAL,   /* the job */
    MERGE_DUE_STATE,   /* the core's state */
    MERGE_DUE_WORST,   /* the update, as the core sees it */
    MERGE_DUE_ATTEMPT, /* the same, as the monitor of rules does */
    MERGE_DUE_CONDUCT, /* the same, as the rules for any client do */
    MERGE_DUE_SILENT,  /* by then somebody must have spoken to a module that is back */
    MERGE_DUE_COUNT
};

/* What is not in the form, of a place; a rest may come from another one, see merge_is_within(). */
struct merge_marks {
    uint64_t due_in_us[MERGE_DUE_COUNT]; /* behind the place; BENCH_NEVER: it does not come due */
    uint64_t tail_in_us;                 /* the core takes a boot for over then; 0: it is */
    uint64_t fault_ago_us;               /* bench_conduct_form.fault_ago_us */
    uint64_t repeats;                    /* the same */
    uint32_t random;                     /* of the module */
    bool is_spoilt, is_crowded;          /* of bench_conduct_form */
};

/* How far a rest goes, and what it looks at. */
struct merge_reach {
    uint64_t duration_us;
    uint64_t quiet_us; /* no line of a boot comes for so long, at least */
    uint32_t commands; /* of the client */
    bool has_result;   /* the module had one in it */
    bool has_excuse;   /* of bench_conduct_watch.excused_starts */
    bool has_draw;     /* the module drew a random number */
    bool has_crowd;    /* of bench_conduct_watch.crowds */
};
/* Of a run that is over. */
#define MERGE_REACH_OVER                                                                           \
    {                                                                                              \
        .quiet_us = UINT64_MAX / 2                                                                 \
    }

/* What a place allows. */
struct merge_limits {
    struct merge_marks marks;
    uint64_t end_at_us;     /* the case ends every run then */
    uint32_t commands_left; /* that a client may send */
};

/* A run at a place: what is looked up, and what its rest will be measured from; with what was left
   out of it. */
struct merge_place {
    uint64_t key, check; /* two digests of the form */
    uint64_t at_us, steps;
    uint64_t result_at_us;           /* bench_conduct_watch's */
    uint32_t excused_starts, crowds; /* the same */
    uint32_t sent_bytes;             /* by the host */
    uint32_t boot_lines;             /* that the core has had */
    uint32_t requests;               /* to the host's board */
    uint32_t random;                 /* of the module */
    struct explore_cost cost;
    struct merge_limits limits;
};

/* From a place to the end. */
struct merge_rest {
    struct merge_reach reach;
    struct merge_marks marks; /* of the place where it was stored */
    uint64_t steps;
    uint32_t sent_bytes;
    struct explore_cost cost; /* without TIME */
    uint8_t outcome, reason;
};

struct merge_entry {
    uint64_t check;
    struct merge_rest rest;
    uint32_t slot; /* in which its key stands */
};

/* Keys stand apart: most are asked for in vain. */
struct merge_slot {
    uint64_t key;   /* 0 = free */
    uint32_t entry; /* by number */
};

enum { MERGE_PLACES_MAX = 1024 };

struct merge_table {
    struct merge_slot *slots;    /* owned */
    struct merge_entry *entries; /* owned; half as many, in the order in which they came */
    size_t capacity, count;      /* of slots, of entries */
    size_t kept;                 /* the first `kept` entries are not forgotten */
    uint64_t lookups, hits;
    struct merge_digests *last; /* owned: the form of the last place */
    bool outcomes_only; /* rules say nothing here: places behind a broken one count as well */
    uint64_t leave_out; /* for tests: bit n, part n of the form is left out (enum merge_part) */
    /* Places of the run that goes on. */
    unsigned place_count;
    struct merge_place places[MERGE_PLACES_MAX];
};

/* Parts of the form, for the test that leaves each out: X(NAME, "what") */
#define MERGE_PARTS(X)                                                                             \
    X(HOST, "the host's board")                                                                    \
    X(MODULE, "the module")                                                                        \
    X(LANES, "what is on the line")                                                                \
    X(TAP, "the tap")                                                                              \
    X(MONITOR, "the monitor of rules")                                                             \
    X(ENGINE, "events of the case")                                                                \
    X(CORE, "the core")                                                                            \
    X(CONDUCT, "the watch of rules for any client")                                                \
    X(DEADLINES, "deadlines that come due")                                                        \
    X(SPOILT, "whether a fault came behind the last result")                                       \
    X(TAIL, "until when lines of a boot are the tail of one that is over")                         \
    X(EXCUSE, "whether a fault just before is an excuse")                                          \
    X(RANDOM, "what the module draws next")                                                        \
    X(REPEATS, "when the last command was sent before")

enum merge_part {
#define X(name, text) MERGE_PART_##name,
    MERGE_PARTS(X)
#undef X
        MERGE_PART_COUNT
};

/* False: no memory. `capacity`: entries at most; what comes then is not stored. */
bool merge_table_make(struct merge_table *table, size_t capacity);
void merge_table_free(struct merge_table *table);
void merge_table_empty(struct merge_table *table);
/* All that is stored now stays; merge_table_forget() forgets what came after. */
void merge_table_keep(struct merge_table *table);
void merge_table_forget(struct merge_table *table);

/* A rest of such reach from a place with these marks is the same from one with these limits. */
bool merge_is_within(const struct merge_limits *limits, uint64_t at_us,
                     const struct merge_marks *marks, const struct merge_reach *reach);
/* The reach of the same rest from `from`, a place before `to`, from where it is `reach`. */
struct merge_reach merge_reach_from(const struct merge_place *from, const struct merge_place *to,
                                    const struct merge_reach *reach);

/* Whether runs of the case can be merged at all. */
bool merge_is_possible(const struct bench_run *run, const struct scenario_case *one);

/*
 * A place of a run in which the last `count` events of its case are choices. False: it can't be
 * looked up here, or not any more in this run (*ret_never).
 */
bool merge_place_of(struct merge_table *table, const struct bench_run *run,
                    const struct merge_watch *watch, unsigned count, struct merge_place *ret_place,
                    bool *ret_never);
/* Where a run is, without its form: it has come to its end there. */
struct merge_place merge_end_of(const struct bench_run *run, struct merge_watch *watch);
/* The rest from there; NULL = not known. */
const struct merge_rest *merge_find(struct merge_table *table, const struct merge_place *place);
/* Remembers the place until the run's end is known. */
void merge_remember(struct merge_table *table, const struct merge_place *place);
/*
 * The run has come to its end, or to a place whose rest is known (`rest`, NULL = to its end): what
 * is remembered is stored with the rest from there. `is_good`: nothing was wrong in it.
 */
void merge_store(struct merge_table *table, const struct merge_place *end,
                 const struct merge_rest *rest, bool is_good);

#endif
