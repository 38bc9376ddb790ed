/*
 * commands_message.c - short messages: 3GPP TS 27.005, and CSCS of TS 27.007.
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/sms/message_engine.h"

enum { PDU_MINIMUM = 7, PDU_MAXIMUM = 164 };

static bool is_text(const struct sim_context *ctx)
{
    return sim_value(ctx, SIM_PARAMETER_CMGF) != 0;
}

static int32_t first_index(const struct sim_context *ctx)
{
    return sim_setting(ctx, SIM_SETTING_SMS_FIRST_INDEX);
}

static int bad_argument(const struct sim_context *ctx)
{
    return sim_cms(is_text(ctx) ? SIM_CMS_BAD_TEXT : SIM_CMS_BAD_PDU);
}

/* Index of a word that may be quoted; -1 = none of them. */
static int argument_word(const struct sim_call *call, unsigned index,
                         const char *(*name)(unsigned number))
{
    const char *text;
    size_t length;
    if (!sim_argument_text(call, index, &text, &length))
        return -1;
    for (unsigned i = 0; name(i); i++)
        if (strlen(name(i)) == length && memcmp(name(i), text, length) == 0)
            return (int)i;
    return -1;
}

static void put_words(struct sim_context *ctx, const char *(*name)(unsigned number))
{
    sim_put_text(ctx, "(");
    for (unsigned i = 0; name(i); i++) {
        sim_put_text(ctx, i ? "," : "");
        sim_put_quoted(ctx, name(i));
    }
    sim_put_text(ctx, ")");
}

static void put_numbers(struct sim_context *ctx, const uint8_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        sim_put_text(ctx, i ? "," : "");
        sim_put_number(ctx, numbers[i]);
    }
}

/* ---- how a message looks -------------------------------------------------------------------- */

static void put_type(struct sim_context *ctx, const struct sim_address *address)
{
    sim_put_text(ctx, ",");
    sim_put_number(ctx, address->type);
}

/* <tooa>,<fo>,<pid>,<dcs>[,<vp>],<sca>,<tosca>,<length> */
static void put_details(struct sim_context *ctx, const struct sim_message_parts *parts)
{
    const struct sim_tpdu *tpdu = &parts->tpdu;
    bool submit = (tpdu->first_octet & 3) == SIM_TPDU_SUBMIT;
    const uint8_t numbers[4] = {tpdu->first_octet, tpdu->protocol, tpdu->coding, tpdu->validity};
    put_type(ctx, &tpdu->address);
    sim_put_text(ctx, ",");
    put_numbers(ctx, numbers, submit ? 4 : 3);
    sim_put_text(ctx, ",");
    sim_put_address(ctx, &parts->centre);
    put_type(ctx, &parts->centre);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, tpdu->user_length);
}

static void put_report(struct sim_context *ctx, const struct sim_tpdu *tpdu)
{
    const uint8_t numbers[2] = {tpdu->first_octet, tpdu->reference};
    put_numbers(ctx, numbers, 2);
    sim_put_text(ctx, ",");
    sim_put_address(ctx, &tpdu->address);
    put_type(ctx, &tpdu->address);
    sim_put_text(ctx, ",");
    sim_put_message_time(ctx, tpdu->time);
    sim_put_text(ctx, ",");
    sim_put_message_time(ctx, tpdu->discharge);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, tpdu->status);
}

void sim_message_put_header(struct sim_context *ctx, const struct sim_message_parts *parts,
                            bool detailed)
{
    const struct sim_tpdu *tpdu = &parts->tpdu;
    if ((tpdu->first_octet & 3) == SIM_TPDU_REPORT) {
        put_report(ctx, tpdu);
        return;
    }
    sim_put_address(ctx, &tpdu->address);
    sim_put_text(ctx, ",\"\"");
    if ((tpdu->first_octet & 3) == SIM_TPDU_DELIVER) {
        sim_put_text(ctx, ",");
        sim_put_message_time(ctx, tpdu->time);
    }
    if (detailed)
        put_details(ctx, parts);
}

/* CMGL: <oa>,[<alpha>],[<scts>][,<tooa>,<length>] */
static void put_listed(struct sim_context *ctx, const struct sim_message_parts *parts)
{
    const struct sim_tpdu *tpdu = &parts->tpdu;
    unsigned type = tpdu->first_octet & 3;
    sim_message_put_header(ctx, parts, false);
    sim_put_text(ctx, type == SIM_TPDU_SUBMIT ? "," : "");
    if (type == SIM_TPDU_REPORT || !sim_value(ctx, SIM_PARAMETER_CSDH))
        return;
    put_type(ctx, &tpdu->address);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, tpdu->user_length);
}

