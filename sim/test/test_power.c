/*
 * Supply, pins, hangs, boot loops, power saving: what takes a module down and what brings it back.
 */
#include "sim/frame.h"
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    return 0;
}

static void set(enum sim_setting_id setting, int32_t value)
{
    module_set(&module, setting, value);
}

static bool apply(enum sim_action_kind kind, uint32_t number)
{
    return module_apply(&module, kind, number, 0, NULL);
}

static bool supply(uint32_t after_ms, int32_t supply_mv)
{
    return module_apply(&module, SIM_ACTION_SUPPLY, after_ms, supply_mv, NULL);
}

static void boot(void)
{
    module_power_on(&module);
    module_output(&module);
    module_told(&module);
}

static struct sim_view view(void)
{
    struct sim_view now;
    sim_view(&module.sim, &now);
    return now;
}

/* ---- supply -------------------------------------------------------------------------------- */

static void cbc_follows_the_waveform(void **state)
{
    static const struct {
        unsigned after_ms;
        const char *want;
    } rows[] = {{0, "|+CBC: 0,67,3800||OK|"},
                {1000, "|+CBC: 0,67,3700||OK|"},
                {1000, "|+CBC: 0,67,3600||OK|"},
                {5000, "|+CBC: 0,67,3400||OK|"}};
    (void)state;
    set(SIM_SETTING_ANSWER_DELAY, 0);
    boot();
    assert_true(supply(0, 3800));
    assert_true(supply(4000, 3400));
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        module_run(&module, rows[i].after_ms * 1000u);
        module_send(&module, "AT+CBC\r", 7);
        EXPECT_OUTPUT(&module, rows[i].want);
    }
}

static void a_waveform_is_bounded_and_its_times_rise(void **state)
{
    (void)state;
    boot();
    for (uint32_t i = 0; i < SIM_SUPPLY_POINTS; i++)
        assert_true(supply(i * 10, 3800));
    assert_false(supply(1000, 3800));
    assert_true(supply(0, 3700));
    assert_true(supply(20, 3700));
    assert_false(supply(20, 3700));
    assert_false(supply(30, 6001));
    assert_false(supply(30, -1));
}

/* The instants at which a line from 4.0 V to 2.8 V in 1,200 ms crosses the limits of HD107. */
static void warnings_come_when_the_limit_is_crossed(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CBATCHK=1");
    assert_true(supply(0, 4000));
    assert_true(supply(1200, 2800));
    module_run(&module, 900000);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 1001);
    EXPECT_OUTPUT(&module, "|UNDER-VOLTAGE WARNNING|");
    module_run(&module, 198999);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 1001);
    EXPECT_OUTPUT(&module, "|UNDER-VOLTAGE POWER DOWN|");
    module_run(&module, 2 * SECOND_US);
    assert_false(view().powered);
}

static void too_much_is_warned_of_as_well(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CBATCHK=1");
    assert_true(supply(0, 4200));
    assert_true(supply(300, 4500));
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OVER-VOLTAGE WARNNING||OVER-VOLTAGE POWER DOWN|");
}

static void without_cbatchk_nobody_warns(void **state)
{
    (void)state;
    boot();
    assert_true(supply(0, 3800));
    assert_true(supply(100, 2600));
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "");
    assert_true(view().answering);
}

static void a_dip_below_the_brown_out_restarts_the_module(void **state)
{
    (void)state;
    boot();
    assert_true(supply(0, 3800));
    assert_true(supply(100, 2400));
    assert_true(supply(200, 3800));
    module_run(&module, 92000);
    assert_true(view().powered);
    module_run(&module, 1500);
    assert_false(view().powered);
    module_run(&module, 20 * SECOND_US);
    EXPECT_PART(module_told(&module), "reset 4\n");
    EXPECT_PART(module_output(&module), "|RDY|");
    assert_int_equal(view().resets, 1);
}

static void after_a_brown_out_pwrkey_may_be_needed(void **state)
{
    (void)state;
    set(SIM_SETTING_SUPPLY_RETURN, 1);
    boot();
    assert_true(supply(0, 2000));
    module_run(&module, SECOND_US);
    assert_false(apply(SIM_ACTION_PWRKEY, 2000));
    assert_true(supply(0, 3800));
    module_run(&module, 10 * SECOND_US);
    assert_false(view().powered);
    assert_true(apply(SIM_ACTION_PWRKEY, 1000));
    module_run(&module, 10 * SECOND_US);
    assert_true(view().answering);
}

