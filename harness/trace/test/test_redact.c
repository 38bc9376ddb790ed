/*
 * test_redact.c - 10,000 dialogues full of identities, torn at random, as traces and as logs of
 * other programs: nothing passes, everything keeps its place, and without any one rule something
 * passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/redact_trace.h"

enum { LOGS = 10000, LOG_MAX = 65536, ITEMS_MAX = 8, SECRET_MAX = 32, TRIES_MAX = 600 };

/* ---- numbers by a seed ------------------------------------------------------------------------
 */

static uint64_t seed;

static unsigned roll(unsigned sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed >> 33) % sides);
}

static char one_of(const char *letters)
{
    return letters[roll((unsigned)strlen(letters))];
}

static unsigned luhn(const char *digits, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)(digits[size - 1 - i] - '0') * (i % 2 ? 1 : 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return (10 - sum % 10) % 10;
}

/* ---- what is said -----------------------------------------------------------------------------
 */

/*
 * In the text: {W} a word, {D} digits, {H} hex digits with a count, {I} nine digits of an IMEI and
 * its check digit, {S} ten digits of an IMSI without, {C} of an ICCID with its check digit, {N} a
 * swapped number of 11 digits. What braces make is the secret.
 */
static const struct said {
    enum trace_rule rule;
    char side;
    const char *text;
} said[] = {
    {TRACE_RULE_CREDENTIALS, '>', "AT+CSTT=\"web\",\"{W}\",\"x\"\r"},
    {TRACE_RULE_CREDENTIALS, '<', "\r\n+CNCFG: 0,1,\"web\",\"{W}\",\"\",0\r\n"},
    {TRACE_RULE_CREDENTIALS, '>', "AT+CPIN={D4}\r"},
    {TRACE_RULE_NAMED, '>', "AT+SAPBR=3,1,\"USER\",\"{W}\"\r"},
    {TRACE_RULE_NAMED, '<', "AT+SMCONF=\"PASSWORD\",\"{W}\"\r\r\nOK\r\n"},
    {TRACE_RULE_KEYS, '>', "AT+HTTPPARA=\"URL\",\"http://fota.example/u?id=7&token={W}&x=1\"\r"},
    {TRACE_RULE_KEYS, '<', "\r\nAuthorization: Bearer {W}\r\n"},
    {TRACE_RULE_KEYS, '<', "\r\n{\"password\": \"{W}\"}\r\n"},
    {TRACE_RULE_USERINFO, '>', "AT+HTTPPARA=\"URL\",\"ftp://{W}:x@fota.example/u\"\r"},
    {TRACE_RULE_HOSTS, '>', "AT+HTTPTOFS=\"http://{W}.customer.com/u.zip\",\"/f\"\r"},
    {TRACE_RULE_MAIL, '<', "\r\nask {W}@web.com about it\r\n"},
    {TRACE_RULE_CELLS, '<', "\r\n+CEREG: 2,1,\"5A1E\",\"{H8}\",7\r\n"},
    {TRACE_RULE_CELLS, '<', "\r\n+CPSI: LTE CAT-M1,Online,262-01,0x{H4},187214780,257,B3\r\n"},
    {TRACE_RULE_POSITIONS, '<', "\r\n+CGNSINF: 1,1,20261126161634.000,48.{D6},11.5,519.2\r\n"},
    {TRACE_RULE_POSITIONS, '<', "\r\n$GPGGA,161229.487,4807.{D4},N,01131.0000,E,1,07*1C\r\n"},
    {TRACE_RULE_POSITIONS, '>', "{\"latitude\":48.{D5}}\r"},
    {TRACE_RULE_CARD, '<', "\r\n+CRSM: 144,0,\"98{H18}\"\r\n"},
    {TRACE_RULE_PDU, '<', "\r\n+CMT: ,30\r\n0791947106004034040B91{N}0000622162\r\n"},
    {TRACE_RULE_ICCID, '<', "AT+CCID\r\r\n894902{C}\r\n\r\nOK\r\n"},
    {TRACE_RULE_ICCID, '<', "\r\n+CCID: 898603{D11}AF1\r\n"},
    {TRACE_RULE_IMEI, '<', "AT+CGSN\r\r\n86123{I}\r\n\r\nOK\r\n"},
    {TRACE_RULE_IMSI, '<', "AT+CIMI\r\r\n26201{S}\r\n\r\nOK\r\n"},
    {TRACE_RULE_NUMBERS, '<', "\r\n+CMT: \"+49{D10}\",\"\",\"26/11/26,16:18:48+04\"\r\n"},
    {TRACE_RULE_NUMBERS, '>', "ATD01{D9};\r"},
    {TRACE_RULE_NUMBERS, '<', "\r\n+CNUM: \"\",\"01{D8}\",129,7,4\r\n"},
    {TRACE_RULE_IPV4, '<', "\r\n+CNACT: 1,\"100.{D2}.1{D2}.{D1}\"\r\n"},
    {TRACE_RULE_IPV6, '<', "\r\n+CNACT: 1,\"fd00:{H4}:{H4}::{H3}\"\r\n"},
};

