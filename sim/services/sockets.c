/*
 * sockets.c - the connections of CIP*: to a modelled peer, or to what the surroundings connect.
 *
 * sim_sockets.due_at_us is when something is told next: a result of connecting, received bytes,
 * the end. All of it passes through sim_on_socket().
 */
#include "sim/services/sockets.h"
#include "sim/knowledge/prompts.h"

#include <string.h>

/* sim_sockets.wanted: what the surroundings are to do, ored. */
enum { WANT_OPEN = 1, WANT_SEND = 2, WANT_CLOSE = 4 };

enum { RETRY_US = 10000, HEAD_SIZE = 32, RECEIVED_MAXIMUM = 65536 };

static struct sim_sockets *sockets_of(const struct sim_context *ctx)
{
    return &ctx->sim->sockets;
}

static const char *rx_name(unsigned socket)
{
    static const char *const names[] = {"/rx0", "/rx1", "/rx2", "/rx3", "/rx4",
                                        "/rx5", "/rx6", "/rx7", "/rx8", "/rx9"};
    return names[socket];
}

static const char *tx_name(unsigned socket)
{
    static const char *const names[] = {"/tx0", "/tx1", "/tx2", "/tx3", "/tx4",
                                        "/tx5", "/tx6", "/tx7", "/tx8", "/tx9"};
    return names[socket];
}

static bool is_multi(const struct sim_context *ctx)
{
    return sim_value(ctx, SIM_PARAMETER_CIPMUX) != 0;
}

/* ---- time ---------------------------------------------------------------------------------- */

static void schedule(struct sim_context *ctx)
{
    const struct sim_sockets *sockets = sockets_of(ctx);
    uint64_t first = 0;
    for (unsigned i = 0; i < SIM_SOCKETS; i++)
        if (sockets->due_at_us[i] && (!first || sockets->due_at_us[i] < first))
            first = sockets->due_at_us[i];
    if (first)
        sim_timer_set(ctx, SIM_TIMER_SOCKET, first);
    else
        sim_timer_stop(ctx, SIM_TIMER_SOCKET);
}

/* 0 = nothing is due. */
static void due(struct sim_context *ctx, unsigned socket, uint64_t at_us)
{
    sockets_of(ctx)->due_at_us[socket] = at_us;
    schedule(ctx);
}

static void due_soon(struct sim_context *ctx, unsigned socket, uint64_t delay_us)
{
    uint64_t at_us = ctx->now_us + delay_us;
    uint64_t now_due = sockets_of(ctx)->due_at_us[socket];
    if (!now_due || at_us < now_due)
        due(ctx, socket, at_us);
}

/* ---- what is told -------------------------------------------------------------------------- */

/* "CONNECT OK", with several connections "0, CONNECT OK" (T21). */
static void tell(struct sim_context *ctx, unsigned socket, const char *text)
{
    sim_urc_begin(ctx);
    if (is_multi(ctx)) {
        sim_put_number(ctx, socket);
        sim_put_text(ctx, ", ");
    }
    sim_put_text(ctx, text);
    sim_urc_end(ctx);
}

static void forget_bytes(struct sim_context *ctx, unsigned socket)
{
    sim_hidden_delete(ctx, rx_name(socket));
    sockets_of(ctx)->read_bytes[socket] = 0;
    sockets_of(ctx)->notified[socket] = 0;
}

/* The one place where a connection changes. */
static void set_state(struct sim_context *ctx, unsigned socket, enum sim_socket_state state)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    sockets->state[socket] = (uint8_t)state;
    if (state == SIM_SOCKET_CONNECTING || state == SIM_SOCKET_INITIAL)
        forget_bytes(ctx, socket);
}

/* A channel of CA*. */
static bool is_secure(unsigned socket)
{
    return socket >= SIM_CIP_SOCKETS;
}

static void connected(struct sim_context *ctx, unsigned socket)
{
    set_state(ctx, socket, SIM_SOCKET_CONNECTED);
    if (is_secure(socket))
        sim_secure_opened(ctx, socket, true);
    else
        tell(ctx, socket, "CONNECT OK");
}

