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
    uint64_t says;     /* digest of what the run says where they part; 0: nothing */
    size_t alike;      /* items behind the parting that both have, in whatever order */
};

enum { LIFT_TRIGGERS_MAX = 96 };

/* Where something may have happened. */
struct triggers {
    char when[LIFT_TRIGGERS_MAX][LIFT_LINE_MAX];
    size_t count;
    bool on_command[LIFT_TRIGGERS_MAX]; /* actions that need a command make sense */
};

/* Plans beside the best one; of those that say the same where they part from the trace, one. */
enum { LIFT_PLANS_MAX = 6, LIFT_GROUP_PLANS_MAX = 2 }; /* at all; of a group of hypotheses */
struct lift_plans {
    struct lift_plan plans[LIFT_PLANS_MAX];
    struct fit fits[LIFT_PLANS_MAX];
    size_t count;
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
    int64_t best_common_at_us;   /* of the best run: its last item that the trace has */
    int64_t late_us;             /* what the best run says there comes so much later in the trace */
    uint64_t parting_us;         /* of the best run: where it parts from the trace */
    char said[OUTLINE_TEXT_MAX]; /* of the trace, where they part */
    char next_command[LIFT_NAME_MAX]; /* of the best run, where they part; "" = none */
    struct triggers near, far;
    const struct lift_plan *running; /* the plan that is tried */
    bool hears; /* the trace has what the host heard at its rate, and it could not read all of it */
    struct lift_plan best;
    struct fit best_fit;
    struct lift_plan found; /* the best candidate of this round */
    struct fit found_fit;
    bool has_found;
    struct lift_plans detours; /* they explain no more: with a second thing they may */
    struct lift_plans rivals;  /* they explained more than the best of their round, and were not
                                  taken: they are gone back to */
    size_t plans_max;          /* of these lists, now */
    bool found_is_loss;        /* the best candidate is something that the line did */
    struct fit last_fit;       /* of the plan that was tried last */
    bool matters; /* the setting that was tried last: with another value the run is another */
    bool counts[SIM_SETTING_COUNT]; /* those that did, where the best run parts from the trace */
    bool happened;                  /* the last event of the plan that was tried last, in time */
    unsigned jobs;                  /* processes that try hypotheses */
};

/* A printf behind the `used` bytes of a `buffer` of `capacity`, as the functions call them. */
#define PUT(...)                                                                                   \
    (used += used < capacity ? (size_t)snprintf(buffer + used, capacity - used, __VA_ARGS__) : 0)

/* Text in single quotes behind what is used of a buffer; returns what is used then. */
size_t lift_put_quoted(char *buffer, size_t capacity, size_t used, const char *text);

/* The same of bytes in double quotes; false: they are too many. */
bool lift_put_escaped(char *buffer, size_t capacity, size_t used, const uint8_t *bytes, size_t size,
                      size_t *ret_used);

static inline bool lift_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Can it be written in a scenario? False: bytes that are no text. */
bool lift_is_text(const char *text);

/* What the module said behind a command, up to the next one; returns how many bytes. */
enum { LIFT_HEARD_MAX = 65536 };
size_t lift_heard_behind(const struct dialogue *dialogue, size_t step,
                         uint8_t bytes[LIFT_HEARD_MAX]);

/* Was the trace taken where bytes of another rate are no text? A journal has them as they were
   sent. */
bool lift_hears(const struct trace_log *log);
/* Are there several bytes of the module that are no text? */
bool lift_has_garbage(const struct trace_log *log);
/* Runs a plan to its end; false: the scenario can't be. The outline is in lifting->now then. */
bool lift_run_plan(struct lifting *lifting, const struct lift_plan *plan,
                   struct bench_result *ret_result);
struct fit lift_fit_of(const struct lifting *lifting, const struct lift_plan *plan);
bool lift_is_better(const struct lifting *lifting, const struct fit *a, const struct fit *b);
bool lift_has_no_times(const struct lifting *lifting);
/* Runs a plan as far as it may be better than the best one, and keeps it if it is the best yet. */
void lift_try_plan(struct lifting *lifting, const struct lift_plan *plan);

/* Keeps a plan if it is a detour or a rival that is not there yet. */
void lift_keep_detour(struct lifting *lifting, const struct lift_plan *plan, const struct fit *fit);
void lift_keep_rival(struct lifting *lifting, const struct lift_plan *plan, const struct fit *fit);
/* Which of two rivals is gone back to first: what explains all, then the one that repeats less,
   then what explains more. */
bool lift_is_rather(const struct fit *a, const struct fit *b);

/* Finds where the best run, which is the last one, parts from the trace. */
void lift_look(struct lifting *lifting);

/* The hypotheses: each is a plan with something more than the best one, and is tried. */
void lift_try_event(struct lifting *lifting, const char *when, const char *action,
                    bool unexplained);

/* A line of a scenario: is its key said at that place? Adds it; false: no room, or it is said. */
bool lift_has_line(const struct lift_plan *plan, enum lift_place place, const char *text);
bool lift_add_line(struct lift_plan *plan, enum lift_place place, const char *text);
/* A line of a job that shows only when something goes wrong; NULL: there is none. */
const char *lift_limit(size_t index);
void lift_try_line(struct lifting *lifting, enum lift_place place, const char *text);
/* An action at its time that only repeats the trace, alone and with a setting. */
void lift_try_in_silence(struct lifting *lifting, uint64_t at_us, const char *action);

/* A kind of hypotheses, in groups that know nothing of each other. */
struct lift_kind {
    size_t (*count)(const struct lifting *lifting); /* of groups */
    void (*try)(struct lifting *lifting, size_t index);
};
extern const struct lift_kind lift_wire, lift_ways, lift_settings, lift_changes, lift_near,
    lift_far, lift_tuning;
/* The events of a plan from the `first` on, each more or less often. */
void lift_try_counts(struct lifting *lifting, const struct lift_plan *base, size_t first);
/* A module that talks at another rate than the host from the beginning, if garbage comes first. */
void lift_try_start_rates(struct lifting *lifting);
/* A module that talks at another rate from its update on. */
void lift_try_rates(struct lifting *lifting);
/* An update that ends otherwise and without a word. */
void lift_try_ends(struct lifting *lifting);
/* The answer as it was: it explains nothing. */
void lift_try_repeating(struct lifting *lifting);

#endif
