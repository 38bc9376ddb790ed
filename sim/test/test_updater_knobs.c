/* What a set update prints and leaves behind: lines that are odd, crashes, settings, sags. */
#include "sim/test/support_update.h"

#include <stdio.h>
#include <string.h>

static void run_update(void)
{
    update_on(PACKAGE_GOOD);
    module_output(&module);
    update_start();
    module_output(&module);
    module_run(&module, 5 * MINUTE_US);
}

/* ---- lines --------------------------------------------------------------------------------- */

struct line_row {
    const char *name;
    enum sim_setting_id setting;
    int32_t value;
    const char *with, *without; /* of what is printed; NULL = nothing to look for */
};

#define UPDATING(n) "|+CFOTA: \"Updating\"," #n "|"

static const struct line_row line_rows[] = {
    {"progress rises", SIM_SETTING_PROGRESS_PATTERN, 0, UPDATING(5) UPDATING(10), NULL},
    {"progress stays", SIM_SETTING_PROGRESS_PATTERN, 1, UPDATING(0) UPDATING(0) UPDATING(0),
     UPDATING(5)},
    {"progress falls", SIM_SETTING_PROGRESS_PATTERN, 2, UPDATING(100) UPDATING(95),
     UPDATING(95) UPDATING(100)},
    {"progress jumps", SIM_SETTING_PROGRESS_PATTERN, 3, UPDATING(0) UPDATING(84) UPDATING(67),
     NULL},
    {"progress is 0 once", SIM_SETTING_PROGRESS_PATTERN, 4, START "|" UPDATING(0) "|" GOOD,
     UPDATING(100)},
    {"the result comes once", SIM_SETTING_FINAL_URC, 0, "|" GOOD "|", "|" GOOD "||" GOOD "|"},
    {"the result is lost", SIM_SETTING_FINAL_URC, 1, NULL, "Update"},
    {"the result comes twice", SIM_SETTING_FINAL_URC, 2, "|" GOOD "||" GOOD "|", NULL},
    {"the result is cut short", SIM_SETTING_FINAL_URC, 3, "|+CFOTA: \"Upd|", "please wait"},
    {"lines on both ports", SIM_SETTING_URC_PORT, 0, START, NULL},
    {"lines on the uart", SIM_SETTING_URC_PORT, 1, START, NULL},
    {"lines on usb only", SIM_SETTING_URC_PORT, 2, NULL, "+CFOTA"},
    {"noise at the resets of the update", SIM_SETTING_UPDATE_GARBAGE, 1, "f`f|" START "|", NULL},
};

static void check_line_row(void **state)
{
    const struct line_row *row = *state;
    module_set(&module, row->setting, row->value);
    run_update();
    char printed[8192];
    snprintf(printed, sizeof printed, "%s", module_output(&module));
    if (row->with)
        EXPECT_PART(printed, row->with);
    if (row->without)
        EXPECT_NONE(printed, row->without);
    EXPECT_STATUS(row->name, 6, TARGET);
}

static void noise_comes_at_both_resets_of_an_update_and_no_other(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_UPDATE_GARBAGE, 1);
    update_on(PACKAGE_GOOD);
    EXPECT_NONE(module_output(&module), "f`f");
    update_start();
    module_run(&module, 5 * MINUTE_US);
    const char *printed = module_output(&module);
    EXPECT_PART(printed, "f`f");
    EXPECT_PART(strstr(printed, "f`f") + 1, "f`f|RDY|");
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, MINUTE_US);
    EXPECT_NONE(module_output(&module), "f`f");
}

/* ---- what it leaves ------------------------------------------------------------------------ */

static void the_module_crashes_a_few_times_after_an_update(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_CRASHES_AFTER_UPDATE, 3);
    module_set(&module, SIM_SETTING_BOOT_LOOP_AFTER, 100);
    run_update();
    assert_int_equal(update_view().resets, 2 + 3);
    EXPECT_STATUS("settled", 6, TARGET);
}

