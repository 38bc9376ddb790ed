/* AT+CFOTA and the updater: dialog, phases, faults, loss of power. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/test/support_module.h"
#include "sim/test/support_package.h"

#define BASE    "1351B03SIM7000C"
#define TARGET  "1351B04SIM7000C"
#define THIRD   "1351B99SIM7000C"
#define PACKAGE "/fota/update.zip"
#define START   "+CFOTA: \"Start to update\""
#define GOOD    "+CFOTA: \"Update successfully, please wait for reset\""
#define BAD     "+CFOTA: \"Update failed, please wait for reset\""

enum { PAYLOAD = 5000 };

static struct module module;
static uint8_t bytes[MODULE_BLOBS][8192];
static size_t sizes[MODULE_BLOBS];

enum package { PACKAGE_GOOD, PACKAGE_OTHER_BASE, PACKAGE_OTHER_VARIANT, PACKAGE_TEXT };

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    sizes[PACKAGE_GOOD] = package_write(bytes[PACKAGE_GOOD], "SIM7000C", BASE, TARGET, PAYLOAD);
    sizes[PACKAGE_OTHER_BASE] =
        package_write(bytes[PACKAGE_OTHER_BASE], "SIM7000C", "1351B02SIM7000C", TARGET, PAYLOAD);
    sizes[PACKAGE_OTHER_VARIANT] =
        package_write(bytes[PACKAGE_OTHER_VARIANT], "SIM7000E", BASE, TARGET, PAYLOAD);
    sizes[PACKAGE_TEXT] = 9;
    memcpy(bytes[PACKAGE_TEXT], "not a zip", 9);
    for (unsigned i = 0; i < MODULE_BLOBS; i++)
        module_blob(&module, bytes[i], sizes[i]);
    return 0;
}

/* A module with a package in its flash, switched on. */
static void on(enum package package)
{
    module.config.initial_file_count = 1;
    module.config.initial_files[0] =
        (struct sim_initial_file){.directory = 1,
                                  .name = "update.zip",
                                  .blob = (uint16_t)package,
                                  .size_bytes = (uint32_t)sizes[package]};
    module_begin(&module);
    module_power_on(&module);
}

static struct sim_view view_of(void)
{
    struct sim_view view;
    sim_view(&module.sim, &view);
    return view;
}

/* To the first reset, 1.07 s after the command. */
static void start(void)
{
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    module_run(&module, 570001);
}

/* Into the running update: `share` percent of its 180 s. */
static void run_share(unsigned share)
{
    module_run(&module, 1800000u * share);
}

static void expect_status(const char *what, unsigned status, const char *revision, int line)
{
    char want[64];
    snprintf(want, sizeof want, "|+CFOTA: %u||OK|", status);
    module_ask(&module, "ATE0");
    expect_text(module_ask(&module, "AT+CFOTA?"), want, what, __FILE__, line);
    snprintf(want, sizeof want, "|Revision:%s||OK|", revision);
    expect_text(module_ask(&module, "AT+GMR"), want, what, __FILE__, line);
}
#define EXPECT_STATUS(what, status, revision) expect_status(what, status, revision, __LINE__)

/* ---- the documented dialog ----------------------------------------------------------------- */

static void a_good_update_prints_what_is_documented(void **state)
{
    (void)state;
    char want[2000] = "|" START "|";
    on(PACKAGE_GOOD);
    EXPECT_STATUS("before", 8, BASE);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_ASK(&module, "AT+CFOTA?", "|+CFOTA: 1||OK|");
    module_told(&module);
    module_run(&module, 5 * MINUTE_US);
    for (unsigned percent = 0; percent <= 100; percent += 5)
        snprintf(want + strlen(want), 100, "|+CFOTA: \"Updating\",%u|", percent);
    strcat(want, "|" GOOD "||RDY||+CFUN: 1||+CPIN: READY||SMS Ready|");
    EXPECT_OUTPUT(&module, want);
    const char *told = module_told(&module);
    EXPECT_PART(told, "\nphase 1\nurc 0 " START "\nphase 2\n");
    EXPECT_PART(told, "phase 3\nstatus 2\nphase 4\nstatus 4\nphase 5\nstatus 6\nurc 0 " GOOD
                      "\nphase 0\nreset 3\n");
    EXPECT_STATUS("after", 6, TARGET);
    assert_int_equal(view_of().resets, 2);
    EXPECT_ASK(&module, "AT+CFOTA=0", "|OK|");
    EXPECT_STATUS("cleared", 8, TARGET);
}

