/* core_holds.c - what is true of every client between two calls; empty in a release. */
#include "core/core_holds.h"

#ifdef FOTARIG_HOLDS
#include "core/at_line.h"
#include "core/fota_internal.h"

static bool at_lengths_hold(const struct at_engine *at)
{
    return at->line_length <= AT_LINE_BYTES && at->joined_length <= at->line_length &&
           at->command_length <= AT_COMMAND_BYTES && at->out_length <= AT_COMMAND_BYTES + 1 &&
           at->sent <= at->out_length && at->echo_matched <= at->command_length &&
           at->unknown_bytes <= AT_UNKNOWN_MAX;
}

/* Who waits has a deadline, and who does not has none. */
static bool at_waits_hold(const struct at_engine *at)
{
    return at->mode <= AT_MODE_QUIET && at->raw <= AT_RAW_BYTES &&
           (at->mode == AT_MODE_IDLE) == (at->deadline_at_us == AT_NEVER);
}

bool at_state_holds(const struct at_engine *at)
{
    return at_lengths_hold(at) && at_waits_hold(at);
}

static bool numbers_hold(const struct fota *fota)
{
    return fota->step < STEP_COUNT && fota->resume < STEP_COUNT && fota->state < FOTA_STATE_COUNT &&
           fota->outcome < FOTA_OUTCOME_COUNT && fota->reason < FOTA_REASON_COUNT &&
           fota->request < FOTA_REQUEST_COUNT &&
           fota->value_count <= sizeof fota->value / sizeof fota->value[0];
}

/* Bytes of a chunk that are still to come are some of it. */
static bool chunk_holds(const struct fota *fota)
{
    return fota->chunk_left <= fota->chunk_bytes;
}

/* Who works waits for the module, the host or a time; else nothing would ever go on. */
static bool something_is_due(const struct fota *fota)
{
    bool due = fota->at.deadline_at_us != AT_NEVER || fota->request != FOTA_REQUEST_NONE;
    for (unsigned i = 0; i < FOTA_TIMERS; i++)
        due |= fota->timers_at_us[i] != FOTA_NEVER;
    return due || fota->state == FOTA_STATE_IDLE || fota->state == FOTA_STATE_DONE;
}

/* Without an update there is no worst time of one. */
static bool worst_time_holds(const struct fota *fota)
{
    return fota->begun || fota->worst_case_at_us == FOTA_NEVER || fota->state == FOTA_STATE_IDLE;
}

bool fota_state_holds(const struct fota *fota)
{
    return numbers_hold(fota) && worst_time_holds(fota) && chunk_holds(fota) &&
           something_is_due(fota) && at_state_holds(&fota->at);
}
#else
typedef int core_holds_nothing; /* ISO C wants something in a file */
#endif
