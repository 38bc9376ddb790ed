/*
 * commands_tls.c - parameters of TLS: CSSLCFG, and what SH*, CA* and SM* take of them (AT106 9.2.1,
 * 17.2.1, 18.2.2). They are kept and checked; no connection is encrypted by them.
 */
#include <string.h>

#include "sim/services/net.h"
#include "sim/services/sockets.h"

enum { CONTEXTS = 6, KEY_SIZE = 40, NAME_MAXIMUM = 64, CIPHER_SLOTS = 8 };
enum { CONNECTIONS = SIM_SOCKETS - SIM_CIP_SOCKETS };

static bool is_file(const struct sim_context *ctx, const char *name, size_t length)
{
    return sim_files_find(&ctx->sim->files, SIM_DIRECTORY_CUSTOMER, name, length) != SIM_NO_FILE;
}

/* ---- CSSLCFG ------------------------------------------------------------------------------- */

/* Values of a context: X(tag as CSSLCFG prints it, minimum, maximum, at first); -1: a text. */
static const struct {
    const char *tag;
    int8_t minimum, maximum;
    const char *initial;
} values[] = {
    {"sslversion", 0, 5, "0"}, {"ciphersuite", -1, 0, "0"}, {"ignorertctime", 0, 1, "0"},
    {"protocol", 1, 2, "1"},   {"sni", -1, 0, ""},
};
enum { VALUES = sizeof values / sizeof values[0], VERSION = 0, CIPHER_SUITE = 1 };

static const uint16_t ciphers[] = {
    0x008a, 0x008b, 0x008c, 0x008d, 0x00a8, 0x00a9, 0x00ae, 0x00af, 0x002f, 0x0033, 0x0035,
    0x0039, 0x003c, 0x003d, 0x0067, 0x006b, 0x009c, 0x009d, 0x009e, 0x009f, 0xc004, 0xc005,
    0xc009, 0xc00a, 0xc00e, 0xc00f, 0xc013, 0xc014, 0xc023, 0xc024, 0xc025, 0xc026, 0xc027,
    0xc028, 0xc029, 0xc02a, 0xc02b, 0xc02c, 0xc02d, 0xc02e, 0xc02f, 0xc030, 0xc031, 0xc032,
    0xc09c, 0xc09d, 0xc09e, 0xc09f, 0xc0a0, 0xc0a1, 0xc0a2, 0xc0a3, 0xcc13, 0xcc14, 0xcc15};

/* The list of the test form (AT106 17.2.1): what it names, as it names it. */
static const char cipher_list[] =
    "0x008A,0x008B,0x008C,0x008D,0x00A8,0x00A9,0x00AE,0x00AF,0x002F,0x0033,0x0035,0x0039,"
    "0xC02A,0xC02B,0xC02C,0xC02D,0xC02E,0xC02F,0xC030,0xC031,0xC032,0xC09C,0xC09D,0xC09E,"
    "0xC09F,0xC0A0,0xC09F,0xC0A1,0xC0A2,0xC0A3,0xCC13,0xCC14,0xCC15";

/* "+CSSLCFG <context><tag>", of a cipher suite its place behind it. */
static const char *value_key(int32_t context, unsigned value, int32_t slot, char *key)
{
    static const char prefix[] = "+CSSLCFG ";
    size_t length = sizeof prefix - 1, size = strlen(values[value].tag);
    memcpy(key, prefix, length);
    key[length++] = (char)('0' + context);
    memcpy(key + length, values[value].tag, size);
    length += size;
    if (slot >= 0)
        key[length++] = (char)('0' + slot);
    key[length] = '\0';
    return key;
}

