/*
 * usb.h - the module's USB ports: further ends of its one AT engine (LNX200; facts 1.7). An
 * optional tail of struct sim: whoever copies a module that has them copies both. Private but for
 * its size; the memory is the caller's, since most users of the emulator have the UART only.
 *
 * What is typed is collected, with its echo, on the port that it comes in on; complete lines take
 * turns. Answers go where the line came from, unsolicited lines to the ports that the setting
 * urc-port names. All bytes lie in the one output queue; the UART and the USB ports each take
 * theirs from it, so that neither waits for the other. All zero is what a new module has.
 */
#ifndef FOTARIG_SIM_USB_H
#define FOTARIG_SIM_USB_H

#include <stdint.h>

#include "sim/state.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIM_USB_PORTS = 2, SIM_USB_SPANS = 32 };

/* Bytes of the output queue from the end of the span before up to `end` go to these interfaces. */
struct sim_usb_span {
    uint16_t end;       /* in the output queue */
    uint8_t interfaces; /* bit n: enum sim_interface n */
    uint8_t reserved;   /* zero */
};

struct sim_usb {
    uint8_t asker;      /* enum sim_interface whose line the engine has; UART while it has none */
    uint8_t span_count; /* of spans in use */
    uint16_t head;      /* of the output queue: what the USB ports have taken */
    uint16_t end;       /* of the last span, 0 = there was none */
    uint16_t reserved;  /* zero */
    struct sim_usb_span spans[SIM_USB_SPANS]; /* in the order of the queue */
    struct sim_typed typed[SIM_USB_PORTS];    /* the command lines being typed, one a port */
};

#ifdef __cplusplus
}
#endif

#endif
