/* schema_events.c - the tables of the scenario language: triggers, actions, expectations. */
#include "harness/scenario/schema_rows.h"

_Static_assert(SCENARIO_ACTION_COUNT <= 64 && SCENARIO_TRIGGER_COUNT <= 32, "one bit per kind");

/* ---- words ----------------------------------------------------------------------------------- */

#define X(name, text, ...) text,
static const char *const outcome_names[] = {FOTA_OUTCOMES(X)};
static const char *const reason_names[] = {FOTA_REASONS(X)};
static const char *const state_names[] = {FOTA_STATES(X)};
static const char *const phase_names[] = {SIM_PHASES(X)};
static const char *const reset_names[] = {SIM_RESETS(X)};
static const char *const hang_names[] = {SIM_HANGS(X)};
static const char *const cut_names[] = {SIM_CUTS(X)};
static const char *const since_names[] = {SCENARIO_SINCES(X)};
/* As triggers, with a last one that stands for all of them. */
static const char *const any_reset_names[] = {SIM_RESETS(X) "any"};
#undef X
static const char *const power_names[] = {"cut", "on"};
static const char *const network_names[] = {"down", "up"};
static const char *const line_names[] = {"off", "on"};
static const char *const bearer_names[] = {"lost"};
static const char *const imei_names[] = {"lost", "present"};

static const struct scenario_words outcomes = WORDS(FOTA_OUTCOME_NONE + 1, outcome_names);
static const struct scenario_words reasons = WORDS(0, reason_names);
/* Nothing begins with the states that everything is in from the start. */
static const struct scenario_words states = WORDS(FOTA_STATE_IDLE + 1, state_names);
static const struct scenario_words phases = WORDS(SIM_PHASE_IDLE + 1, phase_names);
static const struct scenario_words resets = WORDS(0, reset_names);
static const struct scenario_words any_resets = WORDS(0, any_reset_names);
static const struct scenario_words sinces = WORDS(0, since_names);
static const struct scenario_words imei = WORDS(0, imei_names);
static const struct scenario_words hangs = WORDS(0, hang_names);
static const struct scenario_words power = WORDS(0, power_names);
static const struct scenario_words network = WORDS(0, network_names);
static const struct scenario_words lines = WORDS(0, line_names);
static const struct scenario_words cuts = WORDS(0, cut_names);
static const struct scenario_words bearer = WORDS(0, bearer_names);

/* ---- triggers -------------------------------------------------------------------------------- */

#define TRIGGER(member) MEMBER(struct scenario_trigger, member)
#define TRIGGER_COMMAND                                                                            \
    .type = SCENARIO_TYPE_AT, TRIGGER(text), .minimum = 1,                                         \
    .compile = scenario_compile_trigger_command
#define TRIGGER_PHASE          .type = SCENARIO_TYPE_WORD, .words = &phases, TRIGGER(phase)
#define TRIGGER_FLASH_STEP     .type = SCENARIO_TYPE_NUMBER, TRIGGER(number), .minimum = 1
#define TRIGGER_NV_WRITE       .type = SCENARIO_TYPE_LINE, TRIGGER(text), .minimum = 1
#define TRIGGER_BOOT           .type = SCENARIO_TYPE_NUMBER, TRIGGER(number), .minimum = 1
#define TRIGGER_TIME           .type = SCENARIO_TYPE_DURATION, TRIGGER(time_us)
#define TRIGGER_CORE_STATE     .type = SCENARIO_TYPE_WORD, .words = &states, TRIGGER(state)
#define TRIGGER_HTTP_BYTE      .type = SCENARIO_TYPE_SIZE, TRIGGER(number), .minimum = 1
#define TRIGGER_TO_HOST_BYTE   .type = SCENARIO_TYPE_NUMBER, TRIGGER(number), .minimum = 1
#define TRIGGER_TO_MODULE_BYTE .type = SCENARIO_TYPE_NUMBER, TRIGGER(number), .minimum = 1
#define TRIGGER_TO_HOST_LINE   .type = SCENARIO_TYPE_NUMBER, TRIGGER(number), .minimum = 1
#define TRIGGER_TO_MODULE_LINE .type = SCENARIO_TYPE_NUMBER, TRIGGER(number), .minimum = 1
#define WORDS_OF(list)         .type = SCENARIO_TYPE_WORD, .words = &(list)
#define TRIGGER_REQUEST        WORDS_OF(scenario_requests), TRIGGER(state)
#define TRIGGER_RESET          .type = SCENARIO_TYPE_WORD, .words = &any_resets, TRIGGER(state)
#define TRIGGER_URC            .type = SCENARIO_TYPE_AT, TRIGGER(text), .minimum = 1
#define TRIGGER_TO_HOST_TEXT   .type = SCENARIO_TYPE_AT, TRIGGER(text), .minimum = 1
#define TRIGGER_TO_MODULE_TEXT .type = SCENARIO_TYPE_AT, TRIGGER(text), .minimum = 1

