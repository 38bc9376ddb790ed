/*
 * commands_http.c - HTTP* over a SAPBR bearer (HTTP101; T04, T05). The transfer is the engine's.
 */
#include <string.h>

#include "sim/knowledge/profiles.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/net.h"

enum {
    TIMEOUT_S = 120,       /* HTTP101: of a server that is silent */
    BODY_MAXIMUM = 319488, /* HTTPDATA and HTTPACTION (HTTP101) */
    DATA_MINIMUM_MS = 1000,
    DATA_MAXIMUM_MS = 120000
};

static struct sim_web *web_of(const struct sim_context *ctx)
{
    return &ctx->sim->web;
}

/* ---- HTTPINIT, HTTPTERM -------------------------------------------------------------------- */

static const struct {
    const char *tag;
    uint8_t text; /* enum sim_text */
    bool number;
} tags[] = {
    {"CID", SIM_TEXT_HTTP_CID, true},         {"URL", SIM_TEXT_HTTP_URL, false},
    {"UA", SIM_TEXT_HTTP_AGENT, false},       {"PROIP", SIM_TEXT_HTTP_PROXY, false},
    {"PROPORT", SIM_TEXT_HTTP_PORT, true},    {"REDIR", SIM_TEXT_HTTP_REDIRECT, true},
    {"BREAK", SIM_TEXT_HTTP_BREAK, true},     {"CONTENT", SIM_TEXT_HTTP_CONTENT, false},
    {"TIMEOUT", SIM_TEXT_HTTP_TIMEOUT, true}, {"USERDATA", SIM_TEXT_HTTP_DATA, false},
};
enum { TAGS = sizeof tags / sizeof tags[0] };

static void forget(struct sim_context *ctx)
{
    for (unsigned i = 0; i < TAGS; i++)
        sim_text_set(ctx, (enum sim_text)tags[i].text, NULL, 0);
    sim_hidden_delete(ctx, SIM_HTTP_BODY);
    sim_hidden_delete(ctx, SIM_HTTP_UPLOAD);
}

static int run_init(struct sim_call *call)
{
    struct sim_web *web = web_of(call->ctx);
    if (web->http_open)
        return SIM_CME_NOT_ALLOWED;
    web->http_open = 1;
    return SIM_DONE;
}

static int run_term(struct sim_call *call)
{
    struct sim_web *web = web_of(call->ctx);
    if (!web->http_open)
        return SIM_CME_NOT_ALLOWED; /* T04 */
    if (sim_download_busy(call->ctx, SIM_TRANSFER_HTTP))
        sim_download_stop(call->ctx);
    web->http_open = 0;
    forget(call->ctx);
    return SIM_DONE;
}

/* ---- HTTPPARA ------------------------------------------------------------------------------ */

static int read_parameters(struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    sim_line(ctx, "+HTTPPARA:");
    for (unsigned i = 0; i < TAGS; i++) {
        sim_text_get(ctx, (enum sim_text)tags[i].text, value, sizeof value);
        sim_line_begin(ctx);
        sim_put_text(ctx, tags[i].tag);
        sim_put_text(ctx, ": ");
        sim_put_text(ctx, value);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static int run_parameter(struct sim_call *call)
{
    const char *tag, *value;
    size_t tag_length, length;
    int32_t number;
    if (call->form == SIM_FORM_READ)
        return read_parameters(call->ctx);
    if (!web_of(call->ctx)->http_open)
        return SIM_CME_NOT_ALLOWED;
    if (sim_argument_count(call) != 2 || !sim_argument_text(call, 0, &tag, &tag_length) ||
        !sim_argument_text(call, 1, &value, &length))
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < TAGS; i++) {
        if (!sim_same_word(tags[i].tag, tag, tag_length))
            continue;
        if (tags[i].number && !sim_number_of(value, length, INT32_MAX, &number))
            return SIM_CME_NOT_ALLOWED;
        return sim_text_set(call->ctx, (enum sim_text)tags[i].text, value, length)
                   ? SIM_DONE
                   : SIM_CME_MEMORY_FULL;
    }
    return SIM_CME_NOT_ALLOWED;
}

/* ---- HTTPDATA ------------------------------------------------------------------------------ */

static int run_data(struct sim_call *call)
{
    int32_t size = 0, timeout_ms = 0;
    if (!web_of(call->ctx)->http_open || sim_argument_count(call) != 2 ||
        !sim_argument_number(call, 0, 0, BODY_MAXIMUM, &size) ||
        !sim_argument_number(call, 1, DATA_MINIMUM_MS, DATA_MAXIMUM_MS, &timeout_ms))
        return SIM_CME_NOT_ALLOWED;
    sim_hidden_delete(call->ctx, SIM_HTTP_UPLOAD);
    if (size == 0)
        return SIM_DONE;
    web_of(call->ctx)->upload_failed = 0;
    sim_data_begin(call->ctx, SIM_PROMPT_DOWNLOAD, SIM_TAKER_HTTP, (uint32_t)size,
                   (uint32_t)timeout_ms);
    return SIM_PENDING;
}

/* What came in time counts (HTTP101): the time is over with OK as well. */
int sim_http_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    static const char name[] = SIM_HTTP_UPLOAD;
    struct sim_web *web = web_of(ctx);
    uint8_t file = sim_hidden_find(ctx, name);
    if (bytes && size > 0 && !web->upload_failed) {
        if (file == SIM_NO_FILE)
            file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
        web->upload_failed = file == SIM_NO_FILE || !sim_files_append(ctx, file, bytes, size);
    }
    if (bytes && !complete)
        return SIM_PENDING;
    return web->upload_failed ? SIM_CME_MEMORY_FULL : SIM_DONE;
}