static void the_points_of_time_are_those_of_the_fact_sheet(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    module_output(&module);
    module_send(&module, "AT+CFOTA=1\r", 11);
    module_run(&module, 69000); /* answer-delay 20 ms, OK after 50 ms */
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 2000);
    EXPECT_OUTPUT(&module, "|OK|");
    module_run(&module, 998000);
    assert_int_equal(view_of().resets, 0);
    module_run(&module, 2000); /* reset 1 s after the OK */
    assert_int_equal(view_of().resets, 1);
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
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 6 * SECOND_US);
    for (unsigned i = 0; i < 5; i++) {
        run_share(points[i].share);
        assert_int_equal(view_of().phase, points[i].phase);
        assert_int_equal(view_of().status, points[i].status);
        assert_false(view_of().answering);
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
    on(row->package);
    if (row->fault.kind)
        assert_true(module_apply(&module, (enum sim_action_kind)row->fault.kind, row->fault.number,
                                 0, PACKAGE));
    start();
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
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 5 * MINUTE_US);
    assert_true(sim_file(&module.sim, PACKAGE, &size_bytes, &digest));
    module_set(&module, SIM_SETTING_PACKAGE_AFTER_SUCCESS, 1);
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("removed", 6, TARGET);
    assert_false(sim_file(&module.sim, PACKAGE, &size_bytes, &digest));
}

static void an_update_may_cost_imei_and_level(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_IMEI_AFTER_UPDATE, 1);
    module_set(&module, SIM_SETTING_CFUN_AFTER_UPDATE, 5);
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("damaged", 6, TARGET);
    EXPECT_ASK(&module, "AT+CFUN?", "|+CFUN: 7||OK|");
    EXPECT_ASK(&module, "AT+GSN", "|000000000000000||OK|");
}

static void an_update_that_never_ends_is_silent_for_ever(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_UPDATE_RESULT, 2);
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "\"Updating\",50|");
    module_run(&module, 600 * MINUTE_US);
    EXPECT_ASK(&module, "AT", "");
    assert_int_equal(view_of().phase, SIM_PHASE_UPDATE);
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_power_on(&module);
    EXPECT_STATUS("after a power cut", 7, BASE);
}

static void a_final_reset_that_never_happens_is_silent_for_ever(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_FINAL_RESET, 1);
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 60 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" GOOD "|");
    EXPECT_ASK(&module, "AT", "");
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_power_on(&module);
    EXPECT_STATUS("after a power cut", 6, TARGET);
}

/* ---- CFOTA --------------------------------------------------------------------------------- */

static void without_a_package_there_is_an_error(void **state)
{
    (void)state;
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: 3|");
    module_ask(&module, "AT+CMEE=2");
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: operation not allowed|");
    module_set(&module, SIM_SETTING_CFOTA_WITHOUT_PACKAGE, 1);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: Not find the file|");
    module_ask(&module, "AT+CMEE=0");
    EXPECT_ASK(&module, "AT+CFOTA=1", "|ERROR|");
    EXPECT_STATUS("still", 8, BASE);
    module_set(&module, SIM_SETTING_CFOTA_WITHOUT_PACKAGE, 2);
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" START "||" BAD "|");
    EXPECT_STATUS("failed", 7, BASE);
}

static void other_modes_and_a_weak_supply_are_refused(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
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
    on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|+CME ERROR: 3|");
    assert_false(sim_file(&module.sim, PACKAGE, &size_bytes, &digest));
}

static void a_status_is_left_over_until_it_is_cleared(void **state)
{
    (void)state;
    for (int status = 1; status <= 8; status++) {
        module_set(&module, SIM_SETTING_LEFT_OVER_STATUS, status);
        on(PACKAGE_GOOD);
        EXPECT_STATUS("left over", (unsigned)status, BASE);
        EXPECT_ASK(&module, "AT+CFOTA=0", "|OK|");
        EXPECT_STATUS("cleared", 8, BASE);
    }
}

static void clearing_before_the_reset_cancels_the_update(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_ASK(&module, "AT+CFOTA=0", "|OK|");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("cancelled", 8, BASE);
    assert_int_equal(view_of().resets, 0);
}

static void a_reset_of_another_kind_finds_the_flag_set(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    EXPECT_PART(module_ask(&module, "AT+CFUN=1,1"), "|OK|");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_PART(module_output(&module), "|" START "|");
    EXPECT_STATUS("updated", 6, TARGET);
}

