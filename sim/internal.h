/*
 * internal.h - what the files of sim/ share with each other; nobody outside may include it.
 *
 * Layers, one file each: line -> interpreter -> commands by chapter -> engines (files, download,
 * network, updater) -> power. A command is a row; a timer is a row; a restart is one function.
 */
#ifndef FOTARIG_SIM_INTERNAL_H
#define FOTARIG_SIM_INTERNAL_H

#include <string.h>

#include "sim/catalogue.h"
#include "sim/sim.h"

/* Everything a function of sim/ needs, in one argument. Lives on the stack of one public call. */
struct sim_context {
    struct sim *sim;
    const struct sim_host *host;
    uint64_t now_us;
};

/* The context of a public call, which finds the module as the last one left it. Time never runs
   backwards for the module. */
struct sim_context sim_context_at(struct sim *sim, const struct sim_host *host, uint64_t now_us);

/* state_rules.c: the member that breaks a rule, NULL = all hold. `usb`: the tail, NULL = none. */
const char *sim_state_broken(const struct sim *sim, const struct sim_usb *usb);

/* ---- commands ------------------------------------------------------------------------------ */

enum sim_form { SIM_FORM_TEST = 1, SIM_FORM_READ = 2, SIM_FORM_WRITE = 4, SIM_FORM_EXECUTE = 8 };

/* Saving modes of AT106 1.7.1. */
enum sim_saving { SIM_NO_SAVE, SIM_AUTO_SAVE, SIM_AUTO_SAVE_REBOOT };

/* What a handler returns; a positive number is a CME error (AT106 20.1). */
enum {
    SIM_DONE = 0,       /* OK */
    SIM_FAILED = -1,    /* plain ERROR, whatever CMEE says */
    SIM_PENDING = -2,   /* the final result comes later, through sim_finish() */
    SIM_NO_RESULT = -3, /* none at all (AT+CPOWD) */
    SIM_NO_CARRIER = -4,
    SIM_CMS = 1000 /* SIM_CMS + n: the CMS error n (TS 27.005 3.2.5) */
};
enum {
    SIM_CME_NOT_ALLOWED = 3,
    SIM_CME_NOT_SUPPORTED = 4,
    SIM_CME_NOT_INSERTED = 10,
    SIM_CME_PIN = 11,
    SIM_CME_PUK = 12,
    SIM_CME_SIM_FAILURE = 13,
    SIM_CME_WRONG_PASSWORD = 16,
    SIM_CME_MEMORY_FULL = 20,
    SIM_CME_NO_SERVICE = 30,
    SIM_CME_GPRS = 148,
    SIM_CME_STACK_BUSY = 181,
    SIM_CME_NO_FILE = 188,
    SIM_CME_ABORTED = 609,
    SIM_CME_INVALID_INPUT = 765,
    SIM_CME_RADIO_OFF = 797
};

struct sim_command;

/* One command of a line while it runs. */
struct sim_call {
    struct sim_context *ctx;
    const struct sim_command *command;
    enum sim_form form;
    const char *arguments; /* what stands after '=', not NUL-terminated */
    size_t length;
};

struct sim_command {
    const char *name;    /* "+CFOTA", "&W", "E": as it stands after AT */
    uint8_t forms;       /* enum sim_form, ored */
    uint8_t saving;      /* enum sim_saving */
    char tag;            /* 'D', 'O', 'S', 'I' */
    uint32_t maximum_ms; /* documented maximum response time, 0 = "-" */
    const char *source;
    const char *meaning;
    const char *test_answer; /* information text of the test form, NULL = OK only */
    int (*run)(struct sim_call *call);
    uint16_t since; /* AT manual version that brought it, times 100 (103 = V1.03); 0 = always */
};

#include "sim/part_table.h" /* whose prototypes need the types above */

/* ---- arguments: index 0 is the first; each returns false when it is missing or out of range - */

bool sim_argument_number(const struct sim_call *call, unsigned index, int32_t minimum,
                         int32_t maximum, int32_t *ret_value);
