/* schema.c - the tables of the scenario language. */
#include "harness/scenario/schema.h"
#include "sim/catalogue.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MEMBER(structure, member)                                                                  \
    .offset = (uint16_t)offsetof(structure, member), .size = sizeof(((structure *)0)->member)
#define DRAFT(member) MEMBER(struct scenario_draft, member)
#define WITH(name)    (1u << (name))

/* Members are addressed by 16 bits. */
_Static_assert(sizeof(struct scenario_draft) < UINT16_MAX, "struct scenario_draft is too large");
_Static_assert(SCENARIO_ACTION_COUNT <= 32 && SCENARIO_TRIGGER_COUNT <= 32, "one bit per kind");

/* ---- words ----------------------------------------------------------------------------------- */

#define X(name, text, ...) text,
static const char *const outcome_names[] = {FOTA_OUTCOMES(X)};
static const char *const reason_names[] = {FOTA_REASONS(X)};
static const char *const state_names[] = {FOTA_STATES(X)};
static const char *const request_names[] = {FOTA_REQUESTS(X)};
static const char *const delivery_names[] = {FOTA_DELIVERIES(X)};
static const char *const phase_names[] = {SIM_PHASES(X)};
static const char *const reset_names[] = {SIM_RESETS(X)};
static const char *const hang_names[] = {SIM_HANGS(X)};
static const char *const cut_names[] = {SIM_CUTS(X)};
#undef X
static const char *const power_names[] = {"cut", "on"};
static const char *const network_names[] = {"down", "up"};
static const char *const line_names[] = {"off", "on"};
static const char *const bearer_names[] = {"lost"};
static const char *const psm_names[] = {"untouched", "off", "on"};

#define WORDS(from, all)                                                                           \
    {                                                                                              \
        .names = (all), .first = (from), .count = COUNT(all)                                       \
    }
static const struct scenario_words outcomes = WORDS(FOTA_OUTCOME_NONE + 1, outcome_names);
static const struct scenario_words reasons = WORDS(0, reason_names);
/* Nothing begins with the states that everything is in from the start. */
static const struct scenario_words states = WORDS(FOTA_STATE_IDLE + 1, state_names);
static const struct scenario_words phases = WORDS(SIM_PHASE_IDLE + 1, phase_names);
static const struct scenario_words requests = WORDS(FOTA_REQUEST_NONE + 1, request_names);
static const struct scenario_words resets = WORDS(0, reset_names);
static const struct scenario_words hangs = WORDS(0, hang_names);
static const struct scenario_words power = WORDS(0, power_names);
static const struct scenario_words network = WORDS(0, network_names);
static const struct scenario_words lines = WORDS(0, line_names);
static const struct scenario_words cuts = WORDS(0, cut_names);
static const struct scenario_words bearer = WORDS(0, bearer_names);
static const struct scenario_words delivery = WORDS(0, delivery_names);
static const struct scenario_words psm = WORDS(1, psm_names);
static const struct scenario_words variants = {.name = sim_variant};

const char *scenario_word(const struct scenario_words *words, size_t index)
{
    if (!words->names)
        return words->name(index);
    return index < words->count ? words->names[index] : NULL;
}

/* ---- update ---------------------------------------------------------------------------------- */

enum { PACKAGE_BYTES_MAX = 67108864 }; /* 64 MiB: more than any SIM7000 has room for */

#define REVISION .form = SCENARIO_FORM_VISIBLE, .minimum = 1, .maximum = FOTA_REVISION_LENGTH

