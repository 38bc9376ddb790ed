/*
 * address.h - where a socket is: "HOST:PORT", "[HOST]:PORT" or the path of a socket in the file
 * system.
 */
#ifndef FOTARIG_HARNESS_PORTS_ADDRESS_H
#define FOTARIG_HARNESS_PORTS_ADDRESS_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { BENCH_HOST_MAX = 128, BENCH_ADDRESS_MAX = 160 };

/* Splits "HOST:PORT"; `host` has BENCH_HOST_MAX bytes. False: it is no such address. */
bool bench_address_split(const char *address, char *host, uint32_t *ret_port);

/* The addresses of "HOST:PORT", to be freed by freeaddrinfo(); NULL with a message. `flags` as of
   getaddrinfo(). May wait for a name server. */
struct addrinfo *bench_address_find(const char *address, int flags, char *reterr_text,
                                    size_t reterr_capacity);

/* The address of the socket at `path`; false: the path is too long. */
bool bench_address_unix(const char *path, struct sockaddr_storage *ret_address,
                        socklen_t *ret_size);

/* Where the socket is bound, "127.0.0.1:7000"; `text` stays as it is where that isn't known. */
void bench_address_of(int fd, char *text, size_t capacity);

/* Lets small pieces go at once, and has a peer that is dead found out. For TCP. */
void bench_address_tune(int fd);

/* What came is acknowledged at once: a peer that has Nagle's algorithm on (ser2net's default) holds
   what it has to say next back for up to 40 ms otherwise. */
void bench_address_acknowledge(int fd);

#endif
