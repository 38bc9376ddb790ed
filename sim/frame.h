/*
 * frame.h - what the files of the frame share: port, interpreter, parameters, power, network.
 * The rest of sim/ needs sim/internal.h only.
 */
#ifndef FOTARIG_SIM_FRAME_H
#define FOTARIG_SIM_FRAME_H

#include "sim/internal.h"

/* ---- output.c: what is waiting to be sent -------------------------------------------------- */

/* Adds to an answer. What does not fit is lost and counted. */
void sim_output_add(struct sim_context *ctx, const char *bytes, size_t size);
/* Adds before an answer that is held: echo and URCs do not wait for it. */
void sim_output_insert(struct sim_context *ctx, const char *bytes, size_t size);
/* The same for these interfaces; without _to it is the UART. */
void sim_output_insert_to(struct sim_context *ctx, const char *bytes, size_t size,
                          uint8_t interfaces);
/* From here on answers are held until sim_output_release(). */
void sim_output_release(struct sim_context *ctx);
/* Forgets what is held, or all of it. */
void sim_output_drop_held(struct sim_context *ctx);
void sim_output_drop(struct sim_context *ctx);
/* The rate changes when the result of the running line has been sent; 0 = autobaud. */
void sim_output_change_rate_after_line(struct sim_context *ctx, uint32_t rate_bps);
/* The line is done: that is here. */
void sim_output_mark_rate(struct sim_context *ctx);

/* sim_port.rate_pending */
enum { SIM_RATE_STAYS, SIM_RATE_AT_POSITION, SIM_RATE_AFTER_LINE };

/* Why nothing is sent: bits of sim_port.paused. */
enum sim_pause { SIM_PAUSE_XOFF = 1, SIM_PAUSE_RTS = 2 };

/* ---- typed.c: the command line of each port ------------------------------------------------- */

/* What the last bytes were. */
enum sim_scan {
    SIM_SCAN_NOTHING,
    SIM_SCAN_A,    /* an A: T or / may follow */
    SIM_SCAN_LINE, /* AT: the line is collected */
    SIM_SCAN_SYNC  /* UART, autobaud: AT was seen, CR completes it */
};

enum sim_typed_end {
    SIM_TYPED_GOES_ON,
    SIM_TYPED_LINE, /* CR: the line is complete */
    SIM_TYPED_AGAIN /* A/: the line before is */
};

/* Of an interface, UART or a USB port that is there. */
struct sim_typed *sim_typed_on(const struct sim_context *ctx, uint8_t interface);
/* The one that the engine has, or had last on the UART. */
struct sim_typed *sim_typed_asked(const struct sim_context *ctx);
/* AT came. */
void sim_typed_begin(struct sim_typed *typed);
enum sim_typed_end sim_typed_byte(struct sim_context *ctx, struct sim_typed *typed, char byte);
/* Takes those of the bytes that are nothing but text of the line that is typed; how many. */
size_t sim_typed_plain(struct sim_context *ctx, struct sim_typed *typed, const char *bytes,
                       size_t size);

/* ---- receive.c: bytes of the host on the UART ------------------------------------------------ */

void sim_port_receive(struct sim_context *ctx, const char *bytes, size_t size, uint32_t baud_bps);
/* Handles type-ahead once the interpreter is idle. */
void sim_port_pump(struct sim_context *ctx);
/* Sends back what the host sent, if ATE says so. */
void sim_port_echo(struct sim_context *ctx, const char *bytes, size_t size);
/* Data mode without end or prompt: the bytes go to `taker` until it has what it wants. */
void sim_port_take(struct sim_context *ctx, enum sim_data_taker taker);
/* The taker has what it wants, its command goes on: what comes now is not data. */
void sim_port_give_back(struct sim_context *ctx);
/* The host has said that it takes no bytes now. */
bool sim_port_pauses(const struct sim_context *ctx);
/* AT+IPR: the rate of the port, 0 = autobaud. */
void sim_port_set_rate(struct sim_context *ctx, uint32_t rate_bps);

