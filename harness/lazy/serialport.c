/* serialport.c - libserialport, when the first real serial port is opened. */
#include <libserialport.h>

#include "harness/lazy/lazy.h"

#define FUNCTIONS(X)                                                                               \
    X(enum sp_return, sp_get_port_by_name, (const char *name, struct sp_port **port),              \
      (name, port))                                                                                \
    X(enum sp_return, sp_open, (struct sp_port * port, enum sp_mode flags), (port, flags))         \
    X(enum sp_return, sp_close, (struct sp_port * port), (port))                                   \
    X(void, sp_free_port, (struct sp_port * port), (port))                                         \
    X(enum sp_return, sp_get_port_handle, (const struct sp_port *port, void *result),              \
      (port, result))                                                                              \
    X(enum sp_return, sp_set_baudrate, (struct sp_port * port, int rate), (port, rate))            \
    X(enum sp_return, sp_set_bits, (struct sp_port * port, int bits), (port, bits))                \
    X(enum sp_return, sp_set_parity, (struct sp_port * port, enum sp_parity parity),               \
      (port, parity))                                                                              \
    X(enum sp_return, sp_set_stopbits, (struct sp_port * port, int bits), (port, bits))            \
    X(enum sp_return, sp_set_flowcontrol, (struct sp_port * port, enum sp_flowcontrol flow),       \
      (port, flow))                                                                                \
    X(enum sp_return, sp_set_rts, (struct sp_port * port, enum sp_rts rts), (port, rts))           \
    X(enum sp_return, sp_set_dtr, (struct sp_port * port, enum sp_dtr dtr), (port, dtr))           \
    X(enum sp_return, sp_get_signals, (struct sp_port * port, enum sp_signal * signals),           \
      (port, signals))                                                                             \
    X(enum sp_return, sp_list_ports, (struct sp_port * **list), (list))                            \
    X(void, sp_free_port_list, (struct sp_port * *list), (list))                                   \
    X(char *, sp_get_port_name, (const struct sp_port *port), (port))                              \
    X(char *, sp_get_port_description, (const struct sp_port *port), (port))                       \
    X(enum sp_transport, sp_get_port_transport, (const struct sp_port *port), (port))              \
    X(enum sp_return, sp_get_port_usb_vid_pid,                                                     \
      (const struct sp_port *port, int *vendor, int *product), (port, vendor, product))            \
    X(char *, sp_get_port_usb_manufacturer, (const struct sp_port *port), (port))                  \
    X(char *, sp_get_port_usb_product, (const struct sp_port *port), (port))                       \
    X(char *, sp_get_port_usb_serial, (const struct sp_port *port), (port))

LAZY_LIBRARY(SERIALPORT_SONAME, FUNCTIONS)
