/*
 * board.h - an nRF51822 (BBC micro:bit): UART0, TIMER0 as the clock, two pages of flash for the
 * checkpoint, and the debugger's console (Arm semihosting) for what the firmware tells.
 */
#ifndef FOTARIG_CORE_EXAMPLE_FIRMWARE_BOARD_H
#define FOTARIG_CORE_EXAMPLE_FIRMWARE_BOARD_H

#include "core/port/bare.h"

/* Starts UART and timer; from now on their interrupts feed the port. */
void board_begin(struct bare_port *port);

/* What the port asks of the board; bare.h. */
extern const struct bare_hooks board_hooks;

/* Copies the checkpoint that was saved last; false when there is none. */
bool board_load_checkpoint(uint8_t *checkpoint);

/* Writes text to the debugger's console. */
void board_tell(const char *text);

/* Ends the machine; the debugger reports success or failure. */
void board_exit(bool good);

/* Called by the vectors only. */
void board_uart_interrupt(void);
void board_timer_interrupt(void);

#endif
