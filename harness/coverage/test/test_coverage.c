/*
 * Counting from journals, and the file that says why cells can't be reached.
 */
#include "harness/coverage/coverage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota.h"
#include "sim/sim.h"

static struct coverage *coverage;
static struct bench_journal journal;

static int setup(void **state)
{
    (void)state;
    coverage = coverage_new();
    return coverage && bench_journal_open(&journal, BENCH_SINK_MEMORY, 0, -1) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    coverage_free(coverage);
    bench_journal_close(&journal);
    return 0;
}

/* ---- journals ------------------------------------------------------------------------------- */

static void note(enum bench_journal_kind kind, unsigned a, unsigned b, uint32_t number,
                 const char *text)
{
    struct bench_record record = {.kind = (uint8_t)kind,
                                  .a = (uint8_t)a,
                                  .b = (uint16_t)b,
                                  .number = number,
                                  .length = (uint16_t)strlen(text),
                                  .payload = (const uint8_t *)text};
    bench_journal_append(&journal, &record);
}

static void note_state(unsigned from, unsigned to)
{
    note(BENCH_JOURNAL_CORE, FOTA_EVENT_STATE, from | to << 8, 0, "");
}

static void add(const char *name)
{
    assert_true(coverage_add(coverage, name, &journal));
    bench_journal_clear(&journal);
}

/* The cell with that name, as a file of justifications would name it. */
static const struct coverage_cell *cell(const char *wanted)
{
    char name[200];
    for (unsigned t = 0; t < COVERAGE_TABLE_COUNT; t++) {
        const struct coverage_table *table = &coverage->tables[t];
        for (size_t i = 0; i < table->row->count * coverage_columns(table); i++) {
            coverage_cell_name(table, i, name, sizeof name);
            if (strcmp(name, wanted) == 0)
                return &table->cells[i];
        }
    }
    fail_msg("there is no cell '%s'", wanted);
    return NULL;
}

#define EXPECT_COUNT(name, wanted) assert_int_equal(cell(name)->count, wanted)

static void a_new_map_lists_what_the_catalogues_know_and_has_reached_nothing(void **state)
{
    struct coverage_sum all = coverage_sum_all(coverage);
    (void)state;
    assert_int_equal(coverage->axes[COVERAGE_AXIS_STATUS].count, 8);
    assert_int_equal(coverage->axes[COVERAGE_AXIS_OUTCOME].count, FOTA_OUTCOME_COUNT - 1);
    assert_int_equal(coverage->axes[COVERAGE_AXIS_REASON].count, FOTA_REASON_COUNT);
    assert_int_equal(coverage->axes[COVERAGE_AXIS_RESET].count, SIM_RESET_COUNT);
    assert_int_equal(coverage->axes[COVERAGE_AXIS_STATE].count, FOTA_STATE_COUNT);
    assert_true(coverage->axes[COVERAGE_AXIS_HTTP].count >= 13);
    assert_true(coverage->axes[COVERAGE_AXIS_URC].count >= 18);
    assert_int_equal(all.reached, 0);
    assert_int_equal(all.missing, all.cells);
}

static void what_the_client_says_is_counted_in_its_state(void **state)
{
    (void)state;
    note(BENCH_JOURNAL_HOST, 1, 0, 1, "");
    note_state(FOTA_STATE_IDLE, FOTA_STATE_VERDICT);
    note(BENCH_JOURNAL_CORE, FOTA_EVENT_STATUS, 6, 0, "+CFOTA: 6");
    note(BENCH_JOURNAL_CORE, FOTA_EVENT_OUTCOME, FOTA_OUTCOME_UPDATED | FOTA_REASON_NONE << 8, 0,
         "");
    note(BENCH_JOURNAL_REQUEST, FOTA_REQUEST_POWER_CYCLE, 0, 0, "");
    note(BENCH_JOURNAL_REQUEST, FOTA_REQUEST_REOPEN_PORT, 1, 0, "");
    add("one");
    EXPECT_COUNT("status: 6", 1);
    EXPECT_COUNT("status-in-state: 6 / verdict", 1);
    EXPECT_COUNT("outcome: updated", 1);
    EXPECT_COUNT("reason: none", 1);
    EXPECT_COUNT("request: power-cycle", 0); /* it was asked for only */
    EXPECT_COUNT("request: reopen-port", 1);
    EXPECT_COUNT("phase-in-state: idle / verdict", 2);
    EXPECT_COUNT("status-in-state: 6 / done", 0);
}