static void commands_during_the_update_get_silence_or_errors(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    start();
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
    for (size_t done = 0; done < sizes[package];) {
        char line[100];
        size_t size = sizes[package] - done < 2000 ? sizes[package] - done : 2000;
        snprintf(line, sizeof line, "AT+CFSWFILE=1,\"update.zip\",%d,%lu,10000", done > 0,
                 (unsigned long)size);
        EXPECT_ASK(&module, line, "|DOWNLOAD|");
        module_send(&module, bytes[package] + done, size);
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
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("damaged", 7, BASE);
    push(PACKAGE_GOOD);
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("good", 6, TARGET);
    push(PACKAGE_GOOD); /* for a base that does not run any more */
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("again", 7, TARGET);
}

static void damage_anywhere_in_the_entries_fails_the_update(void **state)
{
    (void)state;
    uint32_t end = zip_directory(bytes[PACKAGE_GOOD], sizes[PACKAGE_GOOD]);
    module_set(&module, SIM_SETTING_UPDATE_DURATION, 1000);
    for (uint32_t at = 0; at < end; at += 61) {
        on(PACKAGE_GOOD);
        assert_true(module_apply(&module, SIM_ACTION_FILE_DAMAGE, at, 0, PACKAGE));
        start();
        module_run(&module, 30 * SECOND_US);
        EXPECT_STATUS("damaged", 7, BASE);
    }
}

/* ---- loss of power ------------------------------------------------------------------------- */

struct cut_row {
    const char *name;
    unsigned share;          /* of the update's time */
    int32_t update, restore; /* settings power-cut-in-... */
    unsigned status_first;   /* once booted; 0 = the updater goes on at once */
    unsigned status_last;    /* in the end */
    const char *revision;
};

static const struct cut_row cut_rows[] = {
    {"power cut while verifying boots the old firmware", 3, 0, 0, 7, 7, BASE},
    {"power cut while verifying resumes", 3, 1, 0, 0, 6, TARGET},
    {"power cut at the begin of the update boots the old firmware", 5, 0, 0, 7, 7, BASE},
    {"power cut in the update boots the old firmware", 40, 0, 0, 7, 7, BASE},
    {"power cut in the update resumes", 40, 1, 0, 0, 6, TARGET},
    {"power cut while the modem is restored resumes", 70, 0, 0, 0, 6, TARGET},
    {"power cut while the modem is restored fails", 70, 0, 1, 3, 3, BASE},
    {"power cut while the modem is restored boots and goes on", 70, 0, 2, 2, 6, TARGET},
    {"power cut while the ap is restored resumes", 95, 0, 0, 0, 6, TARGET},
    {"power cut while the ap is restored fails", 95, 0, 1, 5, 5, BASE},
    {"power cut while the ap is restored boots and goes on", 95, 0, 2, 4, 6, TARGET},
    {"power cut after the result", 100, 0, 1, 6, 6, TARGET},
};

static void check_cut_row(void **state)
{
    const struct cut_row *row = *state;
    module_set(&module, SIM_SETTING_POWER_CUT_IN_UPDATE, row->update);
    module_set(&module, SIM_SETTING_POWER_CUT_IN_RESTORE, row->restore);
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 6 * SECOND_US + 500000);
    run_share(row->share);
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_run(&module, MINUTE_US);
    module_output(&module);
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, 15 * SECOND_US);
    if (row->status_first) {
        EXPECT_NONE(module_output(&module), "+CFOTA");
        EXPECT_STATUS(row->name, row->status_first, row->status_first == 6 ? TARGET : BASE);
    } else {
        EXPECT_PART(module_output(&module), "|" START "|");
        EXPECT_ASK(&module, "AT", "");
    }
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS(row->name, row->status_last, row->revision);
}

/* Resuming takes up the percent that was reached: what is left of 180 s, no more. */
static void a_restore_goes_on_where_it_was(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 6 * SECOND_US);
    run_share(80); /* 60 percent of the modem: 18 s and the 18 s of the AP are left */
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_output(&module);
    module_run(&module, 4500000 + 35 * SECOND_US);
    EXPECT_OUTPUT(&module, "|" START "|");
    module_run(&module, SECOND_US + 500000);
    EXPECT_OUTPUT(&module, "|" GOOD "|");
}

static void a_second_cut_while_resuming_changes_nothing(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 6 * SECOND_US);
    run_share(70);
    for (unsigned i = 0; i < 20; i++) {
        assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
        module_run(&module, SECOND_US);
        module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
        module_run(&module, 1000000u * i);
    }
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("in the end", 6, TARGET);
}