/* ---- HTTPACTION ---------------------------------------------------------------------------- */

/* HTTPACTION's number of each method. */
static const uint8_t methods[] = {SIM_HTTP_GET, SIM_HTTP_POST, SIM_HTTP_HEAD};

static unsigned number_of(uint8_t method)
{
    unsigned number = 0;
    while (number < sizeof methods - 1 && methods[number] != method)
        number++;
    return number;
}

bool sim_http_network(const struct sim_context *ctx)
{
    bool both = sim_setting(ctx, SIM_SETTING_HTTP_BEARER) != 0;
    return sim_sapbr_up(ctx) && (!both || sim_bearer_up(ctx));
}

void sim_http_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                    uint32_t length)
{
    (void)transfer;
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+HTTPACTION: ");
    sim_put_number(ctx, number_of(web_of(ctx)->http_method));
    sim_put_text(ctx, ",");
    sim_put_number(ctx, code);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, length);
    sim_urc_end(ctx);
}

size_t sim_web_url(const char *scheme, const char *url, char *buffer)
{
    size_t length = strlen(url);
    size_t prefix = strstr(url, "://") ? 0 : strlen(scheme);
    if (prefix + length >= SIM_DOWNLOAD_URL)
        return 0;
    memcpy(buffer, scheme, prefix);
    memcpy(buffer + prefix, url, length + 1);
    return prefix + length;
}

static int run_action(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char text[SIM_STORED_VALUE], url[SIM_DOWNLOAD_URL];
    int32_t method = 0;
    if (!web_of(ctx)->http_open || sim_argument_count(call) != 1 ||
        !sim_argument_number(call, 0, 0, 2, &method) ||
        sim_text_get(ctx, SIM_TEXT_HTTP_URL, text, sizeof text) == 0)
        return SIM_CME_NOT_ALLOWED;
    size_t length =
        sim_web_url(sim_value(ctx, SIM_PARAMETER_HTTPSSL) ? "https://" : "http://", text, url);
    if (length == 0 || sim_download_busy(ctx, SIM_TRANSFER_HTTP))
        return SIM_CME_NOT_ALLOWED;
    int32_t from = 0;
    size_t digits = sim_text_get(ctx, SIM_TEXT_HTTP_BREAK, text, sizeof text);
    sim_number_of(text, digits, INT32_MAX, &from);
    web_of(ctx)->http_method = methods[method];
    const struct sim_download_order order = {.url = url,
                                             .url_length = length,
                                             .from_bytes = (uint32_t)from,
                                             .timeout_s = TIMEOUT_S,
                                             .attempts = 1,
                                             .transfer = SIM_TRANSFER_HTTP,
                                             .method = methods[method]};
    int result = sim_download_start(ctx, &order);
    bool tls = strncmp(url, "https:", 6) == 0;
    if (result == SIM_PENDING && tls && sim_profile_has(ctx, SIM_TRAIT_NO_TLS))
        ctx->sim->download.forced_code = 603; /* T05 */
    return result;
}

