/* carry.h - a case of a report as bytes: from the process that ran it to the one that reports. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_CARRY_H
#define FOTARIG_HARNESS_CAMPAIGN_CARRY_H

#include "harness/campaign/bytes.h"
#include "reports/report.h"

void campaign_put_case(struct campaign_bytes *bytes, const struct report_case *reported);

/*
 * Takes it out again. Its texts point into the bytes; *ret_memory holds its lists and is to be
 * freed. False when the bytes are not those of a case or there is no memory.
 */
bool campaign_take_case(struct campaign_reader *reader, struct report_case *ret_reported,
                        void **ret_memory);

#endif
