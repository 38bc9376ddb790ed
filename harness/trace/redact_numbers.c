/* redact_numbers.c - rules for what is known by its digits: identities, numbers, addresses. */
#include <string.h>

#include "harness/trace/redact_parts.h"

enum { NUMBER_DIGITS_MIN = 7, NUMBER_DIGITS_MAX = 15, PDU_DIGITS_MIN = 20, KEPT_OF_NUMBER = 2 };

/* ---- check digits ---------------------------------------------------------------------------- */

/* What must stand behind `size` digits, by Luhn. */
static unsigned check_digit(const uint8_t *digits, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = digits[size - 1 - i] - '0';
        if (i % 2 == 0)
            digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return (10 - sum % 10) % 10;
}

static bool has_check_digit(const uint8_t *digits, size_t size)
{
    return check_digit(digits, size - 1) == (unsigned)(digits[size - 1] - '0');
}

/* Other digits behind the first `kept`, with the check digit if there was one. */
static void replace_digits(struct redact_text *text, size_t at, size_t size, size_t kept,
                           bool check)
{
    uint8_t fresh[32];
    struct redact_dice dice = redact_dice(text, text->bytes + at, size);
    if (size > sizeof fresh || redact_is_done(text, at, size))
        return;
    memcpy(fresh, text->bytes + at, size);
    for (size_t i = kept; i < size; i++)
        fresh[i] = (uint8_t)('0' + (fresh[i] - '0' + 1 + redact_throw(&dice, 9)) % 10);
    if (check)
        fresh[size - 1] = (uint8_t)('0' + check_digit(fresh, size - 1));
    for (size_t i = 0; i < size; i++)
        redact_put(text, at + i, fresh[i]);
}

/* ---- identities ------------------------------------------------------------------------------ */

size_t redact_iccid(struct redact_text *text, size_t at)
{
    size_t size = redact_hex(text, at), digits = 0;
    if (size < 18 || size > 22 || !redact_is(text, at, '8') || !redact_is(text, at + 1, '9'))
        return 0;
    for (size_t i = 0; i < size; i++)
        digits += redact_is_digit(text, at + i);
    if (digits < 12)
        return 0;
    if (digits == size)
        replace_digits(text, at, size, 6, has_check_digit(text->bytes + at, size));
    else
        redact_scramble(text, at + 6, size - 6, true);
    return redact_taken(text, size);
}

size_t redact_imei(struct redact_text *text, size_t at)
{
    size_t size = redact_digits(text, at);
    if (size != 16 && !(size == 15 && has_check_digit(text->bytes + at, size)))
        return 0;
    replace_digits(text, at, size, 5, size == 15);
    return redact_taken(text, size);
}

/* 20261126161634, as CGNSINF has it. */
static bool is_time(const uint8_t *digits)
{
    return digits[0] == '2' && digits[1] == '0' && digits[4] <= '1' && digits[6] <= '3' &&
           digits[8] <= '2' && digits[10] <= '5' && digits[12] <= '5';
}

size_t redact_imsi(struct redact_text *text, size_t at)
{
    size_t size = redact_digits(text, at);
    bool is_imei = size == 15 && has_check_digit(text->bytes + at, size);
    if ((size != 15 && size != 14) || is_imei || (size == 14 && is_time(text->bytes + at)))
        return 0;
    replace_digits(text, at, size, 5, false);
    return redact_taken(text, size);
}

/* ---- telephone numbers ----------------------------------------------------------------------- */

/* In quotes, all of it. */
static size_t quoted_number(const struct redact_text *text, size_t at)
{
    size_t size = 0;
    if (!redact_is(text, at, '"'))
        return 0;
    while (redact_is_digit(text, at + 1 + size))
        size++;
    return redact_is(text, at + 1 + size, '"') ? size : 0;
}

size_t redact_numbers(struct redact_text *text, size_t at)
{
    size_t size = quoted_number(text, at), begin = at + 1;
    if (size == 0 && redact_is(text, at, '+'))
        size = redact_digits(text, at + 1);
    if (size == 0 && redact_word(text, at, "ATD") && redact_at_word(text, at)) {
        begin = at + 3;
        size = redact_digits(text, begin);
    }
    if (size < NUMBER_DIGITS_MIN || size > NUMBER_DIGITS_MAX)
        return 0;
    replace_digits(text, begin, size, KEPT_OF_NUMBER, false);
    return redact_taken(text, begin + size - at);
}

/* ---- PDUs ------------------------------------------------------------------------------------ */

static int hex_value(uint8_t letter)
{
    return letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
}

static int octet(const struct redact_text *text, size_t at)
{
    return hex_value(text->bytes[at]) << 4 | hex_value(text->bytes[at + 1]);
}

/* The number behind a length and a type: its digits, from octets whose halves are swapped. */
static size_t swapped_digits(const struct redact_text *text, size_t at, size_t count,
                             uint8_t *ret_digits)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t letter = text->bytes[at + (i ^ 1)];
        if (letter < '0' || letter > '9')
            return 0;
        ret_digits[i] = letter;
    }
    return count % 2 == 0 || (text->bytes[at + count - 1] | 0x20) == 'f' ? count : 0;
}

