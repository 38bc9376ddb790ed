/*
 * commands_card.c - the card's locks and files, and calls that cannot be made: 3GPP TS 27.007.
 */
#include <string.h>

#include "sim/at/stored.h"

/* sim_radio.call */
enum sim_call_work { CALL_IDLE, CALL_DIALS, CALL_USSD, CALL_DATA };

/* The choices of the setting sim-card that this file changes. */
enum { CARD_READY = 0, CARD_PIN = 2 };

enum { PIN_TRIES = 3, PUK_TRIES = 10 };

/* ---- PIN and PUK ---------------------------------------------------------------------------- */

static bool secret_value(const char *text, size_t length, int32_t *ret_value)
{
    int32_t value = 0;
    if (length < 4 || length > 8)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *ret_value = value;
    return true;
}

/* The error that stands for a card whose tries are used up. */
static int wrong_pin(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    if (radio->pin_left > 0)
        radio->pin_left--;
    if (radio->pin_left == 0)
        sim_setting_keep(ctx->sim, SIM_SETTING_SIM_CARD, CARD_PIN);
    return SIM_CME_WRONG_PASSWORD;
}

int sim_card_check_pin(struct sim_context *ctx, const char *text, size_t length)
{
    int32_t value;
    if (!secret_value(text, length, &value))
        return SIM_CME_WRONG_PASSWORD;
    if (value != sim_setting(ctx, SIM_SETTING_SIM_PIN))
        return wrong_pin(ctx);
    ctx->sim->radio.pin_left = PIN_TRIES;
    return SIM_DONE;
}

int sim_card_unblock(struct sim_context *ctx, const char *puk, size_t length, const char *pin,
                     size_t pin_length)
{
    struct sim_radio *radio = &ctx->sim->radio;
    int32_t value, wanted;
    if (radio->puk_left == 0)
        return SIM_CME_SIM_FAILURE;
    if (!secret_value(pin, pin_length, &wanted))
        return SIM_CME_WRONG_PASSWORD;
    if (!secret_value(puk, length, &value) || value != sim_setting(ctx, SIM_SETTING_SIM_PUK)) {
        radio->puk_left--;
        return radio->puk_left == 0 ? SIM_CME_SIM_FAILURE : SIM_CME_WRONG_PASSWORD;
    }
    radio->puk_left = PUK_TRIES;
    radio->pin_left = PIN_TRIES;
    radio->sim_unlocked = 1;
    sim_setting_keep(ctx->sim, SIM_SETTING_SIM_CARD, CARD_PIN);
    sim_setting_keep(ctx->sim, SIM_SETTING_SIM_PIN, wanted);
    return SIM_DONE;
}

/* ---- CLCK, CPWD ----------------------------------------------------------------------------- */

static bool facility_is(const struct sim_call *call, const char *name)
{
    const char *text;
    size_t length;
    return sim_argument_text(call, 0, &text, &length) && length == 2 && memcmp(text, name, 2) == 0;
}

static int lock_card(struct sim_call *call, bool lock)
{
    struct sim_context *ctx = call->ctx;
    const char *pin;
    size_t length;
    if (!sim_argument_text(call, 2, &pin, &length))
        return SIM_CME_WRONG_PASSWORD;
    int error = sim_card_check_pin(ctx, pin, length);
    if (error != 0)
        return error;
    ctx->sim->radio.sim_unlocked = 1;
    sim_setting_keep(ctx->sim, SIM_SETTING_SIM_CARD, lock ? CARD_PIN : CARD_READY);
    return SIM_DONE;
}

static int run_refused(struct sim_call *call)
{
    return sim_setting(call->ctx, SIM_SETTING_NOT_BUILT) ? SIM_FAILED : SIM_CME_NOT_SUPPORTED;
}

