/*
 * run.h - one run of one case: two ends, a wire, a clock, events, a journal.
 *
 * In virtual time a run is a loop over bench_run_step(); bench_run_all() does it. In real time
 * bench_run_real() sleeps until the next step is due, with the wire in memory or over a pty.
 */
#ifndef FOTARIG_HARNESS_BENCH_RUN_H
#define FOTARIG_HARNESS_BENCH_RUN_H

#include "harness/bench/case.h"
#include "harness/bench/end.h"
#include "harness/bench/journal.h"
#include "harness/bench/points.h"
#include "harness/bench/world.h"
#include "harness/ports/loop.h"

enum { BENCH_FINDINGS_MAX = 32, BENCH_TEXT_MAX = 256 };

struct bench_run;
struct bench_conduct_watch;
struct real;

/* How the two sides of the wire are joined: X(NAME, "name") */
#define BENCH_WIRES(X)                                                                             \
    X(MEMORY, "memory")                                                                            \
    X(PTY, "pty")

enum bench_wire_kind {
#define X(name, text) BENCH_WIRE_##name,
    BENCH_WIRES(X)
#undef X
};

/* What a run may cost when its options don't say otherwise: a hundred times what any scenario of
   the library needs (4,010 steps, 745 KB, 50 ms). */
enum {
    BENCH_STEPS_MAX = 1000000,
    BENCH_JOURNAL_BYTES_MAX = 64 * 1024 * 1024,
    BENCH_WALL_S_MAX = 600 /* a million steps take seconds; a client's code may take longer */
};

struct bench_options {
    uint64_t seed;            /* of the module's jitter and noise */
    uint8_t sink;             /* enum bench_sink of the journal */
    uint8_t wire;             /* enum bench_wire_kind; PTY needs a speed */
    bool unpaced;             /* bytes take no time on the line */
    uint32_t burst_us;        /* a line gets no more than passes it in that time, and then the next,
                                 so that an end is not asked early; 0 = as much as it holds */
    double speed;             /* real time, this much faster; 0 = virtual time */
    bool patient;             /* real time: nothing is judged that this machine could be late for */
    struct bench_loop *loop;  /* real time: the loop of an end's port; NULL = one of its own */
    bool stoppable;           /* ends when a caught signal came (loop.h) */
    uint64_t steps_max;       /* virtual time: it turns in circles then; 0 = BENCH_STEPS_MAX */
    size_t journal_bytes_max; /* a journal in memory; 0 = BENCH_JOURNAL_BYTES_MAX */
    uint64_t wall_us_max;     /* virtual time: so long it may take; 0 = BENCH_WALL_S_MAX */
    bool points;              /* places of the run are counted (points.h) */
    bool undigested;          /* nobody wants the digest of the journal */
    bool conduct;             /* the rules of conduct.h are judged; wants the MEMORY sink */
    uint32_t conduct_left_out; /* bit n: rule n of them is not */
    bool costs;                /* the figures of `expect: costs` are judged, where the core in
                                  virtual time makes them */
    uint64_t *settings_read;   /* SIM_SETTING_WORDS of the caller: which settings were looked up;
                                  NULL = nobody wants to know */
};

/* X(NAME, "name") */
#define BENCH_VERDICTS(X)                                                                          \
    X(PASSED, "passed")                                                                            \
    X(FAILED, "failed")                                                                            \
    X(ERROR, "error")                                                                              \
    X(SKIPPED, "skipped")                                                                          \
    X(STOPPED, "stopped")

enum bench_verdict {
#define X(name, text) BENCH_##name,
    BENCH_VERDICTS(X)
#undef X
};

/* How a run ended, and why that is wrong if it is. */
struct bench_result {
    uint8_t verdict; /* enum bench_verdict */
    uint64_t duration_us;
    uint64_t journal_digest;    /* MEMORY sink only, else 0 */
    char error[BENCH_TEXT_MAX]; /* ERROR: what the lab or the bench did; SKIPPED: why */
    size_t finding_count;       /* FAILED: findings[0 … min(count, MAX)) */
    struct scenario_finding findings[BENCH_FINDINGS_MAX];
    struct scenario_observed observed;
};