struct item {
    const struct said *said;
    char bytes[256];
    bool secret[256];
    size_t size;
};

static void put_secret(struct item *item, char byte)
{
    item->secret[item->size] = true;
    item->bytes[item->size++] = byte;
}

static void put_digits(struct item *item, size_t count, bool check, bool right)
{
    size_t begin = item->size;
    for (size_t i = 0; i < count; i++)
        put_secret(item, one_of("0123456789"));
    if (!check)
        return;
    size_t first = begin;
    while (first > 0 && item->bytes[first - 1] >= '0' && item->bytes[first - 1] <= '9')
        first--;
    unsigned digit = luhn(item->bytes + first, item->size - first);
    put_secret(item, (char)('0' + (right ? digit : (digit + 1 + roll(8)) % 10)));
}

static void put_made(struct item *item, char what, size_t count)
{
    switch (what) {
    case 'W':
        for (size_t i = 8 + roll(6); i > 0; i--)
            put_secret(item, one_of("abcdefghijkmnopqrstuvwxyzABCDEFGHJKL23456789"));
        return;
    case 'H':
        for (size_t i = 0; i < count; i++)
            put_secret(item, one_of("0123456789ABCDEF"));
        return;
    case 'I':
        put_digits(item, 9, true, true);
        return;
    case 'S':
        put_digits(item, 9, true, false);
        return;
    case 'C':
        put_digits(item, 12, true, true);
        return;
    case 'N':
        put_digits(item, 10, false, false);
        item->secret[item->size] = false;
        item->bytes[item->size++] = 'F';
        put_secret(item, one_of("0123456789"));
        return;
    default:
        put_digits(item, count, false, false);
    }
}

static void make_item(struct item *item, const struct said *one)
{
    memset(item, 0, sizeof *item);
    item->said = one;
    for (const char *at = one->text; *at; at++) {
        if (*at == '{' && at[1] >= 'A' && at[1] <= 'Z') {
            put_made(item, at[1], strtoul(at + 2, NULL, 10));
            at = strchr(at, '}');
        } else {
            item->bytes[item->size++] = *at;
        }
    }
}

/* ---- a dialogue in pieces ---------------------------------------------------------------------
 */

struct piece {
    const struct item *item;
    size_t at, size;
};

static struct item items[ITEMS_MAX];
static struct piece pieces[ITEMS_MAX * 256];
static size_t item_count, piece_count;

static void make_dialogue(bool torn)
{
    item_count = 1 + roll(ITEMS_MAX);
    piece_count = 0;
    for (size_t i = 0; i < item_count; i++) {
        make_item(&items[i], &said[roll(sizeof said / sizeof *said)]);
        for (size_t at = 0, size; at < items[i].size; at += size) {
            size = torn ? 1 + roll(23) : items[i].size;
            if (at + size > items[i].size)
                size = items[i].size - at;
            pieces[piece_count++] = (struct piece){&items[i], at, size};
        }
    }
}