static bool is_cipher(const char *text, size_t length)
{
    uint32_t number = 0;
    if (length != 6 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
        return false;
    for (size_t i = 2; i < length; i++) {
        char c = text[i], letter = (char)(c | 0x20);
        bool digit = c >= '0' && c <= '9';
        if (!digit && (letter < 'a' || letter > 'f'))
            return false;
        number = number << 4 | (uint32_t)(digit ? c - '0' : letter - 'a' + 10);
    }
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
        if (ciphers[i] == number)
            return true;
    return false;
}

static int set_value(struct sim_call *call, unsigned value)
{
    char key[KEY_SIZE];
    const char *text;
    size_t length;
    int32_t context, number, slot = -1;
    bool cipher = value == CIPHER_SUITE;
    unsigned count = cipher ? 4 : 3;
    if (sim_argument_count(call) != count ||
        !sim_argument_number(call, 1, 0, CONTEXTS - 1, &context) ||
        (cipher && !sim_argument_number(call, 2, 0, CIPHER_SLOTS - 1, &slot)) ||
        !sim_argument_text(call, count - 1, &text, &length) || length == 0 ||
        length > NAME_MAXIMUM || (cipher && !is_cipher(text, length)) ||
        (values[value].minimum >= 0 &&
         !sim_argument_number(call, 2, values[value].minimum, values[value].maximum, &number)))
        return SIM_CME_NOT_ALLOWED;
    return sim_stored_set(call->ctx, value_key(context, value, slot, key), SIM_NO_SAVE, text,
                          length)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

/* "ctxindex",<context>: all of it in one line, of the cipher suites the first. */
static int show_context(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    int32_t context;
    if (sim_argument_count(call) != 2 || !sim_argument_number(call, 1, 0, CONTEXTS - 1, &context))
        return SIM_CME_NOT_ALLOWED;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CSSLCFG: ");
    sim_put_number(ctx, context);
    for (unsigned i = 0; i < VALUES; i++) {
        value_key(context, i, i == CIPHER_SUITE ? 0 : -1, key);
        bool is_set = sim_stored_get(ctx, key, SIM_NO_SAVE, value) > 0;
        sim_put_text(ctx, ",");
        if (i == VALUES - 1)
            sim_put_quoted(ctx, is_set ? value : values[i].initial);
        else
            sim_put_text(ctx, is_set ? value : values[i].initial);
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

/* "convert",<kind>,<name>[,<key>[,<password>]]: files of /customer/ become what TLS knows (T17). */
static int convert(struct sim_call *call)
{
    const char *name;
    size_t length;
    int32_t kind = 0;
    unsigned count = sim_argument_count(call);
    if (!sim_argument_number(call, 1, 1, 3, &kind) || count < 3 || count > (kind == 1 ? 5u : 3u))
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 2; i < count && i < 4; i++)
        if (!sim_argument_text(call, i, &name, &length) || !is_file(call->ctx, name, length))
            return SIM_CME_NOT_ALLOWED;
    return SIM_DONE;
}

static int list_ranges(struct sim_context *ctx)
{
    static const char *const lines[] = {
        "+CSSLCFG: \"sslversion\",(0-5),(0-5)",
        NULL,
        "+CSSLCFG: \"ignorertctime\",(0-5),(0-1)",
        "+CSSLCFG: \"protocol\",(0-5),(1-2)",
        "+CSSLCFG: \"sni\",(0-5),<servername>",
        "+CSSLCFG: \"ctxindex\",(0-5)",
        "+CSSLCFG: \"convert\",(1-3),(<cname>,[<keyname>[,<passkey>]])"};
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        sim_line_begin(ctx);
        sim_put_text(ctx, lines[i] ? lines[i] : "+CSSLCFG: \"ciphersuite\",(0-5),(0-7),(");
        sim_put_text(ctx, lines[i] ? "" : cipher_list);
        sim_put_text(ctx, lines[i] ? "" : ")");
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* Says to web.tls_order which of the two was given, if it was taken. */
static int note(struct sim_call *call, enum sim_tls_order given, int result)
{
    uint8_t *order = &call->ctx->sim->web.tls_order;
    if (result != SIM_DONE || *order == given)
        return result;
    bool is_version = given == SIM_TLS_VERSION;
    if (*order == SIM_TLS_NOTHING)
        *order = (uint8_t)given;
    else
        *order = is_version ? SIM_TLS_CONVERT_FIRST : SIM_TLS_VERSION_FIRST;
    return result;
}

uint16_t sim_tls_code(const struct sim_context *ctx, const char *url, uint16_t otherwise)
{
    static const uint8_t wanted[] = {0, SIM_TLS_VERSION_FIRST, SIM_TLS_CONVERT_FIRST};
    int32_t rule = sim_setting(ctx, SIM_SETTING_HTTPS_ORDER);
    uint8_t given = ctx->sim->web.tls_order;
    if (rule == 0 || strncmp(url, "https:", 6) != 0 || given == wanted[rule])
        return otherwise;
    return given < SIM_TLS_VERSION_FIRST ? 709 : 706;
}

static int run_context(struct sim_call *call)
{
    const char *tag;
    size_t length;
    if (call->form == SIM_FORM_TEST)
        return list_ranges(call->ctx);
    if (call->form == SIM_FORM_READ)
        return SIM_DONE; /* nothing but OK */
    if (!sim_argument_text(call, 0, &tag, &length))
        return SIM_CME_NOT_ALLOWED;
    if (sim_same_word("CONVERT", tag, length))
        return note(call, SIM_TLS_CONVERT, convert(call));
    if (sim_same_word("CTXINDEX", tag, length))
        return show_context(call);
    for (unsigned i = 0; i < VALUES; i++)
        if (sim_same_word(values[i].tag, tag, length))
            return i == VERSION ? note(call, SIM_TLS_VERSION, set_value(call, i))
                                : set_value(call, i);
    return SIM_CME_NOT_ALLOWED;
}

/* ---- CASSLCFG ------------------------------------------------------------------------------ */

/* Tags in the order in which they read; maximum -1: the name of a file of /customer/. */
static const struct {
    const char *tag, *range, *initial;
    int32_t maximum;
} options[] = {
    {"cacert", "<caname>", "", -1},
    {"clientcert", "<certname>", "", -1},
    {"psktable", "<pskname>", "", -1},
    {"timeout", "(0-65535)", "0", 65535},
    {"ssl", "(0,1)", "0", 1},
    {"crindex", "(0,5)", "0", 5},
    {"localport", "(0-65536)", "0", 65535},
    {"protocol", "(0,1)", "0", 1},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static const char *option_key(int32_t connection, unsigned option, char *key)
{
    static const char prefix[] = "+CASSLCFG ";
    memcpy(key, prefix, sizeof prefix - 1);
    key[sizeof prefix - 1] = (char)('0' + connection);
    memcpy(key + sizeof prefix, options[option].tag, strlen(options[option].tag) + 1);
    return key;
}

/* Without a CACID there is nothing to show (AT106 18.2.2). */
static int read_options(struct sim_context *ctx)
{
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    if (sim_stored_get(ctx, "+CACID", SIM_NO_SAVE, value) == 0)
        return SIM_DONE;
    int32_t connection = value[0] - '0';
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CASSLCFG: ");
    sim_put_number(ctx, connection);
    sim_line_end(ctx);
    for (unsigned i = 0; i < OPTIONS; i++) {
        bool is_set = sim_stored_get(ctx, option_key(connection, i, key), SIM_NO_SAVE, value) > 0;
        sim_line_begin(ctx);
        sim_put_text(ctx, options[i].tag);
        sim_put_text(ctx, ": ");
        sim_put_text(ctx, is_set ? value : options[i].initial);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static int test_options(struct sim_context *ctx)
{
    for (unsigned i = 0; i < OPTIONS; i++) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CASSLCFG: (0-1),");
        sim_put_quoted(ctx, options[i].tag);
        sim_put_text(ctx, ",");
        sim_put_text(ctx, options[i].range);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static int run_options(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char key[KEY_SIZE];
    const char *tag, *value;
    size_t tag_length, length;
    int32_t connection, number;
    if (call->form == SIM_FORM_TEST)
        return test_options(ctx);
    if (call->form == SIM_FORM_READ)
        return read_options(ctx);
    if (sim_argument_count(call) != 3 ||
        !sim_argument_number(call, 0, 0, CONNECTIONS - 1, &connection) ||
        !sim_argument_text(call, 1, &tag, &tag_length) ||
        !sim_argument_text(call, 2, &value, &length) || length == 0 || length > NAME_MAXIMUM)
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < OPTIONS; i++) {
        if (!sim_same_word(options[i].tag, tag, tag_length))
            continue;
        if (options[i].maximum < 0 ? !is_file(ctx, value, length)
                                   : !sim_argument_number(call, 2, 0, options[i].maximum, &number))
            return SIM_CME_NOT_ALLOWED;
        return sim_stored_set(ctx, option_key(connection, i, key), SIM_NO_SAVE, value, length)
                   ? SIM_DONE
                   : SIM_CME_MEMORY_FULL;
    }
    return SIM_CME_NOT_ALLOWED;
}

bool sim_secure_is_udp(const struct sim_context *ctx, unsigned connection)
{
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    option_key((int32_t)connection, OPTIONS - 1, key);
    return sim_stored_get(ctx, key, SIM_NO_SAVE, value) > 0 && value[0] == '1';
}

/* ---- CACID --------------------------------------------------------------------------------- */

int sim_run_connection_number(struct sim_call *call)
{
    char value[SIM_STORED_VALUE];
    if (call->form == SIM_FORM_READ && sim_stored_get(call->ctx, "+CACID", SIM_NO_SAVE, value) == 0)
        return SIM_DONE;
    return sim_run_stored(call);
}

/* ---- SHSSL, SMSSL -------------------------------------------------------------------------- */

/* <index>,<ca list>[,<certificate>]: both names may be empty. */
static int run_certificates(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    const char *ca, *certificate = "";
    size_t ca_length, length = 0;
    int32_t index;
    unsigned count = sim_argument_count(call);
    enum sim_saving saving = (enum sim_saving)call->command->saving;
    if (call->form == SIM_FORM_READ) {
        bool is_set = sim_stored_get(ctx, call->command->name, saving, value) > 0;
        sim_line_begin(ctx);
        sim_put_text(ctx, call->command->name);
        sim_put_text(ctx, ": ");
        sim_put_text(ctx, is_set ? value : "0,\"\",\"\"");
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (count < 2 || count > 3 || !sim_argument_number(call, 0, 0, CONTEXTS - 1, &index) ||
        !sim_argument_text(call, 1, &ca, &ca_length) || ca_length > NAME_MAXIMUM ||
        (count == 3 &&
         (!sim_argument_text(call, 2, &certificate, &length) || length > NAME_MAXIMUM)))
        return SIM_CME_NOT_ALLOWED;
    size_t size = 0;
    value[size++] = (char)('0' + index);
    value[size++] = ',';
    value[size++] = '"';
    memcpy(value + size, ca, ca_length);
    size += ca_length;
    memcpy(value + size, "\",\"", 3);
    size += 3;
    memcpy(value + size, certificate, length);
    size += length;
    value[size++] = '"';
    if (sim_stored_set(ctx, call->command->name, saving, value, size))
        return SIM_DONE;
    return sim_power_is_up(ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
}

enum { ALL = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE };

const struct sim_command sim_commands_tls[] = {
    {"+CSSLCFG", ALL, SIM_NO_SAVE, 'D', 0, "AT106 17.2.1, T17",
     "certificates and parameters of TLS", sim_test_runs, run_context, 103},
    {"+CASSLCFG", ALL, SIM_NO_SAVE, 'D', 0, "AT106 18.2.2", "TLS of a connection of CA*",
     sim_test_runs, run_options, 103},
    {"+SHSSL", ALL, SIM_AUTO_SAVE, 'D', 0, "AT106 9.2.1", "certificates of SH",
     "+SHSSL: (0-5),\"calist\",\"certname\"", run_certificates, 103},
    {"+SMSSL", ALL, SIM_NO_SAVE, 'S', 0, "AT7080", "certificates of MQTT",
     "+SMSSL: (0-5),\"calist\",\"certname\"", run_certificates, 103},
    {.name = NULL},
};
