/* axes.c - what could happen, as the catalogues list it. */
#include <stdlib.h>
#include <string.h>

#include "core/fota.h"
#include "harness/coverage/internal.h"
#include "harness/scenario/scenario.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Each action belongs to one kind of fault: all of them together, and none twice. */
#define ACTION(name)        (UINT64_C(1) << SCENARIO_ACTION_##name)
#define ALL                 ((UINT64_C(1) << SCENARIO_ACTION_COUNT) - 1)
#define X(name, text, bits) | (bits)
_Static_assert((0 COVERAGE_FAULTS(X)) == ALL, "an action has no kind of fault (coverage.h)");
#undef X
#define X(name, text, bits) +(bits)
_Static_assert((0 COVERAGE_FAULTS(X)) == ALL, "an action has two kinds of fault (coverage.h)");
#undef X

static const struct {
    const char *name;
    uint64_t actions;
} faults[] = {
#define X(name, text, bits) {text, bits},
    COVERAGE_FAULTS(X)
#undef X
};

unsigned coverage_fault_of(unsigned action)
{
    unsigned fault = 0;
    while (fault + 1 < COUNT(faults) && !(faults[fault].actions >> action & 1))
        fault++;
    return fault;
}

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
    return index < COUNT(faults) ? faults[index].name : NULL;
}

static const char *action_value(size_t index)
{
    return index < SCENARIO_ACTION_COUNT ? scenario_action_name((unsigned)index) : NULL;
}

static const char *fact_of(const char *group, size_t index)
{
    struct sim_fact fact;
    for (size_t i = 0; sim_fact(i, &fact); i++)
        if (strcmp(fact.group, group) == 0 && index-- == 0)
            return fact.name;
    return NULL;
}

static const char *status_value(size_t index)
{
    return fact_of("status", index);
}

static const char *http_value(size_t index)
{
    return fact_of("http", index);
}

static const char *(*const sources[COVERAGE_AXIS_COUNT])(size_t index) = {
    [COVERAGE_AXIS_STATUS] = status_value, [COVERAGE_AXIS_PHASE] = phase_value,
    [COVERAGE_AXIS_STATE] = state_value,   [COVERAGE_AXIS_FAULT] = fault_value,
    [COVERAGE_AXIS_ACTION] = action_value, [COVERAGE_AXIS_OUTCOME] = outcome_value,
    [COVERAGE_AXIS_REASON] = reason_value, [COVERAGE_AXIS_REQUEST] = request_value,
    [COVERAGE_AXIS_HTTP] = http_value,     [COVERAGE_AXIS_RESET] = reset_value,
    [COVERAGE_AXIS_URC] = sim_update_urc,
};

bool coverage_axis_fill(struct coverage_axis *axis, unsigned id)
{
    static const char *const names[] = {
#define X(name, text) text,
        COVERAGE_AXES(X)
#undef X
    };
    size_t count = 0;
    axis->name = names[id];
    while (sources[id] && sources[id](count))
        count++;
    axis->values = calloc(count ? count : 1, sizeof *axis->values);
    if (!axis->values)
        return false;
    for (axis->count = 0; axis->count < count; axis->count++)
        axis->values[axis->count] = sources[id](axis->count);
    return true;
}
