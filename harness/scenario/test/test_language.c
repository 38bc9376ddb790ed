/* test_language.c - what each key compiles to, row by row; good/all_keys.yaml has all of them. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

#include "sim/catalogue.h"

/* ---- comparing ------------------------------------------------------------------------------- */

#define SAME(what, got, want)                                                                      \
    same_number(__FILE__, __LINE__, what, (uint64_t)(got), (uint64_t)(want))

static void same_number(const char *file, int line, const char *what, uint64_t got, uint64_t want)
{
    if (got != want)
        fail_msg("%s:%d: %s: want %llu, got %llu", file, line, what, (unsigned long long)want,
                 (unsigned long long)got);
}

static void same_text(const char *what, const char *got, const char *want)
{
    if ((got == NULL) != (want == NULL) || (got && strcmp(got, want) != 0))
        fail_msg("%s: want '%s', got '%s'", what, want ? want : "NULL", got ? got : "NULL");
}

static struct scenario *load_event(const char *when, const char *action)
{
    char text[1000];
    snprintf(text, sizeof text, "%s%sevents:\n  - when: {%s}\n    do: [{%s}]\n%s", LOADER_HEAD,
             LOADER_UPDATE, when, action, LOADER_EXPECT);
    return loader_text(text);
}

/* ---- triggers -------------------------------------------------------------------------------- */

struct trigger_row {
    const char *text;
    struct scenario_trigger want;
};

static const struct trigger_row trigger_rows[] = {
    {"command: 'AT+CFOTA=1'", {SCENARIO_TRIGGER_COMMAND, .number = 1, .text = "+CFOTA=1"}},
    {"command: '+CFOTA=1', nth: 3", {SCENARIO_TRIGGER_COMMAND, .number = 3, .text = "+CFOTA=1"}},
    {"command: \"at+csq\"", {SCENARIO_TRIGGER_COMMAND, .number = 1, .text = "+csq"}},
    {"command: 'I'", {SCENARIO_TRIGGER_COMMAND, .number = 1, .text = "I"}},
    {"phase: update", {SCENARIO_TRIGGER_PHASE, .phase = SIM_PHASE_UPDATE}},
    {"phase: verify-package, percent: 99%",
     {SCENARIO_TRIGGER_PHASE, .phase = SIM_PHASE_VERIFY, .percent = 99}},
    {"percent: 1%, phase: result",
     {SCENARIO_TRIGGER_PHASE, .phase = SIM_PHASE_RESULT, .percent = 1}},
    {"flash-step: 17", {SCENARIO_TRIGGER_FLASH_STEP, .number = 17}},
    {"boot: 2", {SCENARIO_TRIGGER_BOOT, .number = 2}},
    {"time: 90s", {SCENARIO_TRIGGER_TIME, .time_us = 90000000}},
    {"core-state: await-updater",
     {SCENARIO_TRIGGER_CORE_STATE, .state = FOTA_STATE_AWAIT_UPDATER, .number = 1}},
    {"core-state: synchronise, nth: 2",
     {SCENARIO_TRIGGER_CORE_STATE, .state = FOTA_STATE_SYNCHRONISE, .number = 2}},
    {"host: downloading", {SCENARIO_TRIGGER_DOING, .state = SIM_DOING_DOWNLOADING, .number = 1}},
    {"host: checking, nth: 2", {SCENARIO_TRIGGER_DOING, .state = SIM_DOING_CHECKING, .number = 2}},
    {"http-byte: 50KiB", {SCENARIO_TRIGGER_HTTP_BYTE, .number = 51200}},
    {"to-host-byte: 1000", {SCENARIO_TRIGGER_TO_HOST_BYTE, .number = 1000}},
    {"to-module-byte: 1", {SCENARIO_TRIGGER_TO_MODULE_BYTE, .number = 1}},
    {"to-host-line: 12", {SCENARIO_TRIGGER_TO_HOST_LINE, .number = 12}},
    {"to-module-line: 2", {SCENARIO_TRIGGER_TO_MODULE_LINE, .number = 2}},
    {"nv-write: '+IPR', nth: 2", {SCENARIO_TRIGGER_NV_WRITE, .number = 2, .text = "+IPR"}},
    {"reset: cfota, nth: 2", {SCENARIO_TRIGGER_RESET, .state = SIM_RESET_CFOTA, .number = 2}},
    {"reset: any", {SCENARIO_TRIGGER_RESET, .state = SIM_RESET_COUNT, .number = 1}},
    {"urc: 'RDY'", {SCENARIO_TRIGGER_URC, .text = "RDY", .number = 1}},
    {"request: set-baud", {SCENARIO_TRIGGER_REQUEST, .state = FOTA_REQUEST_SET_BAUD, .number = 1}},
    {"time: 2s, since: byte",
     {SCENARIO_TRIGGER_TIME, .time_us = 2000000, .state = SCENARIO_SINCE_BYTE}},
    {"to-host-text: 'OK', answers: 'AT+CFOTA=1', at: 1B, nth: 2",
     {SCENARIO_TRIGGER_TO_HOST_TEXT, .text = "OK", .answers = "+CFOTA=1", .at = 1, .number = 2}},
    {"to-module-text: 'AT+CFOTA'",
     {SCENARIO_TRIGGER_TO_MODULE_TEXT, .text = "AT+CFOTA", .number = 1}},
};

