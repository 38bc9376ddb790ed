/* schema_events.c - the tables of the scenario language: triggers, actions, expectations. */
#include "harness/scenario/schema_rows.h"
#include "sim/catalogue.h"

_Static_assert(SCENARIO_TRIGGER_COUNT <= 32, "one bit per kind (bench_run.trigger_mask)");

/* ---- words ----------------------------------------------------------------------------------- */

#define X(name, text, ...) text,
static const char *const outcome_names[] = {FOTA_OUTCOMES(X)};
static const char *const reason_names[] = {FOTA_REASONS(X)};
static const char *const remark_names[] = {FOTA_REMARKS(X)};
static const char *const state_names[] = {FOTA_STATES(X)};
static const char *const phase_names[] = {SIM_PHASES(X)};
static const char *const reset_names[] = {SIM_RESETS(X)};
static const char *const hang_names[] = {SIM_HANGS(X)};
static const char *const cut_names[] = {SIM_CUTS(X)};
static const char *const doing_names[] = {SIM_DOINGS(X)};
static const char *const since_names[] = {SCENARIO_SINCES(X)};
/* As triggers, with a last one that stands for all of them. */
static const char *const any_reset_names[] = {SIM_RESETS(X) "any"};
#undef X
static const char *const power_names[] = {"cut", "on"};
static const char *const network_names[] = {"down", "up"};
static const char *const request_answer_names[] = {"late", "refused"};
#define X(name, text) text,
static const char *const serving_names[] = {SCENARIO_SERVINGS(X)};
#undef X
static const char *const line_names[] = {"off", "on"};
static const char *const restart_names[] = {"yes", "forgetful"};
static const char *const bearer_names[] = {"lost"};
static const char *const imei_names[] = {"lost", "present"};

static const struct scenario_words outcomes = WORDS(FOTA_OUTCOME_NONE + 1, outcome_names);
static const struct scenario_words reasons = WORDS(0, reason_names);
static const struct scenario_words remarks = WORDS(0, remark_names);
/* Nothing begins with the states that everything is in from the start. */
static const struct scenario_words states = WORDS(FOTA_STATE_IDLE + 1, state_names);
static const struct scenario_words doings = WORDS(0, doing_names);
static const struct scenario_words phases = WORDS(SIM_PHASE_IDLE + 1, phase_names);
static const struct scenario_words resets = WORDS(0, reset_names);
static const struct scenario_words any_resets = WORDS(0, any_reset_names);
static const struct scenario_words sinces = WORDS(0, since_names);
static const struct scenario_words imei = WORDS(0, imei_names);
static const struct scenario_words hangs = WORDS(0, hang_names);
static const struct scenario_words power = WORDS(0, power_names);
static const struct scenario_words network = WORDS(0, network_names);
static const struct scenario_words request_answers = WORDS(0, request_answer_names);
static const struct scenario_words servings = WORDS(0, serving_names);
static const struct scenario_words lines = WORDS(0, line_names);
static const struct scenario_words restarts = WORDS(0, restart_names);
static const struct scenario_words cuts = WORDS(0, cut_names);
static const struct scenario_words bearer = WORDS(0, bearer_names);

/* ---- values of rows.h: OF() is the member of what is being compiled ----------------------------
 */

#define VALUE_WORD(list, member) .type = SCENARIO_TYPE_WORD, .words = &(list), OF(member)
#define VALUE_NUMBER(member)     .type = SCENARIO_TYPE_NUMBER, OF(member), .minimum = 1
#define VALUE_SIZE(member)       .type = SCENARIO_TYPE_SIZE, OF(member), .minimum = 1
#define VALUE_DURATION(member)   .type = SCENARIO_TYPE_DURATION, OF(member)
#define VALUE_MS(member)                                                                           \
    .type = SCENARIO_TYPE_DURATION, OF(member), .minimum = 1000, .divisor = 1000
#define VALUE_AT   .type = SCENARIO_TYPE_AT, OF(text), .minimum = 1
#define VALUE_LINE .type = SCENARIO_TYPE_LINE, OF(text), .minimum = 1
#define VALUE_YES  .type = SCENARIO_TYPE_YES

/* ---- triggers -------------------------------------------------------------------------------- */

#define OF(member)    MEMBER(struct scenario_trigger, member)
#define VALUE_COMMAND VALUE_AT, .compile = scenario_compile_trigger_command

