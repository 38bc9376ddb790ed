/*
 * typed.c - the command line that is typed on a port: AT and what follows it up to CR (AT106 1.4).
 *
 * Every port has one of its own, the UART in struct sim_port, USB ports in struct sim_usb. The
 * engine runs one at a time, that of the asker; what is complete meanwhile waits for its turn.
 */
#include "sim/frame.h"
#include "sim/port/short.h"

#include <string.h>

struct sim_typed *sim_typed_on(const struct sim_context *ctx, uint8_t interface)
{
    if (interface == SIM_INTERFACE_UART)
        return &ctx->sim->port.typed;
    return &ctx->host->usb->typed[interface - SIM_INTERFACE_USB_AT];
}

struct sim_typed *sim_typed_asked(const struct sim_context *ctx)
{
    return sim_typed_on(ctx, sim_usb_asker(ctx));
}

void sim_typed_begin(struct sim_typed *typed)
{
    memset(typed->text, 0, typed->length);
    typed->length = 0;
    typed->overflow = 0;
    typed->scan = SIM_SCAN_LINE;
}

static bool is_control(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7f;
}

static void add(struct sim_context *ctx, struct sim_typed *typed, char byte)
{
    if (byte == (char)sim_value(ctx, SIM_PARAMETER_S5)) {
        if (typed->length > 0)
            typed->length--;
    } else if (is_control(byte)) {
        return; /* nothing on a line (V.25ter 5.2.2) */
    } else if (typed->length < SIM_LINE_SIZE) {
        typed->text[typed->length++] = byte;
    } else {
        typed->overflow = 1;
    }
}

size_t sim_typed_plain(struct sim_context *ctx, struct sim_typed *typed, const char *bytes,
                       size_t size)
{
    char backspace = (char)sim_value(ctx, SIM_PARAMETER_S5);
    size_t room = SIM_LINE_SIZE - (size_t)typed->length, count = 0;
    if (typed->scan != SIM_SCAN_LINE)
        return 0;
    size = size < room ? size : room;
    while (count < size && !is_control(bytes[count]))
        count++;
    const char *other = is_control(backspace) ? NULL : memchr(bytes, backspace, count);
    count = other ? (size_t)(other - bytes) : count;
    sim_short_copy(typed->text + typed->length, bytes, count);
    typed->length = (uint16_t)(typed->length + count);
    return count;
}

/* What is no AT: passed over, or the beginning of a line that is an error (line-start). */
static void listen_stray(struct sim_context *ctx, struct sim_typed *typed, char byte)
{
    typed->scan = SIM_SCAN_NOTHING;
    if (is_control(byte) || byte == ' ' || !sim_setting(ctx, SIM_SETTING_LINE_START))
        return;
    sim_typed_begin(typed);
    typed->overflow = 1;
}

enum sim_typed_end sim_typed_byte(struct sim_context *ctx, struct sim_typed *typed, char byte)
{
    bool is_a = byte == 'A' || byte == 'a';
    enum sim_typed_end end = SIM_TYPED_GOES_ON;
    if (typed->scan == SIM_SCAN_LINE && byte == '\r') {
        end = SIM_TYPED_LINE;
    } else if (typed->scan == SIM_SCAN_LINE) {
        add(ctx, typed, byte);
    } else if (typed->scan == SIM_SCAN_A && (byte == 'T' || byte == 't')) {
        sim_typed_begin(typed);
    } else if (typed->scan == SIM_SCAN_A && byte == '/') {
        end = SIM_TYPED_AGAIN;
    } else if (is_a) {
        typed->scan = SIM_SCAN_A;
    } else {
        listen_stray(ctx, typed, byte);
    }
    if (end != SIM_TYPED_GOES_ON)
        typed->scan = SIM_SCAN_NOTHING;
    return end;
}