static const char *trigger_text(const void *row)
{
    return ((const struct trigger_row *)row)->text;
}

/* Loads the text and compares; *written gets the trigger as the writer has it. */
static void check_trigger(const struct trigger_row *row, const char *text, char written[400])
{
    bool is_command = row->want.kind == SCENARIO_TRIGGER_COMMAND;
    struct scenario *scenario = load_event(text, is_command ? "swallow: yes" : "power: cut");
    const struct scenario_event *event = &scenario->cases[0].events[0];

    SAME("events", scenario->cases[0].event_count, 1);
    SAME("line", event->place.line, 5);
    SAME("column", event->place.column, 5);
    SAME("times", event->times, 1);
    SAME("kind", event->when.kind, row->want.kind);
    SAME("phase", event->when.phase, row->want.phase);
    SAME("percent", event->when.percent, row->want.percent);
    SAME("state", event->when.state, row->want.state);
    SAME("number", event->when.number, row->want.number);
    SAME("time", event->when.time_us, row->want.time_us);
    SAME("at", event->when.at, row->want.at);
    same_text("text", event->when.text, row->want.text);
    same_text("answers", event->when.answers, row->want.answers);
    scenario_trigger_write(&event->when, written, 400);
    scenario_free(scenario);
}

static void test_trigger(void **state)
{
    char once[400], twice[400];
    check_trigger(*state, ((const struct trigger_row *)*state)->text, once);
    check_trigger(*state, once, twice); /* what was written is read as the same */
    same_text("written", twice, once);
}

/* ---- actions --------------------------------------------------------------------------------- */

struct action_row {
    const char *text;
    struct scenario_action want;
};

#define TEXT(words) .text = (words), .length = sizeof(words) - 1

