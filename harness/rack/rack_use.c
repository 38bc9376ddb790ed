/* rack_use.c - which slot a case goes to, what is done around it there, and what becomes of slots.
 */
#include "harness/rack/rack_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/carry.h"
#include "harness/ports/loop.h"
#include "harness/rack/hook.h"
#include "sim/catalogue.h"

enum { ERRORS_MOST = 2 }; /* in a row, then the slot is left alone */

/* ---- a slot, in the process that reports ----------------------------------------------------- */

/* The target of a slot at the revision that it runs. */
static struct bench_target_options target_options(const struct rack_campaign *campaign,
                                                  const struct rack_slot *slot,
                                                  const struct scenario_override *override)
{
    return (struct bench_target_options){
        .url = slot->transport ? slot->transport : "exec:false", /* planned before it is booked */
        .far_end =
            slot->far_end == RACK_FAR_END_EMULATOR ? BENCH_FAR_END_EMULATOR : BENCH_FAR_END_MODULE,
        .allow_update = campaign->allow_update,
        .speed = slot->speed,
        .override = override};
}

/* Fills what goes before the scenario: the package, or just where the module is. */
static void take_package(const struct rack_slot *slot, const char *revision,
                         const struct rack_package *package, struct scenario_override *ret_override)
{
    *ret_override = (struct scenario_override){.delivery = FOTA_DELIVERY_COUNT,
                                               .variant = slot->variant,
                                               .from_revision = revision[0] ? revision : NULL};
    if (!package)
        return;
    ret_override->url = package->url;
    ret_override->from_revision = package->from;
    ret_override->to_revision = package->to;
    ret_override->allow_downgrade = true; /* the rack's owner has put the package there */
    if (package->variant)
        ret_override->variant = package->variant;
}

/*
 * What a case comes to on the slot: with the package that leads on from where the module is, or,
 * for a case that begins at its target, with the one that leads there. `override` is the target's.
 */
static void plan_case(const struct rack_slot *slot, const char *revision,
                      struct bench_target *target, struct scenario_override *override,
                      const struct scenario_case *one, struct bench_plan *ret_plan)
{
    const struct rack_package *on = rack_package(slot, revision, NULL);
    const struct rack_package *back = rack_package(slot, NULL, revision);
    struct bench_plan other;
    const char *at = revision[0] ? revision : NULL;
    take_package(slot, revision, on, override);
    bench_target_plan(target, one, at, ret_plan);
    if (ret_plan->runs || !back)
        return;
    take_package(slot, revision, back, override);
    bench_target_plan(target, one, at, &other);
    if (other.runs)
        *ret_plan = other;
    else
        take_package(slot, revision, on, override);
}

static void set_revision(struct rack_state *state, const char *revision)
{
    if (state->revision != revision)
        snprintf(state->revision, sizeof state->revision, "%s", revision);
    take_package(state->slot, state->revision, NULL, &state->package);
}

bool rack_campaign_begin(struct rack_campaign *campaign)
{
    struct rack_probe *probes = calloc(campaign->slot_count, sizeof *probes);
    campaign->states = calloc(campaign->slot_count, sizeof *campaign->states);
    bool good =
        probes && campaign->states && rack_probe_all(campaign->slots, campaign->slot_count, probes);
    for (size_t i = 0; i < campaign->slot_count && good; i++) {
        struct rack_state *state = &campaign->states[i];
        state->slot = &campaign->slots[i];
        bool is_booked_later = !state->slot->transport && !state->slot->out_of_service;
        if (probes[i].found != RACK_FOUND_AS_WRITTEN && !is_booked_later)
            snprintf(state->quarantine, sizeof state->quarantine, "%s", probes[i].text);
        set_revision(state, probes[i].revision);
        struct bench_target_options options =
            target_options(campaign, state->slot, &state->package);
        good = bench_target_init(&state->target, &options);
    }
    free(probes);
    return good;
}

