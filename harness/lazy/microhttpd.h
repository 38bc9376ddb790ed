/*
 * microhttpd.h - libmicrohttpd, loaded when a server is wanted: it brings a TLS library along that
 * nothing else here wants. Some of its functions take any number of arguments, which can't be
 * passed on as lazy.h does it, so they are called through a table.
 */
#ifndef FOTARIG_HARNESS_LAZY_MICROHTTPD_H
#define FOTARIG_HARNESS_LAZY_MICROHTTPD_H

#include <microhttpd.h>

#define LAZY_MICROHTTPD(X)                                                                         \
    X(MHD_start_daemon)                                                                            \
    X(MHD_stop_daemon)                                                                             \
    X(MHD_get_daemon_info)                                                                         \
    X(MHD_create_response_from_buffer)                                                             \
    X(MHD_create_response_from_callback)                                                           \
    X(MHD_add_response_header)                                                                     \
    X(MHD_queue_response)                                                                          \
    X(MHD_destroy_response)                                                                        \
    X(MHD_lookup_connection_value)

struct lazy_microhttpd {
#define X(name) __typeof__(&name) name;
    LAZY_MICROHTTPD(X)
#undef X
};

/* The table, or NULL: dlerror() says why. */
const struct lazy_microhttpd *lazy_microhttpd(void);

#endif