static const struct action_row action_rows[] = {
    {"power: cut", {SCENARIO_ACTION_POWER, .detail = 0}},
    {"power: cut, for: 5s", {SCENARIO_ACTION_POWER, .detail = 0, .for_us = 5000000}},
    {"power: on", {SCENARIO_ACTION_POWER, .detail = 1}},
    {"pwrkey: 1.2s", {SCENARIO_ACTION_PWRKEY, .number = 1200}},
    {"reply: ['OK']", {SCENARIO_ACTION_REPLY, TEXT("OK")}},
    {"reply: ['+CFOTA: 1', 'OK'], run: yes",
     {SCENARIO_ACTION_REPLY, .run = 1, TEXT("+CFOTA: 1\nOK")}},
    {"swallow: yes", {SCENARIO_ACTION_SWALLOW, .detail = 0}},
    {"delay: 2s", {SCENARIO_ACTION_DELAY, .number = 2000}},
    {"urc: '+CREG: 0'", {SCENARIO_ACTION_URC, TEXT("+CREG: 0")}},
    {"reset: power-on", {SCENARIO_ACTION_RESET, .detail = SIM_RESET_POWER_ON}},
    {"reset: brownout", {SCENARIO_ACTION_RESET, .detail = SIM_RESET_BROWNOUT}},
    {"hang: deaf", {SCENARIO_ACTION_HANG, .detail = SIM_HANG_DEAF}},
    {"hang: both, for: 1min", {SCENARIO_ACTION_HANG, .detail = SIM_HANG_BOTH, .for_us = 60000000}},
    {"hang: none", {SCENARIO_ACTION_HANG, .detail = SIM_HANG_NONE}},
    {"network: down, for: 30s", {SCENARIO_ACTION_NETWORK, .detail = 0, .for_us = 30000000}},
    {"network: up", {SCENARIO_ACTION_NETWORK, .detail = 1}},
    {"bearer: lost", {SCENARIO_ACTION_BEARER, .detail = 0}},
    {"http-result: 603", {SCENARIO_ACTION_HTTP_RESULT, .number = 603}},
    {"http-short: 5000B", {SCENARIO_ACTION_HTTP_SHORT, .number = 5000}},
    {"file-damage: /fota/update.zip, at: 100B",
     {SCENARIO_ACTION_FILE_DAMAGE, .number = 100, TEXT("/fota/update.zip")}},
    {"at: 1KiB, file-truncate: '/fota/update.zip'",
     {SCENARIO_ACTION_FILE_TRUNCATE, .number = 1024, TEXT("/fota/update.zip")}},
    {"file-delete: /custapp/a", {SCENARIO_ACTION_FILE_DELETE, TEXT("/custapp/a")}},
    {"sms: 'Hello, world', from: '+4915112345678'",
     {SCENARIO_ACTION_SMS, TEXT("Hello, world"), .from = "+4915112345678"}},
    {"from: Bank, sms: code 1234", {SCENARIO_ACTION_SMS, TEXT("code 1234"), .from = "Bank"}},
    {"set: {answer-delay: 3s}",
     {SCENARIO_ACTION_SET, .setting = SIM_SETTING_ANSWER_DELAY, .value = 3000}},
    {"lose-to-host: line", {SCENARIO_ACTION_LOSE_TO_HOST, .detail = 1}},
    {"lose-to-host: 5B", {SCENARIO_ACTION_LOSE_TO_HOST, .number = 5}},
    {"lose-to-host: 30s", {SCENARIO_ACTION_LOSE_TO_HOST, .for_us = 30000000}},
    {"lose-to-module: 1500us", {SCENARIO_ACTION_LOSE_TO_MODULE, .for_us = 1500}},
    {"lose-to-module: line", {SCENARIO_ACTION_LOSE_TO_MODULE, .detail = 1}},
    {"lose-to-module: 6B", {SCENARIO_ACTION_LOSE_TO_MODULE, .number = 6}},
    {"garble-to-host: 3B", {SCENARIO_ACTION_GARBLE_TO_HOST, .number = 3}},
    {"garble-to-host: line", {SCENARIO_ACTION_GARBLE_TO_HOST, .detail = 1}},
    {"garble-to-module: 4B", {SCENARIO_ACTION_GARBLE_TO_MODULE, .number = 4}},
    {"duplicate-to-host: line", {SCENARIO_ACTION_DUPLICATE_TO_HOST, .detail = 1}},
    {"duplicate-to-module: 256B", {SCENARIO_ACTION_DUPLICATE_TO_MODULE, .number = 256}},
    {"split-to-host: 300ms", {SCENARIO_ACTION_SPLIT_TO_HOST, .value = 300}},
    {"split-to-module: 2s, at: 3B", {SCENARIO_ACTION_SPLIT_TO_MODULE, .value = 2000, .number = 3}},
    {"insert-to-module: \"AT\\r\"", {SCENARIO_ACTION_INSERT_TO_MODULE, TEXT("AT\r")}},
    {"set: {answer-delay: 3s}, for: 1s",
     {SCENARIO_ACTION_SET, .setting = SIM_SETTING_ANSWER_DELAY, .value = 3000, .for_us = 1000000}},
    {"dtr: off, for: 2s", {SCENARIO_ACTION_DTR, .for_us = 2000000}},
    {"insert-to-host: \"RDY\\r\\n\"", {SCENARIO_ACTION_INSERT_TO_HOST, TEXT("RDY\r\n")}},
    {"insert-to-host: \"\\0\\xff\\x80\\xbf\\x7fA\", at: 4B",
     {SCENARIO_ACTION_INSERT_TO_HOST, .number = 4,
      TEXT("\0\xff\x80\xbf\x7f"
           "A")}},
    {"flip-to-host: 0", {SCENARIO_ACTION_FLIP_TO_HOST, .number = 0}},
    {"flip-to-module: 7", {SCENARIO_ACTION_FLIP_TO_MODULE, .number = 7}},
    {"request: late", {SCENARIO_ACTION_REQUEST, .detail = 0}},
    {"request: refused", {SCENARIO_ACTION_REQUEST, .detail = 1}},
    {"server: page", {SCENARIO_ACTION_SERVER, .detail = 0}},
    {"server: unreachable", {SCENARIO_ACTION_SERVER, .detail = 5}},
    {"rate: 9600", {SCENARIO_ACTION_RATE, .number = 9600}},
    {"host-reset: yes", {SCENARIO_ACTION_HOST_RESET, .detail = 0}},
    {"host-reset: yes, for: 2s", {SCENARIO_ACTION_HOST_RESET, .for_us = 2000000}},
    {"host-reset: forgetful", {SCENARIO_ACTION_HOST_RESET, .detail = 1}},
    {"share-to-host: 30s", {SCENARIO_ACTION_SHARE_TO_HOST, .for_us = 30000000}},
    {"cancel: yes", {SCENARIO_ACTION_CANCEL, .detail = 0}},
};

static const char *action_text(const void *row)
{
    return ((const struct action_row *)row)->text;
}

/* The same of an action. */
static void check_action(const struct action_row *row, const char *text, char written[400])
{
    struct scenario *scenario = load_event("command: 'AT+CSQ'", text);
    const struct scenario_case *one = &scenario->cases[0];
    const struct scenario_action *got = &one->actions[0];

    SAME("actions", one->action_count, 1);
    SAME("first action", one->events[0].first_action, 0);
    SAME("actions of the event", one->events[0].action_count, 1);
    SAME("kind", got->kind, row->want.kind);
    SAME("detail", got->detail, row->want.detail);
    SAME("run", got->run, row->want.run);
    SAME("setting", got->setting, row->want.setting);
    SAME("value", got->value, row->want.value);
    SAME("number", got->number, row->want.number);
    SAME("for", got->for_us, row->want.for_us);
    same_text("from", got->from, row->want.from);
    SAME("length", got->length, row->want.length);
    if (row->want.length > 0)
        assert_memory_equal(got->text, row->want.text, row->want.length + 1u);
    else
        assert_null(got->text);
    scenario_action_write(got, written, 400);
    scenario_free(scenario);
}

