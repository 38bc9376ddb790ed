/*
 * The tables against themselves: what the catalogue lists is there, and is all there is.
 */
#include "sim/catalogue.h"
#include "sim/frame.h"
#include "sim/look.h"
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
    exchange_boot(&module);
    module_ask(&module, "ATE0");
    return 0;
}

static void every_fact_has_a_name_a_source_and_a_tag(void **state)
{
    (void)state;
    struct sim_fact fact;
    size_t count = 0;
    for (; sim_fact(count, &fact); count++) {
        if (!fact.group || !fact.name || !*fact.name || !fact.meaning || !*fact.meaning ||
            !fact.source || !*fact.source || !strchr("DOSI", fact.tag))
            fail_msg("fact %zu is not complete: %s %s", count, fact.group, fact.name);
        if (fact.setting && sim_setting_find(fact.setting, strlen(fact.setting)) < 0)
            fail_msg("%s %s names the setting %s, which is not there", fact.group, fact.name,
                     fact.setting);
    }
    assert_true(count > 150);
}

static void every_command_is_found_by_its_name_and_once(void **state)
{
    (void)state;
    unsigned rows = 0;
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++, rows++)
            if (sim_names_find(row->name, strlen(row->name)) != row)
                fail_msg("%s is there twice or not found", row->name);
    assert_true(rows < SIM_NAME_SLOTS / 4 * 3);
    assert_null(sim_names_find("+CMN", 4));
    assert_null(sim_names_find("+CMNBX", 6));
}

static const char slots_path[] = "sim/at/command_slots.h";

static int write_slots(void)
{
    uint16_t slots[SIM_NAME_SLOTS];
    FILE *file = fopen(slots_path, "w");
    if (!file)
        return 1;
    sim_names_order(slots);
    fprintf(file, "/*\n"
                  " * command_slots.h - where each command's row stands: X(slot, chapter, row). "
                  "Written by\n"
                  " * `test_catalogue --write`, checked by test_catalogue.\n */\n"
                  "#ifndef FOTARIG_SIM_AT_COMMAND_SLOTS_H\n"
                  "#define FOTARIG_SIM_AT_COMMAND_SLOTS_H\n\n/* clang-format off */\n"
                  "#define SIM_COMMAND_SLOTS(X)");
    for (unsigned i = 0; i < SIM_NAME_SLOTS; i++)
        if (slots[i])
            fprintf(file, " \\\n    X(%u, %u, %u) /* %s */", i, slots[i] >> 8,
                    (slots[i] & 0xff) - 1, sim_chapters[slots[i] >> 8][(slots[i] & 0xff) - 1].name);
    fprintf(file, "\n\n#endif\n");
    return fclose(file) != 0;
}

static void the_constant_index_is_the_one_that_the_tables_make(void **state)
{
    (void)state;
    if (!sim_names_in_order())
        fail_msg("%s is not that of the command tables; write it with\n"
                 "  build/debug/sim/test/test_catalogue --write",
                 slots_path);
}

/* Unknown forms answer plain ERROR, so a test form that the row has must not. */
static void every_test_and_read_form_of_the_tables_answers(void **state)
{
    (void)state;
    char line[64];
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++) {
            if ((row->forms & SIM_FORM_TEST) && strcmp(row->name, "+COPS") != 0) {
                snprintf(line, sizeof line, "AT%s=?", row->name);
                EXPECT_PART(module_ask(&module, line), "|OK|");
            }
            if ((row->forms & SIM_FORM_READ) && strncmp(row->name, "+CFS", 4) != 0) {
                snprintf(line, sizeof line, "AT%s?", row->name);
                EXPECT_PART(module_ask(&module, line), "|OK|");
            }
        }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    char line[64];
    char want[64];
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++) {
        const struct sim_command *row = &sim_commands_parameter[i];
        if (row->run != sim_run_parameter || !(row->forms & SIM_FORM_READ))
            continue;
        for (int32_t value = 0; value < 256; value++) {
            bool deletes = i == SIM_PARAMETER_S5 && value >= ' '; /* it would spoil the line */
            if (deletes || !sim_parameter_allows((enum sim_parameter)i, 0, value))
                continue;
            bool wide = row->name[0] == 'S';
            snprintf(line, sizeof line, "AT%s=%ld", row->name, (long)value);
            EXPECT_ASK(&module, line, "|OK|");
            snprintf(line, sizeof line, "AT%s?", row->name);
            if (wide)
                snprintf(want, sizeof want, "|%03ld||OK|", (long)value);
            else
                snprintf(want, sizeof want, "|%s: %ld||OK|", row->name, (long)value);
            EXPECT_ASK(&module, line, want);
        }
    }
}