/* Bytes for the command that is in data mode; returns how many of them it took. */
size_t sim_port_take_data(struct sim_context *ctx, const char *bytes, size_t size);

/* ---- signals.c ------------------------------------------------------------------------------- */

/* An unsolicited line goes out: RI may tell it. */
void sim_signals_ring(struct sim_context *ctx);
/* A message came: RI is active and the port wakes. */
void sim_signals_message(struct sim_context *ctx);
/* The host has dropped DTR: what &D says. */
void sim_signals_terminal_gone(struct sim_context *ctx);

/* ---- usb.c: nothing happens there where the host gives no memory for USB ports -------------- */

/* Bits of enum sim_interface. */
enum { SIM_TO_UART = 1 << SIM_INTERFACE_UART, SIM_TO_USB_AT = 1 << SIM_INTERFACE_USB_AT };

void sim_usb_receive(struct sim_context *ctx, uint8_t interface, const char *bytes, size_t size);
/* Where there are USB ports: lets complete lines take their turn once the engine is idle. */
void sim_usb_turn(struct sim_context *ctx);
static inline void sim_usb_pump(struct sim_context *ctx)
{
    if (ctx->host->usb)
        sim_usb_turn(ctx);
}
/* enum sim_interface whose line the engine has; UART while it has none. */
static inline uint8_t sim_usb_asker(const struct sim_context *ctx)
{
    return ctx->host->usb ? ctx->host->usb->asker : (uint8_t)SIM_INTERFACE_UART;
}
/* A line is complete: it runs now, or waits for its turn. */
void sim_usb_take_turn(struct sim_context *ctx, uint8_t interface);
/* Where an answer goes now, and where an unsolicited line. */
uint8_t sim_usb_answer_to(const struct sim_context *ctx);
uint8_t sim_usb_urc_to(const struct sim_context *ctx);
/* ---- queue.c ------------------------------------------------------------------------------- */

/* output_free has grown: what lies before it goes to these interfaces. */
void sim_queue_freed(struct sim_context *ctx, uint8_t interfaces);
/* The output queue is empty. */
void sim_queue_dropped(struct sim_context *ctx);

/* ---- interpreter.c ------------------------------------------------------------------------- */

enum sim_interpreter_state {
    SIM_INTERPRETER_IDLE,
    SIM_INTERPRETER_WAITING, /* a line is complete; it runs after answer-delay */
    SIM_INTERPRETER_RUNNING,
    SIM_INTERPRETER_PENDING, /* a command has returned SIM_PENDING */
    SIM_INTERPRETER_HELD     /* the answer is ready and waits for its time */
};

/* The asker's line is complete. */
void sim_interpreter_start(struct sim_context *ctx);
/* A byte came while a command runs: true when that has ended it. */
bool sim_interpreter_abort(struct sim_context *ctx);

/* One command of a line, as it was found there. */
struct sim_piece {
    const char *text; /* of the whole command, "+CFUN=1,1" */
    size_t length;
    size_t name_length; /* at its beginning */
    const char *arguments;
    size_t arguments_length;
    size_t next; /* cursor behind it */
    enum sim_form form;
    bool malformed;
};

/* grammar.c: finds the command at `cursor`; false at the end of the line. */
bool sim_grammar_next(const char *line, size_t length, size_t cursor, struct sim_piece *ret_piece);

/* ---- at/command_index.c -------------------------------------------------------------------- */

enum { SIM_NAME_SLOTS = 512 }; /* of the index of names; a quarter of it stays free */
/* The index as the tables make it, and whether sim/at/command_slots.h has it so; for the test that
   writes that file. */
void sim_names_order(uint16_t ret_slots[SIM_NAME_SLOTS]);
bool sim_names_in_order(void);
/* True for a row of which little but the name is known: the setting named-commands. */
bool sim_command_is_named_only(const struct sim_command *row);
/* The command with that name, any case; NULL when there is none. */
const struct sim_command *sim_names_find(const char *name, size_t length);