/* The keys of everything that is made like an update package. */
#define PACKAGE_KEYS(structure, member)                                                            \
    {.name = "size",                                                                               \
     .type = SCENARIO_TYPE_SIZE,                                                                   \
     MEMBER(structure, member.size_bytes),                                                         \
     .minimum = 1,                                                                                 \
     .maximum = PACKAGE_BYTES_MAX,                                                                 \
     .help = "size of the whole zip; 109285B"},                                                    \
        {.name = "from",                                                                           \
         .type = SCENARIO_TYPE_CHARS,                                                              \
         REVISION,                                                                                 \
         MEMBER(structure, member.from),                                                           \
         .help = "base revision in its manifest; update.from"},                                    \
        {.name = "to",                                                                             \
         .type = SCENARIO_TYPE_CHARS,                                                              \
         REVISION,                                                                                 \
         MEMBER(structure, member.to),                                                             \
         .help = "target revision in its manifest; update.to"},                                    \
        {.name = "variant",                                                                        \
         .type = SCENARIO_TYPE_CHARS,                                                              \
         MEMBER(structure, member.variant),                                                        \
         .words = &variants,                                                                       \
         .help = "module variant in its manifest; module.variant"},                                \
        {.name = "sent",                                                                           \
         .type = SCENARIO_TYPE_SIZE,                                                               \
         MEMBER(structure, member.sent_bytes),                                                     \
         .maximum = PACKAGE_BYTES_MAX,                                                             \
         .help = "how much of it is really there; all of it"},                                     \
    {                                                                                              \
        .name = "damage-at", .type = SCENARIO_TYPE_SIZE, MEMBER(structure, member.damage_at),      \
        .maximum = PACKAGE_BYTES_MAX, .help = "the byte at this offset is inverted; none"          \
    }

static const struct scenario_key package_keys[] = {
    {.name = "url",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_URL,
     .minimum = 8,
     .maximum = 255,
     DRAFT(now.job.url),
     .help = "where the module fetches it; with delivery http only"},
    PACKAGE_KEYS(struct scenario_draft, now.package),
    {.name = "http",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.package.http),
     .minimum = 100,
     .maximum = UINT16_MAX,
     .help = "the server's status, or a code of HTTPTOFS from 600 on; 200"},
};
static const struct scenario_map package_map = {
    .name = "update.package", .keys = package_keys, .count = COUNT(package_keys)};

#define FTP_TEXT(key, member, most, text)                                                          \
    {                                                                                              \
        .name = (key), .type = SCENARIO_TYPE_LINE, .form = SCENARIO_FORM_VISIBLE, .minimum = 1,    \
        .maximum = (most), DRAFT(now.job.member), .help = (text)                                   \
    }

static const struct scenario_key ftp_keys[] = {
    {.name = "server",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .minimum = 1,
     .maximum = 49,
     DRAFT(now.job.ftp_server),
     .flags = SCENARIO_REQUIRED,
     .help = "name or address"},
    FTP_TEXT("user", ftp_user, 49, "anonymous"),
    FTP_TEXT("password", ftp_password, 49, "none"),
    FTP_TEXT("path", ftp_path, 255, "folder on the server; /"),
    FTP_TEXT("name", ftp_name, 99, "file on the server; update.zip"),
    {.name = "port",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.ftp_port),
     .minimum = 1,
     .help = "of the server; 21"},
};
static const struct scenario_map ftp_map = {
    .name = "update.ftp", .keys = ftp_keys, .count = COUNT(ftp_keys)};

static const struct scenario_key restore_keys[] = {
    {.name = "apn",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .maximum = 99,
     DRAFT(now.job.restore.apn),
     .help = "AT+CGDCONT of context 1; left alone"},
    {.name = "baud",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.restore.baud_bps),
     .minimum = 300,
     .maximum = 4000000,
     .help = "AT+IPR, and the port follows; left alone"},
    {.name = "cfun",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.restore.function),
     .minimum = 1,
     .maximum = 7,
     .help = "AT+CFUN; left alone"},
    {.name = "psm",
     .type = SCENARIO_TYPE_WORD,
     .words = &psm,
     DRAFT(now.job.restore.psm),
     .help = "AT+CPSMS; left alone"},
};
static const struct scenario_map restore_map = {
    .name = "update.restore", .keys = restore_keys, .count = COUNT(restore_keys)};

#define JOB_TIME(key, member, text)                                                                \
    {                                                                                              \
        .name = (key), .type = SCENARIO_TYPE_DURATION, DRAFT(now.job.member), .minimum = 1000,     \
        .divisor = 1000, .help = (text)                                                            \
    }

