/*
 * commands_sh.c - SH*: HTTP and HTTPS over the app network of CNACT (AT106 9.2.1 to 9.2.13; T07,
 * T17, T23). The transfer is the engine's.
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/profiles.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/net.h"

/* sim_web.sh_state */
enum { SH_OFF, SH_CONNECTING, SH_ON };

enum { BLOCK_BYTES = 2048, POLL_US = 5000, TIMEOUT_INITIAL_S = 60 };

static struct sim_web *web_of(const struct sim_context *ctx)
{
    return &ctx->sim->web;
}

/* ---- SHCONF, SHSSL, SHBOD ------------------------------------------------------------------ */

static const struct {
    const char *tag;
    uint8_t text;    /* enum sim_text */
    int16_t minimum; /* of a number; -1: a text */
    int16_t maximum; /* of the number, or of the text's length */
    const char *initial;
} tags[] = {
    {"URL", SIM_TEXT_SH_URL, -1, 64, ""},
    {"TIMEOUT", SIM_TEXT_SH_TIMEOUT, 30, 1800, "60"},
    {"BODYLEN", SIM_TEXT_SH_BODYLEN, 0, 1024, "0"},
    {"HEADERLEN", SIM_TEXT_SH_HEADERLEN, 0, 350, "0"},
    {"IPVER", SIM_TEXT_SH_IPVER, 0, 1, "0"},
};
enum { TAGS = sizeof tags / sizeof tags[0] };

static int read_configuration(struct sim_context *ctx)
{
    char value[SIM_TEXT_SIZE];
    sim_line(ctx, "+SHCONF:");
    for (unsigned i = 0; i < TAGS; i++) {
        size_t length = sim_text_get(ctx, (enum sim_text)tags[i].text, value, sizeof value);
        sim_line_begin(ctx);
        sim_put_text(ctx, tags[i].tag);
        sim_put_text(ctx, ": ");
        if (tags[i].minimum < 0)
            sim_put_quoted(ctx, value);
        else
            sim_put_text(ctx, length > 0 ? value : tags[i].initial);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static bool is_value(unsigned tag, const char *value, size_t length)
{
    int32_t number;
    if (tags[tag].minimum < 0)
        return length <= (size_t)tags[tag].maximum;
    return sim_number_of(value, length, tags[tag].maximum, &number) && number >= tags[tag].minimum;
}

static int run_configuration(struct sim_call *call)
{
    const char *tag, *value;
    size_t tag_length, length;
    if (call->form == SIM_FORM_READ)
        return read_configuration(call->ctx);
    if (sim_argument_count(call) != 2 || !sim_argument_text(call, 0, &tag, &tag_length) ||
        !sim_argument_text(call, 1, &value, &length))
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < TAGS; i++)
        if (sim_same_word(tags[i].tag, tag, tag_length)) {
            if (!is_value(i, value, length))
                return SIM_CME_NOT_ALLOWED;
            return sim_text_set(call->ctx, (enum sim_text)tags[i].text, value, length)
                       ? SIM_DONE
                       : SIM_CME_MEMORY_FULL;
        }
    return SIM_CME_NOT_ALLOWED;
}

static int run_tls(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *ca, *certificate = NULL;
    size_t ca_length, length = 0;
    int32_t index;
    char value[SIM_TEXT_SIZE];
    if (call->form == SIM_FORM_READ) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+SHSSL: ");
        sim_put_number(ctx, web_of(ctx)->sh_tls);
        sim_text_get(ctx, SIM_TEXT_SH_CA, value, sizeof value);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, value);
        sim_text_get(ctx, SIM_TEXT_SH_CERTIFICATE, value, sizeof value);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, value);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    unsigned count = sim_argument_count(call);
    if (count < 2 || count > 3 || !sim_argument_number(call, 0, 1, 6, &index) ||
        !sim_argument_text(call, 1, &ca, &ca_length) || ca_length > 64 ||
        (count == 3 && (!sim_argument_text(call, 2, &certificate, &length) || length > 64)))
        return SIM_CME_NOT_ALLOWED;
    web_of(ctx)->sh_tls = (uint8_t)index;
    return sim_text_set(ctx, SIM_TEXT_SH_CA, ca, ca_length) &&
                   sim_text_set(ctx, SIM_TEXT_SH_CERTIFICATE, certificate, length)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