static void switched_on_too_low_it_starts_when_there_is_enough(void **state)
{
    (void)state;
    set(SIM_SETTING_SUPPLY, 2000);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 10 * SECOND_US);
    assert_false(view().powered);
    assert_true(supply(0, 3800));
    module_run(&module, 10 * SECOND_US);
    assert_true(view().answering);
    assert_true(apply(SIM_ACTION_POWER_CUT, 0));
    assert_true(supply(0, 2000));
    assert_true(supply(10, 3800));
    module_run(&module, 10 * SECOND_US);
    assert_false(view().powered); /* the switch is off */
}

/* ---- pins ---------------------------------------------------------------------------------- */

static void a_short_pulse_of_reset_does_nothing(void **state)
{
    (void)state;
    assert_false(apply(SIM_ACTION_RESET_PIN, 300));
    boot();
    assert_false(apply(SIM_ACTION_RESET_PIN, 251));
    assert_true(apply(SIM_ACTION_RESET_PIN, 252));
    module_run(&module, 6999999);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 1);
    EXPECT_PART(module_output(&module), "|RDY|");
    EXPECT_PART(module_told(&module), "reset 6\n");
    assert_true(apply(SIM_ACTION_PWRKEY, 1200));
    module_run(&module, 10 * SECOND_US);
    assert_false(apply(SIM_ACTION_RESET_PIN, 300));
}

static void pwrkey_needs_its_wait_after_a_power_off(void **state)
{
    (void)state;
    boot();
    assert_true(apply(SIM_ACTION_PWRKEY, 1200));
    module_run(&module, 1800000 + 1999999);
    assert_false(apply(SIM_ACTION_PWRKEY, 1000));
    module_run(&module, 1);
    assert_true(apply(SIM_ACTION_PWRKEY, 1000));
}

/* ---- hangs --------------------------------------------------------------------------------- */

/* What ends a hang: rows by setting hang-cleared-by, columns by remedy. */
static void each_hang_ends_by_what_its_setting_says(void **state)
{
    enum { BY_RESET, BY_PIN, BY_POWER, REMEDIES };
    static const bool ends[3][REMEDIES] = {
        {true, true, true}, {false, true, true}, {false, false, true}};
    (void)state;
    for (int32_t setting = 0; setting < 3; setting++)
        for (unsigned hang = SIM_HANG_DEAF; hang < SIM_HANG_COUNT; hang++)
            for (unsigned remedy = 0; remedy < REMEDIES; remedy++) {
                module_init(&module);
                set(SIM_SETTING_HANG_CLEARED, setting);
                boot();
                assert_true(apply(SIM_ACTION_HANG, hang));
                if (remedy == BY_RESET)
                    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
                if (remedy == BY_PIN)
                    assert_true(apply(SIM_ACTION_RESET_PIN, 300));
                if (remedy == BY_POWER) {
                    assert_true(apply(SIM_ACTION_POWER_CUT, 0));
                    assert_true(apply(SIM_ACTION_POWER_ON, 0));
                }
                module_run(&module, 20 * SECOND_US);
                if (view().answering != ends[setting][remedy])
                    fail_msg("hang %s, cleared-by %ld, remedy %u: answering %d",
                             sim_hang_name(hang), (long)setting, remedy, view().answering);
            }
}

static void what_only_power_clears_does_not_look_at_pwrkey(void **state)
{
    (void)state;
    set(SIM_SETTING_HANG_CLEARED, 2);
    boot();
    assert_true(apply(SIM_ACTION_HANG, SIM_HANG_BOTH));
    assert_false(apply(SIM_ACTION_PWRKEY, 2000));
    set(SIM_SETTING_HANG_CLEARED, 1);
    assert_true(apply(SIM_ACTION_PWRKEY, 2000));
}