static const struct scenario_key trigger_keys[] = {
#define X(id, key, value, can_take, place, how, hook_mask, need, text)                             \
    {.name = (key), .help = (text), .kind = SCENARIO_TRIGGER_##id, .takes = (can_take), value},
    SCENARIO_TRIGGERS(X)
#undef X
        {.name = "nth",
         .type = SCENARIO_TYPE_NUMBER,
         OF(number),
         .minimum = 1,
         .maximum = 60000,
         .modifier = SCENARIO_TAKES_NTH,
         .help = "the n-th time; 1"},
    {.name = "since",
     .type = SCENARIO_TYPE_WORD,
     .words = &sinces,
     OF(state),
     .modifier = SCENARIO_TAKES_SINCE,
     .help = "what the time is counted from: the last one of it; start"},
    {.name = "answers",
     .type = SCENARIO_TYPE_AT,
     OF(answers),
     .minimum = 1,
     .modifier = SCENARIO_TAKES_ANSWERS,
     .compile = scenario_compile_answers,
     .help = "only in the answer to a command that begins so; anywhere"},
    {.name = "at",
     .type = SCENARIO_TYPE_SIZE,
     OF(at),
     .maximum = SCENARIO_TEXT_MAX,
     .modifier = SCENARIO_TAKES_AT,
     .help = "so many bytes into the line, within the text; 0B"},
    {.name = "percent",
     .type = SCENARIO_TYPE_PERCENT,
     OF(percent),
     .maximum = 100,
     .modifier = SCENARIO_TAKES_PERCENT,
     .help = "of the phase; 0%"},
};
const struct scenario_map scenario_trigger_schema = {.name = "when",
                                                     .keys = trigger_keys,
                                                     .count = COUNT(trigger_keys),
                                                     .kinds = "trigger",
                                                     .kind_offset =
                                                         offsetof(struct scenario_trigger, kind)};

/* ---- actions --------------------------------------------------------------------------------- */

#undef OF
#define OF(member)  MEMBER(struct scenario_action, member)
#define VALUE_PATH  .type = SCENARIO_TYPE_LINE, .form = SCENARIO_FORM_PATH, .minimum = 2, OF(text)
#define VALUE_BYTES .type = SCENARIO_TYPE_SIZE, OF(number)
/* `line` or a number of bytes; finished by the list of actions. */
#define VALUE_STREAM(most)                                                                         \
    .type = SCENARIO_TYPE_SIZE, OF(number), .minimum = 1, .maximum = (most), .word = "line",       \
    .word_value = UINT32_MAX
/* The same, or for so long. */
#define VALUE_STREAM_OR_TIME(most)                                                                 \
    VALUE_STREAM(most), .time_offset = offsetof(struct scenario_action, for_us)
#define VALUE_TIME .type = SCENARIO_TYPE_DURATION, OF(for_us), .minimum = 1
#define VALUE_BIT  .type = SCENARIO_TYPE_NUMBER, .maximum = 7, OF(number)
#define VALUE_RATE .type = SCENARIO_TYPE_NUMBER, .minimum = 300, .maximum = 4000000, OF(number)
#define VALUE_INSERT                                                                               \
    .type = SCENARIO_TYPE_BYTES, .minimum = 1, OF(text), .compile = scenario_compile_insert
#define SPLIT_US_MAX INT64_C(3600000000)
#define VALUE_SPLIT                                                                                \
    .type = SCENARIO_TYPE_DURATION, OF(value), .minimum = 1000, .maximum = SPLIT_US_MAX,           \
    .divisor = 1000
#define VALUE_REPLY                                                                                \
    .type = SCENARIO_TYPE_AT, .flags = SCENARIO_LIST, OF(text), .compile = scenario_compile_reply
#define VALUE_HTTP_RESULT                                                                          \
    .type = SCENARIO_TYPE_NUMBER, OF(number), .minimum = 100, .maximum = UINT16_MAX
#define VALUE_SMS      .type = SCENARIO_TYPE_LINE, .minimum = 1, .maximum = 918, OF(text)
#define VALUE_SETTINGS .type = SCENARIO_TYPE_SETTINGS, .compile = scenario_compile_set
#define VALUE_SUPPLY   .type = SCENARIO_TYPE_WAVEFORM, .compile = scenario_compile_supply

static const struct scenario_key action_keys[] = {
#define X(id, key, value, can_take, word, place, how, action, fault, need, text)                   \
    {.name = (key), .help = (text), .kind = SCENARIO_ACTION_##id, .takes = (can_take), value},
    SCENARIO_ACTIONS(X)
#undef X
        {.name = "for",
         .type = SCENARIO_TYPE_DURATION,
         OF(for_us),
         .minimum = 1,
         .modifier = SCENARIO_TAKES_FOR,
         .help = "how long, then it is as at the start; for good"},
    {.name = "at",
     .type = SCENARIO_TYPE_SIZE,
     OF(number),
     .modifier = SCENARIO_TAKES_AT,
     .help = "offset in the file, or so many bytes later; 0B"},
    {.name = "write",
     .type = SCENARIO_TYPE_WORD,
     .words = &cuts,
     OF(cut),
     .modifier = SCENARIO_TAKES_WRITE,
     .help = "where in the flash-step or nv-write that triggers it; before"},
    {.name = "from",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     OF(from),
     .minimum = 1,
     .maximum = 21,
     .modifier = SCENARIO_TAKES_FROM,
     .help = "the sender: a number with or without +, or a name"},
    {.name = "run",
     .type = SCENARIO_TYPE_YES,
     OF(run),
     .modifier = SCENARIO_TAKES_RUN,
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
#undef OF
#define OF_END(member) MEMBER(struct scenario_expectation, member)
#define OF(member)     OF_END(member), .compile = scenario_compile_expectation
/* 1 to 8 (FOTA101 4). */
#define VALUE_STATUS      .type = SCENARIO_TYPE_NUMBER, .minimum = 1, .maximum = 8, OF(number)
#define VALUE_REVISION    .type = SCENARIO_TYPE_LINE, REVISION, OF(text)
#define VALUE_UP_TO(most) .type = SCENARIO_TYPE_NUMBER, .maximum = (most), OF(number)
#define VALUE_COMMANDS                                                                             \
    .type = SCENARIO_TYPE_AT, .form = SCENARIO_FORM_COMMAND, .flags = SCENARIO_LIST, OF(text)
#define VALUE_LINES .type = SCENARIO_TYPE_AT, .minimum = 1, .flags = SCENARIO_LIST, OF(text)
#define VALUE_REQUESTS                                                                             \
    .type = SCENARIO_TYPE_WORD, .words = &scenario_requests, .flags = SCENARIO_LIST, OF(number)
#define VALUE_REMARKS                                                                              \
    .type = SCENARIO_TYPE_WORD, .words = &remarks, .flags = SCENARIO_LIST, OF(number)
#define VALUE_EVIDENCE .type = SCENARIO_TYPE_AT, OF(text)
#define VALUE_WITHIN   .type = SCENARIO_TYPE_DURATION, .minimum = 1, OF(time_us)
#define VALUE_DURATIONS                                                                            \
    .type = SCENARIO_TYPE_MAP, .map = &scenario_duration_schema, .flags = SCENARIO_LIST,           \
    .compile = scenario_compile_durations
#define VALUE_MAP(keys) .type = SCENARIO_TYPE_MAP, .map = &(keys)

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
#define X(id, key, quantity, member, need, text)                                                   \
    {.name = (key),                                                                                \
     .help = (text),                                                                               \
     .kind = SCENARIO_LIMIT_##id,                                                                  \
     .type = SCENARIO_TYPE_##quantity,                                                             \
     OF_END(number),                                                                               \
     .compile = scenario_compile_limit},
    SCENARIO_LIMITS(X)
#undef X
};
static const struct scenario_map limit_map = {
    .name = "expect.limits", .keys = limit_keys, .count = COUNT(limit_keys)};

static const struct scenario_key cost_each_keys[] = {
#define X(id, key, quantity, member, text)                                                         \
    {.name = (key),                                                                                \
     .help = (text),                                                                               \
     .kind = SCENARIO_COST_##id,                                                                   \
     .type = SCENARIO_TYPE_##quantity,                                                             \
     .flags = SCENARIO_LIST,                                                                       \
     OF_END(time_us),                                                                              \
     .compile = scenario_compile_cost_of_each},
    SCENARIO_COSTS(X)
#undef X
};
static const struct scenario_map cost_each_map = {
    .name = "expect.costs.of-each", .keys = cost_each_keys, .count = COUNT(cost_each_keys)};

static const struct scenario_key cost_keys[] = {
#define X(id, key, quantity, member, text)                                                         \
    {.name = (key),                                                                                \
     .help = (text),                                                                               \
     .kind = SCENARIO_COST_##id,                                                                   \
     .type = SCENARIO_TYPE_##quantity,                                                             \
     .flags = SCENARIO_RANGE,                                                                      \
     OF_END(time_us),                                                                              \
     .compile = scenario_compile_cost},
    SCENARIO_COSTS(X)
#undef X
        {.name = "of-each",
         .type = SCENARIO_TYPE_MAP,
         .map = &cost_each_map,
         .help =
             "what differs from case to case: a figure for each, in the order of the cases; a time "
             "within a thousandth and a tenth of a second"},
};
static const struct scenario_map cost_map = {
    .name = "expect.costs", .keys = cost_keys, .count = COUNT(cost_keys)};

#define VALUE_FILES                                                                                \
    .type = SCENARIO_TYPE_LINE, .form = SCENARIO_FORM_PATH, .minimum = 2, .flags = SCENARIO_LIST,  \
    OF_END(text), .compile = scenario_compile_module_end
#define VALUE_PARAMETERS .type = SCENARIO_TYPE_PARAMETERS, .compile = scenario_compile_parameters
#define VALUE_EITHER(list)                                                                         \
    .type = SCENARIO_TYPE_WORD, .words = &(list), OF_END(number),                                  \
    .compile = scenario_compile_module_end

static const struct scenario_key module_end_keys[] = {
#define X(id, key, value, judge, need, text)                                                       \
    {.name = (key), .help = (text), .kind = SCENARIO_MODULE_END_##id, value},
    SCENARIO_MODULE_ENDS(X)
#undef X
};
static const struct scenario_map module_end_map = {
    .name = "expect.module", .keys = module_end_keys, .count = COUNT(module_end_keys)};

static const struct scenario_key expect_keys[] = {
#define X(id, key, value, judge, need, text)                                                       \
    {.name = (key), .help = (text), .kind = SCENARIO_EXPECT_##id, value},
    SCENARIO_EXPECTATIONS(X)
#undef X
};
const struct scenario_map scenario_expect_schema = {
    .name = "expect", .keys = expect_keys, .count = COUNT(expect_keys)};
