/*
 * Variants and revisions: each row of the tables at work.
 */
#include "sim/frame.h"
#include "sim/knowledge/profiles.h"
#include "sim/test/support_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = 64 };

static struct module module;

/* A module as the user chooses it, with nothing but what its firmware has. */
static void choose(const char *variant, const char *revision)
{
    module_init(&module);
    module_set(&module, SIM_SETTING_COMMAND_SET, 0);
    if (!sim_config_identify(&module.config, variant, revision))
        fail_msg("%s %s can't be chosen", variant ? variant : "-", revision ? revision : "-");
    module_begin(&module);
    module_power_on(&module);
}

/* A whole revision that fits a row: "1351B05*" -> "1351B05SIM7000E". */
static void example(const struct sim_profile *row, char *revision, size_t capacity)
{
    size_t length = strcspn(row->revision, "*");
    const char *series = row->variant ? row->variant : "SIM7000G";
    if (row->revision[length] == '\0')
        series = "";
    else if (length == 0)
        series = "9999B01SIM7000G";
    snprintf(revision, capacity, "%.*s%s", (int)length, row->revision, series);
}

/* ---- a row each ---------------------------------------------------------------------------- */

static void profile(void **state)
{
    const struct sim_profile *row = *state;
    char revision[40];
    char want[120];
    example(row, revision, sizeof revision);
    choose(row->variant, revision);
    struct sim_context ctx = {&module.sim, &module.host, module.now_us};
    if (sim_profile(&ctx) != row)
        fail_msg("%s finds the row %s", revision, sim_profile(&ctx)->revision);
    snprintf(want, sizeof want, "|Revision:%s||OK|", revision);
    EXPECT_ASK(&module, "AT+GMR", want);
    const char *all = module_ask(&module, "AT+SIMCOMATI");
    snprintf(want, sizeof want, "CSUB:%s|APRev:", row->csub);
    EXPECT_PART(all, want);
    snprintf(want, sizeof want, ",%s|QCN:%s", row->csub, row->qcn ? row->qcn : "MDM9206_TX3.0.");
    EXPECT_PART(all, want);
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *command = sim_chapters[chapter]; command->name; command++) {
            bool known = command->since <= row->since;
            char line[64];
            if (!(command->forms & SIM_FORM_TEST) || strcmp(command->name, "+COPS") == 0)
                continue;
            snprintf(line, sizeof line, "AT%s=?", command->name);
            bool answers = strstr(module_ask(&module, line), "|OK|") != NULL;
            if (answers != known)
                fail_msg("%s: %s %s", revision, command->name, known ? "is missing" : "is known");
        }
}

static void variant(void **state)
{
    const struct sim_variant_row *row = *state;
    static const struct {
        uint8_t radio;
        int32_t access;
        const char *registered;
    } networks[] = {{SIM_CAT_M, 0, "|+COPS: 0,0,\"CHINA MOBILE\",7||OK|"},
                    {SIM_NB_IOT, 1, "|+COPS: 0,0,\"CHINA MOBILE\",9||OK|"},
                    {SIM_GSM, 2, "|+COPS: 0,0,\"CHINA MOBILE\",0||OK|"}};
    char want[64];
    choose(row->name, NULL);
    snprintf(want, sizeof want, "|SIMCOM_%s||OK|", row->name);
    EXPECT_ASK(&module, "AT+CGMM", want);
    EXPECT_ASK(&module, "AT+CREG?", "|+CREG: 0,1||OK|"); /* access: any */
    for (unsigned i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        choose(row->name, NULL);
        module_set(&module, SIM_SETTING_ACCESS, networks[i].access);
        module_begin(&module);
        module_power_on(&module);
        bool heard = row->radios & networks[i].radio;
        EXPECT_ASK(&module, "AT+COPS?", heard ? networks[i].registered : "|+COPS: 0||OK|");
        EXPECT_ASK(&module, "AT+CREG?", heard ? "|+CREG: 0,1||OK|" : "|+CREG: 0,2||OK|");
    }
}

/* ---- choosing ------------------------------------------------------------------------------ */

