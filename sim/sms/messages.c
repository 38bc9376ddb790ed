/*
 * messages.c - short messages on their way: entered at the prompt, sent, reported, received.
 */
#include <string.h>

#include "sim/knowledge/prompts.h"
#include "sim/services/net.h"
#include "sim/sms/message_engine.h"

enum { CONTROL_Z = 0x1a, ESCAPE_KEY = 0x1b };

/* While a listing waits for the port to take what it has; then what one message may need. */
enum { LIST_PAUSE_US = 5000, LIST_ROOM = 1000 };

/* TS 27.005 3.1: a submitted message, valid for a day, no protocol, default alphabet. */
static const uint8_t initial_parameters[4] = {17, 167, 0, 0};

int sim_message_card_error(const struct sim_context *ctx)
{
    static const struct {
        int16_t cme, cms;
    } errors[] = {{SIM_CME_NOT_INSERTED, SIM_CMS_NOT_INSERTED},
                  {SIM_CME_PIN, SIM_CMS_PIN},
                  {SIM_CME_PUK, SIM_CMS_PUK},
                  {SIM_CME_SIM_FAILURE, SIM_CMS_FAILURE}};
    int error = sim_card_error(ctx);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].cme == error)
            return sim_cms(errors[i].cms);
    return error == 0 ? 0 : sim_cms(SIM_CMS_UNKNOWN);
}

/* ---- the prompt ---------------------------------------------------------------------------- */

static char *input_of(struct sim_context *ctx)
{
    struct sim_typed *typed = sim_typed_asked(ctx);
    return typed->text + typed->length;
}

static size_t input_room(const struct sim_context *ctx)
{
    return SIM_LINE_SIZE - (size_t)sim_typed_asked(ctx)->length;
}

/* PDUs, and text that is given in hexadecimal digits (TS 27.005 3.1, <data>). */
static bool input_is_hex(const struct sim_context *ctx)
{
    const struct sim_message *message = &ctx->sim->message;
    return sim_value(ctx, SIM_PARAMETER_CMGF) == 0 || message->charset >= SIM_CHARSET_UCS2 ||
           sim_coding_alphabet(message->parameters[3]) != SIM_ALPHABET_GSM;
}

static void put_prompt(struct sim_context *ctx)
{
    sim_put_text(ctx, "\r\n" SIM_PROMPT_BYTES);
}

int sim_message_enter(struct sim_context *ctx, enum sim_message_input input)
{
    struct sim_message *message = &ctx->sim->message;
    message->input = (uint8_t)input;
    message->input_length = 0;
    message->input_failed = 0;
    put_prompt(ctx);
    sim_port_take(ctx, SIM_TAKER_MESSAGE);
    return SIM_PENDING;
}

static void input_forget(struct sim_context *ctx)
{
    struct sim_message *message = &ctx->sim->message;
    memset(input_of(ctx), 0, input_room(ctx));
    message->input = SIM_INPUT_NONE;
    message->input_length = 0;
    message->input_failed = 0;
}

static void hex_byte(struct sim_context *ctx, char byte)
{
    struct sim_message *message = &ctx->sim->message;
    const char pair[2] = {'0', byte};
    uint8_t value;
    size_t at = message->input_length / 2u;
    if (byte == '\r' || byte == '\n')
        return;
    if (sim_hex_read(pair, 2, &value, 1) != 1 || at >= input_room(ctx)) {
        message->input_failed = 1;
        return;
    }
    char *octet = input_of(ctx) + at;
    *octet = (char)(message->input_length++ % 2 ? (uint8_t)*octet | value : value << 4);
}

static void text_byte(struct sim_context *ctx, char byte)
{
    struct sim_message *message = &ctx->sim->message;
    char *input = input_of(ctx);
    if (byte == (char)sim_value(ctx, SIM_PARAMETER_S5)) {
        if (message->input_length > 0)
            input[--message->input_length] = '\0';
    } else if (message->input_length >= input_room(ctx)) {
        message->input_failed = 1;
    } else if (byte == '\r') {
        input[message->input_length++] = '\n';
        put_prompt(ctx);
    } else if (byte != '\n' || message->input_length == 0 ||
               input[message->input_length - 1] != '\n') {
        input[message->input_length++] = byte;
    }
}

