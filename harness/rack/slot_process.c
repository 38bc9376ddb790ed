/* slot_process.c - a slot in the process that works on it: its hooks, its cases, its module. */
#include "harness/rack/internal.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/carry.h"
#include "harness/ports/loop.h"
#include "harness/rack/slot_fixtures.h"
#include "sim/catalogue.h"

enum {
    COMES_BACK_MS = 30000, /* a module that was switched on, at its own clock */
    COMES_BACK_LEAST_MS = 1000,
    SETTLES_MS = 900000, /* one that was amid an update goes on with it, and is silent meanwhile */
    LOOK_AGAIN_MS = 200
};

/* ---- what a case comes to on a slot ---------------------------------------------------------- */

/* The target of a slot at the revision that it runs. */
struct bench_target_options rack_target_options(const struct rack_campaign *campaign,
                                                const struct rack_slot *slot,
                                                const struct scenario_override *override)
{
    return (struct bench_target_options){
        .url = slot->transport ? slot->transport : "exec:false", /* planned before it is booked */
        .far_end =
            slot->far_end == RACK_FAR_END_EMULATOR ? BENCH_FAR_END_EMULATOR : BENCH_FAR_END_MODULE,
        .allow_update = campaign->allow_update,
        .speed = slot->speed,
        .fixture_abilities = rack_fixture_abilities(slot),
        .fixture_names = slot->fixtures,
        .override = override};
}

/* Fills what goes before the scenario: the package, or just where the module is. */
void rack_take_package(const struct rack_slot *slot, const char *revision,
                       const struct rack_package *package, struct scenario_override *ret_override)
{
    *ret_override = (struct scenario_override){.delivery = FOTA_DELIVERY_COUNT,
                                               .variant = slot->variant,
                                               .checksum_if_wanted = true,
                                               .from_revision = revision[0] ? revision : NULL};
    if (!package)
        return;
    ret_override->url = package->url;
    ret_override->size_bytes = package->size_bytes;
    ret_override->crc32 = package->crc32;
    ret_override->from_revision = package->from;
    ret_override->to_revision = package->to;
    ret_override->allow_downgrade = true; /* the rack's owner has put the package there */
    if (package->variant)
        ret_override->variant = package->variant;
}

/* Plans with what stands in the override, and has it played in virtual time; true: it may run. */
static bool plan(struct rack_campaign *campaign, struct bench_target *target,
                 const struct scenario_override *override, const struct scenario_case *one,
                 const char *revision, struct bench_plan *ret_plan)
{
    bench_target_plan(target, one, revision[0] ? revision : NULL, ret_plan);
    if (!ret_plan->runs || (ret_plan->destructive && !override->url))
        return false;
    ret_plan->runs = rack_rehearse(&campaign->rehearsals, one, override,
                                   campaign->base.campaign->options.seed, ret_plan->reason);
    return ret_plan->runs;
}

/* Plans with a package; true: it runs, and that is what stands in override and plan. */
static bool try_package(struct rack_campaign *campaign, const struct rack_slot *slot,
                        const char *revision, const struct rack_package *package,
                        struct bench_target *target, struct scenario_override *override,
                        const struct scenario_case *one, struct bench_plan *ret_plan)
{
    struct scenario_override kept = *override;
    struct bench_plan made;
    rack_take_package(slot, revision, package, override);
    bool good = plan(campaign, target, override, one, revision, &made);
    if (good)
        *ret_plan = made;
    else
        *override = kept;
    return good;
}

const char *rack_plan_case(struct rack_campaign *campaign, const struct rack_slot *slot,
                           const char *revision, struct bench_target *target,
                           struct scenario_override *override, const struct scenario_case *one,
                           struct bench_plan *ret_plan)
{
    const struct rack_package *on = rack_package(slot, revision, NULL);
    const struct rack_package *back = rack_package(slot, NULL, revision);
    rack_take_package(slot, revision, on, override);
    bool good = plan(campaign, target, override, one, revision, ret_plan);
    if (!good && back)
        good = try_package(campaign, slot, revision, back, target, override, one, ret_plan);
    /* Not from where it is: from where its flash hook can bring it. */
    for (size_t i = 0; i < slot->package_count && !good && slot->hooks[RACK_HOOK_FLASH].words;
         i++) {
        const struct rack_package *package = &slot->packages[i];
        if (try_package(campaign, slot, package->from, package, target, override, one, ret_plan))
            return package->from;
    }
    return NULL;
}

