/*
 * usb.h - the module's USB ports: further ends of its one AT engine (LNX200; facts 1.7). Private
 * but for its size; the memory is the caller's, since most users of the emulator have the UART
 * only.
 *
 * A line is collected, with its echo, on the port that it comes in on; complete lines take turns.
 * Answers go where the line came from, unsolicited lines to the ports that the setting urc-port
 * names. All bytes lie in the one output queue; the UART and the USB ports each take theirs from
 * it, so that neither waits for the other. All zero is what a new module has.
 */
#ifndef FOTARIG_SIM_USB_H
#define FOTARIG_SIM_USB_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SIM_USB_PORTS = 2, SIM_USB_LINE_SIZE = 559, SIM_USB_SPANS = 32 };

struct sim_usb_line {
    uint16_t length;
    uint8_t scan;     /* enum scan in usb.c */
    uint8_t waiting;  /* 1: complete, waits for the engine */
    uint8_t overflow; /* 1: more than SIM_USB_LINE_SIZE came */
    uint8_t reserved[3];
    char text[SIM_USB_LINE_SIZE + 1];
};

/* Bytes of the output queue from the end of the span before up to `end` go to these interfaces. */
struct sim_usb_span {
    uint16_t end;
    uint8_t interfaces; /* bit n: enum sim_interface n */
    uint8_t reserved;
};

struct sim_usb {
    uint8_t asker;     /* enum sim_interface whose line the engine has */
    uint8_t uart_scan; /* of the UART's line, while it is kept in lines[] */
    uint8_t span_count;
    uint8_t reserved;
    uint16_t head; /* of the output queue: what the USB ports have taken */
    uint16_t end;  /* of the last span, 0 = there was none */
    struct sim_usb_span spans[SIM_USB_SPANS];
    struct sim_usb_line lines[SIM_USB_PORTS];
};

#ifdef __cplusplus
}
#endif

#endif
