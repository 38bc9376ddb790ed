/*
 * serve_usb.c - the module's USB ports: pseudo terminals that go with a restart and come back with
 * the next boot, as the ttyUSB devices of a module do (facts 1.7, racks-and-ci).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/pty.h"
#include "harness/serve/serve.h"

enum { AGAIN_US = 1000000 };

struct bench_usb {
    struct bench_pty ports[SIM_USB_PORTS];
    struct bench_port_listener listener;
    struct sim_usb memory;
    bool wanted;       /* the module is up */
    bool lost;         /* it has restarted since the ports were made */
    uint64_t again_us; /* real time of the next try, BENCH_NEVER = none is needed */
    char link[BENCH_PTY_NAME_MAX];
};

static void close_ports(struct bench_module *module)
{
    for (int i = 0; i < SIM_USB_PORTS; i++) {
        bench_port_close(&module->usb->ports[i].port);
    }
    module->usb->lost = false;
}

/* LINK.usb-at, LINK.usb-modem */
static void name_link(const struct bench_usb *usb, uint8_t interface, char *name, size_t capacity)
{
    snprintf(name, capacity, "%s.%s", usb->link, sim_interface_name(interface));
}

static int open_ports(struct bench_module *module, char *reterr_text, size_t reterr_capacity)
{
    struct bench_usb *usb = module->usb;
    char link[BENCH_PTY_NAME_MAX + 32];

    usb->again_us = BENCH_NEVER;
    for (uint8_t i = 0; i < SIM_USB_PORTS; i++) {
        uint8_t interface = (uint8_t)(SIM_INTERFACE_USB_AT + i);
        struct bench_pty *pty = &usb->ports[i];
        name_link(usb, interface, link, sizeof link);
        if (bench_pty_open(pty, module->serve->loop, link, &usb->listener, reterr_text,
                           reterr_capacity)) {
            close_ports(module);
            return -1;
        }
        pty->port.interface = interface;
    }
    return 0;
}

const struct bench_port *bench_usb_port(const struct bench_module *module, unsigned index)
{
    bool is_open = module->usb && index < SIM_USB_PORTS && module->usb->ports[index].port.kind;

    return is_open ? &module->usb->ports[index].port : NULL;
}

static void on_said(struct bench_port *port, const char *text)
{
    const struct bench_module *module = port->listener->context;
    const struct bench_serve_options *options = &module->serve->options;

    if (options->port_failed)
        options->port_failed(options->context, text);
}

static bool are_open(const struct bench_usb *usb)
{
    return usb->ports[0].port.kind != NULL;
}

void bench_usb_event(struct bench_module *module, const struct sim_event *event)
{
    struct bench_usb *usb = module->usb;
    bool up = event->kind == SIM_EVENT_BOOT ||
              (event->kind == SIM_EVENT_PHASE && event->number != SIM_PHASE_IDLE);
    bool down =
        event->kind == SIM_EVENT_RESET || (event->kind == SIM_EVENT_POWER && event->number == 0);

    usb->lost = usb->lost || down;
    usb->wanted = up || (usb->wanted && !down);
}

/* ---- bytes, which have no line rate and do not wait for the UART's ------------------------- */

static void on_receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_module *module = port->listener->context;
    struct bench_run *run = &module->run;

    if (module->held)
        bench_module_freeze(module, false);
    if (module->pace.stands)
        return;
    bench_module_enter(module);
    bench_note(run, BENCH_JOURNAL_TO_MODULE, port->interface, 0, 0, bytes, size);
    sim_receive_on(&run->world.sim, &run->sim_host, port->interface, bytes, size,
                   run->talks_bps[BENCH_TO_HOST], run->world.now_us);
    bench_module_leave(module);
}

static void send(struct bench_module *module, uint8_t interfaces, const void *bytes, size_t size)
{
    struct bench_usb *usb = module->usb;
    uint64_t real_us = bench_clock_us();

    for (uint8_t i = 0; i < SIM_USB_PORTS; i++) {
        uint8_t interface = (uint8_t)(SIM_INTERFACE_USB_AT + i);
        if (!(interfaces >> interface & 1))
            continue;
        bench_note(&module->run, BENCH_JOURNAL_TO_HOST, interface, 0, 0, bytes, size);
        if (usb->ports[i].port.kind)
            bench_port_write(&usb->ports[i].port, bytes, size, real_us);
    }
}

static void transmit(struct bench_module *module)
{
    struct bench_run *run = &module->run;
    uint8_t *chunk = module->serve->chunk;
    uint8_t interfaces = 0;
    size_t size;

    while ((size = sim_transmit_usb(&run->world.sim, &run->sim_host, chunk, BENCH_SERVE_CHUNK,
                                    &interfaces, run->world.now_us)) > 0)
        send(module, interfaces, chunk, size);
}

/* ---- the service --------------------------------------------------------------------------- */

/* Not from inside the module's event: what it sent before it went down goes out first. */
static bool serve(struct bench_module *module)
{
    struct bench_usb *usb = module->usb;
    const struct bench_serve_options *options = &module->serve->options;
    char error[400];

    if (!usb)
        return false;
    transmit(module);
    if (usb->lost && are_open(usb))
        close_ports(module);
    usb->lost = false;
    if (!usb->wanted || are_open(usb) || usb->again_us != BENCH_NEVER)
        return false;
    if (open_ports(module, error, sizeof error) == 0)
        return false;
    usb->again_us = bench_clock_us() + AGAIN_US;
    if (options->port_failed)
        options->port_failed(options->context, error);
    return false;
}

static uint64_t due_us(const struct bench_module *module)
{
    return module->usb ? module->usb->again_us : BENCH_NEVER;
}

static void advance(struct bench_module *module, uint64_t real_us)
{
    (void)real_us;
    module->usb->again_us = BENCH_NEVER;
}

static void close_usb(struct bench_module *module)
{
    if (!module->usb)
        return;
    close_ports(module);
    free(module->usb);
    module->usb = NULL;
    module->run.sim_host.usb = NULL;
}

int bench_module_add_usb(struct bench_module *module, const char *link, char *reterr_text,
                         size_t reterr_capacity)
{
    struct sim_view view;

    sim_view(&module->run.world.sim, &view);
    module->usb = strlen(link) < BENCH_PTY_NAME_MAX ? calloc(1, sizeof *module->usb) : NULL;
    if (!module->usb) {
        snprintf(reterr_text, reterr_capacity, "no memory for the USB ports of %s", link);
        return -1;
    }
    memcpy(module->usb->link, link, strlen(link) + 1);
    module->usb->listener =
        (struct bench_port_listener){.receive = on_receive, .said = on_said, .context = module};
    module->usb->again_us = BENCH_NEVER;
    module->usb->wanted = view.answering;
    module->run.sim_host.usb = &module->usb->memory;
    return module->usb->wanted ? open_ports(module, reterr_text, reterr_capacity) : 0;
}

const struct bench_service bench_usb_ports = {serve, due_us, advance, close_usb};
