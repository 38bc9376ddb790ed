/*
 * settings.c - the table of settings as data.
 */
#include <string.h>

#include "sim/frame.h"

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

int sim_setting_find(const char *name, size_t length)
{
    for (int i = 0; i < SIM_SETTING_COUNT; i++)
        if (strlen(settings[i].name) == length && memcmp(settings[i].name, name, length) == 0)
            return i;
    return -1;
}

int32_t sim_setting(const struct sim_context *ctx, enum sim_setting_id setting)
{
    return ctx->sim->settings[setting];
}

uint64_t sim_setting_us(const struct sim_context *ctx, enum sim_setting_id setting)
{
    return (uint64_t)ctx->sim->settings[setting] * 1000u;
}
