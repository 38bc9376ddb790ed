/* names.c - the words of the scenario language, from the tables of scenario.h. */
#include "harness/scenario/scenario.h"

#define X(name, key, ...) key,
static const char *const trigger_names[] = {SCENARIO_TRIGGERS(X)};
static const char *const action_names[] = {SCENARIO_ACTIONS(X)};
static const char *const expectation_names[] = {SCENARIO_EXPECTATIONS(X)};
static const char *const limit_names[] = {SCENARIO_LIMITS(X)};
static const char *const module_end_names[] = {SCENARIO_MODULE_ENDS(X)};
static const char *const since_names[] = {SCENARIO_SINCES(X)};
#undef X

#define X(name, key, target, ...) SCENARIO_##target,
static const uint8_t action_targets[] = {SCENARIO_ACTIONS(X)};
#undef X

unsigned scenario_action_target(unsigned kind)
{
    return kind < SCENARIO_ACTION_COUNT ? action_targets[kind] : SCENARIO_HOST;
}

bool scenario_trigger_needs_core(unsigned kind)
{
    return kind == SCENARIO_TRIGGER_CORE_STATE || kind == SCENARIO_TRIGGER_REQUEST;
}

bool scenario_names_setting(const struct scenario_case *one, unsigned setting)
{
    return setting < SIM_SETTING_COUNT && (one->settings_named[setting / 8] >> setting % 8 & 1);
}

const char *scenario_trigger_name(unsigned kind)
{
    return kind < SCENARIO_TRIGGER_COUNT ? trigger_names[kind] : "?";
}

const char *scenario_action_name(unsigned kind)
{
    return kind < SCENARIO_ACTION_COUNT ? action_names[kind] : "?";
}

const char *scenario_expectation_name(unsigned kind)
{
    return kind < SCENARIO_EXPECT_COUNT ? expectation_names[kind] : "?";
}

const char *scenario_limit_name(unsigned limit)
{
    return limit < SCENARIO_LIMIT_COUNT ? limit_names[limit] : "?";
}

const char *scenario_module_end_name(unsigned end)
{
    return end < SCENARIO_MODULE_END_COUNT ? module_end_names[end] : "?";
}

const char *scenario_since_name(unsigned since)
{
    return since < SCENARIO_SINCE_COUNT ? since_names[since] : "?";
}
