/* needs.c - what the words of a case need, added up and held against what a target can do. */
#include "harness/scenario/needs.h"

#include <stdio.h>

/* ---- words ----------------------------------------------------------------------------------- */

static const uint32_t since_needs[] = {
#define X(id, text, need) SCENARIO_NEED_##need,
    SCENARIO_SINCES(X)
#undef X
};

static uint32_t needs_of_trigger(const struct scenario_trigger *when)
{
    const struct scenario_trigger_row *row = &scenario_trigger_rows[when->kind];
    return row->needs | (row->takes & SCENARIO_TAKES_SINCE ? since_needs[when->state] : 0);
}

/* The ends of a duration, which are events behind those of the file. */
static uint32_t needs_of_marks(const struct scenario_case *one,
                               const struct scenario_expectation *duration)
{
    uint32_t needs = 0;
    for (unsigned i = scenario_event_count(one); i < one->event_count; i++) {
        const struct scenario_event *end = &one->events[i];
        bool from = duration->from != UINT8_MAX && end->mark == duration->from + 1;
        if (from || end->mark == duration->to + 1)
            needs |= needs_of_trigger(&end->when);
    }
    return needs;
}

uint32_t scenario_expectation_needs(const struct scenario_case *one,
                                    const struct scenario_expectation *expectation)
{
    uint32_t needs = scenario_expectation_rows[expectation->kind].needs;
    switch (expectation->kind) {
    case SCENARIO_EXPECT_LIMIT:
        return needs | scenario_limit_rows[expectation->detail].needs;
    case SCENARIO_EXPECT_MODULE:
        return needs | scenario_module_end_rows[expectation->detail].needs;
    case SCENARIO_EXPECT_DURATION:
        return needs | needs_of_marks(one, expectation);
    default:
        return needs;
    }
}

bool scenario_rule_is_judged(unsigned rule, uint32_t abilities)
{
    return !(scenario_rule_rows[rule].needs & ~abilities);
}

/* ---- a case, word by word -------------------------------------------------------------------- */

/* One word of a case with what it needs; called in the order of the file. */
typedef void take_word(void *context, enum scenario_fit fit, struct scenario_place place,
                       const char *word, uint32_t needs);

static void each_event(const struct scenario_case *one, take_word *take, void *context)
{
    for (unsigned i = 0; i < scenario_event_count(one); i++) {
        const struct scenario_event *event = &one->events[i];
        take(context, SCENARIO_CANNOT_DO, event->place, scenario_trigger_name(event->when.kind),
             needs_of_trigger(&event->when));
        for (unsigned j = 0; j < event->action_count; j++) {
            const struct scenario_action *action = &one->actions[event->first_action + j];
            take(context, SCENARIO_CANNOT_DO, action->place, scenario_action_name(action->kind),
                 scenario_action_rows[action->kind].needs);
        }
    }
}

static const char *word_of(const struct scenario_expectation *expectation)
{
    if (expectation->kind == SCENARIO_EXPECT_LIMIT)
        return scenario_limit_name(expectation->detail);
    if (expectation->kind == SCENARIO_EXPECT_COST)
        return scenario_cost_name(expectation->detail);
    if (expectation->kind == SCENARIO_EXPECT_MODULE)
        return scenario_module_end_name(expectation->detail);
    return scenario_expectation_name(expectation->kind);
}

static void each_word(const struct scenario_case *one, take_word *take, void *context)
{
    if (one->server_place.line)
        take(context, SCENARIO_CANNOT_DO, one->server_place, "package", SCENARIO_NEED_SERVER);
    if (one->package_place.line)
        take(context, SCENARIO_CANNOT_DO, one->package_place, "package", SCENARIO_NEED_PACKAGE);
    if (one->setup_place.line)
        take(context, SCENARIO_CANNOT_DO, one->setup_place, "module", SCENARIO_NEED_MODULE_SETUP);
    if (one->then.place.line)
        take(context, SCENARIO_CANNOT_DO, one->then.place, "then",
             SCENARIO_NEED_SERVER | SCENARIO_NEED_PACKAGE | SCENARIO_NEED_CLIENT_CONTROL);
    each_event(one, take, context);
    for (unsigned i = 0; i < one->expectation_count; i++) {
        const struct scenario_expectation *expectation = &one->expectations[i];
        take(context, SCENARIO_CANNOT_JUDGE, expectation->place, word_of(expectation),
             scenario_expectation_needs(one, expectation));
    }
}

static void add_needs(void *context, enum scenario_fit fit, struct scenario_place place,
                      const char *word, uint32_t needs)
{
    uint32_t *all = context;
    (void)fit;
    (void)place;
    (void)word;
    *all |= needs;
}

uint32_t scenario_needs(const struct scenario_case *one)
{
    uint32_t needs = 0;
    each_word(one, add_needs, &needs);
    return needs;
}

/* ---- against a target ------------------------------------------------------------------------ */

struct lacking {
    uint32_t abilities;
    struct scenario_lack *lacks;
    size_t count, capacity;
};

/* The lowest bit as an index; SCENARIO_NEED_COUNT = none. */
static unsigned index_of(uint32_t need)
{
    unsigned index = 0;
    while (index < SCENARIO_NEED_COUNT && !(need >> index & 1))
        index++;
    return index;
}

static void tell(struct scenario_lack *lack)
{
    static const char *const texts[] = {
#define X(id, name, text) text,
        SCENARIO_NEEDS(X)
#undef X
    };
    snprintf(lack->text, sizeof lack->text, "line %lu: '%s' needs %s",
             (unsigned long)lack->place.line, lack->word, texts[index_of(lack->missing)]);
}

static void add_lack(void *context, enum scenario_fit fit, struct scenario_place place,
                     const char *word, uint32_t needs)
{
    struct lacking *it = context;
    struct scenario_lack lack = {
        .fit = (uint8_t)fit, .missing = needs & ~it->abilities, .place = place, .word = word};
    if (!lack.missing)
        return;
    if (it->count < it->capacity) {
        it->lacks[it->count] = lack;
        tell(&it->lacks[it->count]);
    }
    it->count++;
}

size_t scenario_lacks(const struct scenario_case *one, uint32_t abilities,
                      struct scenario_lack *lacks, size_t capacity)
{
    struct lacking it = {.abilities = abilities, .lacks = lacks, .capacity = capacity};
    each_word(one, add_lack, &it);
    return it.count;
}

enum scenario_fit scenario_fits(const struct scenario_case *one, uint32_t abilities,
                                struct scenario_lack *ret_lack)
{
    struct scenario_lack first = {.fit = SCENARIO_FITS};
    (void)scenario_lacks(one, abilities, &first, 1);
    if (ret_lack)
        *ret_lack = first;
    return (enum scenario_fit)first.fit;
}

const char *scenario_need_name(uint32_t need)
{
    static const char *const names[] = {
#define X(id, name, text) name,
        SCENARIO_NEEDS(X)
#undef X
    };
    unsigned index = index_of(need);
    return index < SCENARIO_NEED_COUNT ? names[index] : "?";
}
