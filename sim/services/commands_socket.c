/*
 * commands_socket.c - CIP*, CSTT, CIICR, CIFSR, CDNSGIP, SNPING4 (TCP102, T20, T21).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/sockets.h"

static struct sim_sockets *sockets_of(const struct sim_context *ctx)
{
    return &ctx->sim->sockets;
}

static bool is_multi(const struct sim_context *ctx)
{
    return sim_value(ctx, SIM_PARAMETER_CIPMUX) != 0;
}

/* The one place where the address changes its state. */
static void set_ip(struct sim_context *ctx, enum sim_ip_state state)
{
    sockets_of(ctx)->ip = (uint8_t)state;
}

/* A test form: with several connections the connection comes first, or behind `before`. */
static int test_form(struct sim_call *call, const char *before, const char *rest)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    sim_put_text(call->ctx, before);
    if (is_multi(call->ctx))
        sim_put_text(call->ctx, "(0-7),");
    sim_put_text(call->ctx, rest);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* A final result of its own: "SEND OK", with several connections "0, SEND OK". */
static int answer(struct sim_context *ctx, unsigned socket, const char *text)
{
    char line[32];
    size_t length = 0, size = strlen(text);
    if (is_multi(ctx)) {
        line[length++] = (char)('0' + socket);
        line[length++] = ',';
        line[length++] = ' ';
    }
    memcpy(line + length, text, size);
    sim_answer_text(ctx, line, length + size);
    return SIM_NO_RESULT;
}

/* ---- the address --------------------------------------------------------------------------- */

static int read_task(struct sim_context *ctx)
{
    static const enum sim_text parts[] = {SIM_TEXT_TASK_APN, SIM_TEXT_TASK_USER,
                                          SIM_TEXT_TASK_PASSWORD};
    char value[SIM_STORED_VALUE];
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CSTT: ");
    for (unsigned i = 0; i < 3; i++) {
        bool is_set = sim_text_get(ctx, parts[i], value, sizeof value) > 0;
        sim_put_text(ctx, i ? "," : "");
        sim_put_quoted(ctx, i == 0 && !is_set ? "CMNET" : value); /* AT106 8.2.9 */
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_task(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    unsigned count = sim_argument_count(call);
    const char *text[3] = {"", "", ""};
    size_t length[3] = {0};
    if (call->form == SIM_FORM_READ)
        return read_task(ctx);
    if (sockets_of(ctx)->ip != SIM_IP_INITIAL || count > 3)
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < count; i++)
        if (!sim_argument_text(call, i, &text[i], &length[i]) || length[i] > 50)
            return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < 3; i++)
        if (!sim_text_set(ctx, (enum sim_text)(SIM_TEXT_TASK_APN + i), text[i], length[i]))
            return SIM_CME_MEMORY_FULL;
    set_ip(ctx, SIM_IP_START);
    return SIM_DONE;
}

static int run_bring_up(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    uint8_t ip = sockets_of(ctx)->ip;
    bool strict = sim_setting(ctx, SIM_SETTING_CIICR_NEEDS_CSTT) != 0;
    if (ip != SIM_IP_START && (strict || ip != SIM_IP_INITIAL))
        return SIM_CME_NOT_ALLOWED;
    set_ip(ctx, SIM_IP_CONFIG);
    sim_timer_set(ctx, SIM_TIMER_IP, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_CIICR_DELAY));
    return SIM_PENDING;
}

static void on_brought_up(struct sim_context *ctx)
{
    bool good = sim_network_accepts(ctx);
    set_ip(ctx, good ? SIM_IP_ACTIVE : SIM_IP_DEACT);
    sim_finish(ctx, good ? SIM_DONE : SIM_CME_NOT_ALLOWED);
}

static bool has_address(const struct sim_context *ctx)
{
    uint8_t ip = sockets_of(ctx)->ip;
    return ip == SIM_IP_ACTIVE || ip == SIM_IP_STATUS;
}

/* The address without OK (TCP102); a line that goes on has its own ("AT+CIFSR;E0", T21). */
static int run_address(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    if (!has_address(ctx))
        return SIM_CME_NOT_ALLOWED;
    set_ip(ctx, SIM_IP_STATUS);
    sim_line(ctx, ctx->host->config->address);
    return ctx->sim->interpreter.cursor < sim_typed_asked(ctx)->length ? SIM_DONE : SIM_NO_RESULT;
}