static void settings_may_be_lost_in_an_update(void **state)
{
    (void)state;
    for (int32_t lost = 0; lost < 2; lost++) {
        update_setup(NULL);
        module_set(&module, SIM_SETTING_SETTINGS_AFTER_UPDATE, lost);
        update_on(PACKAGE_GOOD);
        module_ask(&module, "AT+CMNB=1");
        update_start();
        module_run(&module, 5 * MINUTE_US);
        module_ask(&module, "ATE0");
        EXPECT_ASK(&module, "AT+CMNB?", lost ? "|+CMNB: 3||OK|" : "|+CMNB: 1||OK|");
    }
}

static void the_package_may_be_removed_after_a_failure(void **state)
{
    uint32_t size;
    uint64_t digest;
    (void)state;
    for (int32_t removed = 0; removed < 2; removed++) {
        update_setup(NULL);
        module_set(&module, SIM_SETTING_PACKAGE_AFTER_FAILURE, removed);
        module_set(&module, SIM_SETTING_UPDATE_RESULT, 1);
        run_update();
        EXPECT_STATUS("failed", 7, BASE);
        assert_int_equal(sim_file(&module.sim, PACKAGE, &size, &digest), !removed);
    }
}

/* ---- the supply ---------------------------------------------------------------------------- */

static void a_sag_below_the_brown_out_ends_the_update(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_UPDATE_SAG, 1500);
    run_update();
    EXPECT_PART(module_told(&module), "power 0\n");
    EXPECT_STATUS("browned out", 7, BASE);
    EXPECT_ASK(&module, "AT+CBC", "|+CBC: 0,67,3875||OK|");
}

static void a_sag_is_warned_of_where_the_supply_is_watched(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_UPDATE_SAG, 800);
    module_set(&module, SIM_SETTING_SUPPLY_WATCH, 1);
    run_update();
    EXPECT_PART(module_output(&module), "|UNDER-VOLTAGE WARNNING||+CFOTA: \"Updating\",0|");
    EXPECT_STATUS("updated", 6, TARGET);
}

static void a_cut_of_cfota_0_leaves_the_status_or_clears_it(void **state)
{
    (void)state;
    run_update();
    module.trap = (struct module_trap){
        .armed = true, .kind = SIM_HOOK_NV_WRITE, .number = module.sim.power.nv_writes + 1};
    module.host.hook_mask = 1u << SIM_HOOK_NV_WRITE;
    EXPECT_NONE(module_ask(&module, "AT+CFOTA=0"), "OK");
    assert_int_equal(module.traps, 1);
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, MINUTE_US);
    EXPECT_STATUS("cut before", 6, TARGET);
}

enum { LINES = sizeof line_rows / sizeof line_rows[0] };

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup(noise_comes_at_both_resets_of_an_update_and_no_other, update_setup),
        cmocka_unit_test_setup(the_module_crashes_a_few_times_after_an_update, update_setup),
        cmocka_unit_test_setup(settings_may_be_lost_in_an_update, update_setup),
        cmocka_unit_test_setup(the_package_may_be_removed_after_a_failure, update_setup),
        cmocka_unit_test_setup(a_sag_below_the_brown_out_ends_the_update, update_setup),
        cmocka_unit_test_setup(a_sag_is_warned_of_where_the_supply_is_watched, update_setup),
        cmocka_unit_test_setup(a_cut_of_cfota_0_leaves_the_status_or_clears_it, update_setup),
    };
    enum { FIXED = sizeof fixed / sizeof fixed[0] };
    struct CMUnitTest tests[FIXED + LINES];
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < LINES; i++)
        tests[FIXED + i] = test_of(line_rows[i].name, check_line_row, &line_rows[i]);
    return _cmocka_run_group_tests("updater knobs", tests, FIXED + LINES, NULL, NULL);
}
