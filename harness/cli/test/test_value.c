/* test_value.c - words of the command line as values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "harness/cli/cli.h"

enum kind { NUMBER, SIZE, DURATION };

struct row {
    const char *name;
    enum kind kind;
    const char *text;
    bool good;
    uint64_t want;
};

static const struct row rows[] = {
    {"number 0", NUMBER, "0", true, 0},
    {"number with all 64 bits", NUMBER, "18446744073709551615", true, UINT64_MAX},
    {"number with more than 64 bits", NUMBER, "18446744073709551616", false, 0},
    {"number in hexadecimal", NUMBER, "0xdeadBEEF", true, 0xdeadbeef},
    {"number 0x without digits", NUMBER, "0x", false, 0},
    {"number that is empty", NUMBER, "", false, 0},
    {"number below zero", NUMBER, "-1", false, 0},
    {"number with a blank", NUMBER, " 1", false, 0},
    {"size in bytes", SIZE, "109285B", true, 109285},
    {"size in kib", SIZE, "10KiB", true, 10240},
    {"size with places", SIZE, "1.5kB", true, 1500},
    {"size as scenarios write it", SIZE, "1.5KB", true, 1500},
    {"size of 4 gib", SIZE, "4096MiB", false, 0},
    {"size without a unit", SIZE, "5", false, 0},
    {"size with a strange unit", SIZE, "5kb", false, 0},
    {"duration in ms", DURATION, "500ms", true, 500000},
    {"duration in min", DURATION, "3min", true, 180000000},
    {"duration with places", DURATION, "2.5s", true, 2500000},
    {"duration with six places", DURATION, "0.000001s", true, 1},
    {"duration finer than a microsecond", DURATION, "1.9us", false, 0},
    {"duration with seven places", DURATION, "0.0000010s", false, 0},
    {"duration with a leading zero", DURATION, "05s", false, 0},
    {"duration without digits behind the point", DURATION, "1.s", false, 0},
    {"duration of ages", DURATION, "9999999999999999h", false, 0},
};

static void run_row(void **state)
{
    const struct row *row = *state;
    uint64_t number = 77;
    uint32_t size = 77;
    bool good = false;

    switch (row->kind) {
    case NUMBER:
        good = cli_value_number(row->text, &number);
        break;
    case SIZE:
        good = cli_value_size(row->text, &size);
        number = size;
        break;
    case DURATION:
        good = cli_value_duration(row->text, &number);
        break;
    }
    assert_int_equal(good, row->good);
    assert_int_equal(number, good ? row->want : 77);
}

static void choices_match_whole_words_only(void **state)
{
    (void)state;
    assert_int_equal(cli_value_choice("module|none", "module"), 0);
    assert_int_equal(cli_value_choice("module|none", "none"), 1);
    assert_int_equal(cli_value_choice("module|none", "mod"), -1);
    assert_int_equal(cli_value_choice("module|none", ""), -1);
    assert_int_equal(cli_value_choice("module|none", "module|none"), -1);
}

static const char *fruit(size_t index)
{
    static const char *const names[] = {"package", "facts", "check"};

    return names[index];
}

static void the_nearest_name_is_found_if_there_is_one(void **state)
{
    (void)state;
    assert_string_equal(cli_nearest("pakcage", 3, fruit), "package");
    assert_string_equal(cli_nearest("fact", 3, fruit), "facts");
    assert_null(cli_nearest("zzzzz", 3, fruit));
    assert_null(cli_nearest("", 3, fruit));
    assert_null(cli_nearest("a word that is far too long to be one of them", 3, fruit));
}

int main(void)
{
    struct CMUnitTest tests[CLI_COUNT_OF(rows) + 2] = {
        cmocka_unit_test(choices_match_whole_words_only),
        cmocka_unit_test(the_nearest_name_is_found_if_there_is_one),
    };
    static struct row copies[CLI_COUNT_OF(rows)];

    memcpy(copies, rows, sizeof rows);
    for (size_t i = 0; i < CLI_COUNT_OF(rows); i++) {
        tests[i + 2].name = rows[i].name;
        tests[i + 2].test_func = run_row;
        tests[i + 2].initial_state = &copies[i];
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
