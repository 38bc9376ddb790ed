/* test_needs.c - every word of the language says what it needs, and a case adds them up. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

#include "harness/scenario/needs.h"

/* ---- each word, said a second time ----------------------------------------------------------- */

struct word_row {
    const char *table, *word;
    const char *needs; /* names joined by ' ', in the order of SCENARIO_NEEDS */
};

static const struct word_row word_rows[] = {
    {"trigger", "command", "command-line"},
    {"trigger", "phase", "module-state"},
    {"trigger", "flash-step", "module-state"},
    {"trigger", "nv-write", "module-state"},
    {"trigger", "boot", "boot-line"},
    {"trigger", "reset", "module-state"},
    {"trigger", "urc", "urc-line"},
    {"trigger", "time", ""},
    {"trigger", "core-state", "client-state"},
    {"trigger", "host", "command-line"},
    {"trigger", "request", "client-state"},
    {"trigger", "http-byte", "module-state"},
    {"trigger", "to-host-byte", "wire"},
    {"trigger", "to-module-byte", "wire"},
    {"trigger", "to-host-line", "wire"},
    {"trigger", "to-module-line", "wire"},
    {"trigger", "to-host-text", "wire"},
    {"trigger", "to-module-text", "wire"},
    {"action", "power", "power-hook"},
    {"action", "pwrkey", "pwrkey-hook"},
    {"action", "reply", "module-hook"},
    {"action", "swallow", "module-hook"},
    {"action", "delay", "module-hook"},
    {"action", "urc", "module-control"},
    {"action", "reset", "module-control"},
    {"action", "hang", "module-control"},
    {"action", "network", "module-control"},
    {"action", "bearer", "module-control"},
    {"action", "http-result", "module-control"},
    {"action", "http-short", "module-control"},
    {"action", "file-damage", "module-control"},
    {"action", "file-truncate", "module-control"},
    {"action", "file-delete", "module-control"},
    {"action", "sms", "module-control"},
    {"action", "set", "module-control"},
    {"action", "lose-to-host", "wire"},
    {"action", "lose-to-module", "wire"},
    {"action", "garble-to-host", "wire"},
    {"action", "garble-to-module", "wire"},
    {"action", "insert-to-host", "wire"},
    {"action", "insert-to-module", "wire"},
    {"action", "duplicate-to-host", "wire"},
    {"action", "duplicate-to-module", "wire"},
    {"action", "split-to-host", "wire"},
    {"action", "split-to-module", "wire"},
    {"action", "share-to-host", "wire"},
    {"action", "flip-to-host", "wire"},
    {"action", "flip-to-module", "wire"},
    {"action", "request", "client-control"},
    {"action", "server", "server"},
    {"action", "rate", "module-control"},
    {"action", "host-reset", "client-restart"},
    {"action", "cancel", "client-control"},
    {"action", "reset-pin", "reset-hook"},
    {"action", "supply", "supply-hook"},
    {"action", "dtr", "modem-lines"},
    {"action", "rts", "modem-lines"},
    {"expectation", "outcome", "claim"},
    {"expectation", "reason", "client-state"},
    {"expectation", "first-outcome", "client-state"},
    {"expectation", "first-reason", "client-state"},
    {"expectation", "evidence", "client-state"},
    {"expectation", "health", "client-state"},
    {"expectation", "remarks", "client-state"},
    {"expectation", "status", "client-state"},
    {"expectation", "status-read", "client-state"},
    {"expectation", "revision", "ask-update"},
    {"expectation", "resets", "boot-line core-manner"},
    {"expectation", "attempts", "client-state"},
    {"expectation", "sent", "command-line core-manner"},
    {"expectation", "never-sent", "command-line core-manner"},
    {"expectation", "urcs", "urc-line core-manner"},
    {"expectation", "never-urcs", "urc-line"},
    {"expectation", "requests", "client-state"},
    {"expectation", "within", "core-manner"},
    {"expectation", "durations", "core-manner"},
    {"expectation", "limits", ""},
    {"expectation", "costs", ""},
    {"expectation", "module", ""},
    {"limit", "exchanges", "client-state"},
    {"limit", "retries", "client-state"},
    {"limit", "sent", "client-state"},
    {"limit", "received", "client-state"},
    {"limit", "package", "client-state"},
    {"module end", "files", "ask-module"},
    {"module end", "no-files", "ask-module"},
    {"module end", "parameters", "ask-module"},
    {"module end", "imei", "ask-module"},
    {"module end", "bearer", "ask-module"},
    {"rule", "start-once", "command-line client-state"},
    {"rule", "no-clear-while-updating", "command-line module-state"},
    {"rule", "no-disturbance", "command-line client-state module-state"},
    {"rule", "honest-updated", "claim ask-update"},
    {"rule", "honest-failed", "claim ask-update"},
    {"rule", "honest-refused", "claim ask-update"},
    {"rule", "told-truly", "client-state"},
    {"rule", "ends", "client-end"},
};