static const struct scenario_key update_keys[] = {
    {.name = "from",
     .type = SCENARIO_TYPE_LINE,
     REVISION,
     DRAFT(now.job.from_revision),
     .flags = SCENARIO_REQUIRED,
     .help = "base revision of the job"},
    {.name = "to",
     .type = SCENARIO_TYPE_LINE,
     REVISION,
     DRAFT(now.job.to_revision),
     .flags = SCENARIO_REQUIRED,
     .help = "target revision of the job"},
    {.name = "package",
     .type = SCENARIO_TYPE_MAP,
     .map = &package_map,
     .flags = SCENARIO_REQUIRED,
     .help = "the package on the server"},
    {.name = "delivery",
     .type = SCENARIO_TYPE_WORD,
     .words = &delivery,
     DRAFT(now.job.delivery),
     .help = "how the package gets into the module; http"},
    {.name = "ftp",
     .type = SCENARIO_TYPE_MAP,
     .map = &ftp_map,
     .help = "the server, with delivery ftp"},
    {.name = "checksum",
     .type = SCENARIO_TYPE_YES,
     DRAFT(now.checksum),
     .help = "the core reads the file back and compares its CRC-32; no"},
    {.name = "restore",
     .type = SCENARIO_TYPE_MAP,
     .map = &restore_map,
     .help = "settings that the core sets after an update; none"},
    {.name = "expected-size",
     .type = SCENARIO_TYPE_SIZE,
     DRAFT(now.job.package_size_bytes),
     .minimum = 1,
     .maximum = PACKAGE_BYTES_MAX,
     .word = "unknown",
     .word_value = 0,
     .help = "size that the job names; the package's"},
    {.name = "model",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_UNQUOTED,
     .minimum = 1,
     .maximum = 39,
     DRAFT(now.job.model),
     .help = "model that the job demands; any"},
    {.name = "apn",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .maximum = 50,
     DRAFT(now.job.apn),
     .help = "access point; the module's own choice"},
    {.name = "baud",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.baud_bps),
     .minimum = 300,
     .maximum = 4000000,
     .help = "rate that the job names; the port's, whatever it is"},
    {.name = "supply-min",
     .type = SCENARIO_TYPE_VOLTAGE,
     DRAFT(now.job.supply_min_mv),
     .maximum = 10000,
     .help = "a lower supply refuses; not judged"},
    JOB_TIME("network-timeout", network_timeout_ms, "for registration and bearer; 180s"),
    JOB_TIME("download-timeout", download_timeout_ms, "for one try of a download; 10min"),
    JOB_TIME("update-timeout", update_timeout_ms, "the module's own worst time; 40min"),
    JOB_TIME("total-timeout", total_timeout_ms, "for the whole job; 90min"),
    {.name = "download-tries",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.download_tries_max),
     .minimum = 1,
     .help = "downloads before it gives up; 3"},
    {.name = "attempts",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.attempts_max),
     .minimum = 1,
     .help = "update attempts before it gives up; 2"},
};
static const struct scenario_map update_map = {
    .name = "update", .keys = update_keys, .count = COUNT(update_keys)};

/* ---- host ------------------------------------------------------------------------------------ */

static const struct scenario_key host_keys[] = {
    {.name = "baud",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.host.baud_bps),
     .minimum = 300,
     .maximum = 4000000,
     .help = "rate of the host's port; 115200"},
    {.name = "refuses",
     .type = SCENARIO_TYPE_WORD,
     .words = &requests,
     .flags = SCENARIO_LIST,
     DRAFT(now.host.refused),
     .compile = scenario_compile_refuses,
     .help = "what the surroundings can't do for the core; nothing"},
    {.name = "request-time",
     .type = SCENARIO_TYPE_DURATION,
     DRAFT(now.host.request_us),
     .help = "how long it takes to do what the core asks; 0s"},
    {.name = "starts-after",
     .type = SCENARIO_TYPE_DURATION,
     DRAFT(now.host.start_after_us),
     .help = "the core starts that long after the supply came on; 0s"},
};
static const struct scenario_map host_map = {
    .name = "host", .keys = host_keys, .count = COUNT(host_keys)};

/* ---- module ---------------------------------------------------------------------------------- */

static const struct scenario_key file_keys[] = {
    {.name = "path",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_PATH,
     .minimum = 2,
     .maximum = SCENARIO_TEXT_MAX,
     MEMBER(struct scenario_file_draft, path),
     .flags = SCENARIO_REQUIRED,
     .help = "where it lies, /fota/update.zip"},
    PACKAGE_KEYS(struct scenario_file_draft, content),
};
const struct scenario_map scenario_file_schema = {
    .name = "module.files", .keys = file_keys, .count = COUNT(file_keys)};

