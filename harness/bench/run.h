/*
 * run.h - one run of one case: two ends, a wire, a clock, events, a journal.
 *
 * In virtual time a run is a loop over bench_run_step(); bench_run_all() does it. In real time
 * bench_run_real() sleeps until the next step is due, with the wire in memory or over a pty.
 */
#ifndef FOTARIG_HARNESS_BENCH_RUN_H
#define FOTARIG_HARNESS_BENCH_RUN_H

#include "harness/bench/blobs.h"
#include "harness/bench/journal.h"
#include "harness/bench/world.h"

enum { BENCH_FINDINGS_MAX = 32, BENCH_TEXT_MAX = 256 };

struct bench_run;
struct real;

/*
 * What the bench asks of an end. Each is called with the run's world at world.now_us; none may
 * block. `receive` gets bytes that passed the wire, `transmit` fills a buffer and returns how much
 * (0 = nothing now), `advance` runs what is due and returns when to call again.
 */
struct bench_end {
    const char *name;
    uint8_t line_end; /* byte that ends a line of what this end sends */
    void (*start)(struct bench_run *run);
    void (*receive)(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps);
    size_t (*transmit)(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps);
    uint64_t (*advance)(struct bench_run *run);
};

extern const struct bench_end bench_host_core;  /* the core, in this process */
extern const struct bench_end bench_module_sim; /* the emulator, in this process */

/* How the two sides of the wire are joined: X(NAME, "name") */
#define BENCH_WIRES(X)                                                                             \
    X(MEMORY, "memory")                                                                            \
    X(PTY, "pty")

enum bench_wire_kind {
#define X(name, text) BENCH_WIRE_##name,
    BENCH_WIRES(X)
#undef X
};

struct bench_options {
    uint64_t seed;  /* of the module's jitter and noise */
    uint8_t sink;   /* enum bench_sink of the journal */
    uint8_t wire;   /* enum bench_wire_kind; PTY needs a speed */
    bool unpaced;   /* bytes take no time on the line */
    double speed;   /* real time, this much faster; 0 = virtual time */
    bool stoppable; /* ends when a caught signal came (loop.h) */
};

enum bench_verdict { BENCH_PASSED, BENCH_FAILED, BENCH_ERROR, BENCH_STOPPED };

/* How a run ended, and why that is wrong if it is. */
struct bench_result {
    uint8_t verdict; /* enum bench_verdict */
    uint64_t duration_us;
    uint64_t journal_digest;    /* MEMORY sink only, else 0 */
    char error[BENCH_TEXT_MAX]; /* ERROR: what the lab or the bench did */
    size_t finding_count;       /* FAILED: findings[0 … min(count, MAX)) */
    struct scenario_finding findings[BENCH_FINDINGS_MAX];
    struct scenario_observed observed;
};

/* A module that is served elsewhere, which events are for (play.h). */
struct bench_served {
    bool (*apply)(void *context, const struct sim_action *action); /* NULL = world.sim is it */
    void (*view)(void *context, struct sim_view *ret_view);
    void *context;
};

struct bench_run {
    struct bench_world world; /* first: the value that snapshots copy */
    /* What follows is constant during a run, or a view that begin and restore work out. */
    const struct scenario_case *one;
    struct fota_job job;   /* the case's, with the package's checksum if it asks for one */
    char package_url[512]; /* where the server has the package, "" = nowhere */
    const struct bench_end *host, *module;
    struct bench_options options;
    struct sim_config config;
    struct sim_blob blobs[1 + SIM_INITIAL_FILES];
    struct sim_host sim_host;
    struct fota_host fota_host;
    struct sim_store store;
    struct scenario_watch watch;
    struct bench_journal journal;
    struct bench_blobs packages; /* shared by all runs of this process */
    uint32_t trigger_mask;       /* bit n: the case has a trigger of kind n */
    uint8_t since_mask;          /* bit n: the case has a time since n (enum scenario_since) */
    uint64_t end_at_us;          /* the client must be over by then */
    uint64_t step_count;
    uint64_t began_us; /* what an end's transmit gave last began that long ago (echo) */
    uint8_t unsettled; /* bit n: the end that receives from lane n must be looked at again */
    char start_revision[FOTA_REVISION_LENGTH + 1];
    char error[BENCH_TEXT_MAX]; /* the bench's own trouble, "" = none */
    bool late;                  /* that trouble: this machine was late (real time) */
    /* Real time only: takes bytes that passed the wire's model; NULL = straight to their end. */
    void (*through)(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                    size_t size, uint32_t baud_bps);
    struct real *real;
    struct bench_served served;
};