/* All tables of rows.h behind one another: table, word, help, needs; false = there is no more. */
static bool word_at(size_t index, struct word_row *ret_row, const char **ret_help,
                    uint32_t *ret_needs)
{
#define TABLE(text, rows, member)                                                                  \
    if (index < sizeof(rows) / sizeof((rows)[0])) {                                                \
        *ret_row = (struct word_row){(text), (rows)[index].name, NULL};                            \
        *ret_help = (rows)[index].member;                                                          \
        *ret_needs = (rows)[index].needs;                                                          \
        return true;                                                                               \
    }                                                                                              \
    index -= sizeof(rows) / sizeof((rows)[0]);
    TABLE("trigger", scenario_trigger_rows, help)
    TABLE("action", scenario_action_rows, help)
    TABLE("expectation", scenario_expectation_rows, help)
    TABLE("limit", scenario_limit_rows, help)
    TABLE("module end", scenario_module_end_rows, help)
    TABLE("rule", scenario_rule_rows, demand)
#undef TABLE
    return false;
}

static void write_needs(uint32_t needs, char *buffer, size_t capacity)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (unsigned i = 0; i < SCENARIO_NEED_COUNT; i++)
        if (needs >> i & 1 && used < capacity)
            used += (size_t)snprintf(buffer + used, capacity - used, "%s%s", used ? " " : "",
                                     scenario_need_name(1u << i));
}

static void test_every_row_of_every_table_has_its_needs(void **state)
{
    struct word_row row;
    const char *help;
    uint32_t needs;
    size_t index = 0;
    (void)state;
    for (; word_at(index, &row, &help, &needs); index++) {
        char got[200];
        bool listed = index < sizeof word_rows / sizeof word_rows[0];
        const struct word_row *want = &word_rows[listed ? index : 0];
        write_needs(needs, got, sizeof got);
        if (!listed || strcmp(want->table, row.table) != 0 || strcmp(want->word, row.word) != 0)
            fail_msg("%s '%s' is not in the list of this test, where it should stand", row.table,
                     row.word);
        if (strcmp(want->needs, got) != 0)
            fail_msg("%s '%s': want '%s', got '%s'", row.table, row.word, want->needs, got);
        if (strlen(help) < 10)
            fail_msg("%s '%s' has no help", row.table, row.word);
    }
    assert_int_equal(index, sizeof word_rows / sizeof word_rows[0]);
}

/* ---- cases ----------------------------------------------------------------------------------- */

struct case_row {
    const char *name;
    const char *module, *events, *expect; /* lines 4, 5 and 6 of the file, may be "" */
    uint32_t abilities;
    enum scenario_fit fit;
    const char *text; /* of the first lack */
};

#define EVENT(when, actions) "events: [{when: {" when "}, do: [{" actions "}]}]"
#define UPDATED              "expect: {outcome: updated}"

