/*
 * sim.h - a SIM7000 as a value: bytes and time in, bytes, events and the next deadline out.
 *
 * `struct sim` is the whole state of one module, flat and without pointers into itself; a copy of
 * it is a snapshot (with a mark of the arena, see sim_store, and with the copy of *sim_host.usb
 * where there are USB ports). It owns no memory, port, clock or thread. What does not change while
 * the module lives (identity, settings, packages) is in `struct sim_config`; both are given with
 * every call through `struct sim_host`.
 *
 * Every behaviour is documented (D), observed (O), seen on a sibling (S) or assumed (I); an assumed
 * one is a setting (sim/settings.h). `sim/catalogue.h` lists all of it, read-only.
 *
 * Times are absolute microseconds. Callbacks (on_event, hook) must not call the module back.
 */
#ifndef FOTARIG_SIM_SIM_H
#define FOTARIG_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/cell.h"
#include "sim/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_NEVER UINT64_MAX

/* ---- configuration: constant while the module lives --------------------------------------- */

/* What the check of an update package found; worked out once per blob by sim_package_check(). */
enum sim_package_verdict {
    SIM_PACKAGE_GOOD,
    SIM_PACKAGE_NOT_ZIP,      /* no complete zip structure */
    SIM_PACKAGE_NO_MANIFEST,  /* a zip, but not an update package */
    SIM_PACKAGE_BAD_MANIFEST, /* a field is missing or malformed */
    SIM_PACKAGE_BAD_CHECKSUM  /* an entry does not have its checksum */
};

struct sim_package {
    uint8_t verdict;        /* enum sim_package_verdict */
    char variant[16];       /* as the manifest has it, "SIM7000C"; these three end with NUL */
    char from_revision[40]; /* "1351B03SIM7000C": the firmware that it can be put on */
    char to_revision[40];   /* the firmware that it makes */
};

/* Immutable bytes shared by all modules and runs, for example a package on the server. */
struct sim_blob {
    const uint8_t *bytes;       /* owned by the caller */
    uint32_t size_bytes;        /* of `bytes` */
    uint64_t digest;            /* sim_digest() of the bytes */
    struct sim_package package; /* sim_package_check() of the bytes */
};

/* A file that lies in the module's flash when it is new. */
struct sim_initial_file {
    uint8_t directory;   /* 0 /custapp/, 1 /fota/, 2 /datatx/, 3 /customer/ (AT106 15.2, D) */
    char name[51];       /* without its folder, with NUL */
    uint16_t blob;       /* index into sim_config.blobs */
    uint32_t size_bytes; /* how much of the blob, from its beginning */
};

enum { SIM_INITIAL_FILES = 4, SIM_INITIAL_VALUES = 12 };

/* What a command of one number was set to in an earlier life of the module; saved as such. */
struct sim_initial_value {
    uint16_t parameter; /* sim_look_parameter_find() */
    int32_t value;      /* of +CPSMS the mode */
};

struct sim_config {
    char variant[16];                    /* "SIM7000C" */
    char revision[40];                   /* "1351B03SIM7000C" */
    char imei[16];                       /* 15 digits; "" = lost */
    char imsi[16];                       /* digits, of the card */
    char iccid[24];                      /* digits, of the card */
    char operator_name[32];              /* long form, as COPS prints it */
    char address[16];                    /* that the app network gets, "10.170.31.116" */
    char apn[32];                        /* that the network proposes (CGNAPN), "ctnb" */
    char service_centre[24];             /* CSCA of the card */
    int32_t settings[SIM_SETTING_COUNT]; /* by enum sim_setting_id, each in its row's unit */
    const struct sim_cell *cells; /* in reach, owned by the caller; none: the settings say it */
    const struct sim_blob *blobs; /* owned by the caller */
    uint16_t blob_count;          /* of `blobs` */
    uint8_t cell_count;           /* of `cells`, SIM_CELLS at most */
    uint8_t initial_file_count;   /* of `initial_files` */
    uint8_t initial_value_count;  /* of `initial_values` */
    struct sim_initial_file initial_files[SIM_INITIAL_FILES];    /* in the flash of a new module */
    struct sim_initial_value initial_values[SIM_INITIAL_VALUES]; /* of its commands */
};