static void close_all(struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_CIP_SOCKETS; i++) {
        sim_socket_close(ctx, i);
        sim_socket_discard(ctx, i);
        sockets_of(ctx)->state[i] = SIM_SOCKET_INITIAL;
    }
}

static int run_shut(struct sim_call *call)
{
    close_all(call->ctx);
    set_ip(call->ctx, SIM_IP_INITIAL);
    sim_answer_text(call->ctx, "SHUT OK", 7);
    return SIM_NO_RESULT;
}

bool sim_ip_lost(struct sim_context *ctx, enum sim_loss loss)
{
    if (loss != SIM_LOST_ADDRESSES || !has_address(ctx))
        return false;
    close_all(ctx);
    set_ip(ctx, SIM_IP_DEACT);
    sim_urc(ctx, "+PDP: DEACT");
    return true;
}

/* CIPMUX changes only before there is an address (TCP102). */
int sim_run_cipmux(struct sim_call *call)
{
    if (call->form == SIM_FORM_WRITE && sockets_of(call->ctx)->ip != SIM_IP_INITIAL)
        return SIM_CME_NOT_ALLOWED;
    return sim_run_parameter(call);
}

/* ---- CIPSTATUS ----------------------------------------------------------------------------- */

static const char *state_text(const struct sim_context *ctx)
{
    static const char *const ip_texts[] = {
#define X(name, text) text,
        SIM_IP_STATES(X)
#undef X
    };
    static const char *const texts[][2] = {{"IP STATUS", "IP STATUS"},
                                           {"TCP CONNECTING", "UDP CONNECTING"},
                                           {"CONNECT OK", "CONNECT OK"},
                                           {"TCP CLOSED", "UDP CLOSED"}};
    const struct sim_sockets *sockets = sockets_of(ctx);
    if (sockets->ip == SIM_IP_STATUS && !is_multi(ctx))
        return texts[sockets->state[0]][sockets->udp[0]];
    for (unsigned i = 0; i < SIM_CIP_SOCKETS; i++)
        if (sockets->ip == SIM_IP_STATUS && sockets->state[i] != SIM_SOCKET_INITIAL)
            return "IP PROCESSING";
    return ip_texts[sockets->ip];
}

/* 0,"TCP","192.0.2.1","80","CONNECTED"; without a connection four empty fields. */
static void put_socket(struct sim_context *ctx, unsigned socket)
{
    static const char *const texts[] = {
#define X(name, text) text,
        SIM_SOCKET_STATES(X)
#undef X
    };
    const struct sim_sockets *sockets = sockets_of(ctx);
    bool used = sockets->state[socket] != SIM_SOCKET_INITIAL;
    char host[SIM_SOCKET_HOST + 4], address[SIM_SOCKET_HOST + 4];
    sim_put_number(ctx, socket);
    if (used) {
        sim_socket_host(ctx, socket, host, sizeof host);
        sim_socket_address(host, address, sizeof address);
        sim_put_text(ctx, sockets->udp[socket] ? ",0,\"UDP\"," : ",0,\"TCP\",");
        sim_put_quoted(ctx, address);
        sim_put_text(ctx, ",\"");
        sim_put_number(ctx, sockets->port[socket]);
        sim_put_text(ctx, "\",");
    } else {
        sim_put_text(ctx, ",,\"\",\"\",\"\",");
    }
    sim_put_quoted(ctx, texts[sockets->state[socket]]);
}

/* OK comes before the state (T20). */
static int run_status(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t socket = 0;
    if (sim_setting(ctx, SIM_SETTING_STACK_LOST))
        return SIM_FAILED;
    if (call->form == SIM_FORM_WRITE) {
        if (!is_multi(ctx) || sim_argument_count(call) != 1 ||
            !sim_argument_number(call, 0, 0, SIM_CIP_SOCKETS - 1, &socket))
            return SIM_CME_NOT_ALLOWED;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CIPSTATUS: ");
        put_socket(ctx, (unsigned)socket);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    sim_answer_text(ctx, "OK", 2);
    sim_line_begin(ctx);
    sim_put_text(ctx, "STATE: ");
    sim_put_text(ctx, state_text(ctx));
    sim_line_end(ctx);
    for (unsigned i = 0; i < SIM_CIP_SOCKETS && is_multi(ctx); i++) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "C: ");
        put_socket(ctx, i);
        sim_line_end(ctx);
    }
    return SIM_NO_RESULT;
}

