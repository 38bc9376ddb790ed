/* Loss of power in the updater, at any time and at every hook; who listens and who does not. */
#include "sim/test/support_update.h"

#include <stdio.h>
#include <string.h>

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
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US + 500000);
    update_run_share(row->share);
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
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US);
    update_run_share(80); /* 60 percent of the modem: 18 s and the 18 s of the AP are left */
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
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US);
    update_run_share(70);
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
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US);
    update_run_share(40);
    assert_true(module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL));
    module_run(&module, 30 * SECOND_US);
    EXPECT_STATUS("crashed", 7, BASE);
}

static void a_cut_before_the_updater_starts_leaves_the_flag(void **state)
{
    (void)state;
    update_on(PACKAGE_GOOD);
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
    update_on(PACKAGE_GOOD);
    module.trap = row->trap;
    module.host.hook_mask = 1u << row->trap.kind;
    update_start();
    module_run(&module, 5 * MINUTE_US);
    assert_int_equal(module.traps, 1);
    assert_false(update_view().powered);
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
    update_on(PACKAGE_GOOD);
    module.host.hook = listen;
    module.host.hook_mask = 1u << SIM_HOOK_FLASH_STEP;
    seen_count = 0;
    update_start();
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
    update_on(PACKAGE_GOOD);
    module.host.hook = listen;
    module.host.hook_mask = 1u << SIM_HOOK_PERCENT;
    seen_count = 0;
    update_start();
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
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 5 * MINUTE_US);
    snprintf(first, sizeof first, "%s", module_output(&module));
    update_on(PACKAGE_GOOD);
    module.host.hook = listen;
    module.host.hook_mask = ~0u;
    update_start();
    module_run(&module, 5 * MINUTE_US);
    EXPECT_OUTPUT(&module, first);
}

static void no_timer_runs_for_a_percent_that_nobody_notices(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_PROGRESS, 0);
    update_on(PACKAGE_GOOD);
    update_start();
    module_run(&module, 6 * SECOND_US + 1000);
    unsigned calls = 0;
    while (update_view().phase != SIM_PHASE_RESULT && calls < 100) {
        module.now_us = sim_advance(&module.sim, &module.host, module.now_us);
        calls++;
    }
    assert_true(calls <= 6); /* four ends of phases */
}

enum {
    CUTS = sizeof cut_rows / sizeof cut_rows[0],
    HOOKS = sizeof hook_rows / sizeof hook_rows[0]
};

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup(a_restore_goes_on_where_it_was, update_setup),
        cmocka_unit_test_setup(a_second_cut_while_resuming_changes_nothing, update_setup),
        cmocka_unit_test_setup(a_crash_in_the_updater_is_like_a_power_cut, update_setup),
        cmocka_unit_test_setup(a_cut_before_the_updater_starts_leaves_the_flag, update_setup),
        cmocka_unit_test_setup(flash_steps_are_numbered_from_1_to_300, update_setup),
        cmocka_unit_test_setup(every_percent_of_every_phase_is_told_to_who_listens, update_setup),
        cmocka_unit_test_setup(listening_changes_nothing_that_the_host_sees, update_setup),
        cmocka_unit_test_setup(no_timer_runs_for_a_percent_that_nobody_notices, update_setup),
    };
    enum { FIXED = sizeof fixed / sizeof fixed[0] };
    struct CMUnitTest tests[FIXED + CUTS + HOOKS];
    struct CMUnitTest *next = tests + FIXED;
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < CUTS; i++)
        *next++ = test_of(cut_rows[i].name, check_cut_row, &cut_rows[i]);
    for (unsigned i = 0; i < HOOKS; i++)
        *next++ = test_of(hook_rows[i].name, check_hook_row, &hook_rows[i]);
    return _cmocka_run_group_tests("updater power", tests, FIXED + CUTS + HOOKS, NULL, NULL);
}
