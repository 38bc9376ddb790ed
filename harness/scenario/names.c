/* names.c - the words of the scenario language, from the tables of scenario.h. */
#include "harness/scenario/scenario.h"

#define X(name, key, ...) key,
static const char *const trigger_names[] = {SCENARIO_TRIGGERS(X)};
static const char *const action_names[] = {SCENARIO_ACTIONS(X)};
static const char *const expectation_names[] = {SCENARIO_EXPECTATIONS(X)};
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
    return kind == SCENARIO_TRIGGER_CORE_STATE;
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
