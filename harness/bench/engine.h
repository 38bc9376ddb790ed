/*
 * engine.h - the event engine: triggers of a scenario are matched against what happens, and their
 * actions are done, each at its time. Its cursors are in the world; the tables are the scenario's.
 */
#ifndef FOTARIG_HARNESS_BENCH_ENGINE_H
#define FOTARIG_HARNESS_BENCH_ENGINE_H

#include "harness/bench/run.h"

/* Sets the cursors to the beginning and works out which hooks the module must offer. */
void bench_engine_begin(struct bench_run *run);

/* Works out again what follows from the cursors (after a snapshot was restored). */
void bench_engine_refresh(struct bench_run *run);

/*
 * Behind a snapshot, an event of the case was put there or taken away from outside: those up to
 * `index` stand as they stood, that one is as at its beginning.
 */
void bench_engine_arm(struct bench_run *run, unsigned index);

/* An event that may fire so many times does not fire any more, though its moment comes. */
void bench_engine_disarm(struct bench_run *run, unsigned index);

/* What happened, for one kind of trigger. */
struct bench_happening {
    uint8_t kind;     /* enum scenario_trigger_kind */
    uint8_t phase;    /* PHASE: enum sim_phase */
    uint32_t number;  /* PHASE: percent; BOOT, FLASH_STEP, HTTP_BYTE: the number; CORE_STATE;
                         RESET: enum sim_reset; REQUEST: enum fota_request_kind */
    const char *text; /* COMMAND, NV_WRITE, URC */
    size_t length;
    uint64_t at_us; /* when its actions are due; normally now */
};

/*
 * Matches a happening. Actions that replace the behaviour of the module at this very point are put
 * into *override (NULL = none can be); the others wait for bench_engine_run().
 */
void bench_engine_match(struct bench_run *run, const struct bench_happening *happening,
                        struct sim_override *override);

/* Whether a happening of that kind, enum scenario_trigger_kind, can matter: most can't in most
   cases, and need not be told. */
static inline bool bench_engine_minds(const struct bench_run *run, unsigned kind)
{
    return run->counts_points || (run->trigger_mask >> kind & 1);
}

/* What a time counts from was seen, and there is such a time. */
void bench_engine_count_from(struct bench_run *run, enum scenario_since since, uint64_t now_us);

/* What `since` counts from was seen. */
static inline void bench_engine_saw(struct bench_run *run, enum scenario_since since,
                                    uint64_t now_us)
{
    if (run->since_mask >> since & 1)
        bench_engine_count_from(run, since, now_us);
}

/* The module runs a command (without AT): what follows is its answer. */
void bench_engine_saw_command(struct bench_run *run, const char *text, size_t length);

/* Does what is due. */
void bench_engine_run(struct bench_run *run);

/* Bytes that are about to enter a lane. */
struct bench_passing {
    const uint8_t *bytes; /* size + ahead of them */
    size_t size;
    size_t ahead; /* of the following ones, that many are known: a line may not end in `size` */
};

/*
 * The first armed byte, line or text trigger within the bytes that are about to enter a lane:
 * returns its offset, or their size when there is none.
 */
size_t bench_engine_wire_point(struct bench_run *run, enum bench_lane_id lane,
                               const struct bench_passing *passing);

/* Fires the byte, line and text triggers that stand at the lane's next byte; its time is `at_us`.
 */
void bench_engine_wire_fire(struct bench_run *run, enum bench_lane_id lane,
                            const struct bench_passing *next, uint64_t at_us);

/* The sender is gone: the bytes that were known to follow will not. */
void bench_engine_wire_cut(struct bench_run *run, enum bench_lane_id lane);

/* A body of an HTTP answer is about to come to the module. */
void bench_engine_body_begins(struct bench_run *run);

/* How often the actions of an event were done. */
unsigned bench_engine_done(const struct bench_run *run, unsigned index);
/* Index of the first event that had to fire, or to fire more often, and did not; -1 = none. */
int bench_engine_unfired(const struct bench_run *run);
/* Whether an event with `times: always` fires without an end; reterr_text names the events that
   feed each other. */
bool bench_engine_turns(const struct bench_run *run, char *reterr_text, size_t capacity);
/* Says of such an event what happened instead: "fired 1 of 3; the rest was not tried".
 */
void bench_engine_tell_unfired(const struct bench_run *run, unsigned index, char *buffer,
                               size_t capacity);

#endif