static void test_action(void **state)
{
    char once[400], twice[400];
    check_action(*state, ((const struct action_row *)*state)->text, once);
    check_action(*state, once, twice);
    same_text("written", twice, once);
}

static void test_what_is_written_looks_like_the_file(void **state)
{
    static const char *const triggers[] = {
        "command: 'AT+CFOTA=1', nth: 3", "phase: restore-ap, percent: 99%", "time: 2s, since: byte",
        "to-host-text: 'OK', nth: 2, answers: 'AT+CFOTA=1', at: 1B"};
    static const char *const actions[] = {"reply: ['+CFOTA: 1', 'it''s', 'OK'], run: yes",
                                          "lose-to-host: 30s",
                                          "share-to-host: 1min",
                                          "host-reset: forgetful, for: 2s",
                                          "garble-to-host: line",
                                          "set: {answer-delay: 3s}, for: 1min",
                                          "insert-to-host: \"\\r\\n\\x00\\xFF\\\"\", at: 4B",
                                          "supply: {200ms: 2400mV}",
                                          "power: cut, for: 5s, write: inside"};
    char text[200];
    struct scenario *scenario;
    (void)state;
    for (size_t i = 0; i < sizeof triggers / sizeof triggers[0]; i++) {
        scenario = load_event(triggers[i], "urc: 'X'");
        same_text("trigger",
                  scenario_trigger_write(&scenario->cases[0].events[0].when, text, sizeof text),
                  triggers[i]);
        scenario_trigger_write(&scenario->cases[0].events[0].when, text, 9);
        assert_true(strlen(text) <= 8 && strncmp(text, triggers[i], strlen(text)) == 0);
        scenario_free(scenario);
    }
    const struct scenario_trigger any = {.kind = SCENARIO_TRIGGER_COMMAND, .number = 3};
    same_text("a sweep's trigger", scenario_trigger_write(&any, text, sizeof text),
              "command: any, nth: 3");
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        bool cut = strstr(actions[i], "write:");
        scenario = load_event(cut ? "flash-step: 3" : "command: 'AT+CSQ'", actions[i]);
        same_text("action",
                  scenario_action_write(&scenario->cases[0].actions[0], text, sizeof text),
                  actions[i]);
        scenario_free(scenario);
    }
}

/* ---- expectations ---------------------------------------------------------------------------- */

struct expectation_row {
    const char *text;
    size_t count;
    struct scenario_expectation want[2];
};

