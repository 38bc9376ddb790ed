/* lift_settings.c - hypotheses of lift about settings: from the start, and as changes on the way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text/setting.h"
#include "harness/trace/lift_parts.h"
#include "sim/catalogue.h"

enum { FEW_VALUES = 16, VALUES_MAX = 40 };

static size_t add_value(int32_t values[VALUES_MAX], size_t count, int64_t value,
                        const struct sim_setting_info *info)
{
    if (value < info->minimum || value > info->maximum || value == info->initial ||
        count == VALUES_MAX)
        return count;
    for (size_t i = 0; i < count; i++)
        if (values[i] == value)
            return count;
    values[count] = (int32_t)value;
    return count + 1;
}

/* Numbers that stand in a text may be the setting's. */
static size_t add_numbers(int32_t values[VALUES_MAX], size_t count, const char *text,
                          const struct sim_setting_info *info)
{
    while (*text) {
        char *end;
        bool digit = *text >= '0' && *text <= '9';
        long number = digit ? strtol(text, &end, 10) : 0;
        if (digit)
            count = add_value(values, count, number, info);
        text = digit ? end : text + 1;
    }
    return count;
}

/* The values with which a setting is tried. */
static size_t values_of(const struct lifting *lifting, unsigned setting, bool many,
                        int32_t values[VALUES_MAX])
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    int32_t value, divisor;
    size_t count = 0;
    if (text_setting_is_word(info) || info->maximum - (int64_t)info->minimum < FEW_VALUES) {
        for (int64_t i = info->minimum; i <= info->maximum; i++)
            count = add_value(values, count, i, info);
        return count;
    }
    for (size_t i = 0; sim_setting_plausible(setting, i, &value); i++)
        count = add_value(values, count, value, info);
    if (!many)
        return count;
    static const int percents[] = {0, 10, 50, 200, 400, 1000};
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++)
        count = add_value(values, count, (int64_t)info->initial * percents[i] / 100, info);
    if (text_setting_quantity(info, &divisor) != TEXT_DURATION || divisor == 0)
        return add_numbers(values, count, lifting->said, info);
    static const int seconds[] = {1, 5, 20, 60, 300, 1200};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
        count = add_value(values, count, seconds[i] * INT64_C(1000000) / divisor, info);
    count = add_value(values, count, info->initial + lifting->late_us / divisor, info);
    return add_value(values, count, info->initial + lifting->best_fit.parted_us / divisor, info);
}

static void setting_text(unsigned setting, int32_t value, char text[LIFT_NAME_MAX])
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    char written[48];
    snprintf(text, LIFT_NAME_MAX, "%s: %s", info->name,
             text_setting_write(info, value, written, sizeof written));
}

/* Does the plan have it, or an event that sets it? */
static bool has_setting(const struct lift_plan *plan, unsigned setting)
{
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "set: {%s:", sim_setting_info(setting)->name);
    for (size_t i = 0; i < plan->event_count; i++)
        if (strncmp(plan->events[i].action, text, strlen(text)) == 0)
            return true;
    return lift_has_line(plan, LIFT_SETTING, text + sizeof "set: {" - 1);
}

static size_t count_settings(const struct lifting *lifting)
{
    (void)lifting;
    return SIM_SETTING_COUNT;
}

/* False: the run with that value is the best one. */
static bool try_value(struct lifting *lifting, size_t setting, int32_t value)
{
    char text[LIFT_NAME_MAX];
    const struct fit *best = &lifting->best_fit;
    struct fit *fit = &lifting->last_fit;
    *fit = *best;
    setting_text((unsigned)setting, value, text);
    lift_try_line(lifting, LIFT_SETTING, text);
    return fit->common != best->common || fit->place != best->place || fit->says != best->says ||
           fit->off_us != best->off_us;
}

/* A few values first: when the module does with none of them anything else, nothing that was said
   up to there asked for it. */
static void try_setting(struct lifting *lifting, size_t setting)
{
    int32_t values[VALUES_MAX];
    size_t count = values_of(lifting, (unsigned)setting, true, values);
    size_t first[] = {0, count / 2, count ? count - 1 : 0};
    lifting->matters = has_setting(&lifting->best, (unsigned)setting);
    for (size_t i = 0; i < sizeof first / sizeof first[0] && i < count; i++)
        lifting->matters |= try_value(lifting, setting, values[first[i]]);
    for (size_t i = 0; i < count && lifting->matters; i++)
        if (i != first[0] && i != first[1] && i != first[2])
            try_value(lifting, setting, values[i]);
}