/* ---- CIPSTART, CIPCLOSE -------------------------------------------------------------------- */

/* The connection that a command means: its first argument with CIPMUX=1. */
static bool get_socket(const struct sim_call *call, unsigned *ret_socket, unsigned *ret_next)
{
    int32_t socket = 0;
    *ret_next = is_multi(call->ctx);
    if (*ret_next && !sim_argument_number(call, 0, 0, SIM_CIP_SOCKETS - 1, &socket))
        return false;
    *ret_socket = (unsigned)socket;
    return true;
}

static bool may_connect(const struct sim_context *ctx)
{
    uint8_t ip = sockets_of(ctx)->ip;
    return ip == SIM_IP_STATUS || (!is_multi(ctx) && ip <= SIM_IP_START);
}

static int run_start(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_sockets *sockets = sockets_of(ctx);
    unsigned socket, next;
    const char *type, *host;
    size_t type_length, host_length;
    int32_t port = 0;
    if (call->form == SIM_FORM_TEST) {
        test_form(call, "", "(\"TCP\",\"UDP\"),(\"(0-255).(0-255).(0-255).(0-255)\"),(1-65535)");
        return test_form(call, "", "(\"TCP\",\"UDP\"),(\"DOMAIN NAME\"),(1-65535)");
    }
    if (!get_socket(call, &socket, &next) || sim_argument_count(call) != next + 3 ||
        !sim_argument_text(call, next, &type, &type_length) ||
        !sim_argument_text(call, next + 1, &host, &host_length) || host_length == 0 ||
        host_length > SIM_SOCKET_HOST)
        return SIM_CME_NOT_ALLOWED;
    bool udp = sim_same_word("UDP", type, type_length);
    const char *digits;
    size_t length;
    /* The port may stand in quotes (TCP102). */
    if ((!udp && !sim_same_word("TCP", type, type_length)) ||
        !sim_argument_text(call, next + 2, &digits, &length) ||
        !sim_number_of(digits, length, 65535, &port) || port == 0)
        return SIM_CME_NOT_ALLOWED;
    if (sockets->state[socket] == SIM_SOCKET_CONNECTED ||
        sockets->state[socket] == SIM_SOCKET_CONNECTING) {
        sim_answer_result(ctx, SIM_CME_NOT_ALLOWED);
        return answer(ctx, socket, "ALREADY CONNECT");
    }
    if (!may_connect(ctx))
        return SIM_CME_NOT_ALLOWED;
    if (!sim_network_accepts(ctx))
        return SIM_CME_NOT_ALLOWED;
    if (!sim_text_set(ctx, (enum sim_text)(SIM_TEXT_SOCKET_0 + socket), host, host_length))
        return SIM_CME_MEMORY_FULL;
    set_ip(ctx, SIM_IP_STATUS);
    sim_socket_open(ctx, socket, udp, (uint16_t)port);
    return SIM_DONE;
}

static int run_close(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    unsigned socket, next;
    if (!get_socket(call, &socket, &next) || sim_argument_count(call) > next + 1)
        return SIM_CME_NOT_ALLOWED;
    uint8_t state = sockets_of(ctx)->state[socket];
    bool open = state == SIM_SOCKET_CONNECTED || state == SIM_SOCKET_CONNECTING;
    if (!open && !(is_multi(ctx) && state == SIM_SOCKET_CLOSED))
        return SIM_CME_NOT_ALLOWED; /* T20, T21 */
    sim_socket_close(ctx, socket);
    return answer(ctx, socket, "CLOSE OK");
}

/* ---- CIPSEND ------------------------------------------------------------------------------- */

