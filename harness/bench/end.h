/*
 * end.h - what the bench asks of an end: a table of functions. Whatever stands at an end (the core,
 * the emulator, a port with a real module behind it, a module that is served elsewhere), the bench
 * knows it by this table only.
 *
 * Each function is called with the bench at world.now_us; none may block, none may print. What only
 * one kind of end has (its state, its configuration) is known to its own file.
 */
#ifndef FOTARIG_HARNESS_BENCH_END_H
#define FOTARIG_HARNESS_BENCH_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/judge/judge.h"
#include "sim/sim.h"

struct bench_run;
struct bench_client;

struct bench_end {
    const char *name; /* of the kind: "core", "emulator", "port" */
    uint8_t line_end; /* byte that ends a line of what this end sends */

    /* ---- both ends ---- */

    /* The run begins. False with run->error when this end can't take part. */
    bool (*start)(struct bench_run *run);
    /* Bytes that passed the wire, sent at `baud_bps`. */
    void (*receive)(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps);
    /* Fills the buffer with what the end sends now and returns how much; 0 = nothing. */
    size_t (*transmit)(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps);
    /* True: transmit would give nothing now and change nothing, which is cheaper to know and is so
       most of the times. NULL: only transmit knows. */
    bool (*is_silent)(struct bench_run *run);
    /* What it sends changes neither when it is due nor what it asks for, so that it need not be
       looked at again behind that. A host end; of a module it is always so. */
    bool is_steady;
    /* What would follow if all were sent now; how much. NULL: transmit gives all there is. */
    size_t (*ahead)(const struct bench_run *run, uint8_t *buffer, size_t capacity);
    /* Does what is due; returns when to call again, BENCH_NEVER = when something happens. */
    uint64_t (*advance)(struct bench_run *run);
    /* Writes its part of what is judged. */
    void (*observe)(const struct bench_run *run, struct scenario_observed *observed);
    /* The run is over, observed or not: what the end still has to say goes into the journal. */
    void (*finish)(struct bench_run *run);
    /* Writes what stands at this end, for people ("emulator", "tcp://10.0.0.7:7000"). */
    void (*describe)(const struct bench_run *run, char *buffer, size_t capacity);

    /* ---- a host end ---- */

    /* The client on the bench's own board (board.h); NULL: the end has a board of its own. */
    const struct bench_client *client;
    /* Real time: the run's time stands, for the client is not there yet. NULL: never. */
    bool (*holds)(const struct bench_run *run);
    /* What the client has written to standard output, or to errors: the first 64 KiB, not
       terminated, until its next start. NULL: it has no outputs. */
    const char *(*output)(const struct bench_run *run, bool errors, size_t *ret_size);
    /* True when the client has come to an end by itself. */
    bool (*is_over)(const struct bench_run *run);
    /* The board restarts after `down_us` with its last checkpoint, or having forgotten it. */
    void (*reset)(struct bench_run *run, uint64_t down_us, bool forgets);
    /* The update is called off. */
    void (*cancel)(struct bench_run *run);
    /* When the board itself (a restart, a request) is due; BENCH_NEVER = not. */
    uint64_t (*board_next)(const struct bench_run *run);
    void (*board_run)(struct bench_run *run);

    /* ---- a module end ---- */

    /* True: it tells by itself what happens in the module, and triggers are matched by that, at
       once. False: they are matched by what the tap reads, as the bytes come. */
    bool tells;
    /* The host is about to give this command (without AT): NULL, or it stops what may not reach the
       module, all that the host sends from then on included. */
    void (*look_out)(struct bench_run *run, const char *command, size_t length);
    /* Does something to the module now; false: it makes no sense now, or this end can't. */
    bool (*apply)(struct bench_run *run, const struct sim_action *action);
    /* True when this can be done from here: SIM_ACTION_POWER_CUT, or _PWRKEY. */
    bool (*has_power)(const struct bench_run *run, unsigned action_kind);
    /* NULL: it is switched at once. True while the supply is being switched. */
    bool (*is_switching)(const struct bench_run *run);
    /* What the next request to the package's server gets instead (enum scenario_serving); NULL: the
       world knows (serve_next). */
    void (*serve_next)(struct bench_run *run, unsigned serving);
    /* NULL: never. True when nothing more can come of it: the run ends. */
    bool (*is_through)(const struct bench_run *run);
    /* NULL: none. What it has to say against the host at the end; how many there are. */
    size_t (*findings)(const struct bench_run *run, struct scenario_finding *findings,
                       size_t capacity);
    /* Its modem lines, BENCH_LINE_CTS, DSR, RI, DCD (port.h); NULL: they are not known. */
    unsigned (*lines)(const struct bench_run *run);
    /* What a host that listens at `heard_bps` gets of what it sends at `sent_bps`; how much.
       NULL: as sim_garble() says. */
    size_t (*heard)(const struct bench_run *run, const uint8_t *bytes, size_t size,
                    uint32_t sent_bps, uint32_t heard_bps, uint8_t *buffer, size_t capacity);
    /* What is known of the module. */
    void (*view)(const struct bench_run *run, struct sim_view *ret_view);
    /* Hooks of the module that events wait for (bit n: enum sim_hook_kind n), and the mark of its
       HTTP_BYTE hook in bytes, 0 = none. NULL: this end has no hooks. */
    void (*watch)(struct bench_run *run, uint32_t hook_mask, uint32_t http_mark_bytes);
    /* The host listens and talks at this rate from now on; NULL: bytes carry their rate. */
    void (*follow)(struct bench_run *run, uint32_t baud_bps);
    /* The host closes its port and opens it again; NULL: there is nothing to open. */
    void (*reopen)(struct bench_run *run);
};

extern const struct bench_end bench_host_core;  /* the core, in this process */
extern const struct bench_end bench_module_sim; /* the emulator, in this process */

#endif