/* One connection tells its state, too (TCP102). */
static void failed(struct sim_context *ctx, unsigned socket)
{
    bool forgets = is_secure(socket) || is_multi(ctx);
    set_state(ctx, socket, forgets ? SIM_SOCKET_INITIAL : SIM_SOCKET_CLOSED);
    if (is_secure(socket)) {
        sim_secure_opened(ctx, socket, false);
        return;
    }
    if (!is_multi(ctx))
        sim_urc(ctx, "STATE: TCP CLOSED");
    tell(ctx, socket, "CONNECT FAIL");
}

/* ---- received bytes ------------------------------------------------------------------------ */

uint32_t sim_socket_unread(const struct sim_context *ctx, unsigned socket)
{
    return sim_hidden_size(ctx, rx_name(socket)) - sockets_of(ctx)->read_bytes[socket];
}

size_t sim_socket_read(struct sim_context *ctx, unsigned socket, uint8_t *buffer, size_t size)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    uint8_t file = sim_hidden_find(ctx, rx_name(socket));
    if (file == SIM_NO_FILE)
        return 0;
    size_t read = sim_files_read(&ctx->sim->files, ctx->host, file, sockets->read_bytes[socket],
                                 buffer, size);
    sockets->read_bytes[socket] += (uint32_t)read;
    if (sim_socket_unread(ctx, socket) == 0)
        forget_bytes(ctx, socket);
    return read;
}

static void append(char *head, size_t *length, const char *text)
{
    size_t size = strlen(text);
    memcpy(head + *length, text, size);
    *length += size;
}

static void append_number(char *head, size_t *length, uint32_t number)
{
    char digits[10];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    memcpy(head + *length, digits + at, sizeof digits - at);
    *length += sizeof digits - at;
}

/* What stands before received bytes: +RECEIVE, +IPD or nothing (TCP102). */
static size_t write_head(const struct sim_context *ctx, unsigned socket, size_t size, char *head)
{
    size_t length = 0;
    if (is_multi(ctx)) {
        append(head, &length, "\r\n" SIM_BEFORE_SOCKET);
        append_number(head, &length, socket);
        append(head, &length, ",");
        append_number(head, &length, (uint32_t)size);
        append(head, &length, ":\r\n");
    } else if (sim_value(ctx, SIM_PARAMETER_CIPHEAD)) {
        append(head, &length, "\r\n" SIM_BEFORE_ONE_SOCKET);
        append_number(head, &length, (uint32_t)size);
        append(head, &length, ":");
    }
    return length;
}

/* Prints a piece; false: the port has no room yet. */
static bool push(struct sim_context *ctx, unsigned socket)
{
    uint8_t piece[SIM_SOCKET_PIECE];
    char head[HEAD_SIZE];
    if ((size_t)(SIM_OUTPUT_SIZE - ctx->sim->port.output_end) < sizeof piece + sizeof head)
        return false;
    size_t size = sim_socket_read(ctx, socket, piece, sizeof piece);
    size_t length = write_head(ctx, socket, size, head);
    if (length > 2)
        sim_tell(ctx, SIM_EVENT_URC, 0, head + 2, length - 2 - (is_multi(ctx) ? 2u : 0u));
    sim_output_insert(ctx, head, length);
    sim_output_insert(ctx, (const char *)piece, size);
    return true;
}

/* CIPRXGET=1: bytes wait; told once until all of them were read. */
static void notify(struct sim_context *ctx, unsigned socket)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    if (sockets->notified[socket])
        return;
    sockets->notified[socket] = 1;
    if (is_secure(socket)) {
        sim_secure_received(ctx, socket);
        return;
    }
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CIPRXGET: 1");
    if (is_multi(ctx)) {
        sim_put_text(ctx, ",");
        sim_put_number(ctx, socket);
    }
    sim_urc_end(ctx);
}

