/*
 * message_text.c - how messages look on the port: text mode of TS 27.005 3, CSCS of TS 27.007 5.5.
 */
#include <string.h>

#include "sim/sms/message_engine.h"

/* ---- as they are stored ---------------------------------------------------------------------- */

bool sim_message_split(const uint8_t *bytes, size_t size, struct sim_message_parts *ret_parts)
{
    size_t used = sim_centre_read(bytes, size, &ret_parts->centre);
    ret_parts->tpdu_octets = (uint8_t)(size - used);
    return used > 0 && sim_tpdu_parse(bytes + used, size - used, &ret_parts->tpdu);
}

size_t sim_message_join(const struct sim_address *centre, const struct sim_tpdu *tpdu,
                        uint8_t *buffer)
{
    size_t used = sim_centre_write(centre, buffer);
    return used + sim_tpdu_write(tpdu, buffer + used);
}

/* ---- names --------------------------------------------------------------------------------- */

const char *sim_message_status_name(unsigned status)
{
    static const char *const names[] = {"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"};
    return status < sizeof names / sizeof names[0] ? names[status] : NULL;
}

const char *sim_storage_name(unsigned storage)
{
    static const char *const names[] = {"SM", "ME"};
    return storage < sizeof names / sizeof names[0] ? names[storage] : NULL;
}

/* ---- pieces of text ------------------------------------------------------------------------ */

void sim_put_octets(struct sim_context *ctx, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sim_put_hex(ctx, bytes[i], 2);
}

/* GSM: the septets themselves; IRA: what ASCII lacks becomes '?'. */
static void put_character(struct sim_context *ctx, uint16_t character)
{
    bool escaped = false;
    char byte = character < 128 ? (char)character : '?';
    if (ctx->sim->message.charset == SIM_CHARSET_UCS2) {
        sim_put_hex(ctx, character, 4);
        return;
    }
    if (ctx->sim->message.charset == SIM_CHARSET_GSM) {
        byte = (char)sim_gsm_septet(character, &escaped);
        if (escaped)
            sim_put_bytes(ctx, "\x1b", 1);
    }
    sim_put_bytes(ctx, &byte, 1);
}

void sim_put_message_text(struct sim_context *ctx, const struct sim_tpdu *tpdu)
{
    uint16_t characters[SIM_SEPTETS_MAX];
    bool has_header = (tpdu->first_octet & SIM_TPDU_HEADER) && tpdu->user_octets > 0;
    bool skips = has_header && sim_setting(ctx, SIM_SETTING_SMS_PART_TEXT) == 1;
    size_t header = skips ? tpdu->user[0] + 1u : 0;
    bool text = sim_coding_alphabet(tpdu->coding) == SIM_ALPHABET_GSM && has_header == skips &&
                ctx->sim->message.charset != SIM_CHARSET_HEX;
    if (!text) {
        sim_put_octets(ctx, tpdu->user + header, tpdu->user_octets - header);
        return;
    }
    size_t count = sim_tpdu_text(tpdu, characters);
    for (size_t i = 0; i < count; i++)
        put_character(ctx, characters[i]);
}

static unsigned swapped(uint8_t octet)
{
    return (octet & 15u) * 10 + (octet >> 4);
}

void sim_put_message_time(struct sim_context *ctx, const uint8_t time[7])
{
    static const char between[] = "//,::";
    sim_put_text(ctx, "\"");
    for (unsigned i = 0; i < 6; i++) {
        sim_put_padded(ctx, swapped(time[i]), 2);
        if (i < 5)
            sim_put_bytes(ctx, &between[i], 1);
    }
    sim_put_text(ctx, time[6] & 8 ? "-" : "+");
    sim_put_padded(ctx, swapped(time[6] & 0xf7), 2);
    sim_put_text(ctx, "\"");
}

void sim_put_address(struct sim_context *ctx, const struct sim_address *address)
{
    bool ucs2 = ctx->sim->message.charset == SIM_CHARSET_UCS2;
    sim_put_text(ctx, "\"");
    for (const char *c = address->text; *c; c++) {
        if (ucs2)
            sim_put_hex(ctx, (uint8_t)*c, 4);
        else
            sim_put_bytes(ctx, c, 1);
    }
    sim_put_text(ctx, "\"");
}

bool sim_argument_address(const struct sim_call *call, unsigned index, struct sim_address *ret)
{
    const char *text;
    size_t length;
    uint8_t bytes[2 * SIM_ADDRESS_TEXT];
    char characters[SIM_ADDRESS_TEXT];
    if (!sim_argument_text(call, index, &text, &length))
        return false;
    size_t octets = sim_hex_read(text, length, bytes, sizeof bytes);
    bool ucs2 = call->ctx->sim->message.charset == SIM_CHARSET_UCS2 && octets % 2 == 0;
    for (size_t i = 0; ucs2 && i < octets; i += 2)
        characters[i / 2] = bytes[i] ? '\0' : (char)bytes[i + 1];
    if (ucs2 && octets > 0 && sim_address_set(ret, characters, octets / 2, false))
        return true;
    if (call->ctx->sim->message.charset == SIM_CHARSET_UCS2 &&
        sim_setting(call->ctx, SIM_SETTING_SMS_PLAIN_ADDRESS))
        return false;
    return sim_address_set(ret, text, length, false);
}