static const struct expectation_row expectation_rows[] = {
    {"outcome: already-current",
     1,
     {{.kind = SCENARIO_EXPECT_OUTCOME, .number = FOTA_OUTCOME_ALREADY_CURRENT}}},
    {"outcome: cancelled",
     1,
     {{.kind = SCENARIO_EXPECT_OUTCOME, .number = FOTA_OUTCOME_CANCELLED}}},
    {"reason: none", 1, {{.kind = SCENARIO_EXPECT_REASON, .number = FOTA_REASON_NONE}}},
    {"reason: boot-loop", 1, {{.kind = SCENARIO_EXPECT_REASON, .number = FOTA_REASON_BOOT_LOOP}}},
    {"evidence: '+CFOTA: 7'", 1, {{.kind = SCENARIO_EXPECT_EVIDENCE, .text = "+CFOTA: 7"}}},
    {"evidence: ''", 1, {{.kind = SCENARIO_EXPECT_EVIDENCE, .text = ""}}},
    {"health: no-sim", 1, {{.kind = SCENARIO_EXPECT_HEALTH, .number = FOTA_REASON_NO_SIM}}},
    {"remarks: [radio-switched-on, file-left]",
     2,
     {{.kind = SCENARIO_EXPECT_REMARKS, .number = FOTA_REMARK_RADIO_SWITCHED_ON},
      {.kind = SCENARIO_EXPECT_REMARKS, .number = FOTA_REMARK_FILE_LEFT}}},
    {"module: {parameters: {CNMP: 38}}",
     1,
     {{.kind = SCENARIO_EXPECT_MODULE,
       .detail = SCENARIO_MODULE_END_PARAMETERS,
       .text = "+CNMP",
       .number = 38}}},
    {"status: 6", 1, {{.kind = SCENARIO_EXPECT_STATUS, .number = 6}}},
    {"status-read: 1", 1, {{.kind = SCENARIO_EXPECT_STATUS_READ, .number = 1}}},
    {"revision: 1351B04SIM7000C",
     1,
     {{.kind = SCENARIO_EXPECT_REVISION, .text = "1351B04SIM7000C"}}},
    {"resets: 0", 1, {{.kind = SCENARIO_EXPECT_RESETS, .number = 0}}},
    {"attempts: 2", 1, {{.kind = SCENARIO_EXPECT_ATTEMPTS, .number = 2}}},
    {"sent: ['AT+CFOTA?', 'AT+CFOTA=1']",
     2,
     {{.kind = SCENARIO_EXPECT_SENT, .text = "AT+CFOTA?"},
      {.kind = SCENARIO_EXPECT_SENT, .text = "AT+CFOTA=1"}}},
    {"never-sent: ['AT+CFUN=1,1']",
     1,
     {{.kind = SCENARIO_EXPECT_NEVER_SENT, .text = "AT+CFUN=1,1"}}},
    {"urcs: ['+CFOTA: \"Updating\",0', 'RDY']",
     2,
     {{.kind = SCENARIO_EXPECT_URC, .text = "+CFOTA: \"Updating\",0"},
      {.kind = SCENARIO_EXPECT_URC, .text = "RDY"}}},
    {"requests: [power-cycle, save-checkpoint]",
     2,
     {{.kind = SCENARIO_EXPECT_REQUESTS, .number = FOTA_REQUEST_POWER_CYCLE},
      {.kind = SCENARIO_EXPECT_REQUESTS, .number = FOTA_REQUEST_SAVE_CHECKPOINT}}},
    {"within: 20min", 1, {{.kind = SCENARIO_EXPECT_WITHIN, .time_us = 1200000000}}},
    {"never-urcs: ['RDY']", 1, {{.kind = SCENARIO_EXPECT_NEVER_URC, .text = "RDY"}}},
    {"limits: {exchanges: 50, received: 2KiB}",
     2,
     {{.kind = SCENARIO_EXPECT_LIMIT, .detail = SCENARIO_LIMIT_EXCHANGES, .number = 50},
      {.kind = SCENARIO_EXPECT_LIMIT, .detail = SCENARIO_LIMIT_RECEIVED, .number = 2048}}},
    {"costs: {exchanges: 50, sent: [1KiB, 2KiB]}",
     2,
     {{.kind = SCENARIO_EXPECT_COST,
       .detail = SCENARIO_COST_EXCHANGES,
       .least_us = 50,
       .time_us = 50},
      {.kind = SCENARIO_EXPECT_COST,
       .detail = SCENARIO_COST_SENT,
       .least_us = 1024,
       .time_us = 2048}}},
    {"costs: {time: [1s, 1.5s]}",
     1,
     {{.kind = SCENARIO_EXPECT_COST,
       .detail = SCENARIO_COST_TIME,
       .least_us = 1000000,
       .time_us = 1500000}}},
    {"durations: [{from: {boot: 1}, to: {urc: 'RDY'}, at-most: 2s},"
     " {to: {boot: 2}, at-least: 1s}]",
     2,
     {{.kind = SCENARIO_EXPECT_DURATION, .from = 0, .to = 1, .time_us = 2000000},
      {.kind = SCENARIO_EXPECT_DURATION,
       .from = UINT8_MAX,
       .to = 2,
       .least_us = 1000000,
       .time_us = UINT64_MAX}}},
    {"module: {files: [/fota/update.zip], no-files: [/fota/a]}",
     2,
     {{.kind = SCENARIO_EXPECT_MODULE,
       .detail = SCENARIO_MODULE_END_FILES,
       .text = "/fota/update.zip"},
      {.kind = SCENARIO_EXPECT_MODULE, .detail = SCENARIO_MODULE_END_NO_FILES, .text = "/fota/a"}}},
    {"module: {parameters: {'AT+IPR': 9600}, imei: present}",
     2,
     {{.kind = SCENARIO_EXPECT_MODULE,
       .detail = SCENARIO_MODULE_END_PARAMETERS,
       .text = "+IPR",
       .number = 9600},
      {.kind = SCENARIO_EXPECT_MODULE, .detail = SCENARIO_MODULE_END_IMEI, .number = 1}}},
    {"module: {bearer: up, imei: lost}",
     2,
     {{.kind = SCENARIO_EXPECT_MODULE, .detail = SCENARIO_MODULE_END_BEARER, .number = 1},
      {.kind = SCENARIO_EXPECT_MODULE, .detail = SCENARIO_MODULE_END_IMEI, .number = 0}}},
};

static const char *expectation_text(const void *row)
{
    return ((const struct expectation_row *)row)->text;
}

static void test_expectation(void **state)
{
    const struct expectation_row *row = *state;
    char text[500];
    snprintf(text, sizeof text, "%s%sexpect:\n  %s\n", LOADER_HEAD, LOADER_UPDATE, row->text);
    struct scenario *scenario = loader_text(text);
    const struct scenario_case *one = &scenario->cases[0];

    SAME("expectations", one->expectation_count, row->count);
    for (size_t i = 0; i < row->count; i++) {
        const struct scenario_expectation *got = &one->expectations[i], *want = &row->want[i];
        SAME("line", got->place.line, 5);
        SAME("kind", got->kind, want->kind);
        SAME("number", got->number, want->number);
        SAME("time", got->time_us, want->time_us);
        SAME("least", got->least_us, want->least_us);
        SAME("detail", got->detail, want->detail);
        SAME("from", got->from, want->from);
        SAME("to", got->to, want->to);
        same_text("text", got->text, want->text);
    }
    scenario_free(scenario);
}

/* ---- the rest of the file -------------------------------------------------------------------- */

