/* imei.h - identities for many modules (3GPP TS 23.003 6.2: 14 digits and a check digit). */
#ifndef FOTARIG_HARNESS_SERVE_IMEI_H
#define FOTARIG_HARNESS_SERVE_IMEI_H

#include <stdint.h>

enum { BENCH_IMEI_SIZE = 16 };

/*
 * The `index`-th IMEI from `first` on: the serial number (the last 6 of the 14 digits) counts up,
 * carrying into the type; the check digit is right. `first` has 15 digits, else zeros stand for
 * what is missing.
 */
void bench_imei(const char *first, uint32_t index, char ret_imei[BENCH_IMEI_SIZE]);

#endif