/* The module's texts have room for a NUL. */
#define IDENTITY(key, member, which, least, text)                                                  \
    {                                                                                              \
        .name = (key), .type = SCENARIO_TYPE_CHARS, .form = (which), DRAFT(now.module.member),     \
        .minimum = (least), .help = (text)                                                         \
    }

static const struct scenario_key module_keys[] = {
    {.name = "profile",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_FILE,
     .minimum = 6,
     .maximum = 100,
     .flags = SCENARIO_FIRST,
     .compile = scenario_compile_profile,
     .help = "file in profiles/ with some of these keys; those that stand here override it"},
    {.name = "variant",
     .type = SCENARIO_TYPE_CHARS,
     DRAFT(now.module.variant),
     .words = &variants,
     .help = "kind of SIM7000; SIM7000C"},
    {.name = "revision",
     .type = SCENARIO_TYPE_CHARS,
     REVISION,
     DRAFT(now.module.revision),
     .help = "what runs at the start; update.from"},
    IDENTITY("imei", imei, SCENARIO_FORM_DIGITS, 0, "15 digits; '' = lost"),
    IDENTITY("imsi", imsi, SCENARIO_FORM_DIGITS, 1, "of the SIM"),
    IDENTITY("iccid", iccid, SCENARIO_FORM_VISIBLE, 1, "of the SIM"),
    IDENTITY("operator", operator_name, SCENARIO_FORM_UNQUOTED, 1, "name of the network"),
    IDENTITY("address", address, SCENARIO_FORM_VISIBLE, 7, "that the app network gets"),
    {.name = "files",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_file_schema,
     .flags = SCENARIO_LIST,
     .compile = scenario_compile_files,
     .help = "what lies in flash from the start; nothing"},
    {.name = "settings",
     .type = SCENARIO_TYPE_SETTINGS,
     DRAFT(now.module.settings),
     .compile = scenario_compile_settings,
     .help = "behaviour of the emulator"},
};
static const struct scenario_map module_map = {
    .name = "module", .keys = module_keys, .count = COUNT(module_keys)};
/* The same, but a profile names no other. */
const struct scenario_map scenario_profile_schema = {
    .name = "profile", .keys = module_keys + 1, .count = COUNT(module_keys) - 1};

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

