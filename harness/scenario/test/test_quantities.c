/* test_quantities.c - numbers with units, row by row, and the words nearest to a mistyped one. */
#include "harness/scenario/test/support_loader.h"

#include <string.h>

#include "harness/scenario/internal.h"

struct number_row {
    enum scenario_quantity quantity;
    const char *text;
    enum scenario_number_fault fault;
    int64_t value;
};

#define GOOD      SCENARIO_NUMBER_GOOD
#define NONE      SCENARIO_NUMBER_NONE
#define NO_UNIT   SCENARIO_NUMBER_NO_UNIT
#define BAD_UNIT  SCENARIO_NUMBER_BAD_UNIT
#define TOO_FINE  SCENARIO_NUMBER_TOO_FINE
#define TOO_LARGE SCENARIO_NUMBER_TOO_LARGE

static const struct number_row number_rows[] = {
    {SCENARIO_DURATION, "0s", GOOD, 0},
    {SCENARIO_DURATION, "1us", GOOD, 1},
    {SCENARIO_DURATION, "50ms", GOOD, 50000},
    {SCENARIO_DURATION, "1.5s", GOOD, 1500000},
    {SCENARIO_DURATION, "0.000001s", GOOD, 1},
    {SCENARIO_DURATION, "20min", GOOD, 1200000000},
    {SCENARIO_DURATION, "2h", GOOD, 7200000000},
    {SCENARIO_DURATION, "0.5h", GOOD, 1800000000},
    {SCENARIO_DURATION, "5", NO_UNIT, 0},
    {SCENARIO_DURATION, "5sec", BAD_UNIT, 0},
    {SCENARIO_DURATION, "5m", BAD_UNIT, 0},
    {SCENARIO_DURATION, "5S", BAD_UNIT, 0},
    {SCENARIO_DURATION, "5 s", BAD_UNIT, 0},
    {SCENARIO_DURATION, "5s ", BAD_UNIT, 0},
    {SCENARIO_DURATION, "5.s", BAD_UNIT, 0},
    {SCENARIO_DURATION, ".5s", NONE, 0},
    {SCENARIO_DURATION, "-5s", NONE, 0},
    {SCENARIO_DURATION, "+5s", NONE, 0},
    {SCENARIO_DURATION, "05s", NONE, 0},
    {SCENARIO_DURATION, "s", NONE, 0},
    {SCENARIO_DURATION, "", NONE, 0},
    {SCENARIO_DURATION, "0.5us", TOO_FINE, 0},
    {SCENARIO_DURATION, "0.0000001h", TOO_FINE, 0},
    {SCENARIO_DURATION, "0.99999999999999999999999s", TOO_FINE, 0},
    {SCENARIO_DURATION, "9223372036854775807us", TOO_LARGE, 0},
    {SCENARIO_DURATION, "9999999999h", TOO_LARGE, 0},
    {SCENARIO_DURATION, "99999999999999999999999us", TOO_LARGE, 0},
    {SCENARIO_SIZE, "109285B", GOOD, 109285},
    {SCENARIO_SIZE, "10KB", GOOD, 10000},
    {SCENARIO_SIZE, "10KiB", GOOD, 10240},
    {SCENARIO_SIZE, "1.5KiB", GOOD, 1536},
    {SCENARIO_SIZE, "2MB", GOOD, 2000000},
    {SCENARIO_SIZE, "1MiB", GOOD, 1048576},
    {SCENARIO_SIZE, "0.3KiB", TOO_FINE, 0},
    {SCENARIO_SIZE, "109285", NO_UNIT, 0},
    {SCENARIO_SIZE, "5kB", BAD_UNIT, 0},
    {SCENARIO_SIZE, "5GB", BAD_UNIT, 0},
    {SCENARIO_RATE, "11000B/s", GOOD, 11000},
    {SCENARIO_RATE, "10KiB/s", GOOD, 10240},
    {SCENARIO_RATE, "11000B", BAD_UNIT, 0},
    {SCENARIO_VOLTAGE, "3800mV", GOOD, 3800},
    {SCENARIO_VOLTAGE, "3.8V", GOOD, 3800},
    {SCENARIO_VOLTAGE, "3.8005V", TOO_FINE, 0},
    {SCENARIO_VOLTAGE, "3.8", NO_UNIT, 0},
    {SCENARIO_PERCENT, "37%", GOOD, 37},
    {SCENARIO_PERCENT, "37", NO_UNIT, 0},
    {SCENARIO_PERCENT, "0.5%", TOO_FINE, 0},
    {SCENARIO_COUNT_BARE, "0", GOOD, 0},
    {SCENARIO_COUNT_BARE, "115200", GOOD, 115200},
    {SCENARIO_COUNT_BARE, "-113", GOOD, -113},
    {SCENARIO_COUNT_BARE, "-", NONE, 0},
    {SCENARIO_COUNT_BARE, "007", NONE, 0},
    {SCENARIO_COUNT_BARE, "0x10", BAD_UNIT, 0},
    {SCENARIO_COUNT_BARE, "1.5", TOO_FINE, 0},
    {SCENARIO_COUNT_BARE, "1e3", BAD_UNIT, 0},
    {SCENARIO_COUNT_BARE, "yes", NONE, 0},
};