/* A string, quoted or not; points into the line. */
bool sim_argument_text(const struct sim_call *call, unsigned index, const char **ret_text,
                       size_t *ret_length);
unsigned sim_argument_count(const struct sim_call *call);

/* Writes the fields of `text` without the blanks around them, which V.25ter 5.2.1 has ignored, to
   `packed`, so that what is kept of a line reads as if it had none. Returns the length; what `size`
   has no room for is left out. */
size_t sim_arguments_pack(const char *text, size_t length, char *packed, size_t size);

/* True when the `length` bytes at `text` are `word`, in any case. */
bool sim_same_word(const char *word, const char *text, size_t length);

/* The digits at `text`, up to `maximum`; false when they are none. */
bool sim_number_of(const char *text, size_t length, int32_t maximum, int32_t *ret_value);
/* Hexadecimal digits to octets; returns how many, 0 when a digit is none or they do not fit. */
size_t sim_hex_read(const char *text, size_t length, uint8_t *bytes, size_t capacity);

/* ---- answers: an information line is begun, filled and ended ------------------------------- */

void sim_line_begin(struct sim_context *ctx);
void sim_put_text(struct sim_context *ctx, const char *text);
void sim_put_bytes(struct sim_context *ctx, const char *bytes, size_t size);
void sim_put_number(struct sim_context *ctx, int64_t value);
void sim_put_quoted(struct sim_context *ctx, const char *text);
void sim_line_end(struct sim_context *ctx);
/* A whole information line at once. */
void sim_line(struct sim_context *ctx, const char *text);

/* Ends a command that returned SIM_PENDING: `result` is what its handler would have returned. */
void sim_finish(struct sim_context *ctx, int result);

/*
 * Data mode for a command that returned SIM_PENDING: the next `size` bytes of the host go to
 * `take` piece by piece, without echo, until they are complete or `timeout_ms` is over (then
 * `take` is called once with bytes == NULL).
 */
void sim_data_begin(struct sim_context *ctx, const char *prompt, enum sim_data_taker taker,
                    uint32_t size, uint32_t timeout_ms);

/*
 * Sends `size` bytes of a file, raw, after what is queued already (bulk answers do not pass
 * through the output queue). The command's final result follows them.
 */
void sim_put_file(struct sim_context *ctx, uint8_t file, uint32_t offset, uint32_t size);

/* An unsolicited line: framed, journaled, queued; lost while the port is down or muted. */
void sim_urc(struct sim_context *ctx, const char *text);
void sim_urc_bytes(struct sim_context *ctx, const char *bytes, size_t size);
/* The same in pieces: between begin and end, sim_put_*() adds to it. */
void sim_urc_begin(struct sim_context *ctx);
void sim_urc_end(struct sim_context *ctx);

/* ---- events, hooks, settings, timers ------------------------------------------------------- */

void sim_tell(struct sim_context *ctx, enum sim_event_kind kind, uint32_t number, const char *text,
              size_t length);
/* Calls the hook if the host listens. True: the supply was cut there; stop at once. */
bool sim_hook(struct sim_context *ctx, enum sim_hook_kind kind, uint32_t number);
/* Where the value of a setting lies in struct sim_settings (settings.c). */
struct sim_setting_place {
    uint16_t offset;
    uint8_t width; /* in bytes */
    bool is_signed;
    int32_t minimum, maximum;
};
extern const struct sim_setting_place sim_setting_places[SIM_SETTING_COUNT];

static inline int32_t sim_setting_at(const struct sim *sim, unsigned setting)
{
    const struct sim_setting_place *place = &sim_setting_places[setting];
    const uint8_t *at = (const uint8_t *)&sim->settings + place->offset;
    uint16_t two;
    int32_t four;
    if (place->width == 1)
        return *at;
    if (place->width == 2) {
        memcpy(&two, at, sizeof two);
        return place->is_signed ? (int16_t)two : two;
    }
    memcpy(&four, at, sizeof four);
    return four;
}