static void a_crash_in_the_updater_is_like_a_power_cut(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 6 * SECOND_US);
    run_share(40);
    assert_true(module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL));
    module_run(&module, 30 * SECOND_US);
    EXPECT_STATUS("crashed", 7, BASE);
}

static void a_cut_before_the_updater_starts_leaves_the_flag(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("updated", 6, TARGET);
}

/* ---- hooks --------------------------------------------------------------------------------- */

struct hook_row {
    const char *name;
    struct module_trap trap;
    unsigned status;
    const char *revision;
};

static const struct hook_row hook_rows[] = {
    {"cut at the phase verify", {true, SIM_HOOK_PHASE, 0, SIM_PHASE_VERIFY}, 7, BASE},
    {"cut at the phase update", {true, SIM_HOOK_PHASE, 0, SIM_PHASE_UPDATE}, 7, BASE},
    {"cut at the phase restore-modem",
     {true, SIM_HOOK_PHASE, 0, SIM_PHASE_RESTORE_MODEM},
     6,
     TARGET},
    {"cut at the phase restore-ap", {true, SIM_HOOK_PHASE, 0, SIM_PHASE_RESTORE_AP}, 6, TARGET},
    {"cut at the phase result", {true, SIM_HOOK_PHASE, 0, SIM_PHASE_RESULT}, 6, TARGET},
    {"cut at 0 percent of verify", {true, SIM_HOOK_PERCENT, SIM_PHASE_VERIFY, 0}, 7, BASE},
    {"cut at 37 percent of the update", {true, SIM_HOOK_PERCENT, SIM_PHASE_UPDATE, 37}, 7, BASE},
    {"cut at 1 percent of the modem",
     {true, SIM_HOOK_PERCENT, SIM_PHASE_RESTORE_MODEM, 1},
     6,
     TARGET},
    {"cut at 99 percent of the modem",
     {true, SIM_HOOK_PERCENT, SIM_PHASE_RESTORE_MODEM, 99},
     6,
     TARGET},
    {"cut at 100 percent of the ap",
     {true, SIM_HOOK_PERCENT, SIM_PHASE_RESTORE_AP, 100},
     6,
     TARGET},
    {"cut at flash step 1", {true, SIM_HOOK_FLASH_STEP, 0, 1}, 7, BASE},
    {"cut at flash step 100", {true, SIM_HOOK_FLASH_STEP, 0, 100}, 7, BASE},
    {"cut at flash step 101", {true, SIM_HOOK_FLASH_STEP, 0, 101}, 6, TARGET},
    {"cut at flash step 300", {true, SIM_HOOK_FLASH_STEP, 0, 300}, 6, TARGET},
};

static void check_hook_row(void **state)
{
    const struct hook_row *row = *state;
    on(PACKAGE_GOOD);
    module.trap = row->trap;
    module.host.hook_mask = 1u << row->trap.kind;
    start();
    module_run(&module, 5 * MINUTE_US);
    assert_int_equal(module.traps, 1);
    assert_false(view_of().powered);
    EXPECT_NONE(module_output(&module), "please wait");
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS(row->name, row->status, row->revision);
}

/* Hooks that only listen, one after the other. */
static struct sim_hook seen[1000];
static unsigned seen_count;

static struct sim_override listen(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    (void)context;
    (void)now_us;
    if (seen_count < 1000)
        seen[seen_count++] = *hook;
    return (struct sim_override){0};
}

static void flash_steps_are_numbered_from_1_to_300(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    module.host.hook = listen;
    module.host.hook_mask = 1u << SIM_HOOK_FLASH_STEP;
    seen_count = 0;
    start();
    module_run(&module, 5 * MINUTE_US);
    assert_int_equal(seen_count, 300);
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(seen[i].number, i + 1);
        assert_int_equal(seen[i].phase, SIM_PHASE_UPDATE + i / 100);
    }
}

static void every_percent_of_every_phase_is_told_to_who_listens(void **state)
{
    (void)state;
    on(PACKAGE_GOOD);
    module.host.hook = listen;
    module.host.hook_mask = 1u << SIM_HOOK_PERCENT;
    seen_count = 0;
    start();
    module_run(&module, 5 * MINUTE_US);
    assert_int_equal(seen_count, 4 * 101);
    for (unsigned i = 0; i < seen_count; i++) {
        assert_int_equal(seen[i].number, i % 101);
        assert_int_equal(seen[i].phase, SIM_PHASE_VERIFY + i / 101);
    }
}

