/* rack_use.c - which slot a case goes to, and what becomes of slots; slot_process.c works on them.
 */
#include "harness/rack/rack_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/carry.h"
#include "harness/rack/internal.h"

enum {
    ERRORS_MOST = 2,      /* in a row, then the slot is left alone */
    LOOK_MS = 1000,       /* between two states of slots.json */
    LOOK_AGAIN_MS = 10000 /* when nothing has changed */
};

/* ---- slots ----------------------------------------------------------------------------------- */

static void set_revision(struct rack_state *state, const char *revision)
{
    if (state->revision != revision)
        snprintf(state->revision, sizeof state->revision, "%s", revision);
    rack_take_package(state->slot, state->revision, NULL, &state->package);
}

/* Brings back those that do not answer, as far as the lab can. */
static bool wake(const struct rack_campaign *campaign, struct rack_probe *probes)
{
    bool *wanted = calloc(campaign->slot_count, sizeof *wanted);
    for (size_t i = 0; wanted && i < campaign->slot_count; i++)
        wanted[i] = probes[i].found == RACK_FOUND_NOTHING && rack_can_wake(&campaign->slots[i]);
    bool good =
        wanted && rack_ask_all(campaign->slots, campaign->slot_count, rack_wake, wanted, probes);
    free(wanted);
    return good;
}