/* The surroundings want to know which settings are looked up. */
void sim_setting_note(const struct sim_host *host, enum sim_setting_id setting);

/* Of a name that the compiler knows it is one load. */
static inline int32_t sim_setting(const struct sim_context *ctx, enum sim_setting_id setting)
{
    if (ctx->host->settings_read)
        sim_setting_note(ctx->host, setting);
    return sim_setting_at(ctx->sim, setting);
}
/* From now on; a value out of the setting's range counts as the nearest one in it. */
void sim_setting_keep(struct sim *sim, enum sim_setting_id setting, int32_t value);
/* A duration setting in microseconds. */
uint64_t sim_setting_us(const struct sim_context *ctx, enum sim_setting_id setting);
/*
 * A write to flash that the surroundings may cut (flash.c): `begin` asks and says what becomes of
 * it, the caller brings that about, `end` takes the supply away if it must. True: it is gone.
 */
enum sim_write_effect { SIM_WRITE_NEW, SIM_WRITE_OLD, SIM_WRITE_LOST };
struct sim_write {
    uint8_t effect; /* enum sim_write_effect */
    bool cut;
};
struct sim_write sim_flash_step(struct sim_context *ctx, uint32_t step);
struct sim_write sim_nv_begin(struct sim_context *ctx, const char *what, size_t length);
bool sim_flash_end(struct sim_context *ctx, struct sim_write write);
/* Deterministic random number below `limit` (> 0), from the module's own state. */
uint32_t sim_random(struct sim_context *ctx, uint32_t limit);

void sim_timer_set(struct sim_context *ctx, enum sim_timer timer, uint64_t at_us);
void sim_timer_stop(struct sim_context *ctx, enum sim_timer timer);
/* timers_set follows timer_at_us, which was written from outside. */
void sim_timers_count(struct sim *sim);

/* ---- engines, to each other ---------------------------------------------------------------- */

/*
 * The one way to restart: everything that does not survive `reset` (the saving-mode column) goes
 * back to its saved or initial value, engines are told, and the boot timeline or the updater begins
 * after `silence_us`.
 */
void sim_restart(struct sim_context *ctx, enum sim_reset reset, uint64_t silence_us);
/* The supply goes: nothing is saved any more. */
void sim_power_gone(struct sim_context *ctx);

/* At power-up, before the boot timeline: true when the updater takes over (it will call
   sim_restart() itself when it has finished). */
bool sim_updater_takes_boot(struct sim_context *ctx);

/* ---- files: the flash file system (files.c) ------------------------------------------------ */

/* What CFSWFILE had begun is as it was before. */
void sim_files_forget_upload(struct sim_context *ctx);
/* Index of a file, or SIM_NO_FILE. */
uint8_t sim_files_find(const struct sim_files *files, uint8_t directory, const char *name,
                       size_t length);
/* Splits "/fota/update.zip"; false when it is outside the four folders or the name is too long. */
bool sim_files_path(const char *path, size_t length, uint8_t *ret_directory, const char **ret_name,
                    size_t *ret_length);
/* The file with that name, empty; made when it is not there. SIM_NO_FILE: no entry is free. */
uint8_t sim_files_create(struct sim_context *ctx, uint8_t directory, const char *name,
                         size_t length);
/* Append to a file. False, and nothing is changed: the flash is full. */
bool sim_files_append(struct sim_context *ctx, uint8_t file, const void *bytes, size_t size);
bool sim_files_append_blob(struct sim_context *ctx, uint8_t file, uint16_t blob, uint32_t offset,
                           uint32_t size);
void sim_files_truncate(struct sim_context *ctx, uint8_t file, uint32_t size);
void sim_files_delete(struct sim_context *ctx, uint8_t file);
/* Copies bytes of a file; returns how many. */
size_t sim_files_read(const struct sim_files *files, const struct sim_host *host, uint8_t file,
                      uint32_t offset, void *buffer, size_t size);
