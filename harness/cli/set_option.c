/* set_option.c - settings of the emulator, read and written with the unit that their row names. */
#include "harness/cli/set_option.h"

#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/text/setting.h"

void cli_setting_print(const struct sim_setting_info *info, int32_t value, char *buffer,
                       size_t capacity)
{
    text_setting_write(info, value, buffer, capacity);
}

static const char *setting_name(size_t index)
{
    return sim_setting_info((unsigned)index)->name;
}

static void say_unknown(const char *name, char *reterr_text, size_t reterr_capacity)
{
    const char *near = cli_nearest(name, SIM_SETTING_COUNT, setting_name);

    snprintf(reterr_text, reterr_capacity, "unknown setting '%s'; %s%s%s", name,
             near ? "did you mean '" : "'fotarig facts' lists them", near ? near : "",
             near ? "'?" : "");
}

bool cli_setting_assign(int32_t *settings, const char *assignment, char *reterr_text,
                        size_t reterr_capacity)
{
    const char *equals = strchr(assignment, '=');
    size_t length = equals ? (size_t)(equals - assignment) : strlen(assignment);
    int setting = sim_setting_find(assignment, length);
    const struct sim_setting_info *info;
    char name[64], low[24], high[24], form[256];
    int32_t value = 0;

    snprintf(name, sizeof name, "%.*s", (int)length, assignment);
    if (setting < 0) {
        say_unknown(name, reterr_text, reterr_capacity);
        return false;
    }
    info = sim_setting_info((unsigned)setting);
    if (!equals || !text_setting_parse(info, equals + 1, &value)) {
        snprintf(reterr_text, reterr_capacity, "setting '%s': '%s' is not %s", name,
                 equals ? equals + 1 : "", text_setting_form(info, form, sizeof form));
        return false;
    }
    if (value < info->minimum || value > info->maximum) {
        cli_setting_print(info, info->minimum, low, sizeof low);
        cli_setting_print(info, info->maximum, high, sizeof high);
        snprintf(reterr_text, reterr_capacity, "setting '%s': '%s' is not within %s to %s", name,
                 equals + 1, low, high);
        return false;
    }
    settings[setting] = value;
    return true;
}
