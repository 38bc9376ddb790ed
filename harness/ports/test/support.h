/* support.h - for tests of ports: a module's port and a host's in one loop, and what they got. */
#ifndef FOTARIG_HARNESS_PORTS_TEST_SUPPORT_H
#define FOTARIG_HARNESS_PORTS_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/ports/loop.h"
#include "harness/ports/port.h"

enum { PATIENCE_US = 5000000, MODULE_BPS = 115200, HOST_BPS = 9600 };

/* Somebody who has a port. */
struct owner {
    struct bench_port *port;
    struct bench_port_listener listener;
    uint8_t got[BENCH_PORT_CHUNK];
    size_t got_count;
    int gone, back, lines_told;
    unsigned lines;
    char said[300];
};

struct fixture {
    struct bench_loop loop;
    struct owner module, host;
    char folder[64], link[96], url[256], error[300];
};

int port_set_up(void **state);
int port_tear_down(void **state);

/* Opens the module's or the host's port; failing that, fails the test. */
void port_serve(struct fixture *fixture, const char *url);
void port_go_to(struct fixture *fixture, const char *url);
void port_close_module(struct fixture *fixture);
/* The host's port cannot be opened, and the message has the reason in it. */
void port_expect_refusal(struct fixture *fixture, const char *url, const char *reason);

/* Turns the loop until *count >= want. */
void port_turn_until(struct fixture *fixture, const int *count, int want);
/* Writes, and expects just `want` at the other owner. */
void port_pass(struct fixture *fixture, struct owner *from, struct owner *to, const void *bytes,
               size_t size);
/* All 256 values pass both ways. */
void port_expect_line(struct fixture *fixture);

/* "tcp://127.0.0.1:4711": where the served port is; "pty:LINK" at fixture->link. */
const char *port_url_of(struct fixture *fixture, const char *scheme);
const char *port_url_at(struct fixture *fixture, const char *scheme);

#endif