static int read_send(struct sim_context *ctx)
{
    for (unsigned i = 0; i < (is_multi(ctx) ? SIM_CIP_SOCKETS : 1u); i++) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CIPSEND: ");
        if (is_multi(ctx)) {
            sim_put_number(ctx, i);
            sim_put_text(ctx, ",");
        }
        sim_put_number(ctx, SIM_SOCKET_PIECE);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* CIPSPRT: prompt and SEND OK, SEND OK alone, neither (AT106 8.2.18). */
enum { SPRT_SHOWN = 1, SPRT_SILENT = 2 };

/* Without a length the bytes end with CTRL-Z; ESC gives up (TCP102). */
static int run_send(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_sockets *sockets = sockets_of(ctx);
    unsigned socket, next;
    int32_t size = 0;
    if (call->form == SIM_FORM_TEST)
        return test_form(call, "", "(1-1460)");
    if (call->form == SIM_FORM_READ)
        return read_send(ctx);
    unsigned count = sim_argument_count(call);
    if (!get_socket(call, &socket, &next) || count > next + 1 ||
        (count == next + 1 && !sim_argument_number(call, next, 1, SIM_SOCKET_PIECE, &size)) ||
        sockets->state[socket] != SIM_SOCKET_CONNECTED)
        return SIM_CME_NOT_ALLOWED;
    sockets->sending = (uint8_t)socket;
    sockets->send_failed = 0;
    sockets->send_bytes = 0;
    if (sim_stored_number(ctx, "+CIPSPRT") == SPRT_SHOWN)
        sim_put_text(ctx, "\r\n" SIM_PROMPT_BYTES);
    sim_port_take(ctx, SIM_TAKER_SOCKET);
    if (size > 0)
        ctx->sim->port.data_left_bytes = (uint32_t)size;
    return SIM_PENDING;
}

static int sent(struct sim_context *ctx, unsigned socket)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    bool open = sockets->state[socket] == SIM_SOCKET_CONNECTED && !sockets->send_failed;
    if (!open) {
        sim_socket_discard(ctx, socket);
        return answer(ctx, socket, "SEND FAIL");
    }
    sim_socket_flush(ctx, socket);
    if (sim_stored_number(ctx, "+CIPSPRT") == SPRT_SILENT)
        return SIM_NO_RESULT;
    if (!sim_value(ctx, SIM_PARAMETER_CIPQSEND))
        return answer(ctx, socket, "SEND OK");
    sim_line_begin(ctx);
    sim_put_text(ctx, "DATA ACCEPT:");
    if (is_multi(ctx)) {
        sim_put_number(ctx, socket);
        sim_put_text(ctx, ",");
    }
    sim_put_number(ctx, sockets->send_bytes);
    sim_line_end(ctx);
    return SIM_NO_RESULT;
}

int sim_sockets_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    unsigned socket = sockets->sending;
    bool open_end = ctx->sim->port.data_left_bytes == UINT32_MAX;
    bool given_up = open_end && complete && size > 0 && bytes[size - 1] == 0x1b;
    size_t data = open_end && complete && size > 0 ? size - 1 : size;
    if (sim_setting(ctx, SIM_SETTING_DATA_ECHO))
        sim_port_echo(ctx, (const char *)bytes, data);
    if (sockets->send_bytes + data > SIM_SOCKET_PIECE) {
        sockets->send_failed = 1;
        data = SIM_SOCKET_PIECE - sockets->send_bytes;
    }
    if (data > 0 && !sim_socket_put(ctx, socket, bytes, data))
        sockets->send_failed = 1;
    sockets->send_bytes = (uint16_t)(sockets->send_bytes + data);
    if (!complete)
        return SIM_PENDING;
    if (!given_up)
        return sent(ctx, socket);
    sim_socket_discard(ctx, socket);
    return SIM_DONE;
}

/* ---- CIPRXGET ------------------------------------------------------------------------------ */

enum { RXGET_PUSH, RXGET_MANUAL, RXGET_READ, RXGET_HEX, RXGET_COUNT };

static void begin_rxget(struct sim_context *ctx, int32_t mode, unsigned socket)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, SIM_BEFORE_RECEIVED);
    sim_put_number(ctx, mode);
    sim_put_text(ctx, ",");
    if (is_multi(ctx)) {
        sim_put_number(ctx, socket);
        sim_put_text(ctx, ",");
    }
}

