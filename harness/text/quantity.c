/* quantity.c - the units of quantities, and numbers with them. */
#include "harness/text/quantity.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Units from the largest to the smallest; of two names of one, the first is written. */
static const struct {
    const char *name, *example;
    struct unit units[8];
} quantities[TEXT_QUANTITY_COUNT] = {
    [TEXT_COUNT] = {"a bare number", "3", {{"", 1}}},
    [TEXT_DURATION] =
        {"a duration",
         "5s (us, ms, s, min, h)",
         {{"h", 3600000000}, {"min", 60000000}, {"s", 1000000}, {"ms", 1000}, {"us", 1}}},
    [TEXT_SIZE] =
        {"a size",
         "100B (B, KB, KiB, MB, MiB)",
         {{"MiB", 1048576}, {"MB", 1000000}, {"KiB", 1024}, {"KB", 1000}, {"kB", 1000}, {"B", 1}}},
    [TEXT_RATE] = {"a rate",
                   "11000B/s (B/s, KB/s, KiB/s)",
                   {{"KiB/s", 1024}, {"KB/s", 1000}, {"kB/s", 1000}, {"B/s", 1}}},
    [TEXT_VOLTAGE] = {"a voltage", "3800mV (mV, V)", {{"V", 1000}, {"mV", 1}}},
    [TEXT_PERCENT] = {"a percentage", "37%", {{"%", 1}}},
    [TEXT_FACTOR] = {"a factor", "20 or 0.5", {{"", 1000000000}}},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const struct unit *find_unit(enum text_quantity quantity, const char *text, size_t length)
{
    const struct unit *unit = quantities[quantity].units;
    for (; unit->name; unit++)
        if (strlen(unit->name) == length && memcmp(unit->name, text, length) == 0)
            return unit;
    return NULL;
}

/* The digits from *at on; false when there are too many of them to be meant. */
static bool take_digits(const char *text, size_t length, size_t *at, int64_t *ret_value)
{
    int64_t value = 0;
    for (; *at < length && is_digit(text[*at]); ++*at) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (text[*at] - '0');
    }
    *ret_value = value;
    return true;
}

/* whole.fraction × factor, if that is whole. */
static enum text_number_fault scale(int64_t whole, int64_t fraction, size_t decimals,
                                    int64_t factor, int64_t *ret_value)
{
    int64_t divisor = 1;
    for (size_t i = 0; i < decimals; i++)
        divisor *= 10;
    if (whole > INT64_MAX / 2 / factor)
        return TEXT_NUMBER_TOO_LARGE;
    if (fraction * factor % divisor != 0)
        return TEXT_NUMBER_TOO_FINE;
    *ret_value = whole * factor + fraction * factor / divisor;
    return TEXT_NUMBER_GOOD;
}

enum text_number_fault text_number_parse(enum text_quantity quantity, const char *text,
                                         size_t length, int64_t *ret_value)
{
    int64_t whole, fraction = 0;
    size_t at = 0, decimals = 0;
    bool negative = length > 1 && text[0] == '-' && quantity == TEXT_COUNT;

    at += negative;
    if (at >= length || !is_digit(text[at]))
        return TEXT_NUMBER_NONE;
    /* "010" is eight for some readers of YAML, ten for others. */
    if (text[at] == '0' && at + 1 < length && is_digit(text[at + 1]))
        return TEXT_NUMBER_NONE;
    if (!take_digits(text, length, &at, &whole))
        return TEXT_NUMBER_TOO_LARGE;
    if (at + 1 < length && text[at] == '.' && is_digit(text[at + 1])) {
        size_t point = at++;
        if (!take_digits(text, length, &at, &fraction))
            return TEXT_NUMBER_TOO_FINE;
        decimals = at - point - 1;
        if (decimals > 6)
            return TEXT_NUMBER_TOO_FINE;
    }
    const struct unit *unit = find_unit(quantity, text + at, length - at);
    if (!unit)
        return at == length ? TEXT_NUMBER_NO_UNIT : TEXT_NUMBER_BAD_UNIT;
    enum text_number_fault fault = scale(whole, fraction, decimals, unit->factor, ret_value);
    if (fault == TEXT_NUMBER_GOOD && negative)
        *ret_value = -*ret_value;
    return fault;
}

const char *text_number_write(char *buffer, size_t capacity, enum text_quantity quantity,
                              int64_t value)
{
    const struct unit *unit = quantities[quantity].units;
    while (unit[1].name && value % unit->factor != 0)
        unit++;
    snprintf(buffer, capacity, "%lld%s", (long long)(value / unit->factor),
             value == 0 ? "" : unit->name);
    return buffer;
}

const char *text_quantity_unit(enum text_quantity quantity, int64_t factor)
{
    const struct unit *unit = quantities[quantity].units;
    while (unit->name && unit->factor != factor)
        unit++;
    return unit->name ? unit->name : "";
}

const char *text_quantity_pattern(enum text_quantity quantity, char *buffer, size_t capacity)
{
    const struct unit *unit = quantities[quantity].units;
    size_t length = (size_t)snprintf(buffer, capacity, "^(0|[1-9][0-9]*)(\\.[0-9]{1,6})?(");
    for (const char *separator = ""; unit->name && length < capacity; unit++, separator = "|")
        length +=
            (size_t)snprintf(buffer + length, capacity - length, "%s%s", separator, unit->name);
    if (length < capacity)
        snprintf(buffer + length, capacity - length, ")$");
    return buffer;
}

const char *text_quantity_name(enum text_quantity quantity)
{
    return quantities[quantity].name;
}

const char *text_quantity_example(enum text_quantity quantity)
{
    return quantities[quantity].example;
}