void rack_campaign_done(struct rack_campaign *campaign)
{
    for (size_t i = 0; campaign->states && i < campaign->slot_count; i++)
        if (campaign->states[i].slot)
            bench_target_done(&campaign->states[i].target);
    free(campaign->states);
    campaign->states = NULL;
}

size_t rack_campaign_quarantined(const struct rack_campaign *campaign)
{
    size_t count = 0;
    for (size_t i = 0; i < campaign->slot_count; i++)
        count += campaign->states[i].quarantine[0] && !campaign->slots[i].out_of_service;
    return count;
}

void rack_campaign_print(const struct rack_campaign *campaign, FILE *out)
{
    fprintf(out, "rack %s:\n", campaign->rack->name);
    for (size_t i = 0; i < campaign->slot_count; i++) {
        const struct rack_state *state = &campaign->states[i];
        fprintf(out, "  %-8s %u %s, %u %s", state->slot->name, state->case_count,
                state->case_count == 1 ? "case" : "cases", state->update_count,
                state->update_count == 1 ? "update" : "updates");
        if (state->revision[0])
            fprintf(out, ", at %s", state->revision);
        if (state->quarantine[0])
            fprintf(out, "; quarantined: %s", state->quarantine);
        fputc('\n', out);
    }
}

/* ---- which slot ------------------------------------------------------------------------------ */

/* Whether the case may run on the slot now; else why not. */
static bool suits(struct rack_state *state, const struct scenario_case *one,
                  char text[CAMPAIGN_TEXT_MAX])
{
    struct bench_plan plan;
    if (state->quarantine[0]) {
        snprintf(text, CAMPAIGN_TEXT_MAX, "slot %s is quarantined: %.300s", state->slot->name,
                 state->quarantine);
        return false;
    }
    plan_case(state->slot, state->revision, &state->target, &state->package, one, &plan);
    if (!plan.runs)
        snprintf(text, CAMPAIGN_TEXT_MAX, "slot %s: %.400s", state->slot->name, plan.reason);
    else if (plan.destructive && !state->package.url)
        snprintf(text, CAMPAIGN_TEXT_MAX, "slot %s has no package that leads on from %s",
                 state->slot->name, state->revision);
    else if (plan.destructive && state->slot->updates_most &&
             state->update_count >= state->slot->updates_most)
        snprintf(text, CAMPAIGN_TEXT_MAX, "slot %s has taken its %u updates", state->slot->name,
                 state->slot->updates_most);
    else
        return true;
    return false;
}

bool rack_campaign_plan(struct rack_campaign *campaign, const struct scenario_case *one,
                        const struct rack_slot **ret_slot, char text[CAMPAIGN_TEXT_MAX])
{
    *ret_slot = NULL;
    for (size_t i = 0; i < campaign->slot_count; i++)
        if (suits(&campaign->states[i], one, text)) {
            *ret_slot = &campaign->slots[i];
            return true;
        }
    return false;
}

static bool fits(void *context, unsigned worker, const struct campaign_case *planned)
{
    struct rack_campaign *campaign = context;
    char text[CAMPAIGN_TEXT_MAX];
    return suits(&campaign->states[worker], planned->one, text);
}

/* No slot will take it: for want of the right one, or because all that are right broke. */
static enum report_verdict left_over(void *context, const struct campaign_case *planned,
                                     char *ret_text)
{
    struct rack_campaign *campaign = context;
    bool broke = false;
    for (size_t i = 0; i < campaign->slot_count; i++) {
        (void)suits(&campaign->states[i], planned->one, ret_text);
        broke = broke || (campaign->states[i].quarantine[0] && !campaign->slots[i].out_of_service);
        if (!campaign->states[i].quarantine[0])
            return REPORT_SKIPPED; /* a slot that works has a reason that will not change */
    }
    return broke ? REPORT_ERROR : REPORT_SKIPPED;
}

/* ---- a slot, in its own process -------------------------------------------------------------- */