static const char *number_name(const void *row)
{
    return ((const struct number_row *)row)->text;
}

static void test_number(void **state)
{
    const struct number_row *row = *state;
    int64_t value = 0;
    enum scenario_number_fault fault =
        scenario_number_parse(row->quantity, row->text, strlen(row->text), &value);
    if (fault != row->fault || (fault == GOOD && value != row->value))
        fail_msg("'%s' as %s: want fault %d value %lld, got fault %d value %lld", row->text,
                 scenario_quantity_name(row->quantity), row->fault, (long long)row->value, fault,
                 (long long)value);
}

struct written_row {
    enum scenario_quantity quantity;
    int64_t value;
    const char *text;
};

static const struct written_row written_rows[] = {
    {SCENARIO_DURATION, 0, "0"},
    {SCENARIO_DURATION, 1, "1us"},
    {SCENARIO_DURATION, 1500000, "1500ms"},
    {SCENARIO_DURATION, 3600000000, "1h"},
    {SCENARIO_DURATION, 90000000, "90s"},
    {SCENARIO_SIZE, 67108864, "64MiB"},
    {SCENARIO_SIZE, 109285, "109285B"},
    {SCENARIO_VOLTAGE, 3800, "3800mV"},
    {SCENARIO_COUNT_BARE, -5, "-5"},
    {SCENARIO_PERCENT, 100, "100%"},
};

static const char *written_name(const void *row)
{
    return ((const struct written_row *)row)->text;
}

static void test_written(void **state)
{
    const struct written_row *row = *state;
    char buffer[32];
    assert_string_equal(scenario_number_write(buffer, sizeof(buffer), row->quantity, row->value),
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

static const char *nearest_name(const void *row)
{
    return ((const struct nearest_row *)row)->text;
}

static void test_nearest(void **state)
{
    const struct nearest_row *row = *state;
    const char *got = scenario_nearest(row->text, strlen(row->text), word_at, words,
                                       sizeof(words) / sizeof(words[0]));
    if (!row->nearest && got)
        fail_msg("'%s': want no word, got '%s'", row->text, got);
    if (row->nearest && (!got || strcmp(got, row->nearest) != 0))
        fail_msg("'%s': want '%s', got '%s'", row->text, row->nearest, got ? got : "nothing");
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0]), sizeof((table)[0])

int main(void)
{
    int failed = loader_run_rows("number", ROWS(number_rows), number_name, test_number);
    failed += loader_run_rows("written", ROWS(written_rows), written_name, test_written);
    failed += loader_run_rows("nearest", ROWS(nearest_rows), nearest_name, test_nearest);
    return failed;
}
