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

enum {
    BLOCK_BYTES = 2048,
    POLL_US = 5000,
    TIMEOUT_INITIAL_S = 60,
    BODY_MAXIMUM = 1024,
    READ_MAXIMUM = 306176
};

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
    char value[SIM_STORED_VALUE];
    for (unsigned i = 0; i < TAGS; i++) {
        size_t length = sim_text_get(ctx, (enum sim_text)tags[i].text, value, sizeof value);
        sim_line_begin(ctx);
        sim_put_text(ctx, "+SHCONF: ");
        sim_put_quoted(ctx, tags[i].tag);
        sim_put_text(ctx, ",");
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
            if (sim_text_set(call->ctx, (enum sim_text)tags[i].text, value, length))
                return SIM_DONE;
            return sim_power_is_up(call->ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
        }
    return SIM_CME_NOT_ALLOWED;
}

static int set_body(struct sim_context *ctx, const char *text, size_t length)
{
    static const char name[] = SIM_SH_UPLOAD;
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    return file != SIM_NO_FILE && sim_files_append(ctx, file, text, length) ? SIM_DONE
                                                                            : SIM_CME_MEMORY_FULL;
}

/* "<name>: "<body>",<length>" */
static int read_body(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char body[BODY_MAXIMUM];
    uint8_t file = sim_hidden_find(ctx, SIM_SH_UPLOAD);
    size_t length = 0;
    if (file != SIM_NO_FILE)
        length = sim_files_read(&ctx->sim->files, ctx->host, file, 0, body, sizeof body);
    sim_line_begin(ctx);
    sim_put_text(ctx, call->command->name);
    sim_put_text(ctx, ": \"");
    sim_put_bytes(ctx, body, length);
    sim_put_text(ctx, "\",");
    sim_put_number(ctx, (int64_t)length);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* Longest body that BODYLEN allows. */
static int32_t body_limit(const struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    int32_t limit = 0;
    sim_text_get(ctx, SIM_TEXT_SH_BODYLEN, value, sizeof value);
    sim_number_of(value, strlen(value), BODY_MAXIMUM, &limit);
    return limit;
}

/* "{\"a\":1}",7: what stands between the first quote and the last; a backslash takes the quote or
   backslash behind it as it is. False: it is no text with a number behind it. */
static bool split_body(const struct sim_call *call, char *body, size_t *ret_length,
                       int32_t *ret_told)
{
    const char *text = call->arguments;
    size_t end = call->length;
    while (end > 0 && text[end - 1] != ',')
        end--;
    if (end < 3 || text[0] != '"' || text[end - 2] != '"' ||
        !sim_number_of(text + end, call->length - end, BODY_MAXIMUM, ret_told))
        return false;
    *ret_length = 0;
    for (size_t i = 1; i < end - 2; i++) {
        bool escapes =
            text[i] == '\\' && i + 1 < end - 2 && (text[i + 1] == '"' || text[i + 1] == '\\');
        i += escapes;
        body[(*ret_length)++] = text[i];
    }
    return true;
}

/* SHBOD="<body>",<length>: the length is the body's own, without the backslashes. */
static int run_body(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char body[SIM_LINE_SIZE + 1];
    const char *text;
    size_t length;
    int32_t told = 0;
    if (call->form == SIM_FORM_READ)
        return read_body(call);
    if (web_of(ctx)->sh_state != SH_ON)
        return SIM_CME_NOT_ALLOWED;
    if (!split_body(call, body, &length, &told)) {
        if (sim_argument_count(call) != 2 || !sim_argument_text(call, 0, &text, &length) ||
            !sim_argument_number(call, 1, 1, BODY_MAXIMUM, &told))
            return SIM_CME_NOT_ALLOWED;
        memcpy(body, text, length);
    }
    if (told == 0 || (size_t)told != length)
        return SIM_CME_NOT_ALLOWED;
    return set_body(ctx, body, length);
}

/* SHBODEXT=<length>,<timeout>: the prompt >, then the bytes; ESC or the time give it up. */
static int run_long_body(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t length, timeout_ms;
    if (call->form == SIM_FORM_READ)
        return read_body(call);
    if (call->form == SIM_FORM_TEST) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+SHBODEXT: (1-");
        sim_put_number(ctx, body_limit(ctx) > 0 ? body_limit(ctx) : BODY_MAXIMUM);
        sim_put_text(ctx, "),(100-10000)");
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (web_of(ctx)->sh_state != SH_ON || sim_argument_count(call) != 2 ||
        !sim_argument_number(call, 0, 1, body_limit(ctx), &length) ||
        !sim_argument_number(call, 1, 100, 10000, &timeout_ms))
        return SIM_CME_NOT_ALLOWED;
    sim_hidden_delete(ctx, SIM_SH_UPLOAD);
    sim_data_begin(ctx, SIM_PROMPT_BODY, SIM_TAKER_SH, (uint32_t)length, (uint32_t)timeout_ms);
    return SIM_PENDING;
}

int sim_sh_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    static const char name[] = SIM_SH_UPLOAD;
    uint8_t file = sim_hidden_find(ctx, name);
    if (!bytes) { /* the time is over: what came is the body, if anything did */
        return file == SIM_NO_FILE ? SIM_FAILED : SIM_DONE;
    }
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    if (file == SIM_NO_FILE || !sim_files_append(ctx, file, bytes, size))
        return SIM_CME_MEMORY_FULL;
    return complete ? SIM_DONE : SIM_PENDING;
}

/* ---- SHAHEAD, SHCHEAD, SHPARA, SHCPARA ------------------------------------------------------ */

/* A line for each that was added: <name>,"<name>","<value>". */
static int read_added(struct sim_call *call, enum sim_text id, const char *between)
{
    struct sim_context *ctx = call->ctx;
    char all[SIM_STORED_VALUE];
    size_t size = sim_text_get(ctx, id, all, sizeof all), gap = strlen(between);
    for (size_t at = 0; at < size;) {
        const char *value = strstr(all + at, between);
        size_t end = at + strcspn(all + at, gap == 2 ? "\n" : "&");
        if (!value)
            break;
        sim_line_begin(ctx);
        sim_put_text(ctx, call->command->name);
        sim_put_text(ctx, ": \"");
        sim_put_bytes(ctx, all + at, (size_t)(value - (all + at)));
        sim_put_text(ctx, "\",\"");
        sim_put_bytes(ctx, value + gap, end - (size_t)(value - all) - gap);
        sim_put_text(ctx, "\"");
        sim_line_end(ctx);
        at = end + 1;
    }
    return SIM_DONE;
}

/* "name","value" is added to the headers, or to the parameters, that the next request carries; a
   name that is there already gets its new value. HEADERLEN and BODYLEN of SHCONF bound them. */
static int run_add(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    bool header = call->command->name[4] == 'H';
    enum sim_text id = header ? SIM_TEXT_SH_HEADERS : SIM_TEXT_SH_PARAMETERS;
    char all[SIM_STORED_VALUE], value[SIM_STORED_VALUE];
    const char *name, *content;
    size_t name_length, length, size = sim_text_get(ctx, id, all, sizeof all);
    int32_t limit = 0;
    if (call->form == SIM_FORM_READ)
        return read_added(call, id, header ? ": " : "=");
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
    if (size < SIM_STORED_VALUE && sim_text_set(ctx, id, all, size))
        return SIM_DONE;
    return sim_power_is_up(ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
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
    char url[SIM_STORED_VALUE];
    bool has_url = sim_text_get(ctx, SIM_TEXT_SH_URL, url, sizeof url) > 0;
    if (!has_url || !sim_bearer_up(ctx) || web_of(ctx)->sh_state != SH_OFF)
        return SIM_CME_NOT_ALLOWED;
    if (is_https(url) && sim_setting(ctx, SIM_SETTING_SH_HTTPS)) /* T05, LilyGo 486; T17 */
        return sim_setting(ctx, SIM_SETTING_SH_HTTPS) == 1 ? SIM_CME_NOT_ALLOWED : SIM_FAILED;
    if (sim_profile_has(ctx, SIM_TRAIT_NO_SH) ||
        (is_https(url) && sim_profile_has(ctx, SIM_TRAIT_NO_SHS)))
        return SIM_CME_NOT_ALLOWED;
    if (sim_download_was_tofs(ctx) && sim_setting(ctx, SIM_SETTING_SH_AFTER_TOFS))
        return SIM_FAILED;
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

static void lost(struct sim_context *ctx)
{
    if (web_of(ctx)->sh_state != SH_ON)
        return;
    web_of(ctx)->sh_state = SH_OFF;
    sim_urc(ctx, "+SHSTATE: 0"); /* T23 */
}

bool sim_sh_lost(struct sim_context *ctx, enum sim_loss loss)
{
    bool had_any = loss == SIM_LOST_BEARER && !sim_bearer_up(ctx) && web_of(ctx)->sh_state == SH_ON;
    if (had_any)
        lost(ctx);
    return had_any;
}

void sim_sh_reset(struct sim_context *ctx, enum sim_reset reset)
{
    struct sim_web *web = web_of(ctx);
    (void)reset;
    web->sh_from_bytes = web->sh_left_bytes = 0;
    web->sh_state = web->sh_method = 0;
    sim_hidden_delete(ctx, SIM_SH_BODY);
    sim_hidden_delete(ctx, SIM_SH_UPLOAD);
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
        lost(ctx);
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
    char value[SIM_STORED_VALUE];
    int32_t seconds = TIMEOUT_INITIAL_S;
    size_t length = sim_text_get(ctx, SIM_TEXT_SH_TIMEOUT, value, sizeof value);
    sim_number_of(value, length, 1800, &seconds);
    return (uint16_t)seconds;
}

/* The parameters of SHPARA are the body of a request that SHBOD has given none. */
static bool take_parameters(struct sim_context *ctx)
{
    static const char name[] = SIM_SH_UPLOAD;
    char all[SIM_STORED_VALUE];
    size_t size = sim_text_get(ctx, SIM_TEXT_SH_PARAMETERS, all, sizeof all);
    if (size == 0 || sim_hidden_find(ctx, name) != SIM_NO_FILE)
        return true;
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    return file != SIM_NO_FILE && sim_files_append(ctx, file, all, size - 1); /* the last '&' */
}

/* "<url>",<type> of the last request; what is longer than a value can be is not kept. */
static void keep_request(struct sim_call *call, const char *path, size_t length, int32_t method)
{
    char value[SIM_STORED_VALUE];
    size_t size = 0;
    if (length + 5 >= sizeof value)
        return;
    value[size++] = '"';
    if (length > 0)
        memcpy(value + size, path, length);
    size += length;
    value[size++] = '"';
    value[size++] = ',';
    value[size++] = (char)('0' + method);
    sim_stored_set(call->ctx, call->command->name, SIM_NO_SAVE, value, size);
}

static int read_request(struct sim_call *call)
{
    char value[SIM_STORED_VALUE];
    bool any = sim_stored_get(call->ctx, call->command->name, SIM_NO_SAVE, value) > 0;
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+SHREQ: ");
    sim_put_text(call->ctx, any ? value : "\"\",0");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_request(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    if (call->form == SIM_FORM_READ)
        return read_request(call);
    char url[SIM_DOWNLOAD_URL];
    const char *path = NULL;
    size_t path_length = 0, length = 0;
    int32_t method = 0;
    unsigned count = sim_argument_count(call);
    if (web_of(ctx)->sh_state != SH_ON || count < 1 || count > 2 ||
        (count == 2 && !sim_argument_text(call, 0, &path, &path_length)) ||
        !sim_argument_number(call, count - 1, 1, 5, &method) ||
        sim_download_busy(ctx, SIM_TRANSFER_SH) || !join(ctx, path, path_length, url, &length))
        return SIM_CME_NOT_ALLOWED;
    if (!take_parameters(ctx))
        return SIM_CME_MEMORY_FULL;
    keep_request(call, path, path_length, method);
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
        !sim_argument_number(call, 0, 0, READ_MAXIMUM, &from) ||
        !sim_argument_number(call, 1, 1, READ_MAXIMUM, &wanted) || (uint32_t)from > size ||
        (uint32_t)wanted > size - (uint32_t)from)
        return SIM_CME_NOT_ALLOWED; /* more than has come is an error (AT106 9.2.12) */
    web->sh_from_bytes = (uint32_t)from;
    web->sh_left_bytes = (uint32_t)wanted;
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

enum {
    ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE,
    WRITE = SIM_FORM_TEST | SIM_FORM_WRITE,
    ALL = WRITE | SIM_FORM_READ
};

const struct sim_command sim_commands_sh[] = {
    {"+SHCONF", ALL, SIM_AUTO_SAVE, 'D', 0, "AT106 9.2.2", "parameters of SH",
     "+SHCONF: \"HTTPParamTag\",\"HTTPParamValue\"", run_configuration, 103},
    {"+SHBOD", ALL, SIM_NO_SAVE, 'D', 0, "AT106 9.2.4", "body of a request",
     "+SHBOD: \"body\",<bodylen>", run_body, 103},
    {"+SHBODEXT", ALL, SIM_NO_SAVE, 'D', 0, "AT106 9.2.5", "a longer body", sim_test_runs,
     run_long_body, 106},
    {"+SHAHEAD", ALL, SIM_AUTO_SAVE, 'D', 0, "AT106 9.2.6", "adds a header to the request",
     "+SHAHEAD: \"type\",\"value\"", run_add, 103},
    {"+SHCHEAD", ACT, SIM_NO_SAVE, 'D', 0, "AT106 9.2.7", "clears the headers", NULL, run_clear,
     103},
    {"+SHPARA", ALL, SIM_AUTO_SAVE, 'D', 0, "AT106 9.2.8", "adds a parameter to the body",
     "+SHPARA: \"key\",\"value\"", run_add, 103},
    {"+SHCPARA", ACT, SIM_NO_SAVE, 'D', 0, "AT106 9.2.9", "clears the parameters", NULL, run_clear,
     103},
    {"+SHCONN", ACT, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T17, T23", "connects to the server", NULL,
     run_connect, 103},
    {"+SHSTATE", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "AT106 9.2",
     "state of the connection", NULL, run_state, 103},
    {"+SHREQ", ALL, SIM_NO_SAVE, 'O', 0, "AT106 9.2.11, T07, T23", "sends a request",
     "+SHREQ: url,(1-5)", run_request, 103},
    {"+SHREAD", WRITE, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T07", "reads the answer",
     "+SHREAD: (0-306176),(1-306176)", run_read, 103},
    {"+SHDISC", ACT, SIM_NO_SAVE, 'O', 0, "AT106 9.2, T23", "ends the connection", NULL,
     run_disconnect, 103},
    {.name = NULL},
};