/* The other side has closed; told when what came before has been printed. */
static void end(struct sim_context *ctx, unsigned socket)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    sockets->ended[socket] = 0;
    set_state(ctx, socket, SIM_SOCKET_CLOSED);
    if (is_secure(socket))
        sim_secure_closed(ctx, socket);
    else
        tell(ctx, socket, "CLOSED");
}

static void on_due(struct sim_context *ctx, unsigned socket)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    due(ctx, socket, 0);
    if (sockets->state[socket] == SIM_SOCKET_CONNECTING) {
        if (sim_setting(ctx, SIM_SETTING_PEER) == SIM_PEER_REFUSE)
            failed(ctx, socket);
        else
            connected(ctx, socket);
        return;
    }
    bool manual = sockets->manual || is_secure(socket);
    if (sim_socket_unread(ctx, socket) > 0) {
        if (manual)
            notify(ctx, socket);
        else if (!push(ctx, socket) || sim_socket_unread(ctx, socket) > 0)
            due_soon(ctx, socket, RETRY_US);
    }
    if (sockets->ended[socket] && (manual || sim_socket_unread(ctx, socket) == 0))
        end(ctx, socket);
}

void sim_on_socket(struct sim_context *ctx)
{
    const struct sim_sockets *sockets = sockets_of(ctx);
    for (unsigned i = 0; i < SIM_SOCKETS; i++)
        if (sockets->due_at_us[i] && sockets->due_at_us[i] <= ctx->now_us)
            on_due(ctx, i);
    schedule(ctx);
}

/* False: the store is full, or nobody reads. */
static bool receive(struct sim_context *ctx, unsigned socket, const void *bytes, size_t size)
{
    const char *name = rx_name(socket);
    uint8_t file = sim_hidden_find(ctx, name);
    if (sim_socket_unread(ctx, socket) + size > RECEIVED_MAXIMUM)
        return false;
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, strlen(name));
    return file != SIM_NO_FILE && sim_files_append(ctx, file, bytes, size);
}

/* ---- from the commands --------------------------------------------------------------------- */

size_t sim_socket_host(const struct sim_context *ctx, unsigned socket, char *buffer,
                       size_t capacity)
{
    return sim_text_get(ctx, (enum sim_text)(SIM_TEXT_SOCKET_0 + socket), buffer, capacity);
}

uint32_t sim_socket_sent(const struct sim_context *ctx, unsigned socket)
{
    return sockets_of(ctx)->total_bytes[socket];
}

uint32_t sim_socket_waiting(const struct sim_context *ctx, unsigned socket)
{
    uint32_t size = sim_hidden_size(ctx, tx_name(socket));
    return size - sockets_of(ctx)->sent_bytes[socket];
}

void sim_socket_open(struct sim_context *ctx, unsigned socket, bool udp, uint16_t port)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    sockets->udp[socket] = udp;
    sockets->port[socket] = port;
    sockets->job[socket]++;
    sockets->wanted[socket] = 0;
    sockets->ended[socket] = 0;
    sockets->total_bytes[socket] = 0;
    set_state(ctx, socket, SIM_SOCKET_CONNECTING);
    if (sim_setting(ctx, SIM_SETTING_PEER) == SIM_PEER_SURROUNDINGS)
        sockets->wanted[socket] = WANT_OPEN;
    else
        due(ctx, socket, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_CONNECT_TIME));
}

bool sim_socket_put(struct sim_context *ctx, unsigned socket, const uint8_t *bytes, size_t size)
{
    const char *name = tx_name(socket);
    uint8_t file = sim_hidden_find(ctx, name);
    if (sim_hidden_size(ctx, name) + size > RECEIVED_MAXIMUM)
        return false;
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, strlen(name));
    return file != SIM_NO_FILE && sim_files_append(ctx, file, bytes, size);
}

void sim_socket_discard(struct sim_context *ctx, unsigned socket)
{
    sim_hidden_delete(ctx, tx_name(socket));
}

void sim_socket_forget(struct sim_context *ctx, unsigned socket)
{
    set_state(ctx, socket, SIM_SOCKET_INITIAL);
}