/* SHBOD="<body>",<length>: the length is the body's own. */
static int run_body(struct sim_call *call)
{
    static const char name[] = SIM_SH_UPLOAD;
    struct sim_context *ctx = call->ctx;
    const char *text;
    size_t length;
    int32_t told = 0;
    if (web_of(ctx)->sh_state != SH_ON || sim_argument_count(call) != 2 ||
        !sim_argument_text(call, 0, &text, &length) ||
        !sim_argument_number(call, 1, 1, 1024, &told) || (size_t)told != length)
        return SIM_CME_NOT_ALLOWED;
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    return file != SIM_NO_FILE && sim_files_append(ctx, file, text, length) ? SIM_DONE
                                                                            : SIM_CME_MEMORY_FULL;
}

/* ---- SHAHEAD, SHCHEAD, SHPARA, SHCPARA ------------------------------------------------------ */

/* "name","value" is added to the headers, or to the parameters, that the next request carries; a
   name that is there already gets its new value. HEADERLEN and BODYLEN of SHCONF bound them. */
static int run_add(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    bool header = call->command->name[4] == 'H';
    enum sim_text id = header ? SIM_TEXT_SH_HEADERS : SIM_TEXT_SH_PARAMETERS;
    char all[SIM_TEXT_SIZE], value[SIM_TEXT_SIZE];
    const char *name, *content;
    size_t name_length, length, size = sim_text_get(ctx, id, all, sizeof all);
    int32_t limit = 0;
    sim_text_get(ctx, header ? SIM_TEXT_SH_HEADERLEN : SIM_TEXT_SH_BODYLEN, value, sizeof value);
    sim_number_of(value, strlen(value), 1024, &limit);
    if (web_of(ctx)->sh_state != SH_ON || sim_argument_count(call) != 2 ||
        !sim_argument_text(call, 0, &name, &name_length) || name_length == 0 ||
        !sim_argument_text(call, 1, &content, &length) ||
        size + name_length + length + 4 > (size_t)limit ||
        size + name_length + length + 4 >= sizeof all)
        return SIM_CME_NOT_ALLOWED;
    const char *between = header ? ": " : "=";
    memcpy(all + size, name, name_length);
    size += name_length;
    memcpy(all + size, between, strlen(between));
    size += strlen(between);
    memcpy(all + size, content, length);
    size += length;
    all[size++] = header ? '\n' : '&';
    return size < SIM_TEXT_SIZE && sim_text_set(ctx, id, all, size) ? SIM_DONE
                                                                    : SIM_CME_MEMORY_FULL;
}

static int run_clear(struct sim_call *call)
{
    bool header = call->command->name[4] == 'H';
    if (web_of(call->ctx)->sh_state != SH_ON)
        return SIM_CME_NOT_ALLOWED;
    sim_text_set(call->ctx, header ? SIM_TEXT_SH_HEADERS : SIM_TEXT_SH_PARAMETERS, NULL, 0);
    return SIM_DONE;
}

/* ---- SHCONN, SHSTATE, SHDISC --------------------------------------------------------------- */

static bool is_https(const char *url)
{
    return strncmp(url, "https:", 6) == 0;
}

static int run_connect(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char url[SIM_TEXT_SIZE];
    bool has_url = sim_text_get(ctx, SIM_TEXT_SH_URL, url, sizeof url) > 0;
    if (!has_url || !sim_bearer_up(ctx) || web_of(ctx)->sh_state != SH_OFF)
        return SIM_CME_NOT_ALLOWED;
    if (is_https(url) && sim_setting(ctx, SIM_SETTING_SH_HTTPS)) /* T05, LilyGo 486; T17 */
        return sim_setting(ctx, SIM_SETTING_SH_HTTPS) == 1 ? SIM_CME_NOT_ALLOWED : SIM_FAILED;
    if (sim_profile_has(ctx, SIM_TRAIT_NO_SH) ||
        (is_https(url) && sim_profile_has(ctx, SIM_TRAIT_NO_SHS)))
        return SIM_CME_NOT_ALLOWED;
    web_of(ctx)->sh_state = SH_CONNECTING;
    sim_timer_set(ctx, SIM_TIMER_SH, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_CONNECT_TIME));
    return SIM_PENDING;
}