static void what_the_module_tells_is_counted(void **state)
{
    (void)state;
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_HTTP, 0, 0, "http://fota.example/update.zip");
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_HTTP, 0, 404, "");
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_HTTP, 0, 299, ""); /* not of the module's own */
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_RESET, 0, SIM_RESET_CRASH, "");
    add("one");
    EXPECT_COUNT("http: 404", 1);
    EXPECT_COUNT("http: 200", 0);
    EXPECT_COUNT("reset: crash", 1);
}

/* Whatever the module is: what counts is what the tap reads of its bytes. */
static void lines_that_reach_the_host_are_counted(void **state)
{
    (void)state;
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_URC, 0, 0, "RDY"); /* lost on the way */
    note(BENCH_JOURNAL_TO_HOST, 0, 0, 115200, "\r\n+CFOTA: \"Updating\",5\r\n\r\n+CFO");
    note(BENCH_JOURNAL_TO_HOST, 0, 0, 115200, "TA:\"Updating\",10\r\n\r\nRING\r\n");
    note(BENCH_JOURNAL_TO_MODULE, 0, 0, 115200, "AT+CPIN?\r");
    note(BENCH_JOURNAL_TO_HOST, 0, 0, 115200, "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    note(BENCH_JOURNAL_TO_HOST, 0, 0, 9600, "\r\nSMS Ready\r\n"); /* at another rate */
    add("one");
    EXPECT_COUNT("urc: +CFOTA: \"Updating\",", 2);
    EXPECT_COUNT("urc: +CPIN: ", 0);
    EXPECT_COUNT("urc: SMS Ready", 0);
    EXPECT_COUNT("urc: RDY", 0);
}

static void a_fault_is_counted_in_the_phase_and_state_it_falls_into(void **state)
{
    (void)state;
    note(BENCH_JOURNAL_HOST, 1, 0, 1, "");
    note_state(FOTA_STATE_IDLE, FOTA_STATE_UPDATING);
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_STATUS, 0, 2, "");
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_PHASE, 0, SIM_PHASE_RESTORE_MODEM, "");
    note(BENCH_JOURNAL_FAULT, 0, 0, 0, "power");
    note(BENCH_JOURNAL_FAULT, 0, 1, 0, "power");
    note(BENCH_JOURNAL_FAULT, 0, 0, 0, "no-such-action");
    add("one");
    EXPECT_COUNT("action: power", 2);
    EXPECT_COUNT("fault-in-phase: supply / restore-modem", 2);
    EXPECT_COUNT("fault-in-state: supply / updating", 2);
    EXPECT_COUNT("status-in-phase: 2 / restore-modem", 1);
    EXPECT_COUNT("phase-in-state: restore-modem / updating", 1);
    assert_int_equal(coverage->point_count, 1);
    assert_int_equal(coverage->points[0].status, 2);
    assert_int_equal(coverage->points[0].count, 2);
}

static void a_fault_while_the_host_is_down_falls_into_no_state(void **state)
{
    (void)state;
    note(BENCH_JOURNAL_HOST, 1, 0, 1, "");
    note_state(FOTA_STATE_IDLE, FOTA_STATE_UPDATING);
    note(BENCH_JOURNAL_HOST, 0, 0, 1, "");
    note(BENCH_JOURNAL_FAULT, 0, 0, 0, "reset");
    add("one");
    EXPECT_COUNT("fault-in-phase: reset / idle", 1);
    EXPECT_COUNT("fault-in-state: reset / updating", 0);
    EXPECT_COUNT("fault-in-state: reset / idle", 0);
}

static void a_fault_without_effect_is_not_counted(void **state)
{
    (void)state;
    note(BENCH_JOURNAL_HOST, 1, 0, 1, "");
    note(BENCH_JOURNAL_FAULT, 0, 0, 0, "urc");
    note(BENCH_JOURNAL_BENCH, 1, 0, 0, "the action had no effect");
    note(BENCH_JOURNAL_FAULT, 1, 0, 0, "sms");
    note(BENCH_JOURNAL_BENCH, 0, 0, 0, "something else");
    note(BENCH_JOURNAL_FAULT, 2, 0, 0, "hang");
    add("one");
    EXPECT_COUNT("action: urc", 0);
    EXPECT_COUNT("action: sms", 1);
    EXPECT_COUNT("action: hang", 1);
}