static void a_hung_module_hears_nothing_says_nothing_or_neither(void **state)
{
    static const struct {
        unsigned hang;
        const char *answer, *urc;
    } rows[] = {{SIM_HANG_DEAF, "", "|+X: 1|"},
                {SIM_HANG_MUTE, "", ""},
                {SIM_HANG_BOTH, "", ""},
                {SIM_HANG_NONE, "|OK|", "|+X: 1|"}};
    (void)state;
    boot();
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        apply(SIM_ACTION_HANG, rows[i].hang);
        EXPECT_ASK(&module, "AT", rows[i].answer);
        module_apply(&module, SIM_ACTION_URC, 0, 0, "+X: 1");
        module_run(&module, SECOND_US);
        EXPECT_OUTPUT(&module, rows[i].urc);
    }
}

/* ---- boots --------------------------------------------------------------------------------- */

static void a_boot_loop_crashes_so_many_boots(void **state)
{
    (void)state;
    set(SIM_SETTING_BOOT_LOOP, 3);
    set(SIM_SETTING_BOOT_LOOP_AFTER, 200);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, MINUTE_US);
    assert_int_equal(view().boots, 4);
    assert_int_equal(view().resets, 3);
    assert_true(view().answering);
}

static void with_cedump_1_the_first_crash_is_the_last(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CEDUMP=1");
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    module_run(&module, MINUTE_US);
    assert_false(view().answering);
    assert_false(apply(SIM_ACTION_RESET_PIN, 300));
    assert_false(apply(SIM_ACTION_PWRKEY, 2000));
    assert_true(apply(SIM_ACTION_POWER_CUT, 0));
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, MINUTE_US);
    assert_true(view().answering);
}

static void a_window_after_each_boot_may_be_all_that_is_heard(void **state)
{
    (void)state;
    set(SIM_SETTING_HEARS_FOR, 20000);
    boot();
    EXPECT_ASK(&module, "AT", "|OK|");
    module_run(&module, 20 * SECOND_US);
    EXPECT_ASK(&module, "AT", "");
    assert_true(apply(SIM_ACTION_RESET_PIN, 300));
    module_run(&module, 10 * SECOND_US);
    EXPECT_PART(module_ask(&module, "AT"), "|OK|");
}

static void a_cut_while_it_tidies_costs_settings_or_the_module(void **state)
{
    (void)state;
    for (int32_t harm = 0; harm < 2; harm++)
        for (int32_t inside = 0; inside < 2; inside++) {
            module_init(&module);
            set(SIM_SETTING_HOUSEKEEPING, 60000);
            set(SIM_SETTING_HOUSEKEEPING_TIME, 2000);
            set(SIM_SETTING_HOUSEKEEPING_CUT, harm);
            boot();
            module_ask(&module, "AT+CMNB=1");
            uint64_t up_at_us = module.sim.power.engine_at_us;
            module_run(&module, up_at_us + 60 * SECOND_US + (inside ? SECOND_US : 3 * SECOND_US) -
                                    module.now_us);
            assert_true(apply(SIM_ACTION_POWER_CUT, 0));
            assert_true(apply(SIM_ACTION_POWER_ON, 0));
            module_run(&module, 20 * SECOND_US);
            bool dead = harm && inside;
            assert_int_equal(view().answering, !dead);
            if (dead)
                continue;
            module_ask(&module, "ATE0");
            EXPECT_ASK(&module, "AT+CMNB?", inside ? "|+CMNB: 3||OK|" : "|+CMNB: 1||OK|");
        }
}

/* ---- torn writes --------------------------------------------------------------------------- */

static uint8_t cut_when;
static const char *cut_what;

static struct sim_override cut_write(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    (void)context;
    (void)now_us;
    bool here = hook->kind == SIM_HOOK_NV_WRITE && hook->length == strlen(cut_what) &&
                memcmp(hook->text, cut_what, hook->length) == 0;
    return (struct sim_override){.cut_power = here, .cut_when = cut_when};
}

struct torn_row {
    const char *what, *prepare, *change, *ask;
    const char *before, *after, *lost; /* answers */
};

