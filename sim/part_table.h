/*
 * part_table.h - who takes part in what: one row a part of the module, and the only list of them.
 *
 * A part is a file (or a few) of a room; what it does for the whole stands in its row, and from
 * there come the enums, the prototypes and the lists that part_table.c walks, in the order of the
 * rows:
 *
 * STARTS(f)               void f(ctx): a new module; all zero already, settings taken.
 * RESETS(f)               void f(ctx, reset): a restart, or the power is off: forget what RAM held.
 * LOSES(f)                bool f(ctx, loss): something is gone that the part lives on (enum
 *                        sim_loss); true when it had some of it.
 * HEARS(f)               void f(ctx, news): something has come, or is about to happen.
 * CHANGES(f)             void f(ctx, setting): a setting has got another value while it runs.
 * COMMANDS(t)            its table, sim_commands_<t>[]; CLAC lists them in the order of the rows.
 * TAKES(NAME, f, span)   int f(ctx, bytes, size, complete): the host's bytes in data mode; returns
 *                        SIM_PENDING while more is wanted, else the final result. bytes == NULL:
 *                        they did not come in time. size_t span(ctx, bytes, size, ret_complete):
 *                        where their number was not told, how many of the bytes are among them,
 *                        and whether the last of those ends them.
 * TIMER(NAME, text, f)   void f(ctx): at most one is pending; handlers run in the order of their
 *                        times, then of the rows. `text` is its name in an image.
 * ACTION(NAME, f)        bool f(ctx, action): something from outside (SIM_ACTIONS); false when it
 *                        can't be done now. Each action has one.
 */
#ifndef FOTARIG_SIM_PART_TABLE_H
#define FOTARIG_SIM_PART_TABLE_H

#include "sim/sim.h"

