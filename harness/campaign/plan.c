/* plan.c - which cases run, and in which order. */
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/internal.h"

/* Makes room for one more case; NULL: no memory. */
static struct campaign_case *append(struct campaign *campaign)
{
    if (campaign->case_count == campaign->case_room) {
        size_t room = campaign->case_room ? 2 * campaign->case_room : 64;
        struct campaign_case *grown = realloc(campaign->cases, room * sizeof *grown);
        if (!grown)
            return NULL;
        campaign->cases = grown;
        campaign->case_room = room;
    }
    struct campaign_case *planned = &campaign->cases[campaign->case_count++];
    *planned = (struct campaign_case){0};
    return planned;
}

static bool append_case(struct campaign *campaign, const struct scenario *scenario,
                        const struct scenario_case *one, const struct campaign_token *token)
{
    struct campaign_case *planned = append(campaign);
    if (planned)
        *planned = (struct campaign_case){.scenario = scenario, .one = one, .token = *token};
    return planned != NULL;
}

static bool append_scenario(struct campaign *campaign, const struct scenario *scenario)
{
    uint32_t repeat = campaign->options.repeat ? campaign->options.repeat : 1;
    bool good = true;
    for (size_t i = 0; i < scenario->case_count; i++) {
        struct campaign_token token = {.digest = campaign_token_digest(&scenario->cases[i]),
                                       .case_index = (uint32_t)i};
        for (uint32_t n = 0; n < repeat && good; n++) {
            token.seed = campaign->options.seed + n;
            good = append_case(campaign, scenario, &scenario->cases[i], &token);
        }
    }
    return good;
}

static bool append_invalid(struct campaign *campaign, const struct campaign_invalid *invalid)
{
    struct campaign_case *planned = append(campaign);
    if (planned)
        planned->invalid = invalid;
    return planned != NULL;
}

static bool append_all(struct campaign *campaign)
{
    const struct campaign_selection *selection = &campaign->selection;
    bool good = true;
    for (size_t i = 0; i < selection->count && good; i++)
        good = append_scenario(campaign, selection->scenarios[i]);
    for (size_t i = 0; i < selection->invalid_count && good; i++)
        good = append_invalid(campaign, &selection->invalid[i]);
    return good;
}

/* ---- the order ------------------------------------------------------------------------------- */

/* The next of a sequence of numbers that look random (splitmix64). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

/* The order that the seed chooses: each one is as likely as the others (Fisher and Yates). */
static void shuffle(struct campaign *campaign)
{
    uint64_t state = campaign->options.seed;
    for (size_t left = campaign->case_count; left > 1; left--) {
        size_t chosen = (size_t)(next_random(&state) % left);
        struct campaign_case last = campaign->cases[left - 1];
        campaign->cases[left - 1] = campaign->cases[chosen];
        campaign->cases[chosen] = last;
    }
}

/* ---- the report ------------------------------------------------------------------------------ */

struct report_case campaign_identity(const struct campaign_case *planned)
{
    if (planned->one)
        return explain_identity(planned->scenario, planned->one);
    return (struct report_case){.name = planned->invalid->path, .file = planned->invalid->path};
}

/* In the order of the files, whatever the order of the runs. */
static bool report_plan(struct campaign *campaign, size_t first)
{
    for (size_t i = first; i < campaign->case_count; i++) {
        struct campaign_case *planned = &campaign->cases[i];
        struct report_case identity = campaign_identity(planned);
        if (report_plan_case(campaign->report, &identity, &planned->index) != 0)
            return false;
    }
    return true;
}

static bool no_memory(struct campaign *campaign)
{
    return campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory for the plan");
}

bool campaign_plan(struct campaign *campaign)
{
    campaign_selection_keep_tagged(&campaign->selection, campaign->options.tags,
                                   campaign->options.tag_count);
    if (campaign->options.tag_count && !campaign->selection.count &&
        !campaign->selection.invalid_count)
        return campaign_fail(campaign, CAMPAIGN_EXIT_USAGE,
                             "no scenario has the tags asked for; 'fotarig list --tags' lists "
                             "them");
    if (!append_all(campaign) || !report_plan(campaign, 0))
        return no_memory(campaign);
    if (campaign->options.shuffle)
        shuffle(campaign);
    return true;
}

bool campaign_plan_one(struct campaign *campaign, const struct scenario *scenario,
                       const struct scenario_case *one, const struct campaign_token *token)
{
    return (append_case(campaign, scenario, one, token) &&
            report_plan(campaign, campaign->case_count - 1)) ||
           no_memory(campaign);
}