/* Sets every setting to its default and the identity to that of a SIM7000C 1351B03. */
void sim_config_init(struct sim_config *config);
/*
 * Chooses the module by its variant ("SIM7000E-N"), its revision ("1529B10SIM7000G"), or both; NULL
 * = worked out of the other. False: the variant is not known or a text is too long. A revision that
 * names no known variant leaves the variant as it is.
 */
bool sim_config_identify(struct sim_config *config, const char *variant, const char *revision);

/* FNV-1a, 64 bits: the digest used for file contents. `digest` continues one; start: SIM_DIGEST. */
#define SIM_DIGEST 0xcbf29ce484222325u
uint64_t sim_digest(uint64_t digest, const void *bytes, size_t size);

/* Checks an update package: zip structure, manifest, checksums. Reads nothing outside the bytes. */
void sim_package_check(const uint8_t *bytes, size_t size, struct sim_package *ret_package);

/*
 * The module's flash for bytes that are in no blob. `capacity` is the flash's size; the module
 * answers as a full one does when it is used up. Bytes below `pinned` belong to a snapshot and are
 * neither moved nor reused. A snapshot keeps `used`; restoring it means setting `used` back.
 */
struct sim_store {
    uint8_t *bytes;    /* owned by the caller; need not be initialised */
    uint32_t capacity; /* in bytes, constant */
    uint32_t used;     /* in bytes, from the beginning; the module's */
    uint32_t pinned;   /* in bytes, from the beginning; the caller's */
};

/* ---- what the module tells, and where the surroundings may step in ------------------------- */

/* X(NAME, "name"): text is only valid during the call. */
#define SIM_EVENTS(X)                                                                              \
    X(POWER, "power")     /* number: 0 off, 1 on */                                                \
    X(RESET, "reset")     /* number: enum sim_reset; a reset begins */                             \
    X(BOOT, "boot")       /* number: n-th boot; the AT engine is up */                             \
    X(COMMAND, "command") /* text: one command as it is about to run, without AT; number: n-th */  \
    X(RESULT, "result")   /* text: final result code of a line */                                  \
    X(URC, "urc")         /* text: an unsolicited line, without CR LF */                           \
    X(PHASE, "phase")     /* number: enum sim_phase that begins */                                 \
    X(PERCENT, "percent") /* number: percent of the phase, told when somebody could notice */      \
    X(STATUS, "status")   /* number: new value of CFOTA? */                                        \
    X(HTTP, "http")       /* number: status code, or 0 when a download starts; text: URL */        \
    X(FILE, "file")       /* number: new size; text: path of a file written or deleted */          \
    X(NETWORK, "network") /* number: 1 registered, 0 not */                                        \
    X(BEARER, "bearer")   /* number: 1 app network up, 0 down */                                   \
    X(HANG, "hang")       /* number: enum sim_hang */                                              \
    X(SMS, "sms")         /* number: its reference; text: "+4915112345678 text of it", sent */

enum sim_event_kind {
#define X(name, text) SIM_EVENT_##name,
    SIM_EVENTS(X)
#undef X
        SIM_EVENT_COUNT
};

struct sim_event {
    uint8_t kind;     /* enum sim_event_kind */
    uint32_t number;  /* see SIM_EVENTS; 0 where it says nothing */
    const char *text; /* NULL when there is none */
    uint16_t length;  /* of text, in bytes */
};

/* Ways to restart: X(NAME, "name"). Which of them keeps what is the saving-mode column. */
#define SIM_RESETS(X)                                                                              \
    X(POWER_ON, "power-on")                                                                        \
    X(PWRKEY, "pwrkey")                                                                            \
    X(CFUN, "cfun")   /* AT+CFUN=1,1 or =6 */                                                      \
    X(CFOTA, "cfota") /* into or out of the updater */                                             \
    X(BROWNOUT, "brownout")                                                                        \
    X(CRASH, "crash")                                                                              \
    X(PIN, "pin") /* RESET pulled low */                                                           \
    X(PSM, "psm") /* out of the power saving mode */

