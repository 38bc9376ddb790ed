/* rows.c - the rows of rows.h as tables, and their names. */
#include "harness/scenario/scenario.h"

const struct scenario_trigger_row scenario_trigger_rows[] = {
#define X(id, key, value, can_take, place, how, hook_mask, need, text)                             \
    {.name = (key),                                                                                \
     .help = (text),                                                                               \
     .takes = (can_take),                                                                          \
     .where = SCENARIO_##place,                                                                    \
     .match = SCENARIO_MATCH_##how,                                                                \
     .hooks = (hook_mask),                                                                         \
     .needs = SCENARIO_NEED_##need},
    SCENARIO_TRIGGERS(X)
#undef X
};

const struct scenario_action_row scenario_action_rows[] = {
#define X(id, key, value, can_take, word, place, how, action, kind, need, text)                    \
    {.name = (key),                                                                                \
     .help = (text),                                                                               \
     .takes = (can_take),                                                                          \
     .back = (word),                                                                               \
     .where = SCENARIO_##place,                                                                    \
     .doing = SCENARIO_DO_##how,                                                                   \
     .sim = (action),                                                                              \
     .fault = SCENARIO_FAULT_##kind,                                                               \
     .needs = SCENARIO_NEED_##need},
    SCENARIO_ACTIONS(X)
#undef X
};

const struct scenario_expectation_row scenario_expectation_rows[] = {
#define X(id, key, value, judge, need, text) {(key), (text), SCENARIO_NEED_##need},
    SCENARIO_EXPECTATIONS(X)
#undef X
};

const struct scenario_expectation_row scenario_limit_rows[] = {
#define X(id, key, type, member, need, text) {(key), (text), SCENARIO_NEED_##need},
    SCENARIO_LIMITS(X)
#undef X
};

const struct scenario_expectation_row scenario_module_end_rows[] = {
#define X(id, key, value, judge, need, text) {(key), (text), SCENARIO_NEED_##need},
    SCENARIO_MODULE_ENDS(X)
#undef X
};

const struct scenario_rule_row scenario_rule_rows[] = {
#define X(id, text, rule, need_mask, demanded) {(text), (demanded), (need_mask)},
    SCENARIO_RULES(X)
#undef X
};

#define X(id, text, ...) text,
static const char *const since_names[] = {SCENARIO_SINCES(X)};
static const char *const fault_names[] = {SCENARIO_FAULTS(X)};
#undef X

bool scenario_names_setting(const struct scenario_case *one, unsigned setting)
{
    return setting < SIM_SETTING_COUNT && (one->settings_named[setting / 8] >> setting % 8 & 1);
}

unsigned scenario_trigger_of_hook(unsigned hook)
{
    unsigned kind = 0;
    while (kind < SCENARIO_TRIGGER_COUNT && !(scenario_trigger_rows[kind].hooks >> hook & 1))
        kind++;
    return kind;
}

const char *scenario_trigger_name(unsigned kind)
{
    return kind < SCENARIO_TRIGGER_COUNT ? scenario_trigger_rows[kind].name : "?";
}

const char *scenario_action_name(unsigned kind)
{
    return kind < SCENARIO_ACTION_COUNT ? scenario_action_rows[kind].name : "?";
}

const char *scenario_expectation_name(unsigned kind)
{
    return kind < SCENARIO_EXPECT_COUNT ? scenario_expectation_rows[kind].name : "?";
}

const char *scenario_limit_name(unsigned limit)
{
    return limit < SCENARIO_LIMIT_COUNT ? scenario_limit_rows[limit].name : "?";
}

const char *scenario_cost_name(unsigned cost)
{
    static const char *const names[] = {
#define X(id, key, ...) key,
        SCENARIO_COSTS(X)
#undef X
    };
    return cost < SCENARIO_COST_COUNT ? names[cost] : "?";
}

const char *scenario_module_end_name(unsigned end)
{
    return end < SCENARIO_MODULE_END_COUNT ? scenario_module_end_rows[end].name : "?";
}

const char *scenario_rule_name(unsigned rule)
{
    return rule < SCENARIO_RULE_COUNT ? scenario_rule_rows[rule].name : "?";
}

const char *scenario_since_name(unsigned since)
{
    return since < SCENARIO_SINCE_COUNT ? since_names[since] : "?";
}

const char *scenario_fault_name(unsigned fault)
{
    return fault < SCENARIO_FAULT_COUNT ? fault_names[fault] : "?";
}