/* ---- HTTPREAD, HTTPSTATUS ------------------------------------------------------------------ */

static int run_read(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    uint8_t file = sim_hidden_find(ctx, SIM_HTTP_BODY);
    uint32_t size = sim_hidden_size(ctx, SIM_HTTP_BODY);
    int32_t from = 0, wanted = BODY_MAXIMUM;
    unsigned count = sim_argument_count(call);
    if (!web_of(ctx)->http_open || sim_download_busy(ctx, SIM_TRANSFER_HTTP) ||
        (call->form == SIM_FORM_WRITE && count != 2) ||
        (count == 2 && (!sim_argument_number(call, 0, 0, BODY_MAXIMUM, &from) ||
                        !sim_argument_number(call, 1, 1, BODY_MAXIMUM, &wanted))))
        return SIM_CME_NOT_ALLOWED;
    if (file == SIM_NO_FILE || (uint32_t)from >= size)
        return SIM_DONE;
    uint32_t left = size - (uint32_t)from;
    uint32_t piece = left < (uint32_t)wanted ? left : (uint32_t)wanted;
    sim_line_begin(ctx);
    sim_put_text(ctx, SIM_BEFORE_BODY);
    sim_put_number(ctx, piece);
    sim_line_end(ctx);
    sim_put_file(ctx, file, (uint32_t)from, piece);
    return SIM_DONE;
}

static int run_status(struct sim_call *call)
{
    static const char *const names[] = {"GET", "POST", "HEAD"};
    struct sim_context *ctx = call->ctx;
    bool busy = sim_download_busy(ctx, SIM_TRANSFER_HTTP);
    uint32_t done = busy ? sim_download_arrived(ctx) : 0;
    uint32_t total = ctx->sim->download.total_bytes;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+HTTPSTATUS: ");
    sim_put_text(ctx, names[number_of(web_of(ctx)->http_method)]);
    sim_put_text(ctx, busy ? ",1," : ",0,");
    sim_put_number(ctx, done);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, busy && total > done ? total - done : 0);
    sim_line_end(ctx);
    return SIM_DONE;
}

enum { ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE, WRITE = SIM_FORM_TEST | SIM_FORM_WRITE };

const struct sim_command sim_commands_http[] = {
    {"+HTTPINIT", ACT, SIM_NO_SAVE, 'D', 0, "HTTP101", "begins HTTP", NULL, run_init, 101},
    {"+HTTPTERM", ACT, SIM_NO_SAVE, 'O', 0, "HTTP101, T04", "ends HTTP", NULL, run_term, 101},
    {"+HTTPPARA", WRITE | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "HTTP101", "parameters of HTTP",
     "+HTTPPARA: (\"CID\",\"URL\",\"UA\",\"PROIP\",\"PROPORT\",\"REDIR\",\"BREAK\",\"CONTENT\","
     "\"TIMEOUT\",\"USERDATA\")",
     run_parameter, 101},
    {"+HTTPDATA", WRITE, SIM_NO_SAVE, 'D', 0, "HTTP101", "body of a request",
     "+HTTPDATA: (0-319488),(1000-120000)", run_data, 101},
    {"+HTTPACTION", WRITE, SIM_NO_SAVE, 'D', 0, "HTTP101, T04", "sends a request",
     "+HTTPACTION: (0-2)", run_action, 101},
    {"+HTTPREAD", ACT | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "HTTP101", "reads the answer",
     "+HTTPREAD: (0-319488),(1-319488)", run_read, 101},
    {"+HTTPSTATUS", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "HTTP101",
     "state of a request", NULL, run_status, 101},
    {.name = NULL},
};

/* ---- restarts ------------------------------------------------------------------------------ */

void sim_http_reset(struct sim_context *ctx, enum sim_reset reset)
{
    struct sim_web *web = web_of(ctx);
    (void)reset;
    web->http_open = web->http_method = web->upload_failed = 0;
    sim_hidden_delete(ctx, SIM_HTTP_BODY);
    sim_hidden_delete(ctx, SIM_HTTP_UPLOAD);
}