static bool is_of_socket(const struct sim_file_entry *entry)
{
    const char *name = entry->name;
    return entry->directory == SIM_DIRECTORY_HIDDEN && name[0] == '/' &&
           (name[1] == 'r' || name[1] == 't') && name[2] == 'x';
}

/* At each restart, where hardly ever one was there: their files are not looked for one by one. */
void sim_sockets_forget(struct sim_context *ctx)
{
    for (uint8_t file = 0; file < SIM_FILES; file++)
        if (is_of_socket(&ctx->sim->files.entries[file]))
            sim_files_delete(ctx, file);
    memset(sockets_of(ctx), 0, sizeof *sockets_of(ctx));
    schedule(ctx);
}

/* The modelled peer sends back what it gets. */
static void echo_back(struct sim_context *ctx, unsigned socket)
{
    uint8_t piece[SIM_SOCKET_PIECE];
    uint8_t file = sim_hidden_find(ctx, tx_name(socket));
    size_t offset = 0, size;
    while (file != SIM_NO_FILE &&
           (size = sim_files_read(&ctx->sim->files, ctx->host, file, (uint32_t)offset, piece,
                                  sizeof piece)) > 0) {
        if (!receive(ctx, socket, piece, size))
            break;
        offset += size;
    }
    due_soon(ctx, socket, sim_setting_us(ctx, SIM_SETTING_PEER_DELAY));
}

void sim_socket_flush(struct sim_context *ctx, unsigned socket)
{
    int32_t peer = sim_setting(ctx, SIM_SETTING_PEER);
    sockets_of(ctx)->total_bytes[socket] += sim_hidden_size(ctx, tx_name(socket));
    if (peer == SIM_PEER_SURROUNDINGS) {
        sockets_of(ctx)->wanted[socket] |= WANT_SEND;
        return;
    }
    if (peer == SIM_PEER_ECHO)
        echo_back(ctx, socket);
    sim_socket_discard(ctx, socket);
}

void sim_socket_close(struct sim_context *ctx, unsigned socket)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    bool open = sockets->state[socket] == SIM_SOCKET_CONNECTED ||
                sockets->state[socket] == SIM_SOCKET_CONNECTING;
    due(ctx, socket, 0);
    sockets->wanted[socket] &= WANT_SEND;
    if (open && sim_setting(ctx, SIM_SETTING_PEER) == SIM_PEER_SURROUNDINGS)
        sockets->wanted[socket] |= WANT_CLOSE;
    sockets->ended[socket] = 0;
    bool forgets = is_secure(socket) || is_multi(ctx);
    set_state(ctx, socket, forgets ? SIM_SOCKET_INITIAL : SIM_SOCKET_CLOSED);
}

/* A dotted address is its own; a name gets one of the addresses for documentation (RFC 5737). */
void sim_socket_address(const char *host, char *address, size_t capacity)
{
    static const char network[] = "203.0.113.";
    size_t length = strlen(host);
    if (strspn(host, "0123456789.") == length && length < capacity) {
        memcpy(address, host, length + 1);
        return;
    }
    length = sizeof network - 1;
    memcpy(address, network, length);
    append_number(address, &length,
                  (uint32_t)(1 + sim_digest(SIM_DIGEST, host, strlen(host)) % 254));
    address[length] = '\0';
}

/* ---- to the surroundings ------------------------------------------------------------------- */

static void take_bytes(struct sim_context *ctx, unsigned socket, struct sim_net_request *request)
{
    uint8_t file = sim_hidden_find(ctx, tx_name(socket));
    uint32_t size = sim_hidden_size(ctx, tx_name(socket));
    struct sim_sockets *sockets = sockets_of(ctx);
    if (file != SIM_NO_FILE)
        request->size =
            (uint16_t)sim_files_read(&ctx->sim->files, ctx->host, file, sockets->sent_bytes[socket],
                                     request->bytes, sizeof request->bytes);
    sockets->sent_bytes[socket] += request->size;
    if (sockets->sent_bytes[socket] < size)
        return;
    sockets->sent_bytes[socket] = 0;
    sockets->wanted[socket] &= (uint8_t)~WANT_SEND;
    sim_socket_discard(ctx, socket);
}