enum sim_reset {
#define X(name, text) SIM_RESET_##name,
    SIM_RESETS(X)
#undef X
        SIM_RESET_COUNT
};

/* Phases of the updater (sim7000-fota.md, 4): X(NAME, "name"). */
#define SIM_PHASES(X)                                                                              \
    X(IDLE, "idle")                                                                                \
    X(VERIFY, "verify-package")                                                                    \
    X(UPDATE, "update")                                                                            \
    X(RESTORE_MODEM, "restore-modem")                                                              \
    X(RESTORE_AP, "restore-ap")                                                                    \
    X(RESULT, "result")

enum sim_phase {
#define X(name, text) SIM_PHASE_##name,
    SIM_PHASES(X)
#undef X
        SIM_PHASE_COUNT
};

/* X(NAME, "name") */
#define SIM_HANGS(X)                                                                               \
    X(NONE, "none")                                                                                \
    X(DEAF, "deaf") /* commands are not heard, URCs still come */                                  \
    X(MUTE, "mute") /* commands run, nothing is sent */                                            \
    X(BOTH, "both")

enum sim_hang {
#define X(name, text) SIM_HANG_##name,
    SIM_HANGS(X)
#undef X
        SIM_HANG_COUNT
};

/* Points where the surroundings may replace the behaviour: X(NAME, "name"). */
#define SIM_HOOKS(X)                                                                               \
    X(COMMAND, "command")       /* text: the command about to run, e.g. "+CFOTA=1" */              \
    X(PHASE, "phase")           /* number: enum sim_phase that is about to begin */                \
    X(PERCENT, "percent")       /* number: percent reached; phase = enum sim_phase */              \
    X(FLASH_STEP, "flash-step") /* number: step of the update about to be written, from 1 */       \
    X(BOOT, "boot")             /* number: n-th boot, from 1; the AT engine comes up */            \
    X(HTTP_BYTE, "http-byte")   /* number: body bytes received so far, at a mark asked for */      \
    X(NV_WRITE, "nv-write")     /* number: n-th write of settings, files or the update's record;   \
                                   text: "+IPR", "/fota/update.zip", "update-status", … */

enum sim_hook_kind {
#define X(name, text) SIM_HOOK_##name,
    SIM_HOOKS(X)
#undef X
        SIM_HOOK_COUNT
};

struct sim_hook {
    uint8_t kind;     /* enum sim_hook_kind */
    uint8_t phase;    /* enum sim_phase */
    uint16_t length;  /* of `text`, in bytes */
    uint32_t number;  /* what the kind's row says of it */
    const char *text; /* what the kind's row says; NULL = none, no NUL, valid during the call */
};

/* Where in a write to flash the supply goes: X(NAME, "name"). */
#define SIM_CUTS(X)                                                                                \
    X(BEFORE, "before") /* nothing of it is written */                                             \
    X(INSIDE, "inside") /* the value is torn: setting torn-write */                                \
    X(AFTER, "after")   /* it is written whole */

enum sim_cut {
#define X(name, text) SIM_CUT_##name,
    SIM_CUTS(X)
#undef X
        SIM_CUT_COUNT
};

/* What the surroundings want at a hook. All zero: go on as usual. */
struct sim_override {
    bool cut_power;    /* supply gone at this very point; nothing after it happens */
    uint8_t cut_when;  /* FLASH_STEP, NV_WRITE: enum sim_cut */
    bool swallow;      /* COMMAND: it does not run and nothing is answered */
    bool run;          /* COMMAND, with reply: the command runs as well, its answer is dropped */
    const char *reply; /* COMMAND: answer instead; lines separated by '\n', the last is the final
                          result code, framed as ATV and ATE demand; NULL = the module's own */
    uint32_t delay_ms; /* COMMAND: the answer comes that much later */
};

/* Where the AT engine is reached: X(NAME, "name"). USB interfaces 2 and 3 of the module. */
#define SIM_INTERFACES(X)                                                                          \
    X(UART, "uart")                                                                                \
    X(USB_AT, "usb-at")                                                                            \
    X(USB_MODEM, "usb-modem")