/* ---- forms of a log: where each byte of an item stands -----------------------------------------
 */

static char file[LOG_MAX], before[LOG_MAX];
static size_t file_size;
/* Places of bytes that are secret: of the character, or of two hex digits. */
static struct secret_place {
    size_t at;
    const struct item *item;
    size_t index;
    bool hex;
} places[LOG_MAX];
static size_t place_count;

__attribute__((format(printf, 1, 2))) static void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    file_size += (size_t)vsnprintf(file + file_size, LOG_MAX - file_size, format, arguments);
    va_end(arguments);
    assert_in_range(file_size, 0, LOG_MAX - 1024);
}

static void note_place(const struct piece *piece, size_t i, bool hex)
{
    if (piece->item->secret[piece->at + i])
        places[place_count++] = (struct secret_place){file_size, piece->item, piece->at + i, hex};
}

static const char *stamp(void)
{
    static char text[40];
    snprintf(text, sizeof text, "2026/11/26 16:11:%02u.%09u", roll(60), roll(1000000));
    return text;
}

/* Each byte by `escape`, which prints what is no text; NULL stands for itself. */
static void print_text(const struct piece *piece, void (*escape)(uint8_t byte))
{
    for (size_t i = 0; i < piece->size; i++) {
        uint8_t byte = (uint8_t)piece->item->bytes[piece->at + i];
        if (byte >= 0x20 && byte < 0x7f) {
            note_place(piece, i, false);
            print("%c", byte);
        } else {
            escape(byte);
        }
    }
}

static void print_hex(const struct piece *piece, const char *format, size_t column)
{
    for (size_t row = 0; row < piece->size; row += 16) {
        size_t begin = file_size, count = piece->size - row < 16 ? piece->size - row : 16;
        for (size_t i = row; i < row + count; i++) {
            if (format[0] == ' ')
                print(" ");
            note_place(piece, i, true);
            print(format[0] == ' ' ? "%02x" : "%02X ",
                  (unsigned)(uint8_t)piece->item->bytes[piece->at + i]);
        }
        while (file_size < begin + column)
            print(" ");
        for (size_t i = row; i < row + count; i++) {
            uint8_t byte = (uint8_t)piece->item->bytes[piece->at + i];
            note_place(piece, i, false);
            print("%c", byte >= 0x20 && byte < 0x7f ? byte : '.');
        }
        print("\n");
    }
}

static void as_itself(uint8_t byte)
{
    print("%c", byte);
}

static void as_socat(uint8_t byte)
{
    print("%s", byte == '\r' ? "\\r" : "\n");
}

static void as_escape(uint8_t byte)
{
    print("%s", byte == '\r' ? "\\r" : "\\n");
}

static void as_caret(uint8_t byte)
{
    print("^%c", byte + '@');
}

static void as_word(uint8_t byte)
{
    print("%s", byte == '\r' ? "<CR>" : "<LF>");
}

static void print_piece(unsigned form, const struct piece *piece)
{
    char side = piece->item->said->side;
    switch (form) {
    case 0:
        print("%c %s  length=%zu from=0 to=9\n", side, stamp(), piece->size);
        print_text(piece, as_socat);
        return;
    case 1:
        print("%c %s  length=%zu from=0 to=9\n", side, stamp(), piece->size);
        print_hex(piece, " ", 49);
        print("--\n");
        return;
    case 2:
        print("%6u.%03u %c  ", roll(1000), roll(1000), side);
        print_text(piece, as_escape);
        print("\n");
        return;
    case 3:
        print("%c %u ", side == '>' ? 'w' : 'r', roll(1000));
        print_text(piece, as_caret);
        print("\n");
        return;
    case 4:
        print("<debug> [17957100%02u.%06u] [ttyUSB2/at] %s '", roll(100), roll(1000000),
              side == '>' ? "-->" : "<--");
        print_text(piece, as_word);
        print("'\n");
        return;
    default:
        print_text(piece, as_itself);
    }
}

