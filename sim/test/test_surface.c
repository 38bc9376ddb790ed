/*
 * The surface of the module against the list of what the fact sheets name, and the commands of
 * stored.h against their own rows: ranges, what is read back, what a restart keeps.
 */
#include "sim/at/stored.h"
#include "sim/test/support_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char list_path[] = "sim/test/commands_named.txt";

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    module_power_on(&module);
    module_ask(&module, "ATE0");
    return 0;
}

/* ---- the list ------------------------------------------------------------------------------ */

static const struct sim_command *row_of(const char *name)
{
    return sim_names_find(name, strlen(name));
}

static void every_command_that_the_sheets_name_is_there_and_no_foreign_one(void **state)
{
    (void)state;
    char line[160], name[24], place[24];
    unsigned named = 0, foreign = 0, wrong = 0;
    FILE *file = fopen(list_path, "r");
    if (!file)
        fail_msg("%s: cannot be read; run this from the root of the repository", list_path);
    for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
        bool is_foreign = line[0] == '-';
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (sscanf(line + 2 * is_foreign, "%23s %23s", name, place) != 2)
            fail_msg("%s:%u: want a command and a place", list_path, number);
        named += !is_foreign;
        foreign += is_foreign;
        if ((row_of(name) != NULL) == !is_foreign)
            continue;
        wrong++;
        print_error("%s:%u: %s %s\n", list_path, number, name,
                    is_foreign ? "is there, but no SIM7000 is known to have it" : "is missing");
    }
    fclose(file);
    unsigned rows = 0;
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++)
            rows++;
    printf("surface: %u rows; of %u commands named in the sheets %u are there; %u are of others\n",
           rows, named, named - wrong, foreign);
    assert_int_equal(wrong, 0);
    assert_true(named > 150 && foreign > 5);
}

/* ---- rows of stored.h ---------------------------------------------------------------------- */

/* A legal value of a field, the last or the first, as an argument and as the read form shows it. */
static void add_legal(const char *field, bool is_first, char *value)
{
    size_t length = strlen(value);
    if (length > 0)
        value[length++] = ',';
    if (field[0] == '\'') { /* the last word, or the first */
        const char *word = strrchr(field, ',');
        word = word && !is_first ? word + 1 : field + 1;
        snprintf(value + length, 20, "\"%.*s\"", (int)strcspn(word, ","), word);
    } else if (field[0] == '#') {
        memset(value + length, '1', 10);
        value[length] = '"';
        snprintf(value + length + 1 + (int)strtol(field + 1, NULL, 10), 4, "\"");
    } else if (field[0] == '"') {
        bool is_short = strtol(field + 1, NULL, 10) < 9;
        snprintf(value + length, 20, "\"%s\"", is_short ? "1" : "1.2.3.4");
    } else if (is_first) {
        snprintf(value + length, 20, "%ld", strtol(field, NULL, 10));
    } else {
        const char *last = field + strlen(field);
        while (last > field && last[-1] >= '0' && last[-1] <= '9')
            last--;
        snprintf(value + length, 20, "%.12s", last);
    }
}

static const char *const specs[] = {
#define X(name, forms, saving, tag, maximum_ms, source, meaning, fields, initial, test, run,       \
          since)                                                                                   \
    fields,
    SIM_STORED(X)
#undef X
};
static const char *const initials[] = {
#define X(name, forms, saving, tag, maximum_ms, source, meaning, fields, initial, test, run,       \
          since)                                                                                   \
    initial,
    SIM_STORED(X)
#undef X
};
enum { ROWS = sizeof specs / sizeof specs[0] };

static void put_legal(unsigned row, bool is_first, char *value)
{
    char field[40];
    value[0] = '\0';
    for (const char *spec = specs[row]; *spec; spec += *spec != '\0') {
        size_t length = strcspn(spec, ";|");
        snprintf(field, sizeof field, "%.*s", (int)length, spec);
        add_legal(field, is_first, value);
        spec += length;
    }
}

/* One that is not the initial one. */
static const char *legal_value(unsigned row)
{
    static char value[200];
    if (strcmp(sim_commands_stored[row].name, "+CBAND") == 0)
        return "\"DCS_MODE\"";
    put_legal(row, false, value);
    if (strncmp(value, initials[row], strlen(initials[row])) == 0)
        put_legal(row, true, value);
    return value;
}