static const struct torn_row torn_rows[] = {
    {"+CMNB", "AT+CMNB=2", "AT+CMNB=1", "AT+CMNB?", "|+CMNB: 2||OK|", "|+CMNB: 1||OK|",
     "|+CMNB: 3||OK|"},
    {"+CFUN", "AT+CFUN=4", "AT+CFUN=7", "AT+CFUN?", "|+CFUN: 4||OK|", "|+CFUN: 7||OK|",
     "|+CFUN: 1||OK|"},
    {"+CSCLK", "AT+CSCLK=0", "AT+CSCLK=1", "AT+CSCLK?", "|+CSCLK: 0||OK|", "|+CSCLK: 1||OK|",
     "|+CSCLK: 0||OK|"},
    {"+CPSMS", "AT+CPSMS=0,,,\"00000001\",\"00000001\"", "AT+CPSMS=0,,,\"00000010\",\"00000010\"",
     "AT+CPSMS?", "|+CPSMS: 0,,,\"00000001\",\"00000001\"||OK|",
     "|+CPSMS: 0,,,\"00000010\",\"00000010\"||OK|", "|+CPSMS: 0,,,\"01100000\",\"00000000\"||OK|"},
    {"+CNCFG", "AT+CNCFG=1,\"old\"", "AT+CNCFG=1,\"new\"", "AT+CNCFG?",
     "|+CNCFG: 1,\"old\",\"\",\"\",0||OK|", "|+CNCFG: 1,\"new\",\"\",\"\",0||OK|",
     "|+CNCFG: 0,\"\",\"\",\"\",0||OK|"},
    {"+CGDCONT", "AT+CGDCONT=13;+CGDCONT=14;+CGDCONT=1,\"IP\",\"old\"",
     "AT+CGDCONT=1,\"IP\",\"new\"", "AT+CGDCONT?",
     "|+CGDCONT: 1,\"IP\",\"old\",\"0.0.0.0\",0,0,0,0||OK|",
     "|+CGDCONT: 1,\"IP\",\"new\",\"0.0.0.0\",0,0,0,0||OK|", "|OK|"},
    {"+SIMEI", "AT+SIMEI=123456789012345", "AT+SIMEI=543210987654321", "AT+GSN",
     "|123456789012345||OK|", "|543210987654321||OK|", "|||OK|"},
};

static void check_torn(const struct torn_row *row, uint8_t when, int32_t torn)
{
    const char *want = when == SIM_CUT_BEFORE || (when == SIM_CUT_INSIDE && torn == 0) ? row->before
                       : when == SIM_CUT_AFTER || torn == 1                            ? row->after
                                                                                       : row->lost;
    module_init(&module);
    set(SIM_SETTING_TORN_WRITE, torn);
    boot();
    module_ask(&module, row->prepare);
    module_told(&module);
    cut_what = row->what;
    cut_when = when;
    module.host.hook = cut_write;
    module.host.hook_mask = 1u << SIM_HOOK_NV_WRITE;
    EXPECT_ASK(&module, row->change, "");
    assert_false(view().powered);
    module.host.hook_mask = 0;
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 20 * SECOND_US);
    module_ask(&module, "ATE0");
    expect_text(module_ask(&module, row->ask), want, row->what, sim_cut_name(when), torn);
}

static void a_setting_whose_write_is_cut_is_old_new_or_lost(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof torn_rows / sizeof torn_rows[0]; i++)
        for (uint8_t when = 0; when < SIM_CUT_COUNT; when++)
            for (int32_t torn = 0; torn < (when == SIM_CUT_INSIDE ? 3 : 1); torn++)
                check_torn(&torn_rows[i], when, torn);
}

static void write_file(const char *bytes)
{
    char line[64];
    snprintf(line, sizeof line, "AT+CFSWFILE=1,\"a\",0,%u,1000", (unsigned)strlen(bytes));
    module_ask(&module, line);
    module_send(&module, bytes, strlen(bytes));
    module_run(&module, SECOND_US);
}

