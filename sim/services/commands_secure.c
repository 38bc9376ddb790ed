/*
 * commands_secure.c - CA*: TCP connections with or without TLS over the app network of CNACT, as
 * the development notes of TinyGSM's client for this module show them. They are channels of
 * sockets.c like those of CIP*; what TLS does on the way is not modelled.
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/profiles.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/sockets.h"

/* <result> of CAOPEN */
enum { OPEN_DONE = 0, OPEN_FAILED = 1 };

enum { CONNECTIONS = SIM_SOCKETS - SIM_CIP_SOCKETS, TIMEOUT_MS = 10000, READ_MAXIMUM = 1460 };

static struct sim_sockets *sockets_of(const struct sim_context *ctx)
{
    return &ctx->sim->sockets;
}

static bool get_connection(const struct sim_call *call, unsigned *ret_socket)
{
    int32_t number;
    if (!sim_argument_number(call, 0, 0, CONNECTIONS - 1, &number))
        return false;
    *ret_socket = SIM_CIP_SOCKETS + (unsigned)number;
    return true;
}

/* "<name><connection>" and, from 0 on, ",<number>" */
static void put_pair(struct sim_context *ctx, const char *name, unsigned socket, int64_t number)
{
    sim_put_text(ctx, name);
    sim_put_number(ctx, socket - SIM_CIP_SOCKETS);
    if (number < 0)
        return;
    sim_put_text(ctx, ",");
    sim_put_number(ctx, number);
}

static void tell(struct sim_context *ctx, const char *name, unsigned socket, int64_t number)
{
    sim_urc_begin(ctx);
    put_pair(ctx, name, socket, number);
    sim_urc_end(ctx);
}

static void line(struct sim_context *ctx, const char *name, unsigned socket, int64_t number)
{
    sim_line_begin(ctx);
    put_pair(ctx, name, socket, number);
    sim_line_end(ctx);
}

/* ---- from sockets.c ------------------------------------------------------------------------ */

void sim_secure_opened(struct sim_context *ctx, unsigned socket, bool good)
{
    line(ctx, "+CAOPEN: ", socket, good ? OPEN_DONE : OPEN_FAILED);
    sim_finish(ctx, SIM_DONE);
}

void sim_secure_received(struct sim_context *ctx, unsigned socket)
{
    tell(ctx, "+CADATAIND: ", socket, -1);
}

void sim_secure_closed(struct sim_context *ctx, unsigned socket)
{
    tell(ctx, "+CASTATE: ", socket, 0);
}

bool sim_secure_lost(struct sim_context *ctx, enum sim_loss loss)
{
    bool had_any = false;
    if (loss != SIM_LOST_BEARER || sim_bearer_up(ctx))
        return false;
    for (unsigned i = SIM_CIP_SOCKETS; i < SIM_SOCKETS; i++) {
        uint8_t state = sockets_of(ctx)->state[i];
        had_any |= state == SIM_SOCKET_CONNECTING || state == SIM_SOCKET_CONNECTED;
        sim_socket_close(ctx, i);
        sim_socket_discard(ctx, i);
        if (state == SIM_SOCKET_CONNECTING)
            sim_secure_opened(ctx, i, false);
        else if (state == SIM_SOCKET_CONNECTED)
            sim_secure_closed(ctx, i);
    }
    return had_any;
}

/* ---- CAOPEN, CACLOSE, CASTATE -------------------------------------------------------------- */