/* What else a module in this process is joined to. */
struct bench_surroundings {
    /* Looks whether it asks for something. True: it was given something, so that it must be
       advanced once more. Called after each advance; must be cheap where there is nothing to do. */
    bool (*serve)(struct bench_run *run);
    /* What the module tells; NULL = nobody listens. */
    void (*told)(struct bench_run *run, const struct sim_event *event);
};
/* The scenario's server. */
extern const struct bench_surroundings bench_scenario_server;

/* Until when the core waited for an answer: of the last commands. Nobody's verdict hangs on it, so
 * it is neither in the world nor in the journal. */
enum { BENCH_DEADLINES = 1024 };
struct bench_deadlines {
    uint64_t count; /* all that there were */
    struct {
        uint64_t record; /* the journal had so many when the command was given to the line */
        uint64_t at_us;
    } ring[BENCH_DEADLINES];
};

struct bench_run {
    /* What stands before the world is constant during a run, or a view that begin and restore work
       out. First what is seldom looked at. */
    struct bench_options options;
    struct fota_host fota_host;  /* of the core's end alone */
    struct bench_blobs packages; /* shared by all runs of this process */
    struct bench_case *own_case; /* what `shared` points to, unless it is somebody else's; owned */
    bool sees_inserted;          /* triggers look at a line that a fault inserted */
    char start_revision[FOTA_REVISION_LENGTH + 1]; /* of the module, when the run began */
    char error[BENCH_TEXT_MAX];                    /* the bench's own trouble, "" = none */
    bool late;       /* that trouble: this machine was late (real time) */
    uint32_t lacked; /* bit n: the client asked for n (enum fota_request_kind), and nothing here
                        can do it */
    /* Real time only: takes bytes that passed the wire's model; NULL = straight to their end. */
    void (*through)(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                    size_t size, uint32_t baud_bps);
    struct real *real;
    uint64_t step_count;
    uint64_t wall_end_us; /* of bench_run_all() in virtual time; 0 = nobody looks at the clock */
    struct bench_deadlines *deadlines; /* owned; NULL = nobody wants to know */
    /* Has read the journal up to a place: its rules for any client are judged from there on
       (conduct.h). NULL: from the begin. Of the caller. */
    const struct bench_conduct_watch *watch;
    struct bench_points points; /* what the engine was asked so far; bench_points_of() has all */
    bool counts_points;         /* the options or an event of the case want that */
    /* What every byte needs stands together, before what of the world it needs. */
    const struct scenario_case *one;
    const struct bench_case *shared; /* what is constant in all runs of the case */
    const struct bench_end *host, *module;
    void *host_context, *module_context; /* of an end that needs something of its own */
    const struct bench_surroundings *surroundings;
    uint64_t began_us; /* what an end's transmit gave last began that long ago (echo) */
    uint32_t talks_bps[BENCH_LANES]; /* rate of the end that sends on the lane, when it was asked
                                        last; 0 = it has not told one */
    uint32_t trigger_mask;           /* bit n: the case has a trigger of kind n */
    uint32_t hook_mask;              /* hooks of the module that events wait for */
    uint32_t http_mark_bytes;        /* the nearest mark of a body that one waits for, 0 = none */
    uint8_t lane_mask;               /* bit n: the case has a trigger on the bytes of lane n */
    bool acts_on_wire;               /* an event of the case does something to a line: bytes may
                                        enter a lane while others are being delivered from it */
    bool counts_lines;               /* somebody asks how many lines have entered a lane */
    uint8_t since_mask;              /* bit n: the case has a time since n (enum scenario_since) */
    uint8_t unsettled;  /* bit n: the end that receives from lane n must be looked at again */
    bool asks;          /* the core has sent a command whose deadline is not known yet */
    size_t world_bytes; /* of the world, which is the value that snapshots copy */
    struct bench_journal journal;
    struct sim_store store;
    struct sim_host sim_host; /* of the emulator's end alone */
    struct bench_world world;
};

