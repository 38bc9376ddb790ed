/* internal.h - what the files of campaign/ share. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_INTERNAL_H
#define FOTARIG_HARNESS_CAMPAIGN_INTERNAL_H

#include "harness/campaign/campaign.h"
#include "harness/campaign/explain.h"

/* Milliseconds since 1970, UTC. */

/* The reports are written as they are now, as not finished; the campaign goes on. */
bool campaign_snapshot(struct campaign *campaign);

#endif
