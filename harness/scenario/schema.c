/* schema.c - the tables of the scenario language: the file, the job, host and module. */
#include "harness/scenario/schema_rows.h"
#include "sim/catalogue.h"

#define DRAFT(member) MEMBER(struct scenario_draft, member)

/* Members are addressed by 16 bits. */
_Static_assert(sizeof(struct scenario_draft) < UINT16_MAX, "struct scenario_draft is too large");

/* ---- words ----------------------------------------------------------------------------------- */

#define X(name, text, ...) text,
static const char *const request_names[] = {FOTA_REQUESTS(X)};
static const char *const delivery_names[] = {FOTA_DELIVERIES(X)};
#undef X
#define X(name, text, ...) text,
static const char *const check_names[] = {FOTA_CHECKS(X)};
#undef X
static const char *const psm_names[] = {"untouched", "off", "on"};

const struct scenario_words scenario_requests = WORDS(FOTA_REQUEST_NONE + 1, request_names);
static const struct scenario_words delivery = WORDS(0, delivery_names);
static const struct scenario_words psm = WORDS(1, psm_names);
static const struct scenario_words checks = WORDS(0, check_names);
static const struct scenario_words variants = {.name = sim_variant};

const char *scenario_word(const struct scenario_words *words, size_t index)
{
    if (!words->names)
        return words->name(index);
    return index < words->count ? words->names[index] : NULL;
}

/* ---- update ---------------------------------------------------------------------------------- */

enum { PACKAGE_BYTES_MAX = 67108864 }; /* 64 MiB: more than any SIM7000 has room for */

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
     .help = "AT+CGDCONT; left alone"},
    {.name = "context",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.restore.apn_context),
     .minimum = 1,
     .maximum = 24,
     .help = "of the APN; 1"},
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
    {.name = "cnmp",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.restore.mode),
     .minimum = 1,
     .maximum = 51,
     .help = "AT+CNMP; left alone"},
    {.name = "cmnb",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.job.restore.lte),
     .minimum = 1,
     .maximum = 3,
     .help = "AT+CMNB; left alone"},
    {.name = "bandcfg",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_ANY,
     .minimum = 1,
     .maximum = 99,
     DRAFT(now.job.restore.bands),
     .help = "AT+CBANDCFG, as it stands behind the sign; left alone"},
    {.name = "operator",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_DIGITS,
     .maximum = 6,
     DRAFT(now.job.restore.network),
     .help = "AT+COPS=1,2; '' = AT+COPS=0; left alone"},
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

/* The first is for another job only, which takes what it does not name from the first one. */
static const struct scenario_key update_keys[] = {
    {.name = "after",
     .type = SCENARIO_TYPE_DURATION,
     DRAFT(now.then.after_us),
     .help = "the job begins that long after the first is over; 0s"},
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
    {.name = "downgrade",
     .type = SCENARIO_TYPE_YES,
     DRAFT(now.job.allow_downgrade),
     .help = "the target may be older than the base; no"},
    {.name = "unjudged",
     .type = SCENARIO_TYPE_WORD,
     .words = &checks,
     .flags = SCENARIO_LIST,
     DRAFT(now.job.unjudged),
     .compile = scenario_compile_unjudged,
     .help = "checks of health after an update that are left out; none"},
    {.name = "never-restart",
     .type = SCENARIO_TYPE_YES,
     DRAFT(now.job.never_restart),
     .help = "no restart that might mend the health after an update; no"},
    {.name = "trust-report",
     .type = SCENARIO_TYPE_YES,
     DRAFT(now.job.trust_report),
     .help = "a file of unknown size is not looked into; no"},
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
const struct scenario_map scenario_update_schema = {
    .name = "update", .keys = update_keys + 1, .count = COUNT(update_keys) - 1};
const struct scenario_map scenario_then_schema = {
    .name = "then", .keys = update_keys, .count = COUNT(update_keys), .optional = true};

/* ---- host ------------------------------------------------------------------------------------ */

static const struct scenario_key host_keys[] = {
    {.name = "baud",
     .type = SCENARIO_TYPE_NUMBER,
     DRAFT(now.host.baud_bps),
     .minimum = 300,
     .maximum = 4000000,
     .help = "rate of the host's port; 115200"},
    {.name = "checkpoint",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_HEX,
     .minimum = 2 * FOTA_CHECKPOINT_BYTES,
     .maximum = 2 * FOTA_CHECKPOINT_BYTES,
     DRAFT(now.host.checkpoint),
     .help = "what the core's host kept of an earlier life, 64 hexadecimal digits; nothing"},
    {.name = "refuses",
     .type = SCENARIO_TYPE_WORD,
     .words = &scenario_requests,
     .flags = SCENARIO_LIST,
     DRAFT(now.host.refused),
     .compile = scenario_compile_refuses,
     .help = "what the surroundings can't do for the core; nothing"},
    {.name = "replay",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_UNQUOTED,
     .minimum = 1,
     .maximum = SCENARIO_TEXT_MAX,
     DRAFT(now.host.replay),
     .help = "a trace beside this file, whose host is played in place of the core"},
    {.name = "request-time",
     .type = SCENARIO_TYPE_DURATION,
     DRAFT(now.host.request_us),
     .help = "how long it takes to do what the core asks; 0s"},
    {.name = "says-later",
     .type = SCENARIO_TYPE_YES,
     DRAFT(now.host.says_later),
     .help = "it answers each request with later first, then after request-time; no"},
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
    {.name = "cells",
     .type = SCENARIO_TYPE_CELL,
     .flags = SCENARIO_LIST,
     .compile = scenario_compile_cells,
     .help =
         "cells in reach, each with the settings in which it differs; one, as the settings say"},
    {.name = "parameters",
     .type = SCENARIO_TYPE_PARAMETERS,
     .compile = scenario_compile_initial_values,
     .help = "what commands of one number were set to before: {CNMP: 38}"},
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
     .compile = scenario_compile_names,
     .help = "words to select scenarios by"},
    {.name = "fixtures",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .minimum = 1,
     .maximum = 40,
     .flags = SCENARIO_LIST | SCENARIO_FIXED,
     DRAFT(now.fixtures),
     .compile = scenario_compile_names,
     .help = "what must stand around a module behind a port, by the names of a rack file"},
    {.name = "vary",
     .type = SCENARIO_TYPE_VARY,
     .flags = SCENARIO_FIXED,
     .help =
         "each combination of the values, or each row, is one case; $name stands for the value"},
    {.name = "update",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_update_schema,
     .flags = SCENARIO_REQUIRED,
     .help = "the job"},
    {.name = "then",
     .type = SCENARIO_TYPE_MAP,
     .map = &scenario_then_schema,
     .compile = scenario_compile_then,
     .help = "a job that follows on the same module; what it does not name is as in update"},
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
     .map = &scenario_expect_schema,
     .flags = SCENARIO_REQUIRED,
     .help = "how it must end"},
};
const struct scenario_map scenario_schema = {
    .name = "", .keys = file_level_keys, .count = COUNT(file_level_keys), .ordered = true};
