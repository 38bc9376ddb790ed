/* ports.h - the ports that `fotarig sim` gives a module, as its options say. */
#ifndef FOTARIG_HARNESS_CLI_PORTS_H
#define FOTARIG_HARNESS_CLI_PORTS_H

#include "harness/ports/port.h"
#include "harness/serve/serve.h"

/* Name of the link where none was given. */
#define CLI_PORTS_LINK "sim7000"

/* What the options say; NULL = no such port. */
struct cli_ports_options {
    const char *link, *serial, *tcp, *rfc2217;
    bool usb;
    uint32_t count; /* of modules: links get a number, TCP ports count up */
};

/* Of one module, on its UART, in the order in which they are told. */
enum { CLI_PORTS_MAX = 4 };
struct cli_ports {
    struct bench_port *ports[CLI_PORTS_MAX]; /* NULL = none */
};

/* Opens them for the module and adds them to it; false with a message. */
bool cli_ports_open(struct cli_ports *ports, const struct cli_ports_options *options,
                    struct bench_module *module, char *reterr_text, size_t reterr_capacity);
/* Frees what they lie in, after bench_serve_close() has closed them. */
void cli_ports_free(struct cli_ports *ports);

/* "link PATH, tcp 127.0.0.1:7000": what a user may connect to. */
void cli_ports_print(const struct cli_ports *ports, char *text, size_t capacity);

#endif
