/* axes.c - what could happen, as the catalogues list it. */
#include <stdlib.h>
#include <string.h>

#include "core/fota.h"
#include "harness/coverage/internal.h"
#include "harness/scenario/scenario.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- sources: each returns the n-th value, NULL past the end -------------------------------- */

#define X(name, text, ...) text,
static const char *const outcomes[] = {FOTA_OUTCOMES(X)};
static const char *const reasons[] = {FOTA_REASONS(X)};
static const char *const requests[] = {FOTA_REQUESTS(X)};
static const char *const states[] = {FOTA_STATES(X)};
static const char *const phases[] = {SIM_PHASES(X)};
static const char *const resets[] = {SIM_RESETS(X)};
#undef X

static const char *outcome_value(size_t index)
{
    index += FOTA_OUTCOME_NONE + 1; /* a run that is over has one */
    return index < COUNT(outcomes) ? outcomes[index] : NULL;
}

static const char *reason_value(size_t index)
{
    return index < COUNT(reasons) ? reasons[index] : NULL;
}

static const char *request_value(size_t index)
{
    index += FOTA_REQUEST_NONE + 1;
    return index < COUNT(requests) ? requests[index] : NULL;
}

static const char *state_value(size_t index)
{
    return index < COUNT(states) ? states[index] : NULL;
}

static const char *phase_value(size_t index)
{
    return index < COUNT(phases) ? phases[index] : NULL;
}

static const char *reset_value(size_t index)
{
    return index < COUNT(resets) ? resets[index] : NULL;
}

static const char *fault_value(size_t index)
{
    return index < SCENARIO_FAULT_COUNT ? scenario_fault_name((unsigned)index) : NULL;
}

static const char *action_value(size_t index)
{
    return index < SCENARIO_ACTION_COUNT ? scenario_action_name((unsigned)index) : NULL;
}

static const char *(*const sources[COVERAGE_AXIS_COUNT])(size_t index) = {
    [COVERAGE_AXIS_PHASE] = phase_value,     [COVERAGE_AXIS_STATE] = state_value,
    [COVERAGE_AXIS_FAULT] = fault_value,     [COVERAGE_AXIS_ACTION] = action_value,
    [COVERAGE_AXIS_OUTCOME] = outcome_value, [COVERAGE_AXIS_REASON] = reason_value,
    [COVERAGE_AXIS_REQUEST] = request_value, [COVERAGE_AXIS_RESET] = reset_value,
    [COVERAGE_AXIS_URC] = sim_update_urc,
};

/* The groups of facts that are axes; a fact is found by walking, so they are walked once. */
static const char *const groups[COVERAGE_AXIS_COUNT] = {
    [COVERAGE_AXIS_STATUS] = "status",
    [COVERAGE_AXIS_HTTP] = "http",
};

static bool add_value(struct coverage_axis *axis, const char *value)
{
    const char **grown = realloc(axis->values, (axis->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    axis->values = grown;
    axis->values[axis->count++] = value;
    return true;
}

bool coverage_axis_fill(struct coverage_axis *axis, unsigned id)
{
    static const char *const names[] = {
#define X(name, text) text,
        COVERAGE_AXES(X)
#undef X
    };
    struct sim_fact fact;
    const char *value;
    bool good = true;
    axis->name = names[id];
    for (size_t i = 0; good && sources[id] && (value = sources[id](i)); i++)
        good = add_value(axis, value);
    for (size_t i = 0; good && groups[id] && sim_fact(i, &fact); i++)
        if (strcmp(fact.group, groups[id]) == 0)
            good = add_value(axis, fact.name);
    return good;
}