enum sim_interface {
#define X(name, text) SIM_INTERFACE_##name,
    SIM_INTERFACES(X)
#undef X
        SIM_INTERFACE_COUNT
};

/* The module's surroundings: constant while it lives, given with every call. */
struct sim_host {
    const struct sim_config *config; /* of the caller */
    struct sim_store *store;         /* of the caller, the module writes into it */
    uint32_t hook_mask;              /* bit n set: hook is called for enum sim_hook_kind n */
    uint32_t http_mark_bytes; /* HTTP_BYTE hook: called when the body reaches this; 0 = never */
    void (*on_event)(void *context, uint64_t now_us, const struct sim_event *event); /* or NULL */
    struct sim_override (*hook)(void *context, uint64_t now_us, const struct sim_hook *hook);
    void *context;           /* for the callbacks; the module does not look into it */
    uint64_t *settings_read; /* of the caller, SIM_SETTING_WORDS of them: bit n is set when setting
                                n is looked up; NULL = nobody wants to know */
    /* What the host sends in the data mode of ATD*99# and CGDATA; NULL = it is swallowed. */
    void (*on_call_data)(void *context, uint64_t now_us, const void *bytes, size_t size);
    struct sim_usb *usb; /* memory of the USB ports, zero at first (sim/usb.h); NULL = no such */
};

/* ---- the module ---------------------------------------------------------------------------- */

#ifdef __cplusplus
}
#endif

#include "sim/state.h" /* struct sim: private members, public size */
#include "sim/usb.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a new module: flash and file system as configured, supply off, time `now_us`. */
void sim_init(struct sim *sim, const struct sim_host *host, uint64_t now_us);

/*
 * Takes bytes from the host, sent at `baud_bps`; any split will do. While booting, deaf or off they
 * are lost; at a wrong rate they are heard as sim_garble() says, each call being one burst.
 */
void sim_receive(struct sim *sim, const struct sim_host *host, const void *bytes, size_t size,
                 uint32_t baud_bps, uint64_t now_us);

/*
 * Writes up to `capacity` bytes that the module sends now; returns how many, 0 = nothing. Call it
 * after each other call until it returns 0. *ret_baud_bps is the rate at which they are sent.
 */
size_t sim_transmit(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                    uint32_t *ret_baud_bps, uint64_t now_us);

/* True: it would return 0 and change nothing. *ret_baud_bps is what it would tell. */
bool sim_is_silent(const struct sim *sim, uint32_t *ret_baud_bps);

/*
 * How many of the bytes that sim_transmit() returns next are echo of what was received at this very
 * time. They went out character by character as the burst came in, one character behind it.
 */
size_t sim_echoed(const struct sim *sim);

/*
 * What a receiver at `heard_bps` makes of a burst sent at `sent_bps`: a function of bytes and rates
 * only. Writes at most `capacity` bytes; returns how many. At nearly equal rates: the same bytes.
 */
size_t sim_garble(const void *bytes, size_t size, uint32_t sent_bps, uint32_t heard_bps,
                  void *buffer, size_t capacity);
/* What a host at `heard_bps` gets of what this module sends: the same, or nothing (wrong-rate). */
size_t sim_heard(const struct sim *sim, const void *bytes, size_t size, uint32_t sent_bps,
                 uint32_t heard_bps, void *buffer, size_t capacity);

/*
 * The same with USB ports: bytes that come in on an interface, and bytes that go to the USB ports
 * whose bits are set in *ret_interfaces (bit n: enum sim_interface n), however long the UART takes
 * for its own. The calls above are the UART's. Bytes that nobody takes are lost when others need
 * their room.
 */
void sim_receive_on(struct sim *sim, const struct sim_host *host, enum sim_interface interface,
                    const void *bytes, size_t size, uint32_t baud_bps, uint64_t now_us);
size_t sim_transmit_usb(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                        uint8_t *ret_interfaces, uint64_t now_us);
/* "uart"; "?" for a value out of range. */
const char *sim_interface_name(unsigned interface);

