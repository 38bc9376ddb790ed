/*
 * module_port.h - a module end behind a port of this machine: a real module, or an emulator that
 * another program serves. Nothing is known of it but its bytes and what it is asked for (survey.h).
 *
 * In real time only. One object serves many runs, one after the other, so that the port is held
 * between them.
 */
#ifndef FOTARIG_HARNESS_BENCH_MODULE_PORT_H
#define FOTARIG_HARNESS_BENCH_MODULE_PORT_H

#include "harness/bench/fixtures.h"
#include "harness/bench/run.h"
#include "harness/bench/survey.h"
#include "harness/ports/port.h"

enum {
    BENCH_PORT_URL_MAX = 512,
    BENCH_PORT_AWAY_US = 60000000 /* real time that a port may be away; longer is for good */
};

/* Owned by the caller; must not move while it is open. */
struct bench_module_port {
    struct bench_loop *loop;
    struct bench_port *port; /* NULL = closed */
    struct bench_port_listener listener;
    struct bench_run *run; /* that takes its bytes now; NULL = they are stale */
    struct bench_backlog arrived;
    char url[BENCH_PORT_URL_MAX];
    uint32_t baud_bps;
    uint8_t lines;       /* of the host, BENCH_LINE_DTR, _RTS */
    bool is_the_modules; /* the port is an interface of the module itself: it goes with a reset */
    bool is_as_written;  /* the far end is made as the case says: its revision is known */
    bool allows_update;  /* what starts an update may pass; false: the run ends before it */
    bool blocked;        /* such a command came */
    uint64_t received_bytes; /* in this run */
    uint64_t stale_bytes;    /* that came while no run took them */
    uint32_t loss_count;     /* times the port went in this run, but for resets of the module */
    bool may_be_reset;       /* why it went last is not settled yet */
    uint16_t resets_before;  /* that the wire had shown when it went last */
    uint64_t gone_at_us;     /* real time since when it is away; 0 = it is there */
    uint64_t lost_at_us;     /* run's time of the first loss, if there was one */
    const struct bench_fixtures *fixtures; /* around the module; NULL = none */
    bool is_cut;                           /* the supply is off, or being switched off */
    bool is_switching;                     /* it is being switched */
    bool wants_on;      /* it is off, and comes back when the module was listened to for a while */
    uint64_t off_at_us; /* real time at which it was off; 0 = it is not, or not yet */
    uint64_t on_at_us;  /* run's time at which it came back last */
    uint16_t cut_count; /* times that it was cut in this run */
    uint64_t cut_at_us; /* run's time at which the last cut was asked for */
    uint64_t cut_late_us; /* the most that the supply needed to be off, in all runs so far */
    uint64_t off_most_us; /* the longest that it was off or on its way there or back, likewise */
    uint16_t boots_seen;  /* boots that the wire had shown when it came back last */
    bool has_booted;      /* soon after it came back last */
    const struct bench_survey *survey; /* what the module said when it was asked last; or NULL */
};

/* Opens it. False with a message: the port is not there, or another program has it. */
bool bench_module_port_open(struct bench_module_port *end, struct bench_loop *loop, const char *url,
                            uint32_t baud_bps, char *reterr_text, size_t reterr_capacity);
void bench_module_port_close(struct bench_module_port *end);

/* The run is over: says whether the last loss was one of a reset. Before bench_module_port_lost().
 */
void bench_module_port_settle(struct bench_module_port *end);

/*
 * True when the port went away in this run: writes what happened. A failure of such a run says
 * nothing about client or module.
 */
bool bench_module_port_lost(const struct bench_module_port *end, char *text, size_t capacity);

/*
 * The run is over: gives the module its supply back if it was cut, and waits until that is done, at
 * most as long as the fixture takes. False with a text when the switch failed.
 */
bool bench_module_port_power_back(struct bench_module_port *end, char *reterr_text,
                                  size_t capacity);
/* True when the supply was cut in this run and nothing shows that it was so: writes what. */
bool bench_module_port_uncut(const struct bench_module_port *end, char *text, size_t capacity);

/* The end; run->module_context is a struct bench_module_port. */
extern const struct bench_end bench_module_port;

#endif
