/*
 * settings.c - the table of settings as data.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/open_questions.h"
#include "sim/knowledge/plausible.h"
#include "sim/look.h"

static const struct sim_setting_info settings[] = {
#define X(NAME, name, unit, initial, minimum, maximum, choices, tag, source, summary)              \
    {name, SIM_UNIT_##unit, tag, initial, minimum, maximum, choices, source, summary},
    SIM_SETTINGS(X)
#undef X
};

const struct sim_setting_info *sim_setting_info(unsigned setting)
{
    return setting < SIM_SETTING_COUNT ? &settings[setting] : NULL;
}

/* ---- what nobody knows ----------------------------------------------------------------------- */

static const struct {
    uint16_t setting;
    int32_t low, high;
} plausible[] = {
#define X(NAME, low, high) {SIM_SETTING_##NAME, low, high},
    SIM_PLAUSIBLE(X)
#undef X
};

static const char *const no_question[SIM_SETTING_COUNT] = {
#define X(NAME, text) [SIM_SETTING_##NAME] = (text),
    SIM_NO_QUESTION(X)
#undef X
};

static const char *const open_questions[SIM_SETTING_COUNT] = {
#define X(NAME, text) [SIM_SETTING_##NAME] = (text),
    SIM_OPEN_QUESTIONS(X)
#undef X
};

const char *sim_setting_question(unsigned setting)
{
    return setting < SIM_SETTING_COUNT ? open_questions[setting] : NULL;
}

const char *sim_setting_no_question(unsigned setting)
{
    return setting < SIM_SETTING_COUNT ? no_question[setting] : NULL;
}

/* The n-th of the values, the default left out. */
static bool pick(const int32_t *values, size_t count, int32_t initial, size_t index,
                 int32_t *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i] == initial || index-- > 0)
            continue;
        *ret_value = values[i];
        return true;
    }
    return false;
}

static bool is_word(const struct sim_setting_info *info)
{
    return info->unit == SIM_UNIT_CHOICE || info->unit == SIM_UNIT_FLAG;
}

bool sim_setting_plausible(unsigned setting, size_t index, int32_t *ret_value)
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    if (!info || info->tag != 'I' || no_question[setting])
        return false;
    if (is_word(info)) {
        *ret_value = (int32_t)index + ((int32_t)index >= info->initial);
        return index < (size_t)info->maximum;
    }
    for (size_t i = 0; i < sizeof plausible / sizeof plausible[0]; i++) {
        const int32_t values[] = {plausible[i].low, plausible[i].high};
        if (plausible[i].setting == setting)
            return pick(values, 2, info->initial, index, ret_value);
    }
    return false;
}

int sim_setting_find(const char *name, size_t length)
{
    for (int i = 0; i < SIM_SETTING_COUNT; i++)
        if (strlen(settings[i].name) == length && memcmp(settings[i].name, name, length) == 0)
            return i;
    return -1;
}

/* ---- the values of a module ------------------------------------------------------------------ */

const struct sim_setting_place sim_setting_places[SIM_SETTING_COUNT] = {
#define X(NAME, name, unit, initial, minimum, maximum, ...)                                        \
    {offsetof(struct sim_setting_places, of_##NAME), SIM_SETTING_BYTES(minimum, maximum),          \
     (minimum) < 0, minimum, maximum},
    SIM_SETTINGS(X)
#undef X
};

int32_t sim_look_setting(const struct sim *sim, unsigned setting)
{
    return sim_setting_at(sim, setting);
}

void sim_setting_note(const struct sim_host *host, enum sim_setting_id setting)
{
    host->settings_read[setting / 64] |= UINT64_C(1) << setting % 64;
}

void sim_setting_keep(struct sim *sim, enum sim_setting_id setting, int32_t value)
{
    const struct sim_setting_place *place = &sim_setting_places[setting];
    uint8_t *at = (uint8_t *)&sim->settings + place->offset;
    value = value < place->minimum ? place->minimum : value;
    value = value > place->maximum ? place->maximum : value;
    uint16_t two = (uint16_t)value;
    if (place->width == 1)
        *at = (uint8_t)value;
    else if (place->width == 2)
        memcpy(at, &two, sizeof two);
    else
        memcpy(at, &value, sizeof value);
}

uint64_t sim_setting_us(const struct sim_context *ctx, enum sim_setting_id setting)
{
    return (uint64_t)sim_setting(ctx, setting) * 1000u;
}

bool sim_settings_apply(struct sim_context *ctx, const struct sim_action *action)
{
    const struct sim_setting_info *info = sim_setting_info(action->number);
    if (!info || action->value < info->minimum || action->value > info->maximum)
        return false;
    sim_setting_keep(ctx->sim, (enum sim_setting_id)action->number, action->value);
    sim_parts_changed(ctx, (enum sim_setting_id)action->number);
    return true;
}
