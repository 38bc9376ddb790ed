/* rehearsal.c - a case with a slot's package, played in virtual time first. */
#include "harness/rack/rehearsal.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"
#include "sim/look.h"

enum {
    REVISION_MAX = 64,
    REASON_MAX = BENCH_TEXT_MAX,
    LATE_STEPS = 16 /* moments at which a late cut is tried */
};

/* What a rehearsal depends on. Of a URL the length: what stands in it is put into the case's own
 * expectations, where it is in them. */
struct key {
    const struct scenario_case *one;
    size_t url_length;
    uint32_t size_bytes, crc32;
    uint64_t seed;
    char from[REVISION_MAX], to[REVISION_MAX], variant[REVISION_MAX];
};

struct rehearsal {
    struct key key; /* first: it is looked up by it */
    bool fits;
    char reason[REASON_MAX];
};

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(struct key));
}

static struct key key_of(const struct scenario_case *one, const struct scenario_override *override,
                         uint64_t seed)
{
    struct key key;
    memset(&key, 0, sizeof key); /* its padding is compared, too */
    key.one = one;
    key.url_length = override->url ? strlen(override->url) : 0;
    key.size_bytes = override->size_bytes;
    key.crc32 = override->crc32;
    key.seed = seed;
    snprintf(key.from, sizeof key.from, "%s",
             override->from_revision ? override->from_revision : "");
    snprintf(key.to, sizeof key.to, "%s", override->to_revision ? override->to_revision : "");
    snprintf(key.variant, sizeof key.variant, "%s", override->variant ? override->variant : "");
    return key;
}

/* Plays the case; false: it does not pass, and *ret_result says how. */
static bool passes(struct bench_run *run, const struct scenario_case *one,
                   const struct scenario_override *override, uint64_t seed,
                   struct bench_result *ret_result)
{
    const struct bench_target_options options = {.override = override};
    const struct bench_options bench = {.sink = BENCH_SINK_MEMORY, .seed = seed};
    struct bench_target *target = malloc(sizeof *target);
    bool good = target && bench_target_init(target, &options);
    *ret_result = (struct bench_result){.verdict = BENCH_PASSED};
    if (good)
        bench_target_run(target, run, one, &bench, ret_result);
    if (target)
        bench_target_done(target);
    free(target);
    return ret_result->verdict == BENCH_PASSED;
}

/* The rate that the module keeps, where it is not that of the case's host: nobody would find it
 * there afterwards. 0 = it will be found. */
static uint32_t leaves_rate(const struct bench_run *run, const struct scenario_case *one)
{
    int parameter = sim_look_parameter_find(sim_rate_command, strlen(sim_rate_command));
    int32_t rate = parameter < 0 ? 0 : sim_look_parameter(&run->world.sim, (unsigned)parameter);
    return rate > 0 && (uint32_t)rate != one->host.baud_bps ? (uint32_t)rate : 0;
}

static void play(struct rehearsal *rehearsal, struct bench_run *run,
                 const struct scenario_override *override)
{
    struct bench_result result;
    struct bench_result own;
    const struct key *key = &rehearsal->key;
    struct scenario_override played = *override;
    played.remakes_package = true;
    rehearsal->fits = passes(run, key->one, &played, key->seed, &result);
    uint32_t rate_bps = leaves_rate(run, key->one);
    if (rate_bps) {
        rehearsal->fits = false;
        snprintf(rehearsal->reason, sizeof rehearsal->reason,
                 "it would leave the module at %" PRIu32
                 " bit/s, where nothing would find it behind "
                 "the case",
                 rate_bps);
    }
    if (rehearsal->fits || rate_bps)
        return;
    rehearsal->fits = !passes(run, key->one, NULL, key->seed, &own);
    const struct scenario_finding *finding = &result.findings[0];
    bool failed = result.verdict == BENCH_FAILED && result.finding_count > 0;
    snprintf(
        rehearsal->reason, sizeof rehearsal->reason,
        "it needs its own package; with this slot's it would come out otherwise: %.40s%s%.120s",
        failed ? finding->what : "", failed ? ": " : "", failed ? finding->got : result.error);
}