static void print_text(struct sim_context *ctx, const struct sim_message_parts *parts,
                       unsigned status, bool listed)
{
    bool report = (parts->tpdu.first_octet & 3) == SIM_TPDU_REPORT;
    sim_put_quoted(ctx, sim_message_status_name(status));
    sim_put_text(ctx, ",");
    if (listed)
        put_listed(ctx, parts);
    else
        sim_message_put_header(ctx, parts, sim_value(ctx, SIM_PARAMETER_CSDH) != 0);
    if (report)
        return;
    sim_put_text(ctx, "\r\n");
    sim_put_message_text(ctx, &parts->tpdu);
}

static void print_pdu(struct sim_context *ctx, const struct sim_message_parts *parts,
                      unsigned status, const uint8_t *bytes, size_t size)
{
    sim_put_number(ctx, status);
    sim_put_text(ctx, ",\"\",");
    sim_put_number(ctx, parts->tpdu_octets);
    sim_put_text(ctx, "\r\n");
    sim_put_octets(ctx, bytes, size);
}

void sim_message_print(struct sim_context *ctx, unsigned slot, const struct sim_message_slot *where,
                       bool listed)
{
    uint8_t bytes[SIM_MESSAGE_MAX];
    struct sim_message_parts parts;
    size_t size = sim_message_read(ctx, where, bytes);
    if (!sim_message_split(bytes, size, &parts))
        return; /* only a file from outside can hold such a thing */
    sim_line_begin(ctx);
    sim_put_text(ctx, listed ? "+CMGL: " : "+CMGR: ");
    if (listed) {
        sim_put_number(ctx, (int32_t)(slot % SIM_STORAGE_SLOTS) + first_index(ctx));
        sim_put_text(ctx, ",");
    }
    if (is_text(ctx))
        print_text(ctx, &parts, where->status, listed);
    else
        print_pdu(ctx, &parts, where->status, bytes, size);
    sim_line_end(ctx);
    if (where->status == SIM_STATUS_UNREAD)
        sim_message_mark(ctx, slot, SIM_STATUS_READ);
}

/* ---- CMGR, CMGL, CMGD ----------------------------------------------------------------------- */

/* The slot that an index of the first storage of CPMS means; -1 = out of range. */
static int argument_slot(const struct sim_call *call, unsigned index)
{
    const struct sim_context *ctx = call->ctx;
    unsigned storage = ctx->sim->message.storage[0];
    int32_t value;
    int32_t first = first_index(ctx);
    int32_t last = first + (int32_t)sim_messages_capacity(ctx, storage) - 1;
    if (!sim_argument_number(call, index, first, last, &value))
        return -1;
    return (int)(storage * SIM_STORAGE_SLOTS) + value - first;
}

static int run_read(struct sim_call *call)
{
    struct sim_message_list list;
    int error = sim_message_card_error(call->ctx);
    if (error != 0)
        return error;
    int slot = sim_argument_count(call) <= 2 ? argument_slot(call, 0) : -1;
    if (slot < 0)
        return sim_cms(SIM_CMS_BAD_INDEX);
    sim_messages_list(call->ctx, &list);
    if (list.slots[slot].length == 0)
        return sim_cms(SIM_CMS_BAD_INDEX);
    sim_message_print(call->ctx, (unsigned)slot, &list.slots[slot], false);
    return SIM_DONE;
}

static int test_list(struct sim_context *ctx)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CMGL: ");
    if (is_text(ctx))
        put_words(ctx, sim_message_status_name);
    else
        sim_put_text(ctx, "(0-4)");
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_list(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t wanted = SIM_STATUS_UNREAD;
    if (call->form == SIM_FORM_TEST)
        return test_list(ctx);
    int error = sim_message_card_error(ctx);
    if (error != 0)
        return error;
    if (call->form == SIM_FORM_WRITE && is_text(ctx))
        wanted = argument_word(call, 0, sim_message_status_name);
    else if (call->form == SIM_FORM_WRITE &&
             !sim_argument_number(call, 0, 0, SIM_STATUS_ALL, &wanted))
        wanted = -1;
    if (wanted < 0)
        return sim_cms(SIM_CMS_NOT_ALLOWED);
    ctx->sim->message.wanted = (uint8_t)wanted;
    ctx->sim->message.slot = (uint8_t)(ctx->sim->message.storage[0] * SIM_STORAGE_SLOTS);
    return sim_message_list_on(ctx);
}