struct own {
    struct rack_campaign *campaign;
    struct rack_slot slot; /* with the transport that was booked */
    char transport[BENCH_PORT_URL_MAX];
    struct scenario_override package;
    struct bench_target target;
    struct campaign_case_context context;
    struct rack_hook_run hook;
    char trouble[BENCH_TEXT_MAX]; /* of the slot: why it can't go on; "" = nothing */
    char revision[RACK_PROBE_TEXT_MAX];
};

static bool stopped(void)
{
    return bench_signal() != 0;
}

/* Runs a hook, if the slot has it; false: own->trouble says why it failed. */
static bool call(struct own *own, enum rack_hook_kind kind, const struct campaign_case *planned,
                 bool to_the_end)
{
    char seed[32];
    struct rack_call what = {.slot = &own->slot, .kind = kind, .port = own->slot.transport};
    if (!own->slot.hooks[kind].words)
        return true;
    what.out = own->campaign->base.campaign->options.reports;
    what.revision = own->package.to_revision;
    if (planned) {
        snprintf(seed, sizeof seed, "%llu", (unsigned long long)planned->token.seed);
        what.case_name = planned->one->name;
        what.seed = seed;
    }
    if (rack_hook_start(&own->hook, &what))
        rack_hook_wait(&own->hook, to_the_end ? NULL : stopped);
    if (own->hook.state == RACK_HOOK_DONE)
        return true;
    snprintf(own->trouble, sizeof own->trouble, "%.255s", own->hook.text);
    return false;
}

static bool has_power(const struct rack_slot *slot)
{
    return slot->hooks[RACK_HOOK_CYCLE].words ||
           (slot->hooks[RACK_HOOK_OFF].words && slot->hooks[RACK_HOOK_ON].words);
}

static bool cycle(struct own *own, const struct campaign_case *planned)
{
    if (own->slot.hooks[RACK_HOOK_CYCLE].words)
        return call(own, RACK_HOOK_CYCLE, planned, false);
    return !has_power(&own->slot) ||
           (call(own, RACK_HOOK_OFF, planned, false) && call(own, RACK_HOOK_ON, planned, false));
}

static void book(struct own *own)
{
    if (!call(own, RACK_HOOK_PLACE, NULL, false) || own->slot.transport)
        return;
    snprintf(own->transport, sizeof own->transport, "%.*s", (int)strcspn(own->hook.output, "\r\n"),
             own->hook.output);
    own->slot.transport = own->transport;
    if (!own->transport[0])
        snprintf(own->trouble, sizeof own->trouble,
                 "hook 'place' of slot %s printed no transport on its first line", own->slot.name);
}

static bool start(void *context, unsigned worker, void **ret_own, char *reterr_text)
{
    struct rack_campaign *campaign = context;
    struct own *own = calloc(1, sizeof *own);
    *ret_own = own;
    if (!own) {
        snprintf(reterr_text, CAMPAIGN_TEXT_MAX, "not enough memory");
        return false;
    }
    own->campaign = campaign;
    own->slot = campaign->slots[worker];
    memcpy(own->revision, campaign->states[worker].revision, sizeof own->revision);
    if (!campaign->states[worker].quarantine[0])
        book(own);
    return true;
}

static void finish(void *context, void *own_memory)
{
    struct own *own = own_memory;
    (void)context;
    if (!own)
        return;
    (void)call(own, RACK_HOOK_RELEASE, NULL, true);
    free(own);
}

/* A module that does not answer is brought back by the lab's means; true: it answers as written. */
static bool bring_back(struct own *own)
{
    struct rack_probe probe;
    for (unsigned tries = 0; tries < 3 && !stopped(); tries++) {
        own->trouble[0] = '\0';
        if (tries == 1 && !call(own, RACK_HOOK_RESET, NULL, false))
            return false;
        if (tries == 2 && !cycle(own, NULL))
            return false;
        rack_probe(&own->slot, &probe);
        memcpy(own->trouble, probe.text, sizeof own->trouble);
        if (probe.found == RACK_FOUND_AS_WRITTEN)
            snprintf(own->revision, sizeof own->revision, "%s", probe.revision);
        if (probe.found != RACK_FOUND_NOTHING)
            return probe.found == RACK_FOUND_AS_WRITTEN;
    }
    return false;
}