/* clang-format off */
#define SIM_PARTS(PART, STARTS, RESETS, LOSES, HEARS, CHANGES, COMMANDS, TAKES, TIMER, ACTION)     \
    PART("at/basic", RESETS(sim_list_reset) COMMANDS(basic))                                       \
    PART("at/interpreter", RESETS(sim_interpreter_reset) TIMER(ANSWER, "answer", sim_on_answer))   \
    PART("at/parameters", STARTS(sim_values_init) COMMANDS(parameter))                             \
    PART("at/identity", COMMANDS(identity))                                                        \
    PART("knowledge/settings", ACTION(SETTING, sim_settings_apply))                                \
    PART("port/output", ACTION(URC, sim_output_apply))                                             \
    PART("port/receive", RESETS(sim_port_reset) TIMER(DATA, "data", sim_on_data_timeout)           \
         ACTION(DTR, sim_port_apply) ACTION(RTS, sim_port_apply)                                 \
         ACTION(RATE, sim_port_apply))                                                             \
    PART("port/usb", RESETS(sim_usb_reset))                                                        \
    PART("power/boot", TIMER(BOOT, "boot", sim_on_boot))                                           \
    PART("power/power", TIMER(POWER, "power", sim_on_power) TIMER(CRASH, "crash", sim_on_crash)    \
         TIMER(SLEEP, "sleep", sim_on_sleep) ACTION(POWER_CUT, sim_power_apply)                    \
         ACTION(POWER_ON, sim_power_apply) ACTION(PWRKEY, sim_power_apply)                         \
         ACTION(RESET, sim_power_apply) ACTION(RESET_PIN, sim_power_apply)                         \
         ACTION(HANG, sim_power_apply))                                                            \
    PART("services/download", RESETS(sim_download_reset) LOSES(sim_download_lost)                  \
         HEARS(sim_download_hears) TIMER(DOWNLOAD, "download", sim_on_download)                    \
         ACTION(HTTP_RESULT, sim_download_apply) ACTION(HTTP_SHORT, sim_download_apply))           \
    /* Profiles go by the revision: before whoever asks for one when it starts. */                 \
    PART("update/updater", STARTS(sim_updater_init) LOSES(sim_updater_lost)                        \
         TIMER(UPDATER, "updater", sim_on_updater))                                                \
    PART("radio/network", STARTS(sim_network_init) RESETS(sim_network_reset)                       \
         CHANGES(sim_network_changed) COMMANDS(radio) TIMER(NETWORK, "network", sim_on_network)    \
         TIMER(TIME, "time", sim_on_time) ACTION(NETWORK, sim_network_apply)                       \
         ACTION(BEARER_LOST, sim_network_apply))                                                   \
    PART("radio/packet", LOSES(sim_packet_lost) COMMANDS(packet)                                   \
         TIMER(BEARER, "bearer", sim_on_bearer))                                                   \
    PART("storage/files", STARTS(sim_files_init) RESETS(sim_files_reset) COMMANDS(files)           \
         TAKES(FILE_WRITE, sim_files_take, sim_port_span_to_mark)                                  \
         ACTION(FILE_DAMAGE, sim_files_apply) ACTION(FILE_TRUNCATE, sim_files_apply)               \
         ACTION(FILE_DELETE, sim_files_apply))                                                     \
    PART("update/commands", COMMANDS(update))                                                      \
    PART("power/supply", CHANGES(sim_supply_changed) TIMER(SUPPLY, "supply", sim_on_supply)        \
         ACTION(SUPPLY, sim_supply_apply))                                                         \
    PART("services/bearer", RESETS(sim_sapbr_reset) LOSES(sim_sapbr_lost) COMMANDS(bearer)         \
         TIMER(SAPBR, "sapbr", sim_on_sapbr))                                                      \
    PART("services/ftp", RESETS(sim_ftp_reset) COMMANDS(ftp)                                       \
         TAKES(FTP, sim_ftp_take, sim_ftp_take_escaped) TIMER(FTP, "ftp", sim_on_ftp))             \
    PART("services/socket", RESETS(sim_sockets_reset) LOSES(sim_ip_lost) COMMANDS(socket)          \
         TAKES(SOCKET, sim_sockets_take, sim_port_span_to_mark) TIMER(IP, "ip", sim_on_ip)         \
         TIMER(SOCKET, "socket", sim_on_socket))                                                   \
    PART("services/http", RESETS(sim_http_reset) COMMANDS(http)                                    \
         TAKES(HTTP, sim_http_take, sim_port_span_to_mark))                                        \
    PART("services/sh", RESETS(sim_sh_reset) LOSES(sim_sh_lost) COMMANDS(sh)                       \
         TAKES(SH, sim_sh_take, sim_port_span_to_mark) TIMER(SH, "sh", sim_on_sh))                 \
    PART("sms/messages", STARTS(sim_messages_init) RESETS(sim_messages_reset)                      \
         HEARS(sim_messages_hears) COMMANDS(message)                                               \
         TAKES(MESSAGE, sim_messages_take, sim_port_span_to_mark)                                  \
         TIMER(MESSAGE, "message", sim_on_message) TIMER(REPORT, "report", sim_on_report)          \
         ACTION(SMS, sim_messages_apply))                                                          \
    PART("radio/card", COMMANDS(card) TIMER(CARD, "card", sim_on_card)                             \
         TIMER(CALL, "call", sim_on_call))                                                         \
    PART("radio/gnss", COMMANDS(gnss))                                                             \
    PART("at/stored", RESETS(sim_stored_reset) COMMANDS(stored))                                   \
    PART("radio/cell", COMMANDS(cell))                                                             \
    PART("at/device", COMMANDS(device))                                                            \
    PART("radio/clock", COMMANDS(clock) TIMER(CLOCK, "clock", sim_on_clock))                       \
    PART("services/mqtt", RESETS(sim_mqtt_reset) LOSES(sim_mqtt_lost) COMMANDS(mqtt)               \
         TAKES(MQTT, sim_mqtt_take, sim_port_span_to_mark) TIMER(MQTT, "mqtt", sim_on_mqtt))       \
    PART("services/secure", LOSES(sim_secure_lost) COMMANDS(secure)                                \
         TAKES(SECURE, sim_secure_take, sim_port_span_to_mark))                                    \
    PART("at/pins", COMMANDS(pins))                                                                \
    PART("services/ip", COMMANDS(ip))                                                              \
    PART("radio/operator", COMMANDS(operator))                                                     \
    PART("services/ftp_remote", COMMANDS(ftp_remote))                                              \
    PART("services/tls", COMMANDS(tls))                                                            \
    PART("radio/signal", COMMANDS(signal))                                                         \
    PART("port/data_call", RESETS(sim_data_call_reset) LOSES(sim_data_call_lost)                   \
         TAKES(CALL, sim_data_call_take, sim_port_span_all)                                        \
         TIMER(ESCAPE, "escape", sim_on_escape))
/* clang-format on */