static void the_revision_alone_names_the_variant(void **state)
{
    (void)state;
    static const struct {
        const char *revision, *variant;
    } rows[] = {
        {"1529B10SIM7000G", "SIM7000G"},     {"1351B05SIM7000E_20180821_1526", "SIM7000E"},
        {"1351B03SIM7000E-N", "SIM7000E-N"}, {"1529B11SIM7000", "SIM7000G"},
        {"1351B03SIM7000JC", "SIM7000JC"},   {"7777", "SIM7000C"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        choose(NULL, rows[i].revision);
        assert_string_equal(module.config.variant, rows[i].variant);
        assert_string_equal(module.config.revision, rows[i].revision);
    }
}

static void what_is_not_known_or_too_long_is_refused(void **state)
{
    struct sim_config config;
    (void)state;
    sim_config_init(&config);
    assert_false(sim_config_identify(&config, "SIM7000X", NULL));
    assert_false(sim_config_identify(&config, NULL, "1234567890123456789012345678901234567890"));
    assert_true(sim_config_identify(&config, NULL, NULL));
    assert_string_equal(config.variant, "SIM7000C");
}

static void an_update_brings_the_commands_of_the_new_firmware(void **state)
{
    (void)state;
    choose("SIM7000A", "1351B01SIM7000A");
    EXPECT_ASK(&module, "AT+CNACT?", "|ERROR|");
    EXPECT_NONE(module_ask(&module, "AT+CLAC"), "AT+CNACT|");
    memcpy(module.sim.updater.revision, "1351B08", 7);
    EXPECT_PART(module_ask(&module, "AT+CNACT?"), "|OK|");
    EXPECT_PART(module_ask(&module, "AT+CLAC"), "AT+CNACT|");
}

static void all_commands_can_be_had_on_an_old_firmware(void **state)
{
    (void)state;
    choose("SIM7000A", "1351B01SIM7000A");
    module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_COMMAND_SET, 1, NULL);
    EXPECT_PART(module_ask(&module, "AT+CNACT?"), "|OK|");
}

/* What runs is looked for by the last digit of series and build, before the rest is compared. */
static void each_row_but_the_last_names_series_and_build_in_full(void **state)
{
    enum { BUILD_LENGTH = 7 }; /* "1351B03" */
    const struct sim_profile *row;
    size_t last = 0;
    (void)state;
    while (sim_profile_row(last + 1) != NULL)
        last++;
    for (size_t i = 0; (row = sim_profile_row(i)) != NULL; i++)
        if (i == last)
            assert_string_equal(row->revision, "*");
        else if (strcspn(row->revision, "*") < BUILD_LENGTH)
            fail_msg("profile %zu: want a series and a build of %d letters, got %s", i + 1,
                     (int)BUILD_LENGTH, row->revision);
}

int main(void)
{
    static char names[ROWS_MAX][64];
    struct CMUnitTest tests[ROWS_MAX] = {
        cmocka_unit_test(the_revision_alone_names_the_variant),
        cmocka_unit_test(what_is_not_known_or_too_long_is_refused),
        cmocka_unit_test(an_update_brings_the_commands_of_the_new_firmware),
        cmocka_unit_test(all_commands_can_be_had_on_an_old_firmware),
        cmocka_unit_test(each_row_but_the_last_names_series_and_build_in_full),
    };
    size_t count = 5;
    const struct sim_profile *row;
    for (size_t i = 0; (row = sim_profile_row(i)) != NULL && count < ROWS_MAX; i++, count++) {
        snprintf(names[count], sizeof names[0], "profile %zu", i + 1);
        tests[count] = (struct CMUnitTest){
            .name = names[count], .test_func = profile, .initial_state = (void *)(uintptr_t)row};
    }
    const struct sim_variant_row *named;
    for (size_t i = 0; (named = sim_variant_row(i)) != NULL && count < ROWS_MAX; i++, count++) {
        snprintf(names[count], sizeof names[0], "variant %zu", i + 1);
        tests[count] = (struct CMUnitTest){
            .name = names[count], .test_func = variant, .initial_state = (void *)(uintptr_t)named};
    }
    return _cmocka_run_group_tests("profiles", tests, count, NULL, NULL);
}
