/*
 * state.h - struct sim: everything about one module that changes. Private; it stands in a header
 * so that a caller can allocate and copy it.
 *
 * Flat, without pointers and padding: equal modules are equal bytes up to members named ..._at_us
 * (absolute times) and stat_... (statistics). All zero is a module that sim_init() has not seen.
 */
#ifndef FOTARIG_SIM_STATE_H
#define FOTARIG_SIM_STATE_H

#include <stdint.h>

#include "sim/download.h"
#include "sim/files.h"
#include "sim/message.h"
#include "sim/parameters.h"
#include "sim/settings.h"
#include "sim/updater.h"

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

enum {
    SIM_TIMER_SLOTS = 24,      /* SIM_TIMER_COUNT of sim/internal.h */
    SIM_LINE_SIZE = 559,       /* characters after AT (AT106 1.4.4, D) */
    SIM_LINE_COMMANDS = 39,    /* commands on a line (AT106 1.4.4, D) */
    SIM_OUTPUT_SIZE = 2560,    /* answers and URCs not yet sent */
    SIM_TYPE_AHEAD_SIZE = 256, /* bytes kept while a line runs (busy-input: delay) */
    SIM_BULK_SLOTS = 4,        /* file contents between queued answers */
    SIM_CONTEXTS = 8,          /* PDP contexts kept; cid 1 to 24 (AT106, D) */
    SIM_APN_SIZE = 64,
    SIM_SECRET_SIZE = 32,
    SIM_SUPPLY_POINTS = 8 /* of the supply's waveform */
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
#endif

/* File contents that are sent when the output has come to `position`. */
struct sim_bulk {
    uint32_t offset;
    uint32_t left_bytes;
    uint16_t position;
    uint8_t file;
    uint8_t interfaces; /* that they go to */
};

/* A command line as it is typed on one port (port/typed.c); the last one stays for A/. */
struct sim_typed {
    uint16_t length;
    uint8_t scan;     /* enum sim_scan in frame.h */
    uint8_t overflow; /* 1: more than SIM_LINE_SIZE came */
    uint8_t waiting;  /* 1: complete, while the engine has that of another port */
    uint8_t reserved[3];
    char text[SIM_LINE_SIZE + 1];
};

/* receive.c and output.c. Positions are offsets into output. */
struct sim_port {
    uint64_t ended_at_us;   /* the last line's CR */
    uint64_t echo_at_us;    /* of the last echo */
    uint64_t dtr_at_us;     /* DTR was asserted last */
    uint64_t ring_at_us;    /* RI is active until then */
    uint64_t message_at_us; /* a message came last, 0 = none yet */
    uint32_t rate_bps;      /* of the port now; with IPR=0 the rate found last */
    uint32_t next_rate_bps;
    uint32_t data_left_bytes; /* data mode: bytes still to come */
    uint16_t type_ahead_length;
    uint16_t output_head; /* next byte to be sent */
    uint16_t output_free; /* what lies before may be sent, the rest is held */
    uint16_t output_end;
    uint16_t rate_position; /* next_rate_bps counts from here */
    uint8_t rate_pending;   /* 1: changes at rate_position, 2: when the line is done */
    uint8_t rate_found;     /* 1: rate_bps is valid; 0: autobaud listens for AT */
    uint8_t autobaud_tries; /* lines AT heard so far */
    uint8_t line_ended;     /* 1: the byte before was the line's CR */
    uint8_t taker;          /* enum sim_data_taker, 0 = command mode */
    uint8_t bulk_count;
    uint8_t urc_open;   /* 1 between sim_urc_begin() and sim_urc_end() */
    uint8_t discard;    /* 1: an answer that nobody is to see */
    uint16_t urc_begin; /* where the open URC begins */
    struct sim_bulk bulk[SIM_BULK_SLOTS];
    struct sim_typed typed;
    char type_ahead[SIM_TYPE_AHEAD_SIZE];
    char output[SIM_OUTPUT_SIZE];
    uint16_t echo_end;     /* output[head, echo_end) is echo that came at echo_at_us */
    uint8_t terminal_gone; /* 1: DTR is not asserted */
    uint8_t paused;        /* enum sim_pause, ored: the host takes no bytes */
    uint8_t reserved[4];
};

/* interpreter.c */
struct sim_interpreter {
    uint32_t command_count; /* commands since sim_init() */
    uint16_t cursor;        /* into the line: the next command */
    uint8_t state;          /* enum sim_interpreter_state in frame.h */
    uint8_t answered;       /* 1: an information line of this line is out */
    uint8_t held;           /* 1: answers wait for the timer ANSWER */
    uint8_t abortable;      /* 1: any byte ends the command that is pending */
    uint8_t unheard;        /* 1: the pending command's result has been replaced */
    uint8_t reserved[5];
};

/* power.c */
struct sim_power {
    uint64_t started_at_us; /* of the running or last start */
    uint64_t engine_at_us;  /* the AT engine comes up, or came up */
    uint32_t random;
    uint16_t boots;
    uint16_t resets;
    uint8_t state;      /* enum sim_power_state in frame.h */
    uint8_t plan;       /* enum sim_power_plan: what the timer POWER is for */
    uint8_t boot_step;  /* row of the boot timeline */
    uint8_t hang;       /* enum sim_hang */
    uint8_t was_on;     /* 1: the first power-on is over */
    uint8_t late_ok;    /* 1: the OK of CFUN=1,1 comes after the boot */
    uint8_t low_supply; /* what CBATCHK has warned of: 0 nothing, 1 under, 2 over */
    uint8_t browned;    /* 1: off because the supply was too low; it starts when it is back */
    uint64_t off_at_us; /* switched off then */
    uint32_t nv_writes; /* writes to flash since sim_init(), flash steps not counted */
    uint8_t broken;     /* 1: a cut has left nothing that boots */
    uint8_t way;        /* enum sim_reset of the running or last start */
    uint8_t reserved[2];
};

/* supply.c: the voltage as straight lines between points; no point: the setting `supply`. */
struct sim_supply {
    uint64_t point_at_us[SIM_SUPPLY_POINTS];
    int32_t point_mv[SIM_SUPPLY_POINTS];
    uint8_t point_count;
    uint8_t reserved[7];
};

/* network.c, commands_radio.c */
struct sim_radio {
    uint64_t clock_at_us;    /* clock_s was true then */
    uint64_t gnss_on_at_us;  /* CGNSPWR=1 */
    int64_t clock_s;         /* Unix time, local */
    int32_t operator_wanted; /* COPS=1: numeric name that the pending command asked for */
    uint8_t coverage;
    uint8_t registration; /* <stat> of AT106 6.2.7 */
    uint8_t attached;
    uint8_t sim_unlocked; /* 1: the PIN was given */
    uint8_t pin_left;     /* tries before the card wants the PUK; lives in the card */
    uint8_t operator_format;
    uint8_t work;          /* enum sim_radio_work in frame.h: what the timer NETWORK is for */
    int8_t zone;           /* quarter hours */
    uint8_t puk_left;      /* tries before the card is lost for good; lives in the card */
    uint8_t call;          /* enum sim_call_work in commands_card.c: what the timer CALL is for */
    uint8_t gnss_data;     /* 1: CGNSCPY has found some */
    uint8_t rrc;           /* <state> of CRRCSTATE as it was last */
    uint8_t cell;          /* serving one, index among those described; counts while registered */
    uint8_t detached;      /* 1: CGATT=0 */
    uint8_t messaging_due; /* 1: the card is back, SMS Ready follows */
    uint8_t reserved[5];
};

/* commands_bearer.c: SAPBR. */
struct sim_bearers {
    uint8_t state[3]; /* of cid 1 to 3, enum sim_sapbr in commands_bearer.c */
    uint8_t opening;  /* cid of the SAPBR=1 that is pending, 0 = none */
    uint32_t changed; /* CGACT: bit n is set where context n is not as it is after an attach */
};

/* commands_http.c, commands_sh.c */
/* What of "sslversion" and "convert" CSSLCFG was told, and which of them first. */
enum sim_tls_order {
    SIM_TLS_NOTHING,
    SIM_TLS_VERSION,
    SIM_TLS_CONVERT,
    SIM_TLS_VERSION_FIRST,
    SIM_TLS_CONVERT_FIRST,
    SIM_TLS_ORDER_COUNT
};

struct sim_web {
    uint32_t sh_from_bytes; /* SHREAD: where the next block begins */
    uint32_t sh_left_bytes; /* SHREAD: still to be told */
    uint8_t http_open;      /* 1 between HTTPINIT and HTTPTERM */
    uint8_t http_method;    /* enum sim_http_method of the last HTTPACTION */
    uint8_t upload_failed;  /* 1: the bytes of HTTPDATA had no room */
    uint8_t sh_state;       /* of SHCONN, in commands_sh.c */
    uint8_t sh_method;      /* enum sim_http_method of the last SHREQ */
    uint8_t tls_order;      /* enum sim_tls_order: what CSSLCFG was told since the restart */
    uint8_t reserved[2];
};

/* Channels: those of CIP* first, then those of CA*. */
enum { SIM_CIP_SOCKETS = 8, SIM_SOCKETS = 10 };

/* sockets.c, commands_socket.c, commands_secure.c */
struct sim_sockets {
    uint64_t due_at_us[SIM_SOCKETS];   /* something is told then, 0 = nothing */
    uint32_t read_bytes[SIM_SOCKETS];  /* of what was received: given to the host */
    uint32_t sent_bytes[SIM_SOCKETS];  /* of what the host gave: taken by the surroundings */
    uint32_t total_bytes[SIM_SOCKETS]; /* that the host gave since it was opened */
    uint16_t job[SIM_SOCKETS];
    uint16_t port[SIM_SOCKETS];
    uint8_t state[SIM_SOCKETS];    /* enum sim_socket_state */
    uint8_t udp[SIM_SOCKETS];      /* 1: UDP */
    uint8_t wanted[SIM_SOCKETS];   /* of the surroundings */
    uint8_t notified[SIM_SOCKETS]; /* 1: +CIPRXGET: 1 was told */
    uint8_t ended[SIM_SOCKETS];    /* 1: the other side has closed it, not told yet */
    uint16_t resolve_job;
    uint16_t send_bytes; /* CIPSEND: so far */
    uint16_t pings_left; /* of CIPPING, SNPING4 or SNPING6 that is pending */
    uint16_t ping_number;
    uint8_t ip;             /* enum sim_ip_state */
    uint8_t manual;         /* CIPRXGET=1 */
    uint8_t sending;        /* connection of the CIPSEND that is pending */
    uint8_t send_failed;    /* 1: there was no room */
    uint8_t resolve_wanted; /* 1: not yet fetched */
    uint8_t resolving;      /* 1: +CDNSGIP is due */
};

/* commands_mqtt.c */
struct sim_mqtt {
    uint8_t state;
    uint8_t work;   /* what the timer MQTT is for */
    uint8_t failed; /* 1: the payload had no room */
    uint8_t reserved[5];
};

/* data_call.c */
struct sim_data_call {
    uint64_t heard_at_us; /* last byte of the host in data mode */
    uint8_t state;
    uint8_t pluses; /* of +++, so far */
    uint8_t reserved[6];
};

/* commands_ftp.c */
struct sim_ftp {
    uint32_t offset_bytes; /* FTPGET=2: the next byte */
    uint32_t file_bytes;   /* FTPTOFSST */
    uint8_t mode;          /* enum sim_ftp_mode in net.h */
    uint8_t file_error;    /* of the last FTPEXTGET=2, 0 = none */
    uint8_t transfer;      /* enum sim_transfer of the session that is read */
    uint8_t escaped;       /* FTPETPUT=2: 1 behind a DLE */
    uint8_t reserved[4];
};

struct sim_pdp_context {
    uint8_t cid; /* 0 = not defined */
    char type[7];
    char apn[SIM_APN_SIZE];
};

/* network.c, commands_packet.c */
struct sim_packet {
    uint8_t bearer;         /* 0 off, 1 on, 2 in progress: <status> of CNACT? */
    uint8_t bearer_mode;    /* <mode> of CNACT */
    uint8_t bearer_closing; /* 1: DEACTIVE of CNACT=0 is due */
    uint8_t ip_type;        /* CNCFG */
    uint8_t authentication;
    uint8_t reserved[3];
    char bearer_apn[SIM_APN_SIZE];
    char apn[SIM_APN_SIZE];
    char user[SIM_SECRET_SIZE];
    char password[SIM_SECRET_SIZE];
    struct sim_pdp_context contexts[SIM_CONTEXTS];
};

/* The settings as they are now: a struct sim_setting_places, read and written by settings.c. */
struct sim_settings {
    uint64_t words[(sizeof(struct sim_setting_places) + 7) / 8];
};

struct sim {
    uint64_t timer_at_us[SIM_TIMER_SLOTS];
    uint64_t seen_at_us; /* latest time that the module was told */
    uint32_t timers_set; /* bit n: timer n is not at NEVER */
    uint32_t reserved;
    uint64_t stat_lost_output_bytes;
    uint64_t stat_lost_input_bytes;
    struct sim_settings settings;
    int32_t live[SIM_PARAMETER_COUNT];
    int32_t saved[SIM_PARAMETER_COUNT]; /* in flash, or by AT&W (no saving mode: back with ATZ) */
    char imei[16];                      /* "" = lost */
    struct sim_power power;
    struct sim_supply supply;
    struct sim_port port;
    struct sim_interpreter interpreter;
    struct sim_radio radio;
    struct sim_packet packet;
    struct sim_files files;
    struct sim_download download;
    struct sim_bearers bearers;
    struct sim_ftp ftp;
    struct sim_sockets sockets;
    struct sim_web web;
    struct sim_mqtt mqtt;
    struct sim_data_call data_call;
    struct sim_updater updater;
    struct sim_message message;
};

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

_Static_assert(sizeof(struct sim_port) == 80 + 12 * SIM_BULK_SLOTS + sizeof(struct sim_typed) +
                                              SIM_TYPE_AHEAD_SIZE + SIM_OUTPUT_SIZE,
               "padding in struct sim_port");
_Static_assert(sizeof(struct sim) <= 11 * 1024, "struct sim has grown beyond its share");

#ifdef __cplusplus
}
#endif

#endif