/* The job that the host is given now. */
static inline const struct bench_job *bench_run_job(const struct bench_run *run)
{
    return &run->shared->jobs[run->world.host.job];
}

/*
 * Makes a run object, to be used for any number of runs. NULL when there is no memory. The second
 * is for host ends other than the core, which has no part in its world.
 */
struct bench_run *bench_run_new(enum bench_sink sink);
struct bench_run *bench_run_new_coreless(enum bench_sink sink);

/*
 * Sets up a run that lies in something else and is judged by a case of somebody else's, if at all:
 * `run` is zero, with the first `world_bytes` of its world (one of BENCH_WORLD_..._BYTES); `store`
 * is the module's flash. Its journal keeps nothing. With a BARE world bytes take no time. It
 * is not freed by bench_run_free().
 */
void bench_run_embed(struct bench_run *run, size_t world_bytes, const struct sim_store *store);
void bench_run_free(struct bench_run *run);

/*
 * Sets the world to the beginning of a case. `one` must live until the run is over. Returns false
 * with run->error when the case cannot be set up (package too small, …).
 */
bool bench_run_begin(struct bench_run *run, const struct scenario_case *one,
                     const struct bench_options *options);

/*
 * The same without starting the ends: configuration, server, events. `shared` is the case as
 * bench_case_make() has worked it out, once for all benches that run it; it must outlive the run.
 */
void bench_run_prepare(struct bench_run *run, const struct bench_case *shared,
                       const struct bench_options *options);

/* Virtual time: goes to the next thing that is due and does it. False when the run is over. */
bool bench_run_step(struct bench_run *run);

/* Does all that is due at `at_us`, which is bench_run_next(): a step of a run without an end. */
void bench_run_go(struct bench_run *run, uint64_t at_us);

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

const char *bench_verdict_name(unsigned verdict);

/* ---- snapshots: valid until an earlier one was restored ------------------------------------- */

struct bench_snapshot {
    struct bench_world world;
    uint32_t store_used, store_pinned;
    size_t journal_mark;
    uint64_t step_count;
    struct bench_points points;
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
/*
 * Puts bytes of an end on its lane, through byte, line and text triggers. Behind them stand `ahead`
 * more that are known to follow (a line is found before all of it is sent); 0 = none are known.
 */
void bench_run_send(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                    size_t size, size_t ahead, uint32_t baud_bps);
/* All that the end has to send on the lane, and what is on it, arrives now. */
void bench_run_hurry(struct bench_run *run, enum bench_lane_id lane);
/* Nothing that is on the lines will arrive. */
void bench_run_empty_lanes(struct bench_run *run);
/* True when there is a scenario: events, and what a verdict needs. */
static inline bool bench_run_is_judged(const struct bench_run *run)
{
    return run->world_bytes > BENCH_WORLD_UNJUDGED_BYTES;
}
/* False: bytes pass at once. */
static inline bool bench_run_has_lanes(const struct bench_run *run)
{
    return run->world_bytes > BENCH_WORLD_BARE_BYTES;
}
/* Gives bytes that passed the wire to their end, and notes them. */
void bench_run_deliver(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                       size_t size, uint32_t baud_bps);
/* The emulator of the run is made with `config`, which must outlive it, and is off. `imei` is its
   own, NULL = the configuration's. */
void bench_module_make(struct bench_run *run, const struct sim_config *config, const char *imei);
/* Whether what it tells is listened to; it is, once it is made. */
void bench_module_listen(struct bench_run *run, bool on);
/*
 * What an FTP server that is only modelled does with anything but a download: it takes uploads,
 * deletes, makes, removes and renames what it is told, lists `count` files and says when they were
 * changed. False: the request is a download.
 */
bool bench_module_serve_ftp(struct sim *sim, const struct sim_host *host,
                            const struct sim_http_request *request, const char *const *names,
                            unsigned count, uint64_t now_us);
/* Serves a blob whole, or from where the request wants it to begin. */
void bench_module_serve_blob(struct sim *sim, const struct sim_host *host,
                             const struct sim_http_request *request, uint16_t blob,
                             uint64_t now_us);

#endif
