/* pattern.c - matches how a line begins. */
#include "harness/trace/pattern.h"

#include <string.h>

#define SECOND_US 1000000u
#define DAY_US    (86400ull * SECOND_US)
/* Numbers of logs that are larger are no times. */
#define NUMBER_MAX (UINT64_MAX / 10000000u)

struct matching {
    const char *text;
    size_t length, at;
    struct pattern_found *found;
    uint64_t year, month, day, of_day_us, whole_us;
    bool has_time, has_whole;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number of at least `least` and at most `most` digits; how many, 0: there is none. */
static size_t take_number(struct matching *m, size_t least, size_t most, uint64_t *ret_value)
{
    size_t count = 0;
    uint64_t value = 0;
    while (count < most && m->at < m->length && is_digit(m->text[m->at]) && value < NUMBER_MAX) {
        value = value * 10 + (uint64_t)(m->text[m->at++] - '0');
        count++;
    }
    *ret_value = value;
    return count >= least ? count : 0;
}

static bool take_month(struct matching *m)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i < 12 && m->at + 3 <= m->length; i++) {
        if (memcmp(names + 3 * i, m->text + m->at, 3) != 0)
            continue;
        m->at += 3;
        m->month = i + 1;
        return true;
    }
    return false;
}

static bool take_fraction(struct matching *m)
{
    uint64_t value;
    size_t digits = take_number(m, 1, 9, &value);
    for (size_t i = digits; i < 6; i++)
        value *= 10;
    for (size_t i = 6; i < digits; i++)
        value /= 10;
    m->of_day_us += value;
    m->whole_us += value;
    return digits > 0;
}

/* A part of a clock's time. */
static bool take_part(struct matching *m, char which)
{
    uint64_t value;
    size_t digits = which == 'Y' ? 4 : 2;
    if (!take_number(m, which == 'd' || which == 'm' || which == 'H' ? 1 : digits, digits, &value))
        return false;
    switch (which) {
    case 'Y':
        m->year = value;
        return value > 1969 && value < 2200;
    case 'y':
        m->year = 2000 + value;
        return true;
    case 'm':
        m->month = value;
        return value > 0 && value < 13;
    case 'd':
        m->day = value;
        return value > 0 && value < 32;
    case 'H':
        m->of_day_us += value * 3600u * SECOND_US;
        m->has_time = true;
        return value < 100; /* times since a start go on */
    case 'M':
        m->of_day_us += value * 60u * SECOND_US;
        return value < 60;
    default:
        m->of_day_us += value * SECOND_US;
        return value < 61;
    }
}

static bool take_hex(struct matching *m)
{
    uint64_t value = 0;
    size_t begin = m->at;
    while (m->at < m->length && hex_value(m->text[m->at]) >= 0 && m->at - begin < 16)
        value = value << 4 | (uint64_t)hex_value(m->text[m->at++]);
    if (m->found->number_count < PATTERN_NUMBERS)
        m->found->numbers[m->found->number_count++] = value;
    return m->at > begin;
}

/* What is not blank; with an end, all up to that. */
static bool take_word(struct matching *m, char end)
{
    size_t begin = m->at;
    while (m->at < m->length && m->text[m->at] != '\n' &&
           (end ? m->text[m->at] != end
                : m->text[m->at] != ' ' && m->text[m->at] != '\t' && m->text[m->at] != '\r'))
        m->at++;
    unsigned index = m->found->word_count;
    if (index < PATTERN_WORDS) {
        m->found->words[index].at = begin;
        m->found->words[index].length = m->at - begin;
        m->found->word_count++;
    }
    return m->at > begin && (!end || (m->at < m->length && m->text[m->at] == end));
}

static bool take_whole(struct matching *m, uint64_t unit_us)
{
    uint64_t value;
    if (!take_number(m, 1, 13, &value))
        return false;
    m->whole_us += value * unit_us;
    m->has_whole = true;
    return true;
}

static bool take(struct matching *m, const char *pattern)
{
    uint64_t value;
    switch (pattern[1]) {
    case 'f':
        return take_fraction(m);
    case 'u':
        if (!take_number(m, 1, 12, &value))
            return false;
        m->of_day_us += value;
        return true;
    case 'e':
        return take_whole(m, SECOND_US);
    case 'k':
        return take_whole(m, 1000);
    case 'b':
        return take_month(m);
    case 'a':
        m->at += 3;
        return m->at <= m->length;
    case 'n':
        if (!take_number(m, 1, 13, &value))
            return false;
        if (m->found->number_count < PATTERN_NUMBERS)
            m->found->numbers[m->found->number_count++] = value;
        return true;
    case 'x':
        return take_hex(m);
    case 'w':
    case 'W':
        return take_word(m, pattern[1] == 'W' ? pattern[2] : '\0');
    case '%':
        return m->at < m->length && m->text[m->at++] == '%';
    default:
        return take_part(m, pattern[1]);
    }
}

/* Days from 1970-01-01 (of the proleptic Gregorian calendar, years from March). */
static uint64_t days_of(uint64_t year, uint64_t month, uint64_t day)
{
    year -= month <= 2;
    uint64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

static void finish(struct matching *m)
{
    struct pattern_found *found = m->found;
    found->length = m->at;
    found->time_us = UINT64_MAX;
    if (m->has_whole)
        found->time_us = m->whole_us;
    else if (m->has_time && m->year && m->month && m->day)
        found->time_us = days_of(m->year, m->month, m->day) * DAY_US + m->of_day_us;
    else if (m->has_time)
        found->time_us = m->of_day_us;
    found->has_date = m->has_time && m->year && m->month && m->day;
    found->of_day = m->has_time && !found->has_date && !m->has_whole;
}

bool pattern_match(const char *pattern, const char *text, size_t length,
                   struct pattern_found *ret_found)
{
    struct matching m = {.text = text, .length = length, .found = ret_found};
    *ret_found = (struct pattern_found){0};
    for (; *pattern; pattern++) {
        if (*pattern == ' ') {
            size_t begin = m.at;
            while (m.at < length && (text[m.at] == ' ' || text[m.at] == '\t'))
                m.at++;
            if (m.at == begin)
                return false;
        } else if (*pattern == '%') {
            if (!take(&m, pattern))
                return false;
            pattern++;
        } else if (m.at >= length || text[m.at++] != *pattern) {
            return false;
        }
    }
    finish(&m);
    return true;
}
