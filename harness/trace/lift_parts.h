/* lift_parts.h - what the parts of lift share: a plan as text, as a run, as a hypothesis. */
#ifndef FOTARIG_HARNESS_TRACE_LIFT_PARTS_H
#define FOTARIG_HARNESS_TRACE_LIFT_PARTS_H

#include "harness/trace/lift.h"

/* How well a plan explains the trace. */
struct fit {
    size_t common;     /* items of the trace from the first on */
    size_t place;      /* of the run's, behind them */
    size_t parted;     /* the first of them that came at another time; common: none */
    bool complete;     /* and neither has more */
    unsigned repeated; /* events that only repeat it */
    uint64_t off_us;   /* how far its times are off, over the common items */
    int64_t parted_us; /* by so much it came later in the trace */
};

enum { LIFT_TRIGGERS_MAX = 96 };

/* Where something may have happened. */
struct triggers {
    char when[LIFT_TRIGGERS_MAX][LIFT_LINE_MAX];
    size_t count;
    bool on_command[LIFT_TRIGGERS_MAX]; /* actions that need a command make sense */
};

struct lifting {
    const struct dialogue *dialogue;
    struct outline recorded, now;
    struct dialogue now_dialogue;
    struct trace_log now_log;
    struct bench_run *run;
    struct lift_result *result;
    char refused[200];           /* why the last plan was no scenario */
    uint64_t enough_us;          /* times that are off by less in sum are explained */
    uint64_t gain_us;            /* what is nearer by less is no better */
    uint64_t parting_us;         /* of the best run: where it parts from the trace */
    char said[OUTLINE_TEXT_MAX]; /* of the trace, where they part */
    struct triggers near, far;
    struct lift_plan best;
    struct fit best_fit;
    struct lift_plan found; /* the best candidate of this round */
    struct fit found_fit;
    bool has_found;
};

/* A printf behind the `used` bytes of a `buffer` of `capacity`, as the functions call them. */
#define PUT(...)                                                                                   \
    (used += used < capacity ? (size_t)snprintf(buffer + used, capacity - used, __VA_ARGS__) : 0)

/* Text in single quotes behind what is used of a buffer; returns what is used then. */
size_t lift_put_quoted(char *buffer, size_t capacity, size_t used, const char *text);

/* Runs a plan to its end; false: the scenario can't be. The outline is in lifting->now then. */
bool lift_run_plan(struct lifting *lifting, const struct lift_plan *plan,
                   struct bench_result *ret_result);
struct fit lift_fit_of(const struct lifting *lifting, const struct lift_plan *plan);
bool lift_is_better(const struct lifting *lifting, const struct fit *a, const struct fit *b);
bool lift_has_no_times(const struct lifting *lifting);
/* Runs a plan as far as it may be better than the best one, and keeps it if it is the best yet. */
void lift_try_plan(struct lifting *lifting, const struct lift_plan *plan);

/* Finds where the best run, which is the last one, parts from the trace. */
void lift_look(struct lifting *lifting);

/* The hypotheses: each is a plan with something more than the best one, and is tried. */
void lift_try_event(struct lifting *lifting, const char *when, const char *action,
                    bool unexplained);
void lift_try_wire(struct lifting *lifting);
void lift_try_ways(struct lifting *lifting);
void lift_try_settings(struct lifting *lifting);
void lift_try_changes(struct lifting *lifting);
void lift_try_near(struct lifting *lifting);
/* Another number in what was added last. */
void lift_try_tuning(struct lifting *lifting);
void lift_try_far(struct lifting *lifting);
/* The events of a plan from the `first` on, each more or less often. */
void lift_try_counts(struct lifting *lifting, const struct lift_plan *base, size_t first);
/* The answer as it was: it explains nothing. */
void lift_try_repeating(struct lifting *lifting);

#endif
