/*
 * serve.h - any number of emulated modules, each with any number of ports, in real time, for any
 * client: the module end of `fotarig sim`. Moves bytes, lets the modules' clocks run, and serves
 * what they ask for.
 *
 * Path of an exchange: wake, read, one write; no allocation, no further system call. One heap of
 * deadlines for all modules.
 *
 * Where to hook in:
 *
 * - To do something to a module, or to give it something, from any callback of the loop (but never
 *   from inside a callback of sim):
 *
 *       bench_module_enter(module);        module->now_us is the module's time
 *       sim_apply(&module->sim, &module->host, &action, module->now_us);
 *       bench_module_leave(module);        runs what is due, sends, serves, sets the deadline
 *
 *   Any sim_ call may stand between the two. All modules: serve->modules[0 .. module_count - 1].
 * - To serve what the module asks for (downloads, connections): a `struct bench_service`, named in
 *   the table `services` of serve.c. What it keeps per module is a pointer in struct bench_module,
 *   NULL until it is first needed: memory per idle module is a goal.
 * - To see events and bytes (a log, a control socket): a `struct bench_observer`.
 */
#ifndef FOTARIG_HARNESS_SERVE_SERVE_H
#define FOTARIG_HARNESS_SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/bench/pace.h"
#include "harness/ports/heap.h"
#include "harness/ports/loop.h"
#include "harness/ports/port.h"
#include "harness/serve/http_client.h"
#include "sim/sim.h"

enum { BENCH_SERVE_CHUNK = 4096, BENCH_MODULE_BURST = 256 };

struct bench_serve;
struct bench_module;
struct bench_net;
struct bench_play;
struct bench_usb;
struct bench_call;

/* Sees what happens to the modules; owned by the caller, must outlive the serving. */
struct bench_observer {
    /* An event of a module, once it is attached; NULL = not wanted. */
    void (*event)(void *context, struct bench_module *module, uint64_t module_us,
                  const struct sim_event *event);
    /* Bytes to the module or from it, on its `interface`; NULL = not wanted. */
    void (*bytes)(void *context, struct bench_module *module, uint8_t interface, bool from_module,
                  const void *bytes, size_t size);
    void *context;
    struct bench_observer *next;
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

struct bench_module {
    struct bench_serve *serve;
    uint32_t index;           /* in serve->modules */
    uint32_t baud_bps;        /* the module's own rate, as far as it has sent something */
    struct bench_port *ports; /* all of them, in no order; NULL = nobody hears it */
    struct bench_pace pace;   /* its time; it stands while the module is frozen */
    bool held;                /* frozen until a client's first byte */
    uint64_t now_us;          /* module time of this wake */
    uint64_t next_us;         /* module time at which something is due */
    struct bench_http *http;  /* real downloads */
    struct bench_net *net;    /* real connections */
    struct bench_usb *usb;    /* serve_usb.c; NULL = it has none */
    struct bench_call *call;  /* data_call.c; NULL = no call is up */
    struct bench_play *play;  /* play.h: a scenario; owned by the caller; NULL = none */
    struct bench_port_listener listener; /* what its ports are opened with */
    uint64_t burst_us;                   /* module time at which the burst has arrived */
    uint32_t burst_count;                /* bytes that are on the line */
    uint8_t lines;                       /* its modem lines as last told, BENCH_LINE_... */
    uint32_t burst_rest;                 /* of a microsecond, in 1 / baud_bps */
    uint8_t burst[BENCH_MODULE_BURST];
    struct bench_backlog intake; /* bytes of the client that are on the line to the UART */
    uint64_t intake_us;          /* module time at which the next of them have arrived */
    uint32_t intake_bps;         /* rate that the client sends them at */
    uint32_t intake_count;       /* how many arrive then */
    uint32_t intake_rest;        /* of a microsecond, in 1 / intake_bps */
    struct sim_host host;
    struct sim_store store;
    struct sim sim;
};

/* Owned by the caller; must not move once it is open. */
struct bench_serve {
    struct bench_loop *loop;
    struct bench_serve_options options;
    struct bench_observer *observers;
    struct bench_module *modules;
    uint32_t module_count;
    struct bench_heap deadlines; /* real time, by index of the module */
    uint8_t chunk[BENCH_SERVE_CHUNK];
};

/* Makes room for `module_count` modules. 0; -1: no memory; -2: libcurl is not there. */
int bench_serve_open(struct bench_serve *serve, struct bench_loop *loop,
                     const struct bench_serve_options *options, uint32_t module_count);
/* Ends all modules and closes their ports. */
void bench_serve_close(struct bench_serve *serve);

/* Adds an observer; before the first bench_module_attach(). */
void bench_serve_observe(struct bench_serve *serve, struct bench_observer *observer);

/*
 * Makes the module at `index`, switched off, at module time 0. `config` and what it points to must
 * outlive it; `store` is its flash.
 */
struct bench_module *bench_module_open(struct bench_serve *serve, uint32_t index,
                                       const struct sim_config *config,
                                       const struct sim_store *store);

/* The supply comes on and PWRKEY is pulled: the boot timeline begins. */
void bench_module_power_on(struct bench_module *module);

/*
 * Lets the boot pass in no time, and says AT at `baud_bps` until the module answers, so that
 * autobaud is over: what stays on a desk is such a module. False when it does not answer.
 */
bool bench_module_warm_up(struct bench_module *module, uint32_t baud_bps);

/* `port`, opened with &module->listener, is one of its ports. Closed by bench_serve_close(). */
void bench_module_add_port(struct bench_module *module, struct bench_port *port);
/* No longer; it is not closed. */
void bench_module_remove_port(struct bench_module *module, struct bench_port *port);

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

/* Does what is due; returns the real time of the next call at the latest. */
uint64_t bench_serve_advance(struct bench_serve *serve);

/* ---- between the files of serve ------------------------------------------------------------ */

/* serve_line.c: sends what the module has to say by now. */
void bench_module_transmit(struct bench_module *module);
/* Gives the module what has arrived on its line by now_us. */
void bench_module_take_in(struct bench_module *module);
/* Bytes to the ports on the UART, at the module's rate. */
void bench_module_send_uart(struct bench_module *module, const void *bytes, size_t size);
/* Bytes from the client: a port's receiver. */
void bench_module_receive(struct bench_port *port, const void *bytes, size_t size);
/* The client's DTR and RTS, that it has left, and that the port is gone: a port's listener. */
void bench_module_lines(struct bench_port *port, unsigned lines);
void bench_module_left(struct bench_port *port);
void bench_module_said(struct bench_port *port, const char *text);
/* Before the first client: the lines are as if one had left. */
void bench_module_begin_lines(struct bench_module *module);
/* Tells the ports the module's modem lines when they have changed, or in any case. */
void bench_module_tell_lines(struct bench_module *module, bool in_any_case);
/* Takes what the module sends on its UART now; notes the rate it sends at. */
size_t bench_module_take(struct bench_module *module, void *buffer, size_t capacity);

/* serve_http.c: downloads, from packages or from real servers. */
extern const struct bench_service bench_downloads;

/* data_call.c: what the data mode of ATD*99# is joined to. */
extern const struct bench_service bench_data_calls;
void bench_call_data(void *context, uint64_t now_us, const void *bytes, size_t size);

/* serve_usb.c: USB ports that go and come with the module's restarts. */
extern const struct bench_service bench_usb_ports;
void bench_usb_event(struct bench_module *module, const struct sim_event *event);

#endif