static void settings_are_in_their_range_and_choices_are_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        int32_t words = info->choices ? 1 : 0;
        for (const char *c = info->choices; c && *c; c++)
            words += *c == '|';
        if (info->initial < info->minimum || info->initial > info->maximum ||
            (info->unit == SIM_UNIT_CHOICE) != (info->choices != NULL) ||
            (info->choices && words != info->maximum + 1) ||
            (info->unit == SIM_UNIT_FLAG && info->maximum != 1))
            fail_msg("setting %s does not fit its own row", info->name);
        assert_int_equal(sim_setting_find(info->name, strlen(info->name)), i);
    }
    assert_null(sim_setting_info(SIM_SETTING_COUNT));
    assert_int_equal(sim_setting_find("no-such", 7), -1);
}

/* One in a place that is too narrow, or that another one shares, does not come back. */
static void a_setting_keeps_every_value_of_its_range_and_no_other(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        sim_setting_keep(&module.sim, (enum sim_setting_id)i, INT32_MAX);
        assert_int_equal(sim_look_setting(&module.sim, i), info->maximum);
        sim_setting_keep(&module.sim, (enum sim_setting_id)i, INT32_MIN);
        assert_int_equal(sim_look_setting(&module.sim, i), info->minimum);
        sim_setting_keep(&module.sim, (enum sim_setting_id)i, info->maximum);
    }
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        if (sim_look_setting(&module.sim, i) != info->maximum)
            fail_msg("setting %s is %ld, want %ld", info->name,
                     (long)sim_look_setting(&module.sim, i), (long)info->maximum);
    }
}

static void final_results_and_boot_lines_are_recognised(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool final, boot;
    } rows[] = {
        {"OK", true, false},
        {"ERROR", true, false},
        {"+CME ERROR: 3", true, false},
        {"+CMS ERROR: 500", true, false},
        {"NO CARRIER", true, false},
        {"RING", false, false},
        {"OKAY", false, false},
        {"O", false, false},
        {"", false, false},
        {"RDY", false, true},
        {"RDY ", false, false},
        {"+CFUN: 1", false, true},
        {"SMS Ready", false, true},
        {"+CPIN: READY", false, true},
        {"+CMTI: 1", false, false},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = strlen(rows[i].line);
        if (sim_is_final_result(rows[i].line, length) != rows[i].final ||
            sim_is_boot_line(rows[i].line, length) != rows[i].boot)
            fail_msg("'%s' is not what it should be", rows[i].line);
    }
}

/* Every event urc of a busy life against the list. */
static void the_module_prints_no_line_that_the_catalogue_does_not_know(void **state)
{
    (void)state;
    static const char *const life[] = {"AT+CREG=2;+CGREG=2;+CEREG=4;+CLTS=1;+CNSMOD=1;+CBATCHK=1",
                                       "AT+CNACT=1",
                                       "AT+CUSD=1,\"*100#\"",
                                       "AT+CNMI=2,2",
                                       "AT+CFUN=0",
                                       "AT+CFUN=1",
                                       "AT+CNACT=0",
                                       "AT+CFUN=1,1"};
    struct sim_fact fact;
    module_told(&module);
    for (unsigned i = 0; i < sizeof life / sizeof life[0]; i++) {
        struct sim_action message = {.kind = SIM_ACTION_SMS, .text = "Hello", .from = "+4930"};
        sim_apply(&module.sim, &module.host, &message, module.now_us);
        module_ask(&module, life[i]);
        module_run(&module, 20 * SECOND_US);
    }
    module_apply(&module, SIM_ACTION_PWRKEY, 2000, 0, NULL);
    module_run(&module, SECOND_US);
    unsigned urcs = 0;
    for (const char *line = module_told(&module), *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1) {
        if (strncmp(line, "urc 0 ", 6) != 0)
            continue;
        bool known = false;
        for (size_t i = 0; sim_fact(i, &fact); i++)
            known = known || (strcmp(fact.group, "urc") == 0 &&
                              strncmp(line + 6, fact.name, strlen(fact.name)) == 0);
        if (!known)
            fail_msg("not in the catalogue: %.*s", (int)(end - line - 6), line + 6);
        urcs++;
    }
    assert_true(urcs > 12);
}