const struct lift_kind lift_settings = {count_settings, try_setting};

/* Shortly before the trace parts, in the time of the best run; false: nothing is behind that. */
static bool put_now(const struct lifting *lifting, char when[LIFT_LINE_MAX])
{
    enum { BEFORE_US = 300000 };
    const struct fit *fit = &lifting->best_fit;
    int64_t at_us;
    if (fit->common == 0 || fit->common >= lifting->recorded.count || lift_has_no_times(lifting))
        return false;
    at_us = lifting->best_common_at_us - BEFORE_US +
            (int64_t)(lifting->recorded.items[fit->common].at_us -
                      lifting->recorded.items[fit->common - 1].at_us);
    snprintf(when, LIFT_LINE_MAX, "time: %lldms", (long long)(at_us / 1000));
    return at_us > 0;
}

/* A setting that changes on the way, or back to what it was. */
static void try_change(struct lifting *lifting, size_t setting)
{
    char text[LIFT_NAME_MAX], action[LIFT_LINE_MAX], result[LIFT_LINE_MAX];
    const struct sim_setting_info *info = sim_setting_info((unsigned)setting);
    int32_t values[VALUES_MAX];
    const struct triggers *near = &lifting->near;
    enum { PLACES_MAX = 5 };
    char now[LIFT_LINE_MAX];
    const char *when[PLACES_MAX];
    bool comes_too_late[PLACES_MAX] = {false};
    size_t places = 0;
    if (!lifting->counts[setting])
        return;
    size_t count = values_of(lifting, (unsigned)setting, false, values);
    if (count < VALUES_MAX && has_setting(&lifting->best, (unsigned)setting))
        values[count++] = info->initial;
    snprintf(result, sizeof result, "phase: %s", sim_phase_name(SIM_PHASE_RESULT));
    when[places++] = result;
    for (size_t back = 1; back <= 2 && back <= near->count; back++)
        when[places++] = near->when[near->count - back];
    if (near->count > 3)
        when[places++] = near->when[1];
    if (put_now(lifting, now))
        when[places++] = now;
    for (size_t i = 0; i < count; i++) {
        setting_text((unsigned)setting, values[i], text);
        snprintf(action, sizeof action, "set: {%s}", text);
        for (size_t k = 0; k < places; k++) {
            if (comes_too_late[k])
                continue;
            lift_try_event(lifting, when[k], action, false);
            comes_too_late[k] = !lifting->happened;
        }
    }
}

const struct lift_kind lift_changes = {count_settings, try_change};

/* An event at its time, alone and with a setting that takes choices: what the module would have
   said itself may be what the setting keeps from this port. */
void lift_try_in_silence(struct lifting *lifting, uint64_t at_us, const char *action)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    int32_t values[VALUES_MAX];
    if (plan.event_count == LIFT_LINES_MAX)
        return;
    struct lift_event *event = &plan.events[plan.event_count++];
    *event = (struct lift_event){.unexplained = true};
    snprintf(event->action, sizeof event->action, "%s", action);
    snprintf(event->when, sizeof event->when, "time: %llums", (unsigned long long)(at_us / 1000));
    lift_try_plan(lifting, &plan);
    for (unsigned setting = 0; setting < SIM_SETTING_COUNT; setting++) {
        size_t count = text_setting_is_word(sim_setting_info(setting))
                           ? values_of(lifting, setting, false, values)
                           : 0;
        for (size_t i = 0; i < count; i++) {
            struct lift_plan other = plan;
            setting_text(setting, values[i], text);
            if (lift_add_line(&other, LIFT_SETTING, text))
                lift_try_plan(lifting, &other);
        }
    }
}

/* Where they part, does the trace say bytes that are no text, or what modules of a fixed rate say
   by themselves? */
