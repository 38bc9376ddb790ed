/*
 * The emulator against what real modules said: one file per transcript in
 * sim/test/transcripts/.
 *
 * A file is a title and lines, read from top to bottom and done at once:
 *
 *   module VARIANT REVISION     what answers; operator, imsi, imei, address,
 * apn TEXT set NAME=VALUE              a setting, before or after the boot
 *   cell NAME=VALUE... [operator=TEXT]  a cell in reach: settings that describe it
 *   server STATUS SIZE [CODE]   what downloads get, or the code with which they
 * end boot | cold                 switched on and 20 s gone by, or switched on
 * this very moment ! AT...                     set-up that the transcript does
 * not show; must end in OK wait 3s                     time passes do ACTION of
 * the table in on_do() swallow +CGREG?             these commands are swallowed
 * (the rate fault of T16) shown                       from here on the echo
 * counts as a line
 *
 *   capture [REASON WHY]        an exchange begins; with a reason: the emulator
 * differs report [REASON WHY]         the same, told in other words by the
 * poster; does not count > AT                        the host sends a line; 500
 * ms pass data 1322                   the host sends that many bytes; or: data
 * "text" key N                       the host sends the byte N alone < OK
 * [@LOW..HIGH]           the module sends this line, that many ms after the
 * last command
 *
 * REASON is radio, firmware or incomplete. An exchange ends where the next one,
 * a set-up or, after its lines, a wait begins. Its lines are compared as a
 * whole; empty lines, which serial monitors make and hide, do not count. An
 * exchange that is marked and yet agrees is a failure, too.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "sim/catalogue.h"
#include "sim/test/support_script.h"

#define FILES "sim/test/transcripts/[MT]*.txt"

enum { FILES_MAX = 64, EXPECTED_MAX = 48, WANTED_PERCENT = 80, BOOT_S = 20 };

enum reason { AGREES, RADIO, FIRMWARE, INCOMPLETE, REASONS };
static const char *const reason_words[] = {"", "radio", "firmware", "incomplete"};
static const char *const reason_texts[] = {"agree", "depends on the radio", "other firmware",
                                           "capture incomplete"};

/* What has been counted, of captures and of reports. */
static struct tally {
    unsigned exchanges, by_reason[REASONS], not_modelled;
} total[2], one[2];

struct expected {
    char text[600];
    unsigned low_ms, high_ms; /* 0, 0 = any time */
};

static struct player {
    struct module module;
    struct script script;
    const char *path;
    unsigned line;
    char swallowed[64];
    char sent[600];    /* the last command of the exchange */
    unsigned begun_at; /* line of the exchange, 0 = none is open */
    bool report, shown, powered;
    enum reason reason;
    char why[200];
    char first[600]; /* its first command */
    unsigned expected_count;
    struct expected expected[EXPECTED_MAX];
    uint8_t blob[65536];
    struct sim_cell cells[SIM_CELLS];
} player;

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    const struct player *now = &player;
    size_t length = strlen(now->swallowed);
    (void)context;
    (void)now_us;
    bool hit =
        length > 0 && hook->length == length && memcmp(hook->text, now->swallowed, length) == 0;
    return (struct sim_override){.swallow = hit};
}

/* ---- the end of an exchange
 * ---------------------------------------------------------------- */

/* The name of a command is in the catalogue. */
static bool is_modelled(const char *command)
{
    struct sim_fact fact;
    size_t length = strcspn(command + 2, "=?;");
    for (size_t i = 0; sim_fact(i, &fact); i++)
        if (strcmp(fact.group, "command") == 0 && strlen(fact.name) == length &&
            strncasecmp(fact.name, command + 2, length) == 0)
            return true;
    return strlen(command) < 3 || command[2] != '+';
}

static bool line_agrees(const struct expected *want, const struct script_line *got)
{
    unsigned after_ms = (unsigned)(got->after_us / 1000);
    bool in_time = want->high_ms == 0 || (after_ms >= want->low_ms && after_ms <= want->high_ms);
    return in_time && script_fits(want->text, got->text);
}

static bool exchange_agrees(const struct player *now)
{
    bool same = now->script.count == now->expected_count;
    for (unsigned i = 0; same && i < now->expected_count; i++)
        same = line_agrees(&now->expected[i], &now->script.lines[i]);
    return same;
}

static void show_difference(const struct player *now)
{
    for (unsigned i = 0; i < now->expected_count; i++) {
        printf("      want %.120s", now->expected[i].text);
        if (now->expected[i].high_ms)
            printf(" @%u..%u", now->expected[i].low_ms, now->expected[i].high_ms);
        putchar('\n');
    }
    for (unsigned i = 0; i < now->script.count; i++)
        printf("      got  %.120s (%u ms)\n", now->script.lines[i].text,
               (unsigned)(now->script.lines[i].after_us / 1000));
}