bool rack_rehearse(struct rack_rehearsals *rehearsals, const struct scenario_case *one,
                   const struct scenario_override *override, uint64_t seed,
                   char text[BENCH_TEXT_MAX])
{
    const struct key key = key_of(one, override, seed);
    void *found = tfind(&key, &rehearsals->tree, compare);
    struct rehearsal *rehearsal = found ? *(struct rehearsal **)found : NULL;
    if (!rehearsals->run)
        rehearsals->run = bench_run_new(BENCH_SINK_MEMORY);
    if (!rehearsal && rehearsals->run && (rehearsal = calloc(1, sizeof *rehearsal)) != NULL) {
        rehearsal->key = key;
        play(rehearsal, rehearsals->run, override);
        if (!tsearch(rehearsal, &rehearsals->tree, compare)) {
            free(rehearsal);
            return true;
        }
    }
    if (rehearsal && !rehearsal->fits)
        snprintf(text, BENCH_TEXT_MAX, "%s", rehearsal->reason);
    return !rehearsal || rehearsal->fits;
}

/* ---- supply that goes late ------------------------------------------------------------------- */

static bool is_cut(const struct scenario_action *action)
{
    return action->kind == SCENARIO_ACTION_POWER && action->detail == 0;
}

static bool cuts(const struct scenario_case *one, const struct scenario_event *event)
{
    for (unsigned i = 0; i < event->action_count; i++)
        if (is_cut(&one->actions[event->first_action + i]))
            return true;
    return false;
}

/* The case with its cuts that much later and longer; those of a length of their own at least. */
static void make_late(struct scenario_case *one, uint64_t later_us, uint64_t off_us)
{
    for (unsigned i = 0; i < scenario_event_count(one); i++)
        if (cuts(one, &one->events[i]))
            one->events[i].after_us += later_us;
    for (unsigned i = 0; i < one->action_count; i++) {
        struct scenario_action *action = &one->actions[i];
        if (is_cut(action) && action->for_us && action->for_us < off_us)
            action->for_us = off_us;
    }
}

bool rack_hinges_on_time(struct rack_rehearsals *rehearsals, const struct scenario_case *one,
                         const struct scenario_override *override, uint64_t seed,
                         const struct rack_lateness *lateness, char text[BENCH_TEXT_MAX])
{
    struct scenario_case *late = malloc(sizeof *late);
    struct scenario_override played = *override;
    struct bench_result result = {.verdict = BENCH_PASSED};
    bool otherwise = false;
    if (!rehearsals->run)
        rehearsals->run = bench_run_new(BENCH_SINK_MEMORY);
    played.remakes_package = true;
    /* When in its time a hook has done it nobody knows. */
    for (unsigned step = 1; step <= LATE_STEPS && late && rehearsals->run && !otherwise; step++) {
        uint64_t later_us = lateness->cut_us * step / LATE_STEPS;
        *late = *one;
        make_late(late, later_us, lateness->off_us);
        otherwise = !passes(rehearsals->run, late, &played, seed, &result);
        bool failed = result.verdict == BENCH_FAILED && result.finding_count > 0;
        if (otherwise)
            snprintf(text, BENCH_TEXT_MAX,
                     "the power hook took up to %.1f s of the module's time; a cut that is %.1f s "
                     "late gives in virtual time %.30s%s%.80s",
                     (double)lateness->cut_us / 1e6, (double)later_us / 1e6,
                     failed ? result.findings[0].what : "", failed ? ": " : "",
                     failed ? result.findings[0].got : result.error);
    }
    free(late);
    return otherwise;
}

void rack_rehearsals_done(struct rack_rehearsals *rehearsals)
{
    while (rehearsals->tree) {
        struct rehearsal *first = *(struct rehearsal **)rehearsals->tree;
        tdelete(first, &rehearsals->tree, compare);
        free(first);
    }
    bench_run_free(rehearsals->run);
    rehearsals->run = NULL;
}
