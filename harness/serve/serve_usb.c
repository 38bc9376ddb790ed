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
    struct sim_usb memory;
    bool wanted;       /* the module is up */
    bool lost;         /* it has restarted since the ports were made */
    uint64_t again_us; /* real time of the next try, BENCH_NEVER = none is needed */
    char link[BENCH_PTY_NAME_MAX];
};

static void close_ports(struct bench_module *module)
{
    for (int i = 0; i < SIM_USB_PORTS; i++) {
        struct bench_port *port = &module->usb->ports[i].port;
        bench_module_remove_port(module, port);
        bench_port_close(port);
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
        name_link(usb, interface, link, sizeof(link));
        if (bench_pty_open(pty, module->serve->loop, link, &module->listener, reterr_text,
                           reterr_capacity)) {
            close_ports(module);
            return -1;
        }
        pty->port.interface = interface;
        bench_module_add_port(module, &pty->port);
    }
    return 0;
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

/* Not from inside the module's event: what it sent before it went down goes out first. */
static bool serve(struct bench_module *module)
{
    struct bench_usb *usb = module->usb;
    const struct bench_serve_options *options = &module->serve->options;
    char error[400];

    if (!usb)
        return false;
    if (usb->lost && are_open(usb))
        close_ports(module);
    usb->lost = false;
    if (!usb->wanted || are_open(usb) || usb->again_us != BENCH_NEVER)
        return false;
    if (open_ports(module, error, sizeof(error)) == 0)
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
    module->host.usb = NULL;
}

int bench_module_add_usb(struct bench_module *module, const char *link, char *reterr_text,
                         size_t reterr_capacity)
{
    struct sim_view view;

    sim_view(&module->sim, &view);
    module->usb = strlen(link) < BENCH_PTY_NAME_MAX ? calloc(1, sizeof(*module->usb)) : NULL;
    if (!module->usb) {
        snprintf(reterr_text, reterr_capacity, "no memory for the USB ports of %s", link);
        return -1;
    }
    memcpy(module->usb->link, link, strlen(link) + 1);
    module->usb->again_us = BENCH_NEVER;
    module->usb->wanted = view.answering;
    module->host.usb = &module->usb->memory;
    return module->usb->wanted ? open_ports(module, reterr_text, reterr_capacity) : 0;
}

const struct bench_service bench_usb_ports = {serve, due_us, advance, close_usb};