static int test_delete(struct sim_context *ctx)
{
    unsigned capacity = sim_messages_capacity(ctx, ctx->sim->message.storage[0]);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CMGD: (");
    sim_put_number(ctx, first_index(ctx));
    sim_put_text(ctx, "-");
    sim_put_number(ctx, first_index(ctx) + (int32_t)capacity - 1);
    sim_put_text(ctx, "),(0-4)");
    sim_line_end(ctx);
    return SIM_DONE;
}

/* <delflag> 1 to 4, what goes: bit n stands for enum sim_message_status n. */
static const uint8_t deleted_by_flag[] = {0, 0x02, 0x0a, 0x0e, 0x0f};

static int run_delete(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_message_list list;
    int32_t flag = 0;
    if (call->form == SIM_FORM_TEST)
        return test_delete(ctx);
    int error = sim_message_card_error(ctx);
    if (error != 0)
        return error;
    unsigned count = sim_argument_count(call);
    if (count > 2 || (count == 2 && !sim_argument_number(call, 1, 0, 4, &flag)))
        return sim_cms(SIM_CMS_NOT_ALLOWED);
    int slot = argument_slot(call, 0);
    int32_t ignored; /* with a flag the index is, but for its form */
    bool fits = slot >= 0 || (flag > 0 && sim_argument_number(call, 0, 0, 255, &ignored));
    if (!fits)
        return sim_cms(SIM_CMS_BAD_INDEX);
    sim_messages_list(ctx, &list);
    unsigned first = ctx->sim->message.storage[0] * SIM_STORAGE_SLOTS;
    for (unsigned i = first; i < first + SIM_STORAGE_SLOTS; i++) {
        bool goes =
            flag == 0 ? i == (unsigned)slot : deleted_by_flag[flag] >> list.slots[i].status & 1;
        if (list.slots[i].length > 0 && goes && !sim_message_delete(ctx, i))
            return sim_cms(SIM_CMS_UNKNOWN); /* the flash is full, or the power was cut */
    }
    return SIM_DONE;
}

/* ---- CMGS, CMGW, CMSS ----------------------------------------------------------------------- */

static void set_destination(struct sim_context *ctx, const struct sim_address *address)
{
    char *destination = ctx->sim->message.destination;
    memset(destination, 0, SIM_MESSAGE_ADDRESS);
    memcpy(destination, address->text, strlen(address->text));
}

/* Address and type from argument `index` on; a type of 145 makes a number international. */
static bool argument_destination(struct sim_call *call, unsigned index)
{
    struct sim_address address;
    int32_t type = 0;
    if (!sim_argument_address(call, index, &address))
        return false;
    bool typed =
        sim_argument_count(call) > index + 1 && sim_argument_number(call, index + 1, 0, 255, &type);
    size_t length = strlen(address.text);
    if (typed && type == 145 && address.text[0] != '+' && length < SIM_ADDRESS_DIGITS + 1u) {
        memmove(address.text + 1, address.text, length);
        address.text[0] = '+';
    }
    set_destination(call->ctx, &address);
    return true;
}

/* The report of an earlier message still needs the address that is about to change. */
static void hurry_report(struct sim_context *ctx)
{
    if (!ctx->sim->message.report)
        return;
    sim_timer_stop(ctx, SIM_TIMER_REPORT);
    sim_on_report(ctx);
}

static bool argument_pdu(struct sim_call *call)
{
    int32_t size;
    if (!sim_argument_number(call, 0, PDU_MINIMUM, PDU_MAXIMUM, &size))
        return false;
    call->ctx->sim->message.input_size = (uint8_t)size;
    return true;
}

static int run_send(struct sim_call *call)
{
    int error = sim_message_card_error(call->ctx);
    if (error != 0)
        return error;
    hurry_report(call->ctx);
    bool fits = is_text(call->ctx) ? sim_argument_count(call) <= 2 && argument_destination(call, 0)
                                   : sim_argument_count(call) == 1 && argument_pdu(call);
    if (!fits)
        return bad_argument(call->ctx);
    return sim_message_enter(call->ctx, SIM_INPUT_SEND);
}

/* <stat> of a message that is stored without being sent; -1 = it cannot be. */
static int argument_status(const struct sim_call *call, unsigned index)
{
    int32_t status = SIM_STATUS_UNSENT;
    if (sim_argument_count(call) <= index)
        return status;
    if (!is_text(call->ctx))
        return sim_argument_number(call, index, 0, SIM_STATUS_SENT, &status) ? status : -1;
    status = argument_word(call, index, sim_message_status_name);
    return status == SIM_STATUS_UNSENT || status == SIM_STATUS_SENT ? status : -1;
}

static int run_write(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const struct sim_address none = {.type = 0};
    int error = sim_message_card_error(ctx);
    if (error != 0)
        return error;
    hurry_report(ctx);
    bool text = is_text(ctx);
    bool fits = text ? sim_argument_count(call) <= 3 : sim_argument_count(call) <= 2;
    int status = argument_status(call, text ? 2 : 1);
    set_destination(ctx, &none);
    if (!fits || status < 0 || (text && call->length > 0 && !argument_destination(call, 0)) ||
        (!text && !argument_pdu(call)))
        return bad_argument(ctx);
    ctx->sim->message.input_status = (uint8_t)status;
    return sim_message_enter(ctx, SIM_INPUT_STORE);
}

static int run_send_stored(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const struct sim_address none = {.type = 0};
    struct sim_message_list list;
    int error = sim_message_card_error(ctx);
    if (error != 0)
        return error;
    hurry_report(ctx);
    unsigned count = sim_argument_count(call);
    int slot = count <= 3 ? argument_slot(call, 0) : -1;
    sim_messages_list(ctx, &list);
    if (slot < 0 || list.slots[slot].length == 0)
        return sim_cms(SIM_CMS_BAD_INDEX);
    if (list.slots[slot].status < SIM_STATUS_UNSENT)
        return sim_cms(SIM_CMS_NOT_ALLOWED); /* it was received */
    set_destination(ctx, &none);
    if (count > 1 && !argument_destination(call, 1))
        return bad_argument(ctx);
    ctx->sim->message.slot = (uint8_t)slot;
    return sim_message_send(ctx, SIM_MESSAGE_SEND_STORED);
}

/* ---- CPMS ---------------------------------------------------------------------------------- */

/* `named`: the read form; else what a change answers. */
static int put_storages(struct sim_context *ctx, bool named)
{
    struct sim_message_list list;
    sim_messages_list(ctx, &list);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CPMS: ");
    for (unsigned i = 0; i < 3; i++) {
        unsigned storage = ctx->sim->message.storage[i];
        unsigned capacity = sim_messages_capacity(ctx, storage);
        sim_put_text(ctx, i ? "," : "");
        if (named) {
            sim_put_quoted(ctx, sim_storage_name(storage));
            sim_put_text(ctx, ",");
        }
        sim_put_number(ctx, capacity > 0 ? sim_messages_count(&list, storage) : 0);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, capacity);
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_storage(struct sim_call *call)
{
    uint8_t storage[3];
    unsigned count = sim_argument_count(call);
    if (call->form == SIM_FORM_READ)
        return put_storages(call->ctx, true);
    memcpy(storage, call->ctx->sim->message.storage, sizeof storage);
    for (unsigned i = 0; i < count && i < 3; i++) {
        int word = argument_word(call, i, sim_storage_name);
        if (word < 0)
            return sim_cms(SIM_CMS_NOT_ALLOWED);
        storage[i] = (uint8_t)word;
    }
    if (count < 1 || count > 3)
        return sim_cms(SIM_CMS_NOT_ALLOWED);
    memcpy(call->ctx->sim->message.storage, storage, sizeof storage);
    return put_storages(call->ctx, false);
}

/* ---- CNMI, CSMP, CSMS, CNMA, CSCA, CSCS ------------------------------------------------------ */

static int put_values(struct sim_call *call, const uint8_t *values, unsigned count)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    put_numbers(call->ctx, values, count);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* Up to `count` numbers, each of which may be left out; false when one is too large. */
static bool take_values(const struct sim_call *call, uint8_t *values, const uint8_t *maxima,
                        unsigned count)
{
    unsigned given = sim_argument_count(call);
    const char *text;
    size_t length;
    for (unsigned i = 0; i < given && i < count; i++) {
        int32_t value = values[i];
        bool left_out = sim_argument_text(call, i, &text, &length) && length == 0;
        if (!left_out && !sim_argument_number(call, i, 0, maxima[i], &value))
            return false;
        values[i] = (uint8_t)value;
    }
    return given <= count;
}

static int run_indication(struct sim_call *call)
{
    static const uint8_t maxima[5] = {2, 3, 2, 2, 1};
    struct sim_message *message = &call->ctx->sim->message;
    uint8_t values[5];
    memcpy(values, message->indication, sizeof values);
    if (call->form == SIM_FORM_READ)
        return put_values(call, values, 5);
    if (!take_values(call, values, maxima, 5) || values[2] == 1)
        return sim_cms(SIM_CMS_NOT_ALLOWED);
    if (values[0] == 2 && values[1] == 2 && sim_setting(call->ctx, SIM_SETTING_SMS_DIRECT))
        return SIM_FAILED; /* AT106 4.2.8, note */
    memcpy(message->indication, values, sizeof values);
    return SIM_DONE;
}

/* First octets: TP-VPF none or relative, TP-SRR, TP-UDHI; the other validities are no numbers. */
static int run_parameters(struct sim_call *call)
{
    static const uint8_t maxima[4] = {255, 255, 255, 255};
    struct sim_message *message = &call->ctx->sim->message;
    uint8_t values[4];
    memcpy(values, message->parameters, sizeof values);
    if (call->form == SIM_FORM_READ)
        return put_values(call, values, 4);
    if (!take_values(call, values, maxima, 4) || (values[0] & 0x8f) != SIM_TPDU_SUBMIT)
        return sim_cms(SIM_CMS_BAD_TEXT);
    memcpy(message->parameters, values, sizeof values);
    return SIM_DONE;
}

static int run_service(struct sim_call *call)
{
    struct sim_message *message = &call->ctx->sim->message;
    const uint8_t now[4] = {message->service, 1, 1, 1};
    int32_t service;
    if (call->form == SIM_FORM_READ)
        return put_values(call, now, 4);
    if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 0, 1, &service))
        return sim_cms(SIM_CMS_NOT_ALLOWED);
    message->service = (uint8_t)service;
    message->unacknowledged = 0;
    return put_values(call, now + 1, 3);
}