/* ---- a slot, in its own process -------------------------------------------------------------- */

struct own {
    struct rack_campaign *campaign;
    struct rack_slot slot; /* with the transport that was booked */
    char transport[BENCH_PORT_URL_MAX];
    struct scenario_override package;
    struct bench_target target;
    struct campaign_case_context context;
    const char *argument; /* of the hook that is called next; NULL = none */
    struct rack_hook_run hook;
    struct rack_fixtures fixtures;
    struct rack_doing *doing;     /* is told what goes on; NULL = nobody is */
    char trouble[BENCH_TEXT_MAX]; /* of the slot: why it can't go on; "" = nothing */
    bool is_lost;                 /* it runs a third revision, or its power fails: no more cases */
    bool is_stuck;                /* its status says that an update goes on, for ever */
    bool unsettled;               /* the last case broke off, maybe amid an update */
    char remarks[CAMPAIGN_TEXT_MAX]; /* of the case: hooks that were called again; "" = none */
    char revision[RACK_PROBE_TEXT_MAX];
};

static bool stopped(void)
{
    return bench_signal() != 0;
}

static enum rack_act act_of(enum rack_hook_kind kind)
{
    return kind == RACK_HOOK_OFF                             ? RACK_ACT_POWER_OFF
           : kind == RACK_HOOK_ON || kind == RACK_HOOK_CYCLE ? RACK_ACT_POWER_ON
           : kind == RACK_HOOK_FLASH                         ? RACK_ACT_FLASH
                                                             : RACK_ACT_HOOK;
}