static void on_connected(struct sim_context *ctx)
{
    bool good = sim_setting(ctx, SIM_SETTING_PEER) != SIM_PEER_REFUSE && sim_bearer_up(ctx);
    web_of(ctx)->sh_state = good ? SH_ON : SH_OFF;
    sim_finish(ctx, good ? SIM_DONE : SIM_FAILED);
}

static int run_state(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+SHSTATE: ");
    sim_put_number(call->ctx, web_of(call->ctx)->sh_state == SH_ON);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* OK without a connection, too (T23). */
static int run_disconnect(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    if (sim_download_busy(ctx, SIM_TRANSFER_SH))
        sim_download_stop(ctx);
    web_of(ctx)->sh_state = SH_OFF;
    web_of(ctx)->sh_left_bytes = 0;
    sim_hidden_delete(ctx, SIM_SH_UPLOAD);
    return SIM_DONE;
}

void sim_sh_lost(struct sim_context *ctx)
{
    if (web_of(ctx)->sh_state != SH_ON)
        return;
    web_of(ctx)->sh_state = SH_OFF;
    sim_urc(ctx, "+SHSTATE: 0"); /* T23 */
}

/* ---- SHREQ --------------------------------------------------------------------------------- */

static const uint8_t methods[] = {
    0, SIM_HTTP_GET, SIM_HTTP_PUT, SIM_HTTP_POST, SIM_HTTP_PATCH, SIM_HTTP_HEAD};

void sim_sh_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                  uint32_t length)
{
    static const char *const names[] = {
#define X(name, text) text,
        SIM_HTTP_METHODS(X)
#undef X
    };
    (void)transfer;
    if (code >= 600) {
        sim_sh_lost(ctx);
        return;
    }
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+SHREQ: ");
    sim_put_quoted(ctx, names[web_of(ctx)->sh_method]);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, code);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, length);
    sim_urc_end(ctx);
}

/* The whole URL, or a path behind that of SHCONF; without one it is that itself (T23). */
static bool join(struct sim_context *ctx, const char *path, size_t length, char *url,
                 size_t *ret_length)
{
    size_t base = 0;
    bool whole = length >= 7 && memcmp(path, "http", 4) == 0;
    if (!whole)
        base = sim_text_get(ctx, SIM_TEXT_SH_URL, url, SIM_DOWNLOAD_URL);
    if (!whole && base > 0 && length > 0 && url[base - 1] == '/' && path[0] == '/')
        base--;
    if (base + length >= SIM_DOWNLOAD_URL)
        return false;
    if (length > 0)
        memcpy(url + base, path, length);
    *ret_length = base + length;
    return true;
}

static uint16_t timeout_of(const struct sim_context *ctx)
{
    char value[SIM_TEXT_SIZE];
    int32_t seconds = TIMEOUT_INITIAL_S;
    size_t length = sim_text_get(ctx, SIM_TEXT_SH_TIMEOUT, value, sizeof value);
    sim_number_of(value, length, 1800, &seconds);
    return (uint16_t)seconds;
}

/* The parameters of SHPARA are the body of a request that SHBOD has given none. */
static bool take_parameters(struct sim_context *ctx)
{
    static const char name[] = SIM_SH_UPLOAD;
    char all[SIM_TEXT_SIZE];
    size_t size = sim_text_get(ctx, SIM_TEXT_SH_PARAMETERS, all, sizeof all);
    if (size == 0 || sim_hidden_find(ctx, name) != SIM_NO_FILE)
        return true;
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    return file != SIM_NO_FILE && sim_files_append(ctx, file, all, size - 1); /* the last '&' */
}