static void a_file_whose_write_is_cut_is_old_new_or_lost(void **state)
{
    static const struct {
        uint8_t when;
        int32_t torn;
        uint32_t size; /* UINT32_MAX = no file */
    } rows[] = {{SIM_CUT_BEFORE, 0, 3},
                {SIM_CUT_INSIDE, 0, 3},
                {SIM_CUT_INSIDE, 1, 5},
                {SIM_CUT_INSIDE, 2, UINT32_MAX},
                {SIM_CUT_AFTER, 0, 5}};
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t size = UINT32_MAX;
        uint64_t digest;
        module_init(&module);
        set(SIM_SETTING_TORN_WRITE, rows[i].torn);
        boot();
        module_ask(&module, "AT+CFSINIT");
        write_file("old");
        cut_what = "/fota/a";
        cut_when = rows[i].when;
        module.host.hook = cut_write;
        module.host.hook_mask = 1u << SIM_HOOK_NV_WRITE;
        write_file("newer");
        assert_false(view().powered);
        if (!sim_file(&module.sim, "/fota/a", &size, &digest))
            size = UINT32_MAX;
        if (size != rows[i].size)
            fail_msg("%s, torn %ld: want %lu bytes, got %lu", sim_cut_name(rows[i].when),
                     (long)rows[i].torn, (unsigned long)rows[i].size, (unsigned long)size);
    }
}

static void the_rate_is_kept_as_rate_saving_says(void **state)
{
    static const struct {
        int32_t saving;
        const char *store;
        unsigned kept;
    } rows[] = {{0, "AT", 1}, {1, "AT", 0}, {1, "AT&W", 0}, {2, "AT", 0}, {2, "AT&W", 1}};
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        module_init(&module);
        set(SIM_SETTING_RATE_SAVING, rows[i].saving);
        boot();
        module_ask(&module, "AT+IPR=0");
        struct sim_context ctx = {&module.sim, &module.host, module.now_us};
        if (strcmp(rows[i].store, "AT&W") == 0)
            sim_values_store(&ctx);
        assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
        module_run(&module, 20 * SECOND_US);
        assert_int_equal(module.sim.live[SIM_PARAMETER_IPR] == 0, rows[i].kept);
    }
}

/* ---- power saving mode --------------------------------------------------------------------- */

static void psm_comes_after_the_active_time_and_pwrkey_ends_it(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CPSMSTATUS=1");
    EXPECT_ASK(&module, "AT+CPSMS=1,,,\"00000001\",\"00000101\"", "|OK|"); /* 10 min, 10 s */
    module_run(&module, 9 * SECOND_US);
    EXPECT_ASK(&module, "AT", "|OK|"); /* the time begins anew */
    module_run(&module, 9 * SECOND_US);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CPSMSTATUS: \"ENTER PSM\"|");
    assert_false(view().powered);
    EXPECT_ASK(&module, "AT", "");
    assert_true(apply(SIM_ACTION_PWRKEY, 500));
    module_run(&module, 8 * SECOND_US);
    assert_false(view().powered);
    assert_true(apply(SIM_ACTION_PWRKEY, 1000));
    module_run(&module, 8 * SECOND_US);
    EXPECT_PART(module_output(&module), "|+CPSMSTATUS: \"EXIT PSM\"|");
    EXPECT_ASK(&module, "AT+CPSMS?", "|+CPSMS: 1,,,\"00000001\",\"00000101\"||OK|");
    assert_int_equal(view().resets, 0);
}

static void the_periodic_update_ends_psm_too(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CPSMS=1,,,\"01100101\",\"00000001\""); /* 10 s, 2 s */
    module_run(&module, 4 * SECOND_US);
    assert_false(view().powered);
    module_run(&module, 10 * SECOND_US + 4500000);
    assert_true(view().answering);
}

static void psm_that_is_refused_or_off_never_comes(void **state)
{
    (void)state;
    set(SIM_SETTING_PSM, 1);
    boot();
    module_ask(&module, "AT+CPSMS=1,,,\"00000001\",\"00000001\"");
    module_run(&module, 5 * MINUTE_US);
    assert_true(view().answering);
    EXPECT_ASK(&module, "AT+CPSMS=2", "|ERROR|");
}

static void an_active_time_of_zero_sleeps_when_the_connection_is_released(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CPSMSTATUS=1");
    module_ask(&module, "AT+CPSMS=1,,,\"01000111\",\"00000000\"");
    module_run(&module, 9 * SECOND_US);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CPSMSTATUS: \"ENTER PSM\"|");
    module_run(&module, 60 * MINUTE_US);
    assert_false(view().powered);
}