static int store_entered(struct sim_context *ctx)
{
    struct sim_message *message = &ctx->sim->message;
    uint8_t bytes[SIM_MESSAGE_MAX];
    size_t size;
    int error = sim_message_entered(ctx, bytes, &size);
    if (error != 0)
        return error;
    int slot = sim_message_add(ctx, message->storage[1],
                               (enum sim_message_status)message->input_status, bytes, size);
    if (slot < 0)
        return sim_cms(SIM_CMS_MEMORY_FULL);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CMGW: ");
    sim_put_number(ctx, slot % SIM_STORAGE_SLOTS + sim_setting(ctx, SIM_SETTING_SMS_FIRST_INDEX));
    sim_line_end(ctx);
    return SIM_DONE;
}

static int finish_input(struct sim_context *ctx, char byte)
{
    uint8_t bytes[SIM_MESSAGE_MAX];
    size_t size;
    int result = SIM_DONE; /* ESC: nothing happens */
    if (byte == CONTROL_Z && ctx->sim->message.input == SIM_INPUT_STORE) {
        result = store_entered(ctx);
    } else if (byte == CONTROL_Z) {
        result = sim_message_entered(ctx, bytes, &size);
        if (result == SIM_DONE)
            result = sim_message_send(ctx, SIM_MESSAGE_SEND);
    }
    if (result != SIM_PENDING)
        input_forget(ctx);
    sim_port_give_back(ctx);
    return result;
}

int sim_messages_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    bool hex = input_is_hex(ctx);
    size_t text = size - complete;
    for (size_t i = 0; i < text; i++) {
        char byte = (char)bytes[i];
        sim_port_echo(ctx, &byte, 1);
        if (hex)
            hex_byte(ctx, byte);
        else
            text_byte(ctx, byte);
    }
    return complete ? finish_input(ctx, (char)bytes[text]) : SIM_PENDING;
}

/* ---- from what was entered to octets -------------------------------------------------------- */

static int entered_pdu(struct sim_context *ctx, uint8_t *ret_bytes, size_t *ret_size)
{
    const struct sim_message *message = &ctx->sim->message;
    struct sim_message_parts parts;
    size_t size = message->input_length / 2u;
    if (message->input_length % 2 || size > SIM_MESSAGE_MAX)
        return sim_cms(SIM_CMS_BAD_PDU);
    memcpy(ret_bytes, input_of(ctx), size);
    *ret_size = size;
    if (!sim_message_split(ret_bytes, size, &parts) || parts.tpdu_octets != message->input_size)
        return sim_cms(SIM_CMS_BAD_PDU);
    unsigned type = parts.tpdu.first_octet & 3;
    if (message->input == SIM_INPUT_SEND && type != SIM_TPDU_SUBMIT)
        return sim_cms(SIM_CMS_BAD_PDU);
    return SIM_DONE;
}

/* What was entered, one UTF-16 unit a character. Returns how many; 0xffff = malformed. */
static size_t entered_characters(struct sim_context *ctx, uint16_t *characters, size_t capacity)
{
    const struct sim_message *message = &ctx->sim->message;
    const uint8_t *input = (const uint8_t *)input_of(ctx);
    bool ucs2 = message->charset == SIM_CHARSET_UCS2;
    size_t units =
        !input_is_hex(ctx) ? message->input_length : message->input_length / (ucs2 ? 4u : 2u);
    size_t count = 0;
    bool escaped = false;
    if (units > capacity || (ucs2 && message->input_length % 4))
        return 0xffff;
    for (size_t i = 0; i < units; i++) {
        bool septets = message->charset == SIM_CHARSET_GSM || message->charset == SIM_CHARSET_HEX;
        bool escapes = septets && input[i] == ESCAPE_KEY && !escaped;
        uint16_t character = (uint16_t)(ucs2 ? input[2 * i] << 8 | input[2 * i + 1] : input[i]);
        if (septets)
            character = sim_gsm_character(input[i], escaped);
        else if (!ucs2 && character > 127)
            character = '?';
        if (!escapes)
            characters[count++] = character;
        escaped = escapes;
    }
    return count;
}

