/*
 * judge.h - expectations of a scenario and rules that hold in every run, as one table.
 *
 * The bench feeds what happens into a monitor (a value, part of the world), and asks at the end.
 * Expectations are what the scenario's author wants; rules are what no client may ever do.
 */
#ifndef FOTARIG_HARNESS_JUDGE_JUDGE_H
#define FOTARIG_HARNESS_JUDGE_JUDGE_H

#include "harness/judge/told.h"
#include "harness/scenario/scenario.h"

enum { SCENARIO_RULES_MAX = 12 }; /* as many as there may be; the rest of the monitor is full */

/* What was seen so far. A value; all zero is the beginning. */
struct scenario_monitor {
    uint64_t attempt_began_at_us;            /* of the running attempt; 0 = none */
    uint64_t mark_at_us[SCENARIO_MARKS_MAX]; /* ends of durations; 0 = not yet */
    uint64_t met;           /* bit n: expectation n is met; of what must never be: it was */
    uint16_t statuses_read; /* bit n: the core read status n */
    uint8_t starts;         /* start commands run in this attempt */
    uint8_t job;            /* of the case, that is under way */
    uint8_t broken[SCENARIO_RULES_MAX]; /* 1 = the rule was broken while it ran */
    struct scenario_told told;
};
_Static_assert((int)SCENARIO_RULE_COUNT <= (int)SCENARIO_RULES_MAX, "room for each rule");
_Static_assert(sizeof(struct scenario_monitor) == 8 + 8 * SCENARIO_MARKS_MAX + 8 + 4 +
                                                      SCENARIO_RULES_MAX +
                                                      sizeof(struct scenario_told),
               "padding in struct scenario_monitor");
_Static_assert(SCENARIO_EXPECTATIONS_MAX <= 64, "one bit per expectation");

/* Which expectations an event may concern, worked out once per case. */
struct scenario_watch {
    uint8_t count[SCENARIO_EXPECT_COUNT];
    uint8_t index[SCENARIO_EXPECT_COUNT][SCENARIO_EXPECTATIONS_MAX];
    /* By the expectation's number: its text, of a command without AT; "" = it has none. */
    struct {
        const char *text;
        size_t length;
    } wanted[SCENARIO_EXPECTATIONS_MAX];
};
void scenario_watch_init(struct scenario_watch *watch, const struct scenario_case *one);

/* Feeding. `text` need not be NUL-terminated. */
void scenario_saw_command(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                          const struct scenario_case *one, const char *text, size_t length,
                          const struct sim_view *module, uint64_t now_us);
/* One that was on the line and that modules do not run: at once behind another (T16). */
void scenario_saw_dropped_command(struct scenario_monitor *monitor,
                                  const struct scenario_watch *watch, const char *text,
                                  size_t length);
void scenario_saw_urc(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                      const char *text, size_t length);
void scenario_saw_request(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                          const struct scenario_case *one, unsigned request,
                          const struct sim_view *module, uint64_t now_us);
/* When the worst time of the running attempt is over: nothing may disturb it before. */
uint64_t scenario_attempt_ends(const struct scenario_monitor *monitor,
                               const struct scenario_case *one);
void scenario_saw_attempt(struct scenario_monitor *monitor, uint64_t now_us);
/* The host begins the job of `then`. */
void scenario_saw_next_job(struct scenario_monitor *monitor);
/* A mark of the case's events; the first time counts. */
void scenario_saw_mark(struct scenario_monitor *monitor, unsigned mark, uint64_t now_us);
void scenario_saw_status(struct scenario_monitor *monitor, unsigned status);
/* What a function of told.h found of monitor->told. */
void scenario_saw_told(struct scenario_monitor *monitor, bool good);

/* What the module's end of a bench says to a question about the module as it is now. */
enum scenario_answer { SCENARIO_NO, SCENARIO_YES, SCENARIO_UNKNOWN };
enum scenario_module_flag { SCENARIO_MODULE_HAS_IMEI, SCENARIO_MODULE_HAS_BEARER };

/* How it is asked; `context` is scenario_observed.asked. UNKNOWN: it can't be found out here. */
struct scenario_asking {
    /* Is there this file ("/fota/update.zip")? YES: *ret_size_bytes is its length. */
    enum scenario_answer (*file)(const void *context, const char *path, uint32_t *ret_size_bytes);
    /* YES: *ret_value is the parameter's (sim_look_parameter_find()), -1 = it has none. */
    enum scenario_answer (*parameter)(const void *context, unsigned parameter, int32_t *ret_value);
    enum scenario_answer (*flag)(const void *context, enum scenario_module_flag flag);
};

/* How a run ended. */
struct scenario_observed {
    bool finished; /* the client came to an end by itself */
    struct fota_result result;
    struct fota_statistics statistics; /* of the client */
    struct sim_view module;
    const struct scenario_asking *asking; /* what else the module is like at the end */
    const void *asked;
    uint8_t job;                         /* that the result is of: 0 the first, 1 that of `then` */
    uint8_t first_outcome, first_reason; /* with job 1 */
    char start_revision[FOTA_REVISION_LENGTH + 1]; /* that the module ran when the job began */
    uint64_t duration_us;
    char how[160];    /* a client of somebody's own that has not come to an end: what it does, or
                         what ended it; "" = nothing to say */
    uint32_t lacking; /* bits of enum scenario_need: what needs one of them is not judged */
    bool costs_are_judged; /* the run is one that COSTS are figures of */
};

/* What kind of thing is not as it should be: X(NAME, "name", "what it says") */
#define SCENARIO_FINDING_KINDS(X)                                                                  \
    X(EXPECTATION, "expectation", "something that the scenario's author wants is not so")          \
    X(EVENT, "event", "an event that was armed never fired")                                       \
    X(RULE, "rule", "a rule that holds in every run was broken")                                   \
    X(OUTCOME, "outcome", "a fault changed how the run ends, and may not")                         \
    X(REPLAY, "replay", "the client said what the recorded one did not")

enum scenario_finding_kind {
#define X(name, text, meaning) SCENARIO_FINDING_##name,
    SCENARIO_FINDING_KINDS(X)
#undef X
        SCENARIO_FINDING_KIND_COUNT
};

/* One thing that is not as it should be. */
struct scenario_finding {
    struct scenario_place place; /* line 0: stands in no file */
    uint8_t kind;                /* enum scenario_finding_kind */
    bool are_bytes;              /* want and got are values as the module gives them, not prose */
    char what[48];               /* "expect.status" or "rule honest-updated" */
    char want[224], got[224];
};

/*
 * Judges; writes up to `capacity` findings in the order of the file, rules last. Returns how many
 * there are (may be more than were written). 0 = all is as expected.
 */
size_t scenario_judge(const struct scenario_case *one, const struct scenario_monitor *monitor,
                      const struct scenario_observed *observed, struct scenario_finding *findings,
                      size_t capacity);

/* What the run cost (enum scenario_cost): us, numbers, bytes. */
uint64_t scenario_cost(const struct scenario_observed *observed, unsigned cost);

/*
 * Puts the cause before its consequence: broken rules, then how the run ended if it ended badly,
 * else first the events that never fired; what is left stands as it stood.
 */
void scenario_findings_sort(struct scenario_finding *findings, size_t count,
                            const struct scenario_observed *observed);

const char *scenario_finding_kind_name(unsigned kind);

#endif
