/*
 * certificate.h - what a sweep of a case came to, as a file that a second program can check, and
 * the journal of the undisturbed run, from which that program counts for itself.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_CERTIFICATE_H
#define FOTARIG_HARNESS_EXPLORE_CERTIFICATE_H

#include "harness/campaign/campaign.h"
#include "harness/explore/explore.h"

/*
 * Writes FOLDER/GROUP-NAME.certificate.json and FOLDER/GROUP-NAME.journal, replacing those that are
 * there. False with errno set, or with 0 when the run can't begin.
 */
bool explore_certify(const char *folder, const struct campaign_case *planned,
                     const struct explore_wish *wish, const struct explore_summary *summary,
                     uint64_t findings, uint64_t accepted);

#endif
