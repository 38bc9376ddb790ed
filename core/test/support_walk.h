/*
 * support_walk.h - walks through the core that bytes choose, for fuzz targets and for a test with
 * fixed bytes. A rule that does not hold ends the program with abort().
 */
#ifndef FOTARIG_CORE_TEST_SUPPORT_WALK_H
#define FOTARIG_CORE_TEST_SUPPORT_WALK_H

#include <stddef.h>
#include <stdint.h>

/* Gets all that a walk sees of the client: bytes, events, requests, deadlines, its result. NULL:
 * nobody wants to know. */
typedef void walk_observer(const void *bytes, size_t size);
extern walk_observer *walk_observed;

/* Tells a number, the same on every machine. */
void walk_observe_number(uint64_t number);
void walk_observe(const void *bytes, size_t size);

/* The AT engine: each byte is a call, or an argument of one. */
void walk_engine(const uint8_t *data, size_t size);

/* The procedure: the first two bytes choose the job, the others are calls. */
void walk_procedure(const uint8_t *data, size_t size);

/* The procedure from a situation on (support_situations.h): each byte is a call. */
struct situation;
void walk_from(const struct situation *situation, const uint8_t *data, size_t size);

#endif