enum { FORMS = 6, FORM_PLAIN = 5 };

/* ---- what has passed ---------------------------------------------------------------------------
 */

/* A secret's bytes as they are now: it has passed when most of them are what they were. */
static bool has_passed(char now[ITEMS_MAX][256], bool known[ITEMS_MAX][256],
                       const struct said **ret_said)
{
    for (size_t i = 0; i < item_count; i++) {
        size_t kept = 0, total = 0;
        for (size_t k = 0; k < items[i].size; k++) {
            if (!items[i].secret[k] || !known[i][k])
                continue;
            total++;
            kept += now[i][k] == items[i].bytes[k];
        }
        if (total > 0 && kept * 3 > total * 2) {
            *ret_said = items[i].said;
            return true;
        }
    }
    return false;
}

static char now_bytes[ITEMS_MAX][256];
static bool now_known[ITEMS_MAX][256];

static int hex_of(const char *at)
{
    char text[3] = {at[0], at[1], 0};
    return (int)strtol(text, NULL, 16);
}

/* Both what the hex digits say and what the text beside them does. */
static bool log_passes(uint32_t without, const struct said **ret_said)
{
    unsigned form = roll(FORMS);
    struct trace_redactor redactor = {.key = roll(1000), .without = without};
    make_dialogue(form != FORM_PLAIN);
    file_size = place_count = 0;
    for (size_t i = 0; i < piece_count; i++)
        print_piece(form, &pieces[i]);
    memcpy(before, file, file_size);
    assert_true(trace_redact_log(&redactor, (uint8_t *)file, file_size));
    for (int hex = 0; hex < 2; hex++) {
        memset(now_known, 0, sizeof now_known);
        for (size_t i = 0; i < place_count; i++) {
            size_t item = (size_t)(places[i].item - items);
            if (places[i].hex != hex)
                continue;
            now_known[item][places[i].index] = true;
            now_bytes[item][places[i].index] =
                (char)(hex ? hex_of(file + places[i].at) : file[places[i].at]);
        }
        if (has_passed(now_bytes, now_known, ret_said))
            return true;
    }
    return false;
}

static size_t given_count;

static void take_given(void *context, const struct trace_event *event)
{
    const struct piece *piece = &pieces[given_count++];
    (void)context;
    assert_int_equal(event->length, piece->size);
    memcpy(now_bytes[piece->item - items] + piece->at, event->bytes, event->length);
}

static bool trace_passes(uint32_t without, const struct said **ret_said)
{
    struct trace_redaction redaction = {.redactor = {.key = roll(1000), .without = without},
                                        .give = take_given};
    make_dialogue(true);
    given_count = 0;
    memset(now_known, 1, sizeof now_known);
    assert_true(trace_redaction_begin(&redaction));
    for (size_t i = 0; i < piece_count; i++) {
        const struct trace_event event = {
            .time_us = i,
            .kind = pieces[i].item->said->side == '>' ? TRACE_TO_MODULE : TRACE_TO_HOST,
            .bytes = (const uint8_t *)pieces[i].item->bytes + pieces[i].at,
            .length = pieces[i].size};
        trace_redaction_take(&redaction, &event);
    }
    trace_redaction_end(&redaction);
    assert_int_equal(given_count, piece_count);
    return has_passed(now_bytes, now_known, ret_said);
}

/* ---- tests -------------------------------------------------------------------------------------
 */

static void test_nothing_passes_in_10000_traces_and_logs(void **state)
{
    const struct said *passed = NULL;
    (void)state;
    for (unsigned i = 0; i < LOGS; i++) {
        seed = i;
        roll(2);
        if (i % 2 ? log_passes(0, &passed) : trace_passes(0, &passed))
            fail_msg("log %u: '%s' passes (%s)\n%.*s", i, passed->text,
                     trace_rule_name(passed->rule), i % 2 ? (int)file_size : 0, file);
    }
}