static bool set_entered_octets(struct sim_context *ctx, struct sim_tpdu *tpdu)
{
    size_t octets = ctx->sim->message.input_length / 2u;
    if (ctx->sim->message.input_length % 2 || octets > SIM_USER_DATA_MAX)
        return false;
    memcpy(tpdu->user, input_of(ctx), octets);
    tpdu->user_length = tpdu->user_octets = (uint8_t)octets;
    return !(tpdu->first_octet & SIM_TPDU_HEADER) || (octets > 0 && tpdu->user[0] < octets);
}

static bool set_entered_text(struct sim_context *ctx, struct sim_tpdu *tpdu)
{
    uint16_t characters[SIM_SEPTETS_MAX];
    if (sim_coding_alphabet(tpdu->coding) != SIM_ALPHABET_GSM)
        return set_entered_octets(ctx, tpdu);
    if (tpdu->first_octet & SIM_TPDU_HEADER)
        return false; /* I: a header needs octets */
    size_t count = entered_characters(ctx, characters, SIM_SEPTETS_MAX);
    return count <= SIM_SEPTETS_MAX && sim_tpdu_set_text(tpdu, SIM_ALPHABET_GSM, characters, count);
}

int sim_message_entered(struct sim_context *ctx, uint8_t *ret_bytes, size_t *ret_size)
{
    const struct sim_message *message = &ctx->sim->message;
    struct sim_tpdu tpdu = {.first_octet =
                                (uint8_t)((message->parameters[0] & ~3) | SIM_TPDU_SUBMIT),
                            .validity = message->parameters[1],
                            .protocol = message->parameters[2],
                            .coding = message->parameters[3]};
    bool pdu = sim_value(ctx, SIM_PARAMETER_CMGF) == 0;
    if (message->input_failed)
        return sim_cms(pdu ? SIM_CMS_BAD_PDU : SIM_CMS_BAD_TEXT);
    if (pdu)
        return entered_pdu(ctx, ret_bytes, ret_size);
    struct sim_address centre;
    sim_address_set(&centre, message->centre, strlen(message->centre), false);
    sim_address_set(&tpdu.address, message->destination, strlen(message->destination), false);
    if (!set_entered_text(ctx, &tpdu))
        return sim_cms(SIM_CMS_BAD_TEXT);
    *ret_size = sim_message_join(&centre, &tpdu, ret_bytes);
    return SIM_DONE;
}

/* ---- sending ------------------------------------------------------------------------------- */

int sim_message_send(struct sim_context *ctx, enum sim_message_work work)
{
    if (!sim_network_registered(ctx))
        return sim_cms(SIM_CMS_NO_SERVICE);
    ctx->sim->message.work = (uint8_t)work;
    sim_timer_set(ctx, SIM_TIMER_MESSAGE,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_SMS_SEND_TIME));
    return SIM_PENDING;
}

/* "+4915112345678 text" */
static void tell_sent(struct sim_context *ctx, const struct sim_tpdu *tpdu, uint8_t reference)
{
    char text[SIM_ADDRESS_TEXT + SIM_MESSAGE_TEXT];
    uint16_t characters[SIM_SEPTETS_MAX];
    size_t length = strlen(tpdu->address.text);
    memcpy(text, tpdu->address.text, length);
    text[length++] = ' ';
    length += sim_utf8_write(characters, sim_tpdu_text(tpdu, characters), text + length,
                             sizeof text - length);
    sim_tell(ctx, SIM_EVENT_SMS, reference, text, length);
}

static void expect_report(struct sim_context *ctx, const struct sim_tpdu *tpdu, uint8_t reference)
{
    struct sim_message *message = &ctx->sim->message;
    if (message->report)
        sim_on_report(ctx);
    memset(message->destination, 0, sizeof message->destination);
    memcpy(message->destination, tpdu->address.text, strlen(tpdu->address.text));
    message->report = 1;
    message->report_reference = reference;
    sim_timer_set(ctx, SIM_TIMER_REPORT,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_SMS_REPORT_TIME));
}