static int read_received(struct sim_context *ctx, int32_t mode, unsigned socket, size_t wanted)
{
    uint8_t piece[SIM_SOCKET_PIECE];
    size_t size = sim_socket_read(ctx, socket, piece, wanted);
    begin_rxget(ctx, mode, socket);
    sim_put_number(ctx, (int64_t)size);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, sim_socket_unread(ctx, socket));
    sim_line_end(ctx);
    for (size_t i = 0; i < size && mode == RXGET_HEX; i++)
        sim_put_hex(ctx, piece[i], 2);
    if (mode == RXGET_READ)
        sim_put_bytes(ctx, (const char *)piece, size);
    return SIM_DONE;
}

static int run_rxget(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_sockets *sockets = sockets_of(ctx);
    unsigned count = sim_argument_count(call);
    unsigned next = 1u + is_multi(ctx);
    int32_t mode = 0, socket = 0, size = 0;
    if (call->form == SIM_FORM_TEST)
        return test_form(call, "(0-4),", "(1-1460)");
    if (call->form == SIM_FORM_READ) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CIPRXGET: ");
        sim_put_number(ctx, sockets->manual);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (!sim_argument_number(call, 0, 0, RXGET_COUNT, &mode))
        return SIM_CME_NOT_ALLOWED;
    if (mode <= RXGET_MANUAL) {
        if (count != 1)
            return SIM_CME_NOT_ALLOWED;
        sockets->manual = (uint8_t)mode;
        return SIM_DONE;
    }
    if (!sockets->manual || count != next + (mode != RXGET_COUNT) ||
        (is_multi(ctx) && !sim_argument_number(call, 1, 0, SIM_CIP_SOCKETS - 1, &socket)))
        return SIM_CME_NOT_ALLOWED;
    if (mode == RXGET_COUNT) {
        begin_rxget(ctx, mode, (unsigned)socket);
        sim_put_number(ctx, sim_socket_unread(ctx, (unsigned)socket));
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (!sim_argument_number(call, next, 1, mode == RXGET_HEX ? 730 : SIM_SOCKET_PIECE, &size))
        return SIM_CME_NOT_ALLOWED;
    return read_received(ctx, mode, (unsigned)socket, (size_t)size);
}

/* ---- CDNSGIP ------------------------------------------------------------------------------- */

void sim_resolved(struct sim_context *ctx, const char *address)
{
    char host[SIM_STORED_VALUE];
    if (!sockets_of(ctx)->resolving)
        return;
    sockets_of(ctx)->resolving = 0;
    sim_text_get(ctx, SIM_TEXT_RESOLVE, host, sizeof host);
    sim_urc_begin(ctx);
    sim_put_text(ctx, address ? "+CDNSGIP: 1," : "+CDNSGIP: 0,8"); /* 8: DNS common error */
    if (address) {
        sim_put_quoted(ctx, host);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, address);
    }
    sim_urc_end(ctx);
}

static int run_resolve(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_sockets *sockets = sockets_of(ctx);
    const char *host;
    size_t length;
    if (sim_argument_count(call) != 1 || !sim_argument_text(call, 0, &host, &length) ||
        length == 0 || length > SIM_SOCKET_HOST || sockets->resolving || !has_address(ctx))
        return SIM_CME_NOT_ALLOWED;
    if (!sim_text_set(ctx, SIM_TEXT_RESOLVE, host, length))
        return SIM_CME_MEMORY_FULL;
    sockets->resolving = 1;
    sockets->resolve_job++;
    if (sim_setting(ctx, SIM_SETTING_PEER) == SIM_PEER_SURROUNDINGS)
        sockets->resolve_wanted = 1;
    else
        sim_timer_set(ctx, SIM_TIMER_IP, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_PEER_DELAY));
    return SIM_DONE;
}

static void on_resolved(struct sim_context *ctx)
{
    char host[SIM_STORED_VALUE], address[SIM_STORED_VALUE];
    sim_text_get(ctx, SIM_TEXT_RESOLVE, host, sizeof host);
    sim_socket_address(host, address, sizeof address);
    sim_resolved(ctx, sim_setting(ctx, SIM_SETTING_DNS) ? NULL : address);
}

/* ---- CDNSCFG ------------------------------------------------------------------------------- */

static bool is_address(const char *text, size_t length)
{
    unsigned parts = 1, value = 0, digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && digits > 0) {
            parts++;
            value = digits = 0;
        } else if (text[i] >= '0' && text[i] <= '9' && digits++ < 3) {
            value = value * 10 + (unsigned)(text[i] - '0');
        } else {
            return false;
        }
        if (value > 255)
            return false;
    }
    return parts == 4 && digits > 0;
}

