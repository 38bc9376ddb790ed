/* value.c - words of the command line as numbers, sizes, durations, factors and choices. */
#include "harness/cli/cli.h"

#include <string.h>

#include "harness/text/nearest.h"
#include "harness/text/setting.h"

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* Digits in `base` from *text on, which is moved behind them; false: none, or more than 64 bits. */
static bool take_digits(const char **text, int base, uint64_t *ret_number)
{
    const char *p = *text;
    uint64_t number = 0;

    for (; digit_of(*p) < base; p++) {
        uint64_t digit = (uint64_t)digit_of(*p);
        if (number > (UINT64_MAX - digit) / (uint64_t)base)
            return false;
        number = number * (uint64_t)base + digit;
    }
    if (p == *text)
        return false;
    *text = p;
    *ret_number = number;
    return true;
}

bool cli_value_number(const char *text, uint64_t *ret_number)
{
    uint64_t number;
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

    text += hexadecimal ? 2 : 0;
    if (!take_digits(&text, hexadecimal ? 16 : 10, &number) || *text)
        return false;
    *ret_number = number;
    return true;
}

bool cli_value_quantity(const char *text, enum text_quantity quantity, uint64_t *ret_value)
{
    int64_t value;

    if (text_number_parse(quantity, text, strlen(text), &value) != TEXT_NUMBER_GOOD || value < 0)
        return false;
    *ret_value = (uint64_t)value;
    return true;
}

bool cli_value_size(const char *text, uint32_t *ret_bytes)
{
    uint64_t bytes;

    if (!cli_value_quantity(text, TEXT_SIZE, &bytes) || bytes > UINT32_MAX)
        return false;
    *ret_bytes = (uint32_t)bytes;
    return true;
}

bool cli_value_duration(const char *text, uint64_t *ret_us)
{
    return cli_value_quantity(text, TEXT_DURATION, ret_us);
}

bool cli_value_speed(const char *text, double *ret_factor)
{
    uint64_t billionths;

    if (!cli_value_quantity(text, TEXT_FACTOR, &billionths) || billionths == 0)
        return false;
    *ret_factor = (double)billionths / 1e9;
    return true;
}

int cli_value_choice(const char *choices, const char *word)
{
    return text_choice_find(choices, word, strlen(word));
}

/* Names that come without a context. */
struct plain_names {
    const char *(*name)(size_t index);
};

static const char *plain_name(const void *names, size_t index)
{
    return ((const struct plain_names *)names)->name(index);
}

const char *cli_nearest(const char *word, size_t count, const char *(*name)(size_t index))
{
    const struct plain_names names = {name};

    return text_nearest(word, strlen(word), plain_name, &names, count);
}