/* CMUX=0 is taken, and the port goes on with commands all the same (M17, M18). */
static int run_multiplexer(struct sim_call *call)
{
    int32_t mode;
    if (!sim_argument_number(call, 0, 0, 0, &mode) || sim_argument_count(call) > 9)
        return SIM_FAILED;
    return sim_setting(call->ctx, SIM_SETTING_CMUX) ? SIM_CME_NOT_SUPPORTED : SIM_DONE;
}

/* Only the card's own lock; other facilities are not built. */
static int run_lock(struct sim_call *call)
{
    int32_t mode;
    int error = sim_card_error(call->ctx);
    unsigned count = sim_argument_count(call);
    if (error != 0)
        return error;
    if (count < 2 || count > 4 || !sim_argument_number(call, 1, 0, 2, &mode))
        return SIM_FAILED;
    if (!facility_is(call, "SC"))
        return run_refused(call);
    if (mode != 2)
        return lock_card(call, mode == 1);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CLCK: ");
    sim_put_number(call->ctx, sim_setting(call->ctx, SIM_SETTING_SIM_CARD) != CARD_READY);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* The PIN can be changed while it is asked for only (TS 27.007 7.5). */
static int run_password(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *old, *new;
    size_t old_length, new_length;
    int32_t value;
    int error = sim_card_error(ctx);
    if (error != 0)
        return error;
    if (sim_argument_count(call) != 3 || !sim_argument_text(call, 1, &old, &old_length) ||
        !sim_argument_text(call, 2, &new, &new_length))
        return SIM_FAILED;
    if (!facility_is(call, "SC"))
        return run_refused(call);
    if (sim_setting(ctx, SIM_SETTING_SIM_CARD) == CARD_READY)
        return SIM_CME_NOT_ALLOWED;
    if (!secret_value(new, new_length, &value))
        return SIM_CME_WRONG_PASSWORD;
    error = sim_card_check_pin(ctx, old, old_length);
    if (error == 0)
        sim_setting_keep(ctx->sim, SIM_SETTING_SIM_PIN, value);
    return error;
}

/* ---- CRSM ---------------------------------------------------------------------------------- */

enum { CRSM_BINARY = 176, CRSM_STATUS = 242, FILE_BYTES = 17 };

/* Digits of `text`, swapped in pairs and filled up with F; hexadecimal ones count (AT106 CCID). */
static void put_swapped(uint8_t *bytes, size_t size, const char *text, size_t length)
{
    for (size_t i = 0; i < 2 * size; i++) {
        const char pair[2] = {'0', i < length ? text[i] : 'F'};
        uint8_t digit = 15;
        sim_hex_read(pair, 2, &digit, 1);
        bytes[i / 2] |= (uint8_t)(i % 2 ? digit << 4 : digit);
    }
}

/* EF-ICCID (TS 102.221 13.2). */
static size_t file_iccid(const struct sim_config *config, uint8_t *bytes)
{
    put_swapped(bytes, 10, config->iccid, strlen(config->iccid));
    return 10;
}

/* EF-IMSI (TS 31.102 4.2.2): length, then parity and type where the first digit's pair would be. */
static size_t file_imsi(const struct sim_config *config, uint8_t *bytes)
{
    char digits[17] = "9";
    size_t length = strlen(config->imsi);
    if (length > 15)
        length = 15;
    digits[0] = length % 2 ? '9' : '1';
    memcpy(digits + 1, config->imsi, length);
    bytes[0] = 8;
    put_swapped(bytes + 1, 8, digits, length + 1);
    return 9;
}

/* EF-SPN (TS 31.102 4.2.12): condition, then the name, filled up. */
static size_t file_name(const struct sim_config *config, uint8_t *bytes)
{
    size_t length = strlen(config->operator_name);
    memset(bytes, 0xff, FILE_BYTES);
    bytes[0] = 1;
    memcpy(bytes + 1, config->operator_name, length < 16 ? length : 16);
    return FILE_BYTES;
}

/* EF-AD (TS 31.102 4.2.18): normal operation, two digits of network code. */
static size_t file_administration(const struct sim_config *config, uint8_t *bytes)
{
    (void)config;
    bytes[3] = 2;
    return 4;
}

static const struct {
    int32_t number;
    size_t (*content)(const struct sim_config *config, uint8_t *bytes);
} card_files[] = {
    {0x2fe2, file_iccid},
    {0x6f07, file_imsi},
    {0x6f46, file_name},
    {0x6fad, file_administration},
};

/* +CRSM: <sw1>,<sw2>[,"<response>"] */
static int answer_card(struct sim_context *ctx, int sw1, int sw2, const uint8_t *bytes, size_t size)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CRSM: ");
    sim_put_number(ctx, sw1);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, sw2);
    if (size > 0) {
        sim_put_text(ctx, ",\"");
        for (size_t i = 0; i < size; i++)
            sim_put_hex(ctx, bytes[i], 2);
        sim_put_text(ctx, "\"");
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

static int read_card_file(struct sim_call *call, int32_t number)
{
    uint8_t bytes[FILE_BYTES] = {0};
    int32_t high, low, length;
    size_t size = 0;
    for (size_t i = 0; i < sizeof card_files / sizeof card_files[0]; i++)
        if (card_files[i].number == number)
            size = card_files[i].content(call->ctx->host->config, bytes);
    if (size == 0)
        return answer_card(call->ctx, 106, 130, NULL, 0); /* file not found */
    if (!sim_argument_number(call, 2, 0, 255, &high) ||
        !sim_argument_number(call, 3, 0, 255, &low) ||
        !sim_argument_number(call, 4, 0, 255, &length))
        return SIM_FAILED;
    size_t offset = (size_t)(high << 8 | low);
    if (offset >= size)
        return answer_card(call->ctx, 107, 0, NULL, 0); /* wrong parameters */
    size -= offset;
    if ((size_t)length > size)
        return answer_card(call->ctx, 108, (int)size, NULL, 0); /* wrong length, this is right */
    return answer_card(call->ctx, 144, 0, bytes + offset, length > 0 ? (size_t)length : size);
}

/* What is read is all that clients ask for; other instructions the card refuses (TS 102.221). */
static int run_card(struct sim_call *call)
{
    int32_t instruction, number;
    int error = sim_card_error(call->ctx);
    if (error != 0)
        return error;
    if (!sim_argument_number(call, 0, 0, 255, &instruction))
        return SIM_FAILED;
    if (instruction == CRSM_STATUS)
        return answer_card(call->ctx, 144, 0, NULL, 0);
    if (!sim_argument_number(call, 1, 0, 65535, &number))
        return SIM_FAILED;
    if (instruction != CRSM_BINARY)
        return answer_card(call->ctx, 109, 0, NULL, 0); /* instruction not supported */
    return read_card_file(call, number);
}

/* ---- calls --------------------------------------------------------------------------------- */

static int begin_call(struct sim_context *ctx, enum sim_call_work work, enum sim_setting_id time)
{
    ctx->sim->radio.call = (uint8_t)work;
    sim_timer_set(ctx, SIM_TIMER_CALL, ctx->now_us + sim_setting_us(ctx, time));
    return SIM_PENDING;
}

/* ---- CLIP, COLP, CEER ---------------------------------------------------------------------- */

/* The read form has a second number: the network provides it. */
int sim_run_line_identity(struct sim_call *call)
{
    if (call->form != SIM_FORM_READ)
        return sim_run_stored(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    sim_put_number(call->ctx, sim_stored_number(call->ctx, call->command->name));
    sim_put_text(call->ctx, sim_network_registered(call->ctx) ? ",1" : ",2");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static const char cause_key[] = "+CEER";

/* Why the last call ended, since the module started (TS 27.007 6.10). */
static int run_cause(struct sim_call *call)
{
    char cause[SIM_STORED_VALUE];
    bool any = sim_stored_get(call->ctx, cause_key, SIM_NO_SAVE, cause) > 0;
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CEER: ");
    sim_put_text(call->ctx, any ? cause : "No cause information available");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static void note_cause(struct sim_context *ctx, const char *cause)
{
    sim_stored_set(ctx, cause_key, SIM_NO_SAVE, cause, strlen(cause));
}

/* Modifiers say how to dial, not whom (AT106 2.2.2): T and P, pauses, @. */
static bool is_modifier(char c)
{
    static const char modifiers[] = ",TtPp!Ww@ ";
    return memchr(modifiers, c, sizeof modifiers - 1) != NULL;
}

/* "*99#" and "*99***1#" are calls to the packet network (TS 27.007 10.2.1). */
static bool is_packet_call(const struct sim_call *call)
{
    static const char service[] = "*99";
    size_t matched = 0;
    char last = '\0';
    for (size_t i = 0; i < call->length; i++) {
        if (is_modifier(call->arguments[i]))
            continue;
        last = call->arguments[i];
        if (matched < sizeof service - 1 && last != service[matched])
            return false;
        matched += matched < sizeof service - 1;
    }
    return matched == sizeof service - 1 && last == '#';
}

/* No voice call is ever answered: it rings out. Any byte ends dialling (AT106 2.2.2). */
static int dial(struct sim_context *ctx, enum sim_call_work work)
{
    if (!sim_network_registered(ctx)) {
        note_cause(ctx, "No service");
        return SIM_NO_CARRIER;
    }
    ctx->sim->interpreter.abortable = 1;
    return begin_call(ctx, work,
                      work == CALL_DATA ? SIM_SETTING_CONNECT_TIME : SIM_SETTING_DIAL_TIME);
}

static int run_dial(struct sim_call *call)
{
    if (sim_data_call_is_up(call->ctx->sim))
        return SIM_FAILED;
    return dial(call->ctx, is_packet_call(call) ? CALL_DATA : CALL_DIALS);
}

/* CGDATA="PPP",<cid>: the same by another name (TS 27.007 10.1.12). */
static int run_data_state(struct sim_call *call)
{
    const char *layer;
    size_t length;
    int32_t cid = 1;
    if (sim_data_call_is_up(call->ctx->sim) || sim_argument_count(call) > 2 ||
        !sim_argument_text(call, 0, &layer, &length) || length != 3 ||
        memcmp(layer, "PPP", 3) != 0 ||
        (sim_argument_count(call) == 2 && !sim_argument_number(call, 1, 1, 24, &cid)))
        return SIM_FAILED;
    return dial(call->ctx, CALL_DATA);
}

bool sim_call_hang_up(struct sim_context *ctx)
{
    if (ctx->sim->radio.call != CALL_DIALS && ctx->sim->radio.call != CALL_DATA)
        return false;
    ctx->sim->radio.call = CALL_IDLE;
    sim_timer_stop(ctx, SIM_TIMER_CALL);
    note_cause(ctx, "Client ended call");
    sim_finish(ctx, SIM_NO_CARRIER);
    return true;
}

static int run_return(struct sim_call *call)
{
    return sim_data_call_return(call->ctx);
}

static int run_no_carrier(struct sim_call *call)
{
    (void)call;
    return SIM_NO_CARRIER;
}

/* The network knows no such service: <m> = 4 (TS 27.007 7.15). */
void sim_on_call(struct sim_context *ctx)
{
    uint8_t work = ctx->sim->radio.call;
    ctx->sim->radio.call = CALL_IDLE;
    if (work == CALL_DATA) {
        sim_data_call_begin(ctx);
    } else if (work == CALL_DIALS) {
        note_cause(ctx, "No user responding");
        sim_finish(ctx, SIM_NO_CARRIER);
    } else if (work == CALL_USSD && sim_value(ctx, SIM_PARAMETER_CUSD) == 1) {
        sim_urc(ctx, "+CUSD: 4");
    }
}

int sim_run_cusd(struct sim_call *call)
{
    int32_t mode;
    const char *text;
    size_t length;
    unsigned count = sim_argument_count(call);
    if (call->form != SIM_FORM_WRITE || count == 1)
        return sim_run_parameter(call);
    if (count > 3 || !sim_argument_number(call, 0, 0, 2, &mode) ||
        !sim_argument_text(call, 1, &text, &length) || length == 0)
        return SIM_FAILED;
    if (!sim_network_registered(call->ctx))
        return SIM_CME_NO_SERVICE;
    sim_value_set(call->ctx, SIM_PARAMETER_CUSD, mode);
    if (mode == 1)
        begin_call(call->ctx, CALL_USSD, SIM_SETTING_USSD_TIME);
    return SIM_DONE;
}

static int run_activity(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CPAS: ");
    sim_put_number(call->ctx, 0); /* ready: no call can be up while a command runs */
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_own_number(struct sim_call *call)
{
    return sim_card_error(call->ctx); /* the card holds none: no line (TS 27.007 7.1) */
}

enum {
    ACT = SIM_FORM_EXECUTE,
    TEST_ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE,
    TEST_WRITE = SIM_FORM_TEST | SIM_FORM_WRITE
};

const struct sim_command sim_commands_card[] = {
    {"+CLCK", TEST_WRITE, SIM_AUTO_SAVE, 'S', 15000, "3GPP TS 27.007 7.4", "locks the card",
     "+CLCK: "
     "(\"AB\",\"AC\",\"AG\",\"AI\",\"AO\",\"IR\",\"OI\",\"OX\",\"SC\",\"FD\",\"PN\",\"PU\",\"PP\")",
     run_lock, 0},
    {"+CPWD", TEST_WRITE, SIM_AUTO_SAVE, 'S', 15000, "3GPP TS 27.007 7.5", "changes the PIN",
     "+CPWD: "
     "(\"AB\",4),(\"AC\",4),(\"AG\",4),(\"AI\",4),(\"AO\",4),(\"IR\",4),(\"OI\",4),(\"OX\",4),("
     "\"SC\",8),(\"P2\",8)",
     run_password, 0},
    {"+CRSM", TEST_WRITE, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 8.18", "reads files of the card",
     NULL, run_card, 0},
    {"+CSIM", TEST_WRITE, SIM_NO_SAVE, 'I', 0, "3GPP TS 27.007 8.17",
     "commands to the card, refused", NULL, run_refused, 0},
    {"+CNUM", TEST_ACT, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 7.1", "own number", NULL,
     run_own_number, 0},
    {"+CPAS", TEST_ACT, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 8.1", "activity", "+CPAS: (0,3,4)",
     run_activity, 0},
    {"+CEER", TEST_ACT, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 6.10", "why the last call ended", NULL,
     run_cause, 0},
    {"+CMUX", SIM_FORM_WRITE, SIM_NO_SAVE, 'O', 0, "M17, M18",
     "multiplexer: taken, and there is none", NULL, run_multiplexer, 0},
    {"D", ACT, SIM_NO_SAVE, 'D', 0, "AT106 2.2.2", "dials; *99# is data, else nobody answers", NULL,
     run_dial, 0},
    {"+CGDATA", TEST_WRITE, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 10.1.12", "dials for data",
     "+CGDATA: (\"PPP\")", run_data_state, 0},
    {"A", ACT, SIM_NO_SAVE, 'S', 0, "V.25ter 6.3.5", "answers a call; there is none", NULL,
     run_no_carrier, 0},
    {"O", ACT, SIM_NO_SAVE, 'D', 0, "AT106 2.2.8", "back into the data mode", NULL, run_return, 0},
    {.name = NULL},
};