static void judge_exchange(struct player *now)
{
    bool agrees = exchange_agrees(now);
    struct tally *tally = &one[now->report];
    if (agrees != (now->reason == AGREES)) {
        show_difference(now);
        fail_msg("%s:%u: %s: %s", now->path, now->begun_at, now->first,
                 agrees ? "marked as different, and yet it agrees" : "the emulator differs");
    }
    tally->exchanges++;
    tally->by_reason[now->reason]++;
    if (agrees)
        return;
    bool modelled = is_modelled(now->first);
    tally->not_modelled += !modelled;
    printf("    line %u %s: %s: %s, %s%s\n", now->begun_at, now->first,
           modelled ? "differs" : "not modelled", reason_texts[now->reason], now->why,
           now->report ? " (report)" : "");
    show_difference(now);
}

static void end_exchange(struct player *now)
{
    if (now->begun_at == 0)
        return;
    script_end(&now->script);
    judge_exchange(now);
    now->begun_at = 0;
}

/* ---- lines of a file
 * ----------------------------------------------------------------------- */

static void complain(const struct player *now, const char *what, const char *line)
{
    fail_msg("%s:%u: %s: %s", now->path, now->line, what, line);
}

static void on_module(struct player *now, const char *text)
{
    if (sscanf(text, "%15s %39s", now->module.config.variant, now->module.config.revision) != 2)
        complain(now, "want a variant and a revision", text);
    module_set(&now->module, SIM_SETTING_COMMAND_SET, 0); /* what this firmware has, no more */
    module_begin(&now->module);
}

static void on_operator(struct player *now, const char *text)
{
    snprintf(now->module.config.operator_name, sizeof now->module.config.operator_name, "%s", text);
}

static void on_imsi(struct player *now, const char *text)
{
    snprintf(now->module.config.imsi, sizeof now->module.config.imsi, "%s", text);
}

static void on_imei(struct player *now, const char *text)
{
    snprintf(now->module.config.imei, sizeof now->module.config.imei, "%s", text);
}

static void on_address(struct player *now, const char *text)
{
    snprintf(now->module.config.address, sizeof now->module.config.address, "%s", text);
}

static void on_apn(struct player *now, const char *text)
{
    snprintf(now->module.config.apn, sizeof now->module.config.apn, "%s", text);
}

static void on_set(struct player *now, const char *text)
{
    if (!script_assign(&now->module, text))
        complain(now, "not a setting, or not its value", text);
}

/* cell access=gsm network=26203 operator=o2 - de: one more in reach, operator last. */
static void on_cell(struct player *now, const char *text)
{
    struct sim_config *config = &now->module.config;
    char word[64];
    if (config->cell_count == SIM_CELLS)
        complain(now, "too many cells", text);
    struct sim_cell *cell = &now->cells[config->cell_count++];
    config->cells = now->cells;
    for (; *text && strncmp(text, "operator=", 9) != 0; text += strspn(text, " ")) {
        int setting = 0, field = -1;
        int32_t value;
        snprintf(word, sizeof word, "%.*s", (int)strcspn(text, " "), text);
        text += strcspn(text, " ");
        if (!script_value(word, &setting, &value) ||
            (field = sim_cell_field((unsigned)setting)) < 0)
            complain(now, "does not describe a cell", word);
        cell->named |= 1u << field;
        cell->values[field] = value;
    }
    if (*text)
        snprintf(cell->operator_name, sizeof cell->operator_name, "%s", text + 9);
}

static void on_server(struct player *now, const char *text)
{
    unsigned status = 0;
    unsigned size = 0;
    unsigned code = 0;
    if (sscanf(text, "%u %u %u", &status, &size, &code) < 2 || size > sizeof now->blob)
        complain(now, "want a status, a size and, if it fails, a code", text);
    struct module_server *server = &now->module.server;
    *server = (struct module_server){.status = (uint16_t)status,
                                     .length_bytes = size,
                                     .blob = server->blob,
                                     .code = (uint16_t)code};
    if (server->blob < 0 && size > 0)
        server->blob = module_blob(&now->module, now->blob, size);
    else if (size > 0)
        now->module.blobs[server->blob].size_bytes = size;
}

static void power_on(struct player *now)
{
    module_begin(&now->module);
    if (!module_apply(&now->module, SIM_ACTION_POWER_ON, 0, 0, NULL))
        complain(now, "the module does not switch on", "");
    script_begin(&now->script, &now->module);
    now->powered = true;
}

static void on_boot(struct player *now, const char *text)
{
    (void)text;
    power_on(now);
    module_run(&now->module, BOOT_S * SECOND_US);
    script_begin(&now->script, &now->module);
}