static void a_deactivated_active_time_never_sleeps(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CPSMS=1,,,\"01000111\",\"11100000\"");
    module_run(&module, 60 * MINUTE_US);
    assert_true(view().answering);
}

static void some_modules_wake_by_themselves(void **state)
{
    (void)state;
    set(SIM_SETTING_PSM_WAKES, 3000);
    boot();
    module_ask(&module, "AT+CPSMS=1,,,\"01000111\",\"00000000\"");
    module_run(&module, 11 * SECOND_US);
    assert_false(view().powered);
    module_run(&module, 3 * SECOND_US + 4500000);
    assert_true(view().answering);
}

/* Nothing is told of a search: the network has not seen the module go. */
static void out_of_psm_the_module_is_registered_at_once_or_seeks(void **state)
{
    static const char *const want[] = {"+CEREG: 1,1", "+CEREG: 1,2"};
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        setup(NULL);
        set(SIM_SETTING_PSM_REGISTRATION, lost);
        boot();
        module_ask(&module, "AT+CEREG=1;+CPSMS=1,,,\"01000111\",\"00000001\"");
        module_run(&module, 4 * SECOND_US);
        assert_false(view().powered);
        assert_true(apply(SIM_ACTION_PWRKEY, 1000));
        module_run(&module, 5 * SECOND_US);
        EXPECT_PART(module_ask(&module, "AT+CEREG?"), want[lost]);
        EXPECT_PART(module_ask(&module, "AT+CNACT?"), "+CNACT: 0,\"0.0.0.0\"");
    }
}

static void the_network_keeps_a_message_for_a_module_that_saves_power(void **state)
{
    struct sim_action action = {.kind = SIM_ACTION_SMS, .text = "hello", .from = "+4930"};
    (void)state;
    boot();
    module_ask(&module, "AT+CPSMS=1,,,\"01000111\",\"00000001\"");
    module_run(&module, 4 * SECOND_US);
    assert_false(view().powered);
    assert_true(sim_apply(&module.sim, &module.host, &action, module.now_us));
    module_run(&module, 10 * MINUTE_US);
    assert_false(view().powered);
    EXPECT_OUTPUT(&module, "");
    assert_true(apply(SIM_ACTION_PWRKEY, 1000));
    module_run(&module, 5 * SECOND_US);
    EXPECT_PART(module_output(&module), "|+CMTI: \"SM\",1|");
    EXPECT_PART(module_ask(&module, "AT+CMGF=1;+CMGR=1"), "|hello|");
}

/* AT106 5.2.46: seconds; what the network grants is 0 where it does not. */
static void cpsmrdp_tells_seconds(void **state)
{
    (void)state;
    boot();
    module_ask(&module, "AT+CPSMS=0,,,\"00100100\",\"00001010\""); /* 4 h, 20 s */
    EXPECT_ASK(&module, "AT+CPSMRDP", "|+CPSMRDP: 0,20,14400,0,0,3600||OK|");
    module_ask(&module, "AT+CPSMS=1");
    EXPECT_ASK(&module, "AT+CPSMRDP", "|+CPSMRDP: 1,20,14400,20,14400,3600||OK|");
    EXPECT_ASK(&module, "AT+CEREG=4;+CEREG?",
               "|+CEREG: 4,1,\"5B57\",\"195071B\",7,,,\"00001010\",\"00100100\"||OK|");
    module_apply(&module, SIM_ACTION_NETWORK, 0, 0, NULL);
    EXPECT_PART(module_ask(&module, "AT+CPSMRDP"), "|+CPSMRDP: 1,20,14400,0,0,3600|");
}

/* "01000111" is 70 hours and "00100100" 4 minutes (AT106 5.2.19). */
static void the_network_may_grant_other_timers(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_NETWORK_ACTIVE_TIME, 4 * 60 * 1000);
    set(SIM_SETTING_NETWORK_PERIODIC, 70 * 3600 * 1000);
    boot();
    module_ask(&module, "AT+CPSMS=1,,,\"00100100\",\"00000001\"");
    EXPECT_ASK(&module, "AT+CPSMRDP", "|+CPSMRDP: 1,2,14400,240,252000,3600||OK|");
    EXPECT_PART(module_ask(&module, "AT+CEREG=4;+CEREG?"), ",,,\"00100100\",\"01000111\"|");
    module_run(&module, 230 * SECOND_US);
    assert_true(view().answering);
    module_run(&module, 20 * SECOND_US);
    assert_false(view().powered);
}