static void take_want(struct sim_context *ctx, unsigned socket, struct sim_net_request *request)
{
    struct sim_sockets *sockets = sockets_of(ctx);
    request->channel = (uint8_t)socket;
    request->job = sockets->job[socket];
    if (sockets->wanted[socket] & WANT_OPEN) {
        sockets->wanted[socket] &= (uint8_t)~WANT_OPEN;
        request->kind = sockets->udp[socket] ? SIM_NET_OPEN_UDP : SIM_NET_OPEN_TCP;
        request->port = sockets->port[socket];
        sim_socket_host(ctx, socket, request->host, sizeof request->host);
    } else if (sockets->wanted[socket] & WANT_SEND) {
        request->kind = SIM_NET_SEND;
        take_bytes(ctx, socket, request);
    } else {
        sockets->wanted[socket] = 0;
        request->kind = SIM_NET_CLOSE;
    }
}

bool sim_net_wanted(struct sim *sim, const struct sim_host *host,
                    struct sim_net_request *ret_request)
{
    struct sim_context ctx = {.sim = sim, .host = host, .now_us = sim->seen_at_us};
    struct sim_sockets *sockets = &sim->sockets;
    for (unsigned i = 0; i < SIM_SOCKETS; i++) {
        if (!sockets->wanted[i])
            continue;
        memset(ret_request, 0, sizeof *ret_request);
        take_want(&ctx, i, ret_request);
        return true;
    }
    if (!sockets->resolve_wanted)
        return false;
    memset(ret_request, 0, sizeof *ret_request);
    sockets->resolve_wanted = 0;
    ret_request->kind = SIM_NET_RESOLVE;
    ret_request->channel = SIM_SOCKETS;
    ret_request->job = sockets->resolve_job;
    sim_text_get(&ctx, SIM_TEXT_RESOLVE, ret_request->host, sizeof ret_request->host);
    return true;
}

static bool is_current(const struct sim *sim, uint8_t channel, uint16_t job)
{
    return channel < SIM_SOCKETS && sim->sockets.job[channel] == job;
}

void sim_net_opened(struct sim *sim, const struct sim_host *host, uint8_t channel, uint16_t job,
                    uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    if (is_current(sim, channel, job) && sim->sockets.state[channel] == SIM_SOCKET_CONNECTING)
        connected(&ctx, channel);
}

void sim_net_received(struct sim *sim, const struct sim_host *host, uint8_t channel, uint16_t job,
                      const void *bytes, size_t size, uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    if (!is_current(sim, channel, job) || sim->sockets.state[channel] != SIM_SOCKET_CONNECTED)
        return;
    if (receive(&ctx, channel, bytes, size))
        due_soon(&ctx, channel, 0);
    else
        sim->stat_lost_input_bytes += size;
}

size_t sim_net_room(const struct sim *sim, const struct sim_host *host, uint8_t channel)
{
    struct sim_context ctx = {.sim = (struct sim *)(uintptr_t)sim, .host = host};
    return channel < SIM_SOCKETS ? RECEIVED_MAXIMUM - sim_socket_unread(&ctx, channel) : 0;
}

void sim_net_closed(struct sim *sim, const struct sim_host *host, uint8_t channel, uint16_t job,
                    uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    if (!is_current(sim, channel, job))
        return;
    if (sim->sockets.state[channel] == SIM_SOCKET_CONNECTING) {
        failed(&ctx, channel);
    } else if (sim->sockets.state[channel] == SIM_SOCKET_CONNECTED) {
        sim->sockets.ended[channel] = 1;
        due_soon(&ctx, channel, 0);
    }
}

void sim_net_resolved(struct sim *sim, const struct sim_host *host, uint16_t job,
                      const char *address, uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    if (job == sim->sockets.resolve_job)
        sim_resolved(&ctx, address);
}
