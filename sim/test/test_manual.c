/*
 * The emulator against the AT manual V1.06: sim/test/manual_commands.txt is the manual's own list,
 * so what the emulator leaves out is seen. What it says of each command is checked as well.
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

static const char list_path[] = "sim/test/manual_commands.txt";

enum { LISTED = 285 };

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    module_power_on(&module);
    module_ask(&module, "ATE0");
    return 0;
}

static FILE *open_list(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: cannot be read; run this from the root of the repository", path);
    return file;
}

/* The next line of the list; false at its end. */
static bool next_listed(FILE *file, char section[16], char command[32])
{
    char line[160];
    while (fgets(line, sizeof line, file))
        if (line[0] != '#' && line[0] != '\n') {
            if (sscanf(line, "%15s %31s", section, command) != 2)
                fail_msg("%s: want a section and a command: %s", list_path, line);
            return true;
        }
    return false;
}

static bool find_row(const char *section, const char *command, struct sim_manual_command *ret_row)
{
    for (size_t i = 0; sim_manual_command(i, ret_row); i++)
        if (strcmp(ret_row->section, section) == 0 && strcmp(ret_row->command, command) == 0)
            return true;
    return false;
}

static void every_command_of_the_manual_is_modelled_kept_or_named_as_not_built(void **state)
{
    (void)state;
    static const char *const not_built[] = {"12.", "13.", "16."}; /* OneNet, Telecom IoT, STK */
    char section[16], command[32];
    struct sim_manual_command row;
    unsigned counts[SIM_MANUAL_STATE_COUNT] = {0}, listed = 0, wrong = 0;
    FILE *file = open_list(list_path);
    while (next_listed(file, section, command)) {
        bool excused = false;
        listed++;
        for (unsigned i = 0; i < sizeof not_built / sizeof not_built[0]; i++)
            excused = excused || strncmp(section, not_built[i], 3) == 0;
        bool has = find_row(section, command, &row);
        bool good = has && row.state != SIM_MANUAL_UNKNOWN &&
                    (row.state == SIM_MANUAL_MODELLED || row.state == SIM_MANUAL_KEPT) != excused;
        if (has)
            counts[row.state]++;
        wrong += !good;
        if (!good)
            print_error("%s %s: %s\n", section, command,
                        has ? sim_manual_state_name(row.state) : "not in sim/knowledge/manual.h");
    }
    fclose(file);
    for (unsigned i = 0; i < SIM_MANUAL_STATE_COUNT; i++)
        printf("manual: %s: %u\n", sim_manual_state_name(i), counts[i]);
    assert_int_equal(listed, LISTED);
    assert_int_equal(counts[SIM_MANUAL_UNKNOWN], 0);
    assert_int_equal(wrong, 0);
}

static void the_table_names_no_command_that_the_manual_does_not_list(void **state)
{
    (void)state;
    struct sim_manual_command row;
    char section[16], command[32];
    for (size_t i = 0; sim_manual_command(i, &row); i++) {
        bool listed = false;
        FILE *file = open_list(list_path);
        while (!listed && next_listed(file, section, command))
            listed = strcmp(section, row.section) == 0 && strcmp(command, row.command) == 0;
        fclose(file);
        if (!listed)
            fail_msg("%s %s is not in %s", row.section, row.command, list_path);
    }
}

/* What a module that lacks it answers: plain ERROR to every form (T25). */
static void a_command_that_is_not_built_is_unknown_to_the_module(void **state)
{
    (void)state;
    struct sim_manual_command row;
    char line[48];
    unsigned count = 0;
    for (size_t i = 0; sim_manual_command(i, &row); i++) {
        if (row.state != SIM_MANUAL_NOT_BUILT)
            continue;
        count++;
        snprintf(line, sizeof line, "%s=?", row.command);
        EXPECT_ASK(&module, line, "|ERROR|");
    }
    assert_int_equal(count, 25);
}

/* A row of stored.h with nothing but the generic handler has to be one of those that are kept,
   unless something asks for its value: those are named here, with who asks. */
static void what_only_keeps_a_value_is_said_to_be_kept(void **state)
{
    (void)state;
    static const char *const asked[] = {
        "+CEDRXS" /* CEDRXRDP */,
        "+CIPSPRT" /* CIPSEND */,
        "+FTPPORT" /* the URL */,
        "+FTPREST" /* the URL */,
    };
    struct sim_manual_command row;
    for (size_t i = 0; sim_manual_command(i, &row); i++) {
        bool has_reader = false;
        const struct sim_command *command =
            sim_names_find(row.command + 2, strlen(row.command + 2));
        if (!command || command->run != sim_run_stored || row.state != SIM_MANUAL_MODELLED)
            continue;
        for (unsigned j = 0; j < sizeof asked / sizeof asked[0]; j++)
            has_reader = has_reader || strcmp(asked[j], command->name) == 0;
        if (!has_reader)
            fail_msg("%s %s is said to be modelled, but only keeps its value", row.section,
                     row.command);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_command_of_the_manual_is_modelled_kept_or_named_as_not_built,
                               setup),
        cmocka_unit_test(the_table_names_no_command_that_the_manual_does_not_list),
        cmocka_unit_test_setup(a_command_that_is_not_built_is_unknown_to_the_module, setup),
        cmocka_unit_test(what_only_keeps_a_value_is_said_to_be_kept),
    };
    return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
