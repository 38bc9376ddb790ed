/* test_text.c - numbers with units, nearest words, escaped bytes, values of settings, row by row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/text/escape.h"
#include "harness/text/nearest.h"
#include "harness/text/setting.h"

struct number_row {
    enum text_quantity quantity;
    const char *text;
    enum text_number_fault fault;
    int64_t value;
};

#define GOOD      TEXT_NUMBER_GOOD
#define NONE      TEXT_NUMBER_NONE
#define NO_UNIT   TEXT_NUMBER_NO_UNIT
#define BAD_UNIT  TEXT_NUMBER_BAD_UNIT
#define TOO_FINE  TEXT_NUMBER_TOO_FINE
#define TOO_LARGE TEXT_NUMBER_TOO_LARGE

static const struct number_row number_rows[] = {
    {TEXT_DURATION, "0s", GOOD, 0},
    {TEXT_DURATION, "1us", GOOD, 1},
    {TEXT_DURATION, "50ms", GOOD, 50000},
    {TEXT_DURATION, "1.5s", GOOD, 1500000},
    {TEXT_DURATION, "0.000001s", GOOD, 1},
    {TEXT_DURATION, "20min", GOOD, 1200000000},
    {TEXT_DURATION, "2h", GOOD, 7200000000},
    {TEXT_DURATION, "0.5h", GOOD, 1800000000},
    {TEXT_DURATION, "5", NO_UNIT, 0},
    {TEXT_DURATION, "5sec", BAD_UNIT, 0},
    {TEXT_DURATION, "5m", BAD_UNIT, 0},
    {TEXT_DURATION, "5S", BAD_UNIT, 0},
    {TEXT_DURATION, "5 s", BAD_UNIT, 0},
    {TEXT_DURATION, "5s ", BAD_UNIT, 0},
    {TEXT_DURATION, "5.s", BAD_UNIT, 0},
    {TEXT_DURATION, ".5s", NONE, 0},
    {TEXT_DURATION, "-5s", NONE, 0},
    {TEXT_DURATION, "+5s", NONE, 0},
    {TEXT_DURATION, "05s", NONE, 0},
    {TEXT_DURATION, "s", NONE, 0},
    {TEXT_DURATION, "", NONE, 0},
    {TEXT_DURATION, "0.5us", TOO_FINE, 0},
    {TEXT_DURATION, "0.0000001h", TOO_FINE, 0},
    {TEXT_DURATION, "0.99999999999999999999999s", TOO_FINE, 0},
    {TEXT_DURATION, "9223372036854775807us", TOO_LARGE, 0},
    {TEXT_DURATION, "9999999999h", TOO_LARGE, 0},
    {TEXT_DURATION, "99999999999999999999999us", TOO_LARGE, 0},
    {TEXT_SIZE, "109285B", GOOD, 109285},
    {TEXT_SIZE, "10KB", GOOD, 10000},
    {TEXT_SIZE, "10KiB", GOOD, 10240},
    {TEXT_SIZE, "1.5KiB", GOOD, 1536},
    {TEXT_SIZE, "2MB", GOOD, 2000000},
    {TEXT_SIZE, "1MiB", GOOD, 1048576},
    {TEXT_SIZE, "0.3KiB", TOO_FINE, 0},
    {TEXT_SIZE, "109285", NO_UNIT, 0},
    {TEXT_SIZE, "5kB", GOOD, 5000},
    {TEXT_SIZE, "5kb", BAD_UNIT, 0},
    {TEXT_SIZE, "5GB", BAD_UNIT, 0},
    {TEXT_RATE, "11000B/s", GOOD, 11000},
    {TEXT_RATE, "10KiB/s", GOOD, 10240},
    {TEXT_RATE, "11000B", BAD_UNIT, 0},
    {TEXT_RATE, "20kB/s", GOOD, 20000},
    {TEXT_FACTOR, "20", GOOD, 20000000000},
    {TEXT_FACTOR, "0.5", GOOD, 500000000},
    {TEXT_FACTOR, "-2", NONE, 0},
    {TEXT_FACTOR, "2x", BAD_UNIT, 0},
    {TEXT_VOLTAGE, "3800mV", GOOD, 3800},
    {TEXT_VOLTAGE, "3.8V", GOOD, 3800},
    {TEXT_VOLTAGE, "3.8005V", TOO_FINE, 0},
    {TEXT_VOLTAGE, "3.8", NO_UNIT, 0},
    {TEXT_PERCENT, "37%", GOOD, 37},
    {TEXT_PERCENT, "37", NO_UNIT, 0},
    {TEXT_PERCENT, "0.5%", TOO_FINE, 0},
    {TEXT_COUNT, "0", GOOD, 0},
    {TEXT_COUNT, "115200", GOOD, 115200},
    {TEXT_COUNT, "-113", GOOD, -113},
    {TEXT_COUNT, "-", NONE, 0},
    {TEXT_COUNT, "007", NONE, 0},
    {TEXT_COUNT, "0x10", BAD_UNIT, 0},
    {TEXT_COUNT, "1.5", TOO_FINE, 0},
    {TEXT_COUNT, "1e3", BAD_UNIT, 0},
    {TEXT_COUNT, "yes", NONE, 0},
};

static void test_number(void **state)
{
    const struct number_row *row = *state;
    int64_t value = 0;
    enum text_number_fault fault =
        text_number_parse(row->quantity, row->text, strlen(row->text), &value);
    if (fault != row->fault || (fault == GOOD && value != row->value))
        fail_msg("'%s' as %s: want fault %d value %lld, got fault %d value %lld", row->text,
                 text_quantity_name(row->quantity), row->fault, (long long)row->value, fault,
                 (long long)value);
}

struct written_row {
    enum text_quantity quantity;
    int64_t value;
    const char *text;
};

static const struct written_row written_rows[] = {
    {TEXT_DURATION, 0, "0"},
    {TEXT_DURATION, 1, "1us"},
    {TEXT_DURATION, 1500000, "1500ms"},
    {TEXT_DURATION, 3600000000, "1h"},
    {TEXT_DURATION, 90000000, "90s"},
    {TEXT_SIZE, 67108864, "64MiB"},
    {TEXT_SIZE, 109285, "109285B"},
    {TEXT_VOLTAGE, 3800, "3800mV"},
    {TEXT_COUNT, -5, "-5"},
    {TEXT_SIZE, 3000, "3KB"},
    {TEXT_RATE, 20000, "20KB/s"},
    {TEXT_PERCENT, 100, "100%"},
};

static void test_written(void **state)
{
    const struct written_row *row = *state;
    char buffer[32];
    assert_string_equal(text_number_write(buffer, sizeof buffer, row->quantity, row->value),
                        row->text);
}

struct nearest_row {
    const char *text, *nearest; /* NULL = nothing near enough */
};