static int read_open(struct sim_context *ctx)
{
    char host[SIM_SOCKET_HOST + 4];
    for (unsigned i = SIM_CIP_SOCKETS; i < SIM_SOCKETS; i++) {
        if (sockets_of(ctx)->state[i] != SIM_SOCKET_CONNECTED)
            continue;
        sim_socket_host(ctx, i, host, sizeof host);
        sim_line_begin(ctx);
        put_pair(ctx, "+CAOPEN: ", i, -1);
        sim_put_text(ctx, sockets_of(ctx)->udp[i] ? ",\"UDP\"," : ",\"TCP\",");
        sim_put_quoted(ctx, host);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, sockets_of(ctx)->port[i]);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static int run_open(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *host, *type;
    size_t length;
    unsigned socket;
    int32_t port;
    if (call->form == SIM_FORM_READ)
        return read_open(ctx);
    if (sim_profile_has(ctx, SIM_TRAIT_NO_SH)) /* T05: the same firmware has no SHCONN */
        return SIM_CME_NOT_ALLOWED;
    unsigned count = sim_argument_count(call);
    if (count < 3 || count > 4 || !get_connection(call, &socket))
        return SIM_CME_NOT_ALLOWED;
    bool udp = sim_secure_is_udp(ctx, socket - SIM_CIP_SOCKETS);
    if (count == 4) {
        if (!sim_argument_text(call, 1, &type, &length))
            return SIM_CME_NOT_ALLOWED;
        udp = sim_same_word("UDP", type, length);
        if (!udp && !sim_same_word("TCP", type, length))
            return SIM_CME_NOT_ALLOWED;
    }
    if (!sim_argument_text(call, count - 2, &host, &length) || length == 0 ||
        length > SIM_SOCKET_HOST || !sim_argument_number(call, count - 1, 1, 65535, &port) ||
        !sim_bearer_up(ctx) || sockets_of(ctx)->state[socket] == SIM_SOCKET_CONNECTED ||
        sim_secure_listens(ctx, socket - SIM_CIP_SOCKETS))
        return SIM_CME_NOT_ALLOWED;
    if (!sim_text_set(ctx, (enum sim_text)(SIM_TEXT_SOCKET_0 + socket), host, length))
        return SIM_CME_MEMORY_FULL;
    sim_socket_open(ctx, socket, udp, (uint16_t)port);
    return SIM_PENDING;
}

static int run_close(struct sim_call *call)
{
    unsigned socket;
    if (sim_argument_count(call) != 1 || !get_connection(call, &socket))
        return SIM_CME_NOT_ALLOWED;
    if (sim_secure_listens(call->ctx, socket - SIM_CIP_SOCKETS)) {
        sim_secure_listen_end(call->ctx, socket - SIM_CIP_SOCKETS);
        return SIM_DONE;
    }
    if (sockets_of(call->ctx)->state[socket] == SIM_SOCKET_INITIAL)
        return SIM_CME_NOT_ALLOWED;
    sim_socket_close(call->ctx, socket);
    sim_socket_discard(call->ctx, socket);
    sim_socket_forget(call->ctx, socket);
    return SIM_DONE;
}

static int run_state(struct sim_call *call)
{
    for (unsigned i = SIM_CIP_SOCKETS; i < SIM_SOCKETS; i++)
        if (sockets_of(call->ctx)->state[i] != SIM_SOCKET_INITIAL)
            line(call->ctx, "+CASTATE: ", i,
                 sockets_of(call->ctx)->state[i] == SIM_SOCKET_CONNECTED);
        else if (sim_secure_listens(call->ctx, i - SIM_CIP_SOCKETS))
            line(call->ctx, "+CASTATE: ", i, 2); /* listening, AT106 18.2.8 */
    return SIM_DONE;
}

/* ---- CASEND, CARECV ------------------------------------------------------------------------ */

static int run_send(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_sockets *sockets = sockets_of(ctx);
    unsigned socket, count = sim_argument_count(call);
    int32_t size, timeout_ms = TIMEOUT_MS;
    if (count == 1 && get_connection(call, &socket)) { /* what can be given now (AT106 18.2.5) */
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CASEND: ");
        sim_put_number(ctx, SIM_SOCKET_PIECE);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (count < 2 || count > 3 || !get_connection(call, &socket) ||
        !sim_argument_number(call, 1, 1, SIM_SOCKET_PIECE, &size) ||
        (count == 3 && !sim_argument_number(call, 2, 100, TIMEOUT_MS, &timeout_ms)) ||
        sockets->state[socket] != SIM_SOCKET_CONNECTED)
        return SIM_CME_NOT_ALLOWED;
    sockets->sending = (uint8_t)socket;
    sockets->send_failed = 0;
    sockets->send_bytes = 0;
    sim_put_text(ctx, "\r\n" SIM_PROMPT_BYTES);
    sim_port_take(ctx, SIM_TAKER_SECURE);
    ctx->sim->port.data_left_bytes = (uint32_t)size;
    sim_timer_set(ctx, SIM_TIMER_DATA, ctx->now_us + (uint64_t)timeout_ms * 1000);
    return SIM_PENDING;
}

int sim_secure_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    unsigned socket = sockets->sending;
    if (bytes && sim_setting(ctx, SIM_SETTING_DATA_ECHO))
        sim_port_echo(ctx, (const char *)bytes, size);
    if (!bytes || !sim_socket_put(ctx, socket, bytes, size))
        sockets->send_failed = 1;
    sockets->send_bytes = (uint16_t)(sockets->send_bytes + size);
    if (bytes && !complete)
        return SIM_PENDING;
    if (sockets->send_failed || sockets->state[socket] != SIM_SOCKET_CONNECTED) {
        sim_socket_discard(ctx, socket);
        return SIM_CME_NOT_ALLOWED;
    }
    sim_socket_flush(ctx, socket);
    sim_answer_text(ctx, "OK", 2);
    sim_urc_begin(ctx);
    put_pair(ctx, "+CASEND: ", socket, 0);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, sockets->send_bytes);
    sim_urc_end(ctx);
    return SIM_NO_RESULT;
}

