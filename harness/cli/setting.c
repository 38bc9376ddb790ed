/* setting.c - settings of the emulator, read and written with the unit that their row names. */
#include "harness/cli/setting.h"

#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"

/* How the values of a unit are written: suffixes with their factor, and what to say is expected. */
static const struct {
    const char *expected;
    struct cli_unit units[6];
} forms[] = {
    [SIM_UNIT_MS] = {"a duration such as 50ms, 6s or 3min",
                     {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {NULL, 0}}},
    [SIM_UNIT_BYTES] = {"a size such as 109285B or 10KiB",
                        {{"B", 1}, {"kB", 1000}, {"KiB", 1024}, {"MiB", 1048576}, {NULL, 0}}},
    [SIM_UNIT_RATE] = {"a rate such as 11000B/s",
                       {{"B/s", 1}, {"kB/s", 1000}, {"KiB/s", 1024}, {NULL, 0}}},
    [SIM_UNIT_BPS] = {"bits per second such as 115200", {{"", 1}, {NULL, 0}}},
    [SIM_UNIT_MV] = {"a voltage such as 3800mV or 3.8V", {{"mV", 1}, {"V", 1000}, {NULL, 0}}},
    [SIM_UNIT_PERCENT] = {"a percentage such as 5%", {{"%", 1}, {NULL, 0}}},
    [SIM_UNIT_COUNT] = {"a number", {{"", 1}, {NULL, 0}}},
    [SIM_UNIT_FLAG] = {"yes or no", {{NULL, 0}}},
    [SIM_UNIT_CHOICE] = {"one of the words", {{NULL, 0}}},
};

static const char flag_words[] = "no|yes";

static const char *words_of(const struct sim_setting_info *info)
{
    return info->unit == SIM_UNIT_FLAG ? flag_words : info->choices;
}

static bool parse_value(const struct sim_setting_info *info, const char *text, int32_t *ret_value)
{
    uint64_t number;
    int word;

    if (info->unit == SIM_UNIT_FLAG || info->unit == SIM_UNIT_CHOICE) {
        word = cli_value_choice(words_of(info), text);
        *ret_value = word;
        return word >= 0;
    }
    bool negative = text[0] == '-' && info->minimum < 0;
    if (!cli_value_quantity(text + negative, forms[info->unit].units, &number) ||
        number > INT32_MAX)
        return false;
    *ret_value = negative ? -(int32_t)number : (int32_t)number;
    return true;
}

void cli_setting_print(const struct sim_setting_info *info, int32_t value, char *buffer,
                       size_t capacity)
{
    const char *word = words_of(info);
    const struct cli_unit *unit = forms[info->unit].units, *best = unit;

    if (info->unit == SIM_UNIT_FLAG || info->unit == SIM_UNIT_CHOICE) {
        for (int32_t i = 0; i < value && word; i++)
            word = strchr(word, '|') ? strchr(word, '|') + 1 : NULL;
        snprintf(buffer, capacity, "%.*s", word ? (int)strcspn(word, "|") : 1, word ? word : "?");
        return;
    }
    for (; unit->name; unit++) /* the largest in which it is whole */
        if (value != 0 && (uint64_t)value % unit->factor == 0 && unit->factor >= best->factor)
            best = unit;
    snprintf(buffer, capacity, "%ld%s", (long)value / (long)best->factor, best->name);
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
    char name[64], low[24], high[24];
    int32_t value = 0;

    snprintf(name, sizeof(name), "%.*s", (int)length, assignment);
    if (setting < 0) {
        say_unknown(name, reterr_text, reterr_capacity);
        return false;
    }
    info = sim_setting_info((unsigned)setting);
    if (!equals || !parse_value(info, equals + 1, &value)) {
        snprintf(reterr_text, reterr_capacity, "setting '%s': '%s' is not %s%s%s", name,
                 equals ? equals + 1 : "", forms[info->unit].expected, info->choices ? " " : "",
                 info->choices ? info->choices : "");
        return false;
    }
    if (value < info->minimum || value > info->maximum) {
        cli_setting_print(info, info->minimum, low, sizeof(low));
        cli_setting_print(info, info->maximum, high, sizeof(high));
        snprintf(reterr_text, reterr_capacity, "setting '%s': '%s' is not within %s to %s", name,
                 equals + 1, low, high);
        return false;
    }
    settings[setting] = value;
    return true;
}