/* Runs a hook, if the slot has it; false: own->trouble says why it failed. */
static bool call(struct own *own, enum rack_hook_kind kind, const struct campaign_case *planned,
                 bool to_the_end)
{
    char seed[32];
    struct rack_call what = {
        .slot = &own->slot, .kind = kind, .argument = own->argument, .port = own->slot.transport};
    if (!own->slot.hooks[kind].words)
        return true;
    rack_does(own->doing, act_of(kind));
    what.out = own->campaign ? own->campaign->base.campaign->options.reports : NULL;
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

/* ---- power: what a hook says is not believed, the module is looked at -------------------------
 */

/* Without supply it says nothing, or its port is gone. */
static bool is_off(struct own *own)
{
    struct rack_probe probe;
    rack_probe(&own->slot, &probe);
    if (probe.found == RACK_FOUND_NOTHING) {
        rack_power_is(own->doing, false);
        return true;
    }
    snprintf(own->trouble, sizeof own->trouble,
             "hook 'off' of slot %s said that it is done, and the module answers", own->slot.name);
    return false;
}

/* It is amid an update, maybe of a campaign that was killed: it answers now, and will restart. */
static bool is_busy(const struct own *own, const struct rack_probe *probe)
{
    return !own->is_stuck && probe->found == RACK_FOUND_AS_WRITTEN && probe->status[0] >= '1' &&
           probe->status[0] <= '5';
}

/* How long it is waited for, from what was seen last. */
static uint64_t patience_us(const struct own *own, const struct rack_probe *probe)
{
    bool is_long = is_busy(own, probe) || own->unsettled;
    uint64_t ms = (is_long ? SETTLES_MS : COMES_BACK_MS) / own->slot.speed;
    return 1000 * (ms < COMES_BACK_LEAST_MS ? COMES_BACK_LEAST_MS : ms);
}

/*
 * Waits until it answers as the file says; its port may need a while to come back, and a module
 * whose update was broken off goes on with it. Else false with own->trouble.
 */
static bool wait_for_answer(struct own *own)
{
    struct rack_probe probe;
    uint64_t began_us = bench_clock_us();
    rack_does(own->doing, RACK_ACT_WAIT);
    for (;;) {
        rack_probe(&own->slot, &probe);
        bool goes_on = probe.found == RACK_FOUND_NOTHING || is_busy(own, &probe);
        if (!goes_on || stopped() || bench_clock_us() - began_us > patience_us(own, &probe))
            break;
        poll(NULL, 0, LOOK_AGAIN_MS);
    }
    memcpy(own->trouble, probe.text, sizeof own->trouble);
    if (probe.found != RACK_FOUND_AS_WRITTEN)
        return false;
    own->trouble[0] = '\0';
    own->is_stuck = is_busy(own, &probe); /* a status that was left over: that is the client's */
    own->unsettled = false;
    snprintf(own->revision, sizeof own->revision, "%s", probe.revision);
    return true;
}

static bool is_on(struct own *own)
{
    char problem[BENCH_TEXT_MAX];
    if (wait_for_answer(own)) {
        rack_power_is(own->doing, true);
        return true;
    }
    memcpy(problem, own->trouble, sizeof problem);
    snprintf(own->trouble, sizeof own->trouble, "after its power was switched on: %.200s", problem);
    return false;
}

static bool call_power(struct own *own, enum rack_hook_kind kind,
                       const struct campaign_case *planned, bool (*has_effect)(struct own *))
{
    for (unsigned calls = 0; calls < RACK_POWER_CALLS_MOST; calls++) {
        size_t used = strlen(own->remarks);
        if (calls)
            snprintf(own->remarks + used, sizeof own->remarks - used, "%shook '%s' again: %.150s",
                     used ? "; " : "", rack_hook_name(kind), own->trouble);
        own->trouble[0] = '\0';
        if (call(own, kind, planned, false) && has_effect(own))
            return true;
        if (stopped())
            return false;
    }
    own->is_lost = true;
    return false;
}

/* Switches it off and on again and sees it do so; nothing where the lab can't. */
static bool cycle(struct own *own, const struct campaign_case *planned)
{
    const struct rack_hook *hooks = own->slot.hooks;
    if (hooks[RACK_HOOK_OFF].words && hooks[RACK_HOOK_ON].words)
        return call_power(own, RACK_HOOK_OFF, planned, is_off) &&
               call_power(own, RACK_HOOK_ON, planned, is_on);
    return !hooks[RACK_HOOK_CYCLE].words || call_power(own, RACK_HOOK_CYCLE, planned, is_on);
}

/* ---- the slot -------------------------------------------------------------------------------- */

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

bool rack_slot_start(void *context, unsigned worker, void **ret_own, char *reterr_text)
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
    own->doing = campaign->states[worker].doing;
    memcpy(own->revision, campaign->states[worker].revision, sizeof own->revision);
    if (!campaign->states[worker].quarantine[0])
        book(own);
    char text[RACK_TEXT_MAX];
    if (!rack_fixtures_open(&own->fixtures, &own->slot, text) && !own->trouble[0])
        snprintf(own->trouble, sizeof own->trouble, "%.*s", (int)sizeof own->trouble - 1, text);
    own->fixtures.doing = own->doing;
    return true;
}

void rack_slot_finish(void *context, void *own_memory)
{
    struct own *own = own_memory;
    (void)context;
    if (!own)
        return;
    rack_fixtures_close(&own->fixtures);
    (void)call(own, RACK_HOOK_RELEASE, NULL, true);
    free(own);
}

/* A module that does not answer is brought back by the lab's means; true: it answers as written. */
static bool bring_back(struct own *own)
{
    for (unsigned tries = 0; tries < 3 && !stopped(); tries++) {
        own->trouble[0] = '\0';
        if (tries == 1 && !call(own, RACK_HOOK_RESET, NULL, false))
            return false;
        if (tries == 2 && !cycle(own, NULL))
            return false;
        if (wait_for_answer(own))
            return true;
    }
    return false;
}