static const char *const words[] = {"reply", "swallow", "delay", "file-damage", "for", "at"};

static const struct nearest_row nearest_rows[] = {
    {"replay", "reply"},
    {"repyl", "reply"},
    {"swalow", "swallow"},
    {"deley", "delay"},
    {"fr", "for"},
    {"file_damage", "file-damage"},
    {"weather", NULL},
    {"x", NULL},
    {"", NULL},
    {"file-damages-and-many-more-letters-than-a-word-has", NULL},
};

static const char *word_at(const void *list, size_t index)
{
    return ((const char *const *)list)[index];
}

static void test_nearest(void **state)
{
    const struct nearest_row *row = *state;
    const char *got =
        text_nearest(row->text, strlen(row->text), word_at, words, sizeof words / sizeof words[0]);
    if (!row->nearest && got)
        fail_msg("'%s': want no word, got '%s'", row->text, got);
    if (row->nearest && (!got || strcmp(got, row->nearest) != 0))
        fail_msg("'%s': want '%s', got '%s'", row->text, row->nearest, got ? got : "nothing");
}

/* ---- escaping -------------------------------------------------------------------------------- */

struct escaped_row {
    const char *bytes;
    size_t size, capacity;
    const char *text; /* what is in the buffer */
    size_t length;    /* what all of it would have */
};

static const struct escaped_row escaped_rows[] = {
    {"AT+CFOTA?\r", 10, 40, "AT+CFOTA?\\r", 11},
    {"\r\nOK\r\n", 6, 40, "\\r\\nOK\\r\\n", 10},
    {"a\tb\\c", 5, 40, "a\\tb\\\\c", 7},
    {"\0\x1a\x7f\xff~ ", 6, 40, "\\x00\\x1A\\x7F\\xFF~ ", 18},
    {"gr\xc3\xbc", 4, 40, "gr\\xC3\\xBC", 10},
    {"", 0, 1, "", 0},
    {"ab\xff", 3, 5, "ab", 6}, /* what does not fit whole is left out */
    {"ab\xff"
     "cd",
     5, 5, "ab", 8},
};

static void test_escaped(void **state)
{
    const struct escaped_row *row = *state;
    char buffer[40];
    size_t length = text_escape(buffer, row->capacity, row->bytes, row->size);
    assert_string_equal(buffer, row->text);
    assert_int_equal(length, row->length);
}