/* ---- answer.c ------------------------------------------------------------------------------ */

/* The final result code for what a handler returned. */
void sim_answer_result(struct sim_context *ctx, int result);
/* A final result code given as text, in ATV1 form. */
void sim_answer_text(struct sim_context *ctx, const char *text, size_t length);
/* The n-th result code, NULL = no more; for the catalogue. */
const char *sim_answer_name(size_t index);
/* The text of a CME error, NULL when the number is not in the table. */
const char *sim_answer_error_text(int number);
/* The same of a CMS error. */
const char *sim_answer_message_error_text(int number);
void sim_put_hex(struct sim_context *ctx, uint32_t value, unsigned digits);
/* A number with leading zeros. */
void sim_put_padded(struct sim_context *ctx, uint32_t value, unsigned digits);
/* test_answer of a row whose handler answers the test form itself. */
extern const char sim_test_runs[];
/* test_answer of a row whose test form no document shows: the setting untold-test-form. */
extern const char sim_test_untold[];

/* ---- parameters.c -------------------------------------------------------------------------- */

static inline int32_t sim_value(const struct sim_context *ctx, enum sim_parameter parameter)
{
    return ctx->sim->live[parameter];
}
/* Changes a value as its saving mode demands. */
void sim_value_set(struct sim_context *ctx, enum sim_parameter parameter, int32_t value);
/* Changes the saved value only. */
void sim_value_save(struct sim_context *ctx, enum sim_parameter parameter, int32_t value);
/* All saved values are those of a new module. */
void sim_values_lose(struct sim_context *ctx);
/* Changes the live value only. */
void sim_value_set_live(struct sim_context *ctx, enum sim_parameter parameter, int32_t value);
/* The parameter of a row of sim_commands_parameter[]. */
enum sim_parameter sim_parameter_of(const struct sim_call *call);
/* True when `value` is in the range that the row states for its `field`-th number. */
bool sim_parameter_allows(enum sim_parameter parameter, unsigned field, int32_t value);
/* True when a module can hold it as live or saved value: set by a command, or as it is new. */
bool sim_parameter_can_be(enum sim_parameter parameter, int64_t value);
/* A restart; ATZ; AT&F; AT&W. */
void sim_values_restart(struct sim_context *ctx);
void sim_values_recall(struct sim_context *ctx);
void sim_values_factory(struct sim_context *ctx);
void sim_values_store(struct sim_context *ctx);
/* "+NAME: <value>", or "013" of an S-register. */
void sim_parameter_print(struct sim_context *ctx, enum sim_parameter parameter);

int sim_run_parameter(struct sim_call *call);
int sim_run_register(struct sim_call *call);
int sim_run_carrier(struct sim_call *call);
int sim_run_gnss_power(struct sim_call *call);
int sim_run_gnss_data(struct sim_call *call);
int sim_run_pair(struct sim_call *call);
int sim_run_icf(struct sim_call *call);
int sim_run_cipmux(struct sim_call *call);
int sim_run_ipr(struct sim_call *call);
int sim_run_cfun(struct sim_call *call);
int sim_run_registration(struct sim_call *call);
int sim_run_cops(struct sim_call *call);
int sim_run_cnsmod(struct sim_call *call);
int sim_run_cbatchk(struct sim_call *call);
int sim_run_cusd(struct sim_call *call);
int sim_run_cpsms(struct sim_call *call);
int sim_run_mode(struct sim_call *call);

/* ---- power.c ------------------------------------------------------------------------------- */

enum sim_power_state {
    SIM_POWER_NO_SUPPLY,
    SIM_POWER_OFF,      /* supplied, switched off */
    SIM_POWER_ASLEEP,   /* power saving mode */
    SIM_POWER_STARTING, /* silent, or the updater runs */
    SIM_POWER_UP,       /* the AT engine answers */
    SIM_POWER_DEAD      /* crashed with CEDUMP=1 */
};