static const struct case_row case_rows[] = {
    {"a plain update runs on a real module", "", "", UPDATED, SCENARIO_CAN_REACH, SCENARIO_FITS,
     ""},
    {"a phase is the module's own", "", EVENT("phase: update", "lose-to-host: line"), UPDATED,
     SCENARIO_CAN_REACH, SCENARIO_CANNOT_DO,
     "line 5: 'phase' needs the module's own state, which a real module does not show"},
    {"everything runs on the emulator", "module: {settings: {answer-delay: 1s}}",
     EVENT("phase: update", "power: cut, for: 1s"), UPDATED, SCENARIO_CAN_ALL, SCENARIO_FITS, ""},
    {"line faults run on a real module", "", EVENT("to-host-line: 4", "garble-to-host: 3B"),
     UPDATED, SCENARIO_CAN_REACH, SCENARIO_FITS, ""},
    {"a command is seen on the wire", "", EVENT("command: 'AT+GMR'", "lose-to-host: line"), UPDATED,
     SCENARIO_CAN_REACH, SCENARIO_FITS, ""},
    {"a reply is the module's own", "", EVENT("command: 'AT+GMR'", "reply: ['OK']"), UPDATED,
     SCENARIO_CAN_REACH, SCENARIO_CANNOT_DO,
     "line 5: 'reply' needs a say in how the module answers, which a real module does not give"},
    {"power needs a switch", "", EVENT("time: 20s", "power: cut, for: 1s"), UPDATED,
     SCENARIO_CAN_REACH, SCENARIO_CANNOT_DO,
     "line 5: 'power' needs a switch for the module's supply"},
    {"with a switch it runs", "", EVENT("time: 20s", "power: cut, for: 1s"), UPDATED,
     SCENARIO_CAN_REACH | SCENARIO_NEED_POWER_HOOK, SCENARIO_FITS, ""},
    {"a boot is seen on the wire", "", EVENT("boot: 2", "lose-to-host: 30B"), UPDATED,
     SCENARIO_CAN_REACH, SCENARIO_FITS, ""},
    {"where no boot shows it is not", "", EVENT("boot: 2", "lose-to-host: 30B"), UPDATED,
     SCENARIO_CAN_REACH & ~SCENARIO_NEED_BOOT_LINE, SCENARIO_CANNOT_DO,
     "line 5: 'boot' needs boots that show on the wire, which they do not at every rate"},
    {"a time since a boot needs it as well", "",
     EVENT("time: 3s, since: boot", "lose-to-host: 30B"), UPDATED,
     SCENARIO_CAN_REACH & ~SCENARIO_NEED_BOOT_LINE, SCENARIO_CANNOT_DO,
     "line 5: 'time' needs boots that show on the wire, which they do not at every rate"},
    {"a module that was set up is no real one", "module: {settings: {answer-delay: 1s}}", "",
     UPDATED, SCENARIO_CAN_REACH, SCENARIO_CANNOT_DO,
     "line 4: 'module' needs a module that is as the scenario says, and a real module is as it is"},
    {"variant and revision are found, not set up",
     "module: {variant: SIM7000E, revision: 1351B03SIM7000C}", "", UPDATED, SCENARIO_CAN_REACH,
     SCENARIO_FITS, ""},
    {"files at the end are asked for later", "", "",
     "expect: {outcome: updated, module: {no-files: [/fota/a]}}", SCENARIO_CAN_REACH,
     SCENARIO_CANNOT_JUDGE,
     "line 6: 'no-files' needs a module that is asked for its files, parameters, number and bearer "
     "at the end"},
    {"a duration is judged by its ends", "", "",
     "expect: {durations: [{from: {command: 'AT+CFOTA=1'}, to: {phase: update}, at-most: 9s}]}",
     SCENARIO_CAN_REACH, SCENARIO_CANNOT_JUDGE,
     "line 6: 'durations' needs the module's own state, which a real module does not show"},
    {"a duration between lines of the wire is judged", "", "",
     "expect: {durations: [{from: {command: 'AT+CFOTA=1'}, to: {urc: 'RDY'}, at-most: 9s}]}",
     SCENARIO_CAN_REACH, SCENARIO_FITS, ""},
    {"what cannot be done comes before what cannot be judged", "",
     EVENT("time: 1s", "supply: {0s: 3V}"), "expect: {limits: {retries: 3}}",
     SCENARIO_CAN_REACH & ~SCENARIO_NEED_CLIENT_STATE, SCENARIO_CANNOT_DO,
     "line 5: 'supply' needs a supply whose voltage can be set"},
    {"the client of somebody's own shows nothing", "", "", UPDATED, SCENARIO_CAN_SERVE,
     SCENARIO_CANNOT_JUDGE, "line 6: 'outcome' needs what the client says of how its job ended"},
    {"and cannot be called off", "", EVENT("boot: 2", "cancel: yes"), UPDATED, SCENARIO_CAN_SERVE,
     SCENARIO_CANNOT_DO, "line 5: 'cancel' needs a hold on the client, which only the core gives"},
};