/* AT106 5.2.20 and 5.2.50, 3GPP TS 27.007 7.40 */
static void edrx_is_granted_in_its_technology_and_told_on_demand(void **state)
{
    (void)state;
    boot();
    EXPECT_ASK(&module, "AT+CEDRXRDP", "|+CEDRXRDP: 0||OK|");
    EXPECT_ASK(&module, "AT+CEDRXS=1,5,\"0010\"", "|OK|");
    EXPECT_ASK(&module, "AT+CEDRXRDP", "|+CEDRXRDP: 0||OK|"); /* NB-IoT is not here */
    EXPECT_ASK(&module, "AT+CEDRXS=1,4,\"0010\"", "|OK|");
    EXPECT_ASK(&module, "AT+CEDRXRDP", "|+CEDRXRDP: 4,\"0010\",\"0010\",\"0000\"||OK|");
    EXPECT_ASK(&module, "AT+CEDRXS?", "|+CEDRXS: 4,\"0010\"||OK|");
    EXPECT_PART(module_ask(&module, "AT+CEDRXS=2,4,\"0101\""),
                "|+CEDRXP: 4,\"0101\",\"0101\",\"0000\"|");
    module_set(&module, SIM_SETTING_EDRX, 1);
    EXPECT_ASK(&module, "AT+CEDRXRDP", "|+CEDRXRDP: 0||OK|");
    EXPECT_ASK(&module, "AT+CEDRXS=4", "|ERROR|");
    EXPECT_ASK(&module, "AT+CEDRXS=1,6,\"0010\"", "|ERROR|");
    EXPECT_ASK(&module, "AT+CEDRXS=1,4,\"0012\"", "|ERROR|");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    static const struct CMUnitTest tests[] = {
        TEST(cbc_follows_the_waveform),
        TEST(a_waveform_is_bounded_and_its_times_rise),
        TEST(warnings_come_when_the_limit_is_crossed),
        TEST(too_much_is_warned_of_as_well),
        TEST(without_cbatchk_nobody_warns),
        TEST(a_dip_below_the_brown_out_restarts_the_module),
        TEST(after_a_brown_out_pwrkey_may_be_needed),
        TEST(switched_on_too_low_it_starts_when_there_is_enough),
        TEST(a_short_pulse_of_reset_does_nothing),
        TEST(pwrkey_needs_its_wait_after_a_power_off),
        TEST(each_hang_ends_by_what_its_setting_says),
        TEST(what_only_power_clears_does_not_look_at_pwrkey),
        TEST(a_hung_module_hears_nothing_says_nothing_or_neither),
        TEST(a_boot_loop_crashes_so_many_boots),
        TEST(with_cedump_1_the_first_crash_is_the_last),
        TEST(a_window_after_each_boot_may_be_all_that_is_heard),
        TEST(a_cut_while_it_tidies_costs_settings_or_the_module),
        TEST(a_setting_whose_write_is_cut_is_old_new_or_lost),
        TEST(a_file_whose_write_is_cut_is_old_new_or_lost),
        TEST(the_rate_is_kept_as_rate_saving_says),
        TEST(psm_comes_after_the_active_time_and_pwrkey_ends_it),
        TEST(the_periodic_update_ends_psm_too),
        TEST(psm_that_is_refused_or_off_never_comes),
        TEST(an_active_time_of_zero_sleeps_when_the_connection_is_released),
        TEST(a_deactivated_active_time_never_sleeps),
        TEST(some_modules_wake_by_themselves),
        TEST(out_of_psm_the_module_is_registered_at_once_or_seeks),
        TEST(the_network_keeps_a_message_for_a_module_that_saves_power),
        TEST(cpsmrdp_tells_seconds),
        TEST(the_network_may_grant_other_timers),
        TEST(edrx_is_granted_in_its_technology_and_told_on_demand),
    };
    return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
