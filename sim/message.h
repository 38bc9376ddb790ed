/*
 * message.h - short messages of one module as a value (3GPP TS 27.005). The messages themselves are
 * records of a file that CFS* doesn't show; what they are follows from reading it.
 */
#ifndef FOTARIG_SIM_MESSAGE_H
#define FOTARIG_SIM_MESSAGE_H

#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

enum { SIM_MESSAGE_ADDRESS = 24 };

/* All zero but the storages, CNMI and CSMP, which a start sets. */
struct sim_message {
    char centre[SIM_MESSAGE_ADDRESS];      /* CSCA; on the card */
    char destination[SIM_MESSAGE_ADDRESS]; /* of the message being entered or sent */
    uint16_t input_length;    /* characters, or hexadecimal digits, behind what was typed */
    uint8_t input;            /* enum sim_message_input, 0 = none */
    uint8_t input_size;       /* PDU mode: octets that were announced */
    uint8_t input_status;     /* CMGW: enum sim_message_status */
    uint8_t input_failed;     /* 1: too long, or not a hexadecimal digit */
    uint8_t work;             /* enum sim_message_work: what the timer MESSAGE is for */
    uint8_t slot;             /* CMSS: the message to send; CMGL: the next slot to look at */
    uint8_t wanted;           /* CMGL: enum sim_message_status, or all */
    uint8_t reference;        /* of the next message sent */
    uint8_t report;           /* 1: a status report for `destination` is due */
    uint8_t report_reference; /* which message that report is of */
    uint8_t unacknowledged;   /* 1: CNMA is awaited */
    uint8_t charset;          /* CSCS */
    uint8_t service;          /* CSMS */
    uint8_t storage[3];       /* CPMS: enum sim_message_storage */
    uint8_t indication[5];    /* CNMI */
    uint8_t parameters[4];    /* CSMP: first octet, validity, protocol, coding */
    uint8_t long_reference;   /* of the next longer text that comes in parts */
    uint8_t reserved[4];      /* zero */
};

_Static_assert(sizeof(struct sim_message) == 80, "padding in struct sim_message");

#ifdef __cplusplus
}
#endif

#endif
