/* live.h - what each process of a campaign does now, as a table on a terminal. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_LIVE_H
#define FOTARIG_HARNESS_CAMPAIGN_LIVE_H

#include "harness/campaign/campaign.h"

/* Shows the lines of use->live, cut to the screen, under "[3/40]"; nothing without a terminal. */
void campaign_show_live(struct campaign *campaign, const struct campaign_use *use, void *context,
                        size_t done);

/*
 * Cuts lines to a screen: each to `columns` bytes at most, without half a character and without
 * what a terminal would obey; of the lines the first `rows`, of which the last says how many there
 * are more. Writes into `screen`, whole lines as far as there is room.
 */
void campaign_cut_lines(const char *lines, size_t columns, size_t rows, char *screen,
                        size_t capacity);

#endif