static const char *case_name(const void *row)
{
    return ((const struct case_row *)row)->name;
}

static struct scenario *load_row(const struct case_row *row)
{
    char text[1200];
    snprintf(text, sizeof text,
             "scenario: a\nwhy: b\nupdate: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, package: "
             "{url: 'http://h/u.zip'}}\n%s\n%s\n%s\n",
             row->module, row->events, row->expect);
    return loader_text(text);
}

static void test_case(void **state)
{
    const struct case_row *row = *state;
    struct scenario *scenario = load_row(row);
    struct scenario_lack lack;
    enum scenario_fit fit = scenario_fits(&scenario->cases[0], row->abilities, &lack);
    bool all = !(scenario_needs(&scenario->cases[0]) & ~row->abilities);
    if (fit != row->fit || strcmp(lack.text, row->text) != 0)
        fail_msg("want %d '%s', got %d '%s'", row->fit, row->text, fit, lack.text);
    if (all != (fit == SCENARIO_FITS))
        fail_msg("the needs of the case (0x%x) say something else",
                 (unsigned)scenario_needs(&scenario->cases[0]));
    scenario_free(scenario);
}

static void test_a_wrong_package_needs_the_server_unless_the_host_has_it(void **state)
{
    static const char *const texts[] = {"url: 'http://h/u.zip', http: 404}}",
                                        "damage-at: 7B}, delivery: push}"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "scenario: a\nwhy: b\nupdate: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"
                 "  package: {%s\nexpect: {outcome: updated}\n",
                 texts[i]);
        struct scenario *scenario = loader_text(text);
        struct scenario_lack lack;
        assert_int_equal(scenario_fits(&scenario->cases[0], SCENARIO_CAN_REACH, &lack),
                         i ? SCENARIO_FITS : SCENARIO_CANNOT_DO);
        assert_string_equal(lack.text, i ? ""
                                         : "line 4: 'package' needs the scenario's own server, "
                                           "which only the emulator reaches");
        scenario_free(scenario);
    }
}

static void test_all_lacks_of_a_case_can_be_listed(void **state)
{
    const struct case_row row = {.module = "module: {imei: ''}",
                                 .events =
                                     EVENT("phase: update", "power: cut, for: 1s}, {hang: deaf"),
                                 .expect = "expect: {outcome: updated, module: {imei: lost}}"};
    struct scenario *scenario = load_row(&row);
    struct scenario_lack lacks[8];
    static const char *const words[] = {"module", "phase", "power", "hang", "imei"};
    (void)state;
    size_t count = scenario_lacks(&scenario->cases[0], SCENARIO_CAN_REACH, lacks, 8);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(lacks[i].word, words[i]);
    assert_int_equal(lacks[3].place.line, 5);
    assert_int_equal(lacks[4].fit, SCENARIO_CANNOT_JUDGE);
    assert_int_equal(scenario_lacks(&scenario->cases[0], SCENARIO_CAN_REACH, NULL, 0), 5);
    scenario_free(scenario);
}

static void test_rules_are_judged_by_what_can_be_seen(void **state)
{
    (void)state;
    for (unsigned rule = 0; rule < SCENARIO_RULE_COUNT; rule++)
        assert_true(scenario_rule_is_judged(rule, SCENARIO_CAN_ALL));
    assert_true(scenario_rule_is_judged(SCENARIO_RULE_START_ONCE, SCENARIO_CAN_REACH));
    assert_true(scenario_rule_is_judged(SCENARIO_RULE_HONEST_UPDATED, SCENARIO_CAN_REACH));
    assert_false(scenario_rule_is_judged(SCENARIO_RULE_NO_CLEAR, SCENARIO_CAN_REACH));
    assert_false(scenario_rule_is_judged(SCENARIO_RULE_ENDS, SCENARIO_CAN_SERVE));
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0]), sizeof((table)[0])

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_of_every_table_has_its_needs),
        cmocka_unit_test(test_a_wrong_package_needs_the_server_unless_the_host_has_it),
        cmocka_unit_test(test_all_lacks_of_a_case_can_be_listed),
        cmocka_unit_test(test_rules_are_judged_by_what_can_be_seen),
    };
    int failed = loader_run_rows("case", ROWS(case_rows), case_name, test_case);
    return failed + cmocka_run_group_tests_name("needs", tests, NULL, NULL);
}