static int run_request(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char url[SIM_DOWNLOAD_URL];
    const char *path = NULL;
    size_t length = 0;
    int32_t method = 0;
    unsigned count = sim_argument_count(call);
    if (web_of(ctx)->sh_state != SH_ON || count < 1 || count > 2 ||
        (count == 2 && !sim_argument_text(call, 0, &path, &length)) ||
        !sim_argument_number(call, count - 1, 1, 5, &method) ||
        sim_download_busy(ctx, SIM_TRANSFER_SH) || !join(ctx, path, length, url, &length))
        return SIM_CME_NOT_ALLOWED;
    if (!take_parameters(ctx))
        return SIM_CME_MEMORY_FULL;
    web_of(ctx)->sh_method = methods[method];
    web_of(ctx)->sh_left_bytes = 0;
    const struct sim_download_order order = {.url = url,
                                             .url_length = length,
                                             .timeout_s = timeout_of(ctx),
                                             .attempts = 1,
                                             .transfer = SIM_TRANSFER_SH,
                                             .method = methods[method]};
    return sim_download_start(ctx, &order);
}

/* ---- SHREAD -------------------------------------------------------------------------------- */

static int run_read(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_web *web = web_of(ctx);
    uint32_t size = sim_hidden_size(ctx, SIM_SH_BODY);
    int32_t from = 0, wanted = 0;
    if (web->sh_state != SH_ON || web->sh_left_bytes > 0 || sim_argument_count(call) != 2 ||
        !sim_argument_number(call, 0, 0, INT32_MAX, &from) ||
        !sim_argument_number(call, 1, 1, INT32_MAX, &wanted) || (uint32_t)from >= size)
        return SIM_CME_NOT_ALLOWED;
    uint32_t left = size - (uint32_t)from;
    web->sh_from_bytes = (uint32_t)from;
    web->sh_left_bytes = left < (uint32_t)wanted ? left : (uint32_t)wanted;
    sim_timer_set(ctx, SIM_TIMER_SH, ctx->now_us);
    return SIM_DONE;
}

/* A block follows when the one before has been sent: the OK came first (T07). */
static void on_block(struct sim_context *ctx)
{
    struct sim_web *web = web_of(ctx);
    uint8_t file = sim_hidden_find(ctx, SIM_SH_BODY);
    uint32_t size = web->sh_left_bytes < BLOCK_BYTES ? web->sh_left_bytes : BLOCK_BYTES;
    const struct sim_port *port = &ctx->sim->port;
    if (file == SIM_NO_FILE) {
        web->sh_left_bytes = 0;
        return;
    }
    if (port->bulk_count == 0 && port->output_free == port->output_end) {
        sim_urc_begin(ctx);
        sim_put_text(ctx, SIM_BEFORE_BLOCK);
        sim_put_number(ctx, size);
        sim_urc_end(ctx);
        sim_put_file(ctx, file, web->sh_from_bytes, size);
        web->sh_from_bytes += size;
        web->sh_left_bytes -= size;
    }
    if (web->sh_left_bytes > 0)
        sim_timer_set(ctx, SIM_TIMER_SH, ctx->now_us + POLL_US);
}

void sim_on_sh(struct sim_context *ctx)
{
    if (web_of(ctx)->sh_state == SH_CONNECTING)
        on_connected(ctx);
    else if (web_of(ctx)->sh_left_bytes > 0)
        on_block(ctx);
}

enum { ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE, WRITE = SIM_FORM_TEST | SIM_FORM_WRITE };

