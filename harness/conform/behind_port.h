/* behind_port.h - a module behind a port of this machine, at the other side of a dialogue. */
#ifndef FOTARIG_HARNESS_CONFORM_BEHIND_PORT_H
#define FOTARIG_HARNESS_CONFORM_BEHIND_PORT_H

#include "harness/conform/talk.h"
#include "harness/ports/port.h"

/* Owned by the caller; must not move while it is open. */
struct conform_port {
    struct bench_loop loop;
    struct bench_port *port; /* NULL = closed */
    struct bench_port_listener listener;
    struct conform_talk *talk; /* that hears what comes; NULL = it is dropped */
    bool has_come;
    const char *url;  /* for dialogues that fetch a file; NULL = there is none */
    double speed;     /* of the module's clock; 1 for a real one */
    uint64_t away_us; /* real time since when the port is away; 0 = it is there */
};

enum { CONFORM_AWAY_US = 60000000 }; /* real time after which a port is gone for good */

/* False with a message. */
bool conform_port_open(struct conform_port *port, const char *url, uint32_t baud_bps, double speed,
                       char *reterr_text, size_t reterr_capacity);
void conform_port_close(struct conform_port *port);

struct conform_mouth conform_port_mouth(struct conform_port *port);

#endif