static int sent(struct sim_context *ctx, const struct sim_tpdu *tpdu, const char *name)
{
    uint8_t reference = ctx->sim->message.reference++;
    tell_sent(ctx, tpdu, reference);
    sim_line_begin(ctx);
    sim_put_text(ctx, name);
    sim_put_number(ctx, reference);
    sim_line_end(ctx);
    if (tpdu->first_octet & SIM_TPDU_WANTS_REPORT)
        expect_report(ctx, tpdu, reference);
    return SIM_DONE;
}

static bool get_outgoing(struct sim_context *ctx, bool stored, struct sim_message_parts *ret_parts)
{
    uint8_t bytes[SIM_MESSAGE_MAX];
    size_t size = 0;
    struct sim_message_list list;
    if (stored) {
        sim_messages_list(ctx, &list);
        size = sim_message_read(ctx, &list.slots[ctx->sim->message.slot], bytes);
    } else if (sim_message_entered(ctx, bytes, &size) != SIM_DONE) {
        return false;
    }
    if (!sim_message_split(bytes, size, ret_parts))
        return false;
    if (stored && ctx->sim->message.destination[0])
        sim_address_set(&ret_parts->tpdu.address, ctx->sim->message.destination,
                        strlen(ctx->sim->message.destination), false);
    return true;
}

static int finish_send(struct sim_context *ctx, bool stored)
{
    static const int16_t refusals[] = {0, SIM_CMS_NETWORK_OUT_OF_ORDER, SIM_CMS_UNKNOWN};
    int refusal = refusals[sim_setting(ctx, SIM_SETTING_SMS_SEND)];
    struct sim_message_parts parts;
    if (!sim_network_registered(ctx))
        return sim_cms(SIM_CMS_NO_SERVICE);
    if (refusal != 0)
        return sim_cms(refusal);
    if (!get_outgoing(ctx, stored, &parts))
        return sim_cms(SIM_CMS_BAD_INDEX);
    if (stored && !sim_message_mark(ctx, ctx->sim->message.slot, SIM_STATUS_SENT) &&
        !sim_power_is_up(ctx->sim))
        return SIM_NO_RESULT;
    return sent(ctx, &parts.tpdu, stored ? "+CMSS: " : "+CMGS: ");
}

void sim_on_message(struct sim_context *ctx)
{
    uint8_t work = ctx->sim->message.work;
    ctx->sim->message.work = SIM_MESSAGE_IDLE;
    if (work == SIM_MESSAGE_LIST) {
        int result = sim_message_list_on(ctx);
        if (result != SIM_PENDING)
            sim_finish(ctx, result);
        return;
    }
    int result = finish_send(ctx, work == SIM_MESSAGE_SEND_STORED);
    input_forget(ctx);
    sim_finish(ctx, result);
}

/* ---- lists --------------------------------------------------------------------------------- */

int sim_message_list_on(struct sim_context *ctx)
{
    struct sim_message *message = &ctx->sim->message;
    unsigned end = (message->storage[0] + 1u) * SIM_STORAGE_SLOTS;
    struct sim_message_list list;
    for (; message->slot < end; message->slot++) {
        sim_messages_list(ctx, &list);
        const struct sim_message_slot *slot = &list.slots[message->slot];
        bool wanted = message->wanted == SIM_STATUS_ALL || slot->status == message->wanted;
        if (slot->length == 0 || !wanted)
            continue;
        if (SIM_OUTPUT_SIZE - ctx->sim->port.output_end < LIST_ROOM) {
            message->work = SIM_MESSAGE_LIST;
            sim_timer_set(ctx, SIM_TIMER_MESSAGE, ctx->now_us + LIST_PAUSE_US);
            return SIM_PENDING;
        }
        sim_message_print(ctx, message->slot, slot, true);
        if (!sim_power_is_up(ctx->sim))
            return SIM_NO_RESULT; /* cut while the message was marked */
    }
    return SIM_DONE;
}