static const struct scenario_key trigger_keys[] = {
#define X(id, key, text)                                                                           \
    {.name = (key), .help = (text), .kind = SCENARIO_TRIGGER_##id, TRIGGER_##id},
    SCENARIO_TRIGGERS(X)
#undef X
        {.name = "nth",
         .type = SCENARIO_TYPE_NUMBER,
         TRIGGER(number),
         .minimum = 1,
         .with = WITH(SCENARIO_TRIGGER_COMMAND) | WITH(SCENARIO_TRIGGER_CORE_STATE) |
                 WITH(SCENARIO_TRIGGER_NV_WRITE),
         .help = "the n-th time; 1"},
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
#define ACTION_LOSE                                                                                \
    .type = SCENARIO_TYPE_SIZE, ACTION(number), .minimum = 1, .maximum = INT32_MAX,                \
    .word = "line", .word_value = UINT32_MAX
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
#define ACTION_HTTP_SHORT     .type = SCENARIO_TYPE_SIZE, ACTION(number)
#define ACTION_FILE_DAMAGE    ACTION_PATH
#define ACTION_FILE_TRUNCATE  ACTION_PATH
#define ACTION_FILE_DELETE    ACTION_PATH
#define ACTION_SMS            .type = SCENARIO_TYPE_LINE, .minimum = 1, .maximum = 160, ACTION(text)
#define ACTION_SET            .type = SCENARIO_TYPE_SETTINGS, .compile = scenario_compile_set
#define ACTION_LOSE_TO_HOST   ACTION_LOSE
#define ACTION_LOSE_TO_MODULE ACTION_LOSE
#define ACTION_GARBLE_TO_HOST .type = SCENARIO_TYPE_SIZE, ACTION(number), .minimum = 1
#define ACTION_INSERT_TO_HOST                                                                      \
    .type = SCENARIO_TYPE_BYTES, .minimum = 1, ACTION(text), .compile = scenario_compile_insert
#define ACTION_HOST_RESET .type = SCENARIO_TYPE_YES
#define ACTION_CANCEL     .type = SCENARIO_TYPE_YES
#define ACTION_RESET_PIN  ACTION_PWRKEY
#define ACTION_SUPPLY     .type = SCENARIO_TYPE_WAVEFORM, .compile = scenario_compile_supply
#define ACTION_DTR        .type = SCENARIO_TYPE_WORD, .words = &lines, ACTION(detail)
#define ACTION_RTS        ACTION_DTR

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
                 WITH(SCENARIO_ACTION_NETWORK) | WITH(SCENARIO_ACTION_HOST_RESET),
         .help = "how long; for good"},
    {.name = "at",
     .type = SCENARIO_TYPE_SIZE,
     ACTION(number),
     .with = WITH(SCENARIO_ACTION_FILE_DAMAGE) | WITH(SCENARIO_ACTION_FILE_TRUNCATE) |
             WITH(SCENARIO_ACTION_INSERT_TO_HOST),
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
#define EXPECT(member)                                                                             \
    MEMBER(struct scenario_expectation, member), .compile = scenario_compile_expectation
#define EXPECT_OUTCOME .type = SCENARIO_TYPE_WORD, .words = &outcomes, EXPECT(number)
#define EXPECT_REASON  .type = SCENARIO_TYPE_WORD, .words = &reasons, EXPECT(number)
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
    .type = SCENARIO_TYPE_WORD, .words = &requests, .flags = SCENARIO_LIST, EXPECT(number)
#define EXPECT_WITHIN     .type = SCENARIO_TYPE_DURATION, .minimum = 1, EXPECT(time_us)
#define EXPECT_NEVER_SENT EXPECT_SENT

static const struct scenario_key expect_keys[] = {
#define X(id, key, text) {.name = (key), .help = (text), .kind = SCENARIO_EXPECT_##id, EXPECT_##id},
    SCENARIO_EXPECTATIONS(X)
#undef X
};
static const struct scenario_map expect_map = {
    .name = "expect", .keys = expect_keys, .count = COUNT(expect_keys)};

/* ---- the file -------------------------------------------------------------------------------- */

static const struct scenario_key file_level_keys[] = {
    {.name = "scenario",
     .type = SCENARIO_TYPE_PROSE,
     DRAFT(title),
     .minimum = 1,
     .maximum = 200,
     .flags = SCENARIO_REQUIRED | SCENARIO_FIXED,
     .help = "what happens, in one sentence"},
    {.name = "why",
     .type = SCENARIO_TYPE_PROSE,
     DRAFT(why),
     .minimum = 1,
     .maximum = 1000,
     .flags = SCENARIO_REQUIRED | SCENARIO_FIXED,
     .help = "first line of a failure report"},
    {.name = "tags",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .minimum = 1,
     .maximum = 40,
     .flags = SCENARIO_LIST | SCENARIO_FIXED,
     DRAFT(tags),
     .compile = scenario_compile_tags,
     .help = "words to select scenarios by"},
    {.name = "vary",
     .type = SCENARIO_TYPE_VARY,
     .flags = SCENARIO_FIXED,
     .help = "each combination of the values is one case; $name stands for the value"},
    {.name = "update",
     .type = SCENARIO_TYPE_MAP,
     .map = &update_map,
     .flags = SCENARIO_REQUIRED,
     .help = "the job"},
    {.name = "host",
     .type = SCENARIO_TYPE_MAP,
     .map = &host_map,
     .help = "the surroundings of the core"},
    {.name = "module", .type = SCENARIO_TYPE_MAP, .map = &module_map, .help = "the emulator"},
    {.name = "events",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_event_schema,
     .flags = SCENARIO_LIST,
     .compile = scenario_compile_events,
     .help = "what goes wrong when"},
    {.name = "expect",
     .type = SCENARIO_TYPE_MAP,
     .map = &expect_map,
     .flags = SCENARIO_REQUIRED,
     .help = "how it must end"},
};
const struct scenario_map scenario_schema = {
    .name = "", .keys = file_level_keys, .count = COUNT(file_level_keys), .ordered = true};