static void replace_swapped(struct redact_text *text, size_t at, uint8_t *digits, size_t count)
{
    struct redact_text plain = *text;
    plain.bytes = digits;
    plain.done = NULL;
    plain.size = count;
    if (redact_is_done(text, at, count))
        return;
    replace_digits(&plain, 0, count, KEPT_OF_NUMBER, false);
    for (size_t i = 0; i < count; i++)
        redact_put(text, at + (i ^ 1), digits[i]);
}

/* Digits of the address whose length octet is at `at`; of a center it counts octets, type too. */
static size_t try_address(struct redact_text *text, size_t at, size_t end, bool is_center)
{
    uint8_t digits[NUMBER_DIGITS_MAX + 6];
    if (at + 4 > end)
        return 0;
    int length = octet(text, at), type = octet(text, at + 2);
    size_t count = is_center ? 2 * (size_t)(length - 1) : (size_t)length;
    if ((type & 0x8f) != 0x81 || length < 2 || count < NUMBER_DIGITS_MIN || count > 16 ||
        at + 4 + (count + 1) / 2 * 2 > end)
        return 0;
    if (is_center && (text->bytes[at + 4 + count - 2] | 0x20) == 'f')
        count--;
    if (swapped_digits(text, at + 4, count, digits) == 0)
        return 0;
    replace_swapped(text, at + 4, digits, count);
    return 4 + (count + 1) / 2 * 2;
}

size_t redact_pdu(struct redact_text *text, size_t at)
{
    size_t size = redact_hex(text, at), found = 0;
    if (size < PDU_DIGITS_MIN || size % 2)
        return 0;
    for (size_t i = at; i < at + size;) {
        size_t taken = i == at ? try_address(text, i, at + size, true) : 0;
        if (taken == 0)
            taken = try_address(text, i, at + size, false);
        found += taken > 0;
        i += taken ? taken : 2;
    }
    return found ? redact_taken(text, size) : 0;
}

/* ---- addresses ------------------------------------------------------------------------------- */

static size_t number_part(const struct redact_text *text, size_t at)
{
    size_t size = 0;
    unsigned value = 0;
    while (redact_is_digit(text, at + size) && size < 4)
        value = value * 10 + (text->bytes[at + size++] - '0');
    return size < 4 && value < 256 ? size : 0;
}

/* A number with as many digits that is another one, below 200. */
static void replace_part(struct redact_text *text, struct redact_dice *dice, size_t at, size_t size)
{
    const uint8_t *old = text->bytes + at;
    unsigned last = (old[size - 1] - '0' + 1 + redact_throw(dice, 9)) % 10;
    if (size == 3)
        redact_put(text, at, '1');
    if (size == 3)
        redact_put(text, at + 1, (uint8_t)('0' + redact_throw(dice, 10)));
    if (size == 2)
        redact_put(text, at, (uint8_t)('1' + redact_throw(dice, 9)));
    redact_put(text, at + size - 1, (uint8_t)('0' + last));
}

/* All of it is 0 or 255: nobody's address. */
static bool is_nobody(const struct redact_text *text, size_t at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!strchr("025.", text->bytes[at + i]))
            return false;
    return true;
}

size_t redact_ipv4(struct redact_text *text, size_t at)
{
    size_t end = at, parts = 0, size;
    if (at > 0 && (redact_is_digit(text, at - 1) || redact_is(text, at - 1, '.')))
        return 0;
    while ((size = number_part(text, end)) > 0) {
        parts++;
        end += size;
        if (!redact_is(text, end, '.') || !redact_is_digit(text, end + 1))
            break;
        end++;
    }
    if (parts < 4 || redact_is_digit(text, end) || redact_is_letter(text, end) ||
        is_nobody(text, at, end - at))
        return 0;
    struct redact_dice dice = redact_dice(text, text->bytes + at, end - at);
    for (size_t i = at; i < end && !redact_is_done(text, at, end - at); i += size + 1) {
        size = number_part(text, i);
        replace_part(text, &dice, i, size);
    }
    return redact_taken(text, end - at);
}

size_t redact_ipv6(struct redact_text *text, size_t at)
{
    size_t end = at, colons = 0;
    bool doubled = false;
    if (at > 0 && (redact_is_hex(text, at - 1) || redact_is(text, at - 1, ':')))
        return 0;
    if (!redact_is_hex(text, at) || (!redact_at_word(text, at) && redact_is_letter(text, at)))
        return 0;
    for (; redact_is_hex(text, end) || redact_is(text, end, ':'); end++) {
        colons += redact_is(text, end, ':');
        doubled |= redact_is(text, end, ':') && redact_is(text, end + 1, ':');
    }
    if (!(colons >= 5 || (colons >= 2 && doubled)) || end - at < 6)
        return 0;
    redact_scramble(text, at, end - at, true);
    return redact_taken(text, end - at);
}