/* Lets time pass: runs what is due. Returns the time of the next call at the latest. */
uint64_t sim_advance(struct sim *sim, const struct sim_host *host, uint64_t now_us);

/* Things that can be done to a module from outside: X(NAME, "name"), with their arguments. */
#define SIM_ACTIONS(X)                                                                             \
    X(POWER_CUT, "power-cut") /* the supply is gone */                                             \
    X(POWER_ON, "power-on")   /* the supply is back, and PWRKEY is pulled as boards do */          \
    X(PWRKEY, "pwrkey")       /* number: low pulse, ms (HD107: on from 1,000, off from 1,200) */   \
    X(RESET, "reset")         /* number: enum sim_reset */                                         \
    X(URC, "urc")             /* text: an unsolicited line, framed by the module */                \
    X(SETTING, "setting")     /* number: enum sim_setting_id, value */                             \
    X(HANG, "hang")           /* number: enum sim_hang */                                          \
    X(NETWORK, "network")     /* number: 1 coverage, 0 none */                                     \
    X(BEARER_LOST, "bearer-lost")                                                                  \
    X(HTTP_RESULT, "http-result") /* number: code of the next HTTPTOFS instead of its own */       \
    X(HTTP_SHORT, "http-short")   /* number: the next body ends after that many bytes, code 200 */ \
    X(FILE_DAMAGE, "file-damage") /* text: path; number: offset of the byte that is inverted */    \
    X(FILE_TRUNCATE, "file-truncate") /* text: path; number: new size */                           \
    X(FILE_DELETE, "file-delete")     /* text: path */                                             \
    X(RESET_PIN, "reset-pin")         /* number: low pulse, ms (HD107: from 252) */                \
    X(SUPPLY, "supply") /* number: ms from now, value: mV; the voltage goes there in a             \
                           straight line from the point before; 0 ms begins a waveform */          \
    X(DTR, "dtr")       /* number: 1 asserted (pin low), 0 not; what follows says AT&D */          \
    X(RTS, "rts")       /* number: 1 the host takes bytes, 0 it does not (IFC=2) */                \
    X(RATE, "rate")     /* number: bit/s, of the UART from now on */                               \
    X(SMS, "sms")       /* text, from: a short message comes; only while registered */

enum sim_action_kind {
#define X(name, text) SIM_ACTION_##name,
    SIM_ACTIONS(X)
#undef X
        SIM_ACTION_COUNT
};

struct sim_action {
    uint8_t kind;     /* enum sim_action_kind */
    uint32_t number;  /* what the kind's row says of it, 0 else */
    int32_t value;    /* the same */
    const char *text; /* the same, with NUL, only read during the call; NULL else */
    const char *from; /* SMS: the sender; NULL else */
};

/* Does it; returns false when it makes no sense now (for example a path that is not there). */
bool sim_apply(struct sim *sim, const struct sim_host *host, const struct sim_action *action,
               uint64_t now_us);

/* ---- HTTP: a request to the surroundings --------------------------------------------------- */

/* X(NAME, "NAME"): what is asked of the server; of an FTP server GET and HEAD (its size) only. */
#define SIM_HTTP_METHODS(X)                                                                        \
    X(GET, "GET")                                                                                  \
    X(POST, "POST")                                                                                \
    X(HEAD, "HEAD")                                                                                \
    X(PUT, "PUT")                                                                                  \
    X(PATCH, "PATCH")                                                                              \
    X(DELETE, "DELE") /* from here on of FTP */                                                    \
    X(MAKE, "MKD")                                                                                 \
    X(REMOVE, "RMD")                                                                               \
    X(LIST, "LIST")   /* the body is the list */                                                   \
    X(RENAME, "RNFR") /* the request's body is the new path and name */                            \
    X(TIME, "MDTM")   /* the body is the time, 14 digits */

enum sim_http_method {
#define X(name, text) SIM_HTTP_##name,
    SIM_HTTP_METHODS(X)
#undef X
        SIM_HTTP_METHOD_COUNT
};

enum sim_follow {
    SIM_FOLLOW_NONE,
    SIM_FOLLOW_KEPT, /* 307 and 308, which keep the method */
    SIM_FOLLOW_ALL
};