static void the_first_case_to_reach_a_cell_is_kept(void **state)
{
    (void)state;
    add("nothing happens");
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_RESET, 0, SIM_RESET_PIN, "");
    add("first");
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_RESET, 0, SIM_RESET_PIN, "");
    add("second");
    EXPECT_COUNT("reset: pin", 2);
    assert_string_equal(coverage->cases[cell("reset: pin")->first], "first");
}

/* ---- justifications ------------------------------------------------------------------------- */

/* Reads the text; the messages are kept for the next call. */
static const char *justify(const char *text, size_t *ret_invalid, size_t *ret_stale)
{
    static char *messages;
    size_t size;
    free(messages);
    FILE *errors = open_memstream(&messages, &size);
    assert_non_null(errors);
    coverage_justify_text(coverage, "why.txt", text, errors, ret_invalid, ret_stale);
    fclose(errors);
    return messages;
}

static void patterns_justify_cells_that_were_not_reached(void **state)
{
    size_t invalid, stale;
    (void)state;
    const char *messages = justify("# a comment\n\n"
                                   "fault-in-state: host | l*e / d?ne -- the run is over\n"
                                   "urc: OVER-VOLTAGE * -- nobody charges it",
                                   &invalid, &stale);
    assert_string_equal(messages, "");
    assert_int_equal(invalid + stale, 0);
    assert_string_equal(cell("fault-in-state: host / done")->justification, "the run is over");
    assert_string_equal(cell("fault-in-state: line / done")->justification, "the run is over");
    assert_null(cell("fault-in-state: urc / done")->justification);
    assert_null(cell("fault-in-state: host / idle")->justification);
    assert_int_equal(cell("urc: OVER-VOLTAGE WARNNING")->line, 4);
    assert_int_equal(coverage_sum_all(coverage).justified, 4);
}

static void lines_that_are_wrong_are_told_with_their_place(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"urc", "why.txt:1: error: not understood"},
        {"urc: RDY", "not understood"},
        {"urc: RDY -- ", "not understood"},
        {"\n\nurcs: RDY -- why", "why.txt:3: error: there is no table 'urcs'"},
        {"urc: RYD -- why", "'RYD' is no urc"},
        {"fault-in-state: host -- why", "have a row and a column"},
        {"urc: RDY / idle -- why", "have a row only"},
        {"fault-in-state: host / idel -- why", "'idel' is no state"},
        {"fault-in-state: host|hots / idle -- why", "'hots' is no fault"},
        {"urc: * | nothing -- why", "'nothing' is no urc"},
    };
    size_t invalid, stale;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *messages = justify(rows[i].text, &invalid, &stale);
        if (invalid != 1 || stale != 0 || !strstr(messages, rows[i].want))
            fail_msg("'%s': want '%s', got '%s' (%zu, %zu)", rows[i].text, rows[i].want, messages,
                     invalid, stale);
    }
    assert_int_equal(coverage_sum_all(coverage).justified, 0);
}

static void a_justification_whose_cell_was_reached_is_stale(void **state)
{
    size_t invalid, stale;
    (void)state;
    note(BENCH_JOURNAL_MODULE, SIM_EVENT_RESET, 0, SIM_RESET_PSM, "");
    add("sleeps");
    const char *messages = justify("reset: p* -- nobody presses it", &invalid, &stale);
    assert_int_equal(stale, 1);
    assert_non_null(
        strstr(messages, "why.txt:1: error: stale: 'reset: psm' was reached by sleeps"));
    assert_null(cell("reset: psm")->justification);
    assert_non_null(cell("reset: pin")->justification);
}

static void a_line_that_is_too_long_is_refused(void **state)
{
    char text[4096];
    size_t invalid, stale;
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_non_null(strstr(justify(text, &invalid, &stale), "too long"));
    assert_int_equal(invalid, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_new_map_lists_what_the_catalogues_know_and_has_reached_nothing),
        TEST(what_the_client_says_is_counted_in_its_state),
        TEST(what_the_module_tells_is_counted),
        TEST(lines_that_reach_the_host_are_counted),
        TEST(a_fault_is_counted_in_the_phase_and_state_it_falls_into),
        TEST(a_fault_while_the_host_is_down_falls_into_no_state),
        TEST(a_fault_without_effect_is_not_counted),
        TEST(the_first_case_to_reach_a_cell_is_kept),
        TEST(patterns_justify_cells_that_were_not_reached),
        TEST(lines_that_are_wrong_are_told_with_their_place),
        TEST(a_justification_whose_cell_was_reached_is_stale),
        TEST(a_line_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