void rack_wake(const struct rack_slot *slot, struct rack_probe *ret_probe)
{
    struct own *own = calloc(1, sizeof *own);
    *ret_probe = (struct rack_probe){.found = RACK_FOUND_NOTHING};
    if (own) {
        own->slot = *slot;
        own->unsettled = true; /* a campaign that was killed may have left it amid an update */
        if (cycle(own, NULL))
            rack_probe(slot, ret_probe);
        else
            memcpy(ret_probe->text, own->trouble, sizeof ret_probe->text);
    }
    free(own);
}

bool rack_can_wake(const struct rack_slot *slot)
{
    const struct rack_hook *hooks = slot->hooks;
    return slot->transport && !slot->out_of_service &&
           (hooks[RACK_HOOK_CYCLE].words ||
            (hooks[RACK_HOOK_OFF].words && hooks[RACK_HOOK_ON].words));
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

static bool is_another(const struct own *own, const char *before, const char *to)
{
    return own->revision[0] && strcmp(own->revision, before) != 0 &&
           (!to || strcmp(own->revision, to) != 0);
}

/*
 * Whether it runs what nobody has put there; `to` is what was on its way (NULL = nothing). It is
 * asked again before that is believed: one damaged answer must not take a slot out of the rack.
 */
static bool is_third(struct own *own, const char *before, const char *to)
{
    if (own->trouble[0] || !before[0] || !is_another(own, before, to) || !wait_for_answer(own) ||
        !is_another(own, before, to))
        return false;
    snprintf(own->trouble, sizeof own->trouble,
             "it ran %.60s, and ended at %.60s in place of %.60s", before, own->revision,
             to ? to : before);
    own->is_lost = true;
    return true;
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

/* A failure that a slow hook may have made is the lab's error, and says so. False: no memory. */
static bool excuse_lateness(struct own *own, const struct campaign_case *planned,
                            struct campaign_bytes *bytes)
{
    const struct rack_lateness lateness = {.cut_us = own->target.end.cut_late_us,
                                           .off_us = own->target.end.off_most_us};
    char text[BENCH_TEXT_MAX], told[2 * BENCH_TEXT_MAX];
    struct campaign_bytes excused = {0};
    struct report_case reported;
    void *memory = NULL;
    if (!lateness.cut_us || verdict_of(bytes) != REPORT_FAILED ||
        !rack_hinges_on_time(&own->campaign->rehearsals, planned->one, &own->package,
                             planned->token.seed, &lateness, text))
        return true;
    struct campaign_reader reader = campaign_read(bytes);
    if (!campaign_take_case(&reader, &reported, &memory))
        return false;
    snprintf(told, sizeof told, "%s; on this slot: %s", text,
             reported.message ? reported.message : "");
    reported.verdict = REPORT_ERROR;
    reported.kind = REPORT_KIND_BENCH;
    reported.message = told;
    campaign_put_case(&excused, &reported);
    campaign_put_text(&excused, campaign_take_text(&reader)); /* what is told behind the case */
    free(memory);
    campaign_bytes_done(bytes);
    *bytes = excused;
    return !bytes->failed;
}

/* Opens the slot's port, runs the case there, closes it. False: no memory. */
static bool run_case(struct own *own, const struct campaign_case *planned,
                     struct campaign_bytes *ret_bytes)
{
    struct bench_target_options options =
        rack_target_options(own->campaign, &own->slot, &own->package);
    struct bench_plan plan;
    void *runner = NULL;
    options.fixtures = &own->fixtures.bench;
    rack_does(own->doing, RACK_ACT_CASE);
    own->fixtures.call.case_name = planned->one->name;
    own->fixtures.call.out = own->campaign->base.campaign->options.reports;
    bool good = bench_target_init(&own->target, &options);
    own->context = own->campaign->base;
    own->context.target = &own->target;
    if (good)
        rack_plan_case(own->campaign, &own->slot, own->revision, &own->target, &own->package,
                       planned->one, &plan);
    if (good && campaign_case_use.start(&own->context, 0, &runner, own->trouble)) {
        good = campaign_case_use.work(&own->context, runner, planned, 0, ret_bytes) &&
               excuse_lateness(own, planned, ret_bytes);
        note_revision(own);
    } else if (good) {
        good = put_trouble(own, planned, ret_bytes);
    }
    campaign_case_use.finish(&own->context, runner);
    bench_target_done(&own->target);
    return good;
}

/* What the process that reports wants to know of the slot, behind the case. */
static bool put_state(const struct own *own, unsigned changes, struct campaign_bytes *ret_bytes)
{
    campaign_put_text(ret_bytes, own->slot.name);
    campaign_put_text(ret_bytes, own->revision);
    campaign_put_number(ret_bytes, changes);
    campaign_put_text(ret_bytes, own->trouble);
    campaign_put_text(ret_bytes, own->remarks);
    return !ret_bytes->failed;
}

/* Has the module brought to where the case can begin, if it is not there; what the hook says is not
 * believed. */
static bool flash(struct own *own, const struct campaign_case *planned)
{
    struct bench_target_options options =
        rack_target_options(own->campaign, &own->slot, &own->package);
    struct bench_plan plan;
    if (!bench_target_init(&own->target, &options))
        return false;
    const char *revision = rack_plan_case(own->campaign, &own->slot, own->revision, &own->target,
                                          &own->package, planned->one, &plan);
    bench_target_done(&own->target);
    if (!revision)
        return true;
    own->argument = revision;
    bool good = call(own, RACK_HOOK_FLASH, planned, false);
    own->argument = NULL;
    if (!good || !wait_for_answer(own))
        return false;
    if (strcmp(own->revision, revision) == 0)
        return true;
    snprintf(own->trouble, sizeof own->trouble,
             "hook 'flash' of slot %s was to bring %.60s, and the module runs %.60s",
             own->slot.name, revision, own->revision);
    return false;
}

/*
 * What the case before left in the module (an app network that is up, settings) is not of this one:
 * where the lab can switch power, each begins with a boot.
 */
static bool prepare(struct own *own, const struct campaign_case *planned)
{
    char before[RACK_PROBE_TEXT_MAX];
    memcpy(before, own->revision, sizeof before);
    return !own->trouble[0] && cycle(own, planned) &&
           !is_third(own, before, own->package.to_revision) && flash(own, planned) &&
           call(own, RACK_HOOK_PRE, planned, false);
}

/* What is done behind a case, for the next one or because of what was found. */
static void tidy_up(struct own *own, const struct campaign_case *planned,
                    enum report_verdict verdict, const char *began_at)
{
    if (!own->is_lost)
        own->trouble[0] = '\0'; /* it is told by the case */
    if (verdict == REPORT_FAILED || verdict == REPORT_ERROR)
        (void)call(own, RACK_HOOK_ON_FAILURE, planned, true);
    (void)call(own, RACK_HOOK_POST, planned, true);
    own->unsettled = verdict == REPORT_ERROR && own->package.to_revision;
    if (!own->trouble[0] && verdict == REPORT_ERROR)
        (void)bring_back(own);
    (void)is_third(own, began_at, own->package.to_revision);
}

bool rack_slot_work(void *context, void *own_memory, const struct campaign_case *planned,
                    unsigned slice, struct campaign_bytes *ret_bytes)
{
    struct own *own = own_memory;
    char before[RACK_PROBE_TEXT_MAX], began_at[RACK_PROBE_TEXT_MAX];
    (void)context, (void)slice;
    own->remarks[0] = '\0';
    memcpy(before, own->revision, sizeof before);
    bool prepared = prepare(own, planned);
    memcpy(began_at, own->revision, sizeof began_at);
    if (!(prepared ? run_case(own, planned, ret_bytes) : put_trouble(own, planned, ret_bytes)))
        return false;
    tidy_up(own, planned, verdict_of(ret_bytes), began_at);
    rack_does(own->doing, RACK_ACT_REST);
    /* What the module took: what a case before had begun, a flash, and this case's own. */
    unsigned changes = (before[0] && strcmp(before, began_at) != 0) +
                       (began_at[0] && strcmp(began_at, own->revision) != 0);
    return put_state(own, changes, ret_bytes);
}
