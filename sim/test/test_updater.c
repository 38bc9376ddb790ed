/* AT+CFOTA and the updater: dialog, phases, settings, contents. */
#include "sim/test/support_update.h"

#include <stdio.h>
#include <string.h>

#include "sim/test/support_package.h"

/* ---- the documented dialog ----------------------------------------------------------------- */

static void a_good_update_prints_what_is_documented(void **state)
{
    (void)state;
    char want[2000] = "|" START "|";
    update_on(PACKAGE_GOOD);
    EXPECT_STATUS("before", 8, BASE);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_ASK(&module, "AT+CFOTA?", "|+CFOTA: 1||OK|");
    module_told(&module);
    module_run(&module, 5 * MINUTE_US);
    for (unsigned percent = 0; percent <= 100; percent += 5)
        snprintf(want + strlen(want), 100, "|+CFOTA: \"Updating\",%u|", percent);
    snprintf(want + strlen(want), 100, "|%s||RDY||+CFUN: 1||+CPIN: READY||SMS Ready|", GOOD);
    EXPECT_OUTPUT(&module, want);
    const char *told = module_told(&module);
    EXPECT_PART(told, "\nphase 1\nurc 0 " START "\nphase 2\n");
    EXPECT_PART(told, "phase 3\nstatus 2\nphase 4\nstatus 4\nphase 5\nstatus 6\nurc 0 " GOOD
                      "\nphase 0\nreset 3\n");
    EXPECT_STATUS("after", 6, TARGET);
    assert_int_equal(update_view().resets, 2);
    EXPECT_ASK(&module, "AT+CFOTA=0", "|OK|");
    EXPECT_STATUS("cleared", 8, TARGET);
}

static void the_points_of_time_are_those_of_the_fact_sheet(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    module_output(&module);
    module_send(&module, "AT+CFOTA=1\r", 11);
    module_run(&module, 69000); /* answer-delay 20 ms, OK after 50 ms */
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 2000);
    EXPECT_OUTPUT(&module, "|OK|");
    module_run(&module, 998000);
    assert_int_equal(update_view().resets, 0);
    module_run(&module, 2000); /* reset 1 s after the OK */
    assert_int_equal(update_view().resets, 1);
    module_run(&module, 5998000);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 2000); /* silence of 6 s */
    EXPECT_OUTPUT(&module, "|" START "|");
    module_run(&module, 179998000);
    EXPECT_NONE(module_output(&module), "please wait");
    module_run(&module, 2000); /* 180 s */
    EXPECT_OUTPUT(&module, "|" GOOD "|");
}

static void the_view_follows_the_phases(void **state)
{
    (void)state;
    static const struct {
        unsigned share;
        uint8_t phase, status;
    } points[] = {{2, SIM_PHASE_VERIFY, 1},
                  {30, SIM_PHASE_UPDATE, 1},
                  {40, SIM_PHASE_RESTORE_MODEM, 2},
                  {20, SIM_PHASE_RESTORE_AP, 4},
                  {9, SIM_PHASE_RESULT, 6}};
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US);
    for (unsigned i = 0; i < 5; i++) {
        update_run_share(points[i].share);
        assert_int_equal(update_view().phase, points[i].phase);
        assert_int_equal(update_view().status, points[i].status);
        assert_false(update_view().answering);
    }
}

/* ---- one setting or one package a row ------------------------------------------------------ */

struct row {
    const char *name;
    enum package package;
    struct {
        uint16_t setting;
        int32_t value;
    } set[3]; /* value 0 ends them: none of these settings is tried with 0 first */
    struct {
        uint8_t kind; /* enum sim_action_kind on the package, with `number` */
        uint32_t number;
    } fault;                 /* kind 0 = none */
    const char *has, *lacks; /* in what is printed; NULL = not looked at */
    unsigned status;
    const char *revision;
};

#define FAULT(action, offset)                                                                      \
    {                                                                                              \
        SIM_ACTION_##action, offset                                                                \
    }
