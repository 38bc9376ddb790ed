/*
 * The emulator against the AT manual V1.06: sim/test/manual_commands.txt is the manual's own list,
 * so what the emulator leaves out is seen. What it says of each command is checked as well.
 */
#include "sim/at/stored.h"
#include "sim/test/support_module.h"

#include <ctype.h>
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

/* ---- forms --------------------------------------------------------------------------------- */

static const char forms_path[] = "sim/test/manual_forms.txt";

enum { CHAPTERS = 20, FORM_LINE = 1200 };

/* What agrees, of each chapter, in percent; the update's own ways are held to more. */
static const struct {
    unsigned chapter;
    const char *name;
    unsigned least_percent;
} chapters[] = {
    {1, "FOTA notes", 98},   {2, "V.25ter", 95}, {3, "27.007", 95},    {4, "27.005", 95},
    {5, "SIMCom", 95},       {6, "GPRS", 98},    {7, "SAPBR", 98},     {8, "CIP", 95},
    {9, "HTTP", 98},         {10, "FTP", 98},    {11, "NTP", 98},      {14, "GNSS", 95},
    {15, "file system", 98}, {17, "TLS", 95},    {18, "TCP, UDP", 95}, {19, "ping", 95},
};

/* "*" is anything but "|", "^" anything at all; "`" only says that the manual leaves it open. */
static bool matches(const char *want, const char *got)
{
    for (; *want; want++, got++) {
        while (*want == '`')
            want++;
        if (*want == '\0')
            break;
        if (*want == '*' || *want == '^') {
            bool within_line = *want == '*';
            do {
                if (matches(want + 1, got))
                    return true;
            } while (*got && !(within_line && *got == '|') && *got++);
            return false;
        }
        if (*want != *got)
            return false;
    }
    return *got == '\0';
}

static void begin_forms(void)
{
    static const char page[] = "abcdefghijklmnopqrst";
    module_init(&module);
    module.server = (struct module_server){
        .status = 200, .length_bytes = 20, .blob = module_blob(&module, page, 20)};
    module_begin(&module);
    module_power_on(&module);
    module_set(&module, SIM_SETTING_ACCESS, 0);
    module_set(&module, SIM_SETTING_I2C_DEVICE, 1);
    module_set(&module, SIM_SETTING_HTTP_FAILURE_DELAY, 100);
    module_ask(&module, "ATE0");
    module_run(&module, 10 * SECOND_US);
    module_output(&module);
}

static void run_directive(const char *line)
{
    if (strncmp(line, "@reset", 6) == 0) {
        begin_forms();
    } else if (strncmp(line, "@wait ", 6) == 0) {
        module_run(&module, (uint64_t)strtoul(line + 6, NULL, 10) * SECOND_US);
        module_output(&module);
    } else if (strncmp(line, "@ask ", 5) == 0) {
        module_ask(&module, line + 5);
    } else if (strncmp(line, "@send ", 6) == 0) {
        module_send(&module, line + 6, strlen(line + 6));
        module_run(&module, SECOND_US);
        module_output(&module);
    } else {
        fail_msg("%s: unknown: %s", forms_path, line);
    }
}

/* As the manual writes a line; its command in lower case; blanks wherever V.25ter ignores them. */
enum spelling { AS_WRITTEN, IN_LOWER_CASE, WITH_BLANKS };

static void spell(enum spelling spelling, const char *line, char *spelt, size_t size)
{
    bool quoted = false, is_extended = strchr("+&", line[2]) != NULL;
    size_t length = 0;
    const char *name_end = line + strcspn(line, "=");
    for (const char *at = line; *at && length + 4 < size; at++) {
        bool blanks = spelling == WITH_BLANKS && !quoted;
        quoted ^= *at == '"';
        if (blanks && is_extended && *at == '=')
            spelt[length++] = ' ';
        spelt[length++] = spelling == IN_LOWER_CASE && at < name_end ? (char)tolower(*at) : *at;
        if (blanks && (at == line + 1 || (is_extended && (*at == '=' || *at == ','))))
            spelt[length++] = ' ';
    }
    spelt[length] = '\0';
}

struct forms {
    enum spelling spelling;
    unsigned agree[CHAPTERS], all[CHAPTERS];
    unsigned open, wrong;   /* rows that hold what the manual leaves open; unexplained or overdue */
    char reason[FORM_LINE]; /* why the next row may differ, or empty */
};

/* A row agrees, or differs for the reason that stands above it, and not otherwise. */
static void check_form(struct forms *forms, unsigned number, char *line)
{
    char *ask = strchr(line, '\t'), *want = ask ? strchr(ask + 1, '\t') : NULL;
    unsigned long chapter = strtoul(line, NULL, 10);
    if (!want || chapter >= CHAPTERS)
        fail_msg("%s:%u: want section, line and answer", forms_path, number);
    *ask = *want = '\0';
    char spelt[2 * FORM_LINE];
    spell(forms->spelling, ask + 1, spelt, sizeof spelt);
    const char *got = module_ask(&module, spelt);
    bool good = matches(want + 1, got), explained = forms->reason[0] != '\0';
    forms->all[chapter]++;
    forms->agree[chapter] += good;
    forms->open += strchr(want + 1, '`') != NULL;
    forms->wrong += good == explained;
    if (explained && forms->spelling == AS_WRITTEN)
        printf("%s:%u: %s %s differs: %s\n", forms_path, number, line, ask + 1, forms->reason);
    if (good == explained)
        print_error("%s:%u: %s %s\n  want %s%s\n  got  %s\n", forms_path, number, line, spelt,
                    explained ? "another answer than " : "", want + 1, got);
    forms->reason[0] = '\0';
}

static void play_forms(struct forms *forms)
{
    char line[FORM_LINE];
    FILE *file = open_list(forms_path);
    begin_forms();
    for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "@differs ", 9) == 0)
            snprintf(forms->reason, sizeof forms->reason, "%s", line + 9);
        else if (line[0] == '@')
            run_directive(line);
        else if (line[0] != '#' && line[0] != '\0')
            check_form(forms, number, line);
    }
    fclose(file);
}

static void forms_answer_as_the_manual_documents_them(void **state)
{
    (void)state;
    static struct forms forms = {.spelling = AS_WRITTEN};
    play_forms(&forms);
    bool enough = true;
    for (unsigned i = 0; i < sizeof chapters / sizeof chapters[0]; i++) {
        unsigned chapter = chapters[i].chapter;
        printf("forms of chapter %u, %s: %u of %u agree\n", chapter, chapters[i].name,
               forms.agree[chapter], forms.all[chapter]);
        enough = enough && forms.all[chapter] > 0 &&
                 forms.agree[chapter] * 100 >= forms.all[chapter] * chapters[i].least_percent;
    }
    printf("forms that also hold what the manual leaves open: %u\n", forms.open);
    assert_true(enough);
    assert_int_equal(forms.wrong, 0);
}

static void forms_mean_the_same_however_they_are_spelt(void **state)
{
    (void)state;
    for (enum spelling spelling = IN_LOWER_CASE; spelling <= WITH_BLANKS; spelling++) {
        static struct forms forms;
        memset(&forms, 0, sizeof forms);
        forms.spelling = spelling;
        play_forms(&forms);
        assert_int_equal(forms.wrong, 0);
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
        cmocka_unit_test(forms_answer_as_the_manual_documents_them),
        cmocka_unit_test(forms_mean_the_same_however_they_are_spelt),
    };
    return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
