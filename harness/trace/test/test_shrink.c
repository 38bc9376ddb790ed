/* test_shrink.c - what has nothing to do with a failure goes, and each bound is where it flips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/shrink.h"
#include "harness/trace/test/support_run.h"

static const char head[] = "scenario: it fails\n"
                           "why: padded with what has nothing to do with it\n"
                           "update:\n"
                           "  from: 1351B03SIM7000C\n"
                           "  to: 1351B04SIM7000C\n"
                           "  package: {url: 'http://fota.example/update.zip'}\n";

/* 16 events with 45 actions that change nothing, beside the one that does: all that a file takes.
 */
static size_t padded(char *text, size_t capacity, const char *cause, const char *setting)
{
    size_t used =
        (size_t)snprintf(text, capacity, "%smodule: {settings: {%s}}\nevents:\n", head, setting);
    for (unsigned i = 0; i < 15; i++)
        used += (size_t)snprintf(text + used, capacity - used,
                                 "  - when: {time: %us}\n"
                                 "    do: [{urc: 'DST: 0'}, {dtr: on}, {rts: on}]\n"
                                 "    may-not-fire: yes\n",
                                 20 + i);
    used += (size_t)snprintf(text + used, capacity - used,
                             "%sexpect:\n  outcome: updated\n  within: 6h\n", cause);
    return used;
}

static bool fails(const char *text, size_t length, const char *from, const char *to)
{
    char *copy = malloc(length + 64);
    const char *at = strstr(text, from);
    struct scenario_errors errors = {0};
    struct bench_result result;
    assert_non_null(at);
    int made =
        snprintf(copy, length + 64, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    struct scenario *scenario = scenario_parse("test.yaml", copy, (size_t)made, &errors);
    assert_non_null(scenario);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    support_run(run, &scenario->cases[0], 1, &result);
    bench_run_free(run);
    scenario_free(scenario);
    scenario_errors_done(&errors);
    free(copy);
    return result.verdict == BENCH_FAILED &&
           result.observed.result.reason == FOTA_REASON_NO_NETWORK;
}

static void what_has_nothing_to_do_with_it_goes(void **state)
{
    (void)state;
    static const struct {
        const char *cause, *setting, *left;
        size_t parts; /* cause and the expectation */
    } rows[] = {
        {"  - when: {phase: update, percent: 37%}\n    do: [{power: cut, for: 5s}]\n",
         "answer-delay: 30ms", "power: cut", 2},
        {"  - when: {command: 'AT+CFOTA=1'}\n    do: [{reply: ['+CME ERROR: 3']}]\n"
         "    times: always\n    may-not-fire: yes\n",
         "answer-delay: 30ms", "+CME ERROR: 3", 3},
        {"", "answer-delay: 30ms, update-result: fails", "update-result: fails", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char text[16384];
        struct shrink_result result;
        size_t length = padded(text, sizeof text, rows[i].cause, rows[i].setting);
        if (!shrink_scenario("test.yaml", text, length, 0, 1, &result))
            fail_msg("%s: %s", rows[i].left, result.error);
        if (result.units_after != rows[i].parts || !strstr(result.text, rows[i].left) ||
            strstr(result.text, "DST"))
            fail_msg("%s: want %zu parts, got %zu:\n%s", rows[i].left, rows[i].parts,
                     result.units_after, result.text);
        shrink_done(&result);
    }
}

/* A loss of the network that the client outlives, up to a bound. */
static void a_bound_is_where_the_verdict_flips(void **state)
{
    (void)state;
    static const char cause[] =
        "  - when: {command: 'AT+CGMM'}\n    do: [{network: down, for: 10h}]\n";
    static char text[16384];
    char inside[32], outside[32];
    struct shrink_result result;
    size_t length = padded(text, sizeof text, cause, "answer-delay: 30ms");
    if (!shrink_scenario("test.yaml", text, length, 0, 1, &result))
        fail_msg("%s", result.error);
    assert_int_equal(result.interval_count, 1);
    const struct shrink_interval *interval = &result.intervals[0];
    assert_false(interval->low_open);
    snprintf(inside, sizeof inside, "for: %llums", (unsigned long long)interval->low);
    snprintf(outside, sizeof outside, "for: %llums", (unsigned long long)interval->low - 1);
    if (!fails(result.text, result.length, "for: 10h", inside) ||
        fails(result.text, result.length, "for: 10h", outside))
        fail_msg("the verdict does not flip between %s and %s:\n%s", inside, outside, result.text);
    shrink_done(&result);
}

static void what_ends_well_is_refused(void **state)
{
    (void)state;
    char text[1024];
    struct shrink_result result;
    int length = snprintf(text, sizeof text, "%sexpect: {outcome: updated}\n", head);
    assert_false(shrink_scenario("test.yaml", text, (size_t)length, 0, 1, &result));
    assert_non_null(strstr(result.error, "neither fails nor ends badly"));
    shrink_done(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_nothing_to_do_with_it_goes),
        cmocka_unit_test(a_bound_is_where_the_verdict_flips),
        cmocka_unit_test(what_ends_well_is_refused),
    };
    return cmocka_run_group_tests_name("shrink", tests, NULL, NULL);
}