/*
 * What the case before left in the module (an app network that is up, settings) is not of this
 * case: where the lab can switch power, each begins with a boot.
 */
static bool begin_cold(struct own *own, const struct campaign_case *planned)
{
    struct rack_probe probe;
    if (!has_power(&own->slot))
        return true;
    if (!cycle(own, planned))
        return false;
    rack_probe(&own->slot, &probe);
    if (probe.found == RACK_FOUND_AS_WRITTEN)
        return true;
    snprintf(own->trouble, sizeof own->trouble, "after its power was cycled: %.200s", probe.text);
    return false;
}

/* The revision that the module said last in the case. */
static void note_revision(struct own *own)
{
    const struct bench_survey *surveys[] = {&own->target.before, &own->target.after};
    for (size_t i = 0; i < sizeof surveys / sizeof surveys[0]; i++) {
        const struct bench_question *question =
            bench_survey_find(surveys[i], SIM_QUESTION_REVISION, NULL);
        if (question && question->known == SCENARIO_YES)
            snprintf(own->revision, sizeof own->revision, "%s", question->answer);
    }
}

static bool is_third(const struct own *own, const char *before)
{
    return before[0] && own->revision[0] && strcmp(own->revision, before) != 0 &&
           (!own->package.to_revision || strcmp(own->revision, own->package.to_revision) != 0);
}

/* An error of the slot as a case. */
static bool put_trouble(const struct own *own, const struct campaign_case *planned,
                        struct campaign_bytes *ret_bytes)
{
    struct report_case reported = campaign_identity(planned);
    reported.verdict = REPORT_ERROR;
    reported.kind = REPORT_KIND_BENCH;
    reported.message = own->trouble;
    ret_bytes->size = 0;
    campaign_put_case(ret_bytes, &reported);
    campaign_put_text(ret_bytes, "");
    return !ret_bytes->failed;
}

/* The verdict that the bytes hold. */
static enum report_verdict verdict_of(const struct campaign_bytes *bytes)
{
    struct campaign_reader reader = campaign_read(bytes);
    struct report_case reported = {.verdict = REPORT_ERROR};
    void *memory = NULL;
    bool good = campaign_take_case(&reader, &reported, &memory);
    free(memory);
    return good ? reported.verdict : REPORT_ERROR;
}

/* Opens the slot's port, runs the case there, closes it. False: no memory. */
static bool run_case(struct own *own, const struct campaign_case *planned,
                     struct campaign_bytes *ret_bytes)
{
    struct bench_target_options options = target_options(own->campaign, &own->slot, &own->package);
    struct bench_plan plan;
    void *runner = NULL;
    bool good = bench_target_init(&own->target, &options);
    own->context = own->campaign->base;
    own->context.target = &own->target;
    if (good)
        plan_case(&own->slot, own->revision, &own->target, &own->package, planned->one, &plan);
    if (good && campaign_case_use.start(&own->context, 0, &runner, own->trouble)) {
        good = campaign_case_use.work(&own->context, runner, planned, 0, ret_bytes);
        note_revision(own);
    } else if (good) {
        good = put_trouble(own, planned, ret_bytes);
    }
    campaign_case_use.finish(&own->context, runner);
    bench_target_done(&own->target);
    return good;
}

/* What the process that reports wants to know of the slot, behind the case. */
static bool put_state(const struct own *own, const char *before, struct campaign_bytes *ret_bytes)
{
    campaign_put_text(ret_bytes, own->slot.name);
    campaign_put_text(ret_bytes, own->revision);
    campaign_put_number(ret_bytes, before[0] && strcmp(before, own->revision) != 0);
    campaign_put_text(ret_bytes, own->trouble);
    return !ret_bytes->failed;
}