/* ---- receiving ----------------------------------------------------------------------------- */

static uint8_t swapped(uint32_t number)
{
    return (uint8_t)(number / 10 % 10 | number % 10 << 4);
}

/* The service centre's time: what the network tells, in its zone (TS 23.040 9.2.3.11). */
static void set_time(const struct sim_context *ctx, uint8_t time[7])
{
    int64_t unix_s = sim_setting(ctx, SIM_SETTING_NETWORK_TIME) + (int64_t)(ctx->now_us / 1000000u);
    int32_t zone = sim_setting(ctx, SIM_SETTING_TIME_ZONE);
    struct sim_date date = sim_date_of(unix_s + zone * 900);
    const uint32_t parts[6] = {date.year % 100, date.month,  date.day,
                               date.hour,       date.minute, date.second};
    for (unsigned i = 0; i < 6; i++)
        time[i] = swapped(parts[i]);
    time[6] = (uint8_t)(swapped((uint32_t)(zone < 0 ? -zone : zone)) | (zone < 0 ? 8 : 0));
}

static void put_stored(struct sim_context *ctx, const char *name, int slot)
{
    unsigned storage = (unsigned)slot / SIM_STORAGE_SLOTS;
    sim_urc_begin(ctx);
    sim_put_text(ctx, name);
    sim_put_quoted(ctx, sim_storage_name(storage));
    sim_put_text(ctx, ",");
    sim_put_number(ctx, slot % SIM_STORAGE_SLOTS + sim_setting(ctx, SIM_SETTING_SMS_FIRST_INDEX));
    sim_urc_end(ctx);
}

/* Stored, and told where the host wants that; false: there is no room, the network keeps it. */
static bool store(struct sim_context *ctx, const uint8_t *bytes, size_t size, const char *name,
                  bool told)
{
    int slot = sim_message_add(ctx, ctx->sim->message.storage[2], SIM_STATUS_UNREAD, bytes, size);
    if (slot >= 0 && told)
        put_stored(ctx, name, slot);
    return slot >= 0;
}

static void put_direct(struct sim_context *ctx, const char *name,
                       const struct sim_message_parts *parts, const uint8_t *bytes, size_t size)
{
    bool pdu = sim_value(ctx, SIM_PARAMETER_CMGF) == 0;
    bool report = (parts->tpdu.first_octet & 3) == SIM_TPDU_REPORT;
    sim_urc_begin(ctx);
    sim_put_text(ctx, name);
    if (pdu) {
        sim_put_text(ctx, report ? "" : "\"\",");
        sim_put_number(ctx, parts->tpdu_octets);
        sim_put_text(ctx, "\r\n");
        sim_put_octets(ctx, bytes, size);
    } else {
        sim_message_put_header(ctx, parts, sim_value(ctx, SIM_PARAMETER_CSDH) != 0);
        sim_put_text(ctx, report ? "" : "\r\n");
        if (!report)
            sim_put_message_text(ctx, &parts->tpdu);
    }
    sim_urc_end(ctx);
}

/* <mt> of CNMI: 2 hands every message over, 3 only those of class 3 (TS 27.005 3.4.1). */
static bool is_direct(const struct sim_message *message, const struct sim_tpdu *tpdu)
{
    bool classed = tpdu->coding >> 4 == 15 || (tpdu->coding >> 6 == 0 && tpdu->coding & 0x10);
    unsigned class = classed ? tpdu->coding & 3u : 4;
    if (message->indication[0] == 0 || message->unacknowledged)
        return false;
    return (message->indication[1] == 2 && class != 2) ||
           (message->indication[1] == 3 && class == 3);
}

