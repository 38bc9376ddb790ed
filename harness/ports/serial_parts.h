/* serial_parts.h - what the files of serial.h share, and nobody else needs. */
#ifndef FOTARIG_HARNESS_PORTS_SERIAL_PARTS_H
#define FOTARIG_HARNESS_PORTS_SERIAL_PARTS_H

#include "harness/ports/serial.h"

/* Finds, locks and opens the device: 0, or -1 with a message and everything given back. */
int bench_serial_take(struct bench_serial *serial, char *reterr_text, size_t reterr_capacity);
/* Gives it back to the system. */
void bench_serial_release(struct bench_serial *serial);

/* Remembers the name of the pty that is open, so that one that is left over is known again. */
void bench_serial_note_name(struct bench_serial *serial);

/* Raw, 8N1 at the rate, if termios has it; 0, or -1 with errno set. */
int bench_serial_set_termios(int fd, uint32_t rate_bps);
/* The device is ready; context: struct bench_serial. */
void bench_serial_on_data(void *context, unsigned ready);

#endif