/* "AT<name><what><value>" */
static const char *ask(unsigned row, const char *what, const char *value)
{
    char line[300];
    snprintf(line, sizeof line, "AT%s%s%s", sim_commands_stored[row].name, what, value);
    return module_ask(&module, line);
}

static bool reads(unsigned row, const char *value)
{
    char want[300];
    const struct sim_command *command = &sim_commands_stored[row];
    bool only_first = command->run == sim_run_first_value;
    if (command->run == sim_run_connection_number && strcmp(value, initials[row]) == 0)
        return strstr(ask(row, "?", ""), command->name) == NULL; /* AT106 18.2.1: [+CACID: <cid>] */
    if (command->run == sim_run_name_servers) {
        const char *got = ask(row, "?", "");
        return strstr(got, "PrimaryDns: 1.2.3.4") ? value[1] == '1' : value[1] == '0';
    }
    if (command->run == sim_run_edrx && value[1] == ',')
        value += 2; /* the read form begins behind <n> (AT106 5.2.20) */
    snprintf(want, sizeof want, "%s: %.*s", command->name,
             only_first ? (int)strcspn(value, ",") : (int)sizeof want, value);
    return strstr(ask(row, "?", ""), want) != NULL;
}

static void what_is_written_is_read_and_kept_as_the_saving_mode_says(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        const struct sim_command *row = &sim_commands_stored[i];
        const char *value = legal_value(i);
        if (!(row->forms & SIM_FORM_READ) || !(row->forms & SIM_FORM_WRITE))
            continue;
        bool at_once = row->saving != SIM_AUTO_SAVE_REBOOT;
        setup(NULL);
        if (!reads(i, initials[i]))
            fail_msg("%s: a new module does not read %s", row->name, initials[i]);
        if (!strstr(ask(i, "=", value), "|OK|"))
            fail_msg("%s=%s is refused", row->name, value);
        if (reads(i, value) != at_once)
            fail_msg("%s=%s is read %s", row->name, value, at_once ? "wrongly" : "too early");
        module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
        module_run(&module, 20 * SECOND_US);
        module_ask(&module, "ATE0");
        if (reads(i, value) == (row->saving == SIM_NO_SAVE))
            fail_msg("%s=%s: a restart does not do what the saving mode says", row->name, value);
    }
}

static void what_is_out_of_range_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {"x", "-1", "99999999999", "\"", ",", "1,2,3,4,5,6,7,8,9"};
    char longest[120];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (unsigned i = 0; i < ROWS; i++) {
        for (unsigned j = 0; j < sizeof bad / sizeof bad[0]; j++)
            EXPECT_PART(ask(i, "=", bad[j]), "ERROR");
        EXPECT_PART(ask(i, "=", longest), "ERROR");
        if (sim_commands_stored[i].test_answer == sim_test_runs)
            EXPECT_PART(ask(i, "=?", ""), "(");
        if ((sim_commands_stored[i].forms & SIM_FORM_READ) && !reads(i, initials[i]))
            fail_msg("%s has changed", sim_commands_stored[i].name);
    }
}

/* The write to flash is numbered and can be cut like every other. */
static struct {
    uint8_t when;
    unsigned count;
    char name[24];
} cut;

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct sim_override override = {.cut_power = true, .cut_when = cut.when};
    (void)context;
    (void)now_us;
    cut.count++;
    snprintf(cut.name, sizeof cut.name, "%.*s", hook->length, hook->text);
    return override;
}

static unsigned row_named(const char *name)
{
    unsigned row = 0;
    while (strcmp(sim_commands_stored[row].name, name) != 0)
        row++;
    return row;
}

static void a_write_of_a_stored_value_can_be_cut(void **state)
{
    (void)state;
    unsigned row = row_named("+CGSMS");
    for (cut.when = 0; cut.when < SIM_CUT_COUNT; cut.when++) {
        setup(NULL);
        cut.count = 0;
        module.host.hook = on_hook;
        module.host.hook_mask = 1u << SIM_HOOK_NV_WRITE;
        ask(row, "=", "3");
        assert_int_equal(cut.count, 1);
        assert_string_equal(cut.name, "+CGSMS");
        assert_false(module.sim.power.state == SIM_POWER_UP);
        module.host.hook_mask = 0;
        module_power_on(&module);
        module_ask(&module, "ATE0");
        assert_true(reads(row, cut.when == SIM_CUT_AFTER ? "3" : "1"));
    }
}

