/*
 * resolve.h - names to IPv4 addresses without waiting: the C library's resolver in a thread of its
 * own, asked from time to time.
 */
#ifndef FOTARIG_HARNESS_PORTS_RESOLVE_H
#define FOTARIG_HARNESS_PORTS_RESOLVE_H

#include <netinet/in.h>
#include <stdbool.h>

struct bench_lookup;

/* Begins to look a name up; NULL: it can't. */
struct bench_lookup *bench_lookup_start(const char *host);
/* True: it has ended; *ret_good tells whether there is an address. */
bool bench_lookup_done(struct bench_lookup *lookup, bool *ret_good, struct in_addr *ret_address);
/* Frees it; one that still runs is left to the resolver. */
void bench_lookup_close(struct bench_lookup *lookup);

#endif