/* Length of a body that comes in chunks (RFC 9112 7.1): not told, like UINT32_MAX. */
#define SIM_HTTP_CHUNKED (UINT32_MAX - 1)

/*
 * One transfer: HTTPTOFS, HTTPACTION, SHREQ (http, https) or FTP (ftp, with user and password
 * before the host, percent-encoded).
 */
struct sim_http_request {
    uint16_t job;        /* number of the download; answers carry it, stale ones are dropped */
    uint16_t timeout_s;  /* that the command asked for; the module keeps it by itself */
    uint8_t method;      /* enum sim_http_method */
    uint8_t follow;      /* enum sim_follow: redirects that the surroundings follow by themselves */
    uint8_t reserved[2]; /* zero */
    uint32_t body_bytes; /* of the request, sim_http_request_body() reads them */
    uint32_t from_bytes; /* the body is to begin there: Range of HTTP (206), REST of FTP */
    char url[512];       /* with NUL */
};

/* True, once per download, when one waits to be served. */
bool sim_http_wanted(struct sim *sim, struct sim_http_request *ret_request);

/* Copies bytes of the body that the request carries; returns how many. */
size_t sim_http_request_body(const struct sim *sim, const struct sim_host *host, uint32_t offset,
                             void *buffer, size_t size);

/* True while the module still waits for something of that download: what comes later is not read.
 */
bool sim_http_waits(const struct sim *sim, uint16_t job);

/* Status line and length of the body (UINT32_MAX or SIM_HTTP_CHUNKED = not told) came. */
void sim_http_headers(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t status,
                      uint32_t length_bytes, uint64_t now_us);
/* The body is this blob of the configuration, whole; the module meters its arrival. */
void sim_http_blob(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t blob,
                   uint64_t now_us);
/* A piece of the body came. */
void sim_http_block(struct sim *sim, const struct sim_host *host, uint16_t job, const void *bytes,
                    size_t size, uint64_t now_us);
/*
 * The body is complete (code 0), or it ends with an error code of HTTPTOFS (601, 603, …), or, of
 * an FTP transfer, with one of FTP (61 to 80, AT106 10.2.14).
 */
void sim_http_end(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t code,
                  uint64_t now_us);

/* ---- data calls: ATD*99# and CGDATA ---------------------------------------------------------- */

/*
 * The data mode of ATD*99# and CGDATA: bytes go to sim_host.on_call_data and come from here. What
 * they mean, PPP as a rule, the module does not look at.
 */

/* True while the call is up: the port carries data or, after +++, commands. */
bool sim_call_is_up(const struct sim *sim);
/* Bytes of the network to the host; returns how many were taken. While the port carries commands
   none are, and for some there may be no room before the next sim_transmit(). */
size_t sim_call_give(struct sim *sim, const struct sim_host *host, const void *bytes, size_t size,
                     uint64_t now_us);
/* The network hangs up: NO CARRIER. False: there is no call. */
bool sim_call_end(struct sim *sim, const struct sim_host *host, uint64_t now_us);

/* ---- connections: requests to the surroundings (setting peer: surroundings) ---------------- */

/* Values of the setting peer. */
enum sim_peer { SIM_PEER_ECHO, SIM_PEER_REFUSE, SIM_PEER_SILENT, SIM_PEER_SURROUNDINGS };

/* X(NAME, "name") */
#define SIM_NET_KINDS(X)                                                                           \
    X(OPEN_TCP, "open-tcp")                                                                        \
    X(OPEN_UDP, "open-udp")                                                                        \
    X(SEND, "send")                                                                                \
    X(CLOSE, "close")                                                                              \
    X(RESOLVE, "resolve") /* the address of `host` */

enum sim_net_kind {
#define X(name, text) SIM_NET_##name,
    SIM_NET_KINDS(X)
#undef X
        SIM_NET_KIND_COUNT
};

/* What one connection is to do. Answers carry channel and job; stale ones are dropped. */
struct sim_net_request {
    uint8_t kind;        /* enum sim_net_kind */
    uint8_t channel;     /* 0 to 9; 10 for RESOLVE */
    uint16_t job;        /* number of the request on this channel */
    uint16_t port;       /* OPEN */
    uint16_t size;       /* SEND: of bytes */
    char host[104];      /* OPEN, RESOLVE */
    uint8_t bytes[1460]; /* SEND */
};