/* CSSLCFG="sslversion",<context>,<version>, "sni",<context>,"<name>": kept for the context. */
static int set_context(struct sim_call *call)
{
    static const char *const words[] = {"SSLVERSION", "IGNORERTCTIME", "SNI"};
    static const char prefix[] = "+CSSLCFG ";
    char key[40];
    const char *word, *value;
    size_t word_length, length;
    int32_t context, number;
    if (sim_argument_count(call) != 3 || !sim_argument_text(call, 0, &word, &word_length) ||
        !sim_argument_number(call, 1, 0, 5, &context) ||
        !sim_argument_text(call, 2, &value, &length) || length == 0 || length > 64)
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        bool is_name = i == 2;
        if (!sim_same_word(words[i], word, word_length))
            continue;
        if (!is_name && !sim_number_of(value, length, i == 0 ? 4 : 1, &number))
            return SIM_CME_NOT_ALLOWED;
        memcpy(key, prefix, sizeof prefix - 1);
        key[sizeof prefix - 1] = (char)('0' + context);
        memcpy(key + sizeof prefix, words[i], strlen(words[i]) + 1);
        return sim_stored_set(call->ctx, key, SIM_NO_SAVE, value, length) ? SIM_DONE
                                                                          : SIM_CME_MEMORY_FULL;
    }
    return SIM_CME_NOT_ALLOWED;
}

/* CSSLCFG="convert",2,"ca.crt": a file of /customer/ becomes a certificate that TLS knows (T17). */
static int run_certificate(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *what, *name;
    size_t length, name_length;
    int32_t kind = 0;
    if (!sim_argument_text(call, 0, &what, &length) || !sim_same_word("CONVERT", what, length))
        return set_context(call);
    if (!sim_argument_number(call, 1, 1, 2, &kind) ||
        sim_argument_count(call) != (kind == 1 ? 4u : 3u))
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 2; i < sim_argument_count(call); i++)
        if (!sim_argument_text(call, i, &name, &name_length) ||
            sim_files_find(&ctx->sim->files, SIM_DIRECTORY_CUSTOMER, name, name_length) ==
                SIM_NO_FILE)
            return SIM_CME_NOT_ALLOWED;
    return SIM_DONE;
}

const struct sim_command sim_commands_sh[] = {
    {"+CSSLCFG", WRITE, SIM_NO_SAVE, 'O', 0, "T17, sim7000-storage 4.5, TinyGSM",
     "certificates and parameters of TLS",
     "+CSSLCFG: (\"convert\",\"sslversion\",\"ignorertctime\",\"sni\"),(0-5)", run_certificate,
     103},
    {"+SHCONF", WRITE | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "AT106 9.2.3", "parameters of SH",
     "+SHCONF: (\"URL\",\"TIMEOUT\",\"BODYLEN\",\"HEADERLEN\",\"IPVER\")", run_configuration, 103},
    {"+SHSSL", WRITE | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "AT106 9.2.1", "certificates of SH",
     "+SHSSL: (1-6),(0-64),(0-64)", run_tls, 103},
    {"+SHBOD", WRITE, SIM_NO_SAVE, 'S', 0, "AT7080", "body of a request", "+SHBOD: (1-1024)",
     run_body, 103},
    {"+SHAHEAD", WRITE, SIM_NO_SAVE, 'S', 0, "AT7080", "adds a header to the request",
     "+SHAHEAD: (1-64),(1-256)", run_add, 103},
    {"+SHCHEAD", ACT, SIM_NO_SAVE, 'S', 0, "AT7080", "clears the headers", NULL, run_clear, 103},
    {"+SHPARA", WRITE, SIM_NO_SAVE, 'S', 0, "AT7080", "adds a parameter to the body",
     "+SHPARA: (1-64),(1-256)", run_add, 103},
    {"+SHCPARA", ACT, SIM_NO_SAVE, 'S', 0, "AT7080", "clears the parameters", NULL, run_clear, 103},
    {"+SHCONN", ACT, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T17, T23", "connects to the server", NULL,
     run_connect, 103},
    {"+SHSTATE", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "AT106 9.2",
     "state of the connection", NULL, run_state, 103},
    {"+SHREQ", WRITE, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T07, T23", "sends a request",
     "+SHREQ: (0-255),(1-5)", run_request, 103},
    {"+SHREAD", WRITE, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T07", "reads the answer",
     "+SHREAD: (0-2147483647),(1-2147483647)", run_read, 103},
    {"+SHDISC", ACT, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T23", "ends the connection", NULL,
     run_disconnect, 103},
    {.name = NULL},
};