#define SET(name, value)                                                                           \
    {                                                                                              \
        SIM_SETTING_##name, value                                                                  \
    }

static const struct row rows[] = {
    {"package that is no zip",
     PACKAGE_TEXT,
     {{0}},
     {0},
     "|" START "||" BAD "|",
     "Updating",
     7,
     BASE},
    {"package that is cut short",
     PACKAGE_GOOD,
     {{0}},
     FAULT(FILE_TRUNCATE, 5000),
     "|" START "||" BAD "|",
     "Updating",
     7,
     BASE},
    {"package that is empty",
     PACKAGE_GOOD,
     {{0}},
     FAULT(FILE_TRUNCATE, 0),
     BAD,
     "Updating",
     7,
     BASE},
    {"package with a damaged byte",
     PACKAGE_GOOD,
     {{0}},
     FAULT(FILE_DAMAGE, 3000),
     BAD,
     "Updating",
     7,
     BASE},
    {"package for another base",
     PACKAGE_OTHER_BASE,
     {{0}},
     {0},
     "\"Updating\",0||" BAD,
     ",5",
     7,
     BASE},
    {"package for another base with every percent",
     PACKAGE_OTHER_BASE,
     {SET(PROGRESS_STEP, 1)},
     {0},
     "\"Updating\",3||" BAD,
     ",4|",
     7,
     BASE},
    {"package for another variant", PACKAGE_OTHER_VARIANT, {{0}}, {0}, BAD, ",5", 7, BASE},
    {"update that fails",
     PACKAGE_GOOD,
     {SET(UPDATE_RESULT, 1)},
     {0},
     "\"Updating\",50||" BAD,
     "\"Updating\",55",
     7,
     BASE},
    {"update that fails at 20 percent",
     PACKAGE_GOOD,
     {SET(UPDATE_RESULT, 1), SET(UPDATE_FAILS_AT, 20)},
     {0},
     "\"Updating\",20||" BAD,
     ",25",
     7,
     BASE},
    {"modem image that cannot be restored",
     PACKAGE_GOOD,
     {SET(RESTORE_MODEM_FAILS, 1)},
     {0},
     "\"Updating\",100||" BAD,
     "success",
     3,
     BASE},
    {"ap image that cannot be restored",
     PACKAGE_GOOD,
     {SET(RESTORE_AP_FAILS, 1)},
     {0},
     "\"Updating\",100||" BAD,
     "success",
     5,
     BASE},
    {"final line lost",
     PACKAGE_GOOD,
     {SET(FINAL_URC, 1)},
     {0},
     "\"Updating\",100|",
     "please wait",
     6,
     TARGET},
    {"no space after the colon",
     PACKAGE_GOOD,
     {SET(URC_SPACE, -1)},
     {0},
     "|+CFOTA:\"Start to update\"||+CFOTA:\"Updating\",0|",
     "+CFOTA: ",
     6,
     TARGET},
    {"no progress lines",
     PACKAGE_GOOD,
     {SET(PROGRESS, -1)},
     {0},
     "|" START "||" GOOD "|",
     "Updating",
     6,
     TARGET},
    {"progress line at 0 and 100 only",
     PACKAGE_GOOD,
     {SET(PROGRESS_STEP, 100)},
     {0},
     "\"Updating\",0||+CFOTA: \"Updating\",100|",
     NULL,
     6,
     TARGET},
    {"progress line every 30 percent",
     PACKAGE_GOOD,
     {SET(PROGRESS_STEP, 30)},
     {0},
     ",60||+CFOTA: \"Updating\",90||" GOOD,
     ",100",
     6,
     TARGET},
    {"nothing on this port",
     PACKAGE_GOOD,
     {SET(URCS_ON_THIS_PORT, -1)},
     {0},
     "|RDY|",
     "+CFOTA",
     6,
     TARGET},
    {"rdy before the start",
     PACKAGE_GOOD,
     {SET(RDY_BEFORE_START, 1)},
     {0},
     "|RDY||" START "|",
     NULL,
     6,
     TARGET},
    {"reset without any updater",
     PACKAGE_GOOD,
     {SET(CFOTA_RESET, 1)},
     {0},
     "|RDY|",
     "+CFOTA",
     8,
     BASE},
    {"status 6 with the old revision",
     PACKAGE_GOOD,
     {SET(REVISION_AFTER, -1)},
     {0},
     GOOD,
     BAD,
     6,
     BASE},
    {"status 6 with a third revision",
     PACKAGE_GOOD,
     {SET(REVISION_AFTER, 2)},
     {0},
     GOOD,
     BAD,
     6,
     THIRD},
    {"status 7 with the new revision",
     PACKAGE_GOOD,
     {SET(STATUS_AFTER, 7)},
     {0},
     GOOD,
     BAD,
     7,
     TARGET},
    {"failed with the new revision",
     PACKAGE_GOOD,
     {SET(UPDATE_RESULT, 1), SET(REVISION_AFTER_FAILURE, 1)},
     {0},
     BAD,
     GOOD,
     7,
     TARGET},
    {"failed with a third revision",
     PACKAGE_GOOD,
     {SET(UPDATE_RESULT, 1), SET(REVISION_AFTER_FAILURE, 2)},
     {0},
     BAD,
     GOOD,
     7,
     THIRD},
    {"failed but status 6",
     PACKAGE_GOOD,
     {SET(UPDATE_RESULT, 1), SET(STATUS_AFTER, 6)},
     {0},
     BAD,
     GOOD,
     6,
     BASE},
    {"update of 10 seconds",
     PACKAGE_GOOD,
     {SET(UPDATE_DURATION, 10000)},
     {0},
     GOOD,
     BAD,
     6,
     TARGET},
};