/* Makes a run object, to be used for any number of runs. NULL when there is no memory. */
struct bench_run *bench_run_new(enum bench_sink sink);
void bench_run_free(struct bench_run *run);

/*
 * Sets the world to the beginning of a case. `one` must live until the run is over. Returns false
 * with run->error when the case cannot be set up (package too small, …).
 */
bool bench_run_begin(struct bench_run *run, const struct scenario_case *one,
                     const struct bench_options *options);

/* The same without starting the ends: packages, configuration, server, events. */
bool bench_run_prepare(struct bench_run *run, const struct scenario_case *one,
                       const struct bench_options *options);

/* Virtual time: goes to the next thing that is due and does it. False when the run is over. */
bool bench_run_step(struct bench_run *run);

/* When the next step is due; BENCH_NEVER = nothing will ever happen. */
uint64_t bench_run_next(const struct bench_run *run);

/* Runs to the end, in virtual or real time as the options say, and judges. */
void bench_run_all(struct bench_run *run, struct bench_result *ret_result);

/*
 * To be called before the module does something while a burst may be coming in: it has seen the
 * bytes so far, and their echo stands before what it says now, that of the rest behind it (T02).
 */
void bench_run_deliver_begun(struct bench_run *run);

/* Real time (real.c): runs to the end with options.speed; sets run->error on trouble. */
void bench_run_real(struct bench_run *run);

/* Judges a run that is over. */
void bench_run_judge(struct bench_run *run, struct bench_result *ret_result);

/* ---- snapshots: valid until an earlier one was restored ------------------------------------- */

struct bench_snapshot {
    struct bench_world world;
    uint32_t store_used, store_pinned;
    size_t journal_mark;
    uint64_t step_count;
};
void bench_snapshot_take(struct bench_run *run, struct bench_snapshot *ret_snapshot);
void bench_snapshot_restore(struct bench_run *run, const struct bench_snapshot *snapshot);
/* No snapshot is needed any more: the store may be compacted again. */
void bench_snapshot_drop(struct bench_run *run);

/* ---- for the ends and the event engine ------------------------------------------------------ */

void bench_note(struct bench_run *run, enum bench_journal_kind kind, uint8_t a, uint16_t b,
                uint32_t number, const void *bytes, size_t size);
/* Something was done to the end that receives from `lane`: it must be looked at again. */
void bench_run_touch(struct bench_run *run, enum bench_lane_id lane);
/* Looks at ends that were touched: deadlines, requests, bytes, until nothing more happens now. */
void bench_run_settle(struct bench_run *run);
/* Puts bytes of an end on its lane, through byte and line triggers. */
void bench_run_send(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                    size_t size, uint32_t baud_bps);
/* Gives bytes that passed the wire to their end, and notes them. */
void bench_run_deliver(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                       size_t size, uint32_t baud_bps);
/* The module end: applies an action now. */
bool bench_module_apply(struct bench_run *run, const struct sim_action *action);
void bench_module_view(const struct bench_run *run, struct sim_view *ret_view);
/* What the module told, and where it asks; for the monitor and the event engine. */
void bench_module_told(struct bench_run *run, uint64_t now_us, const struct sim_event *event);
struct sim_override bench_module_hooked(struct bench_run *run, uint64_t now_us,
                                        const struct sim_hook *hook);
/* Answers a request of a module as the scenario's server does. */
void bench_module_serve(const struct bench_run *run, struct sim *sim, const struct sim_host *host,
                        const struct sim_http_request *request, uint64_t now_us);
/* The host end: the board restarts after `down_us`. */
void bench_host_reset(struct bench_run *run, uint64_t down_us);
void bench_host_cancel(struct bench_run *run);
/* When the host board itself (restart, request) is due. */
uint64_t bench_host_next(const struct bench_run *run);
void bench_host_run_due(struct bench_run *run);

#endif
