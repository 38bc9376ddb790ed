/*
 * What survives a restart is the saving-mode column: every stored number over every way to restart.
 */
#include "sim/frame.h"
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

/* A value that the row allows and that is not the one it has; -1 = there is none. */
static int32_t other_value(enum sim_parameter parameter)
{
    for (int32_t value = 0; value <= 115200; value++)
        if (value != module.sim.live[parameter] && sim_parameter_allows(parameter, 0, value))
            return value;
    return -1;
}

static bool is_pair(enum sim_parameter parameter)
{
    return parameter == SIM_PARAMETER_IFC || parameter == SIM_PARAMETER_ICF;
}

static void restart(unsigned reset)
{
    if (reset == SIM_RESET_POWER_ON) {
        module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
        module_run(&module, SECOND_US);
        module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    } else {
        module_apply(&module, SIM_ACTION_RESET, reset, 0, NULL);
    }
    module_run(&module, 20 * SECOND_US);
}

/* Values that have effects of their own on a restart are set by their own tests. */
static bool has_own_test(unsigned parameter)
{
    return parameter == SIM_PARAMETER_CFUN || parameter == SIM_PARAMETER_CEDUMP;
}

static void check_reset(void **state)
{
    unsigned reset = (unsigned)(uintptr_t)*state;
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++) {
        enum sim_parameter parameter = (enum sim_parameter)i;
        module_init(&module);
        exchange_boot(&module);
        int32_t before = module.sim.live[i];
        int32_t value = other_value(parameter);
        if (value < 0 || has_own_test(i))
            continue;
        struct sim_context ctx = {&module.sim, &module.host, module.now_us};
        sim_value_set(&ctx, parameter, is_pair(parameter) ? value << 8 | value : value);
        int32_t changed = module.sim.live[i];
        restart(reset);
        bool kept = sim_commands_parameter[i].saving != SIM_NO_SAVE ||
                    sim_power_retains(&ctx, (enum sim_reset)reset);
        int32_t want = kept ? changed : before;
        if (module.sim.live[i] != want)
            fail_msg("%s after %s: want %ld, got %ld", sim_commands_parameter[i].name,
                     sim_reset_name(reset), (long)want, (long)module.sim.live[i]);
    }
}

/* Through the port, for a few whose rows are in the manual. */
static void commands_keep_or_lose_their_values_as_the_manual_says(void **state)
{
    (void)state;
    static const struct {
        const char *set, *read, *want;
    } rows[] = {
        {"AT+CMNB=1", "AT+CMNB?", "AT+CMNB?\r\r\n+CMNB: 1\r\n\r\nOK\r\n"},
        {"AT+CNMP=13", "AT+CNMP?", "AT+CNMP?\r\r\n+CNMP: 13\r\n\r\nOK\r\n"},
        {"AT+CMEE=2", "AT+CMEE?", "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"},
        {"AT+IFC=2,2", "AT+IFC?", "AT+IFC?\r\r\n+IFC: 0,0\r\n\r\nOK\r\n"},
        {"ATE0", "AT", "AT\r\r\nOK\r\n"},
        {"AT+CFUN=4", "AT+CFUN?", "AT+CFUN?\r\r\n+CFUN: 4\r\n\r\nOK\r\n"},
        {"AT+CFUN=0", "AT+CFUN?", "AT+CFUN?\r\r\n+CFUN: 1\r\n\r\nOK\r\n"},
        {"AT+CFUN=7", "AT+CFUN?", "AT+CFUN?\r\r\n+CFUN: 7\r\n\r\nOK\r\n"},
        {"AT+CNCFG=1,\"a\"", "AT+CNCFG?",
         "AT+CNCFG?\r\r\n+CNCFG: 1,\"a\",\"\",\"\",0\r\n\r\nOK\r\n"},
        {"AT+CNACT=1", "AT+CNACT?", "AT+CNACT?\r\r\n+CNACT: 0,\"0.0.0.0\"\r\n\r\nOK\r\n"},
    };
    for (unsigned reset = 0; reset < SIM_RESET_COUNT; reset++)
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            module_init(&module);
            module_set(&module, SIM_SETTING_PSM_RETAINS, 0);
            exchange_boot(&module);
            EXPECT_PART(module_ask(&module, rows[i].set), "|OK|");
            restart(reset);
            module.sent_length = 0;
            module_send(&module, rows[i].read, strlen(rows[i].read));
            module_send(&module, "\r", 1);
            module_run(&module, SECOND_US / 2);
            expect_bytes(&module, rows[i].want, rows[i].set, sim_reset_name(reset), (int)i);
        }
}

static void a_crash_finds_cedump_as_it_was_set(void **state)
{
    (void)state;
    module_init(&module);
    exchange_boot(&module);
    module_ask(&module, "AT+CEDUMP=1");
    restart(SIM_RESET_POWER_ON);
    EXPECT_PART(module_ask(&module, "AT+CEDUMP?"), "+CEDUMP: 1");
}

int main(void)
{
    static char names[SIM_RESET_COUNT][64];
    struct CMUnitTest tests[SIM_RESET_COUNT + 2] = {
        cmocka_unit_test(commands_keep_or_lose_their_values_as_the_manual_says),
        cmocka_unit_test(a_crash_finds_cedump_as_it_was_set),
    };
    for (unsigned i = 0; i < SIM_RESET_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "the saving mode decides over a restart by %s",
                 sim_reset_name(i));
        tests[2 + i] = (struct CMUnitTest){
            .name = names[i], .test_func = check_reset, .initial_state = (void *)(uintptr_t)i};
    }
    return _cmocka_run_group_tests("saving", tests, SIM_RESET_COUNT + 2, NULL, NULL);
}
