/* plan.c - which cases run, and in which order. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/internal.h"
#include "harness/text/nearest.h"

/* Makes room for one more case; NULL: no memory. */
static struct campaign_case *append(struct campaign *campaign)
{
    if (campaign->case_count == campaign->case_room) {
        size_t room = campaign->case_room ? 2 * campaign->case_room : 16;
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

/* In the order of the files, whatever the order of the runs. `names` may hold names for them. */
static bool report_plan(struct campaign *campaign, size_t first, const struct report_run *names)
{
    for (size_t i = first; i < campaign->case_count; i++) {
        struct campaign_case *planned = &campaign->cases[i];
        struct report_case identity = campaign_identity(planned);
        campaign->invalid_count += !planned->one;
        if (names) {
            const struct report_case known = report_case_at(names, planned->index);
            identity.name = known.name;
            identity.id = known.id;
        }
        if (report_plan_case(campaign->report, &identity, &planned->index) != 0)
            return false;
    }
    return true;
}

const char *campaign_case_id(const struct campaign *campaign, const struct campaign_case *planned)
{
    return report_case_at(campaign->report, planned->index).id;
}

/* ---- the selection --------------------------------------------------------------------------- */

/*
 * Names are made unique over all cases, before some are left out: a case has the same name in each
 * part of a campaign. planned->index is where it stands there. NULL: no memory.
 */
static struct report_run *name_all(struct campaign *campaign)
{
    const struct report_run_info info = {.started_at_ms = 0};
    struct report_run *names = report_run_new(&info);
    for (size_t i = 0; i < campaign->case_count && names; i++) {
        struct report_case identity = campaign_identity(&campaign->cases[i]);
        if (report_plan_case(names, &identity, &campaign->cases[i].index) == 0)
            continue;
        report_run_free(names);
        names = NULL;
    }
    return names;
}

static bool matches(const char *pattern, const char *text)
{
    return strcmp(pattern, text) == 0 || fnmatch(pattern, text, 0) == 0;
}

/* By its name or with its group before it; a name without its number means all of them. */
static bool is_named(const struct campaign_case *planned, const struct report_case *known,
                     const char *pattern)
{
    const struct report_case plain = campaign_identity(planned);
    char whole[CAMPAIGN_TEXT_MAX];
    snprintf(whole, sizeof whole, "%s/%s", known->group, plain.name);
    return matches(pattern, known->name) || matches(pattern, known->id) ||
           matches(pattern, plain.name) || matches(pattern, whole);
}

/* Keeps cases that `keep` says 1 of, in their order. */
static void keep_cases(struct campaign *campaign, const uint32_t *keep, uint32_t wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < campaign->case_count; i++)
        if (keep[i] == wanted)
            campaign->cases[kept++] = campaign->cases[i];
    campaign->case_count = kept;
}

static const char *name_at(const void *names, size_t index)
{
    return report_case_at(names, index).name;
}

static bool say_unknown(struct campaign *campaign, const struct report_run *names,
                        const char *pattern)
{
    const char *near =
        text_nearest(pattern, strlen(pattern), name_at, names, report_case_count(names));
    return campaign_fail(campaign, CAMPAIGN_EXIT_USAGE, "no case is named '%.160s'; %s%.160s%s",
                         pattern, near ? "did you mean '" : "--list lists them", near ? near : "",
                         near ? "'?" : "");
}

static bool keep_named(struct campaign *campaign, const struct report_run *names)
{
    const struct campaign_options *options = &campaign->options;
    uint32_t *keep = calloc(campaign->case_count + 1, sizeof *keep);
    if (!keep)
        return false;
    for (size_t n = 0; n < options->name_count; n++) {
        size_t found = 0;
        for (size_t i = 0; i < campaign->case_count; i++) {
            const struct report_case known = report_case_at(names, campaign->cases[i].index);
            bool named = is_named(&campaign->cases[i], &known, options->names[n]);
            keep[i] |= named;
            found += named;
        }
        if (!found && !options->allow_empty)
            say_unknown(campaign, names, options->names[n]);
    }
    keep_cases(campaign, keep, 1);
    free(keep);
    return true;
}

/*
 * What all parts of one campaign have in common and parts of two have not: which cases there are,
 * and their seeds. `report merge` asks for it.
 */
static bool note_selection(struct campaign *campaign, const char *const *ids)
{
    char text[48];
    uint64_t hash = 1469598103934665603u ^ campaign->options.seed; /* FNV-1a */
    for (size_t i = 0; i < campaign->case_count; i++)
        for (const char *at = ids[i];; at++) {
            hash = (hash ^ (uint8_t)*at) * 1099511628211u;
            if (!*at)
                break;
        }
    snprintf(text, sizeof text, "%zu cases, %016" PRIx64, campaign->case_count, hash);
    return report_add_property(campaign->report, "selection", text) == 0;
}

static bool keep_shard(struct campaign *campaign, const struct report_run *names)
{
    const struct campaign_options *options = &campaign->options;
    struct campaign_timings timings = {0};
    const char **ids = calloc(campaign->case_count + 1, sizeof *ids);
    uint32_t *numbers = calloc(campaign->case_count + 1, sizeof *numbers);
    bool good = ids && numbers;
    for (size_t i = 0; i < campaign->case_count && good; i++)
        ids[i] = report_case_at(names, campaign->cases[i].index).id;
    if (good && options->timings &&
        !campaign_timings_read(&timings, options->timings, campaign->error, sizeof campaign->error))
        campaign->error_status = CAMPAIGN_EXIT_INVALID;
    good = good && note_selection(campaign, ids);
    good = good && campaign_shard_divide(ids, campaign->case_count, options->shard.count,
                                         options->timings ? &timings : NULL, numbers);
    if (good)
        keep_cases(campaign, numbers, options->shard.number);
    campaign_timings_done(&timings);
    free(ids);
    free(numbers);
    return good;
}

/* False: no memory. What is wrong otherwise stands in campaign->error. */
static bool select_cases(struct campaign *campaign, const struct report_run *names)
{
    if (campaign->options.name_count && !keep_named(campaign, names))
        return false;
    campaign->whole_count = campaign->case_count;
    return !campaign->options.shard.count || campaign->error[0] || !campaign->case_count ||
           keep_shard(campaign, names);
}

/* `near`: a tag that may have been meant, "" = none. */
static bool say_empty(struct campaign *campaign, const char *near)
{
    if (near[0])
        return campaign_fail(campaign, CAMPAIGN_EXIT_USAGE,
                             "nothing is selected: no scenario has the tags asked for; did you "
                             "mean '%s'?",
                             near);
    return campaign_fail(campaign, CAMPAIGN_EXIT_USAGE,
                         "nothing is selected: %s; with "
                         "--allow-empty that is no error",
                         campaign->options.tag_count
                             ? "no scenario has the tags asked for ('fotarig list --tags' lists "
                               "them)"
                             : "there is no scenario file (*.yaml, *.yml)");
}

static bool no_memory(struct campaign *campaign)
{
    return campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory for the plan");
}

bool campaign_plan(struct campaign *campaign)
{
    const struct campaign_options *options = &campaign->options;
    struct report_run *names = NULL;
    bool chooses = options->name_count || options->shard.count;
    const char *near =
        campaign_selection_near_tag(&campaign->selection, options->tags, options->tag_count);
    char meant[64] = "";
    if (near) /* its scenario is about to be freed */
        snprintf(meant, sizeof meant, "%.60s", near);
    campaign_selection_keep_tagged(&campaign->selection, options->tags, options->tag_count);
    bool good = append_all(campaign);
    campaign->whole_count = campaign->case_count;
    if (good && !campaign->case_count && !options->allow_empty)
        return say_empty(campaign, meant);
    if (good && chooses)
        good = (names = name_all(campaign)) && select_cases(campaign, names);
    good = good && report_plan(campaign, 0, names);
    report_run_free(names);
    if (!good)
        return no_memory(campaign);
    if (options->shuffle)
        shuffle(campaign);
    return !campaign->error[0];
}

/* The case in that round of a soak; 0 is the first one. */
static struct campaign_case case_in_round(const struct campaign *campaign, size_t which,
                                          uint64_t round)
{
    uint32_t repeat = campaign->options.repeat ? campaign->options.repeat : 1;
    struct campaign_case copy = campaign->cases[which];
    copy.token.seed += repeat * round;
    return copy;
}

struct campaign_case campaign_case_of(const struct campaign *campaign, size_t index)
{
    if (index < campaign->case_count)
        return campaign->cases[index];
    size_t first = campaign->round_count ? campaign->round_count : campaign->case_count;
    size_t again = 0; /* cases that each round but the first has: an invalid file is told once */
    for (size_t i = 0; i < first; i++)
        again += campaign->cases[i].one != NULL;
    size_t behind = index - first, left = behind % again, which = 0;
    while (!campaign->cases[which].one || left-- > 0)
        which++;
    return case_in_round(campaign, which, 1 + behind / again);
}

bool campaign_plan_round(struct campaign *campaign)
{
    size_t first = campaign->case_count;
    if (!campaign->round_count) {
        campaign->round_count = first;
        campaign->rounds = 1;
    }
    for (size_t i = 0; i < campaign->round_count; i++) {
        const struct campaign_case copy = case_in_round(campaign, i, campaign->rounds);
        struct campaign_case *planned = copy.one ? append(campaign) : NULL;
        if (!planned && copy.one)
            return no_memory(campaign);
        if (planned)
            *planned = copy;
    }
    campaign->rounds++;
    return report_plan(campaign, first, NULL) || no_memory(campaign);
}

bool campaign_plan_one(struct campaign *campaign, const struct scenario *scenario,
                       const struct scenario_case *one, const struct campaign_token *token)
{
    return (append_case(campaign, scenario, one, token) &&
            report_plan(campaign, campaign->case_count - 1, NULL)) ||
           no_memory(campaign);
}