/* True, once per request, while one waits to be done. */
bool sim_net_wanted(struct sim *sim, const struct sim_host *host,
                    struct sim_net_request *ret_request);
/* The connection stands. */
void sim_net_opened(struct sim *sim, const struct sim_host *host, uint8_t channel, uint16_t job,
                    uint64_t now_us);
/* Bytes came; more than sim_net_room() of them are lost. */
void sim_net_received(struct sim *sim, const struct sim_host *host, uint8_t channel, uint16_t job,
                      const void *bytes, size_t size, uint64_t now_us);
/* How many bytes the module would keep now. */
size_t sim_net_room(const struct sim *sim, const struct sim_host *host, uint8_t channel);
/* The other side has closed it, or it could not be opened. */
void sim_net_closed(struct sim *sim, const struct sim_host *host, uint8_t channel, uint16_t job,
                    uint64_t now_us);
/* The answer to RESOLVE: "192.0.2.1", NULL = there is none. */
void sim_net_resolved(struct sim *sim, const struct sim_host *host, uint16_t job,
                      const char *address, uint64_t now_us);

/* ---- looking inside ------------------------------------------------------------------------ */

/* The modem lines that the module drives, as bits: X(NAME, "name"). */
#define SIM_LINES(X)                                                                               \
    X(CTS, "cts")                                                                                  \
    X(DSR, "dsr")                                                                                  \
    X(RI, "ri")   /* with CFGRI: a pulse for each unsolicited line */                              \
    X(DCD, "dcd") /* always on, or with &C1 while bytes are data */

enum sim_line_index {
#define X(name, text) SIM_LINE_INDEX_##name,
    SIM_LINES(X)
#undef X
        SIM_LINE_COUNT
};
enum sim_line {
#define X(name, text) SIM_LINE_##name = 1 << SIM_LINE_INDEX_##name,
    SIM_LINES(X)
#undef X
};

/* Those that are active now (the pin is low); all are off while the AT engine is down or hung. */
unsigned sim_lines(const struct sim *sim);
/* "cts" of an index; "?" for a value out of range. */
const char *sim_line_name(unsigned index);

/* What the module is at, for expectations and displays. */
struct sim_view {
    bool powered;          /* it starts or is up; asleep it is not */
    bool answering;        /* the AT engine is up and not hung */
    uint8_t phase;         /* enum sim_phase */
    uint8_t percent;       /* of the phase, 0 to 100 */
    uint8_t status;        /* value of CFOTA? */
    uint8_t functionality; /* CFUN */
    uint16_t boots;        /* how often the AT engine came up since sim_init */
    uint16_t resets;       /* restarts since sim_init, the first power-on not counted */
    const char *revision;  /* inside *sim */
};
void sim_view(const struct sim *sim, struct sim_view *ret_view);

/*
 * Turns a copy of a module into the form in which equal modules are equal bytes: times as they
 * stand to now_us, file contents by their digests, no statistics. The copy is no module any more.
 */
void sim_make_comparable(struct sim *sim, uint64_t now_us);

/* Size and content digest of a file; false when it is not there. `path`: "/fota/update.zip". */
bool sim_file(const struct sim *sim, const char *path, uint32_t *ret_size_bytes,
              uint64_t *ret_digest);
/* Copies bytes of a file; returns how many. */
size_t sim_file_read(const struct sim *sim, const struct sim_host *host, const char *path,
                     uint32_t offset, void *buffer, size_t size);

/* Names from the tables above; "?" for a value out of range. */
const char *sim_event_name(unsigned event);
const char *sim_reset_name(unsigned reset);
const char *sim_phase_name(unsigned phase);
const char *sim_hang_name(unsigned hang);
const char *sim_hook_name(unsigned hook);
const char *sim_action_name(unsigned action);
const char *sim_cut_name(unsigned cut);

#ifdef __cplusplus
}
#endif

#endif