static void commands_known_by_name_only_can_be_switched_off(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned setting = 0; setting < 2; setting++) {
        module_set(&module, SIM_SETTING_NAMED_COMMANDS, (int32_t)setting);
        for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
            for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++) {
                char line[40];
                if (!sim_command_is_named_only(row))
                    continue;
                count++;
                snprintf(line, sizeof line, "AT%s=?", row->name);
                EXPECT_PART(module_ask(&module, line), setting ? "|ERROR|" : "|OK|");
            }
    }
    assert_true(count > 0);
}

/* ---- modes and bands ----------------------------------------------------------------------- */

static void a_variant_offers_the_modes_that_it_has(void **state)
{
    (void)state;
    EXPECT_PART(module_ask(&module, "AT+CNMP=?"), "(13-GSM Only)");
    sim_config_identify(&module.config, "SIM7000E-N", NULL);
    module_begin(&module);
    module_power_on(&module);
    module_ask(&module, "ATE0");
    EXPECT_ASK(&module, "AT+CNMP=?", "|+CNMP: ((2-Automatic),(38-LTE Only))||OK|");
    EXPECT_ASK(&module, "AT+CMNB=?", "|+CMNB: ((2-NB-IoT),(3-Cat-M And NB-IoT))||OK|");
    EXPECT_ASK(&module, "AT+CNMP=13", "|ERROR|");
    EXPECT_ASK(&module, "AT+CMNB=1", "|ERROR|");
    EXPECT_ASK(&module, "AT+CMNB=2", "|OK|");
    module_set(&module, SIM_SETTING_VARIANT_RADIOS, 1);
    EXPECT_ASK(&module, "AT+CNMP=13", "|OK|");
}

static void a_network_that_mode_or_band_leaves_out_is_lost(void **state)
{
    (void)state;
    static const struct {
        const char *out, *back;
    } rows[] = {{"AT+CNMP=13", "AT+CNMP=2"},
                {"AT+CMNB=2", "AT+CMNB=3"},
                {"AT+CBANDCFG=\"CAT-M\",3,8", "AT+CBANDCFG=\"CAT-M\",3,8,20"}};
    module_set(&module, SIM_SETTING_ACCESS, 0);
    module_run(&module, 10 * SECOND_US);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        EXPECT_ASK(&module, "AT+CEREG?", "|+CEREG: 0,1||OK|");
        EXPECT_PART(module_ask(&module, rows[i].out), "|OK|");
        module_run(&module, 10 * SECOND_US);
        EXPECT_PART(module_ask(&module, "AT+CEREG?"), "|+CEREG: 0,2||OK|");
        EXPECT_PART(module_ask(&module, rows[i].back), "|OK|");
        module_run(&module, 10 * SECOND_US);
    }
    EXPECT_ASK(&module, "AT+CBANDCFG?",
               "|+CBANDCFG: \"CAT-M\",3,8,20|"
               "+CBANDCFG: \"NB-IOT\",1,2,3,5,8,12,13,17,18,19,20,26,28||OK|");
    EXPECT_ASK(&module, "AT+CBANDCFG=\"CAT-M\",7", "|ERROR|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_command_that_the_sheets_name_is_there_and_no_foreign_one,
                               setup),
        cmocka_unit_test(what_is_written_is_read_and_kept_as_the_saving_mode_says),
        cmocka_unit_test_setup(what_is_out_of_range_is_refused_and_changes_nothing, setup),
        cmocka_unit_test(a_write_of_a_stored_value_can_be_cut),
        cmocka_unit_test_setup(commands_known_by_name_only_can_be_switched_off, setup),
        cmocka_unit_test_setup(a_variant_offers_the_modes_that_it_has, setup),
        cmocka_unit_test_setup(a_network_that_mode_or_band_leaves_out_is_lost, setup),
    };
    return cmocka_run_group_tests_name("surface", tests, NULL, NULL);
}