static void test_defaults_are_those_of_the_header(void **state)
{
    (void)state;
    struct scenario *scenario = loader_good("minimal");
    const struct scenario_case *one = &scenario->cases[0];
    struct sim_config config;
    sim_config_init(&config);

    same_text("package.from", one->package.from, "1351B03SIM7000C");
    same_text("package.to", one->package.to, "1351B04SIM7000C");
    same_text("package.variant", one->package.variant, config.variant);
    SAME("package.size", one->package.size_bytes, 109285);
    SAME("package.sent", one->package.sent_bytes, 109285);
    SAME("package.damage-at", one->package.damage_at, UINT32_MAX);
    SAME("package.http", one->package.http, 200);
    SAME("expected-size", one->job.package_size_bytes, 109285);
    SAME("baud", one->host.baud_bps, 115200);
    SAME("job's baud", one->job.baud_bps, 0);
    SAME("refuses", one->host.refused, 0);
    SAME("tries", one->job.download_tries_max, 0);
    assert_null(one->job.model);
    same_text("revision", one->module.revision, "1351B03SIM7000C");
    same_text("imei", one->module.imei, config.imei);
    assert_memory_equal(one->module.settings, config.settings, sizeof config.settings);
    SAME("files", one->module_file_count, 0);
    assert_null(scenario->tags[0]);
    same_text("values", one->values, "");
    same_text("name", one->name, "minimal");
    scenario_free(scenario);
}

static void check_update(const struct scenario_case *one)
{
    same_text("from", one->job.from_revision, "1351B03SIM7000C");
    same_text("to", one->job.to_revision, "1351B04SIM7000C");
    same_text("url", one->job.url, "http://fota.example/V1___V2/update.zip");
    same_text("model", one->job.model, "SIMCOM_SIM7000C");
    same_text("apn", one->job.apn, "cmiot");
    SAME("expected-size", one->job.package_size_bytes, 99000);
    SAME("baud", one->job.baud_bps, 9600);
    SAME("supply-min", one->job.supply_min_mv, 3400);
    SAME("network-timeout", one->job.network_timeout_ms, 120000);
    SAME("download-timeout", one->job.download_timeout_ms, 90000);
    SAME("update-timeout", one->job.update_timeout_ms, 1800000);
    SAME("total-timeout", one->job.total_timeout_ms, 7200000);
    SAME("download-tries", one->job.download_tries_max, 4);
    SAME("attempts", one->job.attempts_max, 5);
    same_text("package.from", one->package.from, "1351B02SIM7000C");
    same_text("package.to", one->package.to, "1351B05SIM7000C");
    same_text("package.variant", one->package.variant, "SIM7000G");
    SAME("size", one->package.size_bytes, 102400);
    SAME("sent", one->package.sent_bytes, 51200);
    SAME("damage-at", one->package.damage_at, 1000);
    SAME("http", one->package.http, 206);
}

/* What is not named is as in the first job. */
static void check_then(const struct scenario_then *then)
{
    SAME("then", then->place.line > 0, 1);
    SAME("after", then->after_us, 90000000);
    same_text("then.from", then->job.from_revision, "1351B04SIM7000C");
    same_text("then.to", then->job.to_revision, "1351B05SIM7000C");
    same_text("then.url", then->job.url, "http://fota.example/next.zip");
    same_text("then.model", then->job.model, "SIMCOM_SIM7000C");
    same_text("then.package.from", then->package.from, "1351B02SIM7000C");
    SAME("then.checksum", then->checksum, 1);
    SAME("then.unjudged", then->job.unjudged, 1u << FOTA_CHECK_BEARER);
    SAME("then.attempts", then->job.attempts_max, 5);
}

static void check_module(const struct scenario_case *one)
{
    const int32_t *settings = one->module.settings;
    same_text("variant", one->module.variant, "SIM7000E");
    same_text("revision", one->module.revision, "1351B01SIM7000C");
    same_text("imei", one->module.imei, "869951031234567");
    same_text("imsi", one->module.imsi, "460111111111111");
    same_text("iccid", one->module.iccid, "89860318760238610103");
    same_text("operator", one->module.operator_name, "CHN-CT");
    same_text("address", one->module.address, "10.0.0.7");
    SAME("files", one->module_file_count, 2);
    SAME("folder", one->module_files[0].directory, 1);
    same_text("name", one->module_files[0].name, "update.zip");
    same_text("file.from", one->module_files[0].content.from, "A");
    SAME("file.sent", one->module_files[0].content.sent_bytes, 19000);
    SAME("file.damage-at", one->module_files[0].content.damage_at, 3);
    SAME("folder", one->module_files[1].directory, 3);
    same_text("name", one->module_files[1].name, "notes.txt");
    same_text("file.to", one->module_files[1].content.to, "1351B04SIM7000C");
    same_text("file.variant", one->module_files[1].content.variant, "SIM7000E");
    SAME("cells", one->module.cell_count, 2);
    SAME("cell.access", one->module.cells[0].values[SIM_CELL_ACCESS], 1);
    SAME("cell.network", one->module.cells[0].values[SIM_CELL_NETWORK], 26201);
    SAME("cell.signal", one->module.cells[0].values[SIM_CELL_SIGNAL], -97);
    SAME("cell.rsrq", one->module.cells[1].values[SIM_CELL_RSRQ], -3);
    SAME("cell.named", one->module.cells[1].named,
         1u << SIM_CELL_ACCESS | 1u << SIM_CELL_REGISTRATION | 1u << SIM_CELL_RSRQ);
    same_text("cell.operator", one->module.cells[0].operator_name, "Telekom.de");
    SAME("ms", settings[SIM_SETTING_ANSWER_DELAY], 70);
    SAME("mv", settings[SIM_SETTING_SUPPLY], 3900);
    SAME("percent", settings[SIM_SETTING_BATTERY_LEVEL], 55);
    SAME("flag", settings[SIM_SETTING_BOOT_GARBAGE], 1);
    SAME("bps", settings[SIM_SETTING_PORT_RATE], 115200);
    SAME("bytes", settings[SIM_SETTING_FLASH_SIZE], 1048576);
    SAME("choice", settings[SIM_SETTING_BUSY_INPUT], 1);
    SAME("count", settings[SIM_SETTING_RANDOM_SEED], 7);
}

