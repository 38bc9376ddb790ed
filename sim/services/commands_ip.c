/*
 * commands_ip.c - more of CIP* and CA*: local ports, servers, what was acknowledged, parameters of
 * the transparent mode (AT106 8.2, 18.2). Servers are kept: nobody connects to them.
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/services/sockets.h"

enum { KEY_SIZE = 24, PORT_MAXIMUM = 65535, CONNECTIONS = SIM_SOCKETS - SIM_CIP_SOCKETS };

/* <result> of CASERVER */
enum { SERVER_DONE = 0, SERVER_NO_NETWORK = 21 };

static bool is_multi(const struct sim_context *ctx)
{
    return sim_value(ctx, SIM_PARAMETER_CIPMUX) != 0;
}

/* "<name> <n>" */
static const char *key_of(const char *name, unsigned number, char *key)
{
    size_t length = strlen(name);
    memcpy(key, name, length);
    key[length] = ' ';
    key[length + 1] = (char)('0' + number);
    key[length + 2] = '\0';
    return key;
}

static size_t get(const struct sim_context *ctx, const char *name, unsigned number,
                  const char *initial, char *value)
{
    char key[KEY_SIZE];
    size_t length = sim_stored_get(ctx, key_of(name, number, key), SIM_NO_SAVE, value);
    if (length > 0)
        return length;
    length = strlen(initial);
    memcpy(value, initial, length + 1);
    return length;
}