/* -1 in a row stands for 0. */
static void check_row(void **state)
{
    const struct row *row = *state;
    for (unsigned i = 0; i < 3 && row->set[i].value; i++)
        module_set(&module, (enum sim_setting_id)row->set[i].setting,
                   row->set[i].value < 0 ? 0 : row->set[i].value);
    update_on(row->package);
    if (row->fault.kind)
        assert_true(module_apply(&module, (enum sim_action_kind)row->fault.kind, row->fault.number,
                                 0, PACKAGE));
    update_start();
    module_output(&module);
    module_run(&module, 5 * MINUTE_US);
    char got[4000];
    snprintf(got, sizeof got, "%s", module_output(&module));
    expect_part(got, row->has, false, __FILE__, __LINE__);
    if (row->lacks)
        expect_part(got, row->lacks, true, __FILE__, __LINE__);
    EXPECT_STATUS(row->name, row->status, row->revision);
}

/* ---- what an update leaves ----------------------------------------------------------------- */

static void the_package_stays_or_goes_after_success(void **state)
{
    (void)state;
    uint32_t size_bytes;
    uint64_t digest;
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    assert_true(sim_file(&module.sim, PACKAGE, &size_bytes, &digest));
    module_set(&module, SIM_SETTING_PACKAGE_AFTER_SUCCESS, 1);
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("removed", 6, TARGET);
    assert_false(sim_file(&module.sim, PACKAGE, &size_bytes, &digest));
}

static void an_update_may_cost_imei_and_level(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_IMEI_AFTER_UPDATE, 1);
    module_set(&module, SIM_SETTING_CFUN_AFTER_UPDATE, 5);
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("damaged", 6, TARGET);
    EXPECT_ASK(&module, "AT+CFUN?", "|+CFUN: 7||OK|");
    EXPECT_ASK(&module, "AT+GSN", "|000000000000000||OK|");
}

static void an_update_that_never_ends_is_silent_for_ever(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_UPDATE_RESULT, 2);
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "\"Updating\",50|");
    module_run(&module, 600 * MINUTE_US);
    EXPECT_ASK(&module, "AT", "");
    assert_int_equal(update_view().phase, SIM_PHASE_UPDATE);
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_power_on(&module);
    EXPECT_STATUS("after a power cut", 7, BASE);
}