static const struct scenario_key trigger_keys[] = {
#define X(id, key, text)                                                                           \
    {.name = (key), .help = (text), .kind = SCENARIO_TRIGGER_##id, TRIGGER_##id},
    SCENARIO_TRIGGERS(X)
#undef X
        {.name = "nth",
         .type = SCENARIO_TYPE_NUMBER,
         TRIGGER(number),
         .minimum = 1,
         .maximum = 60000,
         .with = WITH(SCENARIO_TRIGGER_COMMAND) | WITH(SCENARIO_TRIGGER_CORE_STATE) |
                 WITH(SCENARIO_TRIGGER_NV_WRITE) | WITH(SCENARIO_TRIGGER_RESET) |
                 WITH(SCENARIO_TRIGGER_URC) | WITH(SCENARIO_TRIGGER_REQUEST) |
                 WITH(SCENARIO_TRIGGER_TO_HOST_TEXT) | WITH(SCENARIO_TRIGGER_TO_MODULE_TEXT),
         .help = "the n-th time; 1"},
    {.name = "since",
     .type = SCENARIO_TYPE_WORD,
     .words = &sinces,
     TRIGGER(state),
     .with = WITH(SCENARIO_TRIGGER_TIME),
     .help = "what the time is counted from: the last one of it; start"},
    {.name = "answers",
     .type = SCENARIO_TYPE_AT,
     TRIGGER(answers),
     .minimum = 1,
     .with = WITH(SCENARIO_TRIGGER_TO_HOST_TEXT),
     .compile = scenario_compile_answers,
     .help = "only in the answer to a command that begins so; anywhere"},
    {.name = "at",
     .type = SCENARIO_TYPE_SIZE,
     TRIGGER(at),
     .maximum = SCENARIO_TEXT_MAX,
     .with = WITH(SCENARIO_TRIGGER_TO_HOST_TEXT) | WITH(SCENARIO_TRIGGER_TO_MODULE_TEXT),
     .help = "so many bytes into the line, within the text; 0B"},
    {.name = "percent",
     .type = SCENARIO_TYPE_PERCENT,
     TRIGGER(percent),
     .maximum = 100,
     .with = WITH(SCENARIO_TRIGGER_PHASE),
     .help = "of the phase; 0%"},
};
const struct scenario_map scenario_trigger_schema = {.name = "when",
                                                     .keys = trigger_keys,
                                                     .count = COUNT(trigger_keys),
                                                     .kinds = "trigger",
                                                     .kind_offset =
                                                         offsetof(struct scenario_trigger, kind)};

/* ---- actions --------------------------------------------------------------------------------- */

#define ACTION(member) MEMBER(struct scenario_action, member)
#define ACTION_PATH                                                                                \
    .type = SCENARIO_TYPE_LINE, .form = SCENARIO_FORM_PATH, .minimum = 2, ACTION(text)
/* `line` or a number of bytes; finished by the list of actions. */
#define ACTION_LINE(most)                                                                          \
    .type = SCENARIO_TYPE_SIZE, ACTION(number), .minimum = 1, .maximum = (most), .word = "line",   \
    .word_value = UINT32_MAX
#define ACTION_INSERT                                                                              \
    .type = SCENARIO_TYPE_BYTES, .minimum = 1, ACTION(text), .compile = scenario_compile_insert
#define SPLIT_US_MAX INT64_C(3600000000)
#define ACTION_SPLIT                                                                               \
    .type = SCENARIO_TYPE_DURATION, ACTION(value), .minimum = 1000, .maximum = SPLIT_US_MAX,       \
    .divisor = 1000
#define ACTION_POWER .type = SCENARIO_TYPE_WORD, .words = &power, ACTION(detail)
#define ACTION_PWRKEY                                                                              \
    .type = SCENARIO_TYPE_DURATION, ACTION(number), .minimum = 1000, .divisor = 1000
#define ACTION_REPLY                                                                               \
    .type = SCENARIO_TYPE_AT, .flags = SCENARIO_LIST, ACTION(text),                                \
    .compile = scenario_compile_reply
#define ACTION_SWALLOW .type = SCENARIO_TYPE_YES
#define ACTION_DELAY                                                                               \
    .type = SCENARIO_TYPE_DURATION, ACTION(number), .minimum = 1000, .divisor = 1000
#define ACTION_URC     .type = SCENARIO_TYPE_AT, .minimum = 1, ACTION(text)
#define ACTION_RESET   .type = SCENARIO_TYPE_WORD, .words = &resets, ACTION(detail)
#define ACTION_HANG    .type = SCENARIO_TYPE_WORD, .words = &hangs, ACTION(detail)
#define ACTION_NETWORK .type = SCENARIO_TYPE_WORD, .words = &network, ACTION(detail)
#define ACTION_BEARER  .type = SCENARIO_TYPE_WORD, .words = &bearer, ACTION(detail)
#define ACTION_HTTP_RESULT                                                                         \
    .type = SCENARIO_TYPE_NUMBER, ACTION(number), .minimum = 100, .maximum = UINT16_MAX
#define ACTION_HTTP_SHORT    .type = SCENARIO_TYPE_SIZE, ACTION(number)
#define ACTION_FILE_DAMAGE   ACTION_PATH
#define ACTION_FILE_TRUNCATE ACTION_PATH
#define ACTION_FILE_DELETE   ACTION_PATH
#define ACTION_SMS           .type = SCENARIO_TYPE_LINE, .minimum = 1, .maximum = 918, ACTION(text)
#define ACTION_SET           .type = SCENARIO_TYPE_SETTINGS, .compile = scenario_compile_set
#define ACTION_HOST_RESET    .type = SCENARIO_TYPE_YES
#define ACTION_CANCEL        .type = SCENARIO_TYPE_YES
#define ACTION_RESET_PIN     ACTION_PWRKEY
#define ACTION_SUPPLY        .type = SCENARIO_TYPE_WAVEFORM, .compile = scenario_compile_supply
#define ACTION_DTR           .type = SCENARIO_TYPE_WORD, .words = &lines, ACTION(detail)
#define ACTION_RTS           ACTION_DTR

/* On the line. */
#define ACTION_LOSE_TO_HOST        ACTION_LINE(INT32_MAX)
#define ACTION_LOSE_TO_MODULE      ACTION_LINE(INT32_MAX)
#define ACTION_GARBLE_TO_HOST      ACTION_LINE(INT32_MAX)
#define ACTION_GARBLE_TO_MODULE    ACTION_LINE(INT32_MAX)
#define ACTION_INSERT_TO_HOST      ACTION_INSERT
#define ACTION_INSERT_TO_MODULE    ACTION_INSERT
#define ACTION_DUPLICATE_TO_HOST   ACTION_LINE(SCENARIO_DUPLICATE_MAX)
#define ACTION_DUPLICATE_TO_MODULE ACTION_LINE(SCENARIO_DUPLICATE_MAX)
#define ACTION_SPLIT_TO_HOST       ACTION_SPLIT
#define ACTION_SPLIT_TO_MODULE     ACTION_SPLIT

static const struct scenario_key action_keys[] = {
#define X(id, key, target, text)                                                                   \
    {.name = (key), .help = (text), .kind = SCENARIO_ACTION_##id, ACTION_##id},
    SCENARIO_ACTIONS(X)
#undef X
        {.name = "for",
         .type = SCENARIO_TYPE_DURATION,
         ACTION(for_us),
         .minimum = 1,
         .with = WITH(SCENARIO_ACTION_POWER) | WITH(SCENARIO_ACTION_HANG) |
                 WITH(SCENARIO_ACTION_NETWORK) | WITH(SCENARIO_ACTION_HOST_RESET) |
                 WITH(SCENARIO_ACTION_SET) | WITH(SCENARIO_ACTION_DTR) | WITH(SCENARIO_ACTION_RTS),
         .help = "how long, then it is as at the start; for good"},
    {.name = "at",
     .type = SCENARIO_TYPE_SIZE,
     ACTION(number),
     .with = WITH(SCENARIO_ACTION_FILE_DAMAGE) | WITH(SCENARIO_ACTION_FILE_TRUNCATE) |
             WITH(SCENARIO_ACTION_INSERT_TO_HOST) | WITH(SCENARIO_ACTION_INSERT_TO_MODULE) |
             WITH(SCENARIO_ACTION_SPLIT_TO_HOST) | WITH(SCENARIO_ACTION_SPLIT_TO_MODULE),
     .needed = WITH(SCENARIO_ACTION_FILE_DAMAGE) | WITH(SCENARIO_ACTION_FILE_TRUNCATE),
     .help = "offset in the file, or so many bytes later; 0B"},
    {.name = "write",
     .type = SCENARIO_TYPE_WORD,
     .words = &cuts,
     ACTION(cut),
     .with = WITH(SCENARIO_ACTION_POWER),
     .help = "where in the flash-step or nv-write that triggers it; before"},
    {.name = "from",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     ACTION(from),
     .minimum = 1,
     .maximum = 21,
     .with = WITH(SCENARIO_ACTION_SMS),
     .needed = WITH(SCENARIO_ACTION_SMS),
     .help = "the sender: a number with or without +, or a name"},
    {.name = "run",
     .type = SCENARIO_TYPE_YES,
     ACTION(run),
     .with = WITH(SCENARIO_ACTION_REPLY),
     .help = "the command runs as well"},
};
const struct scenario_map scenario_action_schema = {.name = "do",
                                                    .keys = action_keys,
                                                    .count = COUNT(action_keys),
                                                    .kinds = "action",
                                                    .kind_offset =
                                                        offsetof(struct scenario_action, kind)};

/* ---- events ---------------------------------------------------------------------------------- */

#define EVENT(member) MEMBER(struct scenario_event, member)

static const struct scenario_key event_keys[] = {
    {.name = "when",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_trigger_schema,
     EVENT(when),
     .flags = SCENARIO_REQUIRED,
     .help = "the trigger"},
    {.name = "do",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_action_schema,
     EVENT(action_count),
     .flags = SCENARIO_REQUIRED | SCENARIO_LIST,
     .compile = scenario_compile_actions,
     .help = "the actions"},
    {.name = "after",
     .type = SCENARIO_TYPE_DURATION,
     EVENT(after_us),
     .help = "the actions are done that long after the trigger; 0s"},
    {.name = "times",
     .type = SCENARIO_TYPE_NUMBER,
     EVENT(times),
     .minimum = 1,
     .word = "always",
     .word_value = 0,
     .help = "how often it fires; 1"},
    {.name = "may-not-fire",
     .type = SCENARIO_TYPE_YES,
     EVENT(may_not_fire),
     .help = "the scenario does not fail when it never fired"},
};
const struct scenario_map scenario_event_schema = {
    .name = "events", .keys = event_keys, .count = COUNT(event_keys)};

/* ---- expectations ---------------------------------------------------------------------------- */

/* Offsets are those of struct scenario_expectation; the compile function makes the entry. */
#define EXPECT_MEMBER(member) MEMBER(struct scenario_expectation, member)
#define EXPECT(member)        EXPECT_MEMBER(member), .compile = scenario_compile_expectation
#define EXPECT_OUTCOME        .type = SCENARIO_TYPE_WORD, .words = &outcomes, EXPECT(number)
#define EXPECT_REASON         .type = SCENARIO_TYPE_WORD, .words = &reasons, EXPECT(number)
/* 1 to 8 (FOTA101 4). */
#define EXPECT_STATUS      .type = SCENARIO_TYPE_NUMBER, .minimum = 1, .maximum = 8, EXPECT(number)
#define EXPECT_STATUS_READ EXPECT_STATUS
#define EXPECT_REVISION    .type = SCENARIO_TYPE_LINE, REVISION, EXPECT(text)
#define EXPECT_RESETS      .type = SCENARIO_TYPE_NUMBER, .maximum = UINT16_MAX, EXPECT(number)
#define EXPECT_ATTEMPTS    .type = SCENARIO_TYPE_NUMBER, .maximum = UINT8_MAX, EXPECT(number)
#define EXPECT_SENT                                                                                \
    .type = SCENARIO_TYPE_AT, .form = SCENARIO_FORM_COMMAND, .flags = SCENARIO_LIST, EXPECT(text)
#define EXPECT_URC .type = SCENARIO_TYPE_AT, .minimum = 1, .flags = SCENARIO_LIST, EXPECT(text)
#define EXPECT_REQUESTS                                                                            \
    .type = SCENARIO_TYPE_WORD, .words = &scenario_requests, .flags = SCENARIO_LIST, EXPECT(number)
#define EXPECT_WITHIN     .type = SCENARIO_TYPE_DURATION, .minimum = 1, EXPECT(time_us)
#define EXPECT_NEVER_SENT EXPECT_SENT
#define EXPECT_NEVER_URC  EXPECT_URC
#define EXPECT_DURATION                                                                            \
    .type = SCENARIO_TYPE_MAP, .map = &scenario_duration_schema, .flags = SCENARIO_LIST,           \
    .compile = scenario_compile_durations
#define EXPECT_LIMIT  .type = SCENARIO_TYPE_MAP, .map = &limit_map
#define EXPECT_MODULE .type = SCENARIO_TYPE_MAP, .map = &module_end_map

#define DURATION(member) MEMBER(struct scenario_duration_draft, member)

static const struct scenario_key duration_keys[] = {
    {.name = "from",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_trigger_schema,
     DURATION(from),
     .help = "what it begins with, as in `when`; the start"},
    {.name = "to",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_trigger_schema,
     DURATION(to),
     .flags = SCENARIO_REQUIRED,
     .help = "what it ends with, as in `when`: the first one after `from`"},
    {.name = "at-most", .type = SCENARIO_TYPE_DURATION, DURATION(most_us), .help = "any"},
    {.name = "at-least", .type = SCENARIO_TYPE_DURATION, DURATION(least_us), .help = "0s"},
};
const struct scenario_map scenario_duration_schema = {
    .name = "expect.durations", .keys = duration_keys, .count = COUNT(duration_keys)};

static const struct scenario_key limit_keys[] = {
#define X(id, key, quantity, member, text)                                                         \
    {.name = (key),                                                                                \
     .help = (text),                                                                               \
     .kind = SCENARIO_LIMIT_##id,                                                                  \
     .type = SCENARIO_TYPE_##quantity,                                                             \
     EXPECT_MEMBER(number),                                                                        \
     .compile = scenario_compile_limit},
    SCENARIO_LIMITS(X)
#undef X
};
static const struct scenario_map limit_map = {
    .name = "expect.limits", .keys = limit_keys, .count = COUNT(limit_keys)};

#define END_FILES                                                                                  \
    .type = SCENARIO_TYPE_LINE, .form = SCENARIO_FORM_PATH, .minimum = 2, .flags = SCENARIO_LIST,  \
    EXPECT_MEMBER(text), .compile = scenario_compile_module_end
#define END_NO_FILES   END_FILES
#define END_PARAMETERS .type = SCENARIO_TYPE_PARAMETERS, .compile = scenario_compile_parameters
#define END_IMEI                                                                                   \
    .type = SCENARIO_TYPE_WORD, .words = &imei, EXPECT_MEMBER(number),                             \
    .compile = scenario_compile_module_end
#define END_BEARER                                                                                 \
    .type = SCENARIO_TYPE_WORD, .words = &network, EXPECT_MEMBER(number),                          \
    .compile = scenario_compile_module_end

static const struct scenario_key module_end_keys[] = {
#define X(id, key, text)                                                                           \
    {.name = (key), .help = (text), .kind = SCENARIO_MODULE_END_##id, END_##id},
    SCENARIO_MODULE_ENDS(X)
#undef X
};
static const struct scenario_map module_end_map = {
    .name = "expect.module", .keys = module_end_keys, .count = COUNT(module_end_keys)};

static const struct scenario_key expect_keys[] = {
#define X(id, key, text) {.name = (key), .help = (text), .kind = SCENARIO_EXPECT_##id, EXPECT_##id},
    SCENARIO_EXPECTATIONS(X)
#undef X
};
const struct scenario_map scenario_expect_schema = {
    .name = "expect", .keys = expect_keys, .count = COUNT(expect_keys)};