static bool deliver(struct sim_context *ctx, const struct sim_tpdu *tpdu)
{
    struct sim_message *message = &ctx->sim->message;
    struct sim_message_parts parts = {.tpdu = *tpdu};
    uint8_t bytes[SIM_MESSAGE_MAX];
    sim_address_set(&parts.centre, message->centre, strlen(message->centre), false);
    size_t size = sim_message_join(&parts.centre, tpdu, bytes);
    parts.tpdu_octets = (uint8_t)(size - 1 - bytes[0]);
    sim_signals_message(ctx);
    if (sim_setting(ctx, SIM_SETTING_SMS_INCOMING) == 1) {
        sim_urc(ctx, "+CMTI: ,-1"); /* and it is nowhere */
        return true;
    }
    if (!is_direct(message, tpdu))
        return store(ctx, bytes, size,
                     "+CMTI: ", message->indication[0] != 0 && message->indication[1] != 0);
    message->unacknowledged = message->service == 1;
    put_direct(ctx, "+CMT: ", &parts, bytes, size);
    return true;
}

void sim_on_report(struct sim_context *ctx)
{
    struct sim_message *message = &ctx->sim->message;
    struct sim_message_parts parts = {
        .tpdu = {.first_octet = SIM_TPDU_REPORT | 4, .reference = message->report_reference}};
    uint8_t bytes[SIM_MESSAGE_MAX];
    if (!message->report || !sim_network_registered(ctx))
        return;
    message->report = 0;
    sim_address_set(&parts.tpdu.address, message->destination, strlen(message->destination), false);
    sim_address_set(&parts.centre, message->centre, strlen(message->centre), false);
    set_time(ctx, parts.tpdu.time);
    set_time(ctx, parts.tpdu.discharge);
    size_t size = sim_message_join(&parts.centre, &parts.tpdu, bytes);
    parts.tpdu_octets = (uint8_t)(size - 1 - bytes[0]);
    if (message->indication[3] == 1 && message->indication[0] != 0)
        put_direct(ctx, "+CDS: ", &parts, bytes, size);
    else if (message->indication[3] == 2)
        store(ctx, bytes, size, "+CDSI: ", message->indication[0] != 0);
}

/* As many as the port can queue at once where CNMI hands them over. */
enum { PARTS_MAXIMUM = 6, LONG_MAXIMUM = PARTS_MAXIMUM * SIM_SEPTETS_MAX };

/* How many parts a text has; 0 = a character is not in the alphabet, or too many. */
static unsigned count_parts(enum sim_alphabet alphabet, const uint16_t *characters, size_t count)
{
    struct sim_tpdu tpdu = {.first_octet = SIM_TPDU_DELIVER};
    const struct sim_part part = {0, 1, 1};
    unsigned parts = 0;
    for (size_t at = 0, taken; at < count; at += taken) {
        taken = sim_tpdu_set_part(&tpdu, alphabet, characters + at, count - at, &part);
        if (taken == 0 || ++parts > PARTS_MAXIMUM)
            return 0;
    }
    return parts;
}

/* A longer text: one message after the other, each behind a header that numbers it. */
static bool deliver_parts(struct sim_context *ctx, struct sim_tpdu *tpdu,
                          const uint16_t *characters, size_t count)
{
    enum { MORE_FOLLOWS_NOT = 4 };
    enum sim_alphabet alphabet = SIM_ALPHABET_GSM;
    struct sim_part part = {.reference = ctx->sim->message.long_reference};
    part.count = (uint8_t)count_parts(alphabet, characters, count);
    if (part.count == 0) {
        alphabet = SIM_ALPHABET_UCS2;
        tpdu->coding = 8;
        part.count = (uint8_t)count_parts(alphabet, characters, count);
    }
    if (part.count == 0)
        return false;
    ctx->sim->message.long_reference++;
    for (size_t at = 0; at < count && sim_power_is_up(ctx->sim);) {
        part.number++;
        at += sim_tpdu_set_part(tpdu, alphabet, characters + at, count - at, &part);
        tpdu->first_octet = (uint8_t)(tpdu->first_octet & ~MORE_FOLLOWS_NOT);
        tpdu->first_octet |= at == count ? MORE_FOLLOWS_NOT : 0;
        if (!deliver(ctx, tpdu))
            return false;
    }
    return true;
}