static void a_final_reset_that_never_happens_is_silent_for_ever(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_FINAL_RESET, 1);
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 60 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" GOOD "|");
    EXPECT_ASK(&module, "AT", "");
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_power_on(&module);
    EXPECT_STATUS("after a power cut", 6, TARGET);
}

/* ---- CFOTA --------------------------------------------------------------------------------- */

static void without_a_package_there_is_an_error_or_the_update_fails(void **state)
{
    (void)state;
    module_power_on(&module);
    module_set(&module, SIM_SETTING_CFOTA_WITHOUT_PACKAGE, 0);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: 3|");
    module_ask(&module, "AT+CMEE=2");
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: operation not allowed|");
    module_set(&module, SIM_SETTING_CFOTA_WITHOUT_PACKAGE, 1);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: Not find the file|");
    module_ask(&module, "AT+CMEE=0");
    EXPECT_ASK(&module, "AT+CFOTA=1", "|ERROR|");
    EXPECT_STATUS("still", 8, BASE);
    module_set(&module, SIM_SETTING_CFOTA_WITHOUT_PACKAGE, 2);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" START "||" BAD "|");
    EXPECT_STATUS("failed", 7, BASE);
}

/* FOTA101 5.2: with any name but /fota/update.zip the upgrade fails. */
static void a_package_of_another_name_fails(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    EXPECT_PART(module_ask(&module, "AT+CFSINIT;+CFSREN=1,\"update.zip\",\"new.zip\""), "|OK|");
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" BAD "|");
    EXPECT_STATUS("another name", 7, BASE);
}

static void other_modes_and_a_weak_supply_are_refused(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFOTA=", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFOTA=1,1", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFOTA=?", "|ERROR|");
    module_set(&module, SIM_SETTING_CFOTA_WRONG_MODE, 1);
    EXPECT_ASK(&module, "AT+CFOTA=2", "|+CME ERROR: 765|");
    module_set(&module, SIM_SETTING_CFOTA_SUPPLY, 4000);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: 3|");
    module_set(&module, SIM_SETTING_CFOTA_READ_SPACE, 0);
    EXPECT_ASK(&module, "AT+CFOTA?", "|+CFOTA:8||OK|");
}

static void the_package_may_be_erased_first(void **state)
{
    (void)state;
    uint32_t size_bytes;
    uint64_t digest;
    module_set(&module, SIM_SETTING_CFOTA_ERASES_PACKAGE, 1);
    update_on(PACKAGE_GOOD);
    module_set(&module, SIM_SETTING_CFOTA_WITHOUT_PACKAGE, 0);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: 3|");
    assert_false(sim_file(&module.sim, PACKAGE, &size_bytes, &digest));
}

static void a_status_is_left_over_until_it_is_cleared(void **state)
{
    (void)state;
    for (int status = 1; status <= 8; status++) {
        module_set(&module, SIM_SETTING_LEFT_OVER_STATUS, status);
        update_on(PACKAGE_GOOD);
        EXPECT_STATUS("left over", (unsigned)status, BASE);
        EXPECT_ASK(&module, "AT+CFOTA=0", "|OK|");
        EXPECT_STATUS("cleared", 8, BASE);
    }
}

static void clearing_before_the_reset_cancels_the_update(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_ASK(&module, "AT+CFOTA=0", "|OK|");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("cancelled", 8, BASE);
    assert_int_equal(update_view().resets, 0);
}

static void a_reset_of_another_kind_finds_the_flag_set(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_PART(module_ask(&module, "AT+CFUN=1,1"), "|OK|");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" START "|");
    EXPECT_STATUS("updated", 6, TARGET);
}

static void commands_during_the_update_get_silence_or_errors(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 7 * SECOND_US);
    EXPECT_ASK(&module, "AT+CFOTA?", "");
    module_set(&module, SIM_SETTING_UPDATER_COMMANDS, 1);
    EXPECT_ASK(&module, "AT+CFOTA?", "|ERROR|");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("updated", 6, TARGET);
}

/* ---- content ------------------------------------------------------------------------------- */

