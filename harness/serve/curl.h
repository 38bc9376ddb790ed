/*
 * curl.h - libcurl, loaded when it is first needed. Linked in, it and the thirty libraries that it
 * brings would take longer to load than all the rest of the program, at every start.
 */
#ifndef FOTARIG_HARNESS_SERVE_CURL_H
#define FOTARIG_HARNESS_SERVE_CURL_H

#include <curl/curl.h>

/* X(function of libcurl without its prefix) */
#define BENCH_CURL_FUNCTIONS(X)                                                                    \
    X(global_init)                                                                                 \
    X(global_cleanup)                                                                              \
    X(free)                                                                                        \
    X(url)                                                                                         \
    X(url_set)                                                                                     \
    X(url_get)                                                                                     \
    X(url_cleanup)                                                                                 \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_strerror)                                                                               \
    X(easy_cleanup)                                                                                \
    X(multi_init)                                                                                  \
    X(multi_setopt)                                                                                \
    X(multi_assign)                                                                                \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_perform)                                                                               \
    X(multi_socket_action)                                                                         \
    X(multi_info_read)                                                                             \
    X(multi_cleanup)

/* The functions, by the types of libcurl's own header. */
struct bench_curl {
#define X(name) __typeof__(&(curl_##name)) name;
    BENCH_CURL_FUNCTIONS(X)
#undef X
};

/* Loads libcurl, once in a process; NULL when it is not there or lacks a function. */
const struct bench_curl *bench_curl_load(void);

#endif