static void on_cold(struct player *now, const char *text)
{
    (void)text;
    power_on(now);
}

static void on_setup(struct player *now, const char *text)
{
    end_exchange(now);
    script_begin(&now->script, &now->module);
    script_send(&now->script, text);
    script_run(&now->script, 2 * SECOND_US);
    script_end(&now->script);
    bool fine = false;
    for (unsigned i = 0; i < now->script.count; i++)
        fine = fine || strcmp(now->script.lines[i].text, "OK") == 0;
    if (!fine)
        complain(now, "set-up did not answer OK", text);
    script_begin(&now->script, &now->module);
}

static void on_wait(struct player *now, const char *text)
{
    uint64_t time_us = 0;
    if (!script_duration(text, &time_us))
        complain(now, "not a duration", text);
    script_run(&now->script, time_us);
    if (now->begun_at == 0)
        script_begin(&now->script, &now->module);
}

static void on_do(struct player *now, const char *text)
{
    static const struct {
        const char *name;
        enum sim_action_kind kind;
        uint32_t number;
        const char *text;
    } actions[] = {
        {"crash", SIM_ACTION_RESET, SIM_RESET_CRASH, NULL},
        {"power-on", SIM_ACTION_POWER_ON, 0, NULL},
        {"pwrkey", SIM_ACTION_PWRKEY, 1200, NULL},
        {"network-lost", SIM_ACTION_NETWORK, 0, NULL},
        {"network-back", SIM_ACTION_NETWORK, 1, NULL},
        {"bearer-lost", SIM_ACTION_BEARER_LOST, 0, NULL},
        {"urc-sms-ready", SIM_ACTION_URC, 0, "SMS Ready"},
    };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].name, text) == 0) {
            if (!module_apply(&now->module, actions[i].kind, actions[i].number, 0, actions[i].text))
                complain(now, "this can't be done now", text);
            return;
        }
    complain(now, "not an action", text);
}

static void on_swallow(struct player *now, const char *text)
{
    snprintf(now->swallowed, sizeof now->swallowed, "%s", text);
}

static void on_shown(struct player *now, const char *text)
{
    (void)text;
    now->shown = true;
}

static void begin_exchange(struct player *now, const char *text, bool report)
{
    char word[16] = "";
    int used = 0;
    end_exchange(now);
    now->begun_at = now->line;
    now->report = report;
    now->reason = AGREES;
    now->first[0] = now->why[0] = '\0';
    now->expected_count = 0;
    script_begin(&now->script, &now->module);
    if (*text == '\0')
        return;
    if (sscanf(text, "%15s %n", word, &used) < 1)
        complain(now, "want a reason", text);
    for (unsigned i = RADIO; i < REASONS; i++)
        if (strcmp(word, reason_words[i]) == 0)
            now->reason = (enum reason)i;
    snprintf(now->why, sizeof now->why, "%s", text + used);
    if (now->reason == AGREES || now->why[0] == '\0')
        complain(now, "want radio, firmware or incomplete, and why", text);
}

static void on_capture(struct player *now, const char *text)
{
    begin_exchange(now, text, false);
}

static void on_report(struct player *now, const char *text)
{
    begin_exchange(now, text, true);
}

static void on_send(struct player *now, const char *text)
{
    if (now->begun_at == 0)
        complain(now, "a command outside an exchange", text);
    if (now->first[0] == '\0')
        snprintf(now->first, sizeof now->first, "%s", text);
    script_send(&now->script, text);
    script_run(&now->script, SECOND_US / 2);
    if (!now->shown)
        script_drop(&now->script, text);
}

static void on_data(struct player *now, const char *text)
{
    size_t size = *text == '"' ? strlen(text) - 2 : strtoul(text, NULL, 10);
    if (size == 0 || size > sizeof now->blob)
        complain(now, "want a number of bytes, or a text in quotes", text);
    module_send(&now->module, *text == '"' ? (const void *)(text + 1) : now->blob, size);
    script_run(&now->script, SECOND_US / 2);
}

static void on_key(struct player *now, const char *text)
{
    char key = (char)strtol(text, NULL, 10);
    module_send(&now->module, &key, 1);
    script_run(&now->script, SECOND_US / 2);
}

static void on_expect(struct player *now, const char *text)
{
    struct expected *want = &now->expected[now->expected_count];
    if (now->begun_at == 0 || ++now->expected_count > EXPECTED_MAX)
        complain(now, "not in an exchange, or too many lines", text);
    snprintf(want->text, sizeof want->text, "%s", text);
    want->low_ms = want->high_ms = 0;
    char *times = strstr(want->text, " @");
    if (times && sscanf(times, " @%u..%u", &want->low_ms, &want->high_ms) == 2)
        *times = '\0';
}

