/*
 * http_server.h - the fixture `http` of a slot: gives its packages to its module, whole or as a
 * case wants them (short, damaged, a page in their place, not at all). By libmicrohttpd, in a
 * thread of its own, so that a download goes on while the bench does its work.
 */
#ifndef FOTARIG_HARNESS_RACK_HTTP_SERVER_H
#define FOTARIG_HARNESS_RACK_HTTP_SERVER_H

#include "harness/rack/rack.h"

struct rack_http;

/* Listens at the slot's address and reads the files of its packages. NULL with a message
   (RACK_TEXT_MAX bytes). */
struct rack_http *rack_http_open(const struct rack_slot *slot, char *reterr_text);
void rack_http_close(struct rack_http *http);

/* A case begins: what `package` of it says is given from now on (status, where it ends, where it is
   damaged; rack packages have its lengths already). */
void rack_http_serve_case(struct rack_http *http, const struct scenario_package *package);
/* What the next request gets instead: enum scenario_serving. */
void rack_http_serve_next(struct rack_http *http, unsigned serving);

/*
 * Reads the lengths and checksums of the packages that are files, into the slot. The memory of the
 * packages must be the caller's to write. False with a message: a file can't be read.
 */
bool rack_http_measure(struct rack_package *packages, size_t count, char *reterr_text);

#endif
