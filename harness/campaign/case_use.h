/* case_use.h - what `fotarig run` does with a case: runs it on a target and judges it. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_CASE_USE_H
#define FOTARIG_HARNESS_CAMPAIGN_CASE_USE_H

#include "harness/bench/target.h"
#include "harness/campaign/campaign.h"

enum { CAMPAIGN_LATE_REPEATS_MAX = 8, CAMPAIGN_CLIENT_WORDS = 8 };

/* A setting of the emulator over what scenarios say. */
struct campaign_setting {
    uint16_t setting; /* enum sim_setting_id */
    int32_t value;
    const char *text; /* "answer-delay=50ms", for the command that repeats a run */
};

/* The context of campaign_case_use; texts and lists belong to the caller. */
struct campaign_case_context {
    const struct campaign *campaign;
    struct bench_target *target; /* made, not opened: each process opens it for itself */
    struct bench_options bench;  /* wire and speed */
    uint32_t repeat_late; /* runs for which this machine was late are repeated so often, 0 to MAX */
    const struct campaign_setting *settings;
    size_t setting_count;
    const char *client[CAMPAIGN_CLIENT_WORDS + 1]; /* options that say which client ran, for the
                                                      command that repeats a run; NULL ends them */
    bool timeline, digests, costs, explain;        /* told behind each case */
    /* Judges a run anew that is no plain one (a token with a fault); NULL = as it is judged. */
    void (*judge)(const struct campaign_case_context *context, const struct campaign_case *planned,
                  struct bench_result *result);
    const void *judge_context;
    /*
     * Keeps what a run has left, in the process that ran it; NULL = nobody does. False with the
     * reason: a case that passed is an error then.
     */
    bool (*keep)(const struct campaign_case_context *context, const struct campaign_case *planned,
                 const struct bench_run *run, const struct bench_result *result, const char *repeat,
                 char reterr_text[BENCH_TEXT_MAX]);
    const void *keep_context;
    /* Puts an earlier run of the case beside one that did not pass; what it adds to the case stays
       valid until it is called again. NULL = there is none. */
    void (*compare)(void *compare_context, const struct campaign_case *planned,
                    const struct bench_run *run, struct report_case *reported);
    void *compare_context;
    /* What a run has reached: written down in the process that ran it, and read in the one that
       reports. NULL = nobody asks. False: no memory. */
    bool (*gather)(void *reach_context, const struct bench_run *run, struct campaign_bytes *bytes);
    bool (*merge)(void *reach_context, const struct campaign_case *planned,
                  struct campaign_reader *reader);
    void *reach_context;
    /* Private: of the case that was concluded last. */
    void *lists;
    const char *extras;
};

extern const struct campaign_use campaign_case_use;

void campaign_case_context_done(struct campaign_case_context *context);

/* The case with the settings; `changed` is used when there are some. */
const struct scenario_case *campaign_with_settings(const struct campaign_case_context *context,
                                                   const struct scenario_case *one,
                                                   struct scenario_case *changed);

#endif