static bool work(void *context, void *own_memory, const struct campaign_case *planned,
                 unsigned slice, struct campaign_bytes *ret_bytes)
{
    struct own *own = own_memory;
    char before[RACK_PROBE_TEXT_MAX];
    (void)context, (void)slice;
    memcpy(before, own->revision, sizeof before);
    bool good =
        !own->trouble[0] && begin_cold(own, planned) && call(own, RACK_HOOK_PRE, planned, false)
            ? run_case(own, planned, ret_bytes)
            : put_trouble(own, planned, ret_bytes);
    if (!good)
        return false;
    enum report_verdict verdict = verdict_of(ret_bytes);
    own->trouble[0] = '\0';
    if (verdict == REPORT_FAILED || verdict == REPORT_ERROR)
        (void)call(own, RACK_HOOK_ON_FAILURE, planned, true);
    (void)call(own, RACK_HOOK_POST, planned, true);
    if (!own->trouble[0] && verdict == REPORT_ERROR)
        (void)bring_back(own);
    if (!own->trouble[0] && is_third(own, before))
        snprintf(own->trouble, sizeof own->trouble,
                 "it ran %.60s, and ended at %.60s in place of %.60s", before, own->revision,
                 own->package.to_revision ? own->package.to_revision : before);
    return put_state(own, before, ret_bytes);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void answered(void *context, unsigned worker, const struct campaign_case *planned,
                     const struct campaign_bytes *bytes)
{
    struct rack_campaign *campaign = context;
    struct rack_state *state = &campaign->states[worker];
    struct campaign_reader reader = campaign_read(bytes);
    struct report_case reported = {.verdict = REPORT_ERROR};
    void *memory = NULL;
    (void)planned;
    bool good = bytes->size && campaign_take_case(&reader, &reported, &memory);
    free(memory);
    state->case_count++;
    state->errors_in_row = reported.verdict == REPORT_ERROR ? state->errors_in_row + 1 : 0;
    if (good) {
        (void)campaign_take_text(&reader); /* what is told behind the case */
        (void)campaign_take_text(&reader); /* the slot's name */
        const char *revision = campaign_take_text(&reader);
        state->update_count += (uint32_t)campaign_take_number(&reader);
        const char *trouble = campaign_take_text(&reader);
        if (!reader.failed && trouble && trouble[0])
            snprintf(state->quarantine, sizeof state->quarantine, "%s", trouble);
        if (!reader.failed && revision)
            set_revision(state, revision);
    }
    if (state->errors_in_row >= ERRORS_MOST && !state->quarantine[0])
        snprintf(state->quarantine, sizeof state->quarantine, "%u errors in a row",
                 state->errors_in_row);
}

/* The case, with the slot that it ran on. */
static bool conclude(void *context, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported)
{
    struct rack_campaign *campaign = context;
    struct campaign_reader reader = campaign_read(&answers->slices[0]);
    struct report_case again;
    void *memory = NULL;
    if (!campaign_case_use.conclude(&campaign->base, answers, out, ret_reported))
        return false;
    if (!answers->slices[0].size || !campaign_take_case(&reader, &again, &memory))
        return true;
    free(memory);
    (void)campaign_take_text(&reader);
    ret_reported->slot = campaign_take_text(&reader); /* lies in the answers */
    return true;
}

static void tell(void *context, const struct campaign_answers *answers, FILE *out)
{
    struct rack_campaign *campaign = context;
    campaign_case_use.tell(&campaign->base, answers, out);
}

const struct campaign_use rack_use = {.slices = 1,
                                      .fits = fits,
                                      .answered = answered,
                                      .left_over = left_over,
                                      .start = start,
                                      .finish = finish,
                                      .work = work,
                                      .conclude = conclude,
                                      .tell = tell};