static bool may_be_of_another_rate(const struct lifting *lifting)
{
    const struct outline *recorded = &lifting->recorded;
    size_t at = lifting->best_fit.common;
    if (at >= recorded->count)
        return false;
    if (lifting->hears) /* garbage has no lines, so it may stand anywhere */
        return true;
    if (!outline_is_exchange(&recorded->items[at]))
        return true;
    const struct dialogue_step *step = &recorded->dialogue->steps[recorded->items[at].step];
    for (size_t i = 0; i < step->line_count; i++)
        if (!lift_is_text(recorded->dialogue->lines[step->first_line + i].text))
            return true;
    return false;
}

static const long rates[] = {9600,   57600,  115200, 19200, 38400, 230400,
                             460800, 921600, 4800,   2400,  1200};

enum { GARBAGE_MIN = 16 };

/* Bytes that are no text, and many, before anything that is an answer. */
static bool begins_with_garbage(const struct dialogue *dialogue, bool *ret_ever_read)
{
    const struct trace_log *log = dialogue->log;
    uint64_t read_at_us = UINT64_MAX;
    size_t text = 0, other = 0;
    for (size_t i = 1; i < dialogue->step_count; i++)
        if (dialogue->steps[i].result_at_us < read_at_us)
            read_at_us = dialogue->steps[i].result_at_us;
    *ret_ever_read = read_at_us != UINT64_MAX;
    for (size_t i = 0; i < log->count && log->pieces[i].time_us < read_at_us; i++)
        for (size_t k = 0; log->pieces[i].kind == TRACE_TO_HOST && k < log->pieces[i].length; k++)
            *(trace_log_bytes(log, &log->pieces[i])[k] < 0x80 ? &text : &other) += 1;
    return other >= GARBAGE_MIN && other > text;
}

static void try_start_rate(struct lifting *lifting, long rate_bps, const char *refuses)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    setting_text(SIM_SETTING_PORT_RATE, (int32_t)rate_bps, text);
    if (refuses)
        lift_add_line(&plan, LIFT_HOST, refuses);
    if (lift_add_line(&plan, LIFT_SETTING, text))
        lift_try_plan(lifting, &plan);
}

void lift_try_start_rates(struct lifting *lifting)
{
    bool ever_read;
    if (!begins_with_garbage(lifting->dialogue, &ever_read))
        return;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        try_start_rate(lifting, rates[i], NULL);
        if (ever_read)
            continue;
        try_start_rate(lifting, rates[i], "refuses: [set-baud]");
        try_start_rate(lifting, rates[i], "refuses: [set-baud, pwrkey-pulse, power-cycle]");
    }
}

void lift_try_rates(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    char lost[LIFT_NAME_MAX];
    if (plan.event_count == LIFT_LINES_MAX || !may_be_of_another_rate(lifting))
        return;
    setting_text(SIM_SETTING_SETTINGS_AFTER_UPDATE, 1, lost);
    lift_add_line(&plan, LIFT_SETTING, lost);
    struct lift_event *event = &plan.events[plan.event_count++];
    *event = (struct lift_event){.often = 0};
    snprintf(event->when, sizeof event->when, "phase: %s", sim_phase_name(SIM_PHASE_UPDATE));
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        snprintf(event->action, sizeof event->action, "set: {%s: %ld}",
                 sim_setting_info(SIM_SETTING_PORT_RATE)->name, rates[i]);
        lift_try_plan(lifting, &plan);
    }
}

void lift_try_ends(struct lifting *lifting)
{
    int32_t results[VALUES_MAX], statuses[VALUES_MAX];
    char lost[LIFT_NAME_MAX], result[LIFT_NAME_MAX], status[LIFT_NAME_MAX];
    size_t result_count = values_of(lifting, SIM_SETTING_UPDATE_RESULT, false, results);
    size_t status_count = values_of(lifting, SIM_SETTING_STATUS_AFTER, false, statuses);
    setting_text(SIM_SETTING_FINAL_URC, 1, lost);
    for (size_t i = 0; i < result_count; i++)
        for (size_t k = 0; k < status_count; k++) {
            struct lift_plan plan = lifting->best;
            setting_text(SIM_SETTING_UPDATE_RESULT, results[i], result);
            setting_text(SIM_SETTING_STATUS_AFTER, statuses[k], status);
            if (lift_add_line(&plan, LIFT_SETTING, lost) &&
                lift_add_line(&plan, LIFT_SETTING, result) &&
                lift_add_line(&plan, LIFT_SETTING, status))
                lift_try_plan(lifting, &plan);
        }
}