/* The blob that a file is exactly and wholly, or NULL. */
const struct sim_blob *sim_files_blob(const struct sim_context *ctx, uint8_t file);
/* Bytes that still fit, as CFSGFRS counts. */
uint32_t sim_files_free(const struct sim_context *ctx);
/* Writes the path of a file as if it lay in `directory`, SIM_FILE_PATH at most; its length. */
size_t sim_files_name(const struct sim_context *ctx, uint8_t file, uint8_t directory, char *path);
/* Tells the event FILE for a file as it is now; of SIM_NO_FILE nothing. */
void sim_files_tell(struct sim_context *ctx, uint8_t file);

/* ---- hidden files: of RAM; a name with '/' in it can't be a user's ----------------------------
 */

/* The file with that name, or SIM_NO_FILE. */
uint8_t sim_hidden_find(const struct sim_context *ctx, const char *name);
uint32_t sim_hidden_size(const struct sim_context *ctx, const char *name);
void sim_hidden_delete(struct sim_context *ctx, const char *name);

/* ---- download and updater, to the frame ---------------------------------------------------- */

/* A transfer as a command asks for it; the texts are within their documented lengths. */
struct sim_download_order {
    const char *url, *path; /* path: of HTTPTOFS and FTPEXTGET=2 */
    size_t url_length, path_length;
    uint32_t from_bytes; /* of the server's file: where the body begins */
    uint16_t timeout_s;
    uint8_t attempts;
    uint8_t transfer; /* enum sim_transfer */
    uint8_t method;   /* enum sim_http_method */
};
/* Begins it; returns what a handler returns. */
int sim_download_start(struct sim_context *ctx, const struct sim_download_order *order);
/* Bytes of the body that have arrived by now. */
uint32_t sim_download_arrived(const struct sim_context *ctx);
/* True when an HTTPTOFS has ended since the start of the module. */
bool sim_download_was_tofs(const struct sim_context *ctx);
/* What has arrived lies in the file from here on, not only at the end. */
void sim_download_store(struct sim_context *ctx);
/* HTTPTOFSRL: of the HTTPTOFS that runs, or the last. */
void sim_download_progress(const struct sim_context *ctx, uint32_t *ret_current,
                           uint32_t *ret_total);
/* True while a transfer of that kind runs. */
bool sim_download_busy(const struct sim_context *ctx, enum sim_transfer transfer);
/* Ends the transfer without a word. */
void sim_download_stop(struct sim_context *ctx);
/* HTTPTOFS follows what http-redirect says, HTTPACTION what HTTPPARA="REDIR" does, SH* nothing. */
enum sim_follow sim_download_follow(const struct sim_context *ctx, enum sim_transfer transfer);
/* The page of a redirect that nobody has followed is what HTTPTOFS stores. */
bool sim_download_stores_page(const struct sim_context *ctx, uint16_t status);
/* The host of the URL is a name, no address. */
bool sim_download_is_named(const char *url);

/* AT+CFOTA=1: returns what a handler returns. */
int sim_updater_start(struct sim_context *ctx);
/* AT+CFOTA=0. */
void sim_updater_clear(struct sim_context *ctx);
/* Bytes of the host while the AT engine is not up: nothing, or errors where the updater runs. */
void sim_updater_receive(struct sim_context *ctx, const char *bytes, size_t size);
/* The firmware restarted without having been asked to (setting stale-package). */
void sim_updater_abnormal_reset(struct sim_context *ctx);
/* True while the updater has the module: the AT engine is not up. */
bool sim_updater_runs(const struct sim_context *ctx);

/* True while it writes flash. */
bool sim_updater_writes(const struct sim_context *ctx);

/* Supply voltage now, in mV. */
int32_t sim_supply_mv(const struct sim_context *ctx);

bool sim_network_registered(const struct sim_context *ctx);
bool sim_bearer_up(const struct sim_context *ctx);

#endif