int sim_run_name_servers(struct sim_call *call)
{
    static const char *const names[] = {"PrimaryDns: ", "SecondaryDns: "};
    char value[SIM_STORED_VALUE];
    struct sim_call stored = *call;
    const char *text;
    size_t length;
    if (call->form == SIM_FORM_TEST)
        return sim_run_stored(call);
    for (unsigned i = 0; i < sim_argument_count(call) && call->form == SIM_FORM_WRITE; i++)
        if (!sim_argument_text(call, i, &text, &length) || !is_address(text, length))
            return SIM_CME_NOT_ALLOWED;
    if (call->form == SIM_FORM_WRITE)
        return sim_stored_write(call);
    stored.length = sim_stored_value(call->ctx, call->command, value);
    stored.arguments = value;
    for (unsigned i = 0; i < 2; i++) {
        sim_line_begin(call->ctx);
        sim_put_text(call->ctx, names[i]);
        if (sim_argument_text(&stored, i, &text, &length))
            sim_put_bytes(call->ctx, text, length);
        sim_line_end(call->ctx);
    }
    return SIM_DONE;
}

/* ---- CIPPING, SNPING4 ---------------------------------------------------------------------- */

enum {
    PINGS_INITIAL = 4,
    PINGS_MAXIMUM = 100,
    SNPINGS_MAXIMUM = 500, /* AT106 19.2.1 */
    PING_SIZE_MAXIMUM = 1400
};

/* Which command pings: the first character of SIM_TEXT_PING, before the host. */
enum ping_kind { PING_CIP, PING_4, PING_6 };

/* Always modelled: an echo of ICMP is not for programs without rights. */
static void on_ping(struct sim_context *ctx)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    char host[SIM_STORED_VALUE], address[SIM_STORED_VALUE];
    int32_t peer = sim_setting(ctx, SIM_SETTING_PEER);
    bool answers = peer == SIM_PEER_ECHO || peer == SIM_PEER_SURROUNDINGS;
    int64_t time_ms = sim_setting(ctx, SIM_SETTING_PING_TIME);
    sim_text_get(ctx, SIM_TEXT_PING, host, sizeof host);
    unsigned kind = (unsigned)(host[0] - '0') % 3u;
    sim_socket_address(host + (host[0] != '\0'), address, sizeof address);
    sim_line_begin(ctx);
    static const char *const names[] = {"+CIPPING: ", "+SNPING4: ", "+SNPING6: "};
    sim_put_text(ctx, names[kind]);
    sim_put_number(ctx, ++sockets->ping_number);
    sim_put_text(ctx, ",");
    if (kind == PING_6)
        sim_put_text(ctx, "2001:DB8::"); /* RFC 3849, then the address of version 4 */
    if (kind != PING_CIP)
        sim_put_text(ctx, address);
    else
        sim_put_quoted(ctx, address);
    sim_put_text(ctx, ",");
    if (kind != PING_CIP)
        sim_put_number(ctx, answers ? time_ms : 10000);
    else
        sim_put_number(ctx, answers ? (time_ms + 99) / 100 : 600); /* in 100 ms (TCP102) */
    if (kind == PING_CIP)
        sim_put_text(ctx, answers ? ",54" : ",255");
    sim_line_end(ctx);
    if (--sockets->pings_left == 0)
        sim_finish(ctx, SIM_DONE);
    else
        sim_timer_set(ctx, SIM_TIMER_IP, ctx->now_us + 1000000);
}

static int start_pings(struct sim_call *call, int32_t count, enum ping_kind kind)
{
    struct sim_context *ctx = call->ctx;
    char text[1 + SIM_SOCKET_HOST];
    const char *host;
    size_t length;
    if (!sim_argument_text(call, 0, &host, &length) || length == 0 || length > SIM_SOCKET_HOST ||
        sockets_of(ctx)->resolving)
        return SIM_CME_NOT_ALLOWED;
    text[0] = (char)('0' + kind);
    memcpy(text + 1, host, length);
    if (!sim_text_set(ctx, SIM_TEXT_PING, text, length + 1))
        return SIM_CME_MEMORY_FULL;
    sockets_of(ctx)->pings_left = (uint16_t)count;
    sockets_of(ctx)->ping_number = 0;
    sim_timer_set(ctx, SIM_TIMER_IP, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_PING_TIME));
    return SIM_PENDING;
}

