/*
 * serve.h - any number of benches in real time, each with an emulated module at one end and
 * somebody else's client behind ports at the other: `fotarig sim`. Lets their clocks run, and
 * serves what the modules ask for.
 *
 * Path of an exchange: wake, read, one write; no allocation, no further system call. One heap of
 * deadlines for all modules.
 *
 * Where to hook in:
 *
 * - To do something to a module, or to give it something, from any callback of the loop (but never
 *   from inside a callback of sim):
 *
 *       bench_module_enter(module);        its run is at the time that it is; what was due is done
 *       module->run.module->apply(&module->run, &action);
 *       bench_module_leave(module);        runs what is due, sends, serves, sets the deadline
 *
 *   Any sim_ call on bench_module_sim_of(module) may stand between the two. All modules:
 *   serve->modules[0 .. module_count - 1].
 * - To serve what the module asks for (downloads, connections): a `struct bench_service`, named in
 *   the table `services` of serve.c. What it keeps per module is a pointer in struct bench_module,
 *   NULL until it is first needed: memory per idle module is a goal.
 * - To see what happens (a log, a control socket): a `struct bench_view` of the one journal.
 */
#ifndef FOTARIG_HARNESS_SERVE_SERVE_H
#define FOTARIG_HARNESS_SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/bench/host_port.h"
#include "harness/bench/pace.h"
#include "harness/ports/heap.h"
#include "harness/serve/http_client.h"

enum { BENCH_SERVE_CHUNK = 4096, BENCH_SERVE_JOURNAL_BYTES = 1 << 20 };

struct bench_serve;
struct bench_module;
struct bench_net;
struct bench_usb;
struct bench_call;

/*
 * Sees what happens to the modules: reads the journal that all of them share, at the latest once a
 * turn of the loop. Owned by the caller, must outlive the serving.
 */
struct bench_view {
    /* One record; record->bench is the module's index. */
    void (*record)(void *context, const struct bench_record *record);
    /* So many were overwritten unread; NULL = nobody wants to know. */
    void (*lost)(void *context, uint64_t count);
    void *context;
    struct bench_journal_cursor cursor; /* zero: from the beginning */
    struct bench_view *next;
};

/* What serves requests of modules. All but `serve` may be NULL. */
struct bench_service {
    /* Looks whether the module asks for something. True: it has been given something, so that it
       must run once more. Called after each run; must be cheap where there is nothing to do. */
    bool (*serve)(struct bench_module *module);
    /* Real time at which advance() is due for this module, BENCH_NEVER = not. */
    uint64_t (*due_us)(const struct bench_module *module);
    void (*advance)(struct bench_module *module, uint64_t real_us);
    /* Frees what it keeps for this module. */
    void (*close)(struct bench_module *module);
};

struct bench_serve_options {
    double speed; /* module time per real time */
    bool paced;   /* answers take the time that they take on a line at the module's rate */
    bool real_http;
    /* A scenario, of which its events and its server are played and all that is judged is seen;
       NULL = none. Must outlive the modules, which are configured as it says or otherwise. */
    const struct bench_case *played;
    const char
        *data_call; /* URL of what ATD*99# is joined to, opened as port.h has it; NULL = none */
    const char *const *http_hosts; /* allowed besides loopback */
    size_t http_host_count;
    const char *const *blob_names; /* last part of the URL of each blob of the configuration */
    /* Told why a real download failed, and what a port that went and came has to say. */
    void (*http_failed)(void *context, const char *why);
    void (*port_failed)(void *context, const char *why);
    void *context;
};

/* One module with its bench. */
struct bench_module {
    struct bench_serve *serve;
    uint32_t index;          /* in serve->modules */
    bool held;               /* its time stands until a client's first byte */
    bool is_attached;        /* the real clock drives it */
    struct bench_pace pace;  /* its time; it stands while the module is frozen */
    struct bench_http *http; /* real downloads */
    struct bench_net *net;   /* real connections */
    struct bench_usb *usb;   /* serve_usb.c; NULL = it has none */
    struct bench_call *call; /* data_call.c; NULL = no call is up */
    struct bench_host_port client;
    struct bench_run run; /* last: of its world only as much is there as it needs */
};

