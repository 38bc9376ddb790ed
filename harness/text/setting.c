/* setting.c - settings of the emulator by their units. */
#include "harness/text/setting.h"

#include <stdio.h>
#include <string.h>

static const struct {
    uint8_t quantity;
    int32_t divisor; /* 0: words */
} units[] = {
    [SIM_UNIT_MS] = {TEXT_DURATION, 1000}, [SIM_UNIT_BYTES] = {TEXT_SIZE, 1},
    [SIM_UNIT_RATE] = {TEXT_RATE, 1},      [SIM_UNIT_BPS] = {TEXT_COUNT, 1},
    [SIM_UNIT_MV] = {TEXT_VOLTAGE, 1},     [SIM_UNIT_PERCENT] = {TEXT_PERCENT, 1},
    [SIM_UNIT_COUNT] = {TEXT_COUNT, 1},    [SIM_UNIT_FLAG] = {TEXT_COUNT, 0},
    [SIM_UNIT_CHOICE] = {TEXT_COUNT, 0},
};

bool text_setting_is_word(const struct sim_setting_info *info)
{
    return units[info->unit].divisor == 0;
}

const char *text_setting_words(const struct sim_setting_info *info)
{
    return !text_setting_is_word(info)   ? NULL
           : info->unit == SIM_UNIT_FLAG ? "no|yes"
                                         : info->choices;
}

enum text_quantity text_setting_quantity(const struct sim_setting_info *info, int32_t *ret_divisor)
{
    *ret_divisor = units[info->unit].divisor;
    return (enum text_quantity)units[info->unit].quantity;
}

const char *text_setting_form(const struct sim_setting_info *info, char *buffer, size_t capacity)
{
    enum text_quantity quantity = (enum text_quantity)units[info->unit].quantity;
    if (text_setting_is_word(info))
        snprintf(buffer, capacity, "one of %s", text_setting_words(info));
    else
        snprintf(buffer, capacity, "%s such as %s", text_quantity_name(quantity),
                 text_quantity_example(quantity));
    return buffer;
}

bool text_setting_parse(const struct sim_setting_info *info, const char *text, int32_t *ret_value)
{
    int64_t number, divisor = units[info->unit].divisor;
    if (text_setting_is_word(info)) {
        int word = text_choice_find(text_setting_words(info), text, strlen(text));
        if (word >= 0)
            *ret_value = word;
        return word >= 0;
    }
    if (text_number_parse((enum text_quantity)units[info->unit].quantity, text, strlen(text),
                          &number) != TEXT_NUMBER_GOOD ||
        number % divisor != 0 || number / divisor > INT32_MAX || number / divisor < INT32_MIN)
        return false;
    *ret_value = (int32_t)(number / divisor);
    return true;
}

const char *text_setting_write(const struct sim_setting_info *info, int32_t value, char *buffer,
                               size_t capacity)
{
    enum text_quantity quantity = (enum text_quantity)units[info->unit].quantity;
    int64_t divisor = units[info->unit].divisor;
    if (text_setting_is_word(info)) {
        size_t length = 1;
        const char *word =
            value >= 0 ? text_choice(text_setting_words(info), (size_t)value, &length) : NULL;
        snprintf(buffer, capacity, "%.*s", (int)length, word ? word : "?");
    } else if (value == 0) {
        snprintf(buffer, capacity, "0%s", text_quantity_unit(quantity, divisor));
    } else {
        text_number_write(buffer, capacity, quantity, value * divisor);
    }
    return buffer;
}

const char *text_choice(const char *choices, size_t index, size_t *ret_length)
{
    for (; choices; index--) {
        size_t length = strcspn(choices, "|");
        if (index == 0) {
            *ret_length = length;
            return choices;
        }
        choices = choices[length] ? choices + length + 1 : NULL;
    }
    return NULL;
}

int text_choice_find(const char *choices, const char *word, size_t length)
{
    size_t size;
    const char *at;
    for (int index = 0; (at = text_choice(choices, (size_t)index, &size)); index++)
        if (size == length && memcmp(at, word, length) == 0)
            return index;
    return -1;
}