static int set(struct sim_context *ctx, const char *name, unsigned number, const char *value,
               size_t length)
{
    char key[KEY_SIZE];
    return sim_stored_set(ctx, key_of(name, number, key), SIM_NO_SAVE, value, length)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

/* The connection that a command means, its first argument with CIPMUX=1. */
static bool get_socket(const struct sim_call *call, unsigned *ret_socket, unsigned *ret_next)
{
    int32_t socket = 0;
    *ret_next = is_multi(call->ctx);
    if (*ret_next && !sim_argument_number(call, 0, 0, SIM_CIP_SOCKETS - 1, &socket))
        return false;
    *ret_socket = (unsigned)socket;
    return true;
}

/* "+X: <value>", with CIPMUX=1 a line a connection, "+X: <n>,<value>". */
static int read_values(struct sim_call *call, const char *initial)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    for (unsigned i = 0; i < (is_multi(ctx) ? SIM_CIP_SOCKETS : 1u); i++) {
        get(ctx, call->command->name, i, initial, value);
        sim_line_begin(ctx);
        sim_put_text(ctx, call->command->name);
        sim_put_text(ctx, ": ");
        if (is_multi(ctx)) {
            sim_put_number(ctx, i);
            sim_put_text(ctx, ",");
        }
        sim_put_text(ctx, value);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* The test form: with CIPMUX=1 the connection comes first. */
static int test_values(struct sim_call *call, const char *connections, const char *rest)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    if (is_multi(call->ctx))
        sim_put_text(call->ctx, connections);
    sim_put_text(call->ctx, rest);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* ---- CLPORT, CIPUDPMODE -------------------------------------------------------------------- */

/* "<TCP port>,<UDP port>", both 0 at first. */
static int run_local_port(struct sim_call *call)
{
    char value[SIM_STORED_VALUE], changed[SIM_STORED_VALUE];
    const char *type;
    size_t length, size = 0;
    unsigned socket, next;
    int32_t port;
    if (call->form == SIM_FORM_TEST)
        return test_values(call, "(0-7),", "(\"TCP\",\"UDP\"),(0-65535)");
    if (call->form == SIM_FORM_READ)
        return read_values(call, "0,0");
    if (!get_socket(call, &socket, &next) || sim_argument_count(call) != next + 2 ||
        !sim_argument_text(call, next, &type, &length) ||
        !sim_argument_number(call, next + 1, 0, PORT_MAXIMUM, &port))
        return SIM_FAILED;
    bool udp = sim_same_word("UDP", type, length);
    if (!udp && !sim_same_word("TCP", type, length))
        return SIM_FAILED;
    const char *digits;
    sim_argument_text(call, next + 1, &digits, &length);
    size_t whole = get(call->ctx, call->command->name, socket, "0,0", value);
    size_t first = strcspn(value, ",");
    const struct {
        const char *text;
        size_t length;
    } parts[2] = {{udp ? value : digits, udp ? first : length},
                  {udp ? digits : value + first + 1, udp ? length : whole - first - 1}};
    for (unsigned i = 0; i < 2; i++) {
        memcpy(changed + size, parts[i].text, parts[i].length);
        size += parts[i].length;
        if (i == 0)
            changed[size++] = ',';
    }
    return set(call->ctx, call->command->name, socket, changed, size);
}

/* <mode>[,<address>,<port>] */
static int run_udp_mode(struct sim_call *call)
{
    const char *text;
    size_t length;
    unsigned socket, next, count = sim_argument_count(call);
    int32_t mode, port;
    if (call->form == SIM_FORM_TEST)
        return test_values(call, "(0-5),", "(0-2),(\"(0-255).(0-255).(0-255).(0-255)\"),(1-65535)");
    if (call->form == SIM_FORM_READ)
        return read_values(call, "0");
    if (!get_socket(call, &socket, &next) || (count != next + 1 && count != next + 3) ||
        !sim_argument_number(call, next, 0, 2, &mode))
        return SIM_FAILED;
    if (count == next + 3 &&
        (!sim_argument_text(call, next + 1, &text, &length) || length == 0 || length > 15 ||
         !sim_argument_number(call, next + 2, 1, PORT_MAXIMUM, &port)))
        return SIM_FAILED;
    const char *first = call->arguments + (next ? 2 : 0); /* "<n>," */
    size_t size = call->length - (size_t)(first - call->arguments);
    if (size >= SIM_STORED_VALUE)
        return SIM_FAILED;
    return set(call->ctx, call->command->name, socket, first, size);
}

/* ---- CIPACK, CIFSREX ----------------------------------------------------------------------- */

/* Everything that was sent is acknowledged, but for what the surroundings have not taken. */
static void put_acknowledged(struct sim_context *ctx, unsigned socket, bool three)
{
    uint32_t sent = sim_socket_sent(ctx, socket), waiting = sim_socket_waiting(ctx, socket);
    sim_put_number(ctx, sent);
    sim_put_text(ctx, ",");
    if (three) {
        sim_put_number(ctx, sent - waiting);
        sim_put_text(ctx, ",");
    }
    sim_put_number(ctx, waiting);
}

static int run_acknowledged(struct sim_call *call)
{
    unsigned socket = 0, next = 0;
    bool write = call->form == SIM_FORM_WRITE;
    if (write != is_multi(call->ctx) || (write && !get_socket(call, &socket, &next)) ||
        sim_argument_count(call) != next)
        return SIM_CME_NOT_ALLOWED;
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CIPACK: ");
    put_acknowledged(call->ctx, socket, true);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_address(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    if (ctx->sim->sockets.ip != SIM_IP_ACTIVE && ctx->sim->sockets.ip != SIM_IP_STATUS)
        return SIM_CME_NOT_ALLOWED;
    ctx->sim->sockets.ip = SIM_IP_STATUS;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CIFSREX: ");
    sim_put_text(ctx, ctx->host->config->address);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- CIPSERVER ----------------------------------------------------------------------------- */

static int run_server(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    const char *digits;
    size_t length;
    int32_t mode, port;
    uint8_t ip = ctx->sim->sockets.ip;
    if (call->form == SIM_FORM_READ) {
        length = get(ctx, "+CIPSERVER", 0, "", value);
        sim_line_begin(ctx);
        sim_put_text(ctx, length > 0 ? "+CIPSERVER: 1," : "+CIPSERVER: 0");
        sim_put_text(ctx, value);
        sim_put_text(ctx, length > 0 ? ",0,0" : ""); /* channel and bearer */
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (!sim_argument_number(call, 0, 0, 1, &mode) ||
        sim_argument_count(call) != (unsigned)(1 + mode))
        return SIM_FAILED;
    if (mode == 0)
        return set(ctx, "+CIPSERVER", 0, NULL, 0);
    if ((ip != SIM_IP_STATUS && (is_multi(ctx) || ip != SIM_IP_INITIAL)) ||
        !sim_argument_number(call, 1, 1, PORT_MAXIMUM, &port) ||
        !sim_argument_text(call, 1, &digits, &length))
        return SIM_FAILED;
    return set(ctx, "+CIPSERVER", 0, digits, length);
}

/* ---- CASERVER, CAACK, CACFG, CASWITCH ------------------------------------------------------ */

/* "<type>",<port> of what listens. */
static int run_listen(struct sim_call *call)
{
    static const char *const types[] = {"TCP", "TCP6", "UDP", "UDP6"};
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    const char *type;
    size_t length;
    int32_t number, port;
    bool known = false;
    for (unsigned i = 0; i < CONNECTIONS && call->form == SIM_FORM_READ; i++) {
        if (get(ctx, "+CASERVER", i, "", value) == 0)
            continue;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CASERVER: ");
        sim_put_number(ctx, i);
        sim_put_text(ctx, ",");
        sim_put_text(ctx, value);
        sim_line_end(ctx);
    }
    if (call->form == SIM_FORM_READ)
        return SIM_DONE;
    if (sim_argument_count(call) != 3 ||
        !sim_argument_number(call, 0, 0, CONNECTIONS - 1, &number) ||
        !sim_argument_text(call, 1, &type, &length) ||
        !sim_argument_number(call, 2, 1, PORT_MAXIMUM, &port) || call->length > 30 ||
        ctx->sim->sockets.state[SIM_CIP_SOCKETS + number] != SIM_SOCKET_INITIAL)
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++)
        known = known || sim_same_word(types[i], type, length);
    if (!known)
        return SIM_CME_NOT_ALLOWED;
    bool up = sim_bearer_up(ctx);
    if (up && set(ctx, "+CASERVER", (unsigned)number, call->arguments + 2, call->length - 2))
        return SIM_CME_MEMORY_FULL;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CASERVER: ");
    sim_put_number(ctx, number);
    sim_put_text(ctx, up ? ",0" : ",21");
    sim_line_end(ctx);
    return SIM_DONE;
}

bool sim_secure_listens(const struct sim_context *ctx, unsigned connection)
{
    char value[SIM_STORED_VALUE];
    return get(ctx, "+CASERVER", connection, "", value) > 0;
}

void sim_secure_listen_end(struct sim_context *ctx, unsigned connection)
{
    set(ctx, "+CASERVER", connection, NULL, 0);
}

static int run_unacknowledged(struct sim_call *call)
{
    int32_t number;
    if (sim_argument_count(call) != 1 ||
        !sim_argument_number(call, 0, 0, CONNECTIONS - 1, &number) ||
        call->ctx->sim->sockets.state[SIM_CIP_SOCKETS + number] == SIM_SOCKET_INITIAL)
        return SIM_CME_NOT_ALLOWED;
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CAACK: ");
    put_acknowledged(call->ctx, (unsigned)(SIM_CIP_SOCKETS + number), false);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/*
 * Tags of CACFG, how they read, their ranges as AT7080 has them (AT106 tells none) and what they
 * are at first. `connection`: the first value is a connection.
 */
static const struct {
    const char *tag, *ranges, *initial;
    bool connection;
} options[] = {
    {"TRANSWAITTM", "(0-20)", "2", false},
    {"TRANSPKTSIZE", "(1-1460)", "1024", false},
    {"SACK", "(0,1)", "0", false},
    {"MSS", "(536-1460)", "1460", false},
    {"ACKDELAY", "(0-1000)", "200", false},
    {"TCPIRT", "(1000-60000)", "3000", false},
    {"MAXRXT", "(1-20)", "10", false},
    {"TCPOT", "(1000-65535)", "60000", false},
    {"KEEPALIVE", "(0,1),(1-7200),(1-600),(1-9)", "0", false},
    {"TCP_NODELAY", "(0,1)", "0", false},
    {"LINGER", "(0,1),(0-60000)", "0", false},
    {"SNDBUF", "(1024-65535)", "16384", false},
    {"RCVBUF", "(1024-65535)", "16384", false},
    {"ATOCLOSE", "(0,1),(0-65535)", "0", false},
    {"ACCEPTNUM", "(0-2)", "1", false},
    {"ASYNCOPEN", "(0,1)", "0", false},
    {"TIMEOUT", "(0,1),(0-65535)", "0,60", true},
    {"LOCALPORT", "(0,1),(0-65535)", "0,0", true},
    {"REMOTEADDR", "(0,1),<ipaddress>,(0-65535)", "", true},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static const char *option_key(unsigned option, char *key)
{
    static const char prefix[] = "+CACFG ";
    size_t length = strlen(options[option].tag);
    memcpy(key, prefix, sizeof prefix - 1);
    memcpy(key + sizeof prefix - 1, options[option].tag, length + 1);
    return key;
}

static void put_option(struct sim_context *ctx, unsigned option, const char *value)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CACFG: ");
    sim_put_quoted(ctx, options[option].tag);
    sim_put_text(ctx, ",");
    sim_put_text(ctx, value);
    sim_line_end(ctx);
}

/* "+TIMEOUT: 0,60": without quotes and under their own name, as the manual prints the first two
   and those of a connection (AT106 18.2.10). */
static void put_bare_option(struct sim_context *ctx, unsigned option, const char *value)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+");
    sim_put_text(ctx, options[option].tag);
    sim_put_text(ctx, ": ");
    sim_put_text(ctx, value);
    sim_line_end(ctx);
}

static int read_options(struct sim_context *ctx)
{
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    sim_line(ctx, "+CACFG:");
    for (unsigned i = 0; i < OPTIONS; i++) {
        bool is_set = sim_stored_get(ctx, option_key(i, key), SIM_NO_SAVE, value) > 0;
        const char *shown = is_set ? value : options[i].initial;
        if (shown[0] == '\0')
            continue;
        if (i < 2 || options[i].connection)
            put_bare_option(ctx, i, shown);
        else
            put_option(ctx, i, shown);
    }
    return SIM_DONE;
}

static int run_options(struct sim_call *call)
{
    char key[KEY_SIZE];
    const char *tag;
    size_t length;
    int32_t number;
    unsigned count = sim_argument_count(call);
    for (unsigned i = 0; i < OPTIONS && call->form == SIM_FORM_TEST; i++)
        put_option(call->ctx, i, options[i].ranges);
    if (call->form == SIM_FORM_TEST)
        return SIM_DONE;
    if (call->form == SIM_FORM_READ)
        return read_options(call->ctx);
    if (count < 2 || count > 5 || !sim_argument_text(call, 0, &tag, &length) ||
        !sim_argument_number(call, 1, 0, INT32_MAX, &number))
        return SIM_FAILED;
    const char *comma = memchr(call->arguments, ',', call->length);
    for (unsigned i = 0; i < OPTIONS; i++)
        if (sim_same_word(options[i].tag, tag, length)) {
            size_t size = call->length - (size_t)(comma + 1 - call->arguments);
            if (size > 64 || (options[i].connection && (count < 3 || number >= CONNECTIONS)))
                return SIM_FAILED;
            return sim_stored_set(call->ctx, option_key(i, key), SIM_NO_SAVE, comma + 1, size)
                       ? SIM_DONE
                       : SIM_CME_MEMORY_FULL;
        }
    return SIM_FAILED;
}

/* The transparent mode of CA* is not built: it is refused, whatever the connection is. */
static int run_switch(struct sim_call *call)
{
    int32_t number, mode;
    if (call->form == SIM_FORM_READ) {
        sim_line(call->ctx, "+CASWITCH: 0,0");
        return SIM_DONE;
    }
    if (sim_argument_count(call) != 2 ||
        !sim_argument_number(call, 0, 0, CONNECTIONS - 1, &number) ||
        !sim_argument_number(call, 1, 0, 1, &mode) || mode == 1)
        return SIM_FAILED;
    return SIM_DONE;
}

enum {
    ALL = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE,
    WRITE = SIM_FORM_TEST | SIM_FORM_WRITE
};

const struct sim_command sim_commands_ip[] = {
    {"+CLPORT", ALL, SIM_NO_SAVE, 'D', 0, "AT106 8.2.8", "local ports of CIP*", sim_test_runs,
     run_local_port, 101},
    {"+CIPUDPMODE", ALL, SIM_NO_SAVE, 'D', 0, "AT106 8.2.26", "extended mode of UDP", sim_test_runs,
     run_udp_mode, 101},
    {"+CIPACK", ACT | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 8.2.5",
     "what of the sent bytes has arrived", NULL, run_acknowledged, 101},
    {"+CIFSREX", ACT, SIM_NO_SAVE, 'D', 0, "AT106 8.2.12", "the address", NULL, run_address, 101},
    {"+CIPSERVER", ALL, SIM_NO_SAVE, 'D', 0, "AT106 8.2.19", "a server of CIP*",
     "+CIPSERVER: (0-CLOSE SERVER,1-OPEN SERVER),(1-65535)", run_server, 101},
    {"+CASERVER", ALL, SIM_NO_SAVE, 'D', 0, "AT106 18.2.4", "a server of CA*",
     "+CASERVER: (0,1),(\"TCP\",\"TCP6\",\"UDP\",\"UDP6\"),(1-65535)", run_listen, 106},
    {"+CAACK", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 18.2.7", "what of the sent bytes has arrived",
     "+CAACK: (0,1)", run_unacknowledged, 106},
    {"+CACFG", ALL, SIM_NO_SAVE, 'D', 0, "AT106 18.2.10", "parameters of CA*", sim_test_runs,
     run_options, 104},
    {"+CASWITCH", ALL, SIM_NO_SAVE, 'D', 0, "AT106 18.2.11", "transparent mode of CA*",
     "+CASWITCH: (0-1),(0,1)", run_switch, 104},
    {.name = NULL},
};