static void test_every_key_reaches_its_member(void **state)
{
    (void)state;
    struct scenario *scenario = loader_good("all_keys");
    const struct scenario_case *one = &scenario->cases[0];

    same_text("title", scenario->title, "every key of the language in one file");
    same_text("tag", scenario->tags[1], "all");
    assert_null(scenario->tags[2]);
    check_update(one);
    check_module(one);
    check_then(&one->then);
    SAME("host.baud", one->host.baud_bps, 57600);
    SAME("refuses", one->host.refused,
         1u << FOTA_REQUEST_PWRKEY_PULSE | 1u << FOTA_REQUEST_POWER_CYCLE);
    SAME("request-time", one->host.request_us, 250000);
    SAME("starts-after", one->host.start_after_us, 10000000);
    same_text("checkpoint", one->host.checkpoint,
              "46435002010100004cc00359b83b65afe5aa0100e58c65a800000000f1f9ca29");
    SAME("always", one->events[1].times, 0);
    SAME("times", one->events[9].times, 3);
    SAME("after", one->events[3].after_us, 3000000);
    SAME("may-not-fire", one->events[4].may_not_fire, 1);
    SAME("may-not-fire", one->events[3].may_not_fire, 0);
    SAME("first action", one->events[1].first_action, 2);
    scenario_free(scenario);
}

static void test_all_kinds_stand_in_the_file_of_all_keys(void **state)
{
    (void)state;
    struct scenario *scenario = loader_good("all_keys");
    const struct scenario_case *one = &scenario->cases[0];
    uint64_t triggers = 0, actions = 0, expectations = 0;

    for (size_t i = 0; i < one->event_count; i++)
        triggers |= UINT64_C(1) << one->events[i].when.kind;
    for (size_t i = 0; i < one->action_count; i++)
        actions |= UINT64_C(1) << one->actions[i].kind;
    for (size_t i = 0; i < one->expectation_count; i++)
        expectations |= UINT64_C(1) << one->expectations[i].kind;
    SAME("triggers", triggers, (UINT64_C(1) << SCENARIO_TRIGGER_COUNT) - 1);
    SAME("actions", actions, (UINT64_C(1) << SCENARIO_ACTION_COUNT) - 1);
    SAME("expectations", expectations, (UINT64_C(1) << SCENARIO_EXPECT_COUNT) - 1);
    scenario_free(scenario);
}

static void test_each_setting_is_an_action_of_its_own(void **state)
{
    (void)state;
    struct scenario *scenario =
        load_event("boot: 1", "set: {answer-delay: 1s, boot-garbage: yes, busy-input: delay}");
    const struct scenario_case *one = &scenario->cases[0];

    SAME("actions", one->action_count, 3);
    SAME("actions of the event", one->events[0].action_count, 3);
    for (size_t i = 0; i < 3; i++)
        SAME("kind", one->actions[i].kind, SCENARIO_ACTION_SET);
    SAME("setting", one->actions[1].setting, SIM_SETTING_BOOT_GARBAGE);
    SAME("value", one->actions[1].value, 1);
    SAME("setting", one->actions[2].setting, SIM_SETTING_BUSY_INPUT);
    SAME("value", one->actions[2].value, 1);
    scenario_free(scenario);
}

static void test_the_ends_of_a_duration_are_events_without_actions(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD LOADER_UPDATE "events: [{when: {boot: 1}, do: [{urc: 'RDY'}]}]\n"
                                              "expect: {durations: [{from: {command: 'AT+CSQ'}, "
                                              "to: {boot: 2}, at-most: 1s}]}\n");
    const struct scenario_case *one = &scenario->cases[0];

    SAME("events", one->event_count, 3);
    SAME("marks", one->mark_count, 2);
    SAME("mark", one->events[0].mark, 0);
    SAME("mark", one->events[1].mark, 1);
    SAME("n-th", one->events[1].when.number, 1);
    SAME("may-not-fire", one->events[1].may_not_fire, 1);
    SAME("armed by", one->events[1].armed_by, 0);
    SAME("armed by", one->events[2].armed_by, 2);
    SAME("actions", one->events[2].action_count, 0);
    scenario_free(scenario);
}