static void push(unsigned package)
{
    EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
    for (size_t done = 0; done < package_sizes[package];) {
        char line[100];
        size_t size = package_sizes[package] - done < 2000 ? package_sizes[package] - done : 2000;
        snprintf(line, sizeof line, "AT+CFSWFILE=1,\"update.zip\",%d,%lu,10000", done > 0,
                 (unsigned long)size);
        EXPECT_ASK(&module, line, "|DOWNLOAD|");
        module_send(&module, package_bytes[package] + done, size);
        module_run(&module, SECOND_US);
        EXPECT_OUTPUT(&module, "|OK|");
        done += size;
    }
    EXPECT_ASK(&module, "AT+CFSTERM", "|OK|");
}

static void a_package_sent_over_the_port_is_verified_byte_by_byte(void **state)
{
    (void)state;
    module_power_on(&module);
    push(PACKAGE_GOOD);
    assert_true(module_apply(&module, SIM_ACTION_FILE_DAMAGE, 2000, 0, PACKAGE));
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("damaged", 7, BASE);
    push(PACKAGE_GOOD);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("good", 6, TARGET);
    push(PACKAGE_GOOD); /* for a base that does not run any more */
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("again", 7, TARGET);
}

static void damage_anywhere_in_the_entries_fails_the_update(void **state)
{
    (void)state;
    uint32_t end = zip_directory(package_bytes[PACKAGE_GOOD], package_sizes[PACKAGE_GOOD]);
    module_set(&module, SIM_SETTING_UPDATE_DURATION, 1000);
    for (uint32_t at = 0; at < end; at += 61) {
        update_on(PACKAGE_GOOD);
        assert_true(module_apply(&module, SIM_ACTION_FILE_DAMAGE, at, 0, PACKAGE));
        update_start();
        module_run(&module, 30 * SECOND_US);
        EXPECT_STATUS("damaged", 7, BASE);
    }
}

enum { ROWS = sizeof rows / sizeof rows[0] };

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup(a_good_update_prints_what_is_documented, update_setup),
        cmocka_unit_test_setup(the_points_of_time_are_those_of_the_fact_sheet, update_setup),
        cmocka_unit_test_setup(the_view_follows_the_phases, update_setup),
        cmocka_unit_test_setup(the_package_stays_or_goes_after_success, update_setup),
        cmocka_unit_test_setup(an_update_may_cost_imei_and_level, update_setup),
        cmocka_unit_test_setup(an_update_that_never_ends_is_silent_for_ever, update_setup),
        cmocka_unit_test_setup(a_final_reset_that_never_happens_is_silent_for_ever, update_setup),
        cmocka_unit_test_setup(without_a_package_there_is_an_error_or_the_update_fails,
                               update_setup),
        cmocka_unit_test_setup(a_package_of_another_name_fails, update_setup),
        cmocka_unit_test_setup(other_modes_and_a_weak_supply_are_refused, update_setup),
        cmocka_unit_test_setup(the_package_may_be_erased_first, update_setup),
        cmocka_unit_test_setup(a_status_is_left_over_until_it_is_cleared, update_setup),
        cmocka_unit_test_setup(clearing_before_the_reset_cancels_the_update, update_setup),
        cmocka_unit_test_setup(a_reset_of_another_kind_finds_the_flag_set, update_setup),
        cmocka_unit_test_setup(commands_during_the_update_get_silence_or_errors, update_setup),
        cmocka_unit_test_setup(a_package_sent_over_the_port_is_verified_byte_by_byte, update_setup),
        cmocka_unit_test_setup(damage_anywhere_in_the_entries_fails_the_update, update_setup),
    };
    enum { FIXED = sizeof fixed / sizeof fixed[0] };
    struct CMUnitTest tests[FIXED + ROWS];
    struct CMUnitTest *next = tests + FIXED;
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < ROWS; i++)
        *next++ = test_of(rows[i].name, check_row, &rows[i]);
    return _cmocka_run_group_tests("updater", tests, FIXED + ROWS, NULL, NULL);
}