static int run_receive(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    uint8_t piece[READ_MAXIMUM];
    unsigned socket;
    int32_t wanted;
    for (unsigned i = SIM_CIP_SOCKETS; i < SIM_SOCKETS && call->form == SIM_FORM_READ; i++)
        if (sim_socket_unread(ctx, i) > 0)
            line(ctx, "+CARECV: ", i, sim_socket_unread(ctx, i));
    if (call->form == SIM_FORM_READ)
        return SIM_DONE;
    if (sim_argument_count(call) != 2 || !get_connection(call, &socket) ||
        !sim_argument_number(call, 1, 1, READ_MAXIMUM, &wanted) ||
        sockets_of(ctx)->state[socket] == SIM_SOCKET_INITIAL)
        return SIM_CME_NOT_ALLOWED;
    size_t size = sim_socket_read(ctx, socket, piece, (size_t)wanted);
    sim_line_begin(ctx);
    sim_put_text(ctx, SIM_BEFORE_SECURE);
    sim_put_number(ctx, (int64_t)size);
    if (size > 0)
        sim_put_text(ctx, ",");
    sim_put_bytes(ctx, (const char *)piece, size);
    sim_line_end(ctx);
    return SIM_DONE;
}

enum { WRITE = SIM_FORM_TEST | SIM_FORM_WRITE, ALL_VALUES = WRITE | SIM_FORM_READ };

const struct sim_command sim_commands_secure[] = {
    {"+CAOPEN", ALL_VALUES, SIM_NO_SAVE, 'O', 0, "AT106 18.2.3, T05, TinyGSM", "connects",
     "+CAOPEN: (0-1),<server>,(1-65535)", run_open, 103},
    {"+CASEND", WRITE, SIM_NO_SAVE, 'O', 0, "TinyGSM", "sends",
     "+CASEND: (0,1),(1-1460),(100-10000)", run_send, 103},
    {"+CARECV", ALL_VALUES, SIM_NO_SAVE, 'O', 0, "TinyGSM", "reads what came",
     "+CARECV: (0,1),(1-1460)", run_receive, 103},
    {"+CASTATE", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'O', 0, "TinyGSM",
     "states of the connections", NULL, run_state, 103},
    {"+CACLOSE", WRITE, SIM_NO_SAVE, 'O', 0, "TinyGSM", "closes", "+CACLOSE: (0,1)", run_close,
     103},
    {.name = NULL},
};