static void play_line(struct player *now, const char *line)
{
    static const struct {
        const char *word;
        void (*run)(struct player *now, const char *text);
        bool ends; /* an exchange whose lines have been named */
    } words[] = {
        {"module", on_module, true},    {"operator", on_operator, true},
        {"imsi", on_imsi, true},        {"imei", on_imei, true},
        {"address", on_address, true},  {"apn", on_apn, true},
        {"set", on_set, true},          {"server", on_server, true},
        {"cell", on_cell, true},        {"boot", on_boot, true},
        {"cold", on_cold, true},        {"!", on_setup, false},
        {"wait", on_wait, true},        {"do", on_do, true},
        {"swallow", on_swallow, true},  {"shown", on_shown, true},
        {"capture", on_capture, false}, {"report", on_report, false},
        {">", on_send, false},          {"data", on_data, false},
        {"key", on_key, false},         {"<", on_expect, false},
    };
    size_t length = strcspn(line, " ");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == length && strncmp(line, words[i].word, length) == 0) {
            if (words[i].ends && now->expected_count > 0)
                end_exchange(now);
            words[i].run(now, line[length] ? line + length + 1 : "");
            return;
        }
    complain(now, "not a word of this notation", line);
}

/* ---- files
 * ---------------------------------------------------------------------------------
 */

static void report_one(const char *title)
{
    for (unsigned report = 0; report < 2; report++) {
        const struct tally *tally = &one[report];
        if (tally->exchanges == 0)
            continue;
        printf("  %.64s: %u %s: agree %u, differ %u, not modelled %u\n", title, tally->exchanges,
               report ? "in other words" : "captured", tally->by_reason[AGREES],
               tally->exchanges - tally->by_reason[AGREES] - tally->not_modelled,
               tally->not_modelled);
        total[report].exchanges += tally->exchanges;
        total[report].not_modelled += tally->not_modelled;
        for (unsigned i = 0; i < REASONS; i++)
            total[report].by_reason[i] += tally->by_reason[i];
    }
}

static void play_file(void **state)
{
    char line[700];
    char title[700] = "";
    struct player *now = &player;
    memset(now, 0, sizeof *now);
    memset(now->blob, 'x', sizeof now->blob);
    memset(one, 0, sizeof one);
    now->path = *state;
    module_init(&now->module);
    now->module.host.hook = on_hook;
    now->module.host.hook_mask = 1u << SIM_HOOK_COMMAND;
    FILE *file = fopen(now->path, "r");
    if (!file)
        fail_msg("%s: cannot be read; run this from the root of the repository", now->path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (now->line++ == 0)
            snprintf(title, sizeof title, "%s", line);
        else if (line[0] != '\0' && line[0] != '#')
            play_line(now, line);
    }
    fclose(file);
    end_exchange(now);
    report_one(title);
    if (one[0].exchanges + one[1].exchanges == 0)
        fail_msg("%s: no exchange was compared", now->path);
}

static void of_the_captured_exchanges_at_least_80_percent_agree(void **state)
{
    const struct tally *captures = &total[0];
    const struct tally *reports = &total[1];
    (void)state;
    assert_true(captures->exchanges > 100);
    printf("transcripts: %u captured exchanges, %u agree (%u %%)\n", captures->exchanges,
           captures->by_reason[AGREES], captures->by_reason[AGREES] * 100 / captures->exchanges);
    for (unsigned i = RADIO; i < REASONS; i++)
        printf("transcripts: %s: %u\n", reason_texts[i], captures->by_reason[i]);
    printf("transcripts: of these not modelled: %u\n", captures->not_modelled);
    printf("transcripts: %u exchanges told in other words, %u agree\n", reports->exchanges,
           reports->by_reason[AGREES]);
    assert_true(captures->by_reason[AGREES] * 100 >= captures->exchanges * WANTED_PERCENT);
}

int main(void)
{
    struct CMUnitTest tests[FILES_MAX + 1] = {{0}};
    char names[FILES_MAX][32];
    glob_t found = {0};
    size_t count = 0;
    if (glob(FILES, 0, NULL, &found) == 0)
        count = found.gl_pathc;
    if (count == 0 || count > FILES_MAX) {
        fprintf(stderr, "%s: %zu files; run this from the root of the repository\n", FILES, count);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        snprintf(names[i], sizeof names[i], "transcript %c%.*s", name[0] - 'A' + 'a',
                 (int)strcspn(name, ".") - 1, name + 1);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = play_file, .initial_state = found.gl_pathv[i]};
    }
    tests[count] =
        (struct CMUnitTest){.name = "of the captured exchanges 80 percent agree",
                            .test_func = of_the_captured_exchanges_at_least_80_percent_agree};
    int failed = _cmocka_run_group_tests("transcripts", tests, count + 1, NULL, NULL);
    globfree(&found);
    return failed;
}
