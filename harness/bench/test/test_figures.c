/* test_figures.c - the core's counts in the journal agree with what the journal itself has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/figures.h"

/* What the records say between two of kind FIGURES. */
struct counted {
    uint64_t to_module_bytes, to_host_bytes, commands, since_us;
};

static struct counted count(struct counted counted, const struct bench_record *record)
{
    counted.to_module_bytes += record->kind == BENCH_JOURNAL_TO_MODULE ? record->length : 0;
    counted.to_host_bytes += record->kind == BENCH_JOURNAL_TO_HOST ? record->length : 0;
    bool command = record->kind == BENCH_JOURNAL_CORE && record->a == FOTA_EVENT_COMMAND;
    counted.commands += command && record->length > 2; /* without the AT of a search */
    return counted;
}

static void expect(const char *name, uint64_t want, uint32_t got)
{
    if (want != got)
        fail_msg("%s: the journal has %u, the core counted %u", name, (unsigned)want, got);
}

static uint32_t states_ms(const struct bench_record *record)
{
    uint32_t sum = 0;
    for (unsigned i = BENCH_FIGURE_FIRST_STATE; i < BENCH_FIGURE_COUNT; i++)
        sum += bench_figure(record, i);
    return sum;
}

/* Returns how many records of figures there are. */
static unsigned compare(const struct bench_run *run)
{
    struct bench_record record;
    struct counted counted = {0};
    unsigned found = 0;
    size_t offset = bench_journal_begin(&run->journal);
    while (bench_journal_next(&run->journal, &offset, &record)) {
        counted = count(counted, &record);
        if (record.kind == BENCH_JOURNAL_HOST && record.a != 0)
            counted = (struct counted){.since_us = record.time_us};
        if (record.kind != BENCH_JOURNAL_FIGURES)
            continue;
        found++;
        assert_int_equal(record.number, found);
        expect("bytes to the module", counted.to_module_bytes,
               bench_figure(&record, BENCH_FIGURE_sent_bytes));
        expect("bytes to the host", counted.to_host_bytes,
               bench_figure(&record, BENCH_FIGURE_received_bytes));
        expect("commands", counted.commands, bench_figure(&record, BENCH_FIGURE_exchanges));
        /* The state that is not over yet is missing, and each is cut to whole milliseconds. */
        uint64_t job_ms = (record.time_us - counted.since_us) / 1000;
        if (states_ms(&record) > job_ms || (found == 2 && states_ms(&record) + 19 < job_ms))
            fail_msg("times: %u ms of %u ms", states_ms(&record), (unsigned)job_ms);
    }
    return found;
}

/* A push, so that there are bytes of the package; the host is reset in the middle of it. */
static void the_figures_agree_with_the_journal(void **state)
{
    static const char text[] =
        "scenario: a push with a host reset\nwhy: it is a test\n"
        "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, delivery: push, baud: 115200,\n"
        "         package: {size: 40000B}}\n"
        "events: [{when: {core-state: verify}, after: 1s, do: [{host-reset: yes, for: 2s}]}]\n"
        "expect: {outcome: updated}\n";
    const struct bench_options options = {.seed = 1};
    struct scenario_errors errors = {0};
    struct bench_result result;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    (void)state;
    struct scenario *scenario = scenario_parse("row", text, sizeof text - 1, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    assert_true(bench_run_begin(run, &scenario->cases[0], &options));
    bench_run_all(run, &result);
    assert_int_equal(result.verdict, BENCH_PASSED);
    assert_int_equal(compare(run), 2);
    scenario_free(scenario);
    scenario_errors_done(&errors);
    bench_run_free(run);
}

static void figures_are_told_by_name_without_zeros(void **state)
{
    uint8_t words[4 * BENCH_FIGURE_COUNT] = {0};
    struct bench_record record = {
        .kind = BENCH_JOURNAL_FIGURES, .length = sizeof words, .payload = words};
    char line[256];
    (void)state;
    words[4 * BENCH_FIGURE_exchanges] = 44;
    words[4 * (BENCH_FIGURE_FIRST_STATE + FOTA_STATE_VERIFY) + 1] = 1;
    bench_record_format(&record, line, sizeof line);
    assert_string_equal(line, "     0.000000  figures    commands=44 verify-ms=256 ");
    record.length = 3; /* cut */
    bench_record_format(&record, line, sizeof line);
    assert_string_equal(line, "     0.000000  figures    ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_agree_with_the_journal),
        cmocka_unit_test(figures_are_told_by_name_without_zeros),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