/* T04: ERROR without an address of CIICR. */
static int run_ping(struct sim_call *call)
{
    int32_t count = PINGS_INITIAL, other = 0;
    unsigned arguments = sim_argument_count(call);
    if (!has_address(call->ctx) || arguments > 5 ||
        (arguments > 1 && !sim_argument_number(call, 1, 1, PINGS_MAXIMUM, &count)) ||
        (arguments > 2 && !sim_argument_number(call, 2, 0, 1024, &other)) ||
        (arguments > 3 && !sim_argument_number(call, 3, 1, 600, &other)) ||
        (arguments > 4 && !sim_argument_number(call, 4, 1, 255, &other)))
        return SIM_CME_NOT_ALLOWED;
    return start_pings(call, count, PING_CIP);
}

static int run_short_ping(struct sim_call *call)
{
    int32_t count = 0, other = 0;
    if (!sim_bearer_up(call->ctx) || sim_argument_count(call) != 4 ||
        !sim_argument_number(call, 1, 1, SNPINGS_MAXIMUM, &count) ||
        !sim_argument_number(call, 2, 1, PING_SIZE_MAXIMUM, &other) ||
        !sim_argument_number(call, 3, 0, 60000, &other))
        return SIM_CME_NOT_ALLOWED;
    return start_pings(call, count, call->command->name[7] == '6' ? PING_6 : PING_4);
}

void sim_on_ip(struct sim_context *ctx)
{
    if (sockets_of(ctx)->ip == SIM_IP_CONFIG)
        on_brought_up(ctx);
    else if (sockets_of(ctx)->pings_left > 0)
        on_ping(ctx);
    else if (sockets_of(ctx)->resolving)
        on_resolved(ctx);
}

void sim_sockets_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    sim_sockets_forget(ctx);
}

enum {
    ALL = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE
};

const struct sim_command sim_commands_socket[] = {
    {"+CSTT", ALL | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D', 0, "TCP102", "APN, user and password",
     "+CSTT: \"APN\",\"USER\",\"PWD\"", run_task, 101},
    {"+CIICR", ACT, SIM_NO_SAVE, 'O', 85000, "TCP102, T21", "gets an address", NULL, run_bring_up,
     101},
    {"+CIFSR", ACT, SIM_NO_SAVE, 'O', 0, "TCP102, T21", "the address", NULL, run_address, 101},
    {"+CIPSTART", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'O', 160000, "TCP102, T21",
     "opens a connection", sim_test_runs, run_start, 101},
    {"+CIPSEND", ALL | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D', 0, "TCP102", "sends bytes",
     sim_test_runs, run_send, 101},
    {"+CIPCLOSE", ACT | SIM_FORM_WRITE, SIM_NO_SAVE, 'O', 0, "TCP102, T20, T21",
     "closes a connection", NULL, run_close, 101},
    {"+CIPSHUT", ACT, SIM_NO_SAVE, 'O', 65000, "TCP102, T21", "gives the address back", NULL,
     run_shut, 101},
    {"+CIPSTATUS", ACT | SIM_FORM_WRITE, SIM_NO_SAVE, 'O', 0, "TCP102, T20",
     "state of the connections", NULL, run_status, 101},
    {"+CIPRXGET", ALL, SIM_NO_SAVE, 'D', 0, "TCP102", "received bytes wait to be read",
     sim_test_runs, run_rxget, 101},
    {"+CDNSGIP", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "TCP102", "address of a host",
     NULL, run_resolve, 101},
    {"+CIPPING", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'O', 0, "TCP102, T04",
     "asks a host for echoes", "+CIPPING: (1-100),(0-1024),(1-600),(1-255)", run_ping, 101},
    {"+SNPING4", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'O', 0, "AT106 19.2.1, T26",
     "asks a host for echoes over the app network", "+SNPING4: \"URL\",(1-500),(1-1400),(0-60000)",
     run_short_ping, 103},
    {"+SNPING6", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 19.2.2",
     "the same over IPv6", "+SNPING6: \"URL\",(1-500),(1-1400),(0-60000)", run_short_ping, 103},
    {.name = NULL},
};