static void test_a_time_of_settings_is_that_of_each(void **state)
{
    (void)state;
    struct scenario *scenario =
        load_event("boot: 1", "set: {answer-delay: 1s, boot-garbage: yes}, for: 4s");
    for (size_t i = 0; i < 2; i++)
        SAME("for", scenario->cases[0].actions[i].for_us, 4000000);
    scenario_free(scenario);
}

static void test_text_may_be_folded_quoted_or_plain(void **state)
{
    (void)state;
    struct scenario *scenario = loader_good("text_styles");
    const struct scenario_case *one = &scenario->cases[0];

    same_text("title", scenario->title, "text may be folded over lines");
    same_text("why", scenario->why, "A literal block is one sentence, too.");
    same_text("url", one->job.url, "http://h/u.zip?a=1&b=2");
    same_text("imei", one->module.imei, "");
    same_text("command", one->events[0].when.text, "+cfota=1");
    same_text("reply", one->actions[0].text, "it's \"quoted\"\n+CME ERROR: 3");
    scenario_free(scenario);
}

static void test_an_unknown_size_is_zero_for_the_job_only(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD "update: {from: A1, to: A2, package: {url: 'http://h/u.zip'}, "
                                "expected-size: unknown}\n" LOADER_EXPECT);
    SAME("job", scenario->cases[0].job.package_size_bytes, 0);
    SAME("package", scenario->cases[0].package.size_bytes, 109285);
    scenario_free(scenario);
}

static void test_each_case_gets_its_own_cost(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD "vary: {n: [1, 2, 3]}\n" LOADER_UPDATE
                                "expect: {resets: $n, costs: {of-each: {exchanges: [7, 8, 7], "
                                "time: [2s, 50ms, 1s]}}}\n");
    for (unsigned i = 0; i < 3; i++) {
        const struct scenario_expectation *cost = &scenario->cases[i].expectations[1];
        SAME("kind", cost->kind, SCENARIO_EXPECT_COST);
        SAME("detail", cost->detail, SCENARIO_COST_EXCHANGES);
        SAME("least", cost->least_us, i == 1 ? 8 : 7);
        SAME("most", cost->time_us, i == 1 ? 8 : 7);
    }
    SAME("least", scenario->cases[0].expectations[2].least_us, 1898000);
    SAME("most", scenario->cases[0].expectations[2].time_us, 2102000);
    SAME("least of little", scenario->cases[1].expectations[2].least_us, 0);
    scenario_free(scenario);
}

static void test_names_are_those_of_the_tables(void **state)
{
    (void)state;
    same_text("trigger", scenario_trigger_name(SCENARIO_TRIGGER_TO_HOST_LINE), "to-host-line");
    same_text("action", scenario_action_name(SCENARIO_ACTION_CANCEL), "cancel");
    same_text("expectation", scenario_expectation_name(SCENARIO_EXPECT_URC), "urcs");
    same_text("limit", scenario_limit_name(SCENARIO_LIMIT_RETRIES), "retries");
    same_text("cost", scenario_cost_name(SCENARIO_COST_RETRIES), "retries");
    same_text("cost", scenario_cost_name(SCENARIO_COST_COUNT), "?");
    same_text("module", scenario_module_end_name(SCENARIO_MODULE_END_IMEI), "imei");
    same_text("since", scenario_since_name(SCENARIO_SINCE_BYTE), "byte");
    same_text("limit", scenario_limit_name(SCENARIO_LIMIT_COUNT), "?");
    same_text("module", scenario_module_end_name(SCENARIO_MODULE_END_COUNT), "?");
    same_text("since", scenario_since_name(SCENARIO_SINCE_COUNT), "?");
    same_text("trigger", scenario_trigger_name(SCENARIO_TRIGGER_COUNT), "?");
    same_text("action", scenario_action_name(SCENARIO_ACTION_COUNT), "?");
    same_text("expectation", scenario_expectation_name(SCENARIO_EXPECT_COUNT), "?");
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0]), sizeof((table)[0])

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_the_header),
        cmocka_unit_test(test_every_key_reaches_its_member),
        cmocka_unit_test(test_all_kinds_stand_in_the_file_of_all_keys),
        cmocka_unit_test(test_each_setting_is_an_action_of_its_own),
        cmocka_unit_test(test_the_ends_of_a_duration_are_events_without_actions),
        cmocka_unit_test(test_a_time_of_settings_is_that_of_each),
        cmocka_unit_test(test_text_may_be_folded_quoted_or_plain),
        cmocka_unit_test(test_an_unknown_size_is_zero_for_the_job_only),
        cmocka_unit_test(test_each_case_gets_its_own_cost),
        cmocka_unit_test(test_names_are_those_of_the_tables),
        cmocka_unit_test(test_what_is_written_looks_like_the_file),
    };
    int failed = loader_run_rows("trigger", ROWS(trigger_rows), trigger_text, test_trigger);
    failed += loader_run_rows("action", ROWS(action_rows), action_text, test_action);
    failed +=
        loader_run_rows("expectation", ROWS(expectation_rows), expectation_text, test_expectation);
    return failed + cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