bool rack_campaign_begin(struct rack_campaign *campaign)
{
    struct rack_probe *probes = calloc(campaign->slot_count, sizeof *probes);
    campaign->states = calloc(campaign->slot_count, sizeof *campaign->states);
    campaign->doing = rack_doing_new(campaign->slot_count);
    bool good = probes && campaign->states &&
                rack_probe_all(campaign->slots, campaign->slot_count, probes) &&
                (!campaign->may_act || wake(campaign, probes));
    for (size_t i = 0; i < campaign->slot_count && good; i++) {
        struct rack_state *state = &campaign->states[i];
        state->slot = &campaign->slots[i];
        state->doing = campaign->doing ? &campaign->doing[i] : NULL;
        bool is_booked_later = !state->slot->transport && !state->slot->out_of_service;
        if (probes[i].found != RACK_FOUND_AS_WRITTEN && !is_booked_later)
            snprintf(state->quarantine, sizeof state->quarantine, "%s", probes[i].text);
        set_revision(state, probes[i].revision);
        struct bench_target_options options =
            rack_target_options(campaign, state->slot, &state->package);
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
    rack_rehearsals_done(&campaign->rehearsals);
    rack_doing_free(campaign->doing, campaign->slot_count);
    campaign->doing = NULL;
    rack_now_done(&campaign->written);
    free((void *)(uintptr_t)campaign->details);
    campaign->details = NULL;
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
static bool suits(struct rack_campaign *campaign, struct rack_state *state,
                  const struct scenario_case *one, char text[CAMPAIGN_TEXT_MAX])
{
    struct bench_plan plan;
    if (state->quarantine[0]) {
        snprintf(text, CAMPAIGN_TEXT_MAX, "slot %s is quarantined: %.300s", state->slot->name,
                 state->quarantine);
        return false;
    }
    rack_plan_case(campaign, state->slot, state->revision, &state->target, &state->package, one,
                   &plan);
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
        if (suits(campaign, &campaign->states[i], one, text)) {
            *ret_slot = &campaign->slots[i];
            return true;
        }
    return false;
}

static bool fits(void *context, unsigned worker, const struct campaign_case *planned)
{
    struct rack_campaign *campaign = context;
    char text[CAMPAIGN_TEXT_MAX];
    return suits(campaign, &campaign->states[worker], planned->one, text);
}

/* Whether a slot could take it at that revision, if it had nothing else to do and no limit. */
static bool could_take(struct rack_campaign *campaign, struct rack_state *state,
                       const char *revision, const struct scenario_case *one)
{
    struct bench_plan plan;
    rack_plan_case(campaign, state->slot, revision, &state->target, &state->package, one, &plan);
    return plan.runs && (!plan.destructive || state->package.url);
}

/* At none of the revisions that its packages lead to will a slot take it. */
static bool is_hopeless(void *context, const struct campaign_case *planned)
{
    struct rack_campaign *campaign = context;
    bool can = false;
    for (size_t i = 0; i < campaign->slot_count && !can; i++) {
        struct rack_state *state = &campaign->states[i];
        can = could_take(campaign, state, state->revision, planned->one);
        for (size_t j = 0; j < state->slot->package_count && !can; j++)
            can = could_take(campaign, state, state->slot->packages[j].to, planned->one);
    }
    return !can;
}

static void given(void *context, unsigned worker, const struct campaign_case *planned)
{
    struct rack_campaign *campaign = context;
    campaign->states[worker].given = *planned;
    campaign->states[worker].now = &campaign->states[worker].given;
    campaign->states[worker].since_us = bench_clock_us();
    campaign->states[worker].since_ms = campaign_wall_clock_ms();
}

/* ---- what slots do now ----------------------------------------------------------------------- */

static unsigned act_of(const struct rack_state *state)
{
    return state->now && state->doing ? atomic_load(&state->doing->act)
           : state->now               ? RACK_ACT_CASE
                                      : RACK_ACT_REST;
}

static void note_now(const struct rack_campaign *campaign, const struct rack_state *state,
                     struct rack_now *ret_now)
{
    static const char *const powers[] = {
        [RACK_POWER_UNKNOWN] = "", [RACK_POWER_OFF] = "off", [RACK_POWER_ON] = "on"};
    unsigned power = state->doing ? atomic_load(&state->doing->power) : RACK_POWER_UNKNOWN;
    *ret_now = (struct rack_now){.cases = state->case_count, .updates = state->update_count};
    snprintf(ret_now->slot, sizeof ret_now->slot, "%.60s", state->slot->name);
    snprintf(ret_now->revision, sizeof ret_now->revision, "%.60s", state->revision);
    snprintf(ret_now->does, sizeof ret_now->does, "%s", rack_act_text(act_of(state)));
    snprintf(ret_now->power, sizeof ret_now->power, "%s", powers[power]);
    snprintf(ret_now->quarantine, sizeof ret_now->quarantine, "%s", state->quarantine);
    if (state->now) {
        ret_now->since_ms = state->since_ms;
        snprintf(ret_now->case_name, sizeof ret_now->case_name, "%.200s",
                 campaign_case_id(campaign->base.campaign, state->now));
    }
}

/* Keeps slots.json true, for whoever looks with `rack serve`; it is no reason to stop. */
static void look(void *context)
{
    struct rack_campaign *campaign = context;
    struct rack_now_list *written = &campaign->written;
    const char *folder = campaign->base.campaign->options.reports;
    uint64_t now_ms = campaign_wall_clock_ms();
    if (!folder || now_ms - written->at_ms < LOOK_MS)
        return;
    struct rack_now *slots = calloc(campaign->slot_count, sizeof *slots);
    for (size_t i = 0; slots && i < campaign->slot_count; i++)
        note_now(campaign, &campaign->states[i], &slots[i]);
    bool same = slots && written->slots && now_ms - written->at_ms < LOOK_AGAIN_MS &&
                memcmp(slots, written->slots, campaign->slot_count * sizeof *slots) == 0;
    if (!slots || same) {
        free(slots);
        return;
    }
    rack_now_done(written);
    *written =
        (struct rack_now_list){.slots = slots, .count = campaign->slot_count, .at_ms = now_ms};
    (void)rack_now_write(folder, written);
}

static void live(void *context, FILE *out)
{
    const struct rack_campaign *campaign = context;
    for (size_t i = 0; i < campaign->slot_count; i++) {
        const struct rack_state *state = &campaign->states[i];
        fprintf(out, "  %-8s %4u %-7s ", state->slot->name, state->case_count,
                state->case_count ? report_verdict_name(state->last) : "");
        if (state->quarantine[0])
            fprintf(out, "quarantined: %s\n", state->quarantine);
        else if (state->now)
            fprintf(out, "%4u s  %s %s: %s\n",
                    (unsigned)((bench_clock_us() - state->since_us) / 1000000u),
                    rack_act_text(act_of(state)), state->now->scenario->group,
                    state->now->one->name);
        else
            fprintf(out, "rests, at %s\n", state->revision[0] ? state->revision : "?");
    }
}

void rack_campaign_rest(struct rack_campaign *campaign)
{
    for (size_t i = 0; i < campaign->slot_count; i++)
        campaign->states[i].now = NULL;
    campaign->written.at_ms = 0;
    look(campaign);
}

/* No slot will take it: for want of the right one, or because all that are right broke. */
static enum report_verdict left_over(void *context, const struct campaign_case *planned,
                                     char *ret_text)
{
    struct rack_campaign *campaign = context;
    bool broke = false;
    for (size_t i = 0; i < campaign->slot_count; i++) {
        (void)suits(campaign, &campaign->states[i], planned->one, ret_text);
        broke = broke || (campaign->states[i].quarantine[0] && !campaign->slots[i].out_of_service);
        if (!campaign->states[i].quarantine[0])
            return REPORT_SKIPPED; /* a slot that works has a reason that will not change */
    }
    return broke ? REPORT_ERROR : REPORT_SKIPPED;
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
    state->now = NULL;
    state->last = (uint8_t)reported.verdict;
    /* That this machine was late says nothing of the slot. */
    if (reported.verdict != REPORT_ERROR || reported.kind != REPORT_KIND_LATENESS)
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

/* One more line of the explanation. False: no memory. */
static bool add_detail(struct rack_campaign *campaign, const char *text,
                       struct report_case *reported)
{
    size_t count = reported->detail_count;
    if (!text || !text[0])
        return true;
    const char **details = calloc(count + 1, sizeof *details);
    if (!details)
        return false;
    if (count)
        memcpy(details, reported->details, count * sizeof *details);
    details[count] = text;
    free((void *)(uintptr_t)campaign->details);
    campaign->details = details;
    reported->details = details;
    reported->detail_count = count + 1;
    return true;
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
    (void)campaign_take_text(&reader);
    (void)campaign_take_number(&reader);
    (void)campaign_take_text(&reader);
    return add_detail(campaign, campaign_take_text(&reader), ret_reported);
}

static void tell(void *context, const struct campaign_answers *answers, FILE *out)
{
    struct rack_campaign *campaign = context;
    campaign_case_use.tell(&campaign->base, answers, out);
}

const struct campaign_use rack_use = {.slices = 1,
                                      .fits = fits,
                                      .given = given,
                                      .live = live,
                                      .look = look,
                                      .answered = answered,
                                      .is_hopeless = is_hopeless,
                                      .left_over = left_over,
                                      .start = rack_slot_start,
                                      .finish = rack_slot_finish,
                                      .work = rack_slot_work,
                                      .conclude = conclude,
                                      .tell = tell};