static int run_acknowledge(struct sim_call *call)
{
    struct sim_message *message = &call->ctx->sim->message;
    int32_t kind;
    if (call->form == SIM_FORM_WRITE &&
        (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 0, 1, &kind)))
        return sim_cms(SIM_CMS_NOT_ALLOWED);
    if (!message->unacknowledged)
        return sim_cms(SIM_CMS_NO_ACKNOWLEDGEMENT);
    message->unacknowledged = 0;
    return SIM_DONE;
}

static int run_centre(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_address address;
    int32_t type = 0;
    int error = sim_message_card_error(ctx);
    if (error != 0)
        return error;
    if (call->form == SIM_FORM_READ) {
        sim_address_set(&address, ctx->sim->message.centre, strlen(ctx->sim->message.centre),
                        false);
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CSCA: ");
        sim_put_address(ctx, &address);
        put_type(ctx, &address);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    unsigned count = sim_argument_count(call);
    if (count < 1 || count > 2 || !sim_argument_address(call, 0, &address) ||
        (count == 2 && !sim_argument_number(call, 1, 0, 255, &type)))
        return sim_cms(SIM_CMS_BAD_TEXT);
    memcpy(ctx->sim->message.centre, address.text, sizeof address.text);
    return SIM_DONE;
}

/* ---- CSAS, CRES: profile 0 holds CSMP and CSCA (AT106 4.2.10, 4.2.11) -------------------------
 */

enum { PROFILE_PARAMETERS = 4, PROFILE_SIZE = PROFILE_PARAMETERS + SIM_MESSAGE_ADDRESS };

static bool is_profile(const struct sim_call *call)
{
    int32_t profile;
    return call->form == SIM_FORM_EXECUTE ||
           (sim_argument_count(call) == 1 && sim_argument_number(call, 0, 0, 0, &profile));
}

static int run_save(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[PROFILE_SIZE];
    if (!is_profile(call))
        return SIM_FAILED;
    memcpy(value, ctx->sim->message.parameters, PROFILE_PARAMETERS);
    memcpy(value + PROFILE_PARAMETERS, ctx->sim->message.centre, SIM_MESSAGE_ADDRESS);
    if (sim_stored_set(ctx, "+CSAS", SIM_AUTO_SAVE, value, sizeof value))
        return SIM_DONE;
    return sim_power_is_up(ctx->sim) ? sim_cms(SIM_CMS_MEMORY_FULL) : SIM_NO_RESULT;
}

/* What was never saved stays as it is. */
static int run_restore(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    if (!is_profile(call))
        return SIM_FAILED;
    if (sim_stored_get(ctx, "+CSAS", SIM_AUTO_SAVE, value) != PROFILE_SIZE)
        return SIM_DONE;
    memcpy(ctx->sim->message.parameters, value, PROFILE_PARAMETERS);
    memcpy(ctx->sim->message.centre, value + PROFILE_PARAMETERS, SIM_MESSAGE_ADDRESS);
    return SIM_DONE;
}

static const char *charset_name(unsigned charset)
{
    static const char *const names[] = {"IRA", "GSM", "UCS2", "HEX"};
    return charset < sizeof names / sizeof names[0] ? names[charset] : NULL;
}

static int run_charset(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    if (call->form == SIM_FORM_WRITE) {
        int charset = sim_argument_count(call) == 1 ? argument_word(call, 0, charset_name) : -1;
        if (charset < 0)
            return SIM_CME_NOT_ALLOWED;
        ctx->sim->message.charset = (uint8_t)charset;
        return SIM_DONE;
    }
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CSCS: ");
    if (call->form == SIM_FORM_TEST)
        sim_put_text(ctx, "(\"GSM\",\"UCS2\",\"IRA\")"); /* AT106 3.2.5; "HEX" is taken, too */
    else
        sim_put_quoted(ctx, charset_name(ctx->sim->message.charset));
    sim_line_end(ctx);
    return SIM_DONE;
}

enum {
    TEST_WRITE = SIM_FORM_TEST | SIM_FORM_WRITE,
    TEST_WRITE_ACT = SIM_FORM_TEST | SIM_FORM_WRITE | SIM_FORM_EXECUTE,
    ALL_VALUES = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE
};

const struct sim_command sim_commands_message[] = {
    {"+CMGR", TEST_WRITE, SIM_NO_SAVE, 'S', 5000, "3GPP TS 27.005 3.4.3", "reads a message", NULL,
     run_read, 0},
    {"+CMGL", TEST_WRITE_ACT, SIM_NO_SAVE, 'S', 20000, "3GPP TS 27.005 3.4.2", "lists messages",
     sim_test_runs, run_list, 0},
    {"+CMGD", TEST_WRITE, SIM_NO_SAVE, 'S', 25000, "3GPP TS 27.005 3.5.4", "deletes messages",
     sim_test_runs, run_delete, 0},
    {"+CMGS", TEST_WRITE, SIM_NO_SAVE, 'S', 60000, "3GPP TS 27.005 3.5.1", "sends a message", NULL,
     run_send, 0},
    {"+CMGW", TEST_WRITE_ACT, SIM_AUTO_SAVE, 'S', 5000, "3GPP TS 27.005 3.5.3", "stores a message",
     NULL, run_write, 0},
    {"+CMSS", TEST_WRITE, SIM_NO_SAVE, 'S', 60000, "3GPP TS 27.005 3.5.2", "sends a stored message",
     NULL, run_send_stored, 0},
    {"+CPMS", ALL_VALUES, SIM_NO_SAVE, 'O', 0, "T16, 3GPP TS 27.005 3.2.2", "storages of messages",
     "+CPMS: (\"SM\"),(\"SM\"),(\"SM\")", run_storage, 0},
    {"+CNMI", ALL_VALUES, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.005 3.4.1", "how messages are told",
     "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)", run_indication, 0},
    {"+CNMA", TEST_WRITE_ACT, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.005 3.4.4",
     "acknowledges a message with CSMS=1", "+CNMA: (0,1)", run_acknowledge, 0},
    {"+CSMS", ALL_VALUES, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.005 3.2.1", "message service",
     "+CSMS: (0,1)", run_service, 0},
    {"+CSCA", ALL_VALUES, SIM_AUTO_SAVE, 'S', 5000, "3GPP TS 27.005 3.3.1",
     "address of the service centre", NULL, run_centre, 0},
    {"+CSMP", ALL_VALUES, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.005 3.3.2", "parameters of text mode",
     NULL, run_parameters, 0},
    {"+CSAS", TEST_WRITE_ACT, SIM_AUTO_SAVE, 'D', 5000, "AT106 4.2.11", "saves CSCA and CSMP",
     "+CSAS: (0)", run_save, 0},
    {"+CRES", TEST_WRITE_ACT, SIM_NO_SAVE, 'D', 5000, "AT106 4.2.10", "brings them back",
     "+CRES: (0)", run_restore, 0},
    {"+CSCS", ALL_VALUES, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 5.5", "character set of texts",
     sim_test_runs, run_charset, 0},
    {.name = NULL},
};