static void test_without_any_one_rule_something_passes(void **state)
{
    (void)state;
    for (unsigned rule = 0; rule < TRACE_RULE_COUNT; rule++) {
        const struct said *passed = NULL;
        unsigned i = 0;
        for (; i < TRIES_MAX && (!passed || passed->rule != rule); i++) {
            seed = i;
            roll(2);
            if (i % 2)
                log_passes(1u << rule, &passed);
            else
                trace_passes(1u << rule, &passed);
        }
        if (i == TRIES_MAX)
            fail_msg("without '%s' nothing passes in %d logs", trace_rule_name(rule), TRIES_MAX);
    }
}

/* What was no secret stays: no more than the places of secrets and their check digits change. */
static void test_what_is_no_secret_stays(void **state)
{
    static const char *const texts[] = {
        "\r\n+CFOTA: 41\r\n\r\nOK\r\n",
        "\r\nRevision:1351B03SIM7000C\r\n",
        "AT+HTTPTOFS=\"http://fota.example/V1___V2/update.zip\",\"/fota/update.zip\"\r",
        "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n",
        "\r\n+CCLK: \"26/11/26,16:18:48+04\"\r\n",
        "\r\n+HTTPTOFS: 200,109285\r\n",
        "\r\n+CGNSINF: 1,0,20261126161634.000,,,,0.00,0.0\r\n",
        "\r\n+CNACT: 0,\"0.0.0.0\"\r\n",
        "AT+IPR=921600\r",
        "    12.365 *  command +CFOTA=1\n> 2026/11/26 16:11:46.000025191  length=19 from=0 to=18\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct trace_redactor redactor = {.key = 5};
        char text[256];
        snprintf(text, sizeof text, "%s", texts[i]);
        assert_true(trace_redact_log(&redactor, (uint8_t *)text, strlen(text)));
        assert_string_equal(text, texts[i]);
    }
}

static void redact_text(const char *words, char *text)
{
    struct trace_redactor redactor = {.key = trace_redact_key_of(words)};
    trace_redact(&redactor, (uint8_t *)text, strlen(text), NULL);
}

static void test_a_number_has_one_stand_in_also_with_its_digits_swapped(void **state)
{
    char plain[] = "+CMT: \"+49171234567\"", pdu[] = "0791947106004034040B919471214365F70000622162";
    char swapped[12] = "";
    (void)state;
    redact_text("a", plain);
    redact_text("a", pdu);
    for (int i = 0; i < 11; i++)
        swapped[i] = pdu[22 + (i ^ 1)];
    assert_memory_equal(swapped, plain + 8, 11);
    assert_memory_not_equal(swapped, "49171234567", 11);
}

static void test_check_digits_and_checksums_are_right(void **state)
{
    char imei[] = "861234567890123", nmea[] = "$GPGGA,161229.487,4807.0380,N,01131.0000,E,1,07*1C";
    uint8_t sum = 0;
    (void)state;
    imei[14] = (char)('0' + luhn(imei, 14));
    redact_text("a", imei);
    assert_memory_not_equal(imei + 5, "4567890", 7);
    assert_int_equal(imei[14] - '0', luhn(imei, 14));
    redact_text("a", nmea);
    for (char *at = nmea + 1; *at != '*'; at++)
        sum ^= (uint8_t)*at;
    assert_int_equal(hex_of(strchr(nmea, '*') + 1), sum);
}

static void test_another_key_gives_another_stand_in(void **state)
{
    char one[] = "+49171234567", same[] = "+49171234567", other[] = "+49171234567";
    (void)state;
    redact_text("a", one);
    redact_text("a", same);
    redact_text("b", other);
    assert_string_equal(one, same);
    assert_string_not_equal(one, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_passes_in_10000_traces_and_logs),
        cmocka_unit_test(test_without_any_one_rule_something_passes),
        cmocka_unit_test(test_what_is_no_secret_stays),
        cmocka_unit_test(test_a_number_has_one_stand_in_also_with_its_digits_swapped),
        cmocka_unit_test(test_check_digits_and_checksums_are_right),
        cmocka_unit_test(test_another_key_gives_another_stand_in),
    };
    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