enum sim_power_plan {
    SIM_PLAN_NONE,
    SIM_PLAN_OFF,
    SIM_PLAN_ON,
    SIM_PLAN_RESET,
    SIM_PLAN_SLEEP, /* into the power saving mode */
    SIM_PLAN_HELD   /* off by a PWRKEY that is held low */
};

/* Switches the module off after power-off-time; `notice` is printed, NULL = nothing. */
void sim_power_down(struct sim_context *ctx, const char *notice);
/* AT+CFUN=1,1: resets after reset-delay. Returns what the handler returns. */
int sim_power_reset_soon(struct sim_context *ctx);
/* True when such a restart keeps what is not saved, too. */
bool sim_power_retains(const struct sim_context *ctx, enum sim_reset reset);
/* Something happened: the power saving mode comes T3324 after it, if at all. */
void sim_sleep_later(struct sim_context *ctx);
/* saving.c: the timers of CPSMS in seconds, T3324 (active) or T3412: asked for, and as the network
   would grant it. */
uint32_t sim_saving_asked_s(const struct sim_context *ctx, bool active);
uint32_t sim_saving_granted_s(const struct sim_context *ctx, bool active);
/* The granted one as the eight bits of CEREG with <n> = 4. */
uint8_t sim_saving_granted_bits(const struct sim_context *ctx, bool active);
/* CPSMS=1, a network that grants it, and the module registered there. */
bool sim_saving_granted(const struct sim_context *ctx);
/* The active time is deactivated. */
bool sim_saving_never_sleeps(const struct sim_context *ctx);
/* Out of it: says so. */
void sim_sleep_over(struct sim_context *ctx);
/* The supply is back after a brown-out. */
void sim_power_supply_back(struct sim_context *ctx);
void sim_hang_set(struct sim_context *ctx, enum sim_hang hang);
/* The n-th line of the boot timeline, "RDY", or NULL; for the catalogue. */
struct sim_boot_line {
    const char *text; /* how the line begins */
    const char *meaning;
    const char *source;
    const char *setting;
    char tag;
    bool whole; /* the line is no longer than that */
};
const struct sim_boot_line *sim_boot_line(size_t index);
/* How many steps the boot timeline has. */
unsigned sim_boot_steps(void);
static inline bool sim_power_is_up(const struct sim *sim)
{
    return sim->power.state == SIM_POWER_UP;
}
static inline bool sim_power_is_on(const struct sim *sim)
{
    return sim->power.state >= SIM_POWER_STARTING;
}

/* ---- supply.c ------------------------------------------------------------------------------ */

/* The supply changed, or whether it is watched: warnings, cut-offs, brown-out. */
void sim_supply_check(struct sim_context *ctx);

/* ---- network.c ----------------------------------------------------------------------------- */

enum sim_radio_work {
    SIM_RADIO_IDLE,
    SIM_RADIO_SEARCH,  /* registration */
    SIM_RADIO_SCAN,    /* COPS=? */
    SIM_RADIO_OPERATOR /* COPS=1 */
};

/* Begins to search if the radio is on, or gives up what there was. */
void sim_network_update(struct sim_context *ctx);
/* Out of the power saving mode, which the network does not see: registered as before. */
void sim_network_resume(struct sim_context *ctx);
/* CNMP, CMNB or CBANDCFG were set: a network that they leave out is lost. */
void sim_network_modes_changed(struct sim_context *ctx);
/* COPS=2 and CGATT=0 take it away; NETWORK 0 does, too. */
void sim_network_lose(struct sim_context *ctx, uint8_t registration);
/* Returns what a handler returns. */
int sim_network_attach(struct sim_context *ctx, bool attached);
/* Registers at another cell: the old registration is given up first. */
void sim_network_move(struct sim_context *ctx, unsigned cell);
/* Technology of the serving cell or, while there is none, of the one that a search would find: 0
   CAT-M1, 1 NB-IoT, 2 GSM. */
