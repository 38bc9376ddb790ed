/* value.c - words of the command line as numbers, sizes, durations, factors and choices. */
#include "harness/cli/cli.h"

#include <string.h>

static const struct cli_unit size_units[] = {{"B", 1},        {"kB", 1000},     {"KiB", 1024},
                                             {"MB", 1000000}, {"MiB", 1048576}, {NULL, 0}};
static const struct cli_unit duration_units[] = {
    {"us", 1}, {"ms", 1000}, {"s", 1000000}, {"min", 60000000}, {"h", 3600000000u}, {NULL, 0}};

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

bool cli_value_quantity(const char *text, const struct cli_unit *units, uint64_t *ret_value)
{
    uint64_t whole, fraction = 0, scale = 1;
    const struct cli_unit *unit = units;

    if (!take_digits(&text, 10, &whole))
        return false;
    if (*text == '.') {
        const char *places = ++text;
        if (!take_digits(&text, 10, &fraction) || text - places > 9)
            return false;
        for (ptrdiff_t i = text - places; i > 0; i--)
            scale *= 10;
    }
    while (unit->name && strcmp(unit->name, text) != 0)
        unit++;
    if (!unit->name || whole > UINT64_MAX / 2 / unit->factor)
        return false;
    *ret_value = whole * unit->factor + fraction * unit->factor / scale;
    return true;
}

bool cli_value_size(const char *text, uint32_t *ret_bytes)
{
    uint64_t bytes;

    if (!cli_value_quantity(text, size_units, &bytes) || bytes > UINT32_MAX)
        return false;
    *ret_bytes = (uint32_t)bytes;
    return true;
}

bool cli_value_duration(const char *text, uint64_t *ret_us)
{
    return cli_value_quantity(text, duration_units, ret_us);
}

bool cli_value_speed(const char *text, double *ret_factor)
{
    static const struct cli_unit billionths[] = {{"", 1000000000}, {NULL, 0}};
    uint64_t value;

    if (!cli_value_quantity(text, billionths, &value) || value == 0)
        return false;
    *ret_factor = (double)value / 1e9;
    return true;
}

int cli_value_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);

    for (int index = 0; choices; index++) {
        const char *end = strchr(choices, '|');
        size_t size = end ? (size_t)(end - choices) : strlen(choices);
        if (size == length && memcmp(choices, word, size) == 0)
            return index;
        choices = end ? end + 1 : NULL;
    }
    return -1;
}

enum { NEAREST_LENGTH_MAX = 31 };

/* Levenshtein's distance; words too long to be a slip of the finger are far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NEAREST_LENGTH_MAX + 1];
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > NEAREST_LENGTH_MAX || b_length > NEAREST_LENGTH_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = change < shorter ? change : shorter;
        }
    }
    return row[b_length];
}

const char *cli_nearest(const char *word, size_t count, const char *(*name)(size_t index))
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 2 + 1;

    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, name(i));
        if (d < best_distance) {
            best_distance = d;
            best = name(i);
        }
    }
    return best;
}