static void listening_changes_nothing_that_the_host_sees(void **state)
{
    (void)state;
    static char first[4000];
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 5 * MINUTE_US);
    snprintf(first, sizeof first, "%s", module_output(&module));
    on(PACKAGE_GOOD);
    module.host.hook = listen;
    module.host.hook_mask = ~0u;
    start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_OUTPUT(&module, first);
}

static void no_timer_runs_for_a_percent_that_nobody_notices(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_PROGRESS, 0);
    on(PACKAGE_GOOD);
    start();
    module_run(&module, 6 * SECOND_US + 1000);
    unsigned calls = 0;
    while (view_of().phase != SIM_PHASE_RESULT && calls < 100) {
        module.now_us = sim_advance(&module.sim, &module.host, module.now_us);
        calls++;
    }
    assert_true(calls <= 6); /* four ends of phases */
}

enum {
    ROWS = sizeof rows / sizeof rows[0],
    CUTS = sizeof cut_rows / sizeof cut_rows[0],
    HOOKS = sizeof hook_rows / sizeof hook_rows[0]
};

static struct CMUnitTest test_of(const char *name, CMUnitTestFunction function, const void *row)
{
    return (struct CMUnitTest){.name = name,
                               .test_func = function,
                               .setup_func = setup,
                               .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup(a_good_update_prints_what_is_documented, setup),
        cmocka_unit_test_setup(the_points_of_time_are_those_of_the_fact_sheet, setup),
        cmocka_unit_test_setup(the_view_follows_the_phases, setup),
        cmocka_unit_test_setup(the_package_stays_or_goes_after_success, setup),
        cmocka_unit_test_setup(an_update_may_cost_imei_and_level, setup),
        cmocka_unit_test_setup(an_update_that_never_ends_is_silent_for_ever, setup),
        cmocka_unit_test_setup(a_final_reset_that_never_happens_is_silent_for_ever, setup),
        cmocka_unit_test_setup(without_a_package_there_is_an_error, setup),
        cmocka_unit_test_setup(other_modes_and_a_weak_supply_are_refused, setup),
        cmocka_unit_test_setup(the_package_may_be_erased_first, setup),
        cmocka_unit_test_setup(a_status_is_left_over_until_it_is_cleared, setup),
        cmocka_unit_test_setup(clearing_before_the_reset_cancels_the_update, setup),
        cmocka_unit_test_setup(a_reset_of_another_kind_finds_the_flag_set, setup),
        cmocka_unit_test_setup(commands_during_the_update_get_silence_or_errors, setup),
        cmocka_unit_test_setup(a_package_sent_over_the_port_is_verified_byte_by_byte, setup),
        cmocka_unit_test_setup(damage_anywhere_in_the_entries_fails_the_update, setup),
        cmocka_unit_test_setup(a_restore_goes_on_where_it_was, setup),
        cmocka_unit_test_setup(a_second_cut_while_resuming_changes_nothing, setup),
        cmocka_unit_test_setup(a_crash_in_the_updater_is_like_a_power_cut, setup),
        cmocka_unit_test_setup(a_cut_before_the_updater_starts_leaves_the_flag, setup),
        cmocka_unit_test_setup(flash_steps_are_numbered_from_1_to_300, setup),
        cmocka_unit_test_setup(every_percent_of_every_phase_is_told_to_who_listens, setup),
        cmocka_unit_test_setup(listening_changes_nothing_that_the_host_sees, setup),
        cmocka_unit_test_setup(no_timer_runs_for_a_percent_that_nobody_notices, setup),
    };
    enum { FIXED = sizeof fixed / sizeof fixed[0] };
    struct CMUnitTest tests[FIXED + ROWS + CUTS + HOOKS];
    struct CMUnitTest *next = tests + FIXED;
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < ROWS; i++)
        *next++ = test_of(rows[i].name, check_row, &rows[i]);
    for (unsigned i = 0; i < CUTS; i++)
        *next++ = test_of(cut_rows[i].name, check_cut_row, &cut_rows[i]);
    for (unsigned i = 0; i < HOOKS; i++)
        *next++ = test_of(hook_rows[i].name, check_hook_row, &hook_rows[i]);
    return _cmocka_run_group_tests("updater", tests, FIXED + ROWS + CUTS + HOOKS, NULL, NULL);
}