static void test_any_byte_becomes_printable(void **state)
{
    char one[TEXT_ESCAPED_MAX + 3], all[256 * (TEXT_ESCAPED_MAX + 1) + 2] = "\n";
    size_t used = 1;
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        size_t length = text_escape_byte((uint8_t)byte, one + 1);
        for (size_t i = 1; i <= length; i++)
            assert_in_range(one[i], ' ', '~');
        one[0] = one[length + 1] = '\n';
        one[length + 2] = '\0';
        assert_null(strstr(all, one)); /* it is told from those before it */
        memcpy(all + used, one + 1, length + 2);
        used += length + 1;
    }
}

/* ---- settings -------------------------------------------------------------------------------- */

static void test_a_written_value_of_any_setting_is_read_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        const int32_t values[] = {info->initial, info->minimum, info->maximum, 0, 1000};
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            char text[64];
            int32_t got = -1;
            if (values[j] < info->minimum || values[j] > info->maximum)
                continue;
            text_setting_write(info, values[j], text, sizeof text);
            if (!text_setting_parse(info, text, &got) || got != values[j])
                fail_msg("%s=%s: want %ld, got %ld", info->name, text, (long)values[j], (long)got);
        }
    }
}

struct setting_row {
    unsigned setting;
    const char *text;
    bool good;
    int32_t value;
    const char *form; /* how its values are written */
};

static const struct setting_row setting_rows[] = {
    {SIM_SETTING_ANSWER_DELAY, "3s", true, 3000, "a duration such as 5s (us, ms, s, min, h)"},
    {SIM_SETTING_ANSWER_DELAY, "1500us", false, 0, "a duration such as 5s (us, ms, s, min, h)"},
    {SIM_SETTING_ANSWER_DELAY, "3", false, 0, "a duration such as 5s (us, ms, s, min, h)"},
    {SIM_SETTING_SUPPLY, "3.4V", true, 3400, "a voltage such as 3800mV (mV, V)"},
    {SIM_SETTING_BOOT_GARBAGE, "yes", true, 1, "one of no|yes"},
    {SIM_SETTING_BOOT_GARBAGE, "ye", false, 0, "one of no|yes"},
    {SIM_SETTING_HTTP_RATE, "20kB/s", true, 20000, "a rate such as 11000B/s (B/s, KB/s, KiB/s)"},
};

static void test_setting(void **state)
{
    const struct setting_row *row = *state;
    const struct sim_setting_info *info = sim_setting_info(row->setting);
    char form[128];
    int32_t got = 0;
    assert_int_equal(text_setting_parse(info, row->text, &got), row->good);
    assert_int_equal(got, row->value);
    assert_string_equal(text_setting_form(info, form, sizeof form), row->form);
}

static void test_a_word_of_a_list_is_found_whole(void **state)
{
    size_t length = 0;
    (void)state;
    assert_int_equal(text_choice_find("one|two", "two", 3), 1);
    assert_int_equal(text_choice_find("one|two", "tw", 2), -1);
    assert_int_equal(text_choice_find("one|two", "one|two", 7), -1);
    assert_int_equal(text_choice_find("", "x", 1), -1);
    assert_memory_equal(text_choice("one|two", 1, &length), "two", 3);
    assert_int_equal(length, 3);
    assert_null(text_choice("one|two", 2, &length));
    assert_null(text_choice(NULL, 0, &length));
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* One test for each of `count` rows of `size` bytes, named by group and number. */
static int run_rows(const char *group, const void *rows, size_t count, size_t size,
                    CMUnitTestFunction test)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    char(*names)[32] = calloc(count, sizeof *names);
    int failed = 1;
    for (size_t i = 0; tests && names && i < count; i++) {
        snprintf(names[i], sizeof names[i], "%s %zu", group, i + 1);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = test,
                                       .initial_state = (char *)(uintptr_t)rows + i * size};
    }
    if (tests && names)
        failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(names);
    free(tests);
    return failed;
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0]), sizeof((table)[0])

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_byte_becomes_printable),
        cmocka_unit_test(test_a_written_value_of_any_setting_is_read_again),
        cmocka_unit_test(test_a_word_of_a_list_is_found_whole),
    };
    int failed = run_rows("number", ROWS(number_rows), test_number);
    failed += run_rows("written", ROWS(written_rows), test_written);
    failed += run_rows("nearest", ROWS(nearest_rows), test_nearest);
    failed += run_rows("escaped", ROWS(escaped_rows), test_escaped);
    failed += run_rows("setting", ROWS(setting_rows), test_setting);
    return failed + cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
