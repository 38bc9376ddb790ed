/*
 * world.h - everything that can influence the rest of a run or its verdict, as one flat value.
 *
 * A copy of it, with the marks of a snapshot (run.h), is a snapshot. No member points anywhere;
 * absolute times are in members named ..._at_us, statistics in members named stat_....
 */
#ifndef FOTARIG_HARNESS_BENCH_WORLD_H
#define FOTARIG_HARNESS_BENCH_WORLD_H

#include "core/fota.h"
#include "harness/bench/wire.h"
#include "harness/judge/judge.h"
#include "harness/tap/tap.h"
#include "sim/sim.h"

#define BENCH_NEVER UINT64_MAX

/* What a trigger has seen besides. */
enum {
    BENCH_ANSWERS = 1, /* the command that it names was the last one */
    BENCH_WAITS = 2    /* its text stands on the wire at `point`, not reached yet */
};

/* Cursors of the event engine. */
struct bench_engine {
    uint64_t due_at_us[SCENARIO_WATCHED_MAX];   /* actions of a fired event; NEVER = none waits */
    uint64_t undo_at_us[SCENARIO_LASTING_ROOM]; /* end of an action's `for`; NEVER = none */
    uint32_t body_bytes;                        /* last mark that the HTTP body has passed */
    uint8_t serve_next; /* what the next request to the server gets: 1 a page, 2 too much */
    uint8_t reserved[3];
    uint32_t point[SCENARIO_WATCHED_MAX]; /* text on the wire: the byte it stands on, from 1 */
    uint16_t seen[SCENARIO_WATCHED_MAX];  /* how often the trigger matched */
    uint16_t fired[SCENARIO_WATCHED_MAX]; /* how often the actions were ordered */
    uint8_t flags[SCENARIO_WATCHED_MAX];  /* BENCH_ANSWERS, BENCH_WAITS */
};
_Static_assert(sizeof(struct bench_engine) ==
                   8 + 17 * SCENARIO_WATCHED_MAX + 8 * SCENARIO_LASTING_ROOM,
               "padding in struct bench_engine");

/* The host board around the core. */
struct bench_host {
    uint64_t restart_at_us; /* the host comes back then; NEVER = it is up */
    uint64_t request_at_us; /* the outstanding request is answered then; NEVER = none */
    uint32_t baud_bps;
    uint32_t start_count;
    uint8_t up;
    uint8_t request; /* enum fota_request_kind that is being done */
    uint8_t has_checkpoint;
    uint8_t job;                         /* of the case, that is under way */
    uint8_t first_outcome, first_reason; /* of the first one, once it is over */
    uint8_t answer_next; /* what it does with the next request: 1 it is late, 2 it refuses */
    uint8_t answers;     /* the same of the one that is being done */
    char start_revision[FOTA_REVISION_LENGTH + 1];     /* that the module ran when the job began */
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];         /* saved */
    uint8_t pending_checkpoint[FOTA_CHECKPOINT_BYTES]; /* being saved */
};

/* When a restart or an answer is due on the board, BENCH_NEVER = neither. */
static inline uint64_t bench_host_next(const struct bench_host *host)
{
    return host->restart_at_us < host->request_at_us ? host->restart_at_us : host->request_at_us;
}

struct bench_world {
    uint64_t now_us;
    uint64_t module_at_us; /* the module wants to be called then */
    uint64_t host_at_us;   /* the host wants to be called then */
    uint64_t event_at_us;  /* the earliest time of the engine's */
    struct bench_host host;
    struct sim sim;
    struct bench_lane lanes[BENCH_LANES];
    /* Not there where nothing is judged: no scenario. */
    struct tap tap;
    struct scenario_monitor monitor;
    struct bench_engine engine;
    struct fota core; /* last: not there where the host end is another one */
};
/* Of a world without a core, without a scenario too, and with a line that takes no time. */
#define BENCH_WORLD_CORELESS_BYTES offsetof(struct bench_world, core)
#define BENCH_WORLD_UNJUDGED_BYTES offsetof(struct bench_world, tap)
#define BENCH_WORLD_BARE_BYTES     offsetof(struct bench_world, lanes)
_Static_assert(BENCH_WORLD_CORELESS_BYTES % sizeof(uint64_t) == 0, "a hash takes whole words");
_Static_assert(sizeof(struct bench_world) % sizeof(uint64_t) == 0, "a hash takes whole words");
_Static_assert(sizeof(struct bench_world) <= 16384, "budget of a module's world");

/*
 * The form in which equal worlds with a core are equal bytes, whenever they are and wherever what
 * they hold lies. Nothing can be done with it but to compare it.
 */
void bench_world_make_comparable(struct bench_world *world);

/* Over the fields of a world with a core; the same in every process, wherever the world lies. */
uint64_t bench_world_hash(const struct bench_world *world);

#endif