/* Of a bench that is served. */
static inline struct bench_module *bench_module_of(const struct bench_run *run)
{
    const struct bench_host_port *client = (const struct bench_host_port *)run->host_context;

    return (struct bench_module *)client->owner_context;
}

static inline struct sim *bench_module_sim_of(struct bench_module *module)
{
    return &module->run.world.sim;
}

static inline uint64_t bench_module_now_us(const struct bench_module *module)
{
    return module->run.world.now_us;
}

/* Owned by the caller; must not move once it is open. */
struct bench_serve {
    struct bench_loop *loop;
    struct bench_serve_options options;
    struct bench_view *views;
    struct bench_journal journal; /* a ring; open when there is a view */
    uint64_t shown_bytes;         /* of it, that the views have read */
    size_t world_bytes;           /* of each module's bench */
    struct bench_module **modules;
    uint32_t module_count;
    struct bench_heap deadlines; /* real time, by index of the module */
    struct bench_outbox outbox;
    uint8_t chunk[BENCH_SERVE_CHUNK];
};

/* Makes room for `module_count` modules. 0; -1: no memory; -2: libcurl is not there. */
int bench_serve_open(struct bench_serve *serve, struct bench_loop *loop,
                     const struct bench_serve_options *options, uint32_t module_count);
/* Ends all modules and closes their ports. */
void bench_serve_close(struct bench_serve *serve);

/* Adds a view; before the first bench_module_open(). 0; -1: no memory. */
int bench_serve_view(struct bench_serve *serve, struct bench_view *view);
/* Lets the views read what has been written since. */
void bench_serve_show(struct bench_serve *serve);

/* What a module is made of. */
struct bench_module_options {
    const struct sim_config *config; /* it and what it points to must outlive the module */
    const char *imei;                /* its own; NULL = the configuration's */
    struct sim_store store;          /* its flash */
};

/* Makes the module at `index`, switched off, at module time 0. NULL: no memory. */
struct bench_module *bench_module_open(struct bench_serve *serve, uint32_t index,
                                       const struct bench_module_options *options);

/* The supply comes on and PWRKEY is pulled: the boot timeline begins. */
void bench_module_power_on(struct bench_module *module);

/*
 * Lets the boot pass in no time, and says AT at `baud_bps` until the module answers, so that
 * autobaud is over: what stays on a desk is such a module. False when it does not answer.
 */
bool bench_module_warm_up(struct bench_module *module, uint32_t baud_bps);

/*
 * Gives it USB ports: pseudo terminals LINK.usb-at and LINK.usb-modem, which vanish when the module
 * restarts and are made anew when it is up. Before bench_module_attach(). 0, or -1 with a message.
 */
int bench_module_add_usb(struct bench_module *module, const char *link, char *reterr_text,
                         size_t reterr_capacity);

/* From now on the real clock drives it. */
void bench_module_attach(struct bench_module *module);

/* The module's time stops, and goes on; what it is sent meanwhile is lost. */
void bench_module_freeze(struct bench_module *module, bool frozen);
/* Its time stands until a client's first byte comes in. After bench_module_attach(). */
void bench_module_hold(struct bench_module *module);
/* The module's state was replaced: its time is `module_us` now, what was on the line is lost. */
void bench_module_jump(struct bench_module *module, uint64_t module_us);

void bench_module_enter(struct bench_module *module);
void bench_module_leave(struct bench_module *module);
/* Where a module must not be run, in a callback of a library: its time is now, no more; it is
   looked at in the next turn of the loop. */
void bench_module_look_later(struct bench_module *module);

/* Does what is due, and lets the views read; returns the real time of the next call at the latest.
 */
uint64_t bench_serve_advance(struct bench_serve *serve);

/* ---- between the files of serve ------------------------------------------------------------ */

/* serve_http.c: downloads, from packages or from real servers. */
extern const struct bench_service bench_downloads;

/* data_call.c: what the data mode of ATD*99# is joined to. */
extern const struct bench_service bench_data_calls;
void bench_call_data(void *context, uint64_t now_us, const void *bytes, size_t size);

/* serve_usb.c: USB ports that go and come with the module's restarts. */
extern const struct bench_service bench_usb_ports;
void bench_usb_event(struct bench_module *module, const struct sim_event *event);
/* Its ports, from 0; NULL = that one is not open. */
const struct bench_port *bench_usb_port(const struct bench_module *module, unsigned index);

#endif