static void lines_that_belong_to_an_update_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want; /* want NULL: none of them */
    } rows[] = {
        {"+CFOTA: \"Start to update\"", "+CFOTA: \"Start to update\""},
        {"+CFOTA:\"Start to update\"", "+CFOTA: \"Start to update\""},
        {"+CFOTA: \"Updating\",55", "+CFOTA: \"Updating\","},
        {"+CFOTA:\"Update failed, please wait for reset\"", "+CFOTA: \"Update failed"},
        {"+CFOTA: \"Upd", NULL},
        {"+CFOTA: 6", NULL},
        {"RDY", "RDY"},
        {"+HTTPTOFS: 200,109285", "+HTTPTOFS: "},
        {"+HTTPTOFS:200,109285", "+HTTPTOFS: "},
        {"OVER-VOLTAGEWARNNING", NULL},
        {"+CREG: 1", NULL},
        {"", NULL},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int found = sim_update_urc_find(rows[i].line, strlen(rows[i].line));
        const char *got = found < 0 ? "none" : sim_update_urc((size_t)found);
        const char *want = rows[i].want ? rows[i].want : "none";
        if (strcmp(got, want) != 0)
            fail_msg("'%s': want '%s', got '%s'", rows[i].line, want, got);
    }
}

static void a_message_is_no_sign_of_an_update(void **state)
{
    (void)state;
    static const char message[] = "+CMTI: \"SM\",1", progress[] = "+CFOTA: \"Updating\",55";
    assert_false(sim_update_urc_is_own((size_t)sim_update_urc_find(message, strlen(message))));
    assert_true(sim_update_urc_is_own((size_t)sim_update_urc_find(progress, strlen(progress))));
    assert_false(sim_update_urc_is_own((size_t)-1));
}

static void error_texts_are_complete_and_short_enough(void **state)
{
    (void)state;
    for (int number = 0; number < 1000; number++) {
        const char *text = sim_answer_error_text(number);
        if (!text)
            continue;
        assert_in_range(strlen(text), 3, 60);
    }
    assert_string_equal(sim_answer_error_text(3), "operation not allowed");
    assert_null(sim_answer_error_text(8));
}

static void dates_go_there_and_back(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 50000; day += 7) {
        int64_t unix_s = day * 86400 + day % 86400;
        struct sim_date date = sim_date_of(unix_s);
        assert_int_equal(sim_date_seconds(&date), unix_s);
    }
    struct sim_date date = sim_date_of(951782400);
    assert_int_equal(date.year, 2000);
    assert_int_equal(date.month, 2);
    assert_int_equal(date.day, 29);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--write") == 0)
        return write_slots();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_has_a_name_a_source_and_a_tag),
        cmocka_unit_test(the_constant_index_is_the_one_that_the_tables_make),
        cmocka_unit_test_setup(every_command_is_found_by_its_name_and_once, setup),
        cmocka_unit_test_setup(every_test_and_read_form_of_the_tables_answers, setup),
        cmocka_unit_test_setup(what_is_written_is_read_again, setup),
        cmocka_unit_test(settings_are_in_their_range_and_choices_are_words),
        cmocka_unit_test_setup(a_setting_keeps_every_value_of_its_range_and_no_other, setup),
        cmocka_unit_test(final_results_and_boot_lines_are_recognised),
        cmocka_unit_test_setup(the_module_prints_no_line_that_the_catalogue_does_not_know, setup),
        cmocka_unit_test(lines_that_belong_to_an_update_are_told_apart),
        cmocka_unit_test(a_message_is_no_sign_of_an_update),
        cmocka_unit_test(error_texts_are_complete_and_short_enough),
        cmocka_unit_test(dates_go_there_and_back),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