unsigned sim_network_technology(const struct sim_context *ctx);
/* "+CREG: " and so on with what follows <n>. */
void sim_network_print(struct sim_context *ctx, enum sim_parameter which);
/* <stat> of CNSMOD. */
int sim_network_system_mode(const struct sim_context *ctx);
/* COPS=? and COPS=1 have taken their time. */
void sim_operator_scanned(struct sim_context *ctx);
void sim_operator_searched(struct sim_context *ctx);
/* The PDP contexts of a new module. */
void sim_contexts_init(struct sim_context *ctx);

struct sim_date {
    uint32_t year, month, day, hour, minute, second;
};
struct sim_date sim_date_of(int64_t unix_s);
int64_t sim_date_seconds(const struct sim_date *date);
/* "19/06/26,06:04:03" */
void sim_put_date(struct sim_context *ctx, int64_t unix_s);
/* Local time of the module, Unix seconds. */
int64_t sim_network_clock(const struct sim_context *ctx);
/* True when the network would give the module an address now. */
bool sim_network_accepts(const struct sim_context *ctx);
/* CNACT. */
int sim_bearer_open(struct sim_context *ctx, int32_t mode);
void sim_bearer_close(struct sim_context *ctx);

/* ---- commands_cell.c ------------------------------------------------------------------------ */

/* True when the band is among those of CBANDCFG for that technology. */
bool sim_band_is_heard(const struct sim_context *ctx, unsigned technology, int32_t band);
/* Registered, or CEDRXS was set: tells what the network grants where that is wanted. */
void sim_edrx_changed(struct sim_context *ctx);
/* Something is transferred, or the app network opens: the radio connection of LTE is up. */
bool sim_radio_is_connected(const struct sim_context *ctx);
/* What makes the radio connection up may have changed: CRRCSTATE tells it. */
void sim_radio_state_changed(struct sim_context *ctx);

/* ---- commands_card.c: calls ---------------------------------------------------------------- */

/* A byte came while ATD dials: true when that has ended it (AT106 2.2.2). */
bool sim_call_hang_up(struct sim_context *ctx);

/* ---- data_call.c --------------------------------------------------------------------------- */

/* ATD*99# or CGDATA has waited for the network: CONNECT and data mode, or NO CARRIER. */
void sim_data_call_begin(struct sim_context *ctx);
/* ATO: back into data mode; returns what a handler returns. */
int sim_data_call_return(struct sim_context *ctx);
/* ATH: ends it without a word; false: there was none. */
bool sim_data_call_hang_up(struct sim_context *ctx);
/* DTR or the surroundings end it: NO CARRIER. */
void sim_data_call_drop(struct sim_context *ctx);
/* +++ or DTR: into command mode, the call stays. */
void sim_data_call_escape(struct sim_context *ctx);
/* Bytes of the network; returns how many the port has taken. */
size_t sim_data_call_give(struct sim_context *ctx, const char *bytes, size_t size);
/* In data mode; connected at all. */
bool sim_data_call_runs(const struct sim_context *ctx);
bool sim_data_call_is_up(const struct sim *sim);

/* ---- commands_card.c: PIN and PUK -------------------------------------------------------- */

/* What CPIN, CLCK and CPWD give; returns 0 or a CME error, and counts the tries. */
int sim_card_check_pin(struct sim_context *ctx, const char *text, size_t length);
int sim_card_unblock(struct sim_context *ctx, const char *puk, size_t length, const char *pin,
                     size_t pin_length);

/* ---- SIM card ------------------------------------------------------------------------------ */

enum sim_card { SIM_CARD_READY, SIM_CARD_ABSENT, SIM_CARD_PIN, SIM_CARD_PUK };
/* How the card is now: a PIN that was given counts. */
enum sim_card sim_card_state(const struct sim_context *ctx);
/* The card is powered again: +CPIN is printed after cpin-delay. */
void sim_card_report_soon(struct sim_context *ctx);
void sim_card_print(struct sim_context *ctx);
/* "READY", "SIM PIN", … as CPIN prints it. */
const char *sim_card_text(const struct sim_context *ctx);
/* 0, or the CME error of a command that needs the card. */
int sim_card_error(const struct sim_context *ctx);

#endif