/* In the default alphabet if that has every character, else in UCS2. */
static bool deliver_text(struct sim_context *ctx, struct sim_tpdu *tpdu, const char *text)
{
    uint16_t characters[LONG_MAXIMUM + 1];
    size_t count = sim_utf8_read(text, strlen(text), characters, LONG_MAXIMUM + 1);
    if (sim_tpdu_set_text(tpdu, SIM_ALPHABET_GSM, characters, count))
        return deliver(ctx, tpdu);
    tpdu->coding = 8;
    if (sim_tpdu_set_text(tpdu, SIM_ALPHABET_UCS2, characters, count))
        return deliver(ctx, tpdu);
    tpdu->coding = 0;
    return count <= LONG_MAXIMUM && deliver_parts(ctx, tpdu, characters, count);
}

static bool receive(struct sim_context *ctx, const char *from, const char *text)
{
    struct sim_tpdu tpdu = {.first_octet = SIM_TPDU_DELIVER | 4};
    if (!sim_address_set(&tpdu.address, from, strlen(from), true))
        return false;
    set_time(ctx, tpdu.time);
    return deliver_text(ctx, &tpdu, text);
}

/* What the network keeps for a module in the power saving mode: sender and text, each with its NUL.
 */
static const char held_file[] = "/held";
enum { HELD_BYTES = 4096 };

static bool hold(struct sim_context *ctx, const struct sim_action *action)
{
    size_t from = strlen(action->from) + 1, text = strlen(action->text) + 1;
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, held_file, sizeof held_file - 1);
    return file != SIM_NO_FILE && from + text <= HELD_BYTES &&
           sim_files_append(ctx, file, action->from, from) &&
           sim_files_append(ctx, file, action->text, text);
}

static void receive_held(struct sim_context *ctx)
{
    char held[HELD_BYTES + 1];
    uint8_t file = sim_hidden_find(ctx, held_file);
    if (file == SIM_NO_FILE)
        return;
    size_t size = sim_files_read(&ctx->sim->files, ctx->host, file, 0, held, HELD_BYTES);
    held[size] = '\0';
    sim_hidden_delete(ctx, held_file);
    receive(ctx, held, held + strlen(held) + 1);
}

void sim_messages_hears(struct sim_context *ctx, enum sim_news news)
{
    if (news == SIM_NEWS_REGISTERED)
        receive_held(ctx);
}

/* A module that saves power gets it when it is back; of several the last one is kept. */
bool sim_messages_apply(struct sim_context *ctx, const struct sim_action *action)
{
    struct sim_address address;
    if (!action->text || !action->from ||
        !sim_address_set(&address, action->from, strlen(action->from), true))
        return false;
    if (ctx->sim->power.state == SIM_POWER_ASLEEP)
        return hold(ctx, action);
    return sim_power_is_up(ctx->sim) && sim_network_registered(ctx) &&
           receive(ctx, action->from, action->text);
}

/* ---- a new module, a restart ----------------------------------------------------------------- */

static void forget(struct sim_context *ctx)
{
    static const uint8_t indications[][5] = {{0}, {2, 1, 0, 0, 0}};
    struct sim_message *message = &ctx->sim->message;
    struct sim_message kept = *message;
    if (message->input != SIM_INPUT_NONE)
        input_forget(ctx);
    memset(message, 0, sizeof *message);
    memcpy(message->centre, kept.centre, sizeof kept.centre);
    message->reference = kept.reference;
    message->long_reference = kept.long_reference;
    memcpy(message->parameters, initial_parameters, sizeof initial_parameters);
    memcpy(message->indication, indications[sim_setting(ctx, SIM_SETTING_SMS_INDICATION)],
           sizeof message->indication);
}

void sim_messages_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    forget(ctx);
}

void sim_messages_init(struct sim_context *ctx)
{
    const char *centre = ctx->host->config->service_centre;
    struct sim_address address;
    const char *end = memchr(centre, '\0', SIM_MESSAGE_ADDRESS);
    if (end && sim_address_set(&address, centre, (size_t)(end - centre), false))
        memcpy(ctx->sim->message.centre, address.text, sizeof address.text);
    forget(ctx);
}
