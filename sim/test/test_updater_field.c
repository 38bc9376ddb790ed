/* What was reported of updates in the field and is off by default: one setting, one test. */
#include "sim/test/support_update.h"

#include <string.h>

#define UNFINISHED "+CFOTA: \"Last upgrade was not finished, continue upgrade\""

/* Cut at 60 percent of the modem image, 18 s and the 18 s of the AP before the end. */
static void cut_in_the_restore(void)
{
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US);
    update_run_share(80);
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_output(&module);
}

static void an_update_that_goes_on_may_say_that_it_was_not_finished(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_RESUME_LINE, 1);
    cut_in_the_restore();
    module_run(&module, 20 * SECOND_US);
    EXPECT_OUTPUT(&module, "|" UNFINISHED "|");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("in the end", 6, TARGET);
}

static void a_restore_may_begin_anew_after_a_cut(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_RESUME_FROM, 1);
    cut_in_the_restore();
    module_run(&module, 4500000 + 62 * SECOND_US); /* 45 s of the modem anew, 18 s of the AP */
    EXPECT_OUTPUT(&module, "|" START "|");
    module_run(&module, SECOND_US + 500000);
    EXPECT_OUTPUT(&module, "|" GOOD "|");
}

static void a_half_updated_firmware_answers_error_to_everything(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    module_set(&module, SIM_SETTING_RECOVERY_MODE, 1);
    EXPECT_ASK(&module, "AT", "|ERROR|");
    EXPECT_ASK(&module, "AT+GMR", "|ERROR|");
    module_set(&module, SIM_SETTING_RECOVERY_MODE, 0);
    EXPECT_ASK(&module, "AT", "|OK|");
}

static void the_app_network_may_hinder_an_update(void **state)
{
    static const struct {
        int32_t setting;
        bool up;
        const char *answer;
        unsigned status;
        const char *revision;
    } rows[] = {
        {0, true, "|OK|", 6, TARGET},  {1, true, "|+CME ERROR: 3|", 8, BASE},
        {2, true, "|OK|", 0, BASE},    {1, false, "|OK|", 6, TARGET},
        {2, false, "|OK|", 6, TARGET},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        update_setup(NULL);
        module_set(&module, SIM_SETTING_CFOTA_BEARER, rows[i].setting);
        update_on(PACKAGE_GOOD);
        module_run(&module, MINUTE_US);
        module_ask(&module, "AT+CMEE=1");
        if (rows[i].up)
            EXPECT_PART(module_ask(&module, "AT+CNACT=1"), "OK");
        module_run(&module, MINUTE_US);
        module_output(&module);
        EXPECT_PART(module_ask(&module, "AT+CFOTA=1"), rows[i].answer);
        module_run(&module, 60 * MINUTE_US);
        if (rows[i].status)
            EXPECT_STATUS(rows[i].answer, rows[i].status, rows[i].revision);
        else
            EXPECT_ASK(&module, "AT", "");
    }
}

/* Only the package that made the running firmware, and only a restart that nobody asked for. */
static void a_stale_package_may_bring_the_old_revision_back(void **state)
{
    static const struct {
        int32_t setting;
        bool there;
        uint32_t reset;
        const char *revision;
    } rows[] = {
        {0, true, SIM_RESET_CRASH, TARGET},  {1, true, SIM_RESET_CRASH, BASE},
        {1, true, SIM_RESET_BROWNOUT, BASE}, {1, true, SIM_RESET_PIN, BASE},
        {1, true, SIM_RESET_CFUN, TARGET},   {1, false, SIM_RESET_CRASH, TARGET},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        update_setup(NULL);
        module_set(&module, SIM_SETTING_STALE_PACKAGE, rows[i].setting);
        module_set(&module, SIM_SETTING_PACKAGE_AFTER_SUCCESS, !rows[i].there);
        update_on(PACKAGE_GOOD);
        update_start();
        module_run(&module, 5 * MINUTE_US);
        EXPECT_STATUS("updated", 6, TARGET);
        module_apply(&module, SIM_ACTION_RESET, rows[i].reset, 0, NULL);
        module_run(&module, MINUTE_US);
        EXPECT_STATUS("after the reset", 6, rows[i].revision);
    }
}

static void a_reset_before_the_update_reverts_nothing(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_STALE_PACKAGE, 1);
    update_on(PACKAGE_GOOD);
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, MINUTE_US);
    EXPECT_STATUS("not updated", 8, BASE);
    update_start();
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, 10 * MINUTE_US);
    EXPECT_STATUS("updated", 6, TARGET);
}

static void the_updater_may_echo_what_it_does_not_answer(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 7 * SECOND_US);
    module_output(&module);
    module_set(&module, SIM_SETTING_UPDATER_COMMANDS, 2);
    EXPECT_PART(module_ask(&module, "AT+CFOTA?"), "AT+CFOTA?");
    module_run(&module, 5 * MINUTE_US);
    EXPECT_STATUS("updated", 6, TARGET);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_update_that_goes_on_may_say_that_it_was_not_finished,
                               update_setup),
        cmocka_unit_test_setup(a_restore_may_begin_anew_after_a_cut, update_setup),
        cmocka_unit_test_setup(a_half_updated_firmware_answers_error_to_everything, update_setup),
        cmocka_unit_test_setup(the_app_network_may_hinder_an_update, update_setup),
        cmocka_unit_test_setup(a_stale_package_may_bring_the_old_revision_back, update_setup),
        cmocka_unit_test_setup(a_reset_before_the_update_reverts_nothing, update_setup),
        cmocka_unit_test_setup(the_updater_may_echo_what_it_does_not_answer, update_setup),
    };
    return cmocka_run_group_tests_name("updater in the field", tests, NULL, NULL);
}