/* For SIM_PARTS: what is not asked for. */
#define SIM_PARTS_NOT(...)
#define SIM_PARTS_ROW(name, entries) entries
#define SIM_PARTS_START(START)                                                                     \
    SIM_PARTS(SIM_PARTS_ROW, START, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT,    \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_RESET(RESET)                                                                     \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, RESET, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT,    \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_LOST(LOST)                                                                       \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, LOST, SIM_PARTS_NOT, SIM_PARTS_NOT,     \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_HEARD(HEARD)                                                                     \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, HEARD, SIM_PARTS_NOT,    \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_CHANGED(CHANGED)                                                                 \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, CHANGED,  \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_COMMANDS(COMMANDS)                                                               \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT,           \
              SIM_PARTS_NOT, COMMANDS, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_TAKES(TAKES)                                                                     \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT,           \
              SIM_PARTS_NOT, SIM_PARTS_NOT, TAKES, SIM_PARTS_NOT, SIM_PARTS_NOT)
#define SIM_PARTS_TIMER(TIMER)                                                                     \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT,           \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, TIMER, SIM_PARTS_NOT)
#define SIM_PARTS_ACTION(ACTION)                                                                   \
    SIM_PARTS(SIM_PARTS_ROW, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT,           \
              SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, SIM_PARTS_NOT, ACTION)

/* What a part may lose. */
enum sim_loss {
    SIM_LOST_POWER,        /* the firmware stops where it is */
    SIM_LOST_REGISTRATION, /* the network, and whatever went over it */
    SIM_LOST_ADDRESSES,    /* the network has taken all addresses away: CNACT, SAPBR, CIICR */
    SIM_LOST_BEARER        /* one of the bearers of CNACT or SAPBR is closed */
};

/* What a part may hear. */
enum sim_news {
    SIM_NEWS_REGISTERED,     /* with the network */
    SIM_NEWS_NETWORK_OPENED, /* an app network: CNACT */
    SIM_NEWS_WRITE           /* the next write to flash is about to have its number */
};

enum {
#define X(table) SIM_CHAPTER_##table,
    SIM_PARTS_COMMANDS(X)
#undef X
        SIM_CHAPTERS
};

enum sim_data_taker {
    SIM_TAKER_NONE,
#define X(NAME, function, span) SIM_TAKER_##NAME,
    SIM_PARTS_TAKES(X)
#undef X
        SIM_TAKER_COUNT
};

enum sim_timer {
#define X(NAME, text, function) SIM_TIMER_##NAME,
    SIM_PARTS_TIMER(X)
#undef X
        SIM_TIMER_COUNT
};

#define X(function) void function(struct sim_context *ctx);
SIM_PARTS_START(X)
#undef X
#define X(function) void function(struct sim_context *ctx, enum sim_reset reset);
SIM_PARTS_RESET(X)
#undef X
#define X(function) bool function(struct sim_context *ctx, enum sim_loss loss);
SIM_PARTS_LOST(X)
#undef X
#define X(function) void function(struct sim_context *ctx, enum sim_news news);
SIM_PARTS_HEARD(X)
#undef X
#define X(function) void function(struct sim_context *ctx, enum sim_setting_id setting);
SIM_PARTS_CHANGED(X)
#undef X
#define X(table) extern const struct sim_command sim_commands_##table[];
SIM_PARTS_COMMANDS(X)
#undef X
#define X(NAME, function, span)                                                                    \
    int function(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete);       \
    size_t span(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool *ret_complete);
SIM_PARTS_TAKES(X)
#undef X
#define X(NAME, text, function) void function(struct sim_context *ctx);
SIM_PARTS_TIMER(X)
#undef X
#define X(NAME, function) bool function(struct sim_context *ctx, const struct sim_action *action);
SIM_PARTS_ACTION(X)
#undef X

/* ---- part_table.c: all of them, in the order of the rows
 * ------------------------------------------ */

/* The command tables; each ends with a row without a name. */
extern const struct sim_command *const sim_chapters[SIM_CHAPTERS];

void sim_parts_start(struct sim_context *ctx);
void sim_parts_reset(struct sim_context *ctx, enum sim_reset reset);
/* True when one of them had something to lose. */
bool sim_parts_lose(struct sim_context *ctx, enum sim_loss loss);
void sim_parts_hear(struct sim_context *ctx, enum sim_news news);
void sim_parts_changed(struct sim_context *ctx, enum sim_setting_id setting);
int sim_parts_take(struct sim_context *ctx, enum sim_data_taker taker, const uint8_t *bytes,
                   size_t size, bool complete);
size_t sim_parts_span(struct sim_context *ctx, enum sim_data_taker taker, const uint8_t *bytes,
                      size_t size, bool *ret_complete);
void sim_parts_due(struct sim_context *ctx, enum sim_timer timer);
bool sim_parts_apply(struct sim_context *ctx, const struct sim_action *action);
/* The name of a timer in an image. */
const char *sim_timer_name(enum sim_timer timer);

#endif
